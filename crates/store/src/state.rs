//! The state folder: one process at a time, one format version.
//!
//! ```text
//! STATE/lock            held by the process that writes; holds its id
//! STATE/journal.sqlite  the journal
//! STATE/lake/           Parquet files and releases
//! ```

use std::path::{Path, PathBuf};

use crate::error::Result;

/// A state folder that this process may write to, or may only read.
#[derive(Debug)]
pub struct StateDir {
    path: PathBuf,
    _lock: Option<std::fs::File>,
}

impl StateDir {
    /// Makes the folder if need be and takes its lock, which is let go when this is dropped or the process dies.
    ///
    /// # Errors
    /// [`StoreError::Locked`](crate::StoreError::Locked) names the process that has it.
    pub fn lock(_path: &Path) -> Result<Self> {
        unimplemented!("store")
    }

    /// An existing folder, for reading beside the process that writes.
    ///
    /// # Errors
    /// [`StoreError::NotFound`](crate::StoreError::NotFound) where there is none.
    pub fn read(_path: &Path) -> Result<Self> {
        unimplemented!("store")
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The journal's file.
    pub fn journal(&self) -> PathBuf {
        self.path.join("journal.sqlite")
    }

    /// The lake's folder.
    pub fn lake(&self) -> PathBuf {
        self.path.join("lake")
    }
}
