//! Quarters and twelve months of a station, made of its published day means, as months and years are.
//!
//! Twelve months are published for each month in which the station has a day, when that month has ended: a rolling mean. A
//! quarter is published when it has ended, with a day in any of its months.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Datelike, Months, NaiveDate};
use limpid_model::{Instant, Observation, ParameterId, Period, Record, Revised, Station, Statistic, Zone};
use limpid_store::{Journal, ObservationQuery, Result};

use crate::aggregate::calendar::months_mean;
use crate::engine::calendar::{days_in, end_of_month, is_limited, month_of};
use crate::fixed::Fixed;
use crate::standards::Rules;
use crate::validate::{detection, note};

/// The end of the quarter of a month.
pub(super) fn end_of_quarter(month: NaiveDate, zone: Zone) -> Instant {
    zone.start_of(quarter_of(month) + Months::new(3))
}

fn quarter_of(month: NaiveDate) -> NaiveDate {
    month_of(month) - Months::new(month.month0() % 3)
}

/// What of one station depends on `months` (given by their first day) and has ended by `now`: their quarters, and the twelve
/// months that end with each of them or with one of the eleven after it.
///
/// # Errors
/// Those of the journal.
pub(super) async fn derive_spans(
    journal: &Arc<dyn Journal>,
    station: &Station,
    months: &BTreeSet<NaiveDate>,
    zone: Zone,
    now: Instant,
) -> Result<Vec<Record>> {
    let rules = Rules::built_in();
    let ended = |month: &NaiveDate| end_of_month(*month, zone) <= now;
    let quarters: BTreeSet<NaiveDate> =
        months.iter().filter(|month| end_of_quarter(**month, zone) <= now).map(|month| quarter_of(*month)).collect();
    let lasts = months.iter().flat_map(|month| (0..12).map(|later| *month + Months::new(later)));
    let lasts: BTreeSet<NaiveDate> = lasts.filter(ended).collect();
    let firsts = [quarters.first().copied(), lasts.first().map(|last| *last - Months::new(11))];
    let ends =
        [quarters.last().map(|quarter| *quarter + Months::new(3)), lasts.last().map(|last| *last + Months::new(1))];
    let (Some(first), Some(end)) = (firsts.into_iter().flatten().min(), ends.into_iter().flatten().max()) else {
        return Ok(Vec::new());
    };
    // Of sound and of samples of water there are none: their means are made otherwise.
    let plain = |parameter: &ParameterId| {
        let made = rules.aggregates.at(station.kind, *parameter);
        !made.energy && !made.samples
    };
    let parameters: Vec<ParameterId> = rules.aggregates.of_the_calendar(station.kind).filter(plain).collect();
    let days = ObservationQuery {
        stations: vec![station.id.clone()],
        limit: parameters.len() * (end - first).num_days() as usize,
        parameters,
        period: Period::Day,
        statistic: Statistic::Mean,
        from: zone.start_of(first),
        to: zone.start_of(end),
        as_of: None,
        after: None,
    };
    let days: Vec<Observation> =
        journal.observations(days).await?.into_iter().map(|published| published.record).collect();
    Ok(spans(rules, station, zone, &days, &quarters, &lasts))
}

/// The means of `quarters` and of the twelve months that end with each of `lasts`, from a station's day means of all of them.
pub fn spans(
    rules: &Rules,
    station: &Station,
    zone: Zone,
    days: &[Observation],
    quarters: &BTreeSet<NaiveDate>,
    lasts: &BTreeSet<NaiveDate>,
) -> Vec<Record> {
    let mut parameters: BTreeMap<ParameterId, Vec<&Observation>> = BTreeMap::new();
    for day in days {
        parameters.entry(day.parameter).or_default().push(day);
    }
    let mut records = Vec::new();
    for days in parameters.into_values() {
        let Some(one) = days.first() else { continue };
        let mut cells: BTreeMap<NaiveDate, Vec<Option<Fixed>>> = BTreeMap::new();
        let mut revised: BTreeMap<NaiveDate, Vec<Revised>> = BTreeMap::new();
        let mut limited: BTreeSet<NaiveDate> = BTreeSet::new();
        for day in &days {
            let date = zone.date_of(day.start);
            if day.value.is_some() && day.flag.usable() {
                let behind = revised.entry(month_of(date)).or_default();
                day.revised.iter().for_each(|one| Revised::join(behind, one.clone()));
            }
            let cells = cells.entry(month_of(date)).or_insert_with(|| empty(date));
            if let Some(cell) = cells.get_mut(date.day0() as usize) {
                let usable = day.value.filter(|_| day.flag.usable()).and_then(Fixed::from_f64);
                *cell = usable
                    .map(|value| rules.detection.used(station.kind, &station.limits, day.parameter, value, day.mark));
                if usable.is_some() && is_limited(day) {
                    limited.insert(month_of(date));
                }
            }
        }
        let mut mean = |first: NaiveDate, length: u32, period: Period, rule: &str| {
            let months: Vec<NaiveDate> = (0..length).map(|later| first + Months::new(later)).collect();
            let mut behind = Vec::new();
            let of_months = months.iter().filter_map(|month| revised.get(month)).flatten();
            of_months.for_each(|one| Revised::join(&mut behind, one.clone()));
            let missing: Vec<Vec<Option<Fixed>>> = months.iter().map(|month| empty(*month)).collect();
            let of = |(month, missing)| {
                let days: &Vec<Option<Fixed>> = cells.get(month).unwrap_or(missing);
                (month.month0() as usize, days.as_slice())
            };
            let months: Vec<(usize, &[Option<Fixed>])> = months.iter().zip(&missing).map(of).collect();
            let start = zone.start_of(first);
            let span = (start, period.end(start, zone));
            let mean = months_mean(&months, &rules.validity);
            let mut mean = mean.observation(&one.station, (one.parameter, period, Statistic::Mean), span, rule);
            if mean.value.is_some() && limited.range(first..first + Months::new(length)).next().is_some() {
                note(&mut mean.rules, detection::RULE);
            }
            records.push(mean.made_with(behind).into());
        };
        for quarter in quarters {
            if (0..3).any(|later| cells.contains_key(&(*quarter + Months::new(later)))) {
                mean(*quarter, 3, Period::Quarter, "quarter-mean");
            }
        }
        for last in lasts.iter().filter(|last| cells.contains_key(last)) {
            mean(*last - Months::new(11), 12, Period::Months12, "twelve-months-mean");
        }
    }
    records
}

/// The days of a month, each without value.
fn empty(month: NaiveDate) -> Vec<Option<Fixed>> {
    vec![None; days_in(month.year(), month.month0() as usize)]
}
