//! Reading what was published.

use limpid_model::{Assessment, Flag, Mark, Observation, ParameterId, Published, ReceiptId, Record, StationId, Status};
use rusqlite::Row;
use ulid::Ulid;

use super::failure::{damaged, during};
use super::names::{Assessed, Series};
use super::read::Reader;
use super::time::{instant, micros};
use crate::error::{Result, StoreError};
use crate::journal::{AssessmentQuery, ObservationQuery};

macro_rules! observations {
    ($rest:literal) => {
        concat!(
            "SELECT seq, at, revision, start, end, value, flag, mark, status, n, expected, rules, source, series, revised ",
            "FROM observations ",
            $rest
        )
    };
}

macro_rules! assessments {
    ($rest:literal) => {
        concat!(
            "SELECT seq, at, revision, start, end, value, level, primaries, sub, reason, status, assessed, compliance, event ",
            "FROM assessments ",
            $rest
        )
    };
}

/// Where a series stands in lists.
type SeriesPlace = (StationId, Option<&'static str>);

/// What of a span is still to be read of a series, when a page ended at the place and start given.
type Rest = fn(&SeriesPlace, Option<&(SeriesPlace, i64)>, Span) -> Option<Span>;

/// What one series of published records is asked for.
struct Span {
    from: i64,
    to: i64,
    as_of: i64,
    limit: usize,
}

impl Reader {
    /// See [`Journal::cursor`](crate::Journal::cursor).
    pub fn cursor(&self, name: &str) -> Result<u64> {
        self.connection
            .query_row("SELECT ifnull((SELECT number FROM cursors WHERE name = ?), 0)", [name], |row| {
                row.get::<_, i64>(0)
            })
            .map(i64::unsigned_abs)
            .map_err(during("reading a cursor"))
    }

    /// See [`Journal::published_tail`](crate::Journal::published_tail).
    pub fn published_tail(&self, after: i64, limit: usize) -> Result<Vec<Published>> {
        let bound = [after, i64::try_from(limit).unwrap_or(i64::MAX)];
        let mut records: Vec<Published> = Vec::new();
        self.visit(observations!("WHERE seq > ? ORDER BY seq LIMIT ?"), bound, |row| {
            records.push(record(self.observation(row)?));
            Ok(true)
        })?;
        self.visit(assessments!("WHERE seq > ? ORDER BY seq LIMIT ?"), bound, |row| {
            records.push(record(self.assessment(row)?));
            Ok(true)
        })?;
        records.sort_unstable_by_key(|published| published.seq);
        records.truncate(limit);
        Ok(records)
    }

    /// See [`Journal::newest`](crate::Journal::newest).
    pub fn newest(&self, since: i64) -> Result<Vec<Published>> {
        let mut records = Vec::new();
        for id in 1..=self.names.series.len() as i64 {
            let newest = observations!("WHERE series = ? AND start >= ? ORDER BY start DESC, revision DESC LIMIT 1");
            self.visit(newest, [id, since], |row| {
                records.push(record(self.observation(row)?));
                Ok(true)
            })?;
        }
        for id in 1..=self.names.assessed.len() as i64 {
            let newest = assessments!("WHERE assessed = ? AND start >= ? ORDER BY start DESC, revision DESC LIMIT 1");
            self.visit(newest, [id, since], |row| {
                records.push(record(self.assessment(row)?));
                Ok(true)
            })?;
        }
        records.sort_unstable_by_key(|published: &Published| published.seq);
        Ok(records)
    }

    /// See [`Journal::observations`](crate::Journal::observations).
    pub fn observations(&self, query: &ObservationQuery) -> Result<Vec<Published<Observation>>> {
        let sql = observations!("WHERE series = ?1 AND start >= ?2 AND start < ?3 AND at <= ?4 ORDER BY start");
        self.of_series(query, sql, self.wanted(query), behind)
    }

    /// See [`SeriesReads::observations_back`](crate::SeriesReads::observations_back).
    pub fn observations_back(&self, query: &ObservationQuery) -> Result<Vec<Published<Observation>>> {
        let sql = observations!("WHERE series = ?1 AND start >= ?2 AND start < ?3 AND at <= ?4 ORDER BY start DESC");
        let mut wanted = self.wanted(query);
        wanted.reverse();
        self.of_series(query, sql, wanted, before)
    }

    /// The series that a query asks for with their ids, in the order of its answer.
    fn wanted(&self, query: &ObservationQuery) -> Vec<(SeriesPlace, i64)> {
        let place = |series: &Series| (series.station.clone(), Some(series.parameter.as_str()));
        let mut wanted: Vec<_> = (1..)
            .zip(&self.names.series)
            .filter(|(_, series)| asked_series(query, series))
            .map(|(id, series)| (place(series), id))
            .collect();
        wanted.sort_unstable();
        wanted
    }

    /// The observations of these series, one series after the other; `rest` is what of a span is still to be read.
    fn of_series(
        &self,
        query: &ObservationQuery,
        sql: &str,
        wanted: Vec<(SeriesPlace, i64)>,
        rest: Rest,
    ) -> Result<Vec<Published<Observation>>> {
        let after = query.after.as_ref().map(|after| {
            ((after.station.clone(), after.parameter.map(|parameter| parameter.as_str())), micros(after.start))
        });
        let mut found = Vec::new();
        let span = |limit| Span { from: micros(query.from), to: micros(query.to), as_of: bound(query.as_of), limit };
        for (place, id) in wanted {
            let Some(span) = rest(&place, after.as_ref(), span(query.limit - found.len())) else { continue };
            self.latest(sql, id, span, &mut found, |row| self.observation(row))?;
            if found.len() >= query.limit {
                break;
            }
        }
        Ok(found)
    }

    /// See [`Journal::assessments`](crate::Journal::assessments).
    pub fn assessments(&self, query: &AssessmentQuery) -> Result<Vec<Published<Assessment>>> {
        let mut wanted: Vec<_> = (1..)
            .zip(&self.names.assessed)
            .filter(|(_, assessed)| asked_assessed(query, assessed))
            .map(|(id, assessed)| (assessed.station.clone(), id))
            .collect();
        wanted.sort_unstable();
        let after = query.after.as_ref().map(|after| (after.station.clone(), micros(after.start)));
        let mut found = Vec::new();
        let span = |limit| Span { from: micros(query.from), to: micros(query.to), as_of: bound(query.as_of), limit };
        for (place, id) in wanted {
            let Some(span) = behind(&place, after.as_ref(), span(query.limit - found.len())) else { continue };
            let sql = assessments!("WHERE assessed = ?1 AND start >= ?2 AND start < ?3 AND at <= ?4 ORDER BY start");
            self.latest(sql, id, span, &mut found, |row| self.assessment(row))?;
            if found.len() >= query.limit {
                break;
            }
        }
        Ok(found)
    }

    /// Adds the latest revision of each start of one series, at most `span.limit`.
    fn latest<T>(
        &self,
        sql: &str,
        id: i64,
        span: Span,
        found: &mut Vec<Published<T>>,
        read: impl Fn(&Row<'_>) -> Result<Published<T>>,
    ) -> Result<()> {
        let mut last: Option<(i64, Published<T>)> = None;
        let mut left = span.limit;
        self.visit(sql, [id, span.from, span.to, span.as_of], |row| {
            if left == 0 {
                return Ok(false);
            }
            let start: i64 = row.get("start").map_err(during("reading published records"))?;
            let next = read(row)?;
            match &mut last {
                Some((before, kept)) if *before == start => {
                    if next.revision > kept.revision {
                        *kept = next;
                    }
                }
                _ => {
                    if let Some((_, kept)) = last.replace((start, next)) {
                        found.push(kept);
                        left -= 1;
                    }
                }
            }
            Ok(left > 0)
        })?;
        if left > 0 {
            found.extend(last.map(|(_, kept)| kept));
        }
        Ok(())
    }

    fn visit<const N: usize>(
        &self,
        sql: &str,
        bound: [i64; N],
        mut visit: impl FnMut(&Row<'_>) -> Result<bool>,
    ) -> Result<()> {
        let failed = during("reading published records");
        let mut statement = self.connection.prepare_cached(sql).map_err(&failed)?;
        let mut rows = statement.query(rusqlite::params_from_iter(bound)).map_err(&failed)?;
        while let Some(row) = rows.next().map_err(&failed)? {
            if !visit(row)? {
                break;
            }
        }
        Ok(())
    }

    fn observation(&self, row: &Row<'_>) -> Result<Published<Observation>> {
        let get = Columns { row, table: "observations" };
        let series = self.names.series(get.number(13)?)?;
        let flag: u8 = get.small(6)?;
        let source: Option<[u8; 16]> = row.get(12).map_err(during("reading published records"))?;
        let observation = Observation {
            station: series.station.clone(),
            parameter: series.parameter,
            period: series.period,
            statistic: series.statistic,
            start: instant(get.number(3)?)?,
            end: instant(get.number(4)?)?,
            value: row.get(5).map_err(during("reading published records"))?,
            flag: Flag::from_code(flag).ok_or_else(|| get.damaged(format!("{flag} is no flag")))?,
            mark: mark(row, 7)?,
            status: get.status(8)?,
            n: row.get(9).map_err(during("reading published records"))?,
            expected: row.get(10).map_err(during("reading published records"))?,
            revised: match row.get::<_, Option<String>>(14).map_err(during("reading published records"))? {
                None => Vec::new(),
                Some(text) => serde_json::from_str(&text)
                    .map_err(|error| get.damaged(format!("revised readings {text}: {error}")))?,
            },
            rules: self.names.word(get.number(11)?)?.unwrap_or_default().to_owned(),
            from: source.map(|id| ReceiptId(Ulid::from_bytes(id))),
        };
        get.published(observation)
    }

    fn assessment(&self, row: &Row<'_>) -> Result<Published<Assessment>> {
        let get = Columns { row, table: "assessments" };
        let failed = during("reading published records");
        let assessed = self.names.assessed(get.number(11)?)?;
        let primaries: String = row.get(7).map_err(&failed)?;
        let sub: String = row.get(8).map_err(&failed)?;
        let compliance: Option<String> = row.get(12).map_err(&failed)?;
        let unknown = |text: &str| get.damaged(format!("{text:?} is no list of parameters"));
        let assessment = Assessment {
            station: assessed.station.clone(),
            scheme: assessed.scheme,
            period: assessed.period,
            start: instant(get.number(3)?)?,
            end: instant(get.number(4)?)?,
            index: row.get(5).map_err(&failed)?,
            level: row.get(6).map_err(&failed)?,
            primary: primaries
                .split_whitespace()
                .map(ParameterId::parse)
                .collect::<Option<_>>()
                .ok_or_else(|| unknown(&primaries))?,
            sub: sub.split_whitespace().map(sub_index).collect::<Option<_>>().ok_or_else(|| unknown(&sub))?,
            reason: row.get(9).map_err(&failed)?,
            status: get.status(10)?,
            event: row.get(13).map_err(&failed)?,
            compliance: compliance
                .map(|text| {
                    serde_json::from_str(&text).map_err(|error| get.damaged(format!("compliance {text}: {error}")))
                })
                .transpose()?,
        };
        get.published(assessment)
    }
}

fn mark(row: &Row<'_>, column: usize) -> Result<Option<Mark>> {
    let failed = during("reading published records");
    let text: Option<String> = row.get(column).map_err(failed)?;
    Ok(text.as_deref().and_then(Mark::parse))
}

/// `pm25=34` or `pm25=-`
fn sub_index(text: &str) -> Option<(ParameterId, Option<u16>)> {
    let (parameter, index) = text.split_once('=')?;
    let index = if index == "-" { None } else { Some(index.parse().ok()?) };
    Some((ParameterId::parse(parameter)?, index))
}

/// The part of the span that lies behind the place of the last item taken; `None` when all of it lies before.
fn behind<P: Ord>(place: &P, after: Option<&(P, i64)>, span: Span) -> Option<Span> {
    match after {
        None => Some(span),
        Some((last, start)) => match place.cmp(last) {
            std::cmp::Ordering::Less => None,
            std::cmp::Ordering::Equal => Some(Span { from: span.from.max(start.saturating_add(1)), ..span }),
            std::cmp::Ordering::Greater => Some(span),
        },
    }
}

/// The same on the way back: what lies before the place.
fn before<P: Ord>(place: &P, after: Option<&(P, i64)>, span: Span) -> Option<Span> {
    match after {
        None => Some(span),
        Some((last, start)) => match place.cmp(last) {
            std::cmp::Ordering::Greater => None,
            std::cmp::Ordering::Equal => Some(Span { to: span.to.min(*start), ..span }),
            std::cmp::Ordering::Less => Some(span),
        },
    }
}

/// Whether a series is one of those asked for.
pub(super) fn asked_series(query: &ObservationQuery, series: &Series) -> bool {
    series.period == query.period
        && series.statistic == query.statistic
        && (query.stations.is_empty() || query.stations.contains(&series.station))
        && (query.parameters.is_empty() || query.parameters.contains(&series.parameter))
}

/// Whether assessments of this kind are asked for.
pub(super) fn asked_assessed(query: &AssessmentQuery, assessed: &Assessed) -> bool {
    assessed.scheme.id == query.scheme
        && assessed.period == query.period
        && (query.stations.is_empty() || query.stations.contains(&assessed.station))
}

pub(super) fn bound(as_of: Option<limpid_model::Instant>) -> i64 {
    as_of.map_or(i64::MAX, micros)
}

fn record<T: Into<Record>>(published: Published<T>) -> Published {
    let Published { seq, at, revision, record } = published;
    Published { seq, at, revision, record: record.into() }
}

/// A row of published records.
struct Columns<'a, 'row> {
    row: &'a Row<'row>,
    table: &'static str,
}

impl Columns<'_, '_> {
    fn number(&self, column: usize) -> Result<i64> {
        self.row.get(column).map_err(during("reading published records"))
    }

    fn small(&self, column: usize) -> Result<u8> {
        self.row.get(column).map_err(during("reading published records"))
    }

    fn status(&self, column: usize) -> Result<Status> {
        match self.small(column)? {
            0 => Ok(Status::Provisional),
            1 => Ok(Status::Reviewed),
            2 => Ok(Status::Final),
            other => Err(self.damaged(format!("{other} is no status"))),
        }
    }

    fn published<T>(&self, record: T) -> Result<Published<T>> {
        let revision = self.row.get(2).map_err(during("reading published records"))?;
        Ok(Published { seq: self.number(0)?.unsigned_abs(), at: instant(self.number(1)?)?, revision, record })
    }

    fn damaged(&self, detail: String) -> StoreError {
        damaged(self.table, detail)
    }
}
