//! Publishing: only what differs from the latest revision is written.

use limpid_model::{Assessment, Instant, Observation, ParameterId, Published, Record, Status};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::failure::during;
use super::state::State;
use super::time::{instant, micros};
use crate::error::{Result, StoreError};

/// What a call of publish wrote, before it is durable.
#[derive(Debug)]
pub(super) struct Written {
    at: Instant,
    /// Position in the call, number, revision.
    records: Vec<(usize, i64, u32)>,
}

impl Written {
    /// The records that were written, as published.
    pub fn published(self, records: Vec<Record>) -> Vec<Published> {
        let mut written = self.records.into_iter().peekable();
        let mut published = Vec::with_capacity(written.len());
        for (index, record) in records.into_iter().enumerate() {
            if let Some((_, seq, revision)) = written.next_if(|(position, ..)| *position == index) {
                published.push(Published { seq: seq.unsigned_abs(), at: self.at, revision, record });
            }
        }
        published
    }
}

/// Writes records and moves a cursor within the writer's open transaction.
pub(super) fn publish(
    state: &mut State,
    connection: &Connection,
    records: &[Record],
    cursor: Option<(&'static str, u64)>,
    now: Instant,
) -> Result<Written> {
    // The order of the log is the order of time too, whatever the clock does.
    state.last_at = state.last_at.max(micros(now));
    let at = instant(state.last_at)?;
    let mut written = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let revision = match record {
            Record::Observation(observation) => observe(state, connection, observation)?,
            Record::Assessment(assessment) => assess(state, connection, assessment)?,
        };
        if let Some(revision) = revision {
            written.push((index, state.next_seq, revision));
            state.newest_published = state.next_seq;
            state.next_seq += 1;
        }
    }
    if let Some((name, number)) = cursor {
        move_cursor(connection, name, number)?;
    }
    Ok(Written { at, records: written })
}

/// Moves a cursor within the writer's open transaction.
pub(super) fn move_cursor(connection: &Connection, name: &str, number: u64) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO cursors VALUES (?, ?) ON CONFLICT DO UPDATE SET number = excluded.number")
        .and_then(|mut statement| statement.execute(params![name, i64::try_from(number).unwrap_or(i64::MAX)]))
        .map_err(during("moving a cursor"))?;
    Ok(())
}

/// Everything by which two revisions of an observation differ.
#[derive(PartialEq)]
struct Figures {
    end: i64,
    value: Option<u64>,
    flag: u8,
    mark: Option<String>,
    status: u8,
    n: Option<u32>,
    expected: Option<u32>,
    rules: i64,
    revised: Option<String>,
}

/// Writes an observation unless its latest revision says the same; gives its revision back when written.
fn observe(state: &mut State, connection: &Connection, observation: &Observation) -> Result<Option<u32>> {
    let failed = during("publishing an observation");
    let kind = (observation.parameter, observation.period, observation.statistic);
    let series = state.ids.series(connection, &observation.station, kind).map_err(&failed)?;
    let rules = state.ids.word(connection, &observation.rules).map_err(&failed)?;
    let start = micros(observation.start);
    let mark = observation.mark.as_ref().map(|mark| mark.as_str());
    let revised = match observation.revised.as_slice() {
        [] => None,
        some => Some(serde_json::to_string(some).map_err(|error| StoreError::io("publishing an observation", error))?),
    };
    let mut revision = 1;
    if !first(connection, &mut state.observed, Table::Observations, series, start).map_err(&failed)? {
        let latest = connection
            .prepare_cached(concat!(
                "SELECT revision, end, value, flag, mark, status, n, expected, rules, revised FROM observations ",
                "WHERE series = ? AND start = ? ORDER BY revision DESC LIMIT 1"
            ))
            .and_then(|mut statement| statement.query_row([series, start], figures).optional())
            .map_err(&failed)?;
        if let Some((latest, figures)) = latest {
            let now = Figures {
                end: micros(observation.end),
                value: observation.value.map(f64::to_bits),
                flag: observation.flag.code(),
                mark: mark.map(str::to_owned),
                status: status_code(observation.status),
                n: observation.n,
                expected: observation.expected,
                rules,
                revised: revised.clone(),
            };
            if figures == now {
                return Ok(None);
            }
            revision = latest + 1;
        }
    }
    connection
        .prepare_cached("INSERT INTO observations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .and_then(|mut statement| {
            statement.execute(params![
                state.next_seq,
                series,
                start,
                revision,
                micros(observation.end),
                observation.value,
                observation.flag.code(),
                mark,
                status_code(observation.status),
                observation.n,
                observation.expected,
                rules,
                observation.from.map(|id| id.0.to_bytes()),
                state.last_at,
                revised
            ])
        })
        .map_err(&failed)?;
    Ok(Some(revision))
}

fn figures(row: &Row<'_>) -> rusqlite::Result<(u32, Figures)> {
    let figures = Figures {
        end: row.get(1)?,
        value: row.get::<_, Option<f64>>(2)?.map(f64::to_bits),
        flag: row.get(3)?,
        mark: row.get(4)?,
        status: row.get(5)?,
        n: row.get(6)?,
        expected: row.get(7)?,
        rules: row.get(8)?,
        revised: row.get(9)?,
    };
    Ok((row.get(0)?, figures))
}

/// Everything by which two revisions of an assessment differ.
#[derive(PartialEq)]
struct Judgement {
    end: i64,
    index: Option<u16>,
    level: Option<u8>,
    primary: String,
    sub: String,
    reason: Option<String>,
    status: u8,
    compliance: Option<String>,
    event: bool,
}

/// Writes an assessment unless its latest revision says the same; gives its revision back when written.
fn assess(state: &mut State, connection: &Connection, assessment: &Assessment) -> Result<Option<u32>> {
    let failed = during("publishing an assessment");
    let kind = (assessment.scheme, assessment.period);
    let assessed = state.ids.assessed(connection, &assessment.station, kind).map_err(&failed)?;
    let start = micros(assessment.start);
    let now = Judgement {
        end: micros(assessment.end),
        index: assessment.index,
        level: assessment.level,
        primary: assessment.primary.iter().map(|parameter| parameter.as_str()).collect::<Vec<_>>().join(" "),
        sub: sub_indices(&assessment.sub),
        reason: assessment.reason.clone(),
        status: status_code(assessment.status),
        compliance: assessment
            .compliance
            .as_ref()
            .map(serde_json::to_string)
            .transpose()
            .map_err(|error| StoreError::io("publishing an assessment", error))?,
        event: assessment.event,
    };
    let mut revision = 1;
    if !first(connection, &mut state.assessed, Table::Assessments, assessed, start).map_err(&failed)? {
        let latest = connection
            .prepare_cached(concat!(
                "SELECT revision, end, value, level, primaries, sub, reason, status, compliance, event FROM assessments ",
                "WHERE assessed = ? AND start = ? ORDER BY revision DESC LIMIT 1"
            ))
            .and_then(|mut statement| statement.query_row([assessed, start], judgement).optional())
            .map_err(&failed)?;
        if let Some((latest, judgement)) = latest {
            if judgement == now {
                return Ok(None);
            }
            revision = latest + 1;
        }
    }
    connection
        .prepare_cached("INSERT INTO assessments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .and_then(|mut statement| {
            statement.execute(params![
                state.next_seq,
                assessed,
                start,
                revision,
                now.end,
                now.index,
                now.level,
                now.primary,
                now.sub,
                now.reason,
                now.status,
                state.last_at,
                now.compliance,
                now.event
            ])
        })
        .map_err(&failed)?;
    Ok(Some(revision))
}

fn judgement(row: &Row<'_>) -> rusqlite::Result<(u32, Judgement)> {
    let judgement = Judgement {
        end: row.get(1)?,
        index: row.get(2)?,
        level: row.get(3)?,
        primary: row.get(4)?,
        sub: row.get(5)?,
        reason: row.get(6)?,
        status: row.get(7)?,
        compliance: row.get(8)?,
        event: row.get(9)?,
    };
    Ok((row.get(0)?, judgement))
}

enum Table {
    Observations,
    Assessments,
}

/// Whether nothing was published of this series at or after `start`, so that there is nothing to compare with:
/// history is published in the order of time. Remembers the latest start.
fn first(
    connection: &Connection,
    latest: &mut foldhash::HashMap<i64, i64>,
    table: Table,
    id: i64,
    start: i64,
) -> rusqlite::Result<bool> {
    let known = match latest.get(&id) {
        Some(known) => Some(*known),
        None => connection
            .prepare_cached(match table {
                Table::Observations => "SELECT max(start) FROM observations WHERE series = ?",
                Table::Assessments => "SELECT max(start) FROM assessments WHERE assessed = ?",
            })?
            .query_row([id], |row| row.get(0))?,
    };
    latest.insert(id, known.map_or(start, |known| known.max(start)));
    Ok(known.is_none_or(|known| start > known))
}

/// `pm25=34 o3=-`
fn sub_indices(sub: &[(ParameterId, Option<u16>)]) -> String {
    let mut text = String::new();
    for (parameter, index) in sub {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(parameter.as_str());
        text.push('=');
        match index {
            Some(index) => text.push_str(&index.to_string()),
            None => text.push('-'),
        }
    }
    text
}

/// The number under which a status is stored.
fn status_code(status: Status) -> u8 {
    match status {
        Status::Provisional => 0,
        Status::Reviewed => 1,
        Status::Final => 2,
    }
}
