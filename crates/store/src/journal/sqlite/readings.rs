//! Reading what was received.

use std::collections::HashMap;

use limpid_model::{Channel, Counts, Instant, Mark, Reading, ReceiptId, StationId, VerdictKind};
use rusqlite::{OptionalExtension, Row};
use ulid::Ulid;

use super::body::Body;
use super::failure::{damaged, during};
use super::pack::{Packed, Unpacker};
use super::read::Reader;
use super::receipt;
use super::state::{BEHIND, INDEXED, Pending};
use super::time::{instant, micros};
use crate::error::Result;
use crate::journal::{Accepted, RefusalCount, StationExtent, StoredSubmission};

/// A mark in a row.
pub(super) fn mark(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Mark>> {
    Ok(row.get_ref(column)?.as_str_or_null()?.and_then(Mark::parse))
}

/// A revision in a row.
pub(super) fn revision(row: &Row<'_>, column: usize) -> rusqlite::Result<u32> {
    row.get(column)
}

/// A submission's id and the time it was received.
type Origin = (ReceiptId, Instant);

impl Reader {
    /// See [`Journal::tail`](crate::Journal::tail).
    pub fn tail(&self, after: i64, limit: usize) -> Result<Vec<Accepted>> {
        let mut accepted = Vec::new();
        self.behind(after, |pending, origin| {
            if accepted.len() < limit {
                accepted.push(self.accepted(pending, origin)?);
            }
            Ok(accepted.len() < limit)
        })?;
        Ok(accepted)
    }

    /// Visits the readings behind a number, in order, until `visit` has enough.
    fn behind(&self, after: i64, mut visit: impl FnMut(Pending, Origin) -> Result<bool>) -> Result<()> {
        let failed = during("reading submissions");
        let mut statement = self.connection.prepare_cached(BEHIND).map_err(&failed)?;
        let mut rows = statement.query([after]).map_err(&failed)?;
        while let Some(row) = rows.next().map_err(&failed)? {
            let submission: i64 = row.get(0).map_err(&failed)?;
            let origin =
                (ReceiptId(Ulid::from_bytes(row.get(1).map_err(&failed)?)), instant(row.get(2).map_err(&failed)?)?);
            let packed = row.get_ref(3).map_err(&failed)?;
            let packed = packed.as_blob().map_err(|error| damaged("submissions", error.to_string()))?;
            for (seq, reading) in (submission + 1..).zip(Unpacker::new(packed)) {
                let reading = reading?;
                if seq > after && !visit(Pending { seq, submission, reading }, origin)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn accepted(&self, pending: Pending, (receipt, received): Origin) -> Result<Accepted> {
        let Packed { series, start, revision, value, mark, conversion } = pending.reading;
        let series = self.names.series(series)?;
        let reading = Reading {
            station: series.station.clone(),
            parameter: series.parameter,
            period: series.period,
            start: instant(start)?,
            value,
            mark,
            conversion: self.names.word(conversion)?,
        };
        Ok(Accepted { seq: pending.seq.unsigned_abs(), revision, receipt, received, reading })
    }

    fn indexed(&self) -> Result<i64> {
        self.connection.query_row(INDEXED, [], |row| row.get(0)).map_err(during("reading the journal"))
    }

    /// See [`Journal::window`](crate::Journal::window).
    pub fn window(
        &self,
        station: &StationId,
        from: Instant,
        to: Instant,
        as_of: Option<Instant>,
    ) -> Result<Vec<Accepted>> {
        let failed = during("reading a window");
        let (from, to) = (micros(from), micros(to));
        let mut found: Vec<(Pending, Option<Origin>)> = Vec::new();
        let mut statement = self
            .connection
            .prepare_cached(concat!(
                "SELECT series, start, revision, value, mark, conversion, seq, submission FROM readings ",
                "WHERE series = ? AND start >= ? AND start < ?"
            ))
            .map_err(&failed)?;
        let mut wanted: HashMap<i64, (&'static str, limpid_model::Period)> = HashMap::new();
        for (id, series) in (1..).zip(&self.names.series) {
            if &series.station != station {
                continue;
            }
            wanted.insert(id, (series.parameter.as_str(), series.period));
            let mut rows = statement.query([id, from, to]).map_err(&failed)?;
            while let Some(row) = rows.next().map_err(&failed)? {
                found.push((ordered(row).map_err(&failed)?, None));
            }
        }
        self.behind(self.indexed()?, |pending, origin| {
            let Packed { series, start, .. } = pending.reading;
            if wanted.contains_key(&series) && (from..to).contains(&start) {
                found.push((pending, Some(origin)));
            }
            Ok(true)
        })?;
        found.sort_unstable_by_key(|(pending, _)| {
            let Packed { series, start, revision, .. } = pending.reading;
            (wanted.get(&series).copied(), start, revision)
        });
        let mut origins = HashMap::new();
        let mut window: Vec<Accepted> = Vec::with_capacity(found.len());
        let mut before = None;
        for (pending, origin) in found {
            let origin = match origin {
                Some(origin) => origin,
                None => self.origin(&mut origins, pending.submission)?,
            };
            if as_of.is_some_and(|as_of| origin.1 > as_of) {
                continue;
            }
            let key = (pending.reading.series, pending.reading.start);
            if before.replace(key) == Some(key) {
                window.pop();
            }
            window.push(self.accepted(pending, origin)?);
        }
        Ok(window)
    }

    fn origin(&self, known: &mut HashMap<i64, Origin>, submission: i64) -> Result<Origin> {
        if let Some(origin) = known.get(&submission) {
            return Ok(*origin);
        }
        let (id, received) = self
            .connection
            .prepare_cached("SELECT id, received FROM submissions WHERE number = ?")
            .and_then(|mut statement| statement.query_row([submission], |row| Ok((row.get(0)?, row.get(1)?))))
            .map_err(during("reading a submission"))?;
        let origin = (ReceiptId(Ulid::from_bytes(id)), instant(received)?);
        known.insert(submission, origin);
        Ok(origin)
    }

    /// See [`Journal::extents`](crate::Journal::extents).
    pub fn extents(&self) -> Result<Vec<StationExtent>> {
        let failed = during("reading extents");
        let mut extents: HashMap<&StationId, (i64, i64, u64)> = HashMap::new();
        let mut add = |series, first: i64, last: i64, count: u64| {
            let station = &self.names.series(series)?.station;
            let extent = extents.entry(station).or_insert((first, last, 0));
            *extent = (extent.0.min(first), extent.1.max(last), extent.2 + count);
            Ok(())
        };
        let mut statement = self
            .connection
            .prepare_cached("SELECT series, min(start), max(start), sum(revision = 1) FROM readings GROUP BY series")
            .map_err(&failed)?;
        let mut rows = statement.query([]).map_err(&failed)?;
        while let Some(row) = rows.next().map_err(&failed)? {
            let number = |column| row.get::<_, i64>(column).map_err(&failed);
            add(number(0)?, number(1)?, number(2)?, number(3)?.unsigned_abs())?;
        }
        self.behind(self.indexed()?, |pending, _| {
            let Packed { series, start, revision, .. } = pending.reading;
            add(series, start, start, u64::from(revision == 1))?;
            Ok(true)
        })?;
        let mut extents = extents
            .into_iter()
            .map(|(station, (first, last, readings))| {
                Ok(StationExtent { station: station.clone(), first: instant(first)?, last: instant(last)?, readings })
            })
            .collect::<Result<Vec<_>>>()?;
        extents.sort_unstable_by(|a, b| a.station.cmp(&b.station));
        Ok(extents)
    }

    /// See [`Journal::submission`](crate::Journal::submission).
    pub fn submission(&self, id: ReceiptId) -> Result<Option<StoredSubmission>> {
        let failed = during("reading a submission");
        self.connection
            .prepare_cached(receipt::select!("WHERE id = ?"))
            .and_then(|mut statement| statement.query_row([id.0.to_bytes()], |row| Ok(self.stored(row))).optional())
            .map_err(&failed)?
            .transpose()
    }

    fn stored(&self, row: &Row<'_>) -> Result<StoredSubmission> {
        let failed = during("reading a submission");
        let sha256 = row.get("sha256").map_err(&failed)?;
        let body =
            Body { sha256, length: row.get("length").map_err(&failed)?, stored: row.get("body").map_err(&failed)? };
        let station: Option<String> = row.get("station").map_err(&failed)?;
        let station = station
            .map(|text| {
                StationId::parse(&text).ok_or_else(|| damaged("submissions", format!("{text:?} is no station")))
            })
            .transpose()?;
        Ok(StoredSubmission {
            receipt: receipt::read(row)?,
            channel: channel(&row.get::<_, String>("channel").map_err(&failed)?)?,
            sender: row.get("sender").map_err(&failed)?,
            station,
            media_type: self.names.word(row.get("media_type").map_err(&failed)?)?.unwrap_or_default().to_owned(),
            sha256,
            body: body.restore()?,
        })
    }

    /// See [`Journal::refusals`](crate::Journal::refusals).
    pub fn refusals(&self) -> Result<Vec<RefusalCount>> {
        let failed = during("reading refusals");
        let mut statement = self
            .connection
            .prepare_cached("SELECT station, channel, kind, reason, count FROM refusals ORDER BY 1, 2, 3, 4")
            .map_err(&failed)?;
        let mut rows = statement.query([]).map_err(&failed)?;
        let mut refusals = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            let text = |column| row.get::<_, String>(column).map_err(&failed);
            let kind = text(2)?;
            refusals.push(RefusalCount {
                station: StationId::parse(&text(0)?),
                channel: channel(&text(1)?)?,
                kind: [VerdictKind::Quarantined, VerdictKind::Rejected]
                    .into_iter()
                    .find(|known| known.as_str() == kind)
                    .ok_or_else(|| damaged("refusals", format!("{kind:?} is no refusal")))?,
                reason: text(3)?,
                count: row.get::<_, i64>(4).map_err(&failed)?.unsigned_abs(),
            });
        }
        Ok(refusals)
    }

    /// See [`Journal::counts`](crate::Journal::counts).
    pub fn counts(&self) -> Result<Counts> {
        self.connection
            .query_row("SELECT stored, same, corrected, quarantined, rejected FROM totals", [], |row| {
                let count = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
                Ok(Counts {
                    stored: count(0)?,
                    same: count(1)?,
                    corrected: count(2)?,
                    quarantined: count(3)?,
                    rejected: count(4)?,
                })
            })
            .map_err(during("reading counts"))
    }
}

fn ordered(row: &Row<'_>) -> rusqlite::Result<Pending> {
    let reading = Packed {
        series: row.get(0)?,
        start: row.get(1)?,
        revision: revision(row, 2)?,
        value: row.get(3)?,
        mark: mark(row, 4)?,
        conversion: row.get(5)?,
    };
    Ok(Pending { seq: row.get(6)?, submission: row.get(7)?, reading })
}

fn channel(text: &str) -> Result<Channel> {
    text.parse().map_err(|()| damaged("submissions", format!("{text:?} is no channel")))
}
