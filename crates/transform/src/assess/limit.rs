//! One limit of a table: at most, at least, or within.

use limpid_model::{ParameterId, Unit};
use serde::Deserialize;

use crate::fixed::{Fixed, Mean};
use crate::standards::TableError;

/// How the cells of a row are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// The value must not exceed the cell; an empty cell is met by every value.
    Max,
    /// The value must not fall below the cell.
    Min,
    /// The cell is `6-9`, ends included.
    Range,
}

/// A limit in its parameter's canonical unit; the limit itself is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Every value meets it.
    None,
    /// At most.
    Max(Fixed),
    /// At least.
    Min(Fixed),
    /// From the first to the second.
    Range(Fixed, Fixed),
}

impl Limit {
    /// Reads a cell in `unit`.
    ///
    /// # Errors
    /// For a cell that is no number, or no range where one is meant, and a unit that cannot be converted.
    pub fn parse(
        table: &'static str,
        parameter: ParameterId,
        unit: Unit,
        rule: Rule,
        cell: &str,
    ) -> Result<Self, TableError> {
        let fixed = |text: &str| canonical(table, parameter, unit, text);
        Ok(match rule {
            Rule::Max if cell.is_empty() => Self::None,
            Rule::Max => Self::Max(fixed(cell)?),
            Rule::Min => Self::Min(fixed(cell)?),
            Rule::Range => {
                let (low, high) = cell
                    .split_once('-')
                    .ok_or_else(|| TableError::content(table, parameter, format!("{cell} is no range such as 6-9")))?;
                Self::Range(fixed(low)?, fixed(high)?)
            }
        })
    }

    /// Whether a value meets it.
    pub fn met(self, value: Mean) -> bool {
        match self {
            Self::None => true,
            Self::Max(limit) => value <= Mean::from(limit),
            Self::Min(limit) => value >= Mean::from(limit),
            Self::Range(low, high) => value >= Mean::from(low) && value <= Mean::from(high),
        }
    }

    /// The bound that a value which does not meet it lies beyond.
    pub fn bound(self, value: Mean) -> Option<Fixed> {
        match self {
            Self::None => None,
            Self::Max(limit) | Self::Min(limit) => Some(limit),
            Self::Range(low, high) => Some(if value < Mean::from(low) { low } else { high }),
        }
    }
}

/// A number of a table, carried from `unit` into the parameter's canonical unit.
///
/// # Errors
/// For a text that is no number, and a unit that cannot be converted.
pub fn canonical(table: &'static str, parameter: ParameterId, unit: Unit, text: &str) -> Result<Fixed, TableError> {
    let wrong = |detail: String| TableError::content(table, parameter, detail);
    let number: f64 = text.parse().map_err(|_| wrong(format!("{text:?} is no number")))?;
    let converted = unit
        .convert(number, parameter.unit(), parameter)
        .ok_or_else(|| wrong(format!("{unit} cannot be converted into {}", parameter.unit())))?;
    Fixed::from_f64(converted.value).ok_or_else(|| wrong(format!("{text} is beyond 1e11")))
}

/// By how many times `limit` a value lies above it, to one digit as reports give it; `None` at or below it, or above
/// nothing.
pub fn multiple(value: Mean, limit: Fixed) -> Option<f64> {
    if limit <= Fixed::whole(0) || value <= Mean::from(limit) {
        return None;
    }
    let limit = Mean::from(limit).to_f64();
    let above = Fixed::from_f64((value.to_f64() - limit) / limit)?;
    Some(Mean::from(above).round(1).to_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(parameter: &str, unit: &str, rule: Rule, cell: &str) -> Result<Limit, String> {
        let unit = Unit::parse(unit).unwrap();
        Limit::parse("x.csv", ParameterId::known(parameter), unit, rule, cell).map_err(|error| error.to_string())
    }

    fn mean(value: f64) -> Mean {
        Fixed::from_f64(value).unwrap().into()
    }

    #[test]
    fn the_limit_itself_is_met() {
        let met = |limit: Limit, values: [f64; 3]| values.map(|value| limit.met(mean(value)));
        assert_eq!(met(parse("codmn", "mg/L", Rule::Max, "6").unwrap(), [5.9, 6.0, 6.000001]), [true, true, false]);
        assert_eq!(met(parse("do", "mg/L", Rule::Min, "5").unwrap(), [4.999999, 5.0, 7.0]), [false, true, true]);
        let range = parse("ph", "1", Rule::Range, "6.5-8.5").unwrap();
        assert_eq!(met(range, [6.4, 6.5, 8.6]), [false, true, false]);
        assert_eq!([range.bound(mean(6.4)), range.bound(mean(8.6))], [6.5, 8.5].map(Fixed::from_f64));
        assert_eq!(met(parse("alpha", "Bq/L", Rule::Max, "").unwrap(), [0.0, 1.0, 1e9]), [true; 3]);
    }

    #[test]
    fn limits_are_carried_into_the_canonical_unit() {
        // Mercury is kept in ug/L; benzo(a)pyrene's 0.0000028 mg/L must not be rounded away.
        assert_eq!(parse("hg", "mg/L", Rule::Max, "0.00005"), Ok(Limit::Max(Fixed::from_f64(0.05).unwrap())));
        let tiny = Limit::Max(Fixed::from_f64(0.0028).unwrap());
        assert_eq!(parse("benzo_a_pyrene", "mg/L", Rule::Max, "0.0000028"), Ok(tiny));
        assert!(parse("hg", "NTU", Rule::Max, "1").unwrap_err().contains("cannot be converted"));
        assert!(parse("ph", "1", Rule::Range, "6").unwrap_err().contains("no range"));
        assert!(parse("hg", "mg/L", Rule::Max, "none").unwrap_err().contains("no number"));
    }

    #[test]
    fn multiples_are_of_what_lies_above() {
        // (13.2 - 6) / 6
        assert_eq!(multiple(mean(13.2), Fixed::whole(6)), Some(1.2));
        assert_eq!(multiple(mean(6.0), Fixed::whole(6)), None);
        assert_eq!(multiple(mean(1.0), Fixed::whole(0)), None);
    }
}
