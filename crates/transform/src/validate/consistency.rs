//! One parameter that is part of another cannot exceed it, from `data/validation/consistency.csv`.

use limpid_model::{Limit, ParameterId};
use serde::Deserialize;

use crate::fixed::Fixed;
use crate::standards::{self, TableError};
use crate::validate::tolerance::Within;

const TABLE: &str = "consistency.csv";

/// Pairs of a part and its whole.
#[derive(Debug, Clone)]
pub struct Consistency(Vec<Pair>);

/// A part, its whole, and by how much instruments may disagree.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The part (`pm25`).
    pub part: ParameterId,
    /// The whole (`pm10`).
    pub whole: ParameterId,
    /// Id of the rule.
    pub rule: String,
    within: Within,
}

#[derive(Deserialize)]
struct Row {
    part: String,
    whole: String,
    absolute: f64,
    relative_percent: u32,
    rule: String,
}

impl Consistency {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown parameter.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let pair = |row: Row| {
            Ok(Pair {
                part: standards::parameter(TABLE, &row.part)?,
                whole: standards::parameter(TABLE, &row.whole)?,
                within: Within::of_row(TABLE, &row.rule, row.absolute, row.relative_percent)?,
                rule: row.rule,
            })
        };
        standards::rows(TABLE, text)?.into_iter().map(pair).collect::<Result<_, _>>().map(Self)
    }

    /// Every pair that is compared at a station with these limits, which stand in place of the built-in tolerances.
    pub fn pairs(&self, limits: &[(ParameterId, Limit)]) -> Vec<Pair> {
        let of = |pair: &Pair| match Limit::set(limits, pair.part, |limit| match limit {
            Limit::Consistency(set) => Some(set),
            _ => None,
        }) {
            Some(set) => Some(Pair { within: set?.into(), ..pair.clone() }),
            None => Some(pair.clone()),
        };
        self.0.iter().filter_map(of).collect()
    }
}

impl Pair {
    /// What is doubted, in words: `pm25 - pm10 > 5 and > 10 %`.
    pub fn told(&self) -> String {
        format!("{} - {} {}", self.part, self.whole, self.within.told())
    }

    /// Whether the part exceeds the whole by more than both tolerances.
    pub fn contradicts(&self, part: Fixed, whole: Fixed) -> bool {
        let (part, whole) = (i128::from(part.millionths()), i128::from(whole.millionths()));
        self.within.exceeded(part - whole, whole, 1)
    }
}

#[cfg(test)]
mod tests {
    use limpid_model::limit::Tolerance;

    use super::*;
    use crate::standards::Rules;

    #[test]
    fn both_tolerances_must_be_exceeded() {
        let pair = &Rules::built_in().consistency.pairs(&[])[0];
        assert_eq!((pair.part.as_str(), pair.whole.as_str()), ("pm25", "pm10"));
        let contradicts =
            |part, whole| pair.contradicts(Fixed::from_f64(part).unwrap(), Fixed::from_f64(whole).unwrap());
        assert!(!contradicts(50.0, 80.0));
        assert!(!contradicts(15.0, 10.0), "5 ug/m3 is within the absolute tolerance");
        assert!(contradicts(15.1, 10.0));
        assert!(!contradicts(330.0, 300.0), "10 % is within the relative tolerance");
        assert!(contradicts(330.1, 300.0));
        assert!(contradicts(80.0, 0.0));
    }

    #[test]
    fn a_station_may_have_tolerances_of_its_own_or_none() {
        let pairs = |set: Option<Tolerance>| {
            let limits = [(ParameterId::known("pm25"), Limit::Consistency(set))];
            Rules::built_in().consistency.pairs(&limits)
        };
        let narrow = &pairs(Some(Tolerance { absolute: 0.0, relative_percent: 0 }))[0];
        assert!(narrow.contradicts(Fixed::from_f64(10.1).unwrap(), Fixed::whole(10)));
        let rest: Vec<_> = pairs(None).iter().map(|pair| pair.part.as_str()).collect();
        assert_eq!(rest, ["no2"], "PM2.5 is not compared, NO2 is");
    }
}
