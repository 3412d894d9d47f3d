//! Issued forecasts. See [`Forecasts`].

use async_trait::async_trait;
use limpid_model::{Forecast, ForecastScore, Instant, Note, Subject};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use super::failure::{damaged, during};
use super::queue::Work;
use super::read::Reader;
use super::state::State;
use super::time::micros;
use super::{SqliteJournal, events, signed};
use crate::error::{Result, StoreError};
use crate::journal::{ForecastQuery, Forecasts, KeptModel};

const TABLE: &str = "forecasts";
/// Roughly what an issue weighs on its way to the writer: six parameters of 72 hours.
const WEIGHT: usize = 32 * 1024;
/// A body that claims to be longer is damaged: an issue of 7 days of 50 parameters has less.
const LONGEST: usize = 16 * 1024 * 1024;

/// What the writer does for forecasts.
pub(super) enum Keep {
    /// Keep issues.
    Issues(Vec<Forecast>),
    /// Keep a model.
    Model(Box<KeptModel>),
    /// Put scores in the place of those that there are.
    Scores(Vec<ForecastScore>),
}

#[async_trait]
impl Forecasts for SqliteJournal {
    async fn keep_forecasts(&self, forecasts: Vec<Forecast>) -> Result<Vec<u64>> {
        let weight = forecasts.len() * WEIGHT;
        let count = forecasts.len() as u64;
        let work = |reply| Work::Forecasts(Keep::Issues(forecasts), reply);
        // The numbers of one transaction's issues follow each other.
        let last = self.queue()?.ask(weight, work).await? as u64;
        self.issued.send_modify(|newest| *newest = last.max(*newest));
        Ok((last + 1 - count..=last).collect())
    }

    async fn forecasts(&self, query: ForecastQuery) -> Result<Vec<Forecast>> {
        self.readers.read(move |reader| reader.forecasts(&query)).await
    }

    fn forecast(&self) -> watch::Receiver<u64> {
        self.issued.subscribe()
    }

    async fn keep_forecast_model(&self, model: KeptModel) -> Result<()> {
        let weight = model.body.len();
        let work = |reply| Work::Forecasts(Keep::Model(Box::new(model)), reply);
        self.queue()?.ask(weight, work).await.map(|_| ())
    }

    async fn forecast_model(&self) -> Result<Option<KeptModel>> {
        self.readers.read(|reader| reader.forecast_model()).await
    }

    async fn set_forecast_scores(&self, scores: Vec<ForecastScore>) -> Result<()> {
        let weight = scores.len() * size_of::<ForecastScore>();
        self.queue()?.ask(weight, |reply| Work::Forecasts(Keep::Scores(scores), reply)).await.map(|_| ())
    }

    async fn forecast_scores(&self) -> Result<Vec<ForecastScore>> {
        self.readers.read(|reader| reader.forecast_scores()).await
    }
}

/// The number of the newest issue.
pub(super) fn newest(readers: &super::read::Readers) -> Result<u64> {
    readers.answer(|reader| {
        let number =
            reader.connection.query_row("SELECT ifnull(max(id), 0) FROM forecasts", [], |row| row.get::<_, i64>(0));
        number.map(i64::unsigned_abs).map_err(during("opening the journal"))
    })
}

/// Does the work within the writer's open transaction; of issues it gives the number of the last.
pub(super) fn keep(state: &mut State, connection: &Connection, work: &Keep, now: Instant) -> Result<usize> {
    match work {
        Keep::Issues(forecasts) => issues(state, connection, forecasts, now),
        Keep::Model(model) => {
            let note = json(&model.note)?;
            connection
                .prepare_cached("INSERT INTO forecast_models (id, note, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
                .and_then(|mut statement| statement.execute(params![model.note.id, note, model.body]))
                .map_err(during("keeping a forecast model"))
        }
        Keep::Scores(scores) => {
            let failed = during("keeping forecast scores");
            connection.execute("DELETE FROM forecast_scores", []).map_err(&failed)?;
            for score in scores {
                connection
                    .prepare_cached("INSERT INTO forecast_scores (body) VALUES (?)")
                    .and_then(|mut statement| statement.execute([json_text(score)?]))
                    .map_err(&failed)?;
            }
            Ok(scores.len())
        }
    }
}

/// Keeps issues, and notes each in the event log.
fn issues(state: &mut State, connection: &Connection, forecasts: &[Forecast], now: Instant) -> Result<usize> {
    let failed = during("keeping a forecast");
    let mut last = 0;
    for forecast in forecasts {
        let body = json(forecast)?;
        let packed = zstd::bulk::compress(body.as_bytes(), zstd::DEFAULT_COMPRESSION_LEVEL)
            .map_err(|error| StoreError::io("compressing a forecast", error))?;
        let row = params![forecast.subject.to_string(), micros(forecast.issued), signed(body.len() as u64), packed];
        last = connection
            .prepare_cached("INSERT INTO forecasts (subject, issued, length, body) VALUES (?, ?, ?, ?)")
            .and_then(|mut statement| statement.insert(row))
            .map_err(&failed)?;
        events::note(state, connection, &Note::Forecast { id: last.unsigned_abs() }, now)?;
    }
    Ok(usize::try_from(last).unwrap_or_default())
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    let failed = |error| StoreError::io("writing a forecast as JSON", std::io::Error::other(error));
    serde_json::to_string(value).map_err(failed)
}

/// The same as an error of SQLite's, within a chain of those.
fn json_text(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| damaged(TABLE, error.to_string()))
}

/// An issue of a row of `id, length, body`.
fn forecast(row: &Row<'_>) -> Result<Forecast> {
    let failed = during("reading forecasts");
    let (id, length): (i64, i64) = (row.get(0).map_err(&failed)?, row.get(1).map_err(&failed)?);
    let packed: Vec<u8> = row.get(2).map_err(&failed)?;
    let length = usize::try_from(length).ok().filter(|length| *length <= LONGEST);
    let length = length.ok_or_else(|| damaged(TABLE, format!("length of {id}")))?;
    let body = zstd::bulk::decompress(&packed, length).map_err(|error| damaged(TABLE, error.to_string()))?;
    let body = String::from_utf8(body).map_err(|error| damaged(TABLE, error.to_string()))?;
    Ok(Forecast { id: id.unsigned_abs(), ..read(&body)? })
}

impl Reader {
    fn forecasts(&self, query: &ForecastQuery) -> Result<Vec<Forecast>> {
        let failed = during("reading forecasts");
        // The number grows with time, and an amendment comes after what it amends.
        let id = if query.newest { "max(id)" } else { "id" };
        let group = if query.newest { "GROUP BY subject" } else { "" };
        let sql = format!(
            "SELECT {id} AS number, length, body FROM forecasts
             WHERE (?1 IS NULL OR subject IN (SELECT value FROM json_each(?1)))
               AND issued >= ?2 AND issued < ?3 AND id > ?4
             {group} ORDER BY number LIMIT ?5"
        );
        let subjects: Vec<String> = query.subjects.iter().map(Subject::to_string).collect();
        let subjects = (!subjects.is_empty()).then(|| serde_json::Value::from(subjects).to_string());
        let mut statement = self.connection.prepare_cached(&sql).map_err(&failed)?;
        let (from, to) = (micros(query.from), micros(query.to));
        let bounds = params![subjects, from, to, signed(query.after), signed(query.limit as u64)];
        let mut rows = statement.query(bounds).map_err(&failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            found.push(forecast(row)?);
        }
        Ok(found)
    }

    /// The issue of a number that the log names.
    pub fn forecast_of(&self, id: u64) -> Result<Forecast> {
        let failed = during("reading forecasts");
        let sql = "SELECT id, length, body FROM forecasts WHERE id = ?";
        let mut statement = self.connection.prepare_cached(sql).map_err(&failed)?;
        let found = statement.query_row([signed(id)], |row| Ok(forecast(row))).optional().map_err(&failed)?;
        found.unwrap_or_else(|| Err(damaged(TABLE, format!("{id} is not there"))))
    }

    fn forecast_model(&self) -> Result<Option<KeptModel>> {
        let newest = "SELECT note, body FROM forecast_models ORDER BY number DESC LIMIT 1";
        let row = self.connection.query_row(newest, [], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)));
        let row = row.optional().map_err(during("reading the forecast model"))?;
        row.map(|(note, body)| Ok(KeptModel { note: read(&note)?, body })).transpose()
    }

    fn forecast_scores(&self) -> Result<Vec<ForecastScore>> {
        let failed = during("reading forecast scores");
        let sql = "SELECT body FROM forecast_scores ORDER BY number";
        let mut statement = self.connection.prepare_cached(sql).map_err(&failed)?;
        let mut rows = statement.query([]).map_err(&failed)?;
        let mut scores = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            scores.push(read(&row.get::<_, String>(0).map_err(&failed)?)?);
        }
        Ok(scores)
    }
}
