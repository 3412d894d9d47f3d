//! `[events]`: the log of what happened.

use super::fields::{Fields, Source};

/// `[events]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRules {
    /// Days for which whoever was away can catch up. Default 30.
    pub keep_days: u64,
}

/// Reads the section.
pub(super) fn read(mut fields: Fields<'_>, source: &mut Source<'_>) -> EventRules {
    let keep_days = fields.integer(source, "keep_days", 1..=366).unwrap_or(30);
    fields.finish(source);
    EventRules { keep_days }
}
