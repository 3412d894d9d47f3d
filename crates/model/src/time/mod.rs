//! Instants, periods and the calendar of an authority.
//!
//! Everything inside is UTC. An hour, a calendar day, month or year is that of the authority's [`Zone`]; where clocks
//! change, a day has 23 or 25 hours and the functions here know it.
//!
//! - `period`: how long a value speaks for
//! - `zone`: hours, days and the clock on the wall

mod period;
#[cfg(test)]
mod tests;
mod zone;

use chrono::{DateTime, Utc};

pub use period::{Period, UnknownPeriod};
pub use zone::Zone;

/// A point in time, UTC.
pub type Instant = DateTime<Utc>;
