//! The United Kingdom's daily air quality index, ten bands of five pollutants, as implemented in April 2013. Its bounds are
//! from a secondary source: **unverified** (see `data/standards/uk_daqi.csv`).
//!
//! - particles by the mean of 24 hours, here the calendar day's; NO2 by the largest hour; O3 by the largest mean of 8 hours
//! - SO2 by the largest mean of 15 minutes, of stations that send minutes of it; of others the index says nothing of SO2
//! - concentrations are rounded to whole ug/m3, once, after averaging; the index is the highest band
//!
//! An average needs 75 % of its values: 18 of the 24 hours of a day, 12 of 15 minutes, three of four quarters of an hour of a day
//! (ours). Means of 8 hours are valid with six, and their day with what `data/standards/validity.csv` says.

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

/// Percent of the values of an average that it needs.
pub const CAPTURE: u32 = 75;

fn daily(rules: &Rules, input: &Daily) -> Verdict {
    let band = |position, value: Option<Mean>| rules.uk_daqi.band(position, value?.round(0));
    let mut sub = [None; 6];
    let mut of = [false; 6];
    let needed = |hours: u32| (hours * CAPTURE).div_ceil(100);
    let nitrogen = match input.any[NO2] {
        Some((_, n, hours)) => input.no2_any_hour.filter(|_| n >= needed(hours)),
        None => input.no2_hour,
    };
    for (position, value) in [
        (PM25, input.mean_of(PM25, needed)),
        (PM10, input.mean_of(PM10, needed)),
        (NO2, nitrogen),
        (O3, input.o3_max8h),
        (SO2, input.so2_quarter),
    ] {
        sub[position] = band(position, value);
        of[position] = position != SO2 || value.is_some();
    }
    Verdict::worst(sub, of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::mean::mean;
    use crate::fixed::Fixed;

    #[test]
    fn an_average_needs_three_quarters_of_its_values() {
        let of = |hours: usize| {
            let mut input = Daily::default();
            let day: Vec<Option<Fixed>> = (0..24).map(|hour| Some(Fixed::whole(36)).filter(|_| hour < hours)).collect();
            // Day means of limpid's own need 20 hours, and are not asked.
            input.hours(PM25, &day, mean(&day, 1), None, None);
            input.hours(NO2, &day, mean(&day, 1), None, None);
            daily(Rules::built_in(), &input).sub
        };
        // 36 of PM2.5 is band 4, 36 of NO2 band 1 (uk_daqi.toml).
        assert_eq!((of(18)[PM25], of(18)[NO2]), (Some(4), Some(1)));
        assert_eq!((of(17)[PM25], of(17)[NO2]), (None, None));
    }

    #[test]
    fn quarters_of_sulphur_dioxide_count_where_there_are_any() {
        let quarter = |value| Daily { so2_quarter: Some(Mean::from(Fixed::whole(value))), ..Daily::default() };
        let found = [88, 89, 1064, 1065].map(|value| daily(Rules::built_in(), &quarter(value)).index);
        assert_eq!(found, [Some(1), Some(2), Some(9), Some(10)]);
    }
}
