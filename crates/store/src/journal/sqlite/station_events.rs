//! StationEvents of stations. See [`StationEvents`].

use async_trait::async_trait;
use limpid_model::{KeptStationEvent, ReceiptId, StationEvent, StationEventKind, Submission};
use rusqlite::{Connection, OptionalExtension, Row, params};
use ulid::Ulid;

use super::SqliteJournal;
use super::failure::{damaged, during};
use super::read::Reader;
use super::time::{instant, micros};
use crate::error::Result;
use crate::journal::{StationEventQuery, StationEvents};

/// The latest word on a subject, by the time of the events.
const LATEST: &str =
    "SELECT text FROM station_events WHERE station = ? AND kind = ? AND subject = ? ORDER BY at DESC LIMIT 1";

#[async_trait]
impl StationEvents for SqliteJournal {
    async fn station_events(&self, query: StationEventQuery) -> Result<Vec<KeptStationEvent>> {
        self.readers.read(move |reader| reader.station_events(&query)).await
    }
}

/// Keeps the events of a submission within the writer's open transaction.
pub(super) fn keep(connection: &Connection, submission: &Submission) -> Result<()> {
    let Some(station) = &submission.station else { return Ok(()) };
    let failed = during("keeping an event");
    for StationEvent { kind, subject, at, text } in &submission.events {
        let (station, word) = (station.as_str(), kind.as_str());
        if kind.lasts() {
            let latest: Option<String> = connection
                .prepare_cached(LATEST)
                .and_then(|mut statement| {
                    statement.query_row(params![station, word, subject], |row| row.get(0)).optional()
                })
                .map_err(&failed)?;
            if latest.as_ref() == Some(text) {
                continue;
            }
        }
        connection
            .prepare_cached("INSERT OR IGNORE INTO station_events VALUES (?, ?, ?, ?, ?, ?)")
            .and_then(|mut statement| {
                let receipt = submission.id.0.to_bytes();
                statement.execute(params![station, word, subject, micros(*at), text, receipt])
            })
            .map_err(&failed)?;
    }
    Ok(())
}

impl Reader {
    fn station_events(&self, query: &StationEventQuery) -> Result<Vec<KeptStationEvent>> {
        let failed = during("reading events");
        let kinds = query.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" ");
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT kind, subject, at, text, receipt FROM station_events
                 WHERE station = ?1 AND at >= ?2 AND at < ?3 AND (?4 = '' OR instr(' ' || ?4 || ' ', ' ' || kind || ' ') > 0)
                 ORDER BY at DESC, kind, subject, text LIMIT ?5",
            )
            .map_err(&failed)?;
        let (from, to) = (query.from.map_or(i64::MIN, micros), query.to.map_or(i64::MAX, micros));
        let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
        let mut rows = statement.query(params![query.station.as_str(), from, to, kinds, limit]).map_err(&failed)?;
        let mut events = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            events.push(event(row)?);
        }
        Ok(events)
    }
}

fn event(row: &Row<'_>) -> Result<KeptStationEvent> {
    let failed = during("reading events");
    let kind: String = row.get(0).map_err(&failed)?;
    let receipt: [u8; 16] = row.get(4).map_err(&failed)?;
    Ok(KeptStationEvent {
        event: StationEvent {
            kind: kind
                .parse::<StationEventKind>()
                .map_err(|()| damaged("station_events", format!("{kind:?} is no kind")))?,
            subject: row.get(1).map_err(&failed)?,
            at: instant(row.get(2).map_err(&failed)?)?,
            text: row.get(3).map_err(&failed)?,
        },
        receipt: ReceiptId(Ulid::from_bytes(receipt)),
    })
}
