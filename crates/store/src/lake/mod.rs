//! The lake: Parquet files under Hive partitions and content-hash names, and immutable releases of them.
//!
//! ```text
//! <dataset>/year=2026/month=11/<sha256, 32 hex digits>.parquet and .csv.gz, the same rows twice
//! <dataset>/documents/<release id>/…       what explains a release to people and to other programs, never changed
//! <dataset>/releases/<release id>.json     a Frictionless Data Package, never changed
//! <dataset>/current.json                   names the current release; replaced by one atomic write
//! ```
//!
//! A release id is `YYYYMMDDTHHMMSSZ-<first 8 hex digits of the SHA-256 of its resource list>`. Publishing a release
//! whose resources are those of the current one makes no new release.
//!
//! - [`rows`]: observations and assessments as columns
//! - [`table_schema`]: what the columns are, for readers
//! - `parquet`, `csv`: columns as a file; `resource`: a file of a dataset; `release`: a set of files with its manifest

mod csv;
mod objects;
mod parquet;
mod release;
mod resource;
pub mod rows;
mod schema;
#[cfg(test)]
mod tests;

use std::path::Path;

pub use self::csv::Cells;
use self::objects::Objects;
pub use self::parquet::to_parquet;
pub use self::release::{DatasetInfo, Document, Release};
pub use self::resource::{Partition, Resource};
pub use self::schema::table_schema;
use crate::error::{Result, StoreError};

/// A folder or bucket of Parquet files. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Lake {
    objects: Objects,
}

impl Lake {
    /// A lake in a local folder, made if need be.
    ///
    /// # Errors
    /// [`StoreError::Io`] where the folder cannot be made or read.
    pub fn local(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)
            .map_err(|error| StoreError::io(format!("making the lake's folder {}", folder.display()), error))?;
        Ok(Self { objects: Objects::local(folder)? })
    }
}
