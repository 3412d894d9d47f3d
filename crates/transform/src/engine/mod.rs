//! One computation, two speeds.
//!
//! [`derive`](derive::derive) is a pure function of a station's readings. [`live`] calls it for what new readings
//! touch, [`history`](history::history) for everything. A property test holds that both publish the same records.
//!
//! - [`wanted`]: which hours, windows and days a reading touches
//! - [`hours`]: a station's hours, sent or made of minutes, each with its flag
//! - [`derive`]: what is published of them
//! - [`water`], [`noise`]: classes of water, days and nights of noise
//! - [`calendar`], [`periods`]: months, quarters, twelve months and years, of published days
//! - `winds`: months of wind directions, of published hours
//! - [`air`]: hours and days of air against the limits of GB 3095
//! - `due`: what falls due by the clock
//! - [`summaries`]: areas and long periods, of what is published
//! - `beside`: stations that are judged beside those around them
//! - `said`: what was published last, so that it is not published again
//! - `sealed`: readings of hours that are final
//! - `tasks`: several stations at once
//! - [`live`], [`history`]: the two speeds
//! - `anew`: figures derived once more, to be compared with those published
//! - [`bulk`]: the same aggregates over a Parquet file of hours

pub mod air;
mod anew;
mod beside;
pub mod bulk;
pub mod calendar;
pub mod derive;
mod due;
pub mod history;
pub mod hours;
pub mod live;
pub mod noise;
pub mod periods;
mod said;
mod sealed;
pub mod summaries;
mod tasks;
#[cfg(test)]
pub(crate) mod tests;
pub mod wanted;
pub mod water;
mod winds;

pub(crate) use anew::{around, month};
pub(crate) use calendar::derive_months;
pub use derive::derive;
pub use history::{Report, history};
pub use live::{catch_up, live};
pub use wanted::{Touched, Wanted};

pub use limpid_store::WORKED_UP as CURSOR;

/// Name of the journal's cursor that says up to which review everything is published.
pub const REVIEWS: &str = "transform-reviews";
