//! The air quality index of the US EPA, edition of May 2024 (EPA-454/B-24-002).
//!
//! - [`nowcast`]: particles of an hour
//!
//! Concentrations are carried into the table's units at 298.15 K and 1013.25 hPa, truncated, interpolated and rounded to
//! the nearest whole number. The index is the largest sub-index; above 500 the last line is continued. The parameters that
//! have the largest sub-index are primary pollutants at any level.
//!
//! - Daily: day means of particles, largest hours of SO2 and NO2, largest 8-hour means of CO and O3. An hour of ozone from
//!   0.125 ppm on counts too, and alone above 0.200 ppm in 8 hours. SO2 from 305 ppb on is looked up by its day mean, and is
//!   200 where that is below.
//! - Hourly: NowCast of particles; ozone by the mean of the last 8 hours, as the daily index. EPA's own hourly ozone is a
//!   NowCast fitted anew every hour to the station's last two weeks by partial least squares (github.com/USEPA/O3-Nowcast),
//!   which is not built: hours of ozone are **unverified** against AirNow.
//!
//! Choices of ours: 8-hour means of a day are those that lie within it, as in `aggregate::max8h` (EPA's begin at 7:00 to 23:00,
//! recalled and unverified); the largest hour of SO2 and NO2 stands for the day when the day has a valid mean.

pub mod nowcast;
#[cfg(test)]
mod tests;

use crate::assess::banded::{Above, Banded, Digits, Shape};
use crate::assess::{Average, CO, Daily, Edition, NO2, O3, PM10, PM25, Realtime, SO2, Verdict, six};
use crate::fixed::Mean;
use crate::standards::Rules;

pub use nowcast::nowcast;

/// The table (`data/standards/us_epa.csv`).
pub const TABLE: Shape = Shape {
    table: "us_epa.csv",
    indices: &[(0, 50), (51, 100), (101, 150), (151, 200), (201, 300), (301, 500)],
    digits: Digits::Cut,
    above: Above::Continued,
};

/// The edition.
pub const EDITION_2024: Edition = Edition { id: "us-epa-2024", realtime: Some(realtime), daily: Some(daily) };

fn realtime(rules: &Rules, input: &Realtime) -> Verdict {
    let table = &rules.us_epa;
    let particles = |position, hours| {
        let value = nowcast(hours)?;
        table.sub_index(six()[position], Average::Day, value)
    };
    let mut sub = [None; 6];
    sub[PM25] = particles(PM25, &input.last12[0]);
    sub[PM10] = particles(PM10, &input.last12[1]);
    sub[O3] = ozone(table, input.o3_moving8, input.hour[O3]);
    let mut of = [false; 6];
    [PM25, PM10, O3].into_iter().for_each(|position| of[position] = true);
    Verdict::worst(sub, of)
}

fn daily(rules: &Rules, input: &Daily) -> Verdict {
    let table = &rules.us_epa;
    let look_up = |position, average, value: Option<Mean>| table.sub_index(six()[position], average, value?);
    let mut sub = [None; 6];
    for position in [PM25, PM10] {
        sub[position] = look_up(position, Average::Day, input.mean[position]);
    }
    sub[SO2] = sulphur_dioxide(table, input.so2_hour, input.mean[SO2]);
    sub[NO2] = look_up(NO2, Average::Hour, input.no2_hour);
    sub[CO] = look_up(CO, Average::Hours8, input.co_max8h);
    sub[O3] = ozone(table, input.o3_max8h, input.o3_hour);
    Verdict::worst(sub, [true; 6])
}

/// The larger of both: the hour counts from 0.125 ppm on, the 8 hours up to 0.200 ppm.
fn ozone(table: &Banded, hours8: Option<Mean>, hour: Option<Mean>) -> Option<u16> {
    let hours8 = hours8.filter(|value| !table.beyond(six()[O3], Average::Hours8, *value));
    let hours8 = hours8.and_then(|value| table.sub_index(six()[O3], Average::Hours8, value));
    hours8.max(hour.and_then(|value| table.sub_index(six()[O3], Average::Hour, value)))
}

/// By the hour below 305 ppb, else by the day mean, which is looked up from 305 ppb on; 200 where it is lower.
fn sulphur_dioxide(table: &Banded, hour: Option<Mean>, mean: Option<Mean>) -> Option<u16> {
    /// What an hour from 305 ppb on counts when the day mean is below.
    const HIGH_HOUR: u16 = 200;
    let by_day = || mean.and_then(|value| table.sub_index(six()[SO2], Average::Day, value));
    match hour {
        Some(hour) if !table.beyond(six()[SO2], Average::Hour, hour) => {
            table.sub_index(six()[SO2], Average::Hour, hour)
        }
        Some(_) => Some(by_day().unwrap_or(HIGH_HOUR)),
        None => by_day(),
    }
}
