//! The gap ledger: every expected hour of every station and parameter is present, or missing with one cause.
//!
//! - [`find`]: what is missing of one station, a pure function of what is published and what is known of the links
//! - [`expected`]: which hours of which parameters there should be
//! - [`cause`]: why one of them is not there
//! - [`stood`]: for how long a link was down
//! - [`complete`]: how complete a year is against the legal minimum ([`minimums`]), of its published days; [`today`]: and the
//!   day that has not ended
//! - [`ledger`]: the task that keeps the ledger up as records are published and hours pass

pub mod cause;
pub mod complete;
pub mod expected;
pub mod find;
pub mod ledger;
pub mod minimums;
pub mod stood;
#[cfg(test)]
mod tests;
pub mod today;

pub use find::{Case, find};
pub use ledger::ledger;
pub use stood::Stood;
