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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Climatology {
    sums: Vec<f32>,
    counts: Vec<u16>,
    /// Hours that it is made of.
    pub hours: u32,
}

/// Means by day of the year and hour of the day, ready to be looked up.
#[derive(Debug, Clone, PartialEq)]
pub struct Usual(Vec<f32>);

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
        let mut means = vec![f32::NAN; DAYS * HOURS];
        for hour in 0..HOURS {
            let cell = |day: usize| (day % DAYS) * HOURS + hour;
            let whole = (0..DAYS).map(|day| f64::from(self.sums[cell(day)])).sum::<f64>();
            let all = (0..DAYS).map(|day| u32::from(self.counts[cell(day)])).sum::<u32>();
            let (mut sum, mut count) = (0.0_f64, 0_u32);
            for day in DAYS - half..=DAYS + half {
                sum += f64::from(self.sums[cell(day)]);
                count += u32::from(self.counts[cell(day)]);
            }
            for day in 0..DAYS {
                let mean = if count > 0 { sum / f64::from(count) } else { whole / f64::from(all) };
                means[cell(day)] = mean as f32;
                let (leaves, enters) = (cell(DAYS + day - half), cell(DAYS + day + half + 1));
                sum += f64::from(self.sums[enters]) - f64::from(self.sums[leaves]);
                count = count + u32::from(self.counts[enters]) - u32::from(self.counts[leaves]);
            }
        }
        Usual(means)
    }
}

impl Usual {
    /// The mean at an hour of the day and a day of the year.
    pub fn at(&self, clock: Clock) -> f32 {
        self.0[clock.day * HOURS + clock.hour]
    }
}
