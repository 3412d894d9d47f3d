//! By how much two figures may differ.

use limpid_model::limit::Tolerance;

use crate::fixed::{Fixed, Mean};
use crate::standards::{self, TableError};

/// A tolerance in exact form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within {
    absolute: Fixed,
    relative_percent: u32,
}

impl Within {
    /// Of a row of a table.
    ///
    /// # Errors
    /// For a difference beyond what can be held.
    pub fn of_row(table: &'static str, place: &str, absolute: f64, relative_percent: u32) -> Result<Self, TableError> {
        Ok(Self { absolute: standards::fixed(table, place, absolute)?, relative_percent })
    }

    /// The same with what is given put in place.
    pub fn with(self, absolute: Option<f64>, relative_percent: Option<u32>) -> Self {
        Self {
            absolute: absolute.and_then(Fixed::from_f64).unwrap_or(self.absolute),
            relative_percent: relative_percent.unwrap_or(self.relative_percent),
        }
    }

    /// In words: `> 5 and > 10 %`.
    pub fn told(self) -> String {
        format!("> {} and > {} %", Mean::from(self.absolute).to_f64(), self.relative_percent)
    }

    /// Whether `off`, so many `parts` of a millionth, is more than both tolerances allow of `whole` in the same parts.
    pub fn exceeded(self, off: i128, whole: i128, parts: i128) -> bool {
        off > i128::from(self.absolute.millionths()) * parts && off * 100 > whole * i128::from(self.relative_percent)
    }
}

impl From<Tolerance> for Within {
    fn from(set: Tolerance) -> Self {
        // A difference beyond what can be held allows everything.
        let absolute = Fixed::from_f64(set.absolute).unwrap_or(Fixed::whole(100_000_000_000));
        Self { absolute, relative_percent: set.relative_percent }
    }
}
