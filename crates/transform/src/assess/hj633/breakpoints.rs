//! The breakpoints of both editions, from `data/standards/hj633.csv`.

use std::collections::HashMap;

use serde::Deserialize;

use crate::assess::{Average, Six, six};
use crate::standards::{self, TableError};

const TABLE: &str = "hj633.csv";

/// Sub-indices at the breakpoints.
const INDEX: [u16; 8] = [0, 50, 100, 150, 200, 300, 400, 500];

/// Breakpoints of one edition, parameter and average: pairs of concentration (canonical unit) and sub-index.
pub type Curve = Vec<(i64, u16)>;

/// Breakpoints by edition, parameter (its position among the six) and average.
#[derive(Debug, Clone)]
pub struct Breakpoints(HashMap<String, HashMap<(usize, Average), Curve>>);

#[derive(Deserialize)]
struct Row {
    scheme: String,
    parameter: String,
    average: Average,
    i0: Option<i64>,
    i50: Option<i64>,
    i100: Option<i64>,
    i150: Option<i64>,
    i200: Option<i64>,
    i300: Option<i64>,
    i400: Option<i64>,
    i500: Option<i64>,
}

impl Breakpoints {
    /// Reads the table.
    ///
    /// # Errors
    /// For a parameter that is none of the six, concentrations that do not rise, and a row that stands twice.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut schemes: HashMap<String, HashMap<_, _>> = HashMap::new();
        for row in standards::rows::<Row>(TABLE, text)? {
            let wrong = |detail: &str| TableError::content(TABLE, format!("{} {}", row.scheme, row.parameter), detail);
            let parameter = standards::parameter(TABLE, &row.parameter)?;
            let position = six().iter().position(|one| *one == parameter);
            let position = position.ok_or_else(|| wrong("is none of the six parameters of the index"))?;
            let cells = [row.i0, row.i50, row.i100, row.i150, row.i200, row.i300, row.i400, row.i500];
            let pairs = cells.into_iter().zip(INDEX);
            let curve: Curve = pairs.filter_map(|(cell, index)| cell.map(|cell| (cell, index))).collect();
            if curve.len() < 2 || !curve.windows(2).all(|pair| pair[0].0 < pair[1].0) {
                return Err(wrong("concentrations must rise from left to right"));
            }
            if schemes.entry(row.scheme.clone()).or_default().insert((position, row.average), curve).is_some() {
                return Err(wrong("stands twice with the same average"));
            }
        }
        Ok(Self(schemes))
    }

    /// The breakpoints of an edition for one of the six and an average; empty where the standard has none.
    pub fn curve(&self, scheme: &str, position: usize, average: Average) -> &[(i64, u16)] {
        self.0.get(scheme).and_then(|curves| curves.get(&(position, average))).map_or(&[], Vec::as_slice)
    }

    /// Sub-indices of all six under one edition and average, `None` where value or breakpoints are missing.
    pub(super) fn sub_indices(
        &self,
        scheme: &str,
        average: Average,
        values: &Six<Option<crate::fixed::Mean>>,
    ) -> Six<Option<u16>> {
        std::array::from_fn(|position| {
            values[position]
                .and_then(|value| super::interpolate::sub_index(self.curve(scheme, position, average), value))
        })
    }
}
