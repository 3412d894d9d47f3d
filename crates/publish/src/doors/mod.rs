//! Doors of open standards onto the same data, one a folder.
//!
//! - [`sensorthings`]: OGC SensorThings 1.1, reading
//! - [`ogc`]: OGC API Environmental Data Retrieval 1.1 and Features 1.0
//! - [`series`]: which series are published; [`geometry`]: points and areas as clients write them

pub mod geometry;
pub mod ogc;
pub mod sensorthings;
pub mod series;
