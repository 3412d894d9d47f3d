//! Hours and days of an outlet against the concentrations of its permit.

use std::collections::BTreeMap;

use chrono::Duration;
use limpid_model::permit::{Averaging, Exceedance, JudgedLimit, PermitDay, Unjudged};
use limpid_model::summary::Standing;
use limpid_model::{Flag, Instant, Mark, Observation, ParameterId, Status};

use super::permit::{Concentration, Outlet};
use crate::assess::limit::multiple;
use crate::fixed::{Fixed, Mean};

/// Id of the rule that these days are made by.
pub const RULE: &str = "permit-limits";

/// How many days back the beginning of an exceedance is looked for.
pub const BACK_DAYS: i64 = 7;

/// Published hours and days of a station, by parameter and start: those of the day to be judged, and hours of the days before
/// it in which an exceedance may have begun.
#[derive(Debug, Default)]
pub struct Measured {
    /// `PT1H`.
    pub hours: BTreeMap<(ParameterId, Instant), Observation>,
    /// `P1D`.
    pub days: BTreeMap<(ParameterId, Instant), Observation>,
}

/// A time that the unit marked beforehand or afterwards, with its reason: a start, a stop, a fault. Its hours are not judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Marked {
    /// Inclusive.
    pub from: Instant,
    /// Exclusive.
    pub to: Instant,
    /// What it is: `start_up`.
    pub kind: String,
}

/// Judges the day `start..end` of an outlet.
///
/// A value is judged when its flag is usable; what is missing or was refused is neither kept nor exceeded. Hours that touch
/// a time which the unit marked are counted as marked and not judged; days are judged whole, as their means are published.
pub fn judge(outlet: &Outlet, (start, end): (Instant, Instant), measured: &Measured, marked: &[Marked]) -> PermitDay {
    let mut day = PermitDay {
        version: outlet.version.clone(),
        reason: None,
        limits: Vec::new(),
        exceedances: Vec::new(),
        unjudged: outlet.unjudged.clone(),
        reviewed: true,
        standing: Standing { status: Status::Final, flag: Flag::Missing, rules: RULE.to_owned(), event: false },
    };
    for limit in &outlet.concentrations {
        let job = Job { limit, start, end, measured, marked };
        let (judged, seen) = job.judge(&mut day.exceedances);
        if judged.n + judged.marked == 0 && !seen.any {
            let pollutant = limit.parameter.as_str().to_owned();
            day.unjudged.push(Unjudged { pollutant, why: "not_monitored".to_owned() });
        }
        if judged.n > 0 {
            day.standing.flag = Flag::Pass;
            day.standing.status = day.standing.status.min(seen.status);
        }
        day.limits.push(judged);
    }
    if day.standing.flag == Flag::Missing {
        day.standing.status = Status::Provisional;
    }
    day.reviewed = day.standing.status != Status::Provisional;
    day.unjudged.sort();
    day.unjudged.dedup();
    day.exceedances.sort_by_key(|one| (one.start, one.parameter));
    day
}

/// What was seen of a limit's values.
struct Seen {
    /// Whether there was any, usable or not.
    any: bool,
    /// The least that any of them has.
    status: Status,
}

struct Job<'a> {
    limit: &'a Concentration,
    start: Instant,
    end: Instant,
    measured: &'a Measured,
    marked: &'a [Marked],
}

impl Job<'_> {
    fn judge(&self, exceedances: &mut Vec<Exceedance>) -> (JudgedLimit, Seen) {
        let (parameter, averaging) = (self.limit.parameter, self.limit.averaging);
        let (series, step) = match averaging {
            Averaging::Hour => (&self.measured.hours, Duration::hours(1)),
            Averaging::Day => (&self.measured.days, self.end - self.start),
        };
        let mut judged = JudgedLimit {
            parameter,
            averaging,
            upper: self.limit.upper,
            lower: self.limit.lower,
            n: 0,
            expected: u32::try_from((self.end - self.start).num_hours() / step.num_hours().max(1)).unwrap_or(0),
            over: 0,
            marked: 0,
            worst: None,
        };
        let mut seen = Seen { any: false, status: Status::Final };
        let mut run: Option<Exceedance> = None;
        let mut worst: Option<(f64, f64)> = None;
        for ((_, at), observation) in series.range((parameter, self.start)..(parameter, self.end)) {
            seen.any = true;
            let is_marked = averaging == Averaging::Hour && self.is_marked(*at, observation.end);
            judged.marked += u32::from(is_marked);
            let value = usable(observation).filter(|_| !is_marked);
            let Some(value) = value else {
                exceedances.extend(run.take());
                continue;
            };
            judged.n += 1;
            seen.status = seen.status.min(observation.status);
            // How far on the wrong side: the largest is the worst, below zero on the right one.
            let beyond = self.limit.beyond(value);
            if worst.is_none_or(|(before, _)| beyond > before) {
                worst = Some((beyond, value));
            }
            match self.limit.broken(value) {
                None => exceedances.extend(run.take()),
                Some(bound) => {
                    judged.over += 1;
                    let one = run.get_or_insert_with(|| self.begin(*at, value, bound));
                    extend(one, observation, value, bound, self.limit);
                }
            }
        }
        exceedances.extend(run);
        judged.worst = worst.map(|(_, value)| value);
        (judged, seen)
    }

    /// An exceedance of hours that goes on from the day before began there.
    fn begin(&self, at: Instant, value: f64, bound: f64) -> Exceedance {
        let mut start = at;
        if self.limit.averaging == Averaging::Hour && at == self.start {
            let earliest = self.start - Duration::days(BACK_DAYS);
            while start > earliest {
                let before = start - Duration::hours(1);
                let observation = self.measured.hours.get(&(self.limit.parameter, before));
                let broken = observation
                    .filter(|one| !self.is_marked(before, one.end))
                    .and_then(usable)
                    .is_some_and(|value| self.limit.broken(value).is_some());
                if !broken {
                    break;
                }
                start = before;
            }
        }
        Exceedance {
            parameter: self.limit.parameter,
            averaging: self.limit.averaging,
            start,
            end: at,
            hours: 0,
            limit: bound,
            worst: value,
            multiple: None,
            marks: Vec::new(),
        }
    }

    fn is_marked(&self, start: Instant, end: Instant) -> bool {
        self.marked.iter().any(|marked| marked.from < end && start < marked.to)
    }
}

fn usable(observation: &Observation) -> Option<f64> {
    observation.value.filter(|_| observation.flag.usable())
}

impl Concentration {
    /// The bound that a value breaks; the bound itself is kept.
    pub(super) fn broken(&self, value: f64) -> Option<f64> {
        let fixed = |number: f64| Fixed::from_f64(number).unwrap_or(Fixed::whole(0));
        let above = self.upper.filter(|upper| fixed(value) > fixed(*upper));
        above.or(self.lower.filter(|lower| fixed(value) < fixed(*lower)))
    }

    /// How far a value lies on the wrong side of the nearer bound.
    fn beyond(&self, value: f64) -> f64 {
        let above = self.upper.map_or(f64::NEG_INFINITY, |upper| value - upper);
        let below = self.lower.map_or(f64::NEG_INFINITY, |lower| lower - value);
        above.max(below)
    }
}

/// Adds a value beyond its limit to the stretch that ends with it.
fn extend(run: &mut Exceedance, observation: &Observation, value: f64, bound: f64, limit: &Concentration) {
    run.end = observation.end;
    run.hours = u32::try_from((run.end - run.start).num_hours()).unwrap_or(0);
    if limit.beyond(value) >= limit.beyond(run.worst) {
        (run.worst, run.limit) = (value, bound);
        // Of pH a multiple says nothing, nor of what lies below a lower limit.
        let says = run.parameter.unit().as_str() != "1" && limit.upper == Some(bound);
        let times = || multiple(Mean::from(Fixed::from_f64(value)?), Fixed::from_f64(bound)?);
        run.multiple = if says { times() } else { None };
    }
    if let Some(mark) = observation.mark.as_ref().map(Mark::as_str)
        && !run.marks.iter().any(|known| known == mark)
    {
        run.marks.push(mark.to_owned());
    }
}
