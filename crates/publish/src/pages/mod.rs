//! Pages for people: HTML made on the server, readable without a script, in the reader's language.
//!
//! - [`view`]: language and type size of one request, which stay in the links of the page
//! - [`words`]: the text catalogues `i18n/*.toml`
//! - [`layout`]: the frame of every page, and the answer it leaves in
//! - [`say`]: numbers, units, times and ages as people read them
//! - [`level`]: a level as shape, numeral and colour
//! - [`cards`]: one station in short
//! - [`state`]: one station in a line
//! - [`headline`]: the whole area in three sentences
//! - [`graded`]: classes of water and verdicts on noise
//! - [`chart`]: series as SVG
//! - [`embed`], [`card`]: pieces for frames in other sites, and pictures
//! - [`find`], [`map`]: a station by its name or place
//! - [`front`], [`forecast`], [`water`], [`noise`], [`station`], [`data`], [`dataset`], [`registers`], [`about`], [`api`], [`status`],
//!   [`not_found`]: the pages

pub mod about;
pub mod alerts;
pub mod api;
pub mod card;
mod cards;
mod chart;
pub mod data;
pub mod dataset;
pub mod embed;
pub mod explain;
pub mod find;
pub mod forecast;
pub mod front;
pub mod gaps;
mod graded;
mod headline;
mod layout;
mod level;
mod linked;
pub mod map;
pub mod noise;
pub mod not_found;
pub mod registers;
pub mod say;
mod state;
pub mod station;
pub mod status;
#[cfg(test)]
mod tests;
pub mod view;
pub mod water;
pub mod words;
