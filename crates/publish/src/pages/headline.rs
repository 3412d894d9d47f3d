//! What stands first on the front page: air, water and noise of the whole area, each in one sentence.

use limpid_model::{Assessment, Level, Part, StationKind};
use maud::{Markup, html};

use super::level::Sign;
use super::view::View;
use super::words::Lang;
use super::{front, graded, level, say};
use crate::app::App;
use crate::board::{Snapshot, StationNow};

/// The tiles of the kinds that the registry has. A place with one station needs none: its card says it all.
pub fn tiles(app: &App, view: &View, board: &Snapshot) -> Markup {
    let of = |kind| board.stations.iter().filter(move |now| now.station.kind == kind).collect::<Vec<_>>();
    let (air, water, noise) = (of(StationKind::Air), of(StationKind::Water), of(StationKind::Noise));
    if board.stations.len() < 2 {
        return html! {};
    }
    html! {
        div.tiles {
            @if !air.is_empty() { (tile(view.lang, StationKind::Air, self::air(app, view.lang, &air))) }
            @if !water.is_empty() { (tile(view.lang, StationKind::Water, self::water(view.lang, &water))) }
            @if !noise.is_empty() { (tile(view.lang, StationKind::Noise, self::noise(view.lang, &noise))) }
        }
    }
}

/// A sign and what is said beside it.
struct Said {
    sign: Sign,
    words: String,
    more: Vec<String>,
}

fn tile(lang: Lang, kind: StationKind, said: Said) -> Markup {
    html! {
        a.tile.(kind.as_str()) href=(format!("#{}", kind.as_str())) {
            span.soft { (front::kind_name(lang, kind)) }
            span.now { (said.sign) b.word { (said.words) } }
            @for line in said.more.iter().filter(|line| !line.is_empty()) { span { (line) } }
        }
    }
}

/// Every station that has an index of the newest hour, from the best to the worst.
fn air(app: &App, lang: Lang, stations: &[&StationNow]) -> Said {
    let current = |now: &&StationNow| now.recent_assessment().is_some_and(|judged| judged.freshness.current());
    let records = stations.iter().filter(|now| current(now)).filter_map(|now| now.recent_assessment());
    let records: Vec<&Assessment> = records.map(|judged| &judged.published.record).collect();
    let newest = records.iter().map(|record| record.end).max();
    let graded = |record: &&&Assessment| Some(record.end) == newest && record.index.is_some();
    let mut hour: Vec<(u16, &Level)> = records
        .iter()
        .filter(graded)
        .filter_map(|record| Some((record.index?, record.scheme.level(record.level?)?)))
        .collect();
    hour.sort_by_key(|entry| entry.0);
    let (Some((low, best)), Some((high, worst)), Some(record)) =
        (hour.first(), hour.last(), records.iter().find(|record| Some(record.end) == newest))
    else {
        return nothing(lang.t("front.none_current"));
    };
    let word = |level: &Level| level.category().get(lang.code()).to_owned();
    let words = if best.level == worst.level {
        word(worst)
    } else {
        lang.fill("front.from_to", &[("from", &word(best)), ("to", &word(worst))])
    };
    let range = if low == high { high.to_string() } else { format!("{low}-{high}") };
    let stations =
        lang.fill("front.of_stations", &[("n", &hour.len().to_string()), ("all", &stations.len().to_string())]);
    let window = say::window(record.start, record.end, app.now(), app.zone());
    Said {
        sign: level::shape(worst),
        words,
        more: vec![
            format!("{} {range} · {stations} · {window}", lang.t("index.name")),
            worst.advice.get(lang.code()).to_owned(),
        ],
    }
}

/// How many sections with a current class reach their target.
fn water(lang: Lang, stations: &[&StationNow]) -> Said {
    let current = stations.iter().filter_map(|now| now.recent_assessment()).filter(|judged| judged.freshness.current());
    let records: Vec<&Assessment> = current.map(|judged| &judged.published.record).collect();
    let graded = records.iter().filter(|record| record.level.is_some());
    let Some(worst) = graded.max_by_key(|record| record.level) else {
        let measured = stations.iter().any(|now| now.current());
        return nothing(lang.t(if measured { "class.withheld" } else { "front.none_current" }));
    };
    let reached: Vec<bool> = records.iter().filter_map(|record| record.compliance.as_ref()?.reached).collect();
    let met = reached.iter().filter(|reached| **reached).count();
    let more = match reached.len() {
        0 => String::new(),
        judged => lang.fill("front.targets", &[("met", &met.to_string()), ("judged", &judged.to_string())]),
    };
    let words = lang.fill("front.worst", &[("word", &graded::word(lang, worst))]);
    Said { sign: graded::sign(worst), words, more: vec![more] }
}

/// How many places kept their limit in the day or night that ended last.
fn noise(lang: Lang, stations: &[&StationNow]) -> Said {
    let last = |now: &&StationNow| {
        let parts = [Part::Day, Part::Night].into_iter().filter_map(|part| graded::recent(now, part));
        let records = parts.map(|judged| judged.published.record.clone()).filter(|record| record.level.is_some());
        records.max_by_key(|record| record.end)
    };
    let judged: Vec<Assessment> = stations.iter().filter_map(last).collect();
    let Some(worst) = judged.iter().max_by_key(|record| record.level) else {
        return nothing(lang.t("front.no_verdict"));
    };
    let reached = |record: &&Assessment| record.compliance.as_ref().and_then(|one| one.reached) == Some(true);
    let met = judged.iter().filter(reached).count();
    let more = lang.fill("front.quiet", &[("met", &met.to_string()), ("judged", &judged.len().to_string())]);
    Said { sign: graded::sign(worst), words: graded::word(lang, worst), more: vec![more] }
}

fn nothing(words: &str) -> Said {
    Said { sign: level::blank(), words: words.to_owned(), more: Vec::new() }
}
