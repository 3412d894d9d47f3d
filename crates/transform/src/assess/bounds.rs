//! Upper bounds of the bands of indices that have no interpolation: the index is the band.

use serde::Deserialize;

use crate::assess::{Six, six};
use crate::fixed::{Fixed, Mean};
use crate::standards::{self, TableError};

/// Upper bounds of all bands but the last, which has none, by parameter (its position among the six). A bound itself belongs
/// to its band.
#[derive(Debug, Clone)]
pub struct Bounds(Six<Option<Vec<Fixed>>>);

#[derive(Deserialize)]
struct Row {
    parameter: String,
    b1: Option<f64>,
    b2: Option<f64>,
    b3: Option<f64>,
    b4: Option<f64>,
    b5: Option<f64>,
    #[serde(default)]
    b6: Option<f64>,
    #[serde(default)]
    b7: Option<f64>,
    #[serde(default)]
    b8: Option<f64>,
    #[serde(default)]
    b9: Option<f64>,
}

impl Bounds {
    /// Reads a table of `bands` bands.
    ///
    /// # Errors
    /// For a parameter that is none of the six or stands twice, and for too few bounds or bounds that do not rise.
    pub fn parse(table: &'static str, bands: usize, text: &str) -> Result<Self, TableError> {
        let mut bounds: Six<Option<Vec<Fixed>>> = Default::default();
        for row in standards::rows::<Row>(table, text)? {
            let wrong = |detail: &str| TableError::content(table, &row.parameter, detail);
            let parameter = standards::parameter(table, &row.parameter)?;
            let position = six().iter().position(|one| *one == parameter);
            let position = position.ok_or_else(|| wrong("is none of the six parameters of the index"))?;
            let cells = [row.b1, row.b2, row.b3, row.b4, row.b5, row.b6, row.b7, row.b8, row.b9];
            let read = |cell: f64| standards::fixed(table, &row.parameter, cell);
            let of_row = cells.into_iter().flatten().map(read).collect::<Result<Vec<_>, _>>()?;
            if of_row.len() + 1 != bands {
                return Err(wrong("every band but the last needs a bound"));
            }
            if !of_row.is_sorted_by(|a, b| a < b) {
                return Err(wrong("bounds must rise from left to right"));
            }
            if bounds[position].replace(of_row).is_some() {
                return Err(wrong("stands twice"));
            }
        }
        Ok(Self(bounds))
    }

    /// The band of a concentration in the canonical unit, from 1; `None` of a parameter that the table does not have.
    pub fn band(&self, position: usize, value: Mean) -> Option<u16> {
        let bounds = self.0[position].as_ref()?;
        Some(1 + bounds.iter().filter(|bound| value > Mean::from(**bound)).count() as u16)
    }
}
