//! What differs between two releases of a dataset: rows added, and values changed with what they were before, what they
//! are now and why.
//!
//! Files are named by their content, so that only those months are read whose file is another one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use arrow_array::RecordBatch;
use bytes::Bytes;
use limpid_store::lake::{Cells, Resource};
use limpid_store::{Lake, StoreError};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{PublishError, Result};

/// Columns that follow others and are no change of their own.
const FOLLOWING: [&str; 5] = ["revision", "published", "from", "record_revision", "record_released"];
/// The columns of which an added row shows what it says.
const SAYING: [&str; 4] = ["value", "index", "cause", "level_hit_rate"];
/// Of records, the day on which they were withdrawn.
const WITHDRAWN: &str = "record_withdrawn";
/// Columns after those of the key.
const COLUMNS: [&str; 6] = ["column", "old", "new", "revision", "published", "reason"];

/// How many rows differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tally {
    /// Rows that were not there before.
    pub added: u64,
    /// Rows of which something is different.
    pub changed: u64,
    /// Rows that are not there any more: of stations that were taken out of the registry, for nothing published is
    /// taken back; gaps that late data have repaired; scores of spans in which nothing was issued any more; and rows within
    /// records that were revised or withdrawn.
    pub withdrawn: u64,
}

impl Tally {
    /// These and those.
    pub fn plus(self, other: Self) -> Self {
        Self {
            added: self.added + other.added,
            changed: self.changed + other.changed,
            withdrawn: self.withdrawn + other.withdrawn,
        }
    }
}

/// A part of a dataset whose file differs: the file before and the file now.
#[derive(Debug, Clone)]
pub struct Pair {
    /// `year=2026/month=11`, perhaps with `/day=25`; empty for a dataset that is not partitioned.
    pub partition: String,
    before: Option<String>,
    now: Option<String>,
    key: Vec<String>,
}

/// The parts that differ, in order.
pub fn pairs(before: &[Resource], now: &[Resource]) -> Vec<Pair> {
    let by_partition = |resources: &[Resource]| -> BTreeMap<String, String> {
        let files = resources.iter().filter(|resource| resource.is_parquet());
        files.map(|resource| (folder(&resource.path).to_owned(), resource.path.clone())).collect()
    };
    let key = now.first().or(before.first()).and_then(|resource| resource.schema["primaryKey"].as_array());
    let key: Vec<String> = key.into_iter().flatten().filter_map(|name| Some(name.as_str()?.to_owned())).collect();
    let (before, now) = (by_partition(before), by_partition(now));
    let partitions: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let pair = |partition: &String| {
        let (before, now) = (before.get(partition).cloned(), now.get(partition).cloned());
        (before != now).then(|| Pair { partition: partition.clone(), before, now, key: key.clone() })
    };
    partitions.into_iter().filter_map(pair).collect()
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The header row of changes.
pub fn header(before: &[Resource], now: &[Resource]) -> Result<Vec<u8>> {
    let pair = pairs(&[], if now.is_empty() { before } else { now });
    let key = pair.first().map(|pair| pair.key.clone()).unwrap_or_default();
    let mut writer = writer();
    let names = std::iter::once("change").chain(key.iter().map(String::as_str)).chain(COLUMNS);
    writer.write_record(names).map_err(|error| failed(error.into()))?;
    writer.into_inner().map_err(|error| failed(error.into_error().into()))
}

impl Pair {
    /// Its changes as lines of CSV, and how many there are. Reads both files of the part into memory.
    ///
    /// # Errors
    /// Those of the lake; [`PublishError::Table`] for a file that is no Parquet.
    pub async fn changes(self, lake: &Lake, dataset: &str) -> Result<(Vec<u8>, Tally)> {
        let read = async |path: &Option<String>| match path {
            Some(path) => Ok::<_, StoreError>(Some(lake.read(dataset, path, None).await?)),
            None => Ok(None),
        };
        let (before, now) = (read(&self.before).await?, read(&self.now).await?);
        let compared = tokio::task::spawn_blocking(move || compare(&self.key, before, now)).await;
        compared.map_err(|error| failed(error.into()))?
    }
}

fn failed(source: Box<dyn std::error::Error + Send + Sync>) -> PublishError {
    PublishError::Table { doing: "comparing two releases".into(), source }
}

fn writer() -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new())
}

fn compare(key: &[String], before: Option<Bytes>, now: Option<Bytes>) -> Result<(Vec<u8>, Tally)> {
    let (before, now) = (batches(before)?, batches(now)?);
    let (before, now) = (Table::new(&before, key)?, Table::new(&now, key)?);
    let mut old_rows = HashMap::new();
    for place in before.places() {
        old_rows.insert(before.key(place)?, place);
    }
    let mut counts = Tally::default();
    let mut writer = writer();
    let mut line = |fields: &[&str], key: &str| -> Result<()> {
        let fields = std::iter::once(fields[0]).chain(key.split(SEPARATOR)).chain(fields[1..].iter().copied());
        writer.write_record(fields).map_err(|error| failed(error.into()))
    };
    for place in now.places() {
        let key = now.key(place)?;
        let (revision, published) = now.revised(place)?;
        let Some(old) = old_rows.remove(&key) else {
            let saying = if now.of_records() { None } else { SAYING.into_iter().find(|name| now.has(name)) };
            let column = saying.unwrap_or_default();
            line(&["added", column, "", &now.cell(column, place)?, &revision, &published, ""], &key)?;
            counts.added += 1;
            continue;
        };
        let mut changed = false;
        for column in now.names.iter().filter(|name| !FOLLOWING.contains(name)) {
            let (was, is) = (before.cell(column, old)?, now.cell(column, place)?);
            // What a record said that was withdrawn is not told by the way.
            if was != is && (column.starts_with(WITHDRAWN) || now.cell(WITHDRAWN, place)?.is_empty()) {
                let reason = reason(&before, old, &now, place)?;
                line(&["changed", column, &was, &is, &revision, &published, reason], &key)?;
                changed = true;
            }
        }
        counts.changed += u64::from(changed);
    }
    let mut gone: Vec<&String> = old_rows.keys().collect();
    gone.sort();
    for key in gone {
        let why = match &before {
            before if before.of_records() => "record",
            before if before.of_gaps() => "repaired",
            before => before.unrevised(),
        };
        line(&["withdrawn", "", "", "", "", "", why], key)?;
        counts.withdrawn += 1;
    }
    let lines = writer.into_inner().map_err(|error| failed(error.into_error().into()))?;
    Ok((lines, counts))
}

/// Why a row is another one: `review` (people decided about it), `sent-again` (the station sent another value),
/// `checks` (rules judge it otherwise), `derived` (what it is made of changed), `registry`; and of a gap
/// that is withdrawn `repaired`. Of records `revised`, `repealed`, `withdrawn`, `released-again`, `disclosure` (the rules of what
/// is shown), and of a row within one that is not there any more `record`.
fn reason(before: &Table<'_>, old: Place, now: &Table<'_>, new: Place) -> Result<&'static str> {
    if now.of_records() {
        return now.reason_of_record(before, old, new);
    }
    if !now.has("revision") {
        return Ok(now.unrevised());
    }
    let differs = |name: &str| -> Result<bool> { Ok(before.cell(name, old)? != now.cell(name, new)?) };
    let reviewed = |rules: &str| rules.split_whitespace().any(|rule| rule.starts_with("review"));
    let rules = differs("rules")?;
    Ok(if differs("status")? || rules && reviewed(&now.cell("rules", new)?) {
        "review"
    } else if differs("from")? {
        "sent-again"
    } else if rules {
        "checks"
    } else {
        "derived"
    })
}

fn batches(file: Option<Bytes>) -> Result<Vec<RecordBatch>> {
    let Some(file) = file else { return Ok(Vec::new()) };
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(|error| failed(error.into()))?;
    reader.map(|batch| batch.map_err(|error| failed(error.into()))).collect()
}

/// Stands in no id and in no time.
const SEPARATOR: char = '\u{1f}';

/// A row: its batch, and its place there.
type Place = (usize, usize);

/// The rows of a file, cell by cell as texts.
struct Table<'a> {
    names: Vec<&'a str>,
    batches: Vec<(Vec<Cells<'a>>, usize)>,
    key: Vec<usize>,
}

impl<'a> Table<'a> {
    fn new(batches: &'a [RecordBatch], key: &[String]) -> Result<Self> {
        let names = batches.first().map(|batch| batch.schema_ref().fields().iter().map(|field| field.name().as_str()));
        let names: Vec<&str> = names.into_iter().flatten().collect();
        let key = key.iter().filter_map(|name| names.iter().position(|known| known == name)).collect();
        let cells = |batch: &'a RecordBatch| -> Result<(Vec<Cells<'a>>, usize)> {
            let columns = batch.columns().iter().map(|column| Cells::of(column));
            Ok((columns.collect::<Result<_, StoreError>>()?, batch.num_rows()))
        };
        Ok(Self { names, batches: batches.iter().map(cells).collect::<Result<_>>()?, key })
    }

    fn places(&self) -> impl Iterator<Item = Place> {
        let batches = self.batches.iter().enumerate();
        batches.flat_map(|(batch, (_, rows))| (0..*rows).map(move |row| (batch, row)))
    }

    /// Whether its rows are gaps, which have a cause and no revisions.
    fn of_gaps(&self) -> bool {
        self.has("cause") && !self.of_records()
    }

    /// Whether its rows are records of a register, or within one: their columns mean what the register says.
    fn of_records(&self) -> bool {
        self.has("record_key")
    }

    /// The revision of a row, and when it was published.
    fn revised(&self, place: Place) -> Result<(String, String)> {
        let names = if self.of_records() { ["record_revision", "record_released"] } else { ["revision", "published"] };
        Ok((self.cell(names[0], place)?, self.cell(names[1], place)?))
    }

    /// Why a record is another one.
    fn reason_of_record(&self, before: &Table<'_>, old: Place, new: Place) -> Result<&'static str> {
        let differs = |name: &str| -> Result<bool> { Ok(before.cell(name, old)? != self.cell(name, new)?) };
        Ok(if differs(WITHDRAWN)? {
            if self.cell(WITHDRAWN, new)?.is_empty() { "released-again" } else { "withdrawn" }
        } else if differs("record_revision")? {
            "revised"
        } else if differs("record_repealed")? {
            "repealed"
        } else {
            "disclosure"
        })
    }

    fn has(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    /// Why rows without revisions change: gaps and scores are worked out anew, others are as the registry says.
    fn unrevised(&self) -> &'static str {
        if self.of_gaps() || self.has("window") { "derived" } else { "registry" }
    }

    /// The text of a cell; empty where there is no such column.
    fn cell(&self, name: &str, (batch, row): Place) -> Result<String> {
        match self.names.iter().position(|known| *known == name) {
            Some(column) => Ok(self.batches[batch].0[column].text(row)?.into_owned()),
            None => Ok(String::new()),
        }
    }

    fn key(&self, (batch, row): Place) -> Result<String> {
        let mut key = String::new();
        for (place, column) in self.key.iter().enumerate() {
            if place > 0 {
                key.push(SEPARATOR);
            }
            key.push_str(&self.batches[batch].0[*column].text(row)?);
        }
        Ok(key)
    }
}
