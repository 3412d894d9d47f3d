//! The breakpoints of the index, from `data/standards/us_epa.csv`, and the sub-index between two of them.

use std::collections::HashMap;

use limpid_model::Unit;
use serde::Deserialize;

use crate::assess::{Average, six};
use crate::fixed::{Fixed, Mean, SCALE};
use crate::standards::{self, TableError};

const TABLE: &str = "us_epa.csv";

/// First and last index of each band.
const BANDS: [(i64, i64); 6] = [(0, 50), (51, 100), (101, 150), (151, 200), (201, 300), (301, 500)];

/// A mass concentration that was made of a mixing ratio and is carried back is off by some ten-millionths, and 70 ppb
/// would be truncated to 69. So a value is rounded to so many decimals of the table's unit before it is truncated.
const GUARD_DECIMALS: u32 = 5;

/// Curves by parameter (its position among the six) and average.
#[derive(Debug, Clone)]
pub struct Breakpoints(HashMap<(usize, Average), Curve>);

/// The bands of one parameter and average.
#[derive(Debug, Clone)]
struct Curve {
    unit: Unit,
    /// Millionths of the unit in one step of the last digit that is kept.
    step: i64,
    bands: Vec<Band>,
}

/// Concentrations in steps, and the indices they stand for.
#[derive(Debug, Clone, Copy)]
struct Band {
    low: i64,
    high: i64,
    index_low: i64,
    index_high: i64,
}

#[derive(Deserialize)]
struct Row {
    parameter: String,
    average: Average,
    unit: Unit,
    decimals: u32,
    first: f64,
    h50: Option<f64>,
    h100: Option<f64>,
    h150: Option<f64>,
    h200: Option<f64>,
    h300: Option<f64>,
    h500: Option<f64>,
}

impl Breakpoints {
    /// Reads the table.
    ///
    /// # Errors
    /// For a parameter that is none of the six, a unit it cannot be carried into, concentrations that do not rise or have
    /// more digits than are kept, and a row that stands twice.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut curves = HashMap::new();
        for row in standards::rows::<Row>(TABLE, text)? {
            let wrong = |detail: &str| TableError::content(TABLE, &row.parameter, detail);
            let parameter = standards::parameter(TABLE, &row.parameter)?;
            let position = six().iter().position(|one| *one == parameter);
            let position = position.ok_or_else(|| wrong("is none of the six parameters of the index"))?;
            if parameter.unit().convert(1.0, row.unit, parameter).is_none() {
                return Err(wrong("cannot be carried into this unit"));
            }
            if row.decimals >= GUARD_DECIMALS {
                return Err(wrong("at most four decimals are kept"));
            }
            let step = SCALE / 10_i64.pow(row.decimals);
            let steps = |value: f64| {
                let value = standards::fixed(TABLE, &row.parameter, value)?.millionths();
                if value % step == 0 { Ok(value / step) } else { Err(wrong("a bound has more digits than are kept")) }
            };
            let mut low = steps(row.first)?;
            let mut bands = Vec::new();
            let highs = [row.h50, row.h100, row.h150, row.h200, row.h300, row.h500];
            for ((index_low, index_high), high) in BANDS.into_iter().zip(highs) {
                let Some(high) = high.map(steps).transpose()? else { continue };
                if high <= low {
                    return Err(wrong("concentrations must rise from left to right"));
                }
                bands.push(Band { low, high, index_low, index_high });
                low = high + 1;
            }
            if bands.is_empty() {
                return Err(wrong("has no band"));
            }
            if curves.insert((position, row.average), Curve { unit: row.unit, step, bands }).is_some() {
                return Err(wrong("stands twice with the same average"));
            }
        }
        Ok(Self(curves))
    }

    /// The sub-index of a concentration in the canonical unit, truncated and then rounded to the nearest whole number.
    /// `None` below the first band of a curve that does not begin at 0, and where there is no curve. Above the last band its
    /// line is continued.
    pub(super) fn sub_index(&self, position: usize, average: Average, value: Mean) -> Option<u16> {
        let curve = self.0.get(&(position, average))?;
        let steps = curve.steps(position, value)?;
        let first = curve.bands.first()?;
        if steps < first.low {
            return (first.index_low == 0).then_some(0);
        }
        let band = curve.bands.iter().find(|band| steps <= band.high).or_else(|| curve.bands.last())?;
        let rise = (band.index_high - band.index_low) * (steps - band.low);
        let run = band.high - band.low;
        let index = band.index_low + (2 * rise + run) / (2 * run);
        Some(u16::try_from(index).unwrap_or(u16::MAX))
    }

    /// Whether a concentration is above the last band.
    pub(super) fn beyond(&self, position: usize, average: Average, value: Mean) -> bool {
        let Some(curve) = self.0.get(&(position, average)) else { return false };
        let last = curve.bands.last().map(|band| band.high);
        curve.steps(position, value).zip(last).is_some_and(|(steps, last)| steps > last)
    }
}

impl Curve {
    /// A concentration in the canonical unit as whole steps of the last digit that is kept; the rest is cut off.
    fn steps(&self, position: usize, value: Mean) -> Option<i64> {
        let parameter = six()[position];
        let converted = parameter.unit().convert(value.to_f64(), self.unit, parameter)?.value;
        let (numerator, denominator) = Mean::from(Fixed::from_f64(converted)?).round(GUARD_DECIMALS).fraction();
        let millionths = numerator * i128::from(SCALE) / denominator;
        i64::try_from(millionths.div_euclid(i128::from(self.step))).ok()
    }
}
