//! What limpid makes of readings: checked observations, aggregates, and judgements under dated standards.
//!
//! - [`fixed`]: exact decimals, so that a sum does not depend on the order of its terms
//! - [`standards`]: the tables of `data/standards` and `data/validation`, checked when loaded
//! - [`validate`]: instrument marks, plausible ranges and consistency, which give each value its flag
//! - [`aggregate`]: hours from minutes, moving means, day means, the largest 8-hour mean of a day, months and years
//! - [`assess`]: air quality indices, one edition a file or folder
//! - [`compliance`]: whether discharges keep to their permits
//! - [`forecast`]: what is expected of the coming hours and days
//! - [`gaps`]: which expected hours are missing and why, and how complete years are
//! - [`review`]: what people decided about values
//! - [`explain`]: how a published figure came about
//! - [`verify`]: whether published releases are whole, and come out again
//! - [`engine`]: applies all of that, live and over history, by the same pure function [`engine::derive`]
//!
//! Everything but the engine, explanation, verification and the ledger's task knows no clock, file or socket.

pub mod aggregate;
pub mod assess;
pub mod compliance;
pub mod engine;
pub mod explain;
pub mod fixed;
pub mod forecast;
pub mod gaps;
pub mod review;
pub mod standards;
pub mod validate;
pub mod verify;

pub use engine::{Report, catch_up, history, live};
pub use explain::explain;
pub use gaps::ledger;
pub use verify::verify;
