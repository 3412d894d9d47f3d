//! What a failure of SQLite means to the caller.

use rusqlite::ErrorCode;

use crate::error::StoreError;

/// `SQLITE_IOERR_SHMSIZE`: the file of shared memory beside the journal cannot grow, which means a full disk.
const IOERR_SHMSIZE: i32 = 4874;

/// Maps an error met while `doing` something.
pub(super) fn during(doing: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |error| {
        let full = error.sqlite_error_code() == Some(ErrorCode::DiskFull)
            || error.sqlite_extended_error_code() == Some(IOERR_SHMSIZE);
        if full { StoreError::Full(Box::new(error)) } else { StoreError::io(doing, error) }
    }
}

/// A row that cannot be read as what it should be.
pub(super) fn damaged(table: &str, detail: impl Into<String>) -> StoreError {
    StoreError::Damaged { what: format!("table {table} of the journal"), detail: detail.into() }
}

/// The same error once more, for each of the callers whom one failed transaction served.
pub(super) fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Full(source) => StoreError::Full(source.to_string().into()),
        StoreError::Io { doing, source } => StoreError::Io { doing: doing.clone(), source: source.to_string().into() },
        StoreError::Damaged { what, detail } => StoreError::Damaged { what: what.clone(), detail: detail.clone() },
        other => StoreError::io("writing the journal", other.to_string()),
    }
}

/// Whether trying again without others' work beside it may help: not when the disk is the trouble.
pub(super) fn may_be_one_jobs_fault(error: &StoreError) -> bool {
    !matches!(error, StoreError::Full(_))
}
