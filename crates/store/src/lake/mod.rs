//! The lake: Parquet files under Hive partitions and content-hash names, and immutable releases of them.
//!
//! ```text
//! <dataset>/year=2026/month=11/<sha256, 32 hex digits>.parquet
//! <dataset>/releases/<release id>.json     a Frictionless Data Package, never changed
//! <dataset>/current.json                   names the current release; replaced by one atomic write
//! ```
//!
//! A release id is `YYYYMMDDTHHMMSSZ-<first 8 hex digits of the SHA-256 of its resource list>`. Publishing a release whose resources
//! are those of the current one makes no new release.

use std::ops::Range;
use std::path::Path;

use arrow_array::RecordBatch;
use bytes::Bytes;
use limpid_model::Instant;
use serde::{Deserialize, Serialize};

use crate::error::Result;

/// One file of a release, as the Data Package lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Lower-case name, unique in the package.
    pub name: String,
    /// Path relative to the dataset's folder, `year=2026/month=11/….parquet`.
    pub path: String,
    /// `parquet`
    pub format: String,
    /// `application/vnd.apache.parquet`
    pub mediatype: String,
    /// Size.
    pub bytes: u64,
    /// `sha256:` and 64 hex digits.
    pub hash: String,
    /// Rows of the file.
    pub rows: u64,
    /// Table Schema of the columns (Data Package v2).
    pub schema: serde_json::Value,
}

/// A release that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub created: Instant,
    /// The manifest, exactly as stored.
    pub package: serde_json::Value,
    /// Its files.
    pub resources: Vec<Resource>,
}

/// What a dataset's Data Package says beside its resources.
#[derive(Debug, Clone)]
pub struct DatasetInfo {
    /// `air-hourly`
    pub name: String,
    /// Fields of the package that come before `resources`: title, description, licences, contributors, sources…
    pub metadata: serde_json::Map<String, serde_json::Value>,
}

/// One Hive partition to be written: all its rows.
#[derive(Debug)]
pub struct Partition {
    /// `year=2026/month=11`; empty for a dataset that is not partitioned.
    pub path: String,
    /// Its rows, sorted.
    pub rows: Vec<RecordBatch>,
}

/// A folder or bucket of Parquet files.
#[derive(Debug, Clone)]
pub struct Lake {}

impl Lake {
    /// A lake in a local folder, made if need be.
    pub fn local(_folder: &Path) -> Result<Self> {
        unimplemented!("store")
    }

    /// Writes one partition as a Parquet file (zstd, sorted as given) under its content hash. Writing the same rows
    /// again gives the same file and writes nothing.
    pub async fn write(&self, _dataset: &str, _partition: Partition) -> Result<Resource> {
        unimplemented!("store")
    }

    /// Makes a release of these files and makes it current by one atomic write. The same files as the current
    /// release's make none: that one is given back.
    pub async fn release(&self, _dataset: &DatasetInfo, _resources: Vec<Resource>, _at: Instant) -> Result<Release> {
        unimplemented!("store")
    }

    /// The current release.
    pub async fn current(&self, _dataset: &str) -> Result<Option<Release>> {
        unimplemented!("store")
    }

    /// One release.
    pub async fn get(&self, _dataset: &str, _release: &str) -> Result<Option<Release>> {
        unimplemented!("store")
    }

    /// Ids of all releases, the newest first.
    pub async fn releases(&self, _dataset: &str) -> Result<Vec<String>> {
        unimplemented!("store")
    }

    /// Bytes of a file of the dataset, by its path relative to the dataset's folder; a part of them with `range`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`](crate::StoreError::NotFound); also for any path that would leave the folder.
    pub async fn read(&self, _dataset: &str, _path: &str, _range: Option<Range<u64>>) -> Result<Bytes> {
        unimplemented!("store")
    }
}

/// Rows as one Parquet file in memory (zstd), for answers in `format=parquet`.
pub fn to_parquet(_rows: &[RecordBatch]) -> Result<Vec<u8>> {
    unimplemented!("store")
}
