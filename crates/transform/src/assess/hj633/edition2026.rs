//! HJ 633-2026, in force from 2026-03-01.
//!
//! - real time: six hourly means, particles looked up in the day breakpoints (4.2.4)
//! - daily: five day means and the largest 8-hour mean of ozone
//! - concentrations are rounded half to even before interpolation, to integers, carbon monoxide to 0.1 (4.2.2, 4.2.3)
//! - SO2 above 800 in an hour is 200, O3 above 800 in 8 hours is 300 (table 3, notes b and c)
//! - with a parameter missing the index is given only above 100 (5.3.1); one that is outside the monitoring plan and
//!   never led a polluted day in three years does not block it (5.3.2, `exempt` in `stations.csv`)

use crate::assess::hj633::conclude;
use crate::assess::{Average, CO, Daily, Edition, O3, PM10, PM25, Realtime, Six, Verdict};
use crate::fixed::Mean;
use crate::standards::Rules;

/// The edition.
pub const EDITION_2026: Edition = Edition { id: ID, realtime: Some(realtime), daily: Some(daily) };

const ID: &str = "hj633-2026";

/// With a parameter missing, the index is given only above this (5.3.1).
const GIVEN_ABOVE: u16 = 100;

fn realtime(rules: &Rules, input: &Realtime) -> Verdict {
    let rounded = round(&input.hour);
    let day = rules.breakpoints.sub_indices(ID, Average::Day, &rounded);
    // The hourly curve of SO2 ends at 800 with 200, and a value beyond the last breakpoint has its sub-index: note b.
    let mut sub = rules.breakpoints.sub_indices(ID, Average::Hour, &rounded);
    sub[PM25] = day[PM25];
    sub[PM10] = day[PM10];
    conclude_2026(sub, input.exempt)
}

fn daily(rules: &Rules, input: &Daily) -> Verdict {
    let mut means = input.mean;
    means[O3] = input.o3_max8h;
    let rounded = round(&means);
    // The 8-hour curve of O3 ends at 800 with 300: note c.
    let ozone = rules.breakpoints.sub_indices(ID, Average::Hours8, &rounded)[O3];
    let mut sub = rules.breakpoints.sub_indices(ID, Average::Day, &rounded);
    sub[O3] = ozone;
    conclude_2026(sub, input.exempt)
}

fn round(values: &Six<Option<Mean>>) -> Six<Option<Mean>> {
    std::array::from_fn(|position| values[position].map(|value| value.round(u32::from(position == CO))))
}

fn conclude_2026(sub: Six<Option<u16>>, exempt: Six<bool>) -> Verdict {
    let complete = sub.iter().zip(exempt).all(|(sub, exempt)| sub.is_some() || exempt);
    conclude(sub, |index| complete || index > GIVEN_ABOVE)
}
