//! Months and years of a station, made of its published day means.
//!
//! A late hour must not make the engine read a year of hours. So months and years are a second step, after the days are
//! published: whoever publishes days asks for their months here, and publishes these too before the cursor moves on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Datelike, Months, NaiveDate};
use limpid_model::{
    Instant, Observation, ParameterId, Period, Pipeline, Record, Revised, Station, StationId, Statistic, Zone,
};
use limpid_store::{Journal, ObservationQuery, Result};

use crate::aggregate::Made;
use crate::aggregate::calendar::{month_level, month_mean, year_level, year_mean, year_of_months};
use crate::aggregate::mean::mean;
use crate::engine::noise::rates;
use crate::engine::spans::derive_spans;
use crate::engine::tasks::reviews_of;
use crate::engine::water::classes;
use crate::fixed::Fixed;
use crate::review::Decided;
use crate::standards::Rules;
use crate::validate::{detection, note};

/// The first day of the month of `date`.
pub(super) fn month_of(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}

/// When a month ends.
pub(super) fn end_of_month(month: NaiveDate, zone: Zone) -> Instant {
    zone.start_of(month + Months::new(1))
}

/// When the year of a date ends.
pub(super) fn end_of_year(date: NaiveDate, zone: Zone) -> Instant {
    Period::Year.end(zone.start_of(date), zone)
}

/// The months among `months` (given by their first day) that have ended by `now`, and of each year of theirs that has
/// ended the year, with their quarters and the twelve months that they are part of, of one station, from what the journal has of its days. A year is read once, and only as much of it as
/// is wanted.
///
/// # Errors
/// Those of the journal.
pub(crate) async fn derive_months(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    station: &StationId,
    months: &BTreeSet<NaiveDate>,
    now: Instant,
) -> Result<Vec<Record>> {
    let (rules, zone) = (Rules::built_in(), pipeline.publisher.zone);
    let Some(station) = pipeline.stations.get(station) else { return Ok(Vec::new()) };
    let mut of_years: BTreeMap<i32, BTreeSet<NaiveDate>> = BTreeMap::new();
    for month in months.iter().filter(|month| end_of_month(**month, zone) <= now) {
        of_years.entry(month.year()).or_default().insert(*month);
    }
    let mut records = Vec::new();
    for of_year in of_years.values() {
        let (Some(first), Some(last)) = (of_year.first(), of_year.last()) else { continue };
        let whole = end_of_year(*last, zone) <= now;
        let (from, to) = if whole {
            (Period::Year.start(end_of_year(*last, zone), zone), end_of_year(*last, zone))
        } else {
            (zone.start_of(*first), end_of_month(*last, zone))
        };
        let parameters: Vec<ParameterId> = rules.aggregates.of_the_calendar(station.kind).collect();
        let days = ObservationQuery {
            stations: vec![station.id.clone()],
            limit: parameters.len() * 366,
            parameters,
            period: Period::Day,
            statistic: Statistic::Mean,
            from,
            to,
            as_of: None,
            after: None,
        };
        let reviews = reviews_of(journal, &station.id, from, to).await?;
        let days = journal.observations(days).await?.into_iter().map(|published| published.record).collect::<Vec<_>>();
        let mut made = calendar(rules, station, zone, &days, of_year, whole);
        let classes = classes(rules, &pipeline.water, station, &made);
        made.extend(classes);
        made.extend(rates(rules, station, zone, &days, of_year, whole));
        Decided::new(&reviews).settle(&mut made);
        records.extend(made);
    }
    let mut spans = derive_spans(journal, station, months, zone, now).await?;
    let bounds = |record: &Record| match record {
        Record::Observation(one) => (one.start, one.end),
        Record::Assessment(one) => (one.start, one.end),
    };
    let (first, last) = (spans.iter().map(|one| bounds(one).0).min(), spans.iter().map(|one| bounds(one).1).max());
    if let (Some(first), Some(last)) = (first, last) {
        Decided::new(&reviews_of(journal, &station.id, first, last).await?).settle(&mut spans);
    }
    records.extend(spans);
    Ok(records)
}

/// The means of `months` of one year, and with `whole` of that year, from a station's day means of them and of no
/// other year. A parameter
/// that has no day in a month, valid or not, has no record of the month; with too few valid days it has one without value.
/// Day means are taken to the millionth of their unit.
pub fn calendar(
    rules: &Rules,
    station: &Station,
    zone: Zone,
    days: &[Observation],
    months: &BTreeSet<NaiveDate>,
    whole: bool,
) -> Vec<Record> {
    let mut parameters: BTreeMap<ParameterId, Vec<&Observation>> = BTreeMap::new();
    for day in days {
        parameters.entry(day.parameter).or_default().push(day);
    }
    let mut records = Vec::new();
    for days in parameters.into_values() {
        let Some(one) = days.first() else { continue };
        let mut cells: [Vec<Option<Fixed>>; 12] = Default::default();
        let mut present = [false; 12];
        let mut revised: [Vec<Revised>; 12] = Default::default();
        let mut limited = [false; 12];
        let year = zone.date_of(one.start).year();
        for (place, cells) in cells.iter_mut().enumerate() {
            *cells = vec![None; days_in(year, place)];
        }
        for day in &days {
            let date = zone.date_of(day.start);
            let place = date.month0() as usize;
            present[place] = true;
            let usable = day.value.filter(|_| day.flag.usable());
            let usable = usable.and_then(Fixed::from_f64);
            let usable =
                usable.map(|value| rules.detection.used(station.kind, &station.limits, day.parameter, value, day.mark));
            if usable.is_some() {
                limited[place] |= is_limited(day);
                day.revised.iter().for_each(|one| Revised::join(&mut revised[place], one.clone()));
            }
            // A level of noise may have been sent for a day, from midnight on, and made, from six on: what is made stands.
            if let Some(cell) = cells[place].get_mut(date.day0() as usize) {
                *cell = usable.or(*cell);
            }
        }
        let made = rules.aggregates.at(station.kind, one.parameter);
        for month in months.iter().filter(|month| present[month.month0() as usize]) {
            let place = month.month0() as usize;
            let aggregate = match (made.energy, made.samples) {
                (true, _) => month_level(&cells[place], place, &rules.validity),
                (_, true) => mean(&cells[place], 1),
                _ => month_mean(&cells[place], place, &rules.validity),
            };
            let start = zone.start_of(*month);
            let subject = (one.parameter, Period::Month, Statistic::Mean);
            let span = (start, Period::Month.end(start, zone));
            let revised = revised[place].clone();
            let month = aggregate.observation(&one.station, subject, span, &rule(made, "month", limited[place]));
            records.push(month.made_with(revised).into());
        }
        if whole {
            let start = Period::Year.start(end_of_year(zone.date_of(one.start), zone), zone);
            let aggregate = match (made.energy, made.samples) {
                (true, _) => year_level(&cells, &rules.validity),
                (_, true) => year_of_months(&cells, &rules.validity),
                _ => year_mean(&cells, &rules.validity),
            };
            let subject = (one.parameter, Period::Year, Statistic::Mean);
            let span = (start, Period::Year.end(start, zone));
            let mut all = Vec::new();
            revised.into_iter().flatten().for_each(|one| Revised::join(&mut all, one));
            let year = aggregate.observation(&one.station, subject, span, &rule(made, "year", limited.contains(&true)));
            records.push(year.made_with(all).into());
        }
    }
    records
}

/// Id of the rule that makes a month or year of days.
fn rule(made: Made, period: &'static str, limited: bool) -> String {
    let mut rule = match (period, made.energy, made.samples) {
        ("month", true, _) => "month-energy-mean",
        ("month", _, true) => "month-sample-mean",
        ("month", ..) => "month-mean",
        (_, true, _) => "year-energy-mean",
        (_, _, true) => "year-month-mean",
        _ => "year-mean",
    }
    .to_owned();
    if limited {
        note(&mut rule, detection::RULE);
    }
    rule
}

/// Whether something stands for values below a limit in a published value.
pub(super) fn is_limited(one: &Observation) -> bool {
    one.rules.split(' ').any(|rule| rule == detection::RULE)
}

/// Days of a month, which counts from 0 (January).
pub(super) fn days_in(year: i32, month: usize) -> usize {
    let first = NaiveDate::from_ymd_opt(year, month as u32 + 1, 1);
    first.map_or(31, |first| (first + Months::new(1) - first).num_days() as usize)
}
