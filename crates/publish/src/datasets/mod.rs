//! Open data: what is released, when, and how it is served.
//!
//! - `definition`: the datasets
//! - `part`: the months or days in which they are written
//! - `rows`, `issues`: the rows of one part of a dataset, as Arrow batches
//! - `records`: the tables of registers; `closed`: releases that show what is not public any more
//! - `documents`: what explains a release: README, citation, licence, checksums, CSVW, Croissant
//! - `changes`: what differs between two releases
//! - `extent`: where and when the rows are from
//! - `release`: makes releases, touching only the parts in which something changed
//! - `schedule`: the task that does so every few hours
//! - `list`, `files`, `diff`, `make`, `catalog`: over HTTP; `turtle`: the catalog as Turtle
//! - `export`: a release as a folder on disk

pub(crate) mod catalog;
mod changes;
mod closed;
pub(crate) mod definition;
pub(crate) mod diff;
pub(crate) mod documents;
mod export;
pub(crate) mod extent;
pub(crate) mod files;
mod issues;
pub(crate) mod list;
pub(crate) mod make;
mod part;
mod records;
mod release;
mod rows;
mod schedule;
#[cfg(test)]
mod tests;
mod turtle;

pub use definition::Dataset;
pub(crate) use definition::licence_address;
pub use export::{Exported, export};
pub use release::{Progress, release_all};
pub(crate) use schedule::schedule;
