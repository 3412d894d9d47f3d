//! The event log. See [`Events`].

use async_trait::async_trait;
use limpid_model::{Happening, Instant, Logged, Note, NoteKind};
use rusqlite::{Connection, OptionalExtension, Row, params};
use tokio::sync::watch;

use super::failure::{damaged, during};
use super::publish::move_cursor;
use super::queue::Work;
use super::read::Reader;
use super::state::State;
use super::time::{instant, micros};
use super::{SqliteJournal, signed};
use crate::error::{Result, StoreError};
use crate::journal::{Events, NoteQuery, Noted};

const TABLE: &str = "events";

/// What the writer does for the log.
pub(super) enum Keep {
    /// Write notes and move a cursor.
    Notes(Vec<Note>, Option<(String, u64)>),
    /// Drop old notes.
    Forget(Instant),
}

#[async_trait]
impl Events for SqliteJournal {
    async fn log(&self, after: u64, limit: usize) -> Result<Vec<Logged>> {
        self.readers.read(move |reader| reader.log(signed(after), limit)).await
    }

    fn logged(&self) -> watch::Receiver<u64> {
        self.logged.clone()
    }

    async fn log_floor(&self, since: Instant) -> Result<u64> {
        self.readers.read(move |reader| reader.log_floor(micros(since))).await
    }

    async fn note(&self, notes: Vec<Note>, cursor: Option<(String, u64)>) -> Result<()> {
        let weight = notes.len() * size_of::<Note>();
        self.queue()?.ask(weight, |reply| Work::Events(Keep::Notes(notes, cursor), reply)).await.map(|_| ())
    }

    async fn notes(&self, query: NoteQuery) -> Result<Vec<Noted>> {
        self.readers.read(move |reader| reader.notes(&query)).await
    }

    async fn newest_notes(&self, kind: NoteKind) -> Result<Vec<Noted>> {
        self.readers.read(move |reader| reader.newest_notes(kind)).await
    }

    async fn forget_notes(&self, before: Instant) -> Result<usize> {
        self.queue()?.ask(0, |reply| Work::Events(Keep::Forget(before), reply)).await
    }
}

/// Does the work within the writer's open transaction; says how many notes were written or dropped.
pub(super) fn keep(state: &mut State, connection: &Connection, work: &Keep, now: Instant) -> Result<usize> {
    match work {
        Keep::Notes(notes, cursor) => {
            for one in notes {
                note(state, connection, one, now)?;
            }
            if let Some((name, number)) = cursor {
                move_cursor(connection, name, *number)?;
            }
            Ok(notes.len())
        }
        Keep::Forget(before) => connection
            .prepare_cached(
                "DELETE FROM events WHERE at < ?1 AND seq NOT IN (SELECT max(seq) FROM events GROUP BY kind, subject)",
            )
            .and_then(|mut statement| statement.execute([micros(*before)]))
            .map_err(during("dropping old events")),
    }
}

/// Gives a note its place within the writer's open transaction.
pub(super) fn note(state: &mut State, connection: &Connection, note: &Note, now: Instant) -> Result<()> {
    let body = serde_json::to_string(note).map_err(|error| StoreError::io("writing an event", error))?;
    // The order of the log is the order of time too, whatever the clock does.
    state.last_at = state.last_at.max(micros(now));
    connection
        .prepare_cached("INSERT INTO events VALUES (?, ?, ?, ?, ?)")
        .and_then(|mut statement| {
            statement.execute(params![state.next_seq, state.last_at, note.kind().as_str(), note.subject(), body])
        })
        .map_err(during("writing an event"))?;
    state.next_seq += 1;
    Ok(())
}

impl Reader {
    fn log(&self, after: i64, limit: usize) -> Result<Vec<Logged>> {
        let records = self.published_tail(after, limit)?;
        // Where the records were cut, notes behind them wait for the next read.
        let until = records.last().filter(|_| records.len() == limit).map_or(i64::MAX, |last| signed(last.seq));
        let mut log: Vec<Logged> = Vec::with_capacity(records.len());
        for record in records {
            log.push(Logged { seq: record.seq, at: record.at, happening: Happening::Record(Box::new(record)) });
        }
        let sql = "SELECT seq, at, body FROM events WHERE seq > ? AND seq < ? ORDER BY seq LIMIT ?";
        for Noted { seq, at, note } in self.noted(sql, params![after, until, signed(limit as u64)])? {
            let happening = match note {
                Note::Forecast { id } => Happening::Forecast(Box::new(self.forecast_of(id)?)),
                Note::Alert { id } => Happening::Alert(Box::new(self.alert_of(id)?)),
                Note::Level(change) => Happening::Level(change),
                Note::Release(release) => Happening::Release(release),
                Note::Freshness(change) => Happening::Freshness(change),
            };
            log.push(Logged { seq, at, happening });
        }
        log.sort_by_key(|logged| logged.seq);
        log.truncate(limit);
        Ok(log)
    }

    fn notes(&self, query: &NoteQuery) -> Result<Vec<Noted>> {
        let subjects =
            (!query.subjects.is_empty()).then(|| serde_json::Value::from(query.subjects.clone()).to_string());
        let sql = "SELECT seq, at, body FROM events WHERE kind = ?1
                   AND (?2 IS NULL OR subject IN (SELECT value FROM json_each(?2))) ORDER BY seq DESC LIMIT ?3";
        self.noted(sql, params![query.kind.as_str(), subjects, signed(query.limit as u64)])
    }

    fn newest_notes(&self, kind: NoteKind) -> Result<Vec<Noted>> {
        let sql = "SELECT max(seq), at, body FROM events WHERE kind = ? GROUP BY subject ORDER BY 1";
        self.noted(sql, params![kind.as_str()])
    }

    fn noted(&self, sql: &str, bounds: &[&dyn rusqlite::ToSql]) -> Result<Vec<Noted>> {
        let failed = during("reading events");
        let mut statement = self.connection.prepare_cached(sql).map_err(&failed)?;
        let mut rows = statement.query(bounds).map_err(&failed)?;
        let mut noted = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            let (seq, at, body): (i64, i64, String) = columns(row).map_err(&failed)?;
            let note = serde_json::from_str(&body).map_err(|error| damaged(TABLE, error.to_string()))?;
            noted.push(Noted { seq: seq.unsigned_abs(), at: instant(at)?, note });
        }
        Ok(noted)
    }

    /// By bisection of each table: their numbers and times grow together, and there is no index of times.
    fn log_floor(&self, since: i64) -> Result<u64> {
        let failed = during("reading events");
        let mut floor = i64::MAX;
        let mut newest = 0;
        for table in ["observations", "assessments", TABLE] {
            let last = format!("SELECT ifnull(max(seq), 0) FROM {table}");
            let last: i64 = self.connection.query_row(&last, [], |row| row.get(0)).map_err(&failed)?;
            newest = newest.max(last);
            let sql = format!("SELECT seq, at FROM {table} WHERE seq >= ? ORDER BY seq LIMIT 1");
            let mut statement = self.connection.prepare_cached(&sql).map_err(&failed)?;
            let mut from = |number: i64| {
                let row = statement.query_row([number], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
                row.optional().map_err(&failed)
            };
            // Entries before `low` are earlier than `since`, those from `high` on are not.
            let (mut low, mut high) = (1, last + 1);
            while low < high {
                let middle = low + (high - low) / 2;
                match from(middle)? {
                    Some((seq, at)) if at < since => low = seq + 1,
                    _ => high = middle,
                }
            }
            if let Some((first, _)) = from(low)? {
                floor = floor.min(first - 1);
            }
        }
        Ok(floor.min(newest).unsigned_abs())
    }
}

fn columns(row: &Row<'_>) -> rusqlite::Result<(i64, i64, String)> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}
