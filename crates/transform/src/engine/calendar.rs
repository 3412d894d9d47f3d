//! Months, quarters, twelve months and years of a station: which of them a month touches, and what they are made of.
//!
//! A late hour must not make the engine read a year of hours. So these are a second step, after the days are published:
//! whoever publishes days asks for their months here, and publishes these too before the cursor moves on.
//!
//! A month, a quarter and a year are published when they have ended, with a day in them; twelve months for each month in which
//! the station has a day, when that month has ended: a rolling figure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Datelike, Months, NaiveDate};
use limpid_model::{Instant, Observation, ParameterId, Period, Pipeline, Record, StationId, Statistic, Zone};
use limpid_store::{Journal, ObservationQuery, Result};

use crate::engine::noise::rates;
use crate::engine::periods::{months_of, periods};
use crate::engine::tasks::reviews_of;
use crate::engine::water::classes;
use crate::engine::winds::winds;
use crate::review::Decided;
use crate::standards::Rules;

/// The first day of the month of `date`.
pub(super) fn month_of(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}

/// When a month ends.
pub(super) fn end_of_month(month: NaiveDate, zone: Zone) -> Instant {
    zone.start_of(month + Months::new(1))
}

/// The end of the quarter of a month.
pub(super) fn end_of_quarter(month: NaiveDate, zone: Zone) -> Instant {
    zone.start_of(quarter_of(month) + Months::new(3))
}

/// When the year of a date ends.
pub(super) fn end_of_year(date: NaiveDate, zone: Zone) -> Instant {
    Period::Year.end(zone.start_of(date), zone)
}

fn quarter_of(month: NaiveDate) -> NaiveDate {
    month_of(month) - Months::new(month.month0() % 3)
}

/// Days of a month, which counts from 0 (January).
pub(super) fn days_in(year: i32, month: usize) -> usize {
    let first = NaiveDate::from_ymd_opt(year, month as u32 + 1, 1);
    first.map_or(31, |first| (first + Months::new(1) - first).num_days() as usize)
}

/// What depends on these months (given by their first day) and has ended by `now`, by the first day of each: they, their
/// quarters and years, and the twelve months that end with each of them or with one of the eleven after it.
fn touched(months: &BTreeSet<NaiveDate>, zone: Zone, now: Instant) -> BTreeSet<(Period, NaiveDate)> {
    let mut touched = BTreeSet::new();
    for month in months {
        touched.extend([(Period::Month, *month), (Period::Quarter, quarter_of(*month))]);
        touched.extend(month.with_month(1).map(|first| (Period::Year, first)));
        touched.extend((0..12).map(|earlier| (Period::Months12, *month - Months::new(earlier))));
    }
    touched.retain(|(period, first)| zone.start_of(*first + Months::new(months_of(*period))) <= now);
    touched
}

/// What of one station depends on `months` (given by their first day) and has ended by `now`: months, quarters, twelve months and
/// years, from what the journal has of its days. At most two years are read at once.
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
    let mut by_year: BTreeMap<i32, BTreeSet<(Period, NaiveDate)>> = BTreeMap::new();
    for (period, first) in touched(months, zone, now) {
        by_year.entry(first.year()).or_default().insert((period, first));
    }
    let mut records = Vec::new();
    for wanted in by_year.values() {
        let ends = wanted.iter().map(|(period, first)| *first + Months::new(months_of(*period)));
        let firsts = wanted.iter().map(|(_, first)| *first);
        let (Some(first), Some(end)) = (firsts.min(), ends.max()) else { continue };
        let (from, to) = (zone.start_of(first), zone.start_of(end));
        let parameters: Vec<ParameterId> = rules.aggregates.of_the_calendar(station.kind).collect();
        let days = read(journal, &station.id, parameters, Period::Day, (from, to)).await?;
        let mut made = periods(rules, station, zone, &days, wanted);
        made.extend(winds(rules, journal, station, zone, &days, wanted).await?);
        let classes = classes(rules, &pipeline.water, station, &made);
        made.extend(classes);
        made.extend(rates(rules, station, zone, &days, wanted));
        Decided::new(&reviews_of(journal, &station.id, from, to).await?).settle(&mut made);
        records.extend(made);
    }
    Ok(records)
}

/// What is published of these parameters of a station.
///
/// # Errors
/// Those of the journal.
pub(super) async fn read(
    journal: &Arc<dyn Journal>,
    station: &StationId,
    parameters: Vec<ParameterId>,
    period: Period,
    (from, to): (Instant, Instant),
) -> Result<Vec<Observation>> {
    if parameters.is_empty() {
        return Ok(Vec::new());
    }
    // A level of noise may have been sent for a day and made of it too.
    let of_each = match period {
        Period::Day => 2 * ((to - from).num_days() + 2),
        _ => (to - from).num_hours() + 1,
    };
    let query = ObservationQuery {
        stations: vec![station.clone()],
        limit: parameters.len() * usize::try_from(of_each).unwrap_or(0),
        parameters,
        period,
        statistic: Statistic::Mean,
        from,
        to,
        as_of: None,
        after: None,
    };
    Ok(journal.observations(query).await?.into_iter().map(|published| published.record).collect())
}
