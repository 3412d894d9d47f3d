//! The state folder: one process at a time, one format version.
//!
//! ```text
//! STATE/lock            held by the process that writes; holds its id
//! STATE/journal.sqlite  the journal
//! STATE/lake/           Parquet files and releases
//! ```

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::{Result, StoreError};

/// A state folder that this process may write to, or may only read.
#[derive(Debug)]
pub struct StateDir {
    path: PathBuf,
    _lock: Option<File>,
}

impl StateDir {
    /// Makes the folder if need be and takes its lock, which is let go when this is dropped or the process dies.
    ///
    /// # Errors
    /// [`StoreError::Locked`] names the process that has it.
    pub fn lock(path: &Path) -> Result<Self> {
        let failed = |error| StoreError::io(format!("opening the state folder {}", path.display()), error);
        std::fs::create_dir_all(path).map_err(failed)?;
        // Not truncated before the lock is ours: until then the id in it is the holder's.
        let mut lock = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path.join("lock"))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                lock.read_to_string(&mut holder).map_err(failed)?;
                let holder = match holder.trim() {
                    "" => "unknown".to_owned(),
                    id => id.to_owned(),
                };
                return Err(StoreError::Locked { path: path.to_owned(), holder });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        lock.set_len(0).map_err(failed)?;
        lock.rewind().map_err(failed)?;
        writeln!(lock, "{}", std::process::id()).map_err(failed)?;
        Ok(Self { path: path.to_owned(), _lock: Some(lock) })
    }

    /// An existing folder, for reading beside the process that writes.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is none.
    pub fn read(path: &Path) -> Result<Self> {
        if !path.is_dir() {
            return Err(StoreError::NotFound { what: format!("state folder {}", path.display()) });
        }
        Ok(Self { path: path.to_owned(), _lock: None })
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
