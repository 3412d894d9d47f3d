//! Pages for people: HTML made on the server, readable without a script, in the reader's language.
//!
//! - [`view`]: language and type size of one request, which stay in the links of the page
//! - [`words`]: the text catalogues `i18n/*.toml`
//! - [`layout`]: the frame of every page, and the answer it leaves in
//! - [`say`]: numbers, units, times and ages as people read them
//! - [`level`]: a level as shape, numeral and colour
//! - [`cards`]: one station in short
//! - [`graded`]: classes of water and verdicts on noise
//! - [`chart`]: series as SVG
//! - [`front`], [`forecast`], [`water`], [`noise`], [`station`], [`data`], [`dataset`], [`registers`], [`about`], [`api`], [`status`],
//!   [`not_found`]: the pages

pub mod about;
pub mod alerts;
pub mod api;
mod cards;
mod chart;
pub mod data;
pub mod dataset;
pub mod embed;
pub mod explain;
pub mod forecast;
pub mod front;
mod gaps;
mod graded;
mod layout;
mod level;
mod linked;
pub mod noise;
pub mod not_found;
pub mod registers;
pub mod say;
pub mod station;
pub mod status;
#[cfg(test)]
mod tests;
mod view;
pub mod water;
pub mod words;
