//! What stands on a card.

use limpid_model::{Instant, StationKind, Zone};

use crate::app::App;
use crate::board::StationNow;
use crate::pages::level::Sign;
use crate::pages::state::State;
use crate::pages::words::Lang;
use crate::pages::{cards, front, say, water};

/// The words of a card, each a line that may be cut to fit.
pub struct Content {
    /// Its language, for those who hear it.
    pub lang: Lang,
    /// The station's name.
    pub name: String,
    /// What kind of station it is, and where.
    pub kind: String,
    /// That its readings are made up.
    pub mark: Option<&'static str>,
    /// The sign of its level.
    pub sign: Sign,
    /// The index or value.
    pub number: Option<String>,
    /// The level in words.
    pub words: String,
    /// Of when it is, with the date.
    pub when: Option<String>,
    /// What else there is to say: advice, target.
    pub more: Option<String>,
    /// Who publishes, and that nobody has reviewed it yet.
    pub source: String,
}

/// The card of a station.
pub fn of(app: &App, lang: Lang, now: &StationNow) -> Content {
    let state = State::of(app, lang, now);
    let station = &now.station;
    let newest = now.newest().filter(|_| now.current()).map(|value| &value.published.record);
    let judged =
        now.recent_assessment().filter(|judged| judged.freshness.current() && station.kind != StationKind::Noise);
    let record = judged.map(|judged| &judged.published.record);
    let window = record.map(|record| (record.start, record.end)).or(newest.map(|record| (record.start, record.end)));
    let level = record.filter(|record| record.index.is_some()).and_then(|record| record.scheme.level(record.level?));
    let target = record.and_then(|record| crate::pages::graded::target(lang, record));
    let primary = record.and_then(|record| cards::names(lang, &record.primary));
    let primary = primary.map(|names| lang.fill("index.primary", &[("names", &names)]));
    let kind = [front::kind_name(lang, station.kind), &station.area];
    let kind: Vec<&str> = kind.into_iter().filter(|part| !part.is_empty()).collect();
    Content {
        lang,
        name: station.name.get(lang.code()).to_owned(),
        kind: kind.join(" · "),
        mark: station.simulated.then(|| lang.t("simulated.mark")),
        sign: state.sign,
        number: state.number,
        words: if now.current() { state.words } else { water::silent(lang, now, any_day(app.now()), app.zone()) },
        when: window.map(|(start, end)| dated(start, end, app.zone())),
        more: target.or(primary).or_else(|| level.map(|level| level.advice.get(lang.code()).to_owned())),
        source: lang.fill("card.source", &[("publisher", app.pipeline.publisher.name.get(lang.code()))]),
    }
}

/// A stretch of time with its date, whatever the day: nobody knows when a picture is looked at.
fn dated(start: Instant, end: Instant, zone: Zone) -> String {
    say::window(start, end, any_day(end), zone)
}

/// A day on which this one is neither today nor yesterday, so that its date is said.
fn any_day(at: Instant) -> Instant {
    at + chrono::TimeDelta::days(2)
}
