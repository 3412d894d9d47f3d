//! What is usual: a station's mean at an hour of the day and a time of the year.

use serde::{Deserialize, Serialize};

use super::panel::{Clock, Series};

/// Days of a year, the leap day among them.
const DAYS: usize = 366;
const HOURS: usize = 24;
/// Days to either side that count as the same time of the year.
pub const HALF: usize = 15;
/// The wider look, in which three years of weather even out better.
pub const WIDE: usize = 45;
/// Hours of data below which a station is young: 60 days.
pub const YOUNG: u32 = 60 * 24;

/// Sums and counts of a station's values by day of the year and hour of the day.
#[derive(Debug, Clone, PartialEq)]
pub struct Climatology {
    sums: Vec<f32>,
    counts: Vec<u16>,
    /// Hours that it is made of.
    pub hours: u32,
}

/// Means by time of the year and hour of the day, ready to be looked up: of every sixth day, and between two of these by a
/// straight line. They are means over a month at least, which are as smooth as that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Usual {
    /// What one step of the numbers below is, in the parameter's unit.
    step: f32,
    /// [`MISSING`] where nothing is known.
    knots: Vec<u16>,
}

/// Days from one knot to the next; it divides [`DAYS`].
const KNOT: usize = 6;
const KNOTS: usize = DAYS / KNOT;
const MISSING: u16 = u16::MAX;

/// What is usual at a station.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Normal {
    /// Of the days around.
    pub near: Usual,
    /// Looked at more widely.
    pub wide: Usual,
    /// Whether it is that of all stations together, for want of hours of its own.
    pub young: bool,
}

impl Climatology {
    /// Of the values before hour `end`.
    pub fn new(series: &Series, clock: &[Clock], end: usize) -> Self {
        let mut empty = Self { sums: vec![0.0; DAYS * HOURS], counts: vec![0; DAYS * HOURS], hours: 0 };
        for (value, at) in series.values.iter().zip(clock).take(end).filter(|(value, _)| !value.is_nan()) {
            let cell = at.day * HOURS + at.hour;
            empty.sums[cell] += value;
            empty.counts[cell] = empty.counts[cell].saturating_add(1);
            empty.hours += 1;
        }
        empty
    }

    /// Of several stations together: what a young station among them is given.
    pub fn pooled<'c>(all: impl Iterator<Item = &'c Self>) -> Self {
        let mut pooled = Self { sums: vec![0.0; DAYS * HOURS], counts: vec![0; DAYS * HOURS], hours: 0 };
        for one in all {
            for (cell, (sum, count)) in one.sums.iter().zip(&one.counts).enumerate() {
                pooled.sums[cell] += sum;
                pooled.counts[cell] = pooled.counts[cell].saturating_add(*count);
            }
            pooled.hours = pooled.hours.saturating_add(one.hours);
        }
        pooled
    }

    /// Whether there are too few hours to know what is usual here.
    pub fn young(&self) -> bool {
        self.hours < YOUNG
    }

    /// Means over the days up to `half` before and after. A time of the year without any value has that of the hour of
    /// the day over all of the year, and without that NaN.
    pub fn usual(&self, half: usize) -> Usual {
        let mut means = vec![f32::NAN; KNOTS * HOURS];
        for hour in 0..HOURS {
            let cell = |day: usize| (day % DAYS) * HOURS + hour;
            let over = |days: std::ops::RangeInclusive<usize>| {
                let (mut sum, mut count) = (0.0_f64, 0_u32);
                for day in days {
                    sum += f64::from(self.sums[cell(day)]);
                    count += u32::from(self.counts[cell(day)]);
                }
                (count > 0).then(|| (sum / f64::from(count)) as f32)
            };
            let year = over(0..=DAYS - 1);
            for knot in 0..KNOTS {
                let centre = DAYS + knot * KNOT;
                means[knot * HOURS + hour] = over(centre - half..=centre + half).or(year).unwrap_or(f32::NAN);
            }
        }
        Usual::new(&means)
    }

    /// What is usual here, or with too few hours what is `elsewhere`.
    pub fn normal(&self, elsewhere: &Self) -> Normal {
        let young = self.young();
        let of = if young { elsewhere } else { self };
        Normal { near: of.usual(HALF), wide: of.usual(WIDE), young }
    }
}

impl Usual {
    fn new(means: &[f32]) -> Self {
        let largest = means.iter().copied().filter(|mean| !mean.is_nan()).fold(0.0, f32::max);
        // Two numbers are kept apart where they differ by a sixty-thousandth of the largest.
        let step = if largest > 0.0 { largest / 60_000.0 } else { 1.0 };
        let knot = |mean: &f32| if mean.is_nan() { MISSING } else { (mean.max(0.0) / step).round() as u16 };
        Self { step, knots: means.iter().map(knot).collect() }
    }

    /// The mean at an hour of the day and a day of the year.
    pub fn at(&self, clock: Clock) -> f32 {
        let knot = |knot: usize| {
            let number = self.knots.get((knot % KNOTS) * HOURS + clock.hour).copied().unwrap_or(MISSING);
            if number == MISSING { f32::NAN } else { f32::from(number) * self.step }
        };
        let (before, part) = (clock.day / KNOT, (clock.day % KNOT) as f32 / KNOT as f32);
        let (low, high) = (knot(before), knot(before + 1));
        if part > 0.0 { low + part * (high - low) } else { low }
    }
}
