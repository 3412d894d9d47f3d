//! A station in one line, for lists, maps and frames in other sites: a sign, words, a number, and of when they are. What is
//! not of the present has no sign of a level and no number.

use limpid_model::{Instant, Observation, Part, StationKind, Zone};
use maud::{Markup, html};

use super::level::Sign;
use super::view::View;
use super::words::Lang;
use super::{cards, graded, level, say, water};
use crate::app::App;
use crate::board::StationNow;

/// How a station stands.
pub struct State {
    /// The shape of its level, or the outline that stands for none.
    pub sign: Sign,
    /// The level in words, or that there is none.
    pub words: String,
    /// The index or value, with its name or unit.
    pub number: Option<String>,
    /// Period, window and age; `None` where there is nothing of the present.
    pub when: Option<String>,
}

impl State {
    /// How `now` stands.
    pub fn of(app: &App, lang: Lang, now: &StationNow) -> Self {
        let (at, zone) = (app.now(), app.zone());
        if !now.current() {
            return Self::blank(water::silent(lang, now, at, zone), None, None);
        }
        let judged = now.recent_assessment().filter(|judged| judged.freshness.current());
        match (now.station.kind, judged.map(|judged| &judged.published.record)) {
            (StationKind::Noise, _) => Self::noise(lang, now, at, zone),
            (StationKind::Water, Some(record)) => Self {
                sign: graded::sign(record),
                words: graded::word(lang, record),
                number: None,
                when: Some(when(lang, record.start, record.end, at, zone)),
            },
            (_, Some(record)) => {
                let when = Some(when(lang, record.start, record.end, at, zone));
                match (record.index, record.level.and_then(|level| record.scheme.level(level))) {
                    (Some(index), Some(level)) => Self {
                        sign: level::shape(level),
                        words: level.category().get(lang.code()).to_owned(),
                        number: Some(format!("{} {index}", lang.t("index.name"))),
                        when,
                    },
                    _ => Self::blank(lang.t("index.withheld").to_owned(), None, when),
                }
            }
            (_, None) => {
                let newest = now.newest().map(|value| &value.published.record);
                let when = newest.map(|record| when(lang, record.start, record.end, at, zone));
                let number = newest.and_then(|record| measured(lang, record));
                Self::blank(String::new(), number, when)
            }
        }
    }

    /// How loud it is, and whether the day or night that ended last kept its limit.
    fn noise(lang: Lang, now: &StationNow, at: Instant, zone: Zone) -> Self {
        let loud = now.recent().find(|value| value.parameter().as_str() == "leq" && value.freshness.current());
        let loud = loud.map(|value| &value.published.record);
        let judged = [Part::Day, Part::Night].into_iter().filter_map(|part| graded::recent(now, part));
        let records = judged.map(|judged| &judged.published.record).filter(|record| record.level.is_some());
        let last = records.max_by_key(|record| record.end);
        Self {
            sign: last.map_or_else(level::blank, graded::sign),
            words: last.map(|record| graded::verdict(lang, record)).unwrap_or_default(),
            number: loud.and_then(number),
            when: loud.map(|record| when(lang, record.start, record.end, at, zone)),
        }
    }

    fn blank(words: String, number: Option<String>, when: Option<String>) -> Self {
        Self { sign: level::blank(), words, number, when }
    }
}

/// A list of stations, each with how it stands. `first` is the number of the first one on the map beside the
/// list.
pub fn list(app: &App, view: &View, stations: &[&StationNow], first: Option<usize>) -> Markup {
    html! {
        ul.states { @for (place, now) in stations.iter().enumerate() {
            @let state = State::of(app, view.lang, now);
            li {
                (state.sign)
                div {
                    @if let Some(first) = first { b.place { (first + place) } " " }
                    (water::station(view, now)) " "
                    @if let Some(number) = &state.number { b.whole { (number) } " " }
                    span.whole { (state.words) }
                    @if let Some(when) = &state.when { br; span.soft { (when) } }
                }
            }
        } }
    }
}

/// Period, window and age in one line.
fn when(lang: Lang, start: Instant, end: Instant, at: Instant, zone: Zone) -> String {
    format!("{} · {}", say::window(start, end, at, zone), say::age(lang, at - end))
}

fn number(record: &Observation) -> Option<String> {
    let value = record.value.filter(|_| record.flag.usable())?;
    let parameter = record.parameter;
    let text = format!("{}{} {}", say::limit(record.mark), say::number(parameter, value), say::unit(parameter.unit()));
    Some(text.trim_end().to_owned())
}

fn measured(lang: Lang, record: &Observation) -> Option<String> {
    Some(format!("{} {}", cards::short(lang, record.parameter), number(record)?))
}
