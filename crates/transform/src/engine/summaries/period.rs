//! Months, quarters and years of a station or an area.
//!
//! They are made of the days that stand, also of a period that has not ended: then they are figures to date.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Datelike, Months, NaiveDate};
use limpid_model::summary::{AirItem, AirPeriod, Standing};
use limpid_model::{
    Flag, Instant, ParameterId, Period, Pipeline, StationId, StationKind, Statistic, Status, Subject, Summary,
    SummaryBody, Zone,
};
use limpid_store::{AssessmentQuery, Journal, ObservationQuery, Result, SummaryQuery};

use crate::assess::gb3095::{Average, Class};
use crate::assess::hj663::{self, Day, Item, Single};
use crate::engine::summaries::area::in_force;
use crate::engine::summaries::guidelines::{Guidelines, guidelines};
use crate::engine::summaries::{Keep, stations};
use crate::fixed::Fixed;
use crate::review;
use crate::standards::Rules;

/// The months of a quarter.
const QUARTER: u32 = 3;

/// Id of the rule that makes a period of its days.
const RULE: &str = "hj663-period";

/// Makes these months (given by their first day) anew, with their quarters and years, and what of later years depends on them.
pub(super) async fn months(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    subject: &Subject,
    months: &BTreeSet<NaiveDate>,
    keep: &mut Keep<'_>,
) -> Result<()> {
    let zone = pipeline.publisher.zone;
    let class = match subject {
        Subject::Station(id) => pipeline.stations.get(id).map(|station| Class::parse(&station.class)),
        // An area is judged by the class of most of its people, whatever reserve lies in it.
        Subject::Area(name) => (!stations(pipeline, StationKind::Air, name).is_empty()).then_some(Class::Two),
    };
    let Some(class) = class else { return Ok(()) };
    let years: BTreeSet<i32> = months.iter().map(|month| month.year()).collect();
    for year in years {
        let Some(first) = NaiveDate::from_ymd_opt(year, 1, 1) else { continue };
        let days = match subject {
            Subject::Station(id) => of_station(pipeline, journal, id, first).await?,
            Subject::Area(_) => of_area(journal, subject, zone, first).await?,
        };
        let spans = months.iter().filter(|month| month.year() == year).flat_map(|month| {
            let quarter = month.month0() / QUARTER * QUARTER;
            [(*month, 1), (first + Months::new(quarter), QUARTER)]
        });
        let spans: BTreeSet<(NaiveDate, u32)> = spans.collect();
        for (begin, length) in spans {
            let summary = assess(pipeline, subject, class, zone, &days, (begin, length));
            keep.add(summary).await?;
        }
        let of_year = assess(pipeline, subject, class, zone, &days, (first, 12));
        for summary in three_years(journal, zone, of_year, year, &keep.waiting).await? {
            keep.add(summary).await?;
        }
    }
    Ok(())
}

fn assess(
    pipeline: &Pipeline,
    subject: &Subject,
    class: Class,
    zone: Zone,
    days: &[Day],
    (begin, length): (NaiveDate, u32),
) -> Summary {
    let rules = Rules::built_in();
    let end = begin + Months::new(length);
    let days: Vec<Day> = days.iter().filter(|day| begin <= day.date && day.date < end).cloned().collect();
    let complete = |parameter: ParameterId| complete(rules, &days, parameter, (begin, length));
    let expected = (end - begin).num_days() as u32;
    let year = length == 12;
    let whole = match length {
        12 => Some(Average::Year),
        QUARTER => Some(Average::Quarter),
        _ => None,
    };
    let found = hj663::assess(rules, &pipeline.air.composite, class, &days, (expected, whole), complete);
    let item = |item: Item| {
        let lines = if year { guidelines(rules, &days, &item) } else { Guidelines::default() };
        AirItem {
            parameter: item.parameter,
            statistic: if item.day == Average::Max8h { Statistic::Max8h } else { Statistic::Mean },
            n: item.n,
            minimum: rules.minimums.of_air(item.parameter).is_some(),
            complete: complete(item.parameter),
            mean: item.mean,
            three_year_mean: None,
            percent: item.percent,
            percentile: item.percentile,
            year_limit: item.year_limit,
            quarter_limit: item.quarter_limit,
            day_limit: item.day_limit,
            days_over: item.over,
            worst_multiple: item.worst,
            kept: item.kept,
            who: lines.long,
            who_day: lines.days,
            peak_season: lines.peak_season,
        }
    };
    let unverified = ["percentiles", "composite weights and rounding", "three-year mean", "WHO lines"];
    let mut six = rules.hj663.iter().filter(|looked| looked.composite != Single::None);
    let all = six.all(|looked| complete(looked.parameter));
    let edition = days.last().and_then(|day| rules.gb3095.standard(day.date));
    let standing = Standing {
        status: days.iter().filter_map(|day| day.status).min().unwrap_or(Status::Provisional),
        flag: if all { Flag::Pass } else { Flag::NotEvaluated },
        rules: [Some(RULE), edition].into_iter().flatten().collect::<Vec<_>>().join(" "),
        event: days.iter().any(|day| day.event),
    };
    let good_percent = found.good_percent();
    let body = AirPeriod {
        class: class.number(),
        complete: all,
        items: found.items.into_iter().map(item).collect(),
        composite: found.composite.as_ref().map(|composite| composite.index),
        main: found.composite.map(|composite| composite.main).unwrap_or_default(),
        good_days: found.good,
        judged_days: found.judged,
        good_percent,
        event_days: found.events,
        days: found.expected,
        unverified: unverified.map(str::to_owned).to_vec(),
        standing,
    };
    let period = match length {
        1 => Period::Month,
        QUARTER => Period::Quarter,
        _ => Period::Year,
    };
    let (start, end) = (zone.start_of(begin), zone.start_of(end));
    Summary { subject: subject.clone(), period, start, end, body: SummaryBody::Air(body) }
}

/// Whether a parameter has as many valid days as GB 3095 table 4 asks of a year, or in each month of a part of one; with any valid
/// day, where it asks for none (`minimums.csv`).
fn complete(rules: &Rules, days: &[Day], parameter: ParameterId, (begin, length): (NaiveDate, u32)) -> bool {
    let has = |day: &&Day| day.values.iter().any(|(one, _)| *one == parameter);
    let valid: BTreeSet<NaiveDate> = days.iter().filter(has).map(|day| day.date).collect();
    let validity = &rules.validity;
    match rules.minimums.of_air(parameter) {
        None => !valid.is_empty(),
        Some(law) if length == 12 => law.year_met(validity, begin, &valid),
        Some(law) => (0..length).all(|later| law.month_met(validity, begin + Months::new(later), &valid)),
    }
}

/// The days of a station in a year.
async fn of_station(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    id: &StationId,
    first: NaiveDate,
) -> Result<Vec<Day>> {
    let zone = pipeline.publisher.zone;
    let (from, to) = (zone.start_of(first), zone.start_of(first + Months::new(12)));
    let mut days: BTreeMap<NaiveDate, Day> = BTreeMap::new();
    let mut day = |start: Instant, change: &mut dyn FnMut(&mut Day)| {
        let date = zone.date_of(start);
        change(days.entry(date).or_insert_with(|| Day {
            date,
            values: Vec::new(),
            index: None,
            status: None,
            event: false,
        }));
    };
    for looked in &Rules::built_in().hj663 {
        let query = ObservationQuery {
            stations: vec![id.clone()],
            parameters: vec![looked.parameter],
            period: Period::Day,
            statistic: if looked.day == Average::Max8h { Statistic::Max8h } else { Statistic::Mean },
            from,
            to,
            as_of: None,
            after: None,
            limit: 366,
        };
        for published in journal.observations(query).await? {
            let one = published.record;
            if let Some(value) = one.value.filter(|_| one.flag.usable()).and_then(Fixed::from_f64) {
                day(one.start, &mut |day| {
                    day.values.push((one.parameter, value));
                    day.status = day.status.into_iter().chain([one.status]).min();
                    day.event |= review::is_event(&one.rules);
                });
            }
        }
    }
    for (scheme, from, to) in in_force().spans(from, to, zone) {
        let query = AssessmentQuery {
            stations: vec![id.clone()],
            scheme: scheme.id.clone(),
            period: Period::Day,
            from,
            to,
            as_of: None,
            after: None,
            limit: 366,
        };
        for published in journal.assessments(query).await? {
            let one = published.record;
            day(one.start, &mut |day| {
                day.index = one.index;
                day.status = day.status.into_iter().chain(one.index.and(Some(one.status))).min();
            });
        }
    }
    Ok(days.into_values().collect())
}

/// The days of an area in a year, from its summaries.
async fn of_area(journal: &Arc<dyn Journal>, subject: &Subject, zone: Zone, first: NaiveDate) -> Result<Vec<Day>> {
    let query = SummaryQuery {
        subjects: vec![subject.clone()],
        kind: "index".to_owned(),
        period: Period::Day,
        from: zone.start_of(first),
        to: zone.start_of(first + Months::new(12)),
        as_of: None,
        after: None,
        limit: 366,
    };
    let mut days = Vec::new();
    for kept in journal.summaries(query).await? {
        let SummaryBody::Index(body) = kept.summary.body else { continue };
        let value = |value: &limpid_model::summary::AreaValue| Some((value.parameter, Fixed::from_f64(value.value?)?));
        let values = body.values.iter().filter_map(value).collect();
        let law = in_force().at(kept.summary.start, zone);
        let index = if body.scheme == law.id { body.index } else { body.in_force };
        let status = body.values.iter().any(|value| value.value.is_some()).then_some(body.standing.status);
        let date = zone.date_of(kept.summary.start);
        days.push(Day { date, values, index, status, event: body.standing.event });
    }
    Ok(days)
}

/// A year with its means of three years, and the two years after it, whose means it is part of, where they are kept or
/// `waiting` to be.
async fn three_years(
    journal: &Arc<dyn Journal>,
    zone: Zone,
    of_year: Summary,
    year: i32,
    waiting: &[Summary],
) -> Result<Vec<Summary>> {
    let first = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1).map_or(of_year.start, |date| zone.start_of(date));
    let query = SummaryQuery {
        subjects: vec![of_year.subject.clone()],
        kind: "air".to_owned(),
        period: Period::Year,
        from: first(year - 2),
        to: first(year + 3),
        as_of: None,
        after: None,
        limit: 5,
    };
    let mut years: BTreeMap<i32, Summary> = BTreeMap::new();
    for kept in journal.summaries(query).await? {
        years.insert(zone.date_of(kept.summary.start).year(), kept.summary);
    }
    // What is on its way to the journal is newer than what that has.
    let same = |one: &&Summary| one.subject == of_year.subject && one.period == Period::Year;
    for one in waiting.iter().filter(same) {
        years.insert(zone.date_of(one.start).year(), one.clone());
    }
    years.insert(year, of_year);
    let mean = |years: &BTreeMap<i32, Summary>, year: i32, parameter: ParameterId| {
        let SummaryBody::Air(body) = &years.get(&year)?.body else { return None };
        body.items.iter().find(|item| item.parameter == parameter && item.complete)?.mean
    };
    let mut changed = Vec::new();
    for one in year..=year + 2 {
        let Some(mut summary) = years.get(&one).cloned() else { continue };
        if let SummaryBody::Air(body) = &mut summary.body {
            for item in &mut body.items {
                let of_years = [one - 2, one - 1, one].map(|year| mean(&years, year, item.parameter));
                item.three_year_mean = match of_years {
                    [Some(a), Some(b), Some(c)] => {
                        let digits = 10_f64.powi(item.parameter.decimals() as i32 + 1);
                        Some(((a + b + c) / 3.0 * digits).round_ties_even() / digits)
                    }
                    _ => None,
                };
            }
        }
        changed.push(summary);
    }
    Ok(changed)
}
