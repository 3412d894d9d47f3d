//! Sub-indices of schemes whose tables are bands: a concentration is cut or rounded to the table's last digit, and a band
//! begins one such digit above the band before.

use std::collections::HashMap;

use limpid_model::{ParameterId, Unit};
use serde::Deserialize;

use crate::assess::Average;
use crate::fixed::{Fixed, Mean, SCALE};
use crate::standards::{self, TableError};

/// A mass concentration that was made of a mixing ratio and is carried back is off by some ten-millionths, and 70 ppb
/// would be truncated to 69. So a value is rounded to so many decimals of the table's unit before it is truncated.
const GUARD_DECIMALS: u32 = 5;

/// What one scheme's table is, apart from its rows.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// File name.
    pub table: &'static str,
    /// First and last index of each band.
    pub indices: &'static [(i64, i64)],
    /// What becomes of digits behind the table's last one.
    pub digits: Digits,
    /// What a concentration above the last band has.
    pub above: Above,
}

/// What becomes of digits behind the last one that a table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// They are cut off.
    Cut,
    /// Half to even (GB/T 8170).
    Round,
}

/// What a concentration above the last band has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Above {
    /// The last band's line goes on.
    Continued,
    /// The last index of all.
    Last,
    /// No index: the table does not end, and gives no number.
    Open,
}

/// Curves by parameter and average.
#[derive(Debug, Clone)]
pub struct Banded {
    shape: Shape,
    curves: HashMap<(ParameterId, Average), Curve>,
}

/// The bands of one parameter and average.
#[derive(Debug, Clone)]
struct Curve {
    parameter: ParameterId,
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

/// `first` is the lowest concentration that has a sub-index, `b1` to `b6` are the highest of each band.
#[derive(Deserialize)]
struct Row {
    parameter: String,
    average: Average,
    unit: Unit,
    decimals: u32,
    first: f64,
    b1: Option<f64>,
    b2: Option<f64>,
    b3: Option<f64>,
    b4: Option<f64>,
    b5: Option<f64>,
    b6: Option<f64>,
}

impl Banded {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown parameter, a unit it cannot be carried into, concentrations that do not rise or have more digits than
    /// are kept, a band that has no indices, and a row that stands twice.
    pub fn parse(shape: Shape, text: &str) -> Result<Self, TableError> {
        let mut curves = HashMap::new();
        for row in standards::rows::<Row>(shape.table, text)? {
            let wrong = |detail: &str| TableError::content(shape.table, &row.parameter, detail);
            let parameter = standards::parameter(shape.table, &row.parameter)?;
            if parameter.unit().convert(1.0, row.unit, parameter).is_none() {
                return Err(wrong("cannot be carried into this unit"));
            }
            if row.decimals >= GUARD_DECIMALS {
                return Err(wrong("at most four decimals are kept"));
            }
            let step = SCALE / 10_i64.pow(row.decimals);
            let steps = |value: f64| {
                let value = standards::fixed(shape.table, &row.parameter, value)?.millionths();
                if value % step == 0 { Ok(value / step) } else { Err(wrong("a bound has more digits than are kept")) }
            };
            let mut low = steps(row.first)?;
            let mut bands = Vec::new();
            let highs = [row.b1, row.b2, row.b3, row.b4, row.b5, row.b6];
            if highs.iter().skip(shape.indices.len()).any(Option::is_some) {
                return Err(wrong("has more bands than the index"));
            }
            for ((index_low, index_high), high) in shape.indices.iter().zip(highs) {
                let Some(high) = high.map(steps).transpose()? else { continue };
                if high <= low {
                    return Err(wrong("concentrations must rise from left to right"));
                }
                bands.push(Band { low, high, index_low: *index_low, index_high: *index_high });
                low = high + 1;
            }
            if bands.is_empty() {
                return Err(wrong("has no band"));
            }
            let curve = Curve { parameter, unit: row.unit, step, bands };
            if curves.insert((parameter, row.average), curve).is_some() {
                return Err(wrong("stands twice with the same average"));
            }
        }
        Ok(Self { shape, curves })
    }

    /// The parameters that the table has, each once.
    pub fn parameters(&self) -> Vec<ParameterId> {
        let mut parameters: Vec<_> = self.curves.keys().map(|(parameter, _)| *parameter).collect();
        parameters.sort_unstable();
        parameters.dedup();
        parameters
    }

    /// The sub-index of a concentration in the canonical unit, rounded to the nearest whole number. `None` below the first
    /// band of a curve that does not begin at 0, above the last one of an open table, and where there is no curve.
    pub fn sub_index(&self, parameter: ParameterId, average: Average, value: Mean) -> Option<u16> {
        let curve = self.curves.get(&(parameter, average))?;
        let steps = curve.steps(value, self.shape.digits)?;
        let (first, last) = (curve.bands.first()?, curve.bands.last()?);
        if steps < first.low {
            return (first.index_low == 0).then_some(0);
        }
        if steps > last.high {
            match self.shape.above {
                Above::Continued => {}
                Above::Last => return u16::try_from(last.index_high).ok(),
                Above::Open => return None,
            }
        }
        let band = curve.bands.iter().find(|band| steps <= band.high).unwrap_or(last);
        let rise = (band.index_high - band.index_low) * (steps - band.low);
        let run = band.high - band.low;
        let index = band.index_low + (2 * rise + run) / (2 * run);
        Some(u16::try_from(index).unwrap_or(u16::MAX))
    }

    /// Whether a concentration is above the last band.
    pub fn beyond(&self, parameter: ParameterId, average: Average, value: Mean) -> bool {
        let Some(curve) = self.curves.get(&(parameter, average)) else { return false };
        let last = curve.bands.last().map(|band| band.high);
        curve.steps(value, self.shape.digits).zip(last).is_some_and(|(steps, last)| steps > last)
    }
}

impl Curve {
    /// A concentration in the canonical unit as whole steps of the last digit that is kept.
    fn steps(&self, value: Mean, digits: Digits) -> Option<i64> {
        let converted = self.parameter.unit().convert(value.to_f64(), self.unit, self.parameter)?.value;
        let value = Mean::from(Fixed::from_f64(converted)?);
        let value = match digits {
            Digits::Cut => value.round(GUARD_DECIMALS),
            Digits::Round => value.round((SCALE / self.step).ilog10()),
        };
        let (numerator, denominator) = value.fraction();
        let millionths = numerator * i128::from(SCALE) / denominator;
        i64::try_from(millionths.div_euclid(i128::from(self.step))).ok()
    }
}
