//! `cnemc-air`: snapshots of China's national live feed of air stations (中国环境监测总站), one record a station: CSV as
//! archives keep it, XML as the service before 2018 gave it, JSON as services and archives give it. Values are texts in
//! ug/m3, CO in mg/m3; missing is empty, an em dash, its HTML entity, or `-;`. A record is known by its `StationCode`;
//! times are China Standard Time and name the end of the hour, which is a property of the feed.
//!
//! Running means and the index are the feed's own products and no readings. Ozone is a trap: one of `O3` and `O3_24h` is
//! the current hour, the other the largest of the last 24 hours, and which is which is not what their names say.
//! See [`record`].
//!
//! - [`record`]: what a record means; `csv`, `xml`, [`json`]: where its fields stand

pub(crate) mod csv;
pub mod json;
pub mod record;
#[cfg(test)]
mod tests;
pub(super) mod xml;
