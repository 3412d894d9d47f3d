//! Months, quarters, twelve months and years of a station, made of its published days. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Months, NaiveDate};
use limpid_model::{Observation, ParameterId, Period, Record, Revised, Station, Statistic, Zone};

use crate::aggregate::calendar::{Month, level_of, mean_of, samples_of, sum_of, weighted_of};
use crate::aggregate::{Aggregate, How, Made};
use crate::engine::calendar::{days_in, month_of};
use crate::fixed::Fixed;
use crate::standards::Rules;
use crate::validate::{detection, note};

/// How many months a period has; none of shorter ones.
pub(super) fn months_of(period: Period) -> u32 {
    match period {
        Period::Month => 1,
        Period::Quarter => 3,
        Period::Months12 | Period::Year => 12,
        _ => 0,
    }
}

/// A month of one parameter.
struct Days {
    cells: Vec<Option<Fixed>>,
    revised: Vec<Revised>,
    /// Whether something stands for values below a limit in it.
    limited: bool,
}

impl Days {
    /// A month of days without value.
    fn empty(month: NaiveDate) -> Self {
        let cells = vec![None; days_in(month.year(), month.month0() as usize)];
        Self { cells, revised: Vec::new(), limited: false }
    }
}

/// The months of one parameter that have any day, valid or not.
type Series = BTreeMap<NaiveDate, Days>;

/// The figures of each period of `wanted`, given by its first day, from a station's published days of all of them.
///
/// A parameter that has no day in a period, valid or not, has no record of it, and of twelve months none unless it has a day
/// in the last of them; with too few valid days it has one without value. Day means are taken to the millionth of their
/// unit. Wind directions are not among them: their months are made of hours.
pub fn periods(
    rules: &Rules,
    station: &Station,
    zone: Zone,
    days: &[Observation],
    wanted: &BTreeSet<(Period, NaiveDate)>,
) -> Vec<Record> {
    let all = series(rules, station, zone, days);
    let mut records = Vec::new();
    for (parameter, series) in &all {
        let made = rules.aggregates.at(station.kind, *parameter);
        if made.how == How::Vector {
            continue;
        }
        let beside = made.how.beside().and_then(|beside| all.get(&ParameterId::known(beside)));
        for (period, first) in wanted {
            let last = *first + Months::new(months_of(*period)) - Months::new(1);
            let present = match period {
                Period::Months12 => series.contains_key(&last),
                _ => series.range(*first..=last).next().is_some(),
            };
            if present {
                let job = Job { rules, made, series, beside };
                records.push(job.figure(&station.id, *parameter, zone, (*period, *first)).into());
            }
        }
    }
    records
}

/// Days by parameter and month.
fn series(rules: &Rules, station: &Station, zone: Zone, days: &[Observation]) -> BTreeMap<ParameterId, Series> {
    let mut all: BTreeMap<ParameterId, Series> = BTreeMap::new();
    for day in days {
        let date = zone.date_of(day.start);
        let series = all.entry(day.parameter).or_default();
        let month = series.entry(month_of(date)).or_insert_with(|| Days::empty(month_of(date)));
        let Some(value) = day.value.filter(|_| day.flag.usable()).and_then(Fixed::from_f64) else { continue };
        month.limited |= is_limited(day);
        day.revised.iter().for_each(|one| Revised::join(&mut month.revised, one.clone()));
        // A level of noise may have been sent for a day, from midnight on, and made, from six on: what is made stands.
        if let Some(cell) = month.cells.get_mut(date.day0() as usize) {
            let limits = &station.limits;
            *cell = Some(rules.detection.used(station.kind, limits, day.parameter, value, day.mark));
        }
    }
    all
}

struct Job<'a> {
    rules: &'a Rules,
    made: Made,
    series: &'a Series,
    beside: Option<&'a Series>,
}

impl Job<'_> {
    fn figure(
        &self,
        station: &limpid_model::StationId,
        parameter: ParameterId,
        zone: Zone,
        (period, first): (Period, NaiveDate),
    ) -> Observation {
        let firsts: Vec<NaiveDate> = (0..months_of(period)).map(|later| first + Months::new(later)).collect();
        let missing: Vec<Days> = firsts.iter().map(|month| Days::empty(*month)).collect();
        let of = |series: Option<&'_ Series>| -> Vec<Vec<Option<Fixed>>> {
            let cells = |(month, missing): (&NaiveDate, &Days)| {
                series.and_then(|series| series.get(month)).unwrap_or(missing).cells.clone()
            };
            firsts.iter().zip(&missing).map(cells).collect()
        };
        let (cells, beside) = (of(Some(self.series)), of(self.beside));
        let (aggregate, kind) = self.aggregate(&months(&firsts, &cells), &months(&firsts, &beside));
        let start = zone.start_of(first);
        let span = (start, period.end(start, zone));
        let rule = rule(period, kind);
        let mut figure = aggregate.observation(station, (parameter, period, Statistic::Mean), span, &rule);
        let there = || self.series.range(first..first + Months::new(months_of(period))).map(|(_, days)| days);
        if figure.value.is_some() && there().any(|days| days.limited) {
            note(&mut figure.rules, detection::RULE);
        }
        let mut revised = Vec::new();
        there().flat_map(|days| &days.revised).for_each(|one| Revised::join(&mut revised, one.clone()));
        figure.made_with(revised)
    }

    /// The figure, and what kind it is.
    fn aggregate(&self, months: &[Month<'_>], beside: &[Month<'_>]) -> (Aggregate, Kind) {
        let validity = &self.rules.validity;
        match self.made {
            Made { energy: true, .. } => (level_of(months, validity), Kind::Energy),
            Made { samples: true, .. } => (samples_of(months, validity), Kind::Samples),
            Made { how: How::Sum, .. } => (sum_of(months), Kind::Sum),
            Made { how: How::Flow, .. } => (weighted_of(months, beside, validity), Kind::Flow),
            _ => (mean_of(months, validity), Kind::Mean),
        }
    }
}

fn months<'a>(firsts: &[NaiveDate], cells: &'a [Vec<Option<Fixed>>]) -> Vec<Month<'a>> {
    firsts.iter().zip(cells).map(|(first, days)| Month { place: first.month0() as usize, days }).collect()
}

#[derive(Clone, Copy)]
enum Kind {
    Mean,
    Energy,
    Samples,
    Sum,
    Flow,
}

/// Id of the rule that makes a period of days.
fn rule(period: Period, kind: Kind) -> String {
    let name = match period {
        Period::Month => "month",
        Period::Quarter => "quarter",
        Period::Months12 => "twelve-months",
        _ => "year",
    };
    let kind = match kind {
        Kind::Mean => "mean",
        Kind::Energy => "energy-mean",
        Kind::Samples if period == Period::Month => "sample-mean",
        Kind::Samples => "month-mean",
        Kind::Sum => "sum",
        Kind::Flow => "flow-weighted",
    };
    format!("{name}-{kind}")
}

/// Whether something stands for values below a limit in a published value.
fn is_limited(one: &Observation) -> bool {
    one.rules.split(' ').any(|rule| rule == detection::RULE)
}
