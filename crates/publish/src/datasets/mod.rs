//! Open data: what is released, when, and how it is served.
//!
//! - `definition`: the datasets
//! - `rows`: the rows of one month of a dataset, as Arrow batches
//! - `release`: makes releases, touching only the months in which something changed
//! - `schedule`: the task that does so every few hours
//! - `list`, `files`, `make`: over HTTP
//! - `export`: a release as a folder on disk

mod definition;
mod export;
pub(crate) mod files;
pub(crate) mod list;
pub(crate) mod make;
mod release;
mod rows;
mod schedule;
#[cfg(test)]
mod tests;

pub use definition::{ALL, Dataset};
pub use export::{Exported, export};
pub use release::{Progress, release_all};
pub(crate) use schedule::schedule;
