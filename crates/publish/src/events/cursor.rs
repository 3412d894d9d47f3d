//! Places of readers of the log, kept in the journal.

use limpid_store::{Journal, Result};

/// Where a reader stands. One that never read begins now, and that is kept: what happens from then on is its own.
///
/// # Errors
/// Those of the journal.
pub async fn resume(journal: &dyn Journal, name: &str) -> Result<u64> {
    if let Some(position) = journal.cursor(name).await?.checked_sub(1) {
        return Ok(position);
    }
    let newest = *journal.logged().borrow();
    journal.note(Vec::new(), Some(mark(name, newest))).await?;
    Ok(newest)
}

/// The cursor of a reader who stands at `position`: one more, since the journal gives 0 where there is none.
pub fn mark(name: &str, position: u64) -> (String, u64) {
    (name.to_owned(), position + 1)
}
