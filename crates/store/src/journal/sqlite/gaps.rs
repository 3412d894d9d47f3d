//! The gap ledger. See [`Gaps`].

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use limpid_model::{Completeness, Gap, Instant, ParameterId, StationId, VerdictKind};
use rusqlite::{Connection, Row, params};

use super::SqliteJournal;
use super::failure::{damaged, during};
use super::queue::Work;
use super::read::Reader;
use super::time::{instant, micros};
use crate::error::Result;
use crate::journal::{GapQuery, GapWindow, Gaps, LedgerEntries, RefusedThen};

const TABLE: &str = "gaps";

#[async_trait]
impl Gaps for SqliteJournal {
    async fn keep_ledger(&self, entries: LedgerEntries) -> Result<()> {
        let gaps: usize = entries.windows.iter().map(|window| window.gaps.len()).sum();
        let weight = gaps * size_of::<Gap>() + entries.completeness.len() * size_of::<Completeness>();
        self.queue()?.ask(weight, |reply| Work::Ledger(entries, reply)).await
    }

    async fn gaps(&self, query: GapQuery) -> Result<Vec<Gap>> {
        self.readers.read(move |reader| reader.gaps(&query)).await
    }

    async fn completeness(&self, year: i32) -> Result<Vec<Completeness>> {
        self.readers.read(move |reader| reader.completeness(year)).await
    }

    async fn refused(&self, station: &StationId, from: Instant, to: Instant) -> Result<Vec<RefusedThen>> {
        let station = station.clone();
        self.readers.read(move |reader| reader.refused(&station, from, to)).await
    }
}

/// Keeps what a run found, within the writer's open transaction.
pub(super) fn keep(connection: &Connection, entries: &LedgerEntries) -> Result<()> {
    let failed = during("keeping the gap ledger");
    for window in &entries.windows {
        replace(connection, window)?;
    }
    for one in &entries.completeness {
        let body = serde_json::to_string(one).map_err(|error| damaged("completeness", error.to_string()))?;
        connection
            .prepare_cached("INSERT OR REPLACE INTO completeness VALUES (?, ?, ?, ?)")
            .and_then(|mut statement| {
                statement.execute(params![one.year, one.station.as_str(), one.parameter.as_str(), body])
            })
            .map_err(&failed)?;
    }
    for (name, number) in &entries.cursors {
        super::publish::move_cursor(connection, name, *number)?;
    }
    Ok(())
}

/// Puts a window in place of what was kept of its stretch; what goes beyond its edges is cut there, and joined again
/// where cause and reason are the same on both sides.
fn replace(connection: &Connection, window: &GapWindow) -> Result<()> {
    let failed = during("keeping gaps");
    let (station, from, to) = (window.station.as_str(), micros(window.from), micros(window.to));
    let mut statement = connection
        .prepare_cached(
            "SELECT station, parameter, start, end, cause, reason FROM gaps
             WHERE station = ? AND start <= ? AND end >= ?",
        )
        .map_err(&failed)?;
    let mut rows = statement.query(params![station, to, from]).map_err(&failed)?;
    let mut before = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        before.push(gap(row)?);
    }
    drop(rows);
    let mut parts = window.gaps.clone();
    for gap in &before {
        parts.extend((gap.start < window.from).then(|| Gap { end: gap.end.min(window.from), ..gap.clone() }));
        parts.extend((gap.end > window.to).then(|| Gap { start: gap.start.max(window.to), ..gap.clone() }));
    }
    let after = join(parts);
    for gap in before.iter().filter(|gap| !after.contains(gap)) {
        connection
            .prepare_cached("DELETE FROM gaps WHERE station = ? AND parameter = ? AND start = ?")
            .and_then(|mut statement| statement.execute(params![station, gap.parameter.as_str(), micros(gap.start)]))
            .map_err(&failed)?;
    }
    for gap in after.iter().filter(|gap| !before.contains(gap)) {
        let (start, end) = (micros(gap.start), micros(gap.end));
        connection
            .prepare_cached("INSERT INTO gaps VALUES (?, ?, ?, ?, ?, ?)")
            .and_then(|mut statement| {
                statement.execute(params![station, gap.parameter.as_str(), start, end, gap.cause.as_str(), gap.reason])
            })
            .map_err(&failed)?;
    }
    Ok(())
}

/// Gaps of one station in order, those that touch and say the same made one.
fn join(gaps: Vec<Gap>) -> Vec<Gap> {
    let mut parameters: BTreeMap<ParameterId, Vec<Gap>> = BTreeMap::new();
    for gap in gaps {
        parameters.entry(gap.parameter).or_default().push(gap);
    }
    let mut joined: Vec<Gap> = Vec::new();
    for mut gaps in parameters.into_values() {
        gaps.sort_by_key(|gap| gap.start);
        for gap in gaps {
            let same = |last: &&mut Gap| {
                last.parameter == gap.parameter
                    && last.end == gap.start
                    && (last.cause, &last.reason) == (gap.cause, &gap.reason)
            };
            match joined.last_mut().filter(same) {
                Some(last) => last.end = gap.end,
                None => joined.push(gap),
            }
        }
    }
    joined
}

impl Reader {
    fn gaps(&self, query: &GapQuery) -> Result<Vec<Gap>> {
        let failed = during("reading gaps");
        let json = |texts: BTreeSet<&str>| serde_json::to_string(&texts).unwrap_or_default();
        let some = |texts: BTreeSet<&str>| (!texts.is_empty()).then(|| json(texts));
        let stations = json(query.stations.iter().map(StationId::as_str).collect());
        let parameters = some(query.parameters.iter().map(|parameter| parameter.as_str()).collect());
        let causes = some(query.causes.iter().map(|cause| cause.as_str()).collect());
        let after = query.after.as_ref();
        let after = (
            after.map_or("", |after| after.station.as_str()),
            after.and_then(|after| after.parameter).map_or("", |parameter| parameter.as_str()),
            after.map_or(i64::MIN, |after| micros(after.start)),
        );
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT station, parameter, start, end, cause, reason FROM gaps
                 WHERE station IN (SELECT value FROM json_each(?1))
                   AND (?2 IS NULL OR parameter IN (SELECT value FROM json_each(?2)))
                   AND (?3 IS NULL OR cause IN (SELECT value FROM json_each(?3)))
                   AND end > ?4 AND start < ?5 AND (station, parameter, start) > (?6, ?7, ?8)
                 ORDER BY station, parameter, start LIMIT ?9",
            )
            .map_err(&failed)?;
        let mut rows = statement
            .query(params![
                stations,
                parameters,
                causes,
                micros(query.from),
                micros(query.to),
                after.0,
                after.1,
                after.2,
                i64::try_from(query.limit).unwrap_or(i64::MAX)
            ])
            .map_err(&failed)?;
        let mut gaps = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            gaps.push(gap(row)?);
        }
        Ok(gaps)
    }

    fn completeness(&self, year: i32) -> Result<Vec<Completeness>> {
        let failed = during("reading completeness");
        let mut statement = self
            .connection
            .prepare_cached("SELECT body FROM completeness WHERE year = ? ORDER BY station, parameter")
            .map_err(&failed)?;
        let mut rows = statement.query([year]).map_err(&failed)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            let body: String = row.get(0).map_err(&failed)?;
            all.push(serde_json::from_str(&body).map_err(|error| damaged("completeness", error.to_string()))?);
        }
        Ok(all)
    }

    fn refused(&self, station: &StationId, from: Instant, to: Instant) -> Result<Vec<RefusedThen>> {
        let failed = during("reading refused entries");
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT quarter, kind, reason, count FROM refused WHERE station = ? AND quarter >= ? AND quarter < ?
                 ORDER BY quarter, kind, reason",
            )
            .map_err(&failed)?;
        let mut rows = statement.query(params![station.as_str(), micros(from), micros(to)]).map_err(&failed)?;
        let mut refused = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            let kind: String = row.get(1).map_err(&failed)?;
            refused.push(RefusedThen {
                quarter: instant(row.get(0).map_err(&failed)?)?,
                kind: [VerdictKind::Quarantined, VerdictKind::Rejected]
                    .into_iter()
                    .find(|known| known.as_str() == kind)
                    .ok_or_else(|| damaged("refused", format!("{kind:?} is no refusal")))?,
                reason: row.get(2).map_err(&failed)?,
                count: row.get::<_, i64>(3).map_err(&failed)?.unsigned_abs(),
            });
        }
        Ok(refused)
    }
}

fn gap(row: &Row<'_>) -> Result<Gap> {
    let failed = during("reading gaps");
    let text = |column| row.get::<_, String>(column).map_err(&failed);
    let (station, parameter, cause) = (text(0)?, text(1)?, text(4)?);
    Ok(Gap {
        station: StationId::parse(&station).ok_or_else(|| damaged(TABLE, format!("{station:?} is no station")))?,
        parameter: ParameterId::parse(&parameter)
            .ok_or_else(|| damaged(TABLE, format!("{parameter:?} is no parameter")))?,
        start: instant(row.get(2).map_err(&failed)?)?,
        end: instant(row.get(3).map_err(&failed)?)?,
        cause: cause.parse().map_err(|()| damaged(TABLE, format!("{cause:?} is no cause")))?,
        reason: row.get(5).map_err(&failed)?,
    })
}
