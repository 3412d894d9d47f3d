//! Deviations, counted. The writer adds up those of all submissions of a transaction and writes each station and name
//! once: with the submissions where these are few, else when readings are brought into the order of their series, so
//! that a thousand stations that never conform do not cost a row each in every group commit. A crash in between loses
//! the counts of the last seconds, and nothing else.

use async_trait::async_trait;
use foldhash::HashMap;
use limpid_model::{ReceiptId, StationId, Submission};
use rusqlite::{Connection, params};
use ulid::Ulid;

use super::SqliteJournal;
use super::failure::during;
use super::read::Reader;
use super::time::{instant, micros};
use crate::error::Result;
use crate::journal::{Conformance, DeviationCount};

#[async_trait]
impl Conformance for SqliteJournal {
    async fn deviations(&self, station: &StationId) -> Result<Vec<DeviationCount>> {
        let station = station.clone();
        self.readers.read(move |reader| reader.deviations(&station)).await
    }
}

/// Rows that are written with the submissions that they come from.
const FEW: usize = 16;

/// What is added, by station and name.
#[derive(Debug, Default)]
pub(super) struct Deviations(HashMap<(StationId, &'static str), Added>);

#[derive(Debug)]
struct Added {
    count: i64,
    first: i64,
    last: i64,
    example: ReceiptId,
}

impl Deviations {
    /// Counts those of a submission; without a station there is nobody to tell.
    pub fn add(&mut self, submission: &Submission) {
        let Some(station) = &submission.station else { return };
        let at = micros(submission.received);
        for name in &submission.deviations {
            self.merge_one((station.clone(), name), Added { count: 1, first: at, last: at, example: submission.id });
        }
    }

    /// Counts those of another.
    pub fn merge(&mut self, other: Self) {
        other.0.into_iter().for_each(|(key, added)| self.merge_one(key, added));
    }

    fn merge_one(&mut self, key: (StationId, &'static str), more: Added) {
        let Some(added) = self.0.get_mut(&key) else {
            self.0.insert(key, more);
            return;
        };
        added.count += more.count;
        added.first = added.first.min(more.first);
        if more.last >= added.last {
            (added.last, added.example) = (more.last, more.example);
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether they can be written without anybody waiting for it.
    pub fn are_few(&self) -> bool {
        self.0.len() <= FEW
    }

    /// Adds all of it to the database's counts.
    pub fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        for ((station, name), added) in &self.0 {
            let Added { count, first, last, example } = added;
            connection
                .prepare_cached(
                    "INSERT INTO deviations VALUES (?, ?, ?, ?, ?, ?)
                     ON CONFLICT DO UPDATE SET count = count + excluded.count, first = min(first, excluded.first),
                     example = CASE WHEN excluded.last >= last THEN excluded.example ELSE example END,
                     last = max(last, excluded.last)",
                )?
                .execute(params![station.as_str(), name, count, first, last, example.0.to_bytes()])?;
        }
        Ok(())
    }
}

impl Reader {
    /// See [`Conformance::deviations`].
    fn deviations(&self, station: &StationId) -> Result<Vec<DeviationCount>> {
        let failed = during("reading deviations");
        let mut statement = self
            .connection
            .prepare_cached("SELECT name, count, first, last, example FROM deviations WHERE station = ? ORDER BY name")
            .map_err(&failed)?;
        let mut rows = statement.query([station.as_str()]).map_err(&failed)?;
        let mut counts = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            let example: [u8; 16] = row.get(4).map_err(&failed)?;
            counts.push(DeviationCount {
                name: row.get(0).map_err(&failed)?,
                count: row.get::<_, i64>(1).map_err(&failed)?.unsigned_abs(),
                first: instant(row.get(2).map_err(&failed)?)?,
                last: instant(row.get(3).map_err(&failed)?)?,
                example: ReceiptId(Ulid::from_bytes(example)),
            });
        }
        Ok(counts)
    }
}
