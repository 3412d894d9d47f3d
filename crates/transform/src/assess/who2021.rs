//! Reference lines: the air quality guidelines of the World Health Organization, 2021. They are no limits of any law.

use limpid_model::ParameterId;
use serde::Deserialize;

use crate::fixed::Fixed;
use crate::standards::{self, TableError};

const TABLE: &str = "who2021.csv";

/// Names of the lines, from the loosest to the strictest.
const NAMES: [&str; 5] = ["it1", "it2", "it3", "it4", "aqg"];

/// The lines by parameter and average.
#[derive(Debug, Clone)]
pub struct Lines(Vec<(ParameterId, String, [Option<Fixed>; 5])>);

#[derive(Deserialize)]
struct Row {
    parameter: String,
    average: String,
    it1: Option<f64>,
    it2: Option<f64>,
    it3: Option<f64>,
    it4: Option<f64>,
    aqg: Option<f64>,
}

impl Lines {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown parameter, and lines that do not fall from left to right.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut lines = Vec::new();
        for row in standards::rows::<Row>(TABLE, text)? {
            let parameter = standards::parameter(TABLE, &row.parameter)?;
            let read = |cell: Option<f64>| cell.map(|cell| standards::fixed(TABLE, &row.parameter, cell)).transpose();
            let cells = [read(row.it1)?, read(row.it2)?, read(row.it3)?, read(row.it4)?, read(row.aqg)?];
            if !cells.iter().flatten().is_sorted_by(|a, b| a > b) {
                return Err(TableError::content(TABLE, row.parameter, "lines must fall from left to right"));
            }
            lines.push((parameter, row.average, cells));
        }
        Ok(Self(lines))
    }

    /// The strictest line that a value keeps, `none` where it keeps none; `None` without lines of this average (`year`, `day`,
    /// `max8h`).
    pub fn kept(&self, parameter: ParameterId, average: &str, value: f64) -> Option<&'static str> {
        let (_, _, cells) = self.0.iter().find(|(one, of, _)| *one == parameter && of == average)?;
        let value = Fixed::from_f64(value)?;
        let kept = cells.iter().zip(NAMES).rev().find(|(cell, _)| cell.is_some_and(|cell| value <= cell));
        Some(kept.map_or("none", |(_, name)| name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::Rules;

    #[test]
    fn the_strictest_line_that_is_kept_is_named() {
        let kept =
            |parameter, average, value| Rules::built_in().who2021.kept(ParameterId::known(parameter), average, value);
        let year = |value| kept("pm25", "year", value).unwrap();
        assert_eq!(
            [5.0, 5.1, 10.0, 15.0, 25.0, 35.0, 35.1].map(year),
            ["aqg", "it4", "it4", "it3", "it2", "it1", "none"]
        );
        // Ozone has no third and fourth target.
        assert_eq!([kept("o3", "max8h", 100.0), kept("o3", "max8h", 101.0)], [Some("aqg"), Some("it2")]);
        assert_eq!(kept("o3", "year", 50.0), None);
    }
}
