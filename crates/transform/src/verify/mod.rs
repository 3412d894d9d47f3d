//! Published releases against what the journal says: are the files whole, and does every figure in them come out again?
//!
//! Each file of a release is checked against the manifest (size, SHA-256, rows), read as a table, and joined by its key
//! with the figures that the pure functions of this crate derive anew from the journal's readings: those received, and
//! the decisions taken, by the time of the release. Every cell that both have is compared.
//!
//! - `table`: what is a key and what is compared, of observations and of assessments
//! - `frame`: files and records as polars' data frames
//! - `compare`: the join, and what differs
//! - `anew`: a month of figures, derived again

mod anew;
mod compare;
mod frame;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use limpid_model::{Instant, Pipeline};
use limpid_store::lake::{Release, Resource};
use limpid_store::{Journal, Lake, StoreError};
use polars::prelude::{DataFrame, PolarsError};
use serde::Serialize;

pub use self::compare::Difference;
use self::compare::{Comparison, Key, compare};
use self::table::{Scope, Table};

/// Why a release cannot be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The journal or the lake.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such release.
    #[error("{dataset} has no release {release}; name one that /datasets/{dataset} lists")]
    NoRelease {
        /// The dataset.
        dataset: String,
        /// Id of the release, or `current`.
        release: String,
    },
    /// A file that is whole is no table of figures.
    #[error("{file} cannot be read as a table of figures")]
    Table {
        /// Its path in the dataset.
        file: String,
        /// Why.
        #[source]
        source: PolarsError,
    },
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Which dataset.
    pub dataset: String,
    /// Which release of it.
    pub release: String,
    /// Files that the manifest lists.
    pub files: u64,
    /// Those of them that are not the bytes, or not the rows, that it says.
    pub damaged: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Rows of figures that were read.
    pub rows: u64,
    /// Rows that come out the same in every cell.
    pub equal: u64,
    /// Rows that come out otherwise.
    pub different: u64,
    /// Figures that come out and are not in the release.
    pub missing: u64,
    /// Rows for which nothing comes out.
    pub extra: u64,
    /// Rows that are right but for readings that had been received and were not yet worked up when the release was made.
    pub behind: u64,
    /// Rows of tables that are not figures, whose bytes only were checked.
    pub unchecked: u64,
}

impl Report {
    /// Whether the release is whole and every figure in it comes out again.
    pub fn holds(&self) -> bool {
        self.damaged == 0 && self.different == 0 && self.missing == 0 && self.extra == 0
    }
}

/// Told while the work goes on.
pub trait Witness: Sync {
    /// So many files of so many are done.
    fn files(&self, done: u64, total: u64);
    /// A file is not what the manifest says.
    fn damaged(&self, file: &str, detail: &str);
    /// A figure is not what comes out.
    fn differs(&self, difference: &Difference);
}

/// Verifies a release of a dataset, the current one where none is named.
///
/// The registry and the configuration are those of now: where they changed since the release, figures may differ for it.
///
/// # Errors
/// [`VerifyError`]: that the work cannot be done. What differs is no error but told to `witness` and counted.
pub async fn verify(
    pipeline: Arc<Pipeline>,
    journal: Arc<dyn Journal>,
    lake: &Lake,
    dataset: &str,
    release: Option<&str>,
    witness: &dyn Witness,
) -> Result<Report, VerifyError> {
    let found = match release {
        Some(id) => lake.get(dataset, id).await?,
        None => lake.current(dataset).await?,
    };
    let release = found.ok_or_else(|| VerifyError::NoRelease {
        dataset: dataset.to_owned(),
        release: release.unwrap_or("current").to_owned(),
    })?;
    let total = release.resources.len() as u64;
    let mut report =
        Report { dataset: dataset.to_owned(), release: release.id.clone(), files: total, ..Report::default() };
    let job = Job { pipeline, journal, lake, release: &release, witness };
    witness.files(0, total);
    for (done, resource) in (1..).zip(&release.resources) {
        job.file(dataset, resource, &mut report).await?;
        witness.files(done, total);
    }
    Ok(report)
}

/// A file of the release that is whole.
struct File<'a> {
    path: &'a str,
    kind: Table,
    published: DataFrame,
    scope: Scope,
    month: NaiveDate,
}

struct Job<'a> {
    pipeline: Arc<Pipeline>,
    journal: Arc<dyn Journal>,
    lake: &'a Lake,
    release: &'a Release,
    witness: &'a dyn Witness,
}

impl Job<'_> {
    async fn file(&self, dataset: &str, resource: &Resource, report: &mut Report) -> Result<(), VerifyError> {
        let bytes = match self.lake.read(dataset, &resource.path, None).await {
            Err(StoreError::NotFound { .. }) => {
                self.damaged(resource, "it is not there", report);
                return Ok(());
            }
            bytes => bytes?,
        };
        report.bytes += bytes.len() as u64;
        if !resource.holds(&bytes) {
            self.damaged(resource, "its bytes are not those of the manifest's SHA-256", report);
            return Ok(());
        }
        // CSV has the rows of the Parquet file beside it, written from the same columns.
        if !resource.is_parquet() {
            return Ok(());
        }
        if !resource.is_parquet() {
            // The same rows for other readers, written from the same batches: only the bytes are checked.
            return Ok(());
        }
        let table = |source| VerifyError::Table { file: resource.path.clone(), source };
        let rows = frame::read(bytes).map_err(table)?;
        if rows.height() as u64 != resource.rows {
            self.damaged(resource, &format!("{} rows in place of {}", rows.height(), resource.rows), report);
            return Ok(());
        }
        let (Some(kind), Some(month)) = (Table::of(&rows), month_of(&resource.path)) else {
            report.unchecked += rows.height() as u64;
            return Ok(());
        };
        let published = kind.plain(rows).map_err(table)?;
        report.rows += published.height() as u64;
        let scope = kind.scope(&published).map_err(table)?;
        let newest = frame::newest(&published).map_err(table)?;
        let file = File { path: &resource.path, kind, published, scope, month };
        // Rows that were published while the release was being made are in it too.
        let as_of = newest.map_or(self.release.created, |newest| newest.max(self.release.created));
        let compared = self.compared(&file, as_of).await?;
        let behind = self.behind(&file, &compared).await?;
        for difference in compared.differences.iter().filter(|one| !behind.contains(&one.key)) {
            self.witness.differs(&difference.located(&resource.path));
        }
        let count = |rows: &BTreeSet<Key>| rows.difference(&behind).count() as u64;
        report.equal += compared.equal;
        report.behind += behind.len() as u64;
        report.different += count(&compared.different);
        report.missing += count(&compared.missing);
        report.extra += count(&compared.extra);
        Ok(())
    }

    /// A file beside the figures that come out of what was known at a time.
    async fn compared(&self, file: &File<'_>, as_of: Instant) -> Result<Comparison, VerifyError> {
        let now = self.release.created.max(as_of);
        let records =
            anew::month(&self.pipeline, &self.journal, file.kind, &file.scope, file.month, (as_of, now)).await?;
        let (published, kind, zone) = (file.published.clone(), file.kind, self.pipeline.publisher.zone);
        let joined = tokio::task::spawn_blocking(move || compare(kind, &published, &kind.frame(&records)?, zone));
        let joined = joined.await.map_err(|failed| StoreError::io("comparing a table", failed))?;
        joined.map_err(|source| VerifyError::Table { file: file.path.to_owned(), source })
    }

    /// Those of the rows that differ which are right without the readings that were not yet worked up.
    async fn behind(&self, file: &File<'_>, compared: &Comparison) -> Result<BTreeSet<Key>, VerifyError> {
        let mut differing = compared.differing();
        match worked_up(self.release).filter(|_| !differing.is_empty()) {
            Some(worked_up) => {
                let before = self.compared(file, worked_up).await?.differing();
                differing.retain(|key| !before.contains(key));
                Ok(differing)
            }
            None => Ok(BTreeSet::new()),
        }
    }

    fn damaged(&self, resource: &Resource, detail: &str, report: &mut Report) {
        report.damaged += 1;
        self.witness.damaged(&resource.path, detail);
    }
}

/// When the newest reading was received up to which everything was worked up when the release was made, as it notes itself.
fn worked_up(release: &Release) -> Option<Instant> {
    release.package.get("limpid")?.get("worked_up")?.as_str()?.parse().ok()
}

/// The month of a partition, by its first day: `year=2026/month=11/….parquet`.
fn month_of(path: &str) -> Option<NaiveDate> {
    let mut segments = path.split('/');
    let year = segments.next()?.strip_prefix("year=")?.parse().ok()?;
    let month = segments.next()?.strip_prefix("month=")?.parse().ok()?;
    NaiveDate::from_ymd_opt(year, month, 1)
}
