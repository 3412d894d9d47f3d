//! Makes releases.
//!
//! A release notes the journal's position it was made at. The next one reads what was published since, and rewrites
//! only the months or days in which something changed; all other files are those of the release before.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use chrono::{Duration, Utc};
use flate2::{Compression, GzBuilder};
use limpid_model::{Instant, Pipeline, Record, StationKind};
use limpid_store::lake::{DatasetInfo, Partition, Release, Resource};
use limpid_store::{Journal, Lake, WORKED_UP};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::closed;
use super::definition::{Contents, Dataset};
use super::part::{Part, Span};
use super::rows::Reader;
use super::{changes, documents};
use crate::error::{PublishError, Result};

/// Records of one read of the journal's tail.
const CHUNK: usize = 10_000;
/// The field of the Data Package in which a release notes what it was made from.
pub(super) const FIELD: &str = "limpid";
/// What each part of a release is written as: one made before this was so is written anew.
const FILES: [&str; 2] = ["parquet", "csv.gz"];

/// How far a release is.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// Which dataset.
    pub dataset: &'a str,
    /// Files written.
    pub done: u64,
    /// Files to write.
    pub total: u64,
}

/// What came of asking for a release.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// There is a new release.
    Made(Release),
    /// Nothing changed since this one.
    Unchanged(Release),
    /// There is nothing to release yet.
    Empty,
}

/// Releases every dataset and gives the current release of each that has data.
///
/// # Errors
/// Those of the journal and the lake. Datasets released before the failure stay released.
pub async fn release_all(
    pipeline: Arc<Pipeline>,
    journal: Arc<dyn Journal>,
    lake: Lake,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<Vec<Release>> {
    let at = Utc::now();
    let mut releases = Vec::new();
    for dataset in Dataset::all(&pipeline) {
        match release(&pipeline, &*journal, &lake, &dataset, at, progress).await? {
            Outcome::Made(release) | Outcome::Unchanged(release) => releases.push(release),
            Outcome::Empty => {}
        }
    }
    Ok(releases)
}

/// Releases one dataset.
pub(crate) async fn release(
    pipeline: &Pipeline,
    journal: &dyn Journal,
    lake: &Lake,
    dataset: &Dataset,
    at: Instant,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<Outcome> {
    let issues = dataset.contents.is_of_issues();
    let position = if issues { *journal.forecast().borrow() } else { *journal.published().borrow() };
    let worked_up = worked_up(journal).await?;
    let deeds = journal.registers().newest_deed().await?;
    let basis = basis(pipeline, dataset);
    let before = lake.current(&dataset.id).await?;
    let reader = Reader { pipeline, journal };

    let mut resources = Vec::new();
    if let Some(rows) = reader.whole(dataset).await? {
        if !rows.is_empty() {
            resources.extend(write(lake, dataset, Partition { path: String::new(), rows }).await?);
        }
        progress(Progress { dataset: &dataset.id, done: 1, total: 1 });
    } else {
        // The ledger is not in the tail of what is published: all of it is read each time.
        let carried_on = before.as_ref().filter(|_| dataset.contents != Contents::Gaps);
        let since = carried_on.and_then(|release| reusable(release, &basis));
        let span = dataset.contents.span();
        let parts = match since {
            None if issues => reader.parts_of_issues(span, at).await?,
            None => all_months(&reader, dataset, at).await?,
            Some(since) if issues => reader.parts_since(since, span, at).await?,
            Some(since) => changed_months(&reader, dataset, since).await?,
        };
        if since.is_some() {
            let kept = before.iter().flat_map(|release| &release.resources).filter(|resource| {
                !parts.iter().any(|part| resource.path.starts_with(&format!("{}/", part.partition())))
            });
            resources.extend(kept.cloned());
        }
        let total = parts.len() as u64;
        for (done, part) in parts.into_iter().enumerate() {
            let rows = reader.part(dataset, part).await?;
            if !rows.is_empty() {
                let partition = Partition { path: part.partition(), rows };
                resources.extend(write(lake, dataset, partition).await?);
            }
            progress(Progress { dataset: &dataset.id, done: done as u64 + 1, total });
        }
    }
    if resources.is_empty() {
        return Ok(Outcome::Empty);
    }
    let earlier = before.as_ref().filter(|before| !closed::by_rules(before, dataset));
    let earlier = earlier.map_or(&[][..], |before| &before.resources);
    let changes = changes_since(lake, dataset, earlier, &resources).await?;
    let mut metadata = dataset.metadata(pipeline);
    metadata.insert(FIELD.into(), json!({ "position": position, "basis": basis, "worked_up": worked_up }));
    if let Some(records) = &dataset.records {
        let read = (deeds, journal.registers().newest_deed().await?);
        metadata.insert(closed::FIELD.into(), closed::made_from(records, read));
    }
    let info = DatasetInfo { name: dataset.id.clone(), metadata };
    let documents = |package: &serde_json::Value| documents::write(pipeline, package, changes);
    let release = lake.release_with(&info, resources, at, documents).await?;
    if before.is_some_and(|before| before.id == release.id) {
        return Ok(Outcome::Unchanged(release));
    }
    tracing::info!(dataset = %dataset.id, release = release.id, files = release.resources.len(), "released");
    metrics::counter!("limpid_releases_total", "dataset" => dataset.id.clone()).increment(1);
    Ok(Outcome::Made(release))
}

/// When the newest reading was received up to which everything is worked up: whoever verifies the release later knows by it
/// which readings its figures must be made of. `None` before the first.
async fn worked_up(journal: &dyn Journal) -> Result<Option<Instant>> {
    let Some(before) = journal.cursor(WORKED_UP).await?.checked_sub(1) else { return Ok(None) };
    Ok(journal.tail(before, 1).await?.first().map(|accepted| accepted.received))
}

/// The same rows as Parquet and as CSV.
async fn write(lake: &Lake, dataset: &Dataset, partition: Partition) -> Result<[Resource; 2]> {
    let described = |resource: Resource| Resource { schema: dataset.schema(), ..resource };
    let parquet = lake.write(&dataset.id, partition.clone()).await?;
    Ok([described(parquet), described(lake.write_csv(&dataset.id, partition).await?)])
}

/// What differs from the files of the release before, as gzipped CSV; of a first release the header row only.
async fn changes_since(lake: &Lake, dataset: &Dataset, before: &[Resource], now: &[Resource]) -> Result<Vec<u8>> {
    let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    let failed = |error: std::io::Error| PublishError::Table { doing: "writing changes".into(), source: error.into() };
    gzip.write_all(&changes::header(before, now)?).map_err(failed)?;
    let pairs = if before.is_empty() { Vec::new() } else { changes::pairs(before, now) };
    for pair in pairs {
        let (lines, _) = pair.changes(lake, &dataset.id).await?;
        gzip.write_all(&lines).map_err(failed)?;
    }
    gzip.finish().map_err(failed)
}

/// A fingerprint of everything besides the journal that decides what the files hold.
fn basis(pipeline: &Pipeline, dataset: &Dataset) -> String {
    let stations: Vec<_> =
        pipeline.stations.iter().map(|station| (&station.id, station.kind, station.simulated)).collect();
    let scheme = format!("{:?}", pipeline.air.scheme);
    let mut basis = json!([FILES, dataset.schema(), pipeline.publisher.zone.name(), scheme, stations]);
    if let (Contents::ForecastDays, Some(basis)) = (dataset.contents, basis.as_array_mut()) {
        // What of a forecast may be said depends on who says it.
        basis.push(json!([format!("{:?}", pipeline.publisher.authority), pipeline.forecast.legal_basis.is_some()]));
    }
    Sha256::digest(basis.to_string()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The position from which a release may be carried on; `None` when it was made on another basis.
fn reusable(release: &Release, basis: &str) -> Option<u64> {
    let made_from = release.package.get(FIELD)?;
    (made_from.get("basis")?.as_str()? == basis).then(|| made_from.get("position")?.as_u64()).flatten()
}

/// Every month in which a station of the dataset has readings, and the one before, into which a night may be filed; of gaps all
/// months from the first readings on.
async fn all_months(reader: &Reader<'_>, dataset: &Dataset, now: Instant) -> Result<Vec<Part>> {
    let stations = reader.of(dataset.contents);
    let extents = reader.journal.extents().await?;
    let of_them = || extents.iter().filter(|extent| stations.contains(&extent.station));
    let night = if dataset.contents.kind() == Some(StationKind::Noise) { Duration::days(1) } else { Duration::zero() };
    let first = of_them().map(|extent| extent.first - night).min();
    // Where nothing comes any more, gaps go on.
    let until = if dataset.contents == Contents::Gaps { now } else { Instant::MIN_UTC };
    let last = of_them().map(|extent| extent.last.max(until)).max();
    Ok(match (first, last) {
        (Some(first), Some(last)) => Part::all(first, last, Span::Month, reader.pipeline.publisher.zone),
        _ => Vec::new(),
    })
}

/// The months in which something of the dataset was published after `since`.
async fn changed_months(reader: &Reader<'_>, dataset: &Dataset, since: u64) -> Result<Vec<Part>> {
    let zone = reader.pipeline.publisher.zone;
    let mut position = since;
    let mut months = BTreeSet::new();
    loop {
        let records = reader.journal.published_tail(position, CHUNK).await?;
        let more = records.len() == CHUNK;
        for published in records {
            position = published.seq;
            let station = reader.pipeline.stations.get(published.record.station());
            if station.is_some_and(|station| Some(station.kind) == dataset.contents.kind()) {
                months.extend(start_in(dataset, &published.record).map(|start| Part::of(start, Span::Month, zone)));
            }
        }
        if !more {
            return Ok(months.into_iter().collect());
        }
    }
}

/// The start of a record that is a row of the dataset.
fn start_in(dataset: &Dataset, record: &Record) -> Option<Instant> {
    match record {
        Record::Observation(record) => {
            let subject = (record.period, record.statistic);
            dataset.contents.values().contains(&subject).then_some(record.start)
        }
        Record::Assessment(record) => dataset.contents.judgements().contains(&record.period).then_some(record.start),
    }
}
