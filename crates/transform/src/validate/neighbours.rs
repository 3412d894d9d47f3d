//! A station beside the other stations of its area, from `data/validation/neighbours.csv`.

use std::collections::BTreeMap;

use limpid_model::ParameterId;
use serde::Deserialize;

use crate::fixed::Fixed;
use crate::standards::{self, TableError};

const TABLE: &str = "neighbours.csv";

/// With fewer other stations nothing is said.
const LEAST: usize = 3;

/// How far a value may lie from those of the others, by parameter.
#[derive(Debug, Clone)]
pub struct Neighbours(BTreeMap<ParameterId, (Fixed, u32)>);

#[derive(Deserialize)]
struct Row {
    parameter: String,
    absolute: f64,
    relative_percent: u32,
}

impl Neighbours {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown parameter.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let row = |row: Row| {
            let absolute = standards::fixed(TABLE, &row.parameter, row.absolute)?;
            Ok((standards::parameter(TABLE, &row.parameter)?, (absolute, row.relative_percent)))
        };
        standards::rows(TABLE, text)?.into_iter().map(row).collect::<Result<_, _>>().map(Self)
    }

    /// Which of the values lie further than both tolerances from the median of the others.
    pub fn apart(&self, parameter: ParameterId, values: &[Fixed]) -> Vec<usize> {
        let Some((absolute, percent)) = self.0.get(&parameter) else { return Vec::new() };
        if values.len() <= LEAST {
            return Vec::new();
        }
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by_key(|place| values[*place]);
        let sorted: Vec<i64> = order.iter().map(|place| values[*place].millionths()).collect();
        let is_apart = |(rank, _): &(usize, &usize)| {
            // The others in their order, without this one.
            let other = |place: usize| i128::from(sorted[if place < *rank { place } else { place + 1 }]);
            let others = sorted.len() - 1;
            // Twice the median, so that it is a whole number.
            let twice = other((others - 1) / 2) + other(others / 2);
            let off = (2 * i128::from(sorted[*rank]) - twice).abs();
            off > 2 * i128::from(absolute.millionths()) && off * 100 > twice.abs() * i128::from(*percent)
        };
        let mut apart: Vec<usize> = order.iter().enumerate().filter(is_apart).map(|(_, place)| *place).collect();
        apart.sort_unstable();
        apart
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::Rules;

    #[test]
    fn a_station_far_from_the_median_of_the_others_is_apart() {
        let apart = |values: &[f64]| {
            let values: Vec<Fixed> = values.iter().map(|value| Fixed::from_f64(*value).unwrap()).collect();
            Rules::built_in().neighbours.apart(ParameterId::known("pm25"), &values)
        };
        assert_eq!(apart(&[40.0, 44.0, 42.0, 300.0]), [3]);
        assert_eq!(apart(&[40.0, 44.0, 42.0, 142.0]), Vec::<usize>::new(), "100 off is the tolerance itself");
        assert_eq!(apart(&[400.0, 440.0, 420.0, 600.0]), Vec::<usize>::new(), "43 % off is near");
        assert_eq!(apart(&[40.0, 44.0, 300.0]), Vec::<usize>::new(), "two others say nothing");
    }
}
