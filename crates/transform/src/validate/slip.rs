//! A value about a thousand times off its series, from `data/validation/slip.csv`: a slip of the unit, said and not mended.

use limpid_model::limit::Slip;
use limpid_model::{Flag, ParameterId};
use serde::Deserialize;

use crate::fixed::Fixed;
use crate::standards::{self, TableError};
use crate::validate::series::BEFORE;
use crate::validate::table::ByKind;

const TABLE: &str = "slip.csv";

/// Of the hours before, so many must be there: fewer are no history.
const AT_LEAST: usize = 12;

#[derive(Deserialize)]
struct Row {
    parameter: String,
    kind: String,
    above: Option<u32>,
    below: Option<u32>,
}

/// Reads the table.
///
/// # Errors
/// For an unknown parameter or kind, a row that stands twice, and factors that are none.
pub fn parse(text: &str) -> Result<ByKind<Slip>, TableError> {
    let mut slips = ByKind::default();
    for row in standards::rows::<Row>(TABLE, text)? {
        let parameter: ParameterId = standards::parameter(TABLE, &row.parameter)?;
        if [row.above, row.below].into_iter().flatten().any(|factor| factor < Slip::LEAST) {
            return Err(TableError::content(TABLE, row.parameter, "factors must be 2 or more"));
        }
        slips.insert(TABLE, parameter, &row.kind, Slip { above: row.above, below: row.below })?;
    }
    Ok(slips)
}

/// The flag of the last hour of `hours`, and the id of the rule, where it is a slip beside the hours before it. Values at
/// or below zero are no multiple of anything and not judged.
pub fn judge(slip: Slip, hours: &[Option<Fixed>]) -> Option<(Flag, &'static str)> {
    let (last, before) = hours.split_last()?;
    let value = (*last)?.millionths();
    let mut history = [0; BEFORE];
    let mut count = 0;
    let (mut low, mut high) = (i64::MAX, i64::MIN);
    for (slot, hour) in history.iter_mut().zip(before.iter().rev().flatten()) {
        *slot = hour.millionths();
        (low, high) = (low.min(*slot), high.max(*slot));
        count += 1;
    }
    let off = |history: i64| {
        let (value, history) = (i128::from(value), i128::from(history));
        let above = slip.above.is_some_and(|factor| value >= history * i128::from(factor));
        let below = slip.below.is_some_and(|factor| value * i128::from(factor) <= history);
        above || below
    };
    // The median lies between the lowest and the highest: nearly every hour is told by these two.
    if count < AT_LEAST || value <= 0 || !(off(low) || off(high)) {
        return None;
    }
    let (_, median, _) = history[..count].select_nth_unstable(count / 2);
    (*median > 0 && off(*median)).then_some((Flag::Suspect, "slip-suspect"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(slip: Slip, before: &[f64], value: f64) -> bool {
        let hours: Vec<_> = before.iter().chain([&value]).map(|value| Fixed::from_f64(*value)).collect();
        super::judge(slip, &hours).is_some()
    }

    const BOTH: Slip = Slip { above: Some(300), below: Some(300) };

    #[test]
    fn a_thousand_times_off_is_a_slip_and_a_hundred_times_is_weather() {
        // PM2.5 in mg/m3, CO in ug/m3, and what a storm may bring.
        assert!(judge(BOTH, &[35.0; 23], 0.035) && judge(BOTH, &[0.5; 23], 500.0));
        assert!(!judge(BOTH, &[5.0; 23], 1000.0) && !judge(BOTH, &[200.0; 23], 1.0));
        assert!(judge(BOTH, &[2.0; 23], 600.0) && !judge(BOTH, &[2.0; 23], 599.9), "at the factor itself");
        assert!(judge(BOTH, &[600.0; 23], 2.0) && !judge(BOTH, &[600.0; 23], 2.1));
        let above = Slip { above: Some(300), below: None };
        assert!(!judge(above, &[60.0; 23], 0.06) && judge(above, &[0.06; 23], 60.0));
    }

    #[test]
    fn history_must_be_long_enough_and_is_its_median() {
        assert!(!judge(BOTH, &[35.0; 11], 0.035) && judge(BOTH, &[35.0; 12], 0.035));
        // One wild hour before is no history; a slip that lasts becomes it.
        let mut before = [35.0; 23];
        before[22] = 0.035;
        assert!(judge(BOTH, &before, 0.034) && !judge(BOTH, &before, 36.0));
        before[11..].fill(0.035);
        assert!(!judge(BOTH, &before, 0.034) && judge(BOTH, &before, 36.0));
    }

    #[test]
    fn zero_and_less_are_no_multiples() {
        assert!(!judge(BOTH, &[35.0; 23], 0.0) && !judge(BOTH, &[35.0; 23], -0.035));
        assert!(!judge(BOTH, &[0.0; 23], 35.0) && !judge(BOTH, &[-1.0; 23], 35.0));
        assert!(!judge(BOTH, &[], 35.0) && super::judge(BOTH, &[]).is_none());
    }
}
