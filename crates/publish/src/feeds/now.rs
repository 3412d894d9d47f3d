//! The stations of a kind as they stand.

use limpid_model::StationKind;

use super::Reader;
use super::atom::{Entry, Feed};
use crate::board::StationNow;
use crate::pages::{front, say};

/// An entry for each station that says something of the present.
pub fn feed(reader: &Reader<'_>, kind: StationKind) -> Feed {
    let board = reader.app.board.now();
    let current = board.stations.iter().filter(|now| now.station.kind == kind && now.current());
    let mut entries: Vec<Entry> = current.filter_map(|now| entry(reader, now)).collect();
    entries.sort_by(|a, b| b.updated.cmp(&a.updated).then_with(|| a.id.cmp(&b.id)));
    let page = match kind {
        StationKind::Water => "/water",
        StationKind::Noise => "/noise",
        _ => "/",
    };
    reader.feed(&format!("feed:{}", kind.as_str()), front::kind_name(reader.lang, kind), page, entries)
}

/// What a station says: its level where it has one, else its values. The id is that of the station: readers show one entry
/// for it, which changes.
pub fn entry(reader: &Reader<'_>, now: &StationNow) -> Option<Entry> {
    let (app, lang) = (reader.app, reader.lang);
    let newest = now.newest()?;
    let values: Vec<String> = now
        .values
        .iter()
        .filter(|value| value.freshness.current())
        .filter_map(|value| {
            let record = &value.published.record;
            let number = say::number(record.parameter, record.value?);
            let name = record.parameter.name().get(lang.code());
            Some(format!("{name} {number} {}", say::unit(record.parameter.unit())))
        })
        .collect();
    let judged = now.recent_assessment().filter(|judged| judged.freshness.current());
    let level = judged.and_then(|judged| {
        let record = &judged.published.record;
        let level = record.scheme.level(record.level?)?;
        let index = record.index.map(|index| format!(" {index}")).unwrap_or_default();
        Some(format!("{}{index}", level.category().get(lang.code())))
    });
    let (updated, window) = match judged {
        Some(judged) => (judged.published.at, &judged.published.record.end),
        None => (newest.published.at, &newest.published.record.end),
    };
    let name = now.station.name.get(lang.code());
    let mark = if now.station.simulated { format!(" ({})", lang.t("simulated.mark")) } else { String::new() };
    let until = lang.fill("feed.until", &[("time", &say::moment(*window, app.zone()))]);
    Some(Entry {
        id: reader.id(&format!("station:{}", now.station.id)),
        title: match level {
            Some(level) => format!("{name}{mark}: {level}"),
            None => format!("{name}{mark}: {}", values.first().map_or("-", String::as_str)),
        },
        updated,
        document: None,
        page: reader.address(&format!("/stations/{}", now.station.id)),
        summary: format!("{until} {}", values.join(lang.t("list.comma"))),
    })
}
