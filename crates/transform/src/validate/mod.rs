//! What a value is worth. Each rule gives a flag; the worst one stands, and the value itself is never changed.
//!
//! - [`detection`]: limits of detection
//! - [`marks`]: the instrument's own mark
//! - [`range`]: plausible values of a parameter
//! - [`climatology`]: values that are usual in a month at a place
//! - [`consistency`]: PM2.5 is part of PM10, and NO2 of NOx
//! - [`neighbours`]: an hour beside that of the stations around, where the pipeline asks for it
//! - [`sums`]: NOx is the sum of NO and NO2
//! - [`weather`]: wind and rain beside what they spoil
//! - [`tolerance`]: by how much two figures may differ
//! - [`series`]: an hour beside the hours around it, by [`steps`] (spikes, rates of change), [`flat`] lines and
//!   [`slip`]s of the unit
//!
//! Flags 3, 4 and 9 do not enter aggregates and indices.

pub mod climatology;
pub mod consistency;
pub mod detection;
pub mod flat;
pub mod marks;
pub mod neighbours;
pub mod range;
pub mod series;
pub mod slip;
pub mod steps;
pub mod sums;
pub mod table;
pub mod tolerance;
pub mod weather;

use limpid_model::{Flag, Limit, Mark, ParameterId, Reading, StationKind};

use crate::fixed::Fixed;
use crate::standards::Rules;

pub use consistency::Consistency;
pub use marks::Marks;
pub use range::Ranges;
pub use series::InTime;

/// A value with its flag and the rules that gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The value as sent, in exact form, or what stands for one below its limit; `None` where it is missing or no instrument can have measured it.
    pub value: Option<Fixed>,
    /// The worst that a rule said; `NotEvaluated` when none applies, `Missing` when there is no value.
    pub flag: Flag,
    /// Ids of the rules that were applied, separated by spaces.
    pub rules: String,
}

impl Judged {
    /// The value where it may enter aggregates.
    pub fn usable(&self) -> Option<Fixed> {
        self.value.filter(|_| self.flag.usable())
    }
}

/// Judges one reading by its mark and its range. `kind` is that of its station, `limits` are the thresholds set for it.
pub fn reading(rules: &Rules, kind: StationKind, limits: &[(ParameterId, Limit)], reading: &Reading) -> Judged {
    let mut judged = Judged { value: None, flag: Flag::NotEvaluated, rules: String::new() };
    if let Some(conversion) = reading.conversion {
        note(&mut judged.rules, conversion);
    }
    if reading.mark.is_some_and(Mark::is_below) && reading.value.is_some() {
        judged.flag = Flag::Pass;
        note(&mut judged.rules, detection::RULE);
    }
    if let Some(mark) = reading.mark.and_then(Mark::own) {
        let (flag, rule) = rules.marks.judge(kind, mark);
        judged.flag = worst(judged.flag, flag);
        note(&mut judged.rules, rule);
    }
    let Some(value) = reading.value else {
        judged.flag = Flag::Missing;
        if judged.rules.is_empty() {
            note(&mut judged.rules, NO_VALUE);
        }
        return judged;
    };
    judged.value = Fixed::from_f64(value);
    let verdict = match judged.value {
        Some(value) => rules.ranges.judge(kind, limits, reading.parameter, value),
        None => Some((Flag::Fail, "range-fail")),
    };
    if let Some((flag, rule)) = verdict {
        judged.flag = worst(judged.flag, flag);
        note(&mut judged.rules, rule);
    }
    // The limit is what may be plausible; what stands for the value enters aggregates.
    judged.value = judged.value.map(|limit| rules.detection.used(kind, limits, reading.parameter, limit, reading.mark));
    if judged.rules.is_empty() {
        note(&mut judged.rules, NO_RULE);
    }
    judged
}

/// In place of rules: there was no value to apply any to.
const NO_VALUE: &str = "no-value";

/// In place of rules: none is there for such values.
const NO_RULE: &str = "no-rule";

/// Adds a rule's id to a list of them.
pub(crate) fn note(rules: &mut String, rule: &str) {
    if rules == NO_RULE {
        rules.clear();
    }
    if !rules.is_empty() {
        rules.push(' ');
    }
    rules.push_str(rule);
}

/// The worse of two flags: missing, fail, suspect, pass, not evaluated.
pub(crate) fn worst(a: Flag, b: Flag) -> Flag {
    let rank = |flag| match flag {
        Flag::NotEvaluated => 0,
        Flag::Pass => 1,
        Flag::Suspect => 2,
        Flag::Fail => 3,
        Flag::Missing => 4,
    };
    if rank(a) >= rank(b) { a } else { b }
}

#[cfg(test)]
mod tests {
    use limpid_model::{Mark, ParameterId, Period, StationId};

    use super::*;

    fn judge(kind: StationKind, parameter: &str, value: Option<f64>, mark: &str) -> (u8, String) {
        let reading = Reading {
            station: StationId::parse("S1").unwrap(),
            parameter: ParameterId::known(parameter),
            period: Period::Hour,
            start: "2026-11-25T00:00:00Z".parse().unwrap(),
            value,
            mark: Mark::parse(mark),
            conversion: None,
        };
        let judged = super::reading(Rules::built_in(), kind, &[], &reading);
        (judged.flag.code(), judged.rules)
    }

    #[test]
    fn the_worst_rule_stands() {
        for (parameter, value, mark, flag, rules) in [
            ("pm25", Some(35.0), "", 1, "range"),
            ("pm25", Some(0.0), "N", 1, "mark range"),
            ("pm25", Some(-3.5), "N", 3, "mark range-suspect"),
            ("pm25", Some(-985.0), "", 4, "range-fail"),
            ("pm25", Some(35.0), "D", 4, "mark-fail range"),
            ("pm25", Some(35_000.0), "N", 4, "mark range-fail"),
            ("pm25", Some(1e300), "N", 4, "mark range-fail"),
            ("pm25", Some(35.0), "T", 3, "mark-suspect range"),
            ("pm25", Some(35.0), "x7", 3, "mark-unknown range"),
            ("pm25", None, "D", 9, "mark-fail"),
            ("pm25", None, "", 9, "no-value"),
            // 102.3 kPa taken for hPa
            ("pressure", Some(102.3), "", 4, "range-fail"),
            // no row in ranges.csv: no rule applies
            ("alpha", Some(1.0), "", 2, "no-rule"),
            ("alpha", Some(1.0), "N", 1, "mark"),
            // water has no less than nothing of anything, and is not boiling
            ("nh3n", Some(-5.0), "", 4, "range-fail"),
            ("nh3n", Some(0.153), "", 1, "range"),
            ("tp", Some(-0.001), "", 4, "range-fail"),
            ("water_temperature", Some(99.0), "", 4, "range-fail"),
            // a limit, whose own mark counts as ever
            ("pm25", Some(2.0), "<", 1, "below-limit range"),
            ("pm25", Some(2.0), "<D", 4, "below-limit mark-fail range"),
            ("pm25", None, "<", 9, "no-value"),
        ] {
            assert_eq!(
                judge(StationKind::Air, parameter, value, mark),
                (flag, rules.into()),
                "{parameter} {value:?} {mark}"
            );
        }
    }

    #[test]
    fn a_stack_is_not_ambient_air() {
        let so2 = |kind| judge(kind, "so2", Some(100_000.0), "N");
        assert_eq!(so2(StationKind::Air), (4, "mark range-fail".into()));
        assert_eq!(so2(StationKind::Outlet), (1, "mark".into()));
        let warm = |kind| judge(kind, "temperature", Some(48.0), "").0;
        assert_eq!((warm(StationKind::Air), warm(StationKind::Water)), (1, 3));
    }
}
