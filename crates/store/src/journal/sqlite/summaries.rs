//! Summaries. See [`Summaries`].

use async_trait::async_trait;
use limpid_model::{Instant, Subject, Summary, SummaryBody};
use rusqlite::{Connection, OptionalExtension, params};

use super::SqliteJournal;
use super::failure::{damaged, during};
use super::publish::move_cursor;
use super::queue::Work;
use super::read::Reader;
use super::time::{instant, micros};
use crate::error::{Result, StoreError};
use crate::journal::{KeptSummary, Summaries, SummaryQuery};

const TABLE: &str = "summaries";
/// Roughly what a summary weighs on its way to the writer.
const WEIGHT: usize = 2_048;

#[async_trait]
impl Summaries for SqliteJournal {
    async fn keep_summaries(&self, summaries: Vec<Summary>, cursor: Option<(&'static str, u64)>) -> Result<usize> {
        self.queue()?.ask(summaries.len() * WEIGHT, |reply| Work::Summaries(summaries, cursor, reply)).await
    }

    async fn summaries(&self, query: SummaryQuery) -> Result<Vec<KeptSummary>> {
        self.readers.read(move |reader| reader.summaries(&query)).await
    }
}

/// Keeps what is new within the writer's open transaction.
pub(super) fn keep(
    connection: &Connection,
    summaries: &[Summary],
    cursor: Option<(&'static str, u64)>,
    now: Instant,
) -> Result<usize> {
    let failed = during("keeping summaries");
    let mut kept = 0;
    for summary in summaries {
        let body = serde_json::to_string(&summary.body)
            .map_err(|error| StoreError::io("writing a summary as JSON", std::io::Error::other(error)))?;
        let (kind, period, subject) = (summary.body.kind(), summary.period.to_string(), summary.subject.to_string());
        let (start, end) = (micros(summary.start), micros(summary.end));
        let before: Option<(i64, i64, String)> = connection
            .prepare_cached(concat!(
                "SELECT revision, end, body FROM summaries WHERE kind = ? AND period = ? AND subject = ? AND start = ? ",
                "ORDER BY revision DESC LIMIT 1"
            ))
            .and_then(|mut statement| {
                let row = params![kind, period, subject, start];
                statement.query_row(row, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()
            })
            .map_err(&failed)?;
        let revision = match before {
            Some((_, known_end, known)) if known_end == end && known == body => continue,
            before => before.map_or(1, |(revision, ..)| revision + 1),
        };
        connection
            .prepare_cached("INSERT INTO summaries VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .and_then(|mut statement| {
                statement.execute(params![subject, kind, period, start, revision, end, body, micros(now)])
            })
            .map_err(&failed)?;
        kept += 1;
    }
    if let Some((name, number)) = cursor {
        move_cursor(connection, name, number)?;
    }
    Ok(kept)
}

/// The subjects of a query as a list in JSON; `None` for all.
fn subjects(query: &SummaryQuery) -> Option<String> {
    let subjects: Vec<String> = query.subjects.iter().map(Subject::to_string).collect();
    (!subjects.is_empty()).then(|| serde_json::Value::from(subjects).to_string())
}

impl Reader {
    /// See [`Tallies::count_summaries`](crate::Tallies::count_summaries).
    pub fn count_summaries(&self, query: &SummaryQuery) -> Result<u64> {
        let failed = during("counting summaries");
        let sql = concat!(
            "SELECT count(*) FROM (SELECT DISTINCT subject, start FROM summaries WHERE kind = ?1 AND period = ?2 ",
            "AND (?3 IS NULL OR subject IN (SELECT value FROM json_each(?3))) AND start >= ?4 AND start < ?5 AND at <= ?6)"
        );
        let mut statement = self.connection.prepare_cached(sql).map_err(&failed)?;
        let (period, as_of) = (query.period.to_string(), query.as_of.map_or(i64::MAX, micros));
        let bound = params![query.kind, period, subjects(query), micros(query.from), micros(query.to), as_of];
        statement.query_row(bound, |row| row.get(0)).map(i64::unsigned_abs).map_err(failed)
    }

    fn summaries(&self, query: &SummaryQuery) -> Result<Vec<KeptSummary>> {
        let failed = during("reading summaries");
        let subjects = subjects(query);
        let (after, behind) = match &query.after {
            Some((subject, start)) => (Some(subject.to_string()), micros(*start)),
            None => (None, 0),
        };
        // With max() SQLite takes the other columns from the row that has it.
        let mut statement = self
            .connection
            .prepare_cached(concat!(
                "SELECT subject, start, max(revision), end, body, at FROM summaries WHERE kind = ?1 AND period = ?2 ",
                "AND (?3 IS NULL OR subject IN (SELECT value FROM json_each(?3))) AND start >= ?4 AND start < ?5 ",
                "AND at <= ?6 AND (?7 IS NULL OR (subject, start) > (?7, ?8)) ",
                "GROUP BY subject, start ORDER BY subject, start LIMIT ?9"
            ))
            .map_err(&failed)?;
        let as_of = query.as_of.map_or(i64::MAX, micros);
        let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
        let mut rows = statement
            .query(params![
                query.kind,
                query.period.to_string(),
                subjects,
                micros(query.from),
                micros(query.to),
                as_of,
                after,
                behind,
                limit
            ])
            .map_err(&failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            let (subject, body): (String, String) = (row.get(0).map_err(&failed)?, row.get(4).map_err(&failed)?);
            let body: SummaryBody =
                serde_json::from_str(&body).map_err(|error| damaged(TABLE, format!("{subject}: {error}")))?;
            let summary = Summary {
                subject: Subject::parse(&subject).ok_or_else(|| damaged(TABLE, format!("subject {subject:?}")))?,
                period: query.period,
                start: instant(row.get(1).map_err(&failed)?)?,
                end: instant(row.get(3).map_err(&failed)?)?,
                body,
            };
            let (revision, at) = (row.get(2).map_err(&failed)?, instant(row.get(5).map_err(&failed)?)?);
            found.push(KeptSummary { revision, at, summary });
        }
        Ok(found)
    }
}
