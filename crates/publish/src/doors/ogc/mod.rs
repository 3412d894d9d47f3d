//! Doors of the OGC API family.
//!
//! - [`edr`]: Environmental Data Retrieval 1.1 (19-086r6), series by place and time
//! - [`features`]: Features 1.0 (17-069r4), the stations as features
//! - `common`: links, landing pages and declarations, which both have; `query`: boxes and times of a query

mod common;
pub mod edr;
pub mod features;
mod query;
