//! The United Kingdom's daily air quality index, ten bands of five pollutants, as implemented in April 2013. Its bounds are
//! from a secondary source: **unverified** (see `data/standards/uk_daqi.csv`).
//!
//! - particles by the mean of 24 hours, here the calendar day's; NO2 by the largest hour; O3 by the largest mean of 8 hours
//! - SO2 by the largest mean of 15 minutes. The engine works in hours and has none, so what is published says nothing of SO2
//! - concentrations are rounded to whole ug/m3, once, after averaging; the index is the highest band
//!
//! The index asks for 75 % of the values of an average; the averages here need what `data/standards/validity.csv` says.

use crate::assess::bounds::Bounds;
use crate::assess::{Daily, Edition, NO2, O3, PM10, PM25, SO2, Verdict};
use crate::fixed::Mean;
use crate::standards::{Rules, TableError};

/// The edition.
pub const EDITION_2013: Edition = Edition { id: "uk-daqi-2013", realtime: None, daily: Some(daily) };

/// Reads the table.
///
/// # Errors
/// See [`Bounds::parse`].
pub fn parse(text: &str) -> Result<Bounds, TableError> {
    Bounds::parse("uk_daqi.csv", 10, text)
}

fn daily(rules: &Rules, input: &Daily) -> Verdict {
    let band = |position, value: Option<Mean>| rules.uk_daqi.band(position, value?.round(0));
    let mut sub = [None; 6];
    let mut of = [false; 6];
    for (position, value) in [
        (PM25, input.mean[PM25]),
        (PM10, input.mean[PM10]),
        (NO2, input.no2_hour),
        (O3, input.o3_max8h),
        (SO2, input.so2_quarter),
    ] {
        sub[position] = band(position, value);
        of[position] = position != SO2 || value.is_some();
    }
    Verdict::worst(sub, of)
}
