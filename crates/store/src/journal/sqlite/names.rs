//! Ids in place of names: of series, of what is assessed, and of words that stand in many rows.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use foldhash::HashMap;
use limpid_model::{ParameterId, Period, Scheme, StationId, Statistic};
use rusqlite::{Connection, params};

use super::failure::{damaged, during};
use super::index::span_of;
use crate::error::Result;

/// What a value is one of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Series {
    pub station: StationId,
    pub parameter: ParameterId,
    pub period: Period,
    pub statistic: Statistic,
}

/// What an assessment is one of.
#[derive(Debug, Clone)]
pub(super) struct Assessed {
    pub station: StationId,
    pub scheme: &'static Scheme,
    pub period: Period,
}

/// The names as far as they were read, by id less one.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub series: Vec<Series>,
    pub assessed: Vec<Assessed>,
    words: Vec<&'static str>,
}

impl Names {
    /// Reads the names that came since the last time.
    pub fn refresh(&mut self, connection: &Connection) -> Result<()> {
        let failed = during("reading the journal's names");
        let mut statement = connection
            .prepare_cached("SELECT id, station, parameter, period, statistic FROM series WHERE id > ? ORDER BY id")
            .map_err(&failed)?;
        let mut rows = statement.query([self.series.len() as i64]).map_err(&failed)?;
        while let Some(row) = rows.next().map_err(&failed)? {
            let text = |column| row.get_ref(column).ok().and_then(|value| value.as_str().ok()).unwrap_or_default();
            let unknown =
                || damaged("series", format!("row {} names {:?}", self.series.len() + 1, [1, 2, 3, 4].map(text)));
            self.series.push(Series {
                station: StationId::parse(text(1)).ok_or_else(unknown)?,
                parameter: ParameterId::parse(text(2)).ok_or_else(unknown)?,
                period: text(3).parse().map_err(|_| unknown())?,
                statistic: Statistic::parse(text(4)).ok_or_else(unknown)?,
            });
        }
        let mut statement = connection
            .prepare_cached("SELECT id, station, scheme, period FROM assessed WHERE id > ? ORDER BY id")
            .map_err(&failed)?;
        let mut rows = statement.query([self.assessed.len() as i64]).map_err(&failed)?;
        while let Some(row) = rows.next().map_err(&failed)? {
            let text = |column| row.get_ref(column).ok().and_then(|value| value.as_str().ok()).unwrap_or_default();
            let unknown =
                || damaged("assessed", format!("row {} names {:?}", self.assessed.len() + 1, [1, 2, 3].map(text)));
            self.assessed.push(Assessed {
                station: StationId::parse(text(1)).ok_or_else(unknown)?,
                scheme: Scheme::parse(text(2)).ok_or_else(unknown)?,
                period: text(3).parse().map_err(|_| unknown())?,
            });
        }
        let mut statement =
            connection.prepare_cached("SELECT text FROM words WHERE id > ? ORDER BY id").map_err(&failed)?;
        let mut rows = statement.query([self.words.len() as i64]).map_err(&failed)?;
        while let Some(row) = rows.next().map_err(&failed)? {
            let text: String = row.get(0).map_err(&failed)?;
            self.words.push(forever(text));
        }
        Ok(())
    }

    /// The series with this id.
    pub fn series(&self, id: i64) -> Result<&Series> {
        at(&self.series, id).ok_or_else(|| damaged("series", format!("row {id} is missing")))
    }

    /// What is assessed under this id.
    pub fn assessed(&self, id: i64) -> Result<&Assessed> {
        at(&self.assessed, id).ok_or_else(|| damaged("assessed", format!("row {id} is missing")))
    }

    /// The word with this id; 0 is none.
    pub fn word(&self, id: i64) -> Result<Option<&'static str>> {
        if id == 0 {
            return Ok(None);
        }
        at(&self.words, id).copied().map(Some).ok_or_else(|| damaged("words", format!("row {id} is missing")))
    }
}

fn at<T>(list: &[T], id: i64) -> Option<&T> {
    usize::try_from(id).ok()?.checked_sub(1).and_then(|index| list.get(index))
}

/// Keeps one copy of each word for the life of the process. Words are the names of rules that the
/// program itself wrote: a few dozen, however long it runs.
fn forever(text: String) -> &'static str {
    static KEPT: LazyLock<Mutex<HashSet<&'static str>>> = LazyLock::new(Mutex::default);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    match kept.get(text.as_str()) {
        Some(known) => known,
        None => {
            let leaked: &'static str = text.leak();
            kept.insert(leaked);
            leaked
        }
    }
}

/// The writer's way from names to ids; unknown ones are added.
#[derive(Debug, Default)]
pub(super) struct Ids {
    series: HashMap<StationId, HashMap<(ParameterId, Period, Statistic), i64>>,
    assessed: HashMap<StationId, HashMap<(&'static str, Period), i64>>,
    words: HashMap<String, i64>,
    /// Length of the spans of each series (`index`), by id less one.
    spans: Vec<i64>,
}

impl Ids {
    /// All that the journal has.
    pub fn load(connection: &Connection) -> Result<Self> {
        let mut names = Names::default();
        names.refresh(connection)?;
        let mut ids = Self::default();
        for (id, series) in (1..).zip(names.series) {
            ids.spans.push(span_of(series.period));
            ids.series
                .entry(series.station)
                .or_default()
                .insert((series.parameter, series.period, series.statistic), id);
        }
        for (id, assessed) in (1..).zip(names.assessed) {
            ids.assessed.entry(assessed.station).or_default().insert((&assessed.scheme.id, assessed.period), id);
        }
        ids.words = names.words.iter().map(|word| (*word).to_owned()).zip(1..).collect();
        Ok(ids)
    }

    /// Id of a series.
    pub fn series(
        &mut self,
        connection: &Connection,
        station: &StationId,
        kind: (ParameterId, Period, Statistic),
    ) -> rusqlite::Result<i64> {
        if let Some(id) = self.series.get(station).and_then(|series| series.get(&kind)) {
            return Ok(*id);
        }
        let (parameter, period, statistic) = kind;
        connection
            .prepare_cached("INSERT INTO series (station, parameter, period, statistic) VALUES (?, ?, ?, ?)")?
            .execute(params![station.as_str(), parameter.as_str(), period.to_string(), statistic.as_str()])?;
        let id = connection.last_insert_rowid();
        self.series.entry(station.clone()).or_default().insert(kind, id);
        self.spans.push(span_of(period));
        Ok(id)
    }

    /// Length of the spans of a series, in microseconds.
    pub fn span(&self, series: i64) -> i64 {
        at(&self.spans, series).copied().expect("an id comes from here, and its span with it")
    }

    /// Id of what is assessed.
    pub fn assessed(
        &mut self,
        connection: &Connection,
        station: &StationId,
        kind: (&'static Scheme, Period),
    ) -> rusqlite::Result<i64> {
        let (scheme, period) = (kind.0.id.as_str(), kind.1);
        if let Some(id) = self.assessed.get(station).and_then(|assessed| assessed.get(&(scheme, period))) {
            return Ok(*id);
        }
        connection
            .prepare_cached("INSERT INTO assessed (station, scheme, period) VALUES (?, ?, ?)")?
            .execute(params![station.as_str(), scheme, period.to_string()])?;
        let id = connection.last_insert_rowid();
        self.assessed.entry(station.clone()).or_default().insert((scheme, period), id);
        Ok(id)
    }

    /// Id of a word.
    pub fn word(&mut self, connection: &Connection, text: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.words.get(text) {
            return Ok(*id);
        }
        connection.prepare_cached("INSERT INTO words (text) VALUES (?)")?.execute([text])?;
        let id = connection.last_insert_rowid();
        self.words.insert(text.to_owned(), id);
        Ok(id)
    }
}
