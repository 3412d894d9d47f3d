//! A file and what comes out, joined by their key, and the cells that differ.

use std::collections::BTreeSet;

use chrono::DateTime;
use limpid_model::Zone;
use polars::prelude::{
    AnyValue, BooleanChunked, ChunkCompareEq, Column, DataFrame, DataFrameJoinOps, JoinArgs, JoinCoalesce, JoinType,
    NamedFrom, PolarsResult, Series,
};
use serde::Serialize;

use super::table::Table;

/// What columns of the derived side are called behind their name.
const DERIVED: &str = "_derived";

/// A column of both sides that says of a row that the side has it.
const HERE: &str = "here";

/// A row, by its key as text in the order of [`Table::key`].
pub(super) type Key = Vec<String>;

/// A cell that differs, or a row that only one side has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The file in the dataset.
    pub file: String,
    /// The row, by its key.
    pub row: String,
    /// The column; of a row that only one side has, `row`.
    pub column: String,
    /// What the release says.
    pub published: Option<String>,
    /// What comes out.
    pub derived: Option<String>,
    /// Which row it is.
    #[serde(skip)]
    pub(super) key: Key,
}

impl Difference {
    /// The same with its place.
    pub(super) fn located(&self, file: &str) -> Self {
        Self { file: file.to_owned(), ..self.clone() }
    }
}

/// What came of a join.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    /// Rows that are the same in every cell.
    pub equal: u64,
    /// Rows that both have, with another value in some cell.
    pub different: BTreeSet<Key>,
    /// Rows that come out and are not in the file.
    pub missing: BTreeSet<Key>,
    /// Rows of the file for which nothing comes out.
    pub extra: BTreeSet<Key>,
    /// All of that, cell by cell.
    pub differences: Vec<Difference>,
}

impl Comparison {
    /// Every row that is not the same on both sides.
    pub fn differing(&self) -> BTreeSet<Key> {
        self.different.iter().chain(&self.missing).chain(&self.extra).cloned().collect()
    }
}

/// Joins a file with what comes out. Columns that only one side has are not compared: releases of other versions have
/// others.
pub(super) fn compare(
    table: Table,
    published: &DataFrame,
    derived: &DataFrame,
    zone: Zone,
) -> PolarsResult<Comparison> {
    let key = table.key();
    let args =
        JoinArgs::new(JoinType::Full).with_coalesce(JoinCoalesce::CoalesceColumns).with_suffix(Some(DERIVED.into()));
    let joined = marked(published)?.join(&marked(derived)?, key, key, args, None)?;
    let theirs = joined.column(HERE)?.is_not_null();
    let ours = joined.column(&format!("{HERE}{DERIVED}"))?.is_not_null();
    let both = &theirs & &ours;
    let mut found = Comparison::default();
    for (only, mask) in [(Only::Published, &theirs & &!&ours), (Only::Derived, &ours & &!&theirs)] {
        let rows = joined.filter(&mask)?;
        for row in 0..rows.height() {
            let key = key_of(&rows, table, row)?;
            found.differences.push(only.difference(table, &key, zone));
            match only {
                Only::Published => found.extra.insert(key),
                Only::Derived => found.missing.insert(key),
            };
        }
    }
    let columns = published.columns().iter().map(|column| column.name().as_str());
    for column in columns.filter(|name| table.compares(name) && derived.column(name).is_ok()) {
        let (left, right) = (series(&joined, column)?, series(&joined, &format!("{column}{DERIVED}"))?);
        let differs: BooleanChunked = &left.not_equal_missing(right)? & &both;
        if !differs.any() {
            continue;
        }
        let rows = joined.filter(&differs)?;
        for row in 0..rows.height() {
            let key = key_of(&rows, table, row)?;
            let cell = |name: &str| PolarsResult::Ok(text(rows.column(name)?.get(row)?));
            found.differences.push(Difference {
                file: String::new(),
                row: told(table, &key, zone),
                column: column.to_owned(),
                published: cell(column)?,
                derived: cell(&format!("{column}{DERIVED}"))?,
                key: key.clone(),
            });
            found.different.insert(key);
        }
    }
    found.equal = u64::from(both.sum().unwrap_or(0)) - found.different.len() as u64;
    Ok(found)
}

/// Which side alone has a row.
#[derive(Clone, Copy)]
enum Only {
    Published,
    Derived,
}

impl Only {
    fn difference(self, table: Table, key: &Key, zone: Zone) -> Difference {
        let here = |side: bool| side.then(|| "there".to_owned());
        Difference {
            file: String::new(),
            row: told(table, key, zone),
            column: "row".to_owned(),
            published: here(matches!(self, Self::Published)),
            derived: here(matches!(self, Self::Derived)),
            key: key.clone(),
        }
    }
}

fn marked(side: &DataFrame) -> PolarsResult<DataFrame> {
    let mut side = side.clone();
    let here: Column = Series::new(HERE.into(), vec![true; side.height()]).into();
    side.with_column(here)?;
    Ok(side)
}

fn series<'a>(joined: &'a DataFrame, name: &str) -> PolarsResult<&'a Series> {
    Ok(joined.column(name)?.as_materialized_series())
}

fn key_of(rows: &DataFrame, table: Table, row: usize) -> PolarsResult<Key> {
    table.key().iter().map(|name| Ok(text(rows.column(name)?.get(row)?).unwrap_or_default())).collect()
}

fn text(value: AnyValue<'_>) -> Option<String> {
    (!value.is_null()).then(|| value.str_value().into_owned())
}

/// A key for people: its start with the zone's offset.
fn told(table: Table, key: &Key, zone: Zone) -> String {
    let part = |(name, part): (&&str, &String)| {
        let at = if *name == "start" { part.parse().ok().and_then(DateTime::from_timestamp_millis) } else { None };
        at.map_or_else(|| part.clone(), |at| zone.format(at))
    };
    table.key().iter().zip(key).map(part).collect::<Vec<_>>().join(" ")
}
