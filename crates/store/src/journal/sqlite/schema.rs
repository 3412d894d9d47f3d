//! The tables, and how a journal of an older format becomes one of the newest.

use std::path::Path;

use rusqlite::{Connection, ErrorCode};

use super::failure::during;
use crate::error::{Result, StoreError};

/// Each step carries a journal from the format of its position to the next. Steps are never changed, only added.
const STEPS: [&str; 16] = [
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
    include_str!("schema_5.sql"),
    include_str!("schema_6.sql"),
    include_str!("schema_7.sql"),
    include_str!("schema_8.sql"),
    include_str!("schema_9.sql"),
    include_str!("schema_10.sql"),
    include_str!("schema_11.sql"),
    include_str!("schema_12.sql"),
    include_str!("schema_13.sql"),
    include_str!("schema_14.sql"),
    include_str!("schema_15.sql"),
    include_str!("schema_16.sql"),
];

/// What SQLite's header says of whose file it is: "limp". Journals made before the first version did not say it, and
/// kept submissions in another way.
pub(super) const APPLICATION: i64 = 0x6c69_6d70;

/// The newest format.
pub(super) const FORMAT: i64 = STEPS.len() as i64;

/// Brings the journal to the newest format, each step in a transaction of its own.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<()> {
    let found = check(connection, path)?;
    let done = usize::try_from(found).unwrap_or(0);
    for (format, sql) in (1_i64..).zip(STEPS).skip(done) {
        let transaction = connection.transaction().map_err(during("migrating the journal"))?;
        transaction.execute_batch(sql).map_err(during("migrating the journal"))?;
        transaction.pragma_update(None, "application_id", APPLICATION).map_err(during("migrating the journal"))?;
        transaction.pragma_update(None, "user_version", format).map_err(during("migrating the journal"))?;
        transaction.commit().map_err(during("migrating the journal"))?;
    }
    Ok(())
}

/// The journal's format.
///
/// # Errors
/// [`StoreError::Version`] where it is newer than this program, [`StoreError::Damaged`] where it is no journal.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<i64> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(|error| {
        if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) {
            let detail = "it is not a journal; move it away, or name another state folder".to_owned();
            return StoreError::Damaged { what: path.display().to_string(), detail };
        }
        during("reading the journal's format")(error)
    })?;
    let application: i64 = connection
        .query_row("PRAGMA application_id", [], |row| row.get(0))
        .map_err(during("reading the journal's format"))?;
    if found > 0 && application != APPLICATION {
        let detail = "an unreleased limpid made it; move it away, or name another state folder".to_owned();
        return Err(StoreError::Damaged { what: path.display().to_string(), detail });
    }
    if !(0..=FORMAT).contains(&found) {
        let path = path.parent().unwrap_or(path).to_owned();
        return Err(StoreError::Version { path, found, known: FORMAT });
    }
    Ok(found)
}
