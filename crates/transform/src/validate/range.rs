//! Plausible values of each parameter, from `data/validation/ranges.csv`.

use limpid_model::limit::Range;
use limpid_model::{Flag, Limit, ParameterId, StationKind};
use serde::Deserialize;

use crate::fixed::{Fixed, Mean};
use crate::standards::{self, TableError};
use crate::validate::table::ByKind;

const TABLE: &str = "ranges.csv";

/// Bounds by parameter and station kind.
#[derive(Debug, Clone)]
pub struct Ranges(ByKind<Bounds>);

#[derive(Debug, Clone, Copy)]
struct Bounds {
    fail_below: Option<Fixed>,
    suspect_below: Option<Fixed>,
    suspect_above: Option<Fixed>,
    fail_above: Option<Fixed>,
}

#[derive(Deserialize)]
struct Row {
    parameter: String,
    kind: String,
    fail_below: Option<f64>,
    suspect_below: Option<f64>,
    suspect_above: Option<f64>,
    fail_above: Option<f64>,
}

impl Ranges {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown parameter or kind, a parameter that stands twice, and bounds out of order.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut ranges = ByKind::default();
        for row in standards::rows::<Row>(TABLE, text)? {
            let parameter = standards::parameter(TABLE, &row.parameter)?;
            let bound = |value: Option<f64>| value.map(|v| standards::fixed(TABLE, &row.parameter, v)).transpose();
            let bounds = Bounds {
                fail_below: bound(row.fail_below)?,
                suspect_below: bound(row.suspect_below)?,
                suspect_above: bound(row.suspect_above)?,
                fail_above: bound(row.fail_above)?,
            };
            let in_order = [bounds.fail_below, bounds.suspect_below, bounds.suspect_above, bounds.fail_above];
            if !in_order.iter().flatten().is_sorted() {
                return Err(TableError::content(TABLE, row.parameter, "bounds must not fall from left to right"));
            }
            ranges.insert(TABLE, parameter, &row.kind, bounds)?;
        }
        Ok(Self(ranges))
    }

    /// The flag of a value at a station of this kind, and the id of the rule; `None` for a parameter without bounds. Bounds
    /// among the station's `limits` stand in place of the built-in ones.
    pub fn judge(
        &self,
        kind: StationKind,
        limits: &[(ParameterId, Limit)],
        parameter: ParameterId,
        value: Fixed,
    ) -> Option<(Flag, &'static str)> {
        let bounds = self.bounds(kind, limits, parameter)?;
        let below = |bound: Option<Fixed>| bound.is_some_and(|bound| value < bound);
        let above = |bound: Option<Fixed>| bound.is_some_and(|bound| value > bound);
        Some(if below(bounds.fail_below) || above(bounds.fail_above) {
            (Flag::Fail, "range-fail")
        } else if below(bounds.suspect_below) || above(bounds.suspect_above) {
            (Flag::Suspect, "range-suspect")
        } else {
            (Flag::Pass, "range")
        })
    }

    /// The bounds of a parameter, in words for people: `fail < -10, suspect < 0, suspect > 1500, fail > 10000`.
    pub fn told(&self, kind: StationKind, limits: &[(ParameterId, Limit)], parameter: ParameterId) -> Option<String> {
        let bounds = self.bounds(kind, limits, parameter)?;
        let told =
            |word: &str, bound: Option<Fixed>| bound.map(|bound| format!("{word} {}", Mean::from(bound).to_f64()));
        let all = [
            told("fail <", bounds.fail_below),
            told("suspect <", bounds.suspect_below),
            told("suspect >", bounds.suspect_above),
            told("fail >", bounds.fail_above),
        ];
        Some(all.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }

    fn bounds(&self, kind: StationKind, limits: &[(ParameterId, Limit)], parameter: ParameterId) -> Option<Bounds> {
        let set = limits.iter().find_map(|(of, limit)| match limit {
            Limit::Range(range) if *of == parameter => Some(Bounds::from(*range)),
            _ => None,
        });
        set.or_else(|| self.0.get(kind, parameter).copied())
    }
}

impl From<Range> for Bounds {
    fn from(range: Range) -> Self {
        // A bound beyond what can be held is none.
        let bound = |value: Option<f64>| value.and_then(Fixed::from_f64);
        Self {
            fail_below: bound(range.fail_below),
            suspect_below: bound(range.suspect_below),
            suspect_above: bound(range.suspect_above),
            fail_above: bound(range.fail_above),
        }
    }
}
