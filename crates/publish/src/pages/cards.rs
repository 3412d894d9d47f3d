//! One station as a card: the index where there is one, else its values, and always since when and for how long.

use limpid_model::parameter::AIR_INDEX;
use limpid_model::{Assessment, Instant, Observation, ParameterId, StationKind, Status, Zone};
use maud::{Markup, html};

use super::view::View;
use super::words::Lang;
use super::{graded, level, say};
use crate::app::App;
use crate::board::{AssessmentNow, StationNow, Trend};
use crate::stale::Freshness;

/// An index that moves by less than this in three hours is called steady.
const STEADY: i32 = 5;

/// The card of a station among others: its name leads to its page.
pub fn card(app: &App, view: &View, now: &StationNow) -> Markup {
    let name = html! {
        h3 {
            a href=(view.link(&format!("/stations/{}", now.station.id))) {
                (now.station.name.get(view.lang.code()))
            }
            @if now.station.simulated { " " span.badge.warn { (view.lang.t("simulated.mark")) } }
        }
    };
    framed(app, view, now, &name)
}

/// The card of a station on its own page, which has said its name.
pub fn untitled(app: &App, view: &View, now: &StationNow) -> Markup {
    framed(app, view, now, &html! {})
}

fn framed(app: &App, view: &View, now: &StationNow, name: &Markup) -> Markup {
    let lang = view.lang;
    let (at, zone) = (app.now(), app.zone());
    let judged = now.recent_assessment();
    html! {
        article.card.old[!now.current()] data-at=(format!("{:.4},{:.4}", now.station.lat, now.station.lon)) {
            (name)
            @match judged {
                _ if now.station.kind == StationKind::Noise && now.freshness.current() => (graded::noise(app, view, now)),
                _ if now.station.kind == StationKind::Noise => (plain(lang, now, at, zone)),
                Some(judged) if now.station.kind == StationKind::Water && judged.freshness.current() => {
                    (graded::water(app, view, now, judged))
                }
                Some(judged) if judged.freshness.current() => (current(lang, judged, now, at, zone)),
                Some(judged) => (outdated(lang, judged, at, zone)),
                None => (plain(lang, now, at, zone)),
            }
        }
    }
}

/// The index of the last hour.
fn current(lang: Lang, judged: &AssessmentNow, now: &StationNow, at: Instant, zone: Zone) -> Markup {
    let record = &judged.published.record;
    let level = record.level.and_then(|level| record.scheme.level(level));
    html! {
        @if let (Some(index), Some(level)) = (record.index, level) {
            div.now {
                (level::shape(level))
                p.index { small { (lang.t("index.name")) " · " (say::standard(&record.scheme.id)) } (index) }
                p.word { (level.category().get(lang.code())) }
            }
            (when(lang, record, at, zone))
            @if let Some(primary) = names(lang, &record.primary) {
                p { (lang.fill("index.primary", &[("names", &primary)])) }
            }
            p { (level.advice.get(lang.code())) }
        } @else {
            div.now { (level::blank()) p.word { (lang.t("index.withheld")) } }
            (when(lang, record, at, zone))
            p { (withheld(lang, record)) }
        }
        (hour_values(lang, now, record))
        p.foot {
            @if record.status == Status::Provisional {
                span.badge { (lang.t("status.provisional")) }
            }
            @if judged.freshness == Freshness::Late { span.badge.warn { (lang.t("fresh.late")) } }
            @if let Some(trend) = judged.trend { span.badge { (moves(lang, trend)) } }
        }
    }
}

/// An index too old to stand for the present: no colour, no level, and the time first.
fn outdated(lang: Lang, judged: &AssessmentNow, at: Instant, zone: Zone) -> Markup {
    let record = &judged.published.record;
    let window = say::window(record.start, record.end, at, zone);
    html! {
        div.now { (level::blank()) p.word { (lang.fill("stale.title", &[("time", &say::end(record.end, at, zone))])) } }
        p.soft {
            @if let Some(index) = record.index {
                (lang.fill("stale.index", &[("index", &index.to_string()), ("window", &window)])) " · "
            }
            span.whole { (say::age(lang, at - record.end)) }
        }
    }
}

/// A station without an index: its values, or that there are none.
fn plain(lang: Lang, now: &StationNow, at: Instant, zone: Zone) -> Markup {
    let newest = now.newest().map(|value| &value.published.record);
    html! {
        @match newest {
            Some(record) if now.freshness == Freshness::None => {
                (gone(lang, lang.fill("none.last", &[("time", &say::moment(record.end, zone))])))
            }
            Some(record) if now.freshness.current() => {
                (values(lang, now, record, at, zone))
                p {
                    (say::period(lang, record.period)) " "
            span.whole { (say::window(record.start, record.end, at, zone)) } " · "
                    span.whole { (say::age(lang, at - record.end)) }
                }
                p.foot {
                    @if record.status == Status::Provisional { span.badge { (lang.t("status.provisional")) } }
                    @if now.freshness == Freshness::Late { span.badge.warn { (lang.t("fresh.late")) } }
                }
            }
            Some(record) => {
                div.now {
                    (level::blank())
                    p.word { (lang.fill("stale.title", &[("time", &say::end(record.end, at, zone))])) }
                }
                p.soft { (say::age(lang, at - record.end)) }
            }
            None => (gone(lang, lang.t("none.ever").to_owned())),
        }
    }
}

/// A station without anything that may be shown, and when it last had something.
fn gone(lang: Lang, last: String) -> Markup {
    html! {
        div.now { (level::blank()) p.word { (lang.t("none.title")) } }
        p.soft { (last) }
    }
}

/// Index, averaging period, window and age: what the number is.
fn when(lang: Lang, record: &Assessment, at: Instant, zone: Zone) -> Markup {
    html! {
        p {
            (say::period(lang, record.period)) " "
            span.whole { (say::window(record.start, record.end, at, zone)) } " · "
            span.whole { (say::age(lang, at - record.end)) }
        }
    }
}

/// Why a standard gives no index.
fn withheld(lang: Lang, record: &Assessment) -> String {
    let missing: Vec<ParameterId> =
        record.sub.iter().filter(|(_, index)| index.is_none()).map(|(parameter, _)| *parameter).collect();
    match names(lang, &missing) {
        Some(names) => lang.fill("index.missing", &[("names", &names), ("scheme", &say::standard(&record.scheme.id))]),
        None => lang.t("index.no_reason").to_owned(),
    }
}

/// The values of the hour that an index is of.
fn hour_values(lang: Lang, now: &StationNow, judged: &Assessment) -> Markup {
    let of_index = |record: &Observation| record.end == judged.end && AIR_INDEX.contains(&record.parameter.as_str());
    let records = now.hours.iter().map(|hour| &hour.record).filter(|record| of_index(record));
    html! { ul.vals { @for record in records { li { (value(lang, record)) } } } }
}

/// The values of now, current ones only. One that is of another time than `newest` says which.
pub fn values(lang: Lang, now: &StationNow, newest: &Observation, at: Instant, zone: Zone) -> Markup {
    let current = now.recent().filter(|value| value.freshness.current());
    html! {
        ul.vals {
            @for record in current.map(|value| &value.published.record) {
                li {
                    (value(lang, record))
                    @if (record.start, record.end) != (newest.start, newest.end) {
                        span.soft { " (" (say::window(record.start, record.end, at, zone)) ")" }
                    }
                }
            }
        }
    }
}

/// Name, number and unit; a value that did not pass is not shown as a number.
fn value(lang: Lang, record: &Observation) -> Markup {
    html! {
        (short(lang, record.parameter)) " "
        @match record.value {
            Some(number) if record.flag.usable() => {
                b { (say::limit(record.mark)) (say::number(record.parameter, number)) } " " span.soft { (say::unit(record.parameter.unit())) }
            }
            Some(_) => span.soft { (say::flag(lang, record.flag)) },
            None => span.soft { (lang.t("value.none")) },
        }
    }
}

fn moves(lang: Lang, trend: Trend) -> String {
    let change = trend.change;
    let hours = Trend::HOURS.to_string();
    if change.abs() < STEADY {
        lang.fill("trend.steady", &[("hours", &hours)])
    } else if change > 0 {
        lang.fill("trend.up", &[("n", &change.to_string()), ("hours", &hours)])
    } else {
        lang.fill("trend.down", &[("n", &(-change).to_string()), ("hours", &hours)])
    }
}

/// Names of parameters in one line; `None` for no parameters.
pub fn names(lang: Lang, parameters: &[ParameterId]) -> Option<String> {
    let names: Vec<&str> = parameters.iter().map(|parameter| short(lang, *parameter)).collect();
    (!names.is_empty()).then(|| names.join(lang.t("list.comma")))
}

/// The name of a parameter without its explanation: Chinese names of pollutants end in their formula.
pub fn short(lang: Lang, parameter: ParameterId) -> &'static str {
    let name = parameter.name().get(lang.code());
    let formula = name.rsplit(' ').next().unwrap_or(name);
    if lang == Lang::Zh && formula.chars().next().is_some_and(|first| first.is_ascii_uppercase()) {
        formula
    } else {
        name
    }
}
