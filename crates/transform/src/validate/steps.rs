//! Differences between neighbouring hours: spikes and rates of change, from `data/validation/spike.csv` and `rate.csv`.
//!
//! A spike is an hour far from the middle of the hours before and after it; a rate is the step from the hour before. Only
//! hours that are otherwise usable are compared, and an hour without the neighbours that a check needs is not judged by it.

use limpid_model::limit::Steps;
use limpid_model::{Flag, ParameterId};
use serde::Deserialize;

use crate::fixed::Fixed;
use crate::standards::{self, TableError};
use crate::validate::table::ByKind;

#[derive(Deserialize)]
struct Row {
    parameter: String,
    kind: String,
    suspect: Option<f64>,
    fail: Option<f64>,
}

/// Reads one of the two tables.
///
/// # Errors
/// For an unknown parameter or kind, a row that stands twice, and thresholds that fall or are below zero.
pub fn parse(table: &'static str, text: &str) -> Result<ByKind<Steps>, TableError> {
    let mut steps = ByKind::default();
    for row in standards::rows::<Row>(table, text)? {
        let parameter: ParameterId = standards::parameter(table, &row.parameter)?;
        if ![Some(0.0), row.suspect, row.fail].iter().flatten().is_sorted() {
            return Err(TableError::content(table, row.parameter, "thresholds must rise from zero"));
        }
        steps.insert(table, parameter, &row.kind, Steps { suspect: row.suspect, fail: row.fail })?;
    }
    Ok(steps)
}

/// The worse flag of an hour that lies off the middle of its neighbours, and the id of the rule; `None` where it does not, or
/// has not both.
pub fn spike(steps: Steps, before: Option<Fixed>, hour: Fixed, after: Option<Fixed>) -> Option<(Flag, &'static str)> {
    let neighbours = i128::from(before?.millionths()) + i128::from(after?.millionths());
    let twice = (2 * i128::from(hour.millionths()) - neighbours).unsigned_abs();
    exceeds(steps, twice, 2).map(|flag| (flag, if flag == Flag::Fail { "spike-fail" } else { "spike-suspect" }))
}

/// The worse flag of an hour that lies off the hour before it, and the id of the rule; `None` where it does not, or has none.
pub fn rate(steps: Steps, before: Option<Fixed>, hour: Fixed) -> Option<(Flag, &'static str)> {
    let step = (i128::from(hour.millionths()) - i128::from(before?.millionths())).unsigned_abs();
    exceeds(steps, step, 1).map(|flag| (flag, if flag == Flag::Fail { "rate-fail" } else { "rate-suspect" }))
}

/// What a difference of `times` so many millionths is worth.
fn exceeds(steps: Steps, difference: u128, times: u128) -> Option<Flag> {
    let above = |threshold: Option<f64>| {
        let threshold = threshold.and_then(Fixed::from_f64);
        threshold.is_some_and(|threshold| difference > times * u128::from(threshold.millionths().unsigned_abs()))
    };
    if above(steps.fail) { Some(Flag::Fail) } else { above(steps.suspect).then_some(Flag::Suspect) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(value: f64) -> Option<Fixed> {
        Fixed::from_f64(value)
    }

    #[test]
    fn a_spike_is_measured_from_the_middle_of_its_neighbours() {
        let steps = Steps { suspect: Some(10.0), fail: Some(50.5) };
        let judge = |before, hour, after| spike(steps, before, fixed(hour).unwrap(), after).map(|(_, rule)| rule);
        assert_eq!(judge(fixed(10.0), 25.0, fixed(20.0)), None, "ten off fifteen is the threshold itself");
        assert_eq!(judge(fixed(10.0), 25.1, fixed(20.0)), Some("spike-suspect"));
        assert_eq!(judge(fixed(10.0), -35.6, fixed(20.0)), Some("spike-fail"));
        assert_eq!(judge(fixed(0.0), 100.0, fixed(200.0)), None, "a slope is no spike");
        assert_eq!((judge(None, 900.0, fixed(1.0)), judge(fixed(1.0), 900.0, None)), (None, None));
    }

    #[test]
    fn a_rate_is_measured_from_the_hour_before() {
        let steps = Steps { suspect: Some(10.0), fail: None };
        let judge = |before, hour| rate(steps, before, fixed(hour).unwrap()).map(|(_, rule)| rule);
        assert_eq!((judge(fixed(10.0), 20.0), judge(fixed(10.0), 20.1)), (None, Some("rate-suspect")));
        assert_eq!((judge(fixed(10.0), -0.1), judge(None, 900.0)), (Some("rate-suspect"), None));
        assert_eq!(rate(Steps { suspect: None, fail: None }, fixed(0.0), Fixed::whole(900)), None);
    }
}
