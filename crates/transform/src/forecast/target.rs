//! What is forecast: an hour's mean, or a figure of 24 hours.

use limpid_model::{ParameterId, Statistic};
use serde::{Deserialize, Serialize};

use super::panel::Series;

/// Hours of a day that must have a value for the day to have one (HJ 633-2012 and GB 3095-2012: 20).
const LEAST_OF_DAY: usize = 20;
/// Hours of eight that must have a value (GB 3095-2012: 6).
const LEAST_OF_EIGHT: usize = 6;
const DAY: usize = 24;
const EIGHT: usize = 8;

/// Hours from one lead block to the next.
pub const BLOCK: usize = 6;
/// Hours that hourly forecasts reach.
pub const HOURLY: usize = 72;

/// A quantity that is forecast, at every station that measures its parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Target {
    /// Of what.
    pub parameter: ParameterId,
    /// Which figure.
    pub figure: Figure,
}

/// Which figure of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Figure {
    /// The mean of the hour.
    Hour,
    /// The mean of the 24 hours that end with the hour.
    Day,
    /// The largest mean of 8 hours that lie wholly within the 24 hours that end with the hour.
    Max8h,
}

impl Target {
    /// The hours of a parameter.
    pub fn hourly(parameter: ParameterId) -> Self {
        Self { parameter, figure: Figure::Hour }
    }

    /// The figure of a day by which a parameter is judged: of ozone the largest 8-hour mean, else the mean.
    pub fn daily(parameter: ParameterId) -> Self {
        let figure = if parameter.as_str() == "o3" { Figure::Max8h } else { Figure::Day };
        Self { parameter, figure }
    }

    /// The statistic of the observation that will show it true.
    pub fn statistic(self) -> Statistic {
        if self.figure == Figure::Max8h { Statistic::Max8h } else { Statistic::Mean }
    }

    /// What it was at each hour, of the parameter's hours.
    pub fn series(self, hours: &Series) -> Series {
        let rolling = &hours.rolling;
        let count = hours.values.len();
        match self.figure {
            Figure::Hour => hours.clone(),
            Figure::Day => Series::new((0..count).map(|hour| rolling.mean_of(hour, DAY, LEAST_OF_DAY)).collect()),
            Figure::Max8h => {
                let eight: Vec<f32> = (0..count).map(|hour| rolling.mean_of(hour, EIGHT, LEAST_OF_EIGHT)).collect();
                let largest = |hour: usize| {
                    if rolling.mean_of(hour, DAY, LEAST_OF_DAY).is_nan() || hour + 1 < DAY {
                        return f32::NAN;
                    }
                    // f32::max passes over NaN.
                    eight[hour + EIGHT - DAY..=hour].iter().copied().fold(f32::NAN, f32::max)
                };
                Series::new((0..count).map(largest).collect())
            }
        }
    }
}

/// Hours ahead that one set of coefficients serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// First lead in hours.
    pub first: usize,
    /// Last lead.
    pub last: usize,
}

impl Block {
    /// The blocks of hourly forecasts.
    pub fn hourly() -> Vec<Self> {
        (0..HOURLY / BLOCK).map(|at| Self { first: at * BLOCK + 1, last: (at + 1) * BLOCK }).collect()
    }

    /// A block for each lead of its own.
    pub fn single(leads: &[usize]) -> Vec<Self> {
        leads.iter().map(|lead| Self { first: *lead, last: *lead }).collect()
    }

    /// Whether it serves `lead`.
    pub fn has(self, lead: usize) -> bool {
        (self.first..=self.last).contains(&lead)
    }

    /// Leads that stand for it where all would be too many: near either end.
    pub fn sample(self) -> Vec<usize> {
        if self.last < self.first + 2 { vec![self.last] } else { vec![self.first + 1, self.last - 1] }
    }

    /// The leads that it is fitted on: two hours more to either side, so that neighbours agree at their seam.
    pub fn fitted_on(self) -> std::ops::RangeInclusive<usize> {
        self.first.saturating_sub(2).max(1)..=self.last + 2
    }
}

/// The lead day of a lead in hours, from 1.
pub fn lead_day(lead: usize) -> usize {
    lead.div_ceil(DAY)
}
