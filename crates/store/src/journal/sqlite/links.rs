//! Links as spans of one state each.

use async_trait::async_trait;
use limpid_model::{Instant, Link, LinkEvent, LinkSpan};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::SqliteJournal;
use super::failure::{damaged, during};
use super::queue::Work;
use super::read::Reader;
use super::time::{instant, micros};
use crate::error::Result;
use crate::journal::Links;

#[async_trait]
impl Links for SqliteJournal {
    async fn note_links(&self, events: Vec<LinkEvent>) -> Result<()> {
        let weight = events.len() * size_of::<LinkEvent>();
        self.queue()?.ask(weight, |reply| Work::Links(events, reply)).await
    }

    async fn links(&self, from: Instant, to: Instant) -> Result<Vec<LinkSpan>> {
        self.readers.read(move |reader| reader.links(micros(from), micros(to))).await
    }
}

/// The newest span of a link.
struct Newest {
    start: i64,
    end: Option<i64>,
    up: bool,
    cause: Option<String>,
}

/// Takes events in, within the writer's open transaction.
pub(super) fn note(connection: &Connection, events: &[LinkEvent]) -> Result<()> {
    events.iter().try_for_each(|event| note_one(connection, event)).map_err(during("noting a link"))
}

fn note_one(connection: &Connection, event: &LinkEvent) -> rusqlite::Result<()> {
    let link = event.link.to_string();
    let newest = connection
        .prepare_cached("SELECT start, end, up, cause FROM links WHERE link = ? ORDER BY start DESC LIMIT 1")?
        .query_row([&link], |row| {
            Ok(Newest { start: row.get(0)?, end: row.get(1)?, up: row.get(2)?, cause: row.get(3)? })
        })
        .optional()?;
    let at = newest.as_ref().map_or(micros(event.at), |newest| micros(event.at).max(newest.start));
    if event.link == Link::Platform {
        return beat(connection, newest.as_ref(), event, at);
    }
    match newest {
        Some(Newest { end: None, up, cause, .. })
            if up == event.up && (event.cause.is_none() || event.cause == cause) =>
        {
            Ok(())
        }
        Some(Newest { start, end: None, .. }) => {
            end_at(connection, &link, start, at)?;
            begin(connection, &link, event, at)
        }
        // The end of a span that was not watched to its end is no earlier than the next begins.
        _ => begin(connection, &link, event, at),
    }
}

/// An event of the platform.
fn beat(connection: &Connection, newest: Option<&Newest>, event: &LinkEvent, at: i64) -> rusqlite::Result<()> {
    let link = Link::Platform.to_string();
    match newest {
        None => {}
        Some(newest) if !newest.up => {
            if !event.up {
                return Ok(());
            }
            end_at(connection, &link, newest.start, at)?;
        }
        Some(newest) => {
            let last = newest.end.unwrap_or(newest.start);
            let at = at.max(last);
            let silence = i64::try_from(Link::SILENCE.as_micros()).unwrap_or(i64::MAX);
            let lived = at - last <= silence;
            if lived && event.up && event.cause.is_none() {
                return end_at(connection, &link, newest.start, at);
            }
            // A platform that takes its leave was there until then; one that begins was not there before.
            let watched = if lived && !event.up { at } else { last };
            end_at(connection, &link, newest.start, watched)?;
            connection.prepare_cached("UPDATE links SET end = max(start, ?) WHERE end IS NULL")?.execute([watched])?;
            return begin(connection, &link, event, at);
        }
    }
    begin(connection, &link, event, at)
}

fn end_at(connection: &Connection, link: &str, start: i64, at: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE links SET end = ? WHERE link = ? AND start = ?")?
        .execute(params![at, link, start])
        .map(|_| ())
}

/// Begins a span; one that began at the same moment was none.
fn begin(connection: &Connection, link: &str, event: &LinkEvent, at: i64) -> rusqlite::Result<()> {
    let end = (event.link == Link::Platform && event.up).then_some(at);
    connection
        .prepare_cached("INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?, ?)")?
        .execute(params![link, at, end, event.up, event.cause])
        .map(|_| ())
}

impl Reader {
    /// See [`Links::links`].
    fn links(&self, from: i64, to: i64) -> Result<Vec<LinkSpan>> {
        let failed = during("reading links");
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT link, start, end, up, cause FROM links
                WHERE start < ?2 AND (end IS NULL OR end >= ?1) ORDER BY start, link",
            )
            .map_err(&failed)?;
        let mut rows = statement.query([from, to]).map_err(&failed)?;
        let mut spans = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            spans.push(span(row)?);
        }
        Ok(spans)
    }
}

fn span(row: &Row<'_>) -> Result<LinkSpan> {
    let failed = during("reading links");
    let text: String = row.get(0).map_err(&failed)?;
    let end: Option<i64> = row.get(2).map_err(&failed)?;
    Ok(LinkSpan {
        link: Link::parse(&text).ok_or_else(|| damaged("links", format!("{text:?} is no link")))?,
        start: instant(row.get(1).map_err(&failed)?)?,
        end: end.map(instant).transpose()?,
        up: row.get(3).map_err(&failed)?,
        cause: row.get(4).map_err(&failed)?,
    })
}
