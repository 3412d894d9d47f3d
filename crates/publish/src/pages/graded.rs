//! Judgements of water and noise in words: the class or verdict, its target, and what is to blame.

use limpid_model::{Assessment, Compared, Instant, Part, Period, StationKind, Status, Zone};
use maud::{Markup, html};

use super::level::Sign;
use super::view::View;
use super::words::Lang;
use super::{cards, level, say};
use crate::app::App;
use crate::board::{AssessmentNow, StationNow};
use crate::stale::Freshness;

/// The scheme of noise zones.
const NOISE: &str = "gb3096-2008";

/// The card of a water station with a current class.
pub fn water(app: &App, view: &View, now: &StationNow, judged: &AssessmentNow) -> Markup {
    let (lang, at, zone) = (view.lang, app.now(), app.zone());
    let record = &judged.published.record;
    html! {
        div.now { (sign(record)) p.word { (word(lang, record)) } }
        @if let Some(target) = target(lang, record) { p { (target) } }
        @if let Some(leads) = leads(lang, record) { p { (lang.fill("class.leads", &[("names", &leads)])) } }
        (when(lang, record, at, zone))
        @if let Some(newest) = now.newest() { (cards::values(lang, now, &newest.published.record, at, zone)) }
        (badges(lang, record.status, judged.freshness))
    }
}

/// The card of a noise station with a current level: how loud it is, and its last day and night.
pub fn noise(app: &App, view: &View, now: &StationNow) -> Markup {
    let (lang, at, zone) = (view.lang, app.now(), app.zone());
    let newest = now.newest().map(|value| &value.published.record);
    html! {
        @if let Some(newest) = newest {
            (cards::values(lang, now, newest, at, zone))
            p {
                (say::period(lang, newest.period)) " "
                span.whole { (say::window(newest.start, newest.end, at, zone)) } " · "
                span.whole { (say::age(lang, at - newest.end)) }
            }
        }
        @for part in [Part::Day, Part::Night] {
            @if let Some(judged) = recent(now, part) {
                p { (level_line(lang, &judged.published.record, at, zone)) }
            }
        }
        @if let Some(newest) = newest { (badges(lang, newest.status, now.freshness)) }
    }
}

/// The last day or night of a noise station, if it is not too old to be shown.
pub fn recent(now: &StationNow, part: Part) -> Option<&AssessmentNow> {
    now.judged(NOISE, Period::Day, Some(part)).filter(|judged| judged.freshness != Freshness::None)
}

/// Part of the day, level, limit and verdict of a zone in one line, and when it was.
pub fn level_line(lang: Lang, record: &Assessment, at: Instant, zone: Zone) -> Markup {
    let compared = record.compliance.as_ref().and_then(|compliance| compliance.compared.first());
    html! {
        (sign(record)) " "
        (part(lang, record)) " "
        @if let Some(compared) = compared { b { (value(compared)) } " " }
        (word(lang, record))
        @if let Some(compared) = compared { " (" (lang.fill("zone.limit", &[("limit", &limit(compared))])) ")" }
        " · " span.whole { (say::window(record.start, record.end, at, zone)) }
    }
}

/// The shape of the level, or the outline that stands where there is none.
pub fn sign(record: &Assessment) -> Sign {
    match record.level.and_then(|level| record.scheme.level(level)) {
        Some(level) => level::shape(level),
        None => level::blank(),
    }
}

/// The name of the level, or that there is none.
pub fn word(lang: Lang, record: &Assessment) -> String {
    match record.level.and_then(|level| record.scheme.level(level)) {
        Some(level) => level.category().get(lang.code()).to_owned(),
        None if record.scheme.kind == StationKind::Noise => lang.t("zone.not_judged").to_owned(),
        None => lang.t("class.withheld").to_owned(),
    }
}

/// Part of the day and verdict in words.
pub fn verdict(lang: Lang, record: &Assessment) -> String {
    let part = part(lang, record);
    if part.is_empty() { word(lang, record) } else { format!("{part} {}", word(lang, record)) }
}

/// The target and whether it is reached; `None` without a target.
pub fn target(lang: Lang, record: &Assessment) -> Option<String> {
    let compliance = record.compliance.as_ref()?;
    let target = [("class", compliance.target.as_deref()?)];
    Some(match compliance.reached {
        Some(true) => lang.fill("class.reached", &target),
        Some(false) => lang.fill("class.not_reached", &target),
        None => lang.fill("class.target", &target),
    })
}

/// Lead pollutants with how many times they exceed, as reports write them: `CODMn (1.2)`.
pub fn leads(lang: Lang, record: &Assessment) -> Option<String> {
    let compared = &record.compliance.as_ref()?.compared;
    let one = |compared: &Compared| {
        let name = cards::short(lang, compared.parameter);
        compared.multiple.map_or_else(|| name.to_owned(), |multiple| format!("{name} ({multiple})"))
    };
    let all: Vec<String> = compared.iter().map(one).collect();
    (!all.is_empty()).then(|| all.join(lang.t("list.comma")))
}

/// A level with its unit.
fn value(compared: &Compared) -> String {
    format!("{} {}", say::number(compared.parameter, compared.value), say::unit(compared.parameter.unit()))
}

/// The limit with its unit; limits are whole numbers of dB.
fn limit(compared: &Compared) -> String {
    format!("{} {}", compared.limit, say::unit(compared.parameter.unit()))
}

fn part(lang: Lang, record: &Assessment) -> &'static str {
    match record.compliance.as_ref().and_then(|compliance| compliance.part) {
        Some(Part::Night) => lang.t("zone.night"),
        Some(Part::Day) => lang.t("zone.day"),
        None => "",
    }
}

fn when(lang: Lang, record: &Assessment, at: Instant, zone: Zone) -> Markup {
    html! {
        p {
            (say::standard(&record.scheme.id)) " · " (say::period(lang, record.period)) " "
            span.whole { (say::window(record.start, record.end, at, zone)) } " · "
            span.whole { (say::age(lang, at - record.end)) }
        }
    }
}

fn badges(lang: Lang, status: Status, freshness: Freshness) -> Markup {
    html! {
        p.foot {
            @if status == Status::Provisional { span.badge { (lang.t("status.provisional")) } }
            @if freshness == Freshness::Late { span.badge.warn { (lang.t("fresh.late")) } }
        }
    }
}
