//! A parameter that is the sum of others, from `data/validation/sums.csv`: NOx is NO, counted as NO2, and NO2.

use limpid_model::{Limit, ParameterId};
use serde::Deserialize;

use crate::fixed::{Fixed, SCALE};
use crate::standards::{self, TableError};
use crate::validate::tolerance::Within;

const TABLE: &str = "sums.csv";

/// A whole, and what it is the sum of.
#[derive(Debug, Clone)]
pub struct Sum {
    /// The whole (`nox`).
    pub whole: ParameterId,
    /// Its terms, each with the factor in millionths that carries it into what the whole is counted as.
    pub terms: Vec<(ParameterId, i64)>,
    /// Id of the rule.
    pub rule: String,
    within: Within,
}

#[derive(Deserialize)]
struct Row {
    whole: String,
    terms: String,
    absolute: f64,
    relative_percent: u32,
    rule: String,
}

/// Reads the table.
///
/// # Errors
/// For an unknown parameter, and terms that are not written `no:1.5332 no2:1`.
pub fn parse(text: &str) -> Result<Vec<Sum>, TableError> {
    let sum = |row: Row| {
        let term = |text: &str| {
            let wrong = || TableError::content(TABLE, &row.rule, format!("term {text:?} is not parameter:factor"));
            let (parameter, factor) = text.split_once(':').ok_or_else(wrong)?;
            let factor = factor.parse().ok().and_then(Fixed::from_f64).ok_or_else(wrong)?;
            Ok((standards::parameter(TABLE, parameter)?, factor.millionths()))
        };
        Ok(Sum {
            whole: standards::parameter(TABLE, &row.whole)?,
            terms: row.terms.split_whitespace().map(term).collect::<Result<_, _>>()?,
            within: Within::of_row(TABLE, &row.rule, row.absolute, row.relative_percent)?,
            rule: row.rule,
        })
    };
    standards::rows(TABLE, text)?.into_iter().map(sum).collect()
}

/// The sums that are compared at a station with these limits, which stand in place of the built-in tolerances.
pub fn at(sums: &[Sum], limits: &[(ParameterId, Limit)]) -> Vec<Sum> {
    let of = |sum: &Sum| match Limit::set(limits, sum.whole, |limit| match limit {
        Limit::Sum(set) => Some(set),
        _ => None,
    }) {
        Some(set) => Some(Sum { within: set?.into(), ..sum.clone() }),
        None => Some(sum.clone()),
    };
    sums.iter().filter_map(of).collect()
}

impl Sum {
    /// What is doubted, in words: `|nox - (1.5332 no + 1 no2)| > 5 and > 10 %`.
    pub fn told(&self) -> String {
        let scale = SCALE as f64;
        let terms: Vec<String> =
            self.terms.iter().map(|(parameter, factor)| format!("{} {parameter}", *factor as f64 / scale)).collect();
        format!("|{} - ({})| {}", self.whole, terms.join(" + "), self.within.told())
    }

    /// Whether whole and terms, in the order of [`Sum::terms`], differ by more than both tolerances.
    pub fn contradicts(&self, whole: Fixed, terms: &[Fixed]) -> bool {
        let scale = i128::from(SCALE);
        let whole = i128::from(whole.millionths()) * scale;
        let of_term =
            |(value, (_, factor)): (&Fixed, &(ParameterId, i64))| i128::from(value.millionths()) * i128::from(*factor);
        let sum: i128 = terms.iter().zip(&self.terms).map(of_term).sum();
        self.within.exceeded((whole - sum).abs(), whole.abs(), scale)
    }
}

#[cfg(test)]
mod tests {
    use limpid_model::limit::Tolerance;

    use super::*;
    use crate::standards::Rules;

    #[test]
    fn nitrogen_oxides_are_counted_as_no2() {
        let sum = &Rules::built_in().sums[0];
        assert_eq!((sum.whole.as_str(), sum.terms[0].0.as_str(), sum.terms[1].0.as_str()), ("nox", "no", "no2"));
        let contradicts = |nox: f64, no: f64, no2: f64| {
            let [nox, no, no2] = [nox, no, no2].map(|value| Fixed::from_f64(value).unwrap());
            sum.contradicts(nox, &[no, no2])
        };
        // 100 ppb of NO are 122.7 ug/m3 (30.01 g/mol), and as NO2 (46.01 g/mol) 188.2.
        assert!(!contradicts(188.2 + 40.0, 122.7, 40.0));
        assert!(contradicts(122.7 + 40.0, 122.7, 40.0), "a sum of masses as they are is not NOx");
        assert!(!contradicts(20.0, 5.0, 5.0), "within the absolute tolerance");
        assert!(contradicts(0.0, 5.0, 5.0));
    }

    #[test]
    fn a_station_may_have_a_tolerance_of_its_own_or_none() {
        let sums = |set| at(&Rules::built_in().sums, &[(ParameterId::known("nox"), Limit::Sum(set))]);
        let narrow = &sums(Some(Tolerance { absolute: 1.0, relative_percent: 1 }))[0];
        assert!(narrow.contradicts(Fixed::whole(20), &[Fixed::whole(5), Fixed::whole(5)]), "12.7 and not 20");
        assert!(sums(None).is_empty());
    }
}
