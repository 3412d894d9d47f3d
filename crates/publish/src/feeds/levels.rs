//! Changes of level: of all stations, of an area, of one station.

use limpid_model::event::LevelChange;
use limpid_model::{Note, NoteKind, Scheme, StationId};
use limpid_store::{NoteQuery, Noted};

use super::atom::{Entry, Feed};
use super::{Reader, now};
use crate::answer::Failure;
use crate::pages::say;

/// Changes that a feed has.
const NEWEST: usize = 100;

/// The newest changes everywhere.
pub async fn feed(reader: &Reader<'_>) -> Result<Feed, Failure> {
    let entries = changes(reader, &[]).await?;
    Ok(reader.feed("feed:levels", reader.lang.t("feed.levels"), "/", entries))
}

/// A station, or all stations of an area, as they stand, and their newest changes. `id` and `title` are the feed's, `page` is
/// where the same is for people.
pub async fn feed_of(
    reader: &Reader<'_>,
    stations: &[StationId],
    id: &str,
    title: &str,
    page: &str,
) -> Result<Feed, Failure> {
    let board = reader.app.board.now();
    let standing = stations.iter().filter_map(|id| board.station(id)).filter(|now| now.current());
    let mut entries: Vec<Entry> = standing.filter_map(|now| now::entry(reader, now)).collect();
    entries.extend(changes(reader, stations).await?);
    entries.sort_by(|a, b| b.updated.cmp(&a.updated).then_with(|| a.id.cmp(&b.id)));
    Ok(reader.feed(id, title, page, entries))
}

async fn changes(reader: &Reader<'_>, stations: &[StationId]) -> Result<Vec<Entry>, Failure> {
    let subjects = stations.iter().map(StationId::to_string).collect();
    let query = NoteQuery { kind: NoteKind::Level, subjects, limit: NEWEST };
    let noted = reader.app.journal.notes(query).await?;
    Ok(noted.into_iter().filter_map(|noted| entry(reader, noted)).collect())
}

fn entry(reader: &Reader<'_>, noted: Noted) -> Option<Entry> {
    let Noted { seq, at, note: Note::Level(change) } = noted else { return None };
    let (app, lang) = (reader.app, reader.lang);
    let station = app.pipeline.stations.get(&change.station)?;
    let mark = if station.simulated { format!(" ({})", lang.t("simulated.mark")) } else { String::new() };
    let name = format!("{}{mark}", station.name.get(lang.code()));
    let level = level(reader, &change, change.level)?;
    let title = match change.before.and_then(|before| self::level(reader, &change, before)) {
        Some(before) => lang.fill("feed.level_changed", &[("station", &name), ("level", level), ("before", before)]),
        None => format!("{name}: {level}"),
    };
    let index = change.index.map(|index| format!(" {index}")).unwrap_or_default();
    let window = say::moment(change.end, app.zone());
    Some(Entry {
        id: reader.id(&format!("level:{seq}")),
        title,
        updated: at,
        page: reader.address(&format!("/stations/{}", change.station)),
        document: None,
        summary: format!("{} {level}{index}", lang.fill("feed.until", &[("time", &window)])),
    })
}

fn level(reader: &Reader<'_>, change: &LevelChange, level: u8) -> Option<&'static str> {
    let known = Scheme::parse(&change.scheme)?.level(level)?;
    Some(known.name(reader.lang.code()))
}
