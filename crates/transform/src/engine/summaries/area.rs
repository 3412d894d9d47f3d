//! The air quality index of an area: that of the means of its stations (HJ 633-2026 4.1: site, county, city).
//!
//! A mean needs three of four stations that measure the parameter (`area_stations_percent` in `validity.csv`). Stations without
//! a monitoring plan count as measuring what they have a record of. Areas are judged by the editions of HJ 633.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Duration, NaiveDate};
use limpid_model::summary::{AreaIndex, AreaValue};
use limpid_model::{
    Instant, Observation, ParameterId, Period, Pipeline, Station, StationId, StationKind, Statistic, Subject, Summary,
    SummaryBody,
};
use limpid_store::{Journal, ObservationQuery, Result};

use crate::assess::{self, Daily, O3, PM10, PM25, Realtime, Six, Verdict, six};
use crate::engine::summaries::Keep;
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;

/// Hours of an area read at once.
const CHUNK: Duration = Duration::hours(24);

/// The family of editions by which areas are judged.
const FAMILY: &str = "hj633";

/// Air stations of an area.
pub(super) fn stations<'p>(pipeline: &'p Pipeline, area: &str) -> Vec<&'p Station> {
    pipeline.stations.iter().filter(|station| station.kind == StationKind::Air && station.area == area).collect()
}

/// The index of each of these hours.
pub(super) async fn hours(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    area: &str,
    hours: &BTreeSet<Instant>,
    keep: &mut Keep<'_>,
) -> Result<()> {
    let stations = stations(pipeline, area);
    let mut rest = hours.iter().copied().peekable();
    while let Some(first) = rest.next() {
        let mut chunk = vec![first];
        while let Some(hour) = rest.next_if(|hour| *hour < first + CHUNK) {
            chunk.push(hour);
        }
        let last = chunk.last().copied().unwrap_or(first);
        let to = last + Duration::hours(1);
        let found = read(journal, &stations, (Period::Hour, Statistic::Mean), first, to).await?;
        // A window begins 23 hours before the hour that it ends with.
        let back = Duration::hours(23);
        let moving = read(journal, &stations, (Period::Hours24, Statistic::Mean), first - back, to - back).await?;
        for hour in chunk {
            let scheme = pipeline.air.scheme.at(hour, pipeline.publisher.zone);
            let Some(edition) = assess::edition(scheme).filter(|_| scheme.family == FAMILY) else { continue };
            let Some(realtime) = edition.realtime else { continue };
            let values = six().map(|parameter| value(&found, &stations, parameter, hour, hour));
            if values.iter().all(|value| value.expected == 0) {
                continue;
            }
            let mut input = Realtime { hour: std::array::from_fn(|place| values[place].mean), ..Realtime::default() };
            for place in [PM25, PM10] {
                input.moving24[place] = value(&moving, &stations, six()[place], hour - back, hour).mean;
            }
            let verdict = realtime(Rules::built_in(), &input);
            let end = hour + Duration::hours(1);
            keep.add(summary(area, Period::Hour, (hour, end), scheme, verdict, values)).await?;
        }
    }
    Ok(())
}

/// The index of each of these days, of those that have any value.
pub(super) async fn days(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    area: &str,
    days: &BTreeSet<NaiveDate>,
    keep: &mut Keep<'_>,
) -> Result<()> {
    let (stations, zone) = (stations(pipeline, area), pipeline.publisher.zone);
    for date in days {
        let (start, end) = zone.day(*date);
        let scheme = pipeline.air.scheme.at(start, zone);
        let Some(edition) = assess::edition(scheme).filter(|_| scheme.family == FAMILY) else { continue };
        let Some(daily) = edition.daily else { continue };
        let means = read(journal, &stations, (Period::Day, Statistic::Mean), start, end).await?;
        let largest = read(journal, &stations, (Period::Day, Statistic::Max8h), start, end).await?;
        let mut values = six().map(|parameter| value(&means, &stations, parameter, start, start));
        values[O3] = value(&largest, &stations, six()[O3], start, start);
        if values.iter().all(|value| value.expected == 0) {
            continue;
        }
        let mut mean: Six<Option<Mean>> = std::array::from_fn(|place| values[place].mean);
        mean[O3] = None;
        let verdict = daily(Rules::built_in(), &Daily { mean, o3_max8h: values[O3].mean, ..Daily::default() });
        keep.add(summary(area, Period::Day, (start, end), scheme, verdict, values)).await?;
    }
    Ok(())
}

/// Usable values and who has them, by parameter and start.
type Found = BTreeMap<(ParameterId, Instant), Vec<(StationId, Option<Fixed>)>>;

async fn read(
    journal: &Arc<dyn Journal>,
    stations: &[&Station],
    (period, statistic): (Period, Statistic),
    from: Instant,
    to: Instant,
) -> Result<Found> {
    let query = ObservationQuery {
        stations: stations.iter().map(|station| station.id.clone()).collect(),
        parameters: six().to_vec(),
        period,
        statistic,
        from,
        to,
        as_of: None,
        after: None,
        // A day of hours at most, and hours that begin within one that a change of the standard offset cut.
        limit: stations.len() * six().len() * 26,
    };
    let mut found = Found::new();
    for published in journal.observations(query).await? {
        let Observation { station, parameter, start, value, flag, .. } = published.record;
        let usable = value.filter(|_| flag.usable()).and_then(Fixed::from_f64);
        found.entry((parameter, start)).or_default().push((station, usable));
    }
    Ok(found)
}

/// One parameter of an area.
struct Value {
    mean: Option<Mean>,
    n: u32,
    expected: u32,
    apart: Vec<StationId>,
}

/// The mean of the stations' values that start at `start`; a station counts where it was open at `at`.
fn value(found: &Found, stations: &[&Station], parameter: ParameterId, start: Instant, at: Instant) -> Value {
    let sent: BTreeMap<&StationId, Option<Fixed>> =
        found.get(&(parameter, start)).into_iter().flatten().map(|(id, value)| (id, *value)).collect();
    let measures = |station: &&&Station| {
        let open = station.from.is_none_or(|from| from <= at) && station.to.is_none_or(|to| at < to);
        let has = sent.contains_key(&station.id);
        open && (station.parameters.contains(&parameter) || (has && station.parameters.is_empty()))
    };
    let expected: Vec<&&Station> = stations.iter().filter(measures).collect();
    let usable = |station: &&&Station| Some((station.id.clone(), sent.get(&station.id).copied().flatten()?));
    let (ids, values): (Vec<StationId>, Vec<Fixed>) = expected.iter().filter_map(usable).unzip();
    let rules = Rules::built_in();
    let (n, expected) = (values.len() as u32, expected.len() as u32);
    let sum: i128 = values.iter().map(|value| i128::from(value.millionths())).sum();
    let enough = n * 100 >= expected * rules.validity.area_stations_percent;
    let apart = rules.neighbours.apart(parameter, &values).into_iter().map(|place| ids[place].clone()).collect();
    let mean = i64::try_from(sum).ok().and_then(|sum| Mean::new(sum, n)).filter(|_| enough);
    Value { mean, n, expected, apart }
}

fn summary(
    area: &str,
    period: Period,
    (start, end): (Instant, Instant),
    scheme: &limpid_model::Scheme,
    verdict: Verdict,
    values: Six<Value>,
) -> Summary {
    let value = |((parameter, sub), value): ((ParameterId, Option<u16>), Value)| AreaValue {
        parameter,
        value: value.mean.map(Mean::to_f64),
        sub,
        n: value.n,
        expected: value.expected,
        apart: value.apart,
    };
    let body = AreaIndex {
        scheme: scheme.id.clone(),
        index: verdict.index,
        level: verdict.level.or_else(|| Some(scheme.level_of(verdict.index?)?.level)),
        primary: verdict.primary,
        reason: verdict.reason.map(str::to_owned),
        values: six().into_iter().zip(verdict.sub).zip(values).map(value).collect(),
    };
    Summary { subject: Subject::Area(area.to_owned()), period, start, end, body: SummaryBody::Index(body) }
}
