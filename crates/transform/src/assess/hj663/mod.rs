//! HJ 663, the assessment of a period: percentiles, the composite index, days that keep their limits.
//!
//! - [`percentile`]: the standard's percentile
//! - [`composite`]: the composite index and what leads it
//! - [`period`]: a month, a quarter, a year, or the three years up to one
//!
//! The edition of 2013 is known from public programs, the wording of 2026 is not at hand. So which weights the composite
//! index has and how it is rounded is configuration (`[air.composite]`), marked **unverified**.

pub mod composite;
pub mod percentile;
pub mod period;

use limpid_model::ParameterId;
use serde::Deserialize;

use crate::assess::gb3095::Average;
use crate::standards::{self, TableError};

pub use composite::{Composite, composite};
pub use percentile::percentile;
pub use period::{Day, Item, Period, assess};

const TABLE: &str = "hj663.csv";

/// What is looked at of one parameter.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The parameter.
    pub parameter: ParameterId,
    /// The value of a day: its mean, or its largest 8-hour mean.
    pub day: Average,
    /// Whether there is a limit of its mean over a year.
    pub mean: bool,
    /// The percentile of its days that is put against the limit of a day, in percent, where there is one.
    pub percentile: Option<u32>,
    /// What enters the composite index.
    pub composite: Single,
}

/// What of a parameter enters the composite index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Single {
    /// Its mean over the limit of a year.
    Mean,
    /// Its percentile over the limit of a day.
    Percentile,
    /// Nothing: it is none of the six.
    None,
}

#[derive(Deserialize)]
struct Row {
    parameter: String,
    day: Average,
    mean: u8,
    percentile: Option<u32>,
    composite: Single,
}

/// Reads the table.
///
/// # Errors
/// For an unknown parameter, a percentile that is none, and the mean of a parameter in the composite index of which the table
/// says that it has no limit.
pub fn parse(text: &str) -> Result<Vec<Looked>, TableError> {
    let looked = |row: Row| {
        let wrong = |detail: &str| Err(TableError::content(TABLE, &row.parameter, detail));
        if row.mean > 1 || row.percentile.is_some_and(|percent| !(1..=100).contains(&percent)) {
            return wrong("mean is 0 or 1, percentile 1 to 100");
        }
        if row.mean == 0 && row.composite == Single::Mean {
            return wrong("its mean has no limit, and cannot enter the composite index");
        }
        if row.percentile.is_none() && row.composite == Single::Percentile {
            return wrong("it has no percentile, which cannot enter the composite index");
        }
        Ok(Looked {
            parameter: standards::parameter(TABLE, &row.parameter)?,
            day: row.day,
            mean: row.mean == 1,
            percentile: row.percentile,
            composite: row.composite,
        })
    };
    standards::rows::<Row>(TABLE, text)?.into_iter().map(looked).collect()
}
