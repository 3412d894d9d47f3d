//! India's national air quality index of 2014. Its table is from a secondary source: **unverified**
//! (see `data/standards/in_naqi.csv`).
//!
//! - day means, CO and O3 by their largest mean of 8 hours; concentrations are rounded to the table's last digit
//! - an index needs three parameters, one of them PM2.5 or PM10
//! - the table's last band, severe, has no upper end. Above it there is a level and no number (`beyond_table`)
//!
//! Two readings of the table are in use, 51 to 100 over 31 to 60 and 50 to 100 over 30 to 60; they differ by one for some
//! concentrations. Here the bands are taken as the table prints them. A day mean needs 16 hours; means of 8 hours, and their day, need what
//! `data/standards/validity.csv` says.

use limpid_model::ParameterId;

use crate::assess::banded::{Above, Banded, Digits, Shape};
use crate::assess::{Average, CO, Daily, Edition, O3, PM10, PM25, Verdict, six};
use crate::fixed::Mean;
use crate::standards::{Rules, TableError};

/// The edition.
pub const EDITION_2014: Edition = Edition { id: "in-naqi-2014", realtime: None, daily: Some(daily) };

/// Fewer parameters make no index.
const LEAST: usize = 3;

/// Hours of a day mean.
pub const HOURS: u32 = 16;

/// The level above the table.
const SEVERE: u8 = 6;

/// Reads the table.
///
/// # Errors
/// See [`Banded::parse`].
pub fn parse(text: &str) -> Result<Banded, TableError> {
    let shape = Shape {
        table: "in_naqi.csv",
        indices: &[(0, 50), (51, 100), (101, 200), (201, 300), (301, 400)],
        digits: Digits::Round,
        above: Above::Open,
    };
    Banded::parse(shape, text)
}

fn daily(rules: &Rules, input: &Daily) -> Verdict {
    let table = &rules.in_naqi;
    let nh3 = ParameterId::known("nh3");
    let mut sub = [None; 6];
    let mut severe: Vec<ParameterId> = Vec::new();
    let mut measured = 0;
    let mut look_up = |parameter, average, value: Option<Mean>| {
        let value = value?;
        measured += 1;
        if table.beyond(parameter, average, value) {
            severe.push(parameter);
        }
        table.sub_index(parameter, average, value)
    };
    for (position, parameter) in six().into_iter().enumerate() {
        sub[position] = match position {
            CO => look_up(parameter, Average::Hours8, input.co_max8h),
            O3 => look_up(parameter, Average::Hours8, input.o3_max8h),
            _ => look_up(parameter, Average::Day, input.mean_of(position, |_| HOURS)),
        };
    }
    let ammonia = look_up(nh3, Average::Day, input.nh3);
    let particles = [PM25, PM10].iter().any(|place| input.mean_of(*place, |_| HOURS).is_some());
    let beside = input.nh3.map(|_| (nh3, ammonia)).into_iter().collect();
    if measured < LEAST || !particles {
        return Verdict { sub, of: [true; 6], beside, reason: Some("missing"), ..Verdict::default() };
    }
    if !severe.is_empty() {
        let level = Some(SEVERE);
        let reason = Some("beyond_table");
        return Verdict { sub, of: [true; 6], beside, primary: severe, level, reason, ..Verdict::default() };
    }
    let mut verdict = Verdict { beside, ..Verdict::worst(sub, [true; 6]) };
    if ammonia > verdict.index {
        verdict.primary.clear();
    }
    if ammonia.is_some() && ammonia >= verdict.index {
        verdict.index = ammonia;
        verdict.primary.push(nh3);
    }
    verdict
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::mean::mean;
    use crate::fixed::Fixed;

    #[test]
    fn a_day_needs_sixteen_hours() {
        let of = |hours: usize| {
            let mut input = Daily::default();
            let day: Vec<Option<Fixed>> = (0..24).map(|hour| Some(Fixed::whole(60)).filter(|_| hour < hours)).collect();
            for place in [PM25, PM10, crate::assess::NO2] {
                input.hours(place, &day, mean(&day, 1), None, None);
            }
            let verdict = daily(Rules::built_in(), &input);
            (verdict.index, verdict.reason)
        };
        // 60 of PM2.5 ends the band satisfactory (table 3.11).
        assert_eq!([of(16), of(15)], [(Some(100), None), (None, Some("missing"))]);
    }
}
