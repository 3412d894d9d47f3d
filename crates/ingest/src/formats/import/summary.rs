//! What an import did, and why it could not.

use std::path::PathBuf;

use limpid_model::{Counts, Receipt};
use limpid_store::StoreError;
use serde::Serialize;

use crate::formats::Format;

/// What an import did. As JSON it is the line that `limpid import` ends with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Submissions that the journal took.
    pub submissions: u64,
    /// Entries in them: the sum of the five counts.
    pub readings: u64,
    /// What became of the entries.
    #[serde(flatten)]
    pub counts: Counts,
    /// Files that have no bytes: nothing to import, but somebody meant them to have some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub empty_files: Vec<PathBuf>,
}

impl Summary {
    pub(super) fn add(&mut self, receipt: &Receipt) {
        self.submissions += 1;
        self.counts.merge(receipt.counts);
        self.readings = self.counts.total();
    }
}

/// Why files could not be imported. What had been imported before stays, and is told by [`ImportError::done`].
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file is missing or may not be read; nothing was imported.
    #[error("{} cannot be read", file.display())]
    Open {
        /// Which file.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is not of the format; nothing was imported.
    #[error("{}:1: not a {format} file: {detail}", file.display())]
    Header {
        /// Which file.
        file: PathBuf,
        /// What it was read as.
        format: Format,
        /// What is wrong, and what it should be.
        detail: String,
    },
    /// A file failed in the middle; import it again when it can be read, what is known already is answered `same`.
    #[error("{place}: reading stopped here; {} readings were imported before", done.readings)]
    Read {
        /// File and line.
        place: String,
        /// What had been imported.
        done: Box<Summary>,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The journal refused; import again when it can, what is known already is answered `same`.
    #[error("the journal did not take a part of {file}; {} readings were imported", done.readings)]
    Store {
        /// Which file.
        file: String,
        /// What had been imported.
        done: Box<Summary>,
        /// Why.
        #[source]
        source: StoreError,
    },
}

impl ImportError {
    /// What had been imported when it failed.
    pub fn done(&self) -> Summary {
        match self {
            Self::Open { .. } | Self::Header { .. } => Summary::default(),
            Self::Read { done, .. } | Self::Store { done, .. } => (**done).clone(),
        }
    }
}
