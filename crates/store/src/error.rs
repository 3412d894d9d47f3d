//! What can go wrong with the store, by what it means to the caller.

use std::path::PathBuf;

/// Result of the store's calls.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// What can go wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk has no room. Nothing of the call was kept; it may be tried again.
    #[error("no space left in the state folder")]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another process has the state folder.
    #[error("state folder {path} is in use by process {holder}")]
    Locked {
        /// The folder.
        path: PathBuf,
        /// Process id as the holder wrote it.
        holder: String,
    },
    /// The state folder was made by a version of limpid that this one does not know.
    #[error("state folder {path} has format {found}, this limpid knows up to {known}")]
    Version {
        /// The folder.
        path: PathBuf,
        /// Format of the folder.
        found: i64,
        /// Newest format that this program can read.
        known: i64,
    },
    /// The idempotency key was used before with another body.
    #[error("idempotency key {key:?} was used before with another body")]
    IdempotencyConflict {
        /// The key.
        key: String,
    },
    /// There is no such dataset, release or file.
    #[error("{what} not found")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// A file of the store is damaged.
    #[error("{what} is damaged: {detail}")]
    Damaged {
        /// Which file.
        what: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The journal was opened for reading only.
    #[error("the journal is open for reading only")]
    ReadOnly,
    /// The journal is being closed.
    #[error("the journal is closed")]
    Closed,
    /// Anything else from the disk or the database below.
    #[error("{doing}")]
    Io {
        /// What was being done.
        doing: String,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// An error from below, met while `doing` something.
    pub fn io(doing: impl Into<String>, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Io { doing: doing.into(), source: source.into() }
    }
}
