//! Values below their limit of detection: the limit is kept and published with its mark, and a part of it stands for the value in
//! aggregates (`data/validation/detection.csv`).

use limpid_model::{Limit, Mark, ParameterId, StationKind};
use serde::Deserialize;

use crate::fixed::Fixed;
use crate::standards::{self, TableError};
use crate::validate::table::ByKind;

const TABLE: &str = "detection.csv";

/// Id of the rule, among those of a value that is a limit and of what is made with one.
pub const RULE: &str = "below-limit";

/// Parts of the limit that stand for values below it, by parameter and kind, and of all others.
#[derive(Debug, Clone)]
pub struct Detection {
    rows: ByKind<f64>,
    others: f64,
}

#[derive(Deserialize)]
struct Row {
    parameter: String,
    kind: String,
    factor: f64,
}

impl Detection {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown parameter or kind, a factor outside 0 to 1, and a table without a row for all others.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let (mut rows, mut others) = (ByKind::default(), None);
        for row in standards::rows::<Row>(TABLE, text)? {
            if !(0.0..=1.0).contains(&row.factor) {
                return Err(TableError::content(TABLE, row.parameter, "factor is not from 0 to 1"));
            }
            if row.parameter == "*" {
                others = Some(row.factor);
            } else {
                rows.insert(TABLE, standards::parameter(TABLE, &row.parameter)?, &row.kind, row.factor)?;
            }
        }
        let others = others.ok_or_else(|| TableError::content(TABLE, "*", "is missing, add the row for all others"))?;
        Ok(Self { rows, others })
    }

    /// What is used of `value`: itself, or a part of it where its mark says that it is a limit.
    pub fn used(
        &self,
        kind: StationKind,
        limits: &[(ParameterId, Limit)],
        parameter: ParameterId,
        value: Fixed,
        mark: Option<Mark>,
    ) -> Fixed {
        if !mark.is_some_and(Mark::is_below) {
            return value;
        }
        let set = limits.iter().find_map(|(of, limit)| match limit {
            Limit::Detection(factor) if *of == parameter => Some(*factor),
            _ => None,
        });
        let factor = set.or_else(|| self.rows.get(kind, parameter).copied()).unwrap_or(self.others);
        // To the millionth, half away from zero: a limit has two or three digits.
        Fixed::of_millionths((value.millionths() as f64 * factor).round() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::Rules;

    #[test]
    fn half_the_limit_unless_the_pipeline_says_otherwise() {
        let (tp, below) = (ParameterId::known("tp"), Some(Mark::below(Mark::parse("N"))));
        let used = |limits: &[(ParameterId, Limit)], mark| {
            let limit = Fixed::from_f64(0.01).unwrap();
            Rules::built_in().detection.used(StationKind::Water, limits, tp, limit, mark).millionths()
        };
        assert_eq!(used(&[], below), 5_000);
        assert_eq!(used(&[], Mark::parse("N")), 10_000, "a value is itself");
        assert_eq!(used(&[(tp, Limit::Detection(0.0))], below), 0);
        assert_eq!(used(&[(ParameterId::known("tn"), Limit::Detection(0.0))], below), 5_000);
        assert!(Detection::parse("parameter,kind,factor,source\ntp,*,0.7,x\n").is_err());
        assert!(Detection::parse("parameter,kind,factor,source\n*,*,1.5,x\n").is_err());
    }
}
