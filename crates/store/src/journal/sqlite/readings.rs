//! Reading what was received.

use std::collections::HashMap;

use limpid_model::{Instant, Period, Reading, ReceiptId, StationId};

use super::failure::{damaged, during};
use super::group::{self, Group};
use super::index::{self, span_of};
use super::pack::{Packed, Placed, Unpacker};
use super::read::Reader;
use super::state::{BEHIND, INDEXED};
use super::time::{instant, micros};
use crate::error::Result;
use crate::journal::{Accepted, StationExtent};

/// A submission's id and the time it was received.
type Origin = (ReceiptId, Instant);

impl Reader {
    /// See [`Journal::tail`](crate::Journal::tail).
    pub fn tail(&self, after: i64, limit: usize) -> Result<Vec<Accepted>> {
        let mut accepted = Vec::new();
        self.behind(after, |placed, origin| {
            if accepted.len() < limit {
                accepted.push(self.accepted(placed, origin)?);
            }
            Ok(accepted.len() < limit)
        })?;
        Ok(accepted)
    }

    /// Visits the readings behind a number, in order, until `visit` has enough.
    fn behind(&self, after: i64, mut visit: impl FnMut(Placed, Origin) -> Result<bool>) -> Result<()> {
        let failed = during("reading submissions");
        let mut statement = self.connection.prepare_cached(BEHIND).map_err(&failed)?;
        let mut rows = statement.query([after]).map_err(&failed)?;
        while let Some(row) = rows.next().map_err(&failed)? {
            let group = Group::of(row)?;
            for submission in group.submissions() {
                let (member, kept) = submission?;
                for (seq, reading) in (member.number + 1..).zip(Unpacker::new(kept.readings).readings()) {
                    let placed = Placed { seq, submission: member.number, reading: reading? };
                    if seq > after && !visit(placed, (member.id, member.received))? {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    fn accepted(&self, placed: Placed, (receipt, received): Origin) -> Result<Accepted> {
        let Packed { series, start, revision, value, mark, conversion } = placed.reading;
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
        Ok(Accepted { seq: placed.seq.unsigned_abs(), revision, receipt, received, reading })
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
        let (from, to) = (micros(from), micros(to));
        let mut found: Vec<(Placed, Option<Origin>)> = Vec::new();
        let mut wanted: HashMap<i64, (&'static str, Period)> = HashMap::new();
        for (id, series) in (1..).zip(&self.names.series) {
            if &series.station != station || from >= to {
                continue;
            }
            wanted.insert(id, (series.parameter.as_str(), series.period));
            let length = span_of(series.period);
            index::visit(&self.connection, id, length, (from, to), |placed| found.push((placed, None)))?;
        }
        self.behind(self.indexed()?, |placed, origin| {
            let Packed { series, start, .. } = placed.reading;
            if wanted.contains_key(&series) && (from..to).contains(&start) {
                found.push((placed, Some(origin)));
            }
            Ok(true)
        })?;
        found.sort_by_cached_key(|(placed, _)| {
            let Packed { series, start, revision, .. } = placed.reading;
            (wanted.get(&series).copied(), start, revision)
        });
        let mut origins = HashMap::new();
        let mut window: Vec<Accepted> = Vec::with_capacity(found.len());
        let mut before = None;
        for (placed, origin) in found {
            let origin = match origin {
                Some(origin) => origin,
                None => self.origin(&mut origins, placed.submission)?,
            };
            if as_of.is_some_and(|as_of| origin.1 > as_of) {
                continue;
            }
            let key = (placed.reading.series, placed.reading.start);
            if before.replace(key) == Some(key) {
                window.pop();
            }
            window.push(self.accepted(placed, origin)?);
        }
        Ok(window)
    }

    fn origin(&self, known: &mut HashMap<i64, Origin>, submission: i64) -> Result<Origin> {
        if !known.contains_key(&submission) {
            let members = group::members(&self.connection, submission)?;
            known.extend(members.iter().map(|member| (member.number, (member.id, member.received))));
        }
        let origin = known.get(&submission).copied();
        origin.ok_or_else(|| damaged("groups", format!("submission {submission} is missing")))
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
        let mut statement =
            self.connection.prepare_cached("SELECT series, first, last, fresh FROM extents").map_err(&failed)?;
        let mut rows = statement.query([]).map_err(&failed)?;
        while let Some(row) = rows.next().map_err(&failed)? {
            let number = |column| row.get::<_, i64>(column).map_err(&failed);
            add(number(0)?, number(1)?, number(2)?, number(3)?.unsigned_abs())?;
        }
        self.behind(self.indexed()?, |placed, _| {
            let Packed { series, start, revision, .. } = placed.reading;
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
}
