//! HJ 633-2012, in force until 2026-02-28.
//!
//! Choices where the edition leaves one, each from the feed that Beijing published under it in 2015 (44,948 station
//! hours with an index, see the test in `tests/beijing.rs`):
//! - real-time particles: the mean of the 24 hours that end with the hour, as the feed did
//! - rounding: none before interpolation
//! - missing values: the edition has no rule. Without one of the two particle means no index is given (`missing`):
//!   from the other parameters alone it met the published one in 88 % only, with both in 92.5 %. A gas that is
//!   missing does not block it (90 %).

use crate::assess::hj633::conclude;
use crate::assess::{Average, Daily, Edition, O3, PM10, PM25, Realtime, SO2, Six, Verdict};
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;

/// The edition.
pub const EDITION_2012: Edition = Edition { id: ID, realtime: Some(realtime), daily: Some(daily) };

const ID: &str = "hj633-2012";

/// ug/m3; above it SO2 has no hourly and O3 no 8-hour sub-index (notes of table 1).
const ENDS: Fixed = Fixed::whole(800);

fn realtime(rules: &Rules, input: &Realtime) -> Verdict {
    let hourly = rules.breakpoints.sub_indices(ID, Average::Hour, &input.hour);
    let moving = rules.breakpoints.sub_indices(ID, Average::Day, &input.moving24);
    let mut sub = hourly;
    sub[PM25] = moving[PM25];
    sub[PM10] = moving[PM10];
    if above(input.hour[SO2], ENDS) {
        sub[SO2] = moving[SO2];
    }
    conclude_2012(sub, input.exempt)
}

fn daily(rules: &Rules, input: &Daily) -> Verdict {
    let mut sub = rules.breakpoints.sub_indices(ID, Average::Day, &input.mean);
    let ozone = |value, average| {
        let mut six = [None; 6];
        six[O3] = value;
        rules.breakpoints.sub_indices(ID, average, &six)[O3]
    };
    let hour = ozone(input.o3_hour, Average::Hour);
    sub[O3] = match input.o3_max8h {
        // The largest hour alone says little of a day without a valid 8-hour mean.
        None => None,
        Some(_) if above(input.o3_max8h, ENDS) => hour,
        Some(_) => hour.max(ozone(input.o3_max8h, Average::Hours8)),
    };
    conclude_2012(sub, input.exempt)
}

fn above(value: Option<Mean>, limit: Fixed) -> bool {
    value.is_some_and(|value| value > Mean::from(limit))
}

fn conclude_2012(sub: Six<Option<u16>>, exempt: Six<bool>) -> Verdict {
    conclude(sub, |_| [PM25, PM10].into_iter().all(|particles| sub[particles].is_some() || exempt[particles]))
}
