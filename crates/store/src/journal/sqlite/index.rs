//! Bringing accepted readings into the order of their series.
//!
//! A reading is durable in its submission's row. To find it by series and start it is written a second time, into
//! `readings`. That costs a page per series, so many submissions are brought over together: when the writer has
//! nothing else to do, or at the latest when [`AT_MOST`] readings wait. Readers take what waits from the submissions.

use rusqlite::{Connection, params};

use super::failure::during;
use super::state::State;
use crate::error::Result;

/// So many readings may wait. More would save little, and a reader of a window has to look through them: at this
/// number that takes some 10 ms.
pub(super) const AT_MOST: usize = 100_000;

/// Writes what waits, within the writer's open transaction.
pub(super) fn write(state: &mut State, connection: &Connection) -> Result<()> {
    let failed = during("writing readings");
    let Some(last) = state.pending.iter().map(|pending| pending.seq).max() else { return Ok(()) };
    // In the order of the table, so that each page is touched once.
    state
        .pending
        .sort_unstable_by_key(|pending| (pending.reading.series, pending.reading.start, pending.reading.revision));
    let mut insert =
        connection.prepare_cached("INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?, ?, ?)").map_err(&failed)?;
    for pending in &state.pending {
        let reading = &pending.reading;
        let mark = reading.mark.as_ref().map(|mark| mark.as_str());
        insert
            .execute(params![
                reading.series,
                reading.start,
                reading.revision,
                reading.value,
                mark,
                reading.conversion,
                pending.seq,
                pending.submission
            ])
            .map_err(&failed)?;
    }
    connection
        .prepare_cached("UPDATE positions SET number = ? WHERE name = 'indexed'")
        .and_then(|mut statement| statement.execute([last]))
        .map_err(&failed)?;
    state.pending.clear();
    Ok(())
}
