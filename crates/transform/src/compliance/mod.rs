//! Whether discharges keep to their permits.
//!
//! What is permitted stands in the released revisions of the register `permits`; what was discharged stands in the published
//! observations of the stations that a permit's outlets name. Each day is judged by the version that was in force on it.
//!
//! - [`permit`]: what a revision of a permit says, as limits that can be judged
//! - [`day`]: hours and days against concentrations
//! - [`quantity`]: months against quantities
//! - [`reported`]: values that a discharger reports itself, as in the United States

pub mod day;
pub mod permit;
pub mod quantity;
pub mod reported;
#[cfg(test)]
mod tests;
