//! What can go wrong with publishing, by what it means to the caller.

use std::path::PathBuf;

use limpid_store::StoreError;

/// Result of this crate's calls.
pub type Result<T, E = PublishError> = std::result::Result<T, E>;

/// What can go wrong with publishing.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The journal or the lake failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no dataset of this name.
    #[error("there is no dataset {name:?}; there are {known}")]
    UnknownDataset {
        /// The name asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// The dataset has no release yet.
    #[error("{dataset} has no release yet; import or receive data first, then release it")]
    NoRelease {
        /// The dataset.
        dataset: String,
    },
    /// Rows could not be written as a table, or a table could not be read.
    #[error("{doing}")]
    Table {
        /// What was being done.
        doing: String,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file could not be written.
    #[error("writing {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
}
