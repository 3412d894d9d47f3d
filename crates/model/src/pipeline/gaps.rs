//! `[gaps]`: what the gap ledger expects, and when.

use super::fields::{Fields, Source};

/// `[gaps]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GapRules {
    /// An hour is looked at so many minutes after its end, when late values have come. Default 30.
    pub grace_minutes: u64,
    /// Where `stations.csv` names no `parameters`, those are expected of which the station sent an hour within so many
    /// days. Default 30.
    pub recent_days: u64,
}

/// Reads the section.
pub(super) fn read(mut fields: Fields<'_>, source: &mut Source<'_>) -> GapRules {
    let rules = GapRules {
        grace_minutes: fields.integer(source, "grace_minutes", 0..=1440).unwrap_or(30),
        recent_days: fields.integer(source, "recent_days", 1..=366).unwrap_or(30),
    };
    fields.finish(source);
    rules
}
