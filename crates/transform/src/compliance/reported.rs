//! Values that a discharger reports itself for each month, as discharge monitoring reports of the United States: one value against
//! one limit, each with a qualifier.

use crate::fixed::Fixed;

/// How a reported value, or a limit, is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualifier {
    /// `=`
    Equal,
    /// `<`: not measurable below this.
    Less,
    /// `>`: beyond the method above this.
    Greater,
    /// `<=`: at most.
    AtMost,
    /// `>=`: at least.
    AtLeast,
}

impl Qualifier {
    /// The qualifier of these signs.
    pub fn parse(signs: &str) -> Option<Self> {
        Some(match signs.trim() {
            "=" | "" => Self::Equal,
            "<" => Self::Less,
            ">" => Self::Greater,
            "<=" => Self::AtMost,
            ">=" => Self::AtLeast,
            _ => return None,
        })
    }
}

/// A reported value beside its limit, in the same unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reported {
    /// The value; `None` with a code for no data.
    pub value: Option<f64>,
    /// How it is meant.
    pub value_as: Qualifier,
    /// The limit; `None` where the value is only to be reported.
    pub limit: Option<f64>,
    /// How that is meant.
    pub limit_as: Qualifier,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// Within the limit.
    Kept,
    /// Beyond it.
    Exceeded {
        /// By how many percent of the limit, in whole numbers; `None` of a lower limit and of a limit of zero.
        percent: Option<i64>,
    },
    /// A value beyond the method whose limit lies beyond it too: nobody knows.
    Open,
    /// No value was reported.
    NoValue,
    /// There is no limit.
    NoLimit,
}

/// Judges a reported value. The limit itself is kept.
pub fn judge(reported: &Reported) -> Outcome {
    let Some(limit) = reported.limit else { return Outcome::NoLimit };
    let Some(value) = reported.value else { return Outcome::NoValue };
    let fixed = |number: f64| Fixed::from_f64(number).unwrap_or(Fixed::whole(0));
    let (value_is, limit_is) = (fixed(value), fixed(limit));
    let lower = reported.limit_as == Qualifier::AtLeast;
    let broken = match (lower, reported.value_as) {
        // What is less than a value may be anything below it, and what is more anything above.
        (false, Qualifier::Less) if value_is > limit_is => return Outcome::Open,
        (true, Qualifier::Greater) if value_is < limit_is => return Outcome::Open,
        (false, Qualifier::Greater) if value_is < limit_is => return Outcome::Open,
        (true, Qualifier::Less) if value_is > limit_is => return Outcome::Open,
        (false, Qualifier::Greater) => value_is >= limit_is,
        (true, Qualifier::Less) => value_is <= limit_is,
        (false, _) => value_is > limit_is,
        (true, _) => value_is < limit_is,
    };
    if !broken {
        return Outcome::Kept;
    }
    let percent = (!lower && limit > 0.0).then(|| (100.0 * (value - limit) / limit).round() as i64);
    Outcome::Exceeded { percent }
}
