//! Instants as the journal writes them: microseconds since 1970-01-01 UTC.

use limpid_model::Instant;

use super::failure::damaged;
use crate::error::Result;

/// Whole microseconds; what is finer is cut off.
pub(super) fn micros(at: Instant) -> i64 {
    at.timestamp_micros()
}

/// The instant; an error for a number that no calendar reaches.
pub(super) fn instant(micros: i64) -> Result<Instant> {
    Instant::from_timestamp_micros(micros).ok_or_else(|| damaged("groups", format!("{micros} is no instant")))
}
