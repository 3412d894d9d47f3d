//! Korea's comprehensive air quality index, by hours. Its table is from a secondary source: **unverified**
//! (see `data/standards/kr_cai.csv`).
//!
//! Gases by their hour, particles by the mean of the 24 hours that end with it; concentrations are carried into the table's
//! units at 298.15 K and 1013.25 hPa and rounded to its last digit. The index is the largest sub-index. The supplement for
//! several pollutants at once, of which we have only heard, is not applied.

use crate::assess::banded::{Above, Banded, Digits, Shape};
use crate::assess::{Average, Edition, PM10, PM25, Realtime, Verdict, six};
use crate::standards::{Rules, TableError};

/// The edition.
pub const EDITION_2018: Edition = Edition { id: "kr-cai-2018", realtime: Some(realtime), daily: None };

/// Reads the table.
///
/// # Errors
/// See [`Banded::parse`].
pub fn parse(text: &str) -> Result<Banded, TableError> {
    let shape = Shape {
        table: "kr_cai.csv",
        indices: &[(0, 50), (51, 100), (101, 250), (251, 500)],
        digits: Digits::Round,
        above: Above::Last,
    };
    Banded::parse(shape, text)
}

fn realtime(rules: &Rules, input: &Realtime) -> Verdict {
    let mut sub = [None; 6];
    for (position, parameter) in six().into_iter().enumerate() {
        let (average, value) = match position {
            PM25 | PM10 => (Average::Day, input.moving24[position]),
            _ => (Average::Hour, input.hour[position]),
        };
        sub[position] = value.and_then(|value| rules.kr_cai.sub_index(parameter, average, value));
    }
    Verdict::worst(sub, [true; 6])
}
