//! What is expected of the coming hours and days, and what may come.
//!
//! A [`panel::Panel`] is many stations' hours; a [`scene::Scene`] is one [`target::Target`] in it, with what is usual for it.
//! [`methods`] each say what is expected; [`bands`] say how far off that may be, from forecasts that a method was not
//! fitted on. [`fitted::Fitted`] is all of them for one target, [`choice`] picks the one that is issued, [`backtest`] tries
//! them on the past.
//!
//! Nothing here looks at an hour after the origin of a forecast; `tests.rs` holds that by changing the future.

pub mod amend;
pub mod backtest;
pub mod bands;
pub mod choice;
pub mod climatology;
pub mod columns;
pub mod fitted;
mod gram;
pub mod issue;
pub mod judge;
pub mod levels;
pub mod load;
pub mod methods;
mod noise;
pub mod outside;
pub mod panel;
mod rolling;
pub mod sample;
pub mod scene;
pub mod score;
pub mod scores;
pub mod serve;
pub mod target;
pub mod train;
pub mod weather;

#[cfg(test)]
mod tests;
