//! What an hour is worth beside the hours around it: spike, rate of change, flat line, slip of the unit.

use limpid_model::limit::{Flat, Slip, Steps};
use limpid_model::{Flag, Limit, ParameterId, StationKind};

use crate::fixed::Fixed;
use crate::standards::Rules;
use crate::validate::{flat, slip, steps};

/// An hour is judged by at most so many hours before it …
pub const BEFORE: usize = Flat::LONGEST as usize;

/// … and so many after it.
pub const AFTER: usize = 1;

/// The checks of one series that look at neighbouring hours.
#[derive(Debug, Clone, Copy)]
pub struct InTime {
    spike: Option<Steps>,
    rate: Option<Steps>,
    flat: Option<Flat>,
    slip: Option<Slip>,
}

impl InTime {
    /// Those of a parameter at a station of this kind with these thresholds of its own; `None` when there are none.
    pub fn of(
        rules: &Rules,
        kind: StationKind,
        limits: &[(ParameterId, Limit)],
        parameter: ParameterId,
    ) -> Option<Self> {
        let spike = |limit| if let Limit::Spike(steps) = limit { Some(steps) } else { None };
        let rate = |limit| if let Limit::Rate(steps) = limit { Some(steps) } else { None };
        let flat = |limit| if let Limit::Flat(flat) = limit { Some(flat) } else { None };
        let slip = |limit| if let Limit::Slip(slip) = limit { Some(slip) } else { None };
        let checks = Self {
            spike: Limit::set(limits, parameter, spike).or_else(|| rules.spike.get(kind, parameter).copied()),
            rate: Limit::set(limits, parameter, rate).or_else(|| rules.rate.get(kind, parameter).copied()),
            flat: Limit::set(limits, parameter, flat).or_else(|| rules.flat.get(kind, parameter).copied()),
            slip: Limit::set(limits, parameter, slip).or_else(|| rules.slip.get(kind, parameter).copied()),
        };
        let any = checks.spike.is_some() || checks.rate.is_some() || checks.flat.is_some() || checks.slip.is_some();
        any.then_some(checks)
    }

    /// The checks in words, each with its name.
    pub fn told(&self) -> Vec<(&'static str, String)> {
        let beyond = |what: &str, words: [(&str, Option<String>); 2]| {
            let each = words.into_iter().filter_map(|(word, bound)| Some(format!("{word} {what} {}", bound?)));
            each.collect::<Vec<_>>().join(", ")
        };
        let steps = |what: &str, steps: Steps| {
            let bound = |bound: Option<f64>| bound.map(|bound| format!("> {bound}"));
            beyond(what, [("suspect", bound(steps.suspect)), ("fail", bound(steps.fail))])
        };
        let flat = |flat: Flat| {
            let hours = |hours: Option<u8>| hours.map(|hours| format!("<= {} / {hours} h", flat.tolerance));
            beyond("max - min", [("suspect", hours(flat.suspect_hours)), ("fail", hours(flat.fail_hours))])
        };
        let slip = |slip: Slip| {
            let times = |sign: &'static str, slash: &'static str| move |n: u32| format!("{sign} {slash}{n}");
            let (above, below) = (slip.above.map(times(">=", "")), slip.below.map(times("<=", "1/")));
            beyond("v / median", [("suspect", above), ("suspect", below)])
        };
        let checks = [
            ("spike", self.spike.map(|set| steps("|v - (before + after) / 2|", set))),
            ("rate", self.rate.map(|set| steps("|v - before|", set))),
            ("flat", self.flat.map(flat)),
            ("slip", self.slip.map(slip)),
        ];
        checks.into_iter().filter_map(|(name, told)| Some((name, told.filter(|told| !told.is_empty())?))).collect()
    }

    /// What the checks find wrong with the hour at `place` of `hours`, which are the values that are sound by themselves, one
    /// cell an hour. A value that another check doubts still counts as a neighbour, so that no verdict depends on another.
    pub fn judge(&self, hours: &[Option<Fixed>], place: usize) -> impl Iterator<Item = (Flag, &'static str)> {
        let at = |place: Option<usize>| hours.get(place?).copied().flatten();
        let (before, hour, after) = (at(place.checked_sub(1)), at(Some(place)), at(place.checked_add(1)));
        let found = hour.map(|hour| {
            [
                self.spike.and_then(|limit| steps::spike(limit, before, hour, after)),
                self.rate.and_then(|limit| steps::rate(limit, before, hour)),
                self.flat.and_then(|limit| flat::judge(limit, &hours[place.saturating_sub(BEFORE)..=place])),
                self.slip.and_then(|limit| slip::judge(limit, &hours[place.saturating_sub(BEFORE)..=place])),
            ]
        });
        found.into_iter().flatten().flatten()
    }

    /// What the check for slips finds wrong with the last of `hours`, which may be a value of minutes beside the hours before.
    pub fn slipped(&self, hours: &[Option<Fixed>]) -> Option<(Flag, &'static str)> {
        self.slip.and_then(|limit| slip::judge(limit, hours))
    }
}
