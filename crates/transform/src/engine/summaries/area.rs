//! The air quality index of an area: that of the means of its stations (HJ 633-2026 4.1: site, county, city).
//!
//! A mean needs three of four stations that measure the parameter (`area_stations_percent` in `validity.csv`). Stations without
//! a monitoring plan count as measuring what they have a record of. A city is made of all stations of its counties, each counted
//! once, not of the counties' means (HJ 663-2013: the arithmetic mean of the sites of the city). Areas are judged by the editions of HJ 633; a parameter
//! that is exempt at every station of an area is exempt for the area (HJ 633-2026 5.3.2).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Duration, NaiveDate};
use limpid_model::summary::{AreaIndex, AreaValue, Standing};
use limpid_model::{
    Flag, Instant, Observation, ParameterId, Period, Pipeline, Scheme, SchemeChoice, Station, StationId, StationKind,
    Statistic, Status, Subject, Summary, SummaryBody,
};
use limpid_store::{Journal, ObservationQuery, Result};

use crate::assess::hj633::EDITION_2012;
use crate::assess::{self, Daily, O3, Realtime, Six, Verdict, six};
use crate::engine::summaries::{Keep, stations};
use crate::fixed::{Fixed, Mean};
use crate::review;
use crate::standards::Rules;

/// Hours of an area read at once.
const CHUNK: Duration = Duration::hours(24);

/// The family of editions by which areas are judged.
const FAMILY: &str = "hj633";

/// Id of the rule that makes the value of an area of those of its stations.
const RULE: &str = "area-mean";

/// The edition of HJ 633 in force on the date of the data.
pub(super) fn in_force() -> SchemeChoice {
    SchemeChoice::InForce(FAMILY.to_owned())
}

/// The index of each of these hours.
pub(super) async fn hours(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    area: &str,
    hours: &BTreeSet<Instant>,
    keep: &mut Keep<'_>,
) -> Result<()> {
    let stations = stations(pipeline, StationKind::Air, area);
    let mut rest = hours.iter().copied().peekable();
    while let Some(first) = rest.next() {
        let mut chunk = vec![first];
        while let Some(hour) = rest.next_if(|hour| *hour < first + CHUNK) {
            chunk.push(hour);
        }
        let last = chunk.last().copied().unwrap_or(first);
        let to = last + Duration::hours(1);
        let found = read(journal, &stations, &six(), (Period::Hour, Statistic::Mean), first, to).await?;
        // A window begins 23 hours before the hour that it ends with.
        let back = Duration::hours(23);
        let moving =
            read(journal, &stations, &six(), (Period::Hours24, Statistic::Mean), first - back, to - back).await?;
        for hour in chunk {
            let scheme = pipeline.air.scheme.at(hour, pipeline.publisher.zone);
            let Some(edition) = assess::edition(scheme).filter(|_| scheme.family == FAMILY) else { continue };
            let Some(realtime) = edition.realtime else { continue };
            let values = six().map(|parameter| value(&found, &stations, parameter, hour, hour));
            if values.iter().all(|value| value.expected == 0) {
                continue;
            }
            let windows = six().map(|parameter| value(&moving, &stations, parameter, hour - back, hour));
            let input = Realtime {
                hour: std::array::from_fn(|place| values[place].mean),
                moving24: std::array::from_fn(|place| windows[place].mean),
                exempt: exempt(&stations, hour),
                ..Realtime::default()
            };
            let verdict = realtime(Rules::built_in(), &input);
            let end = hour + Duration::hours(1);
            let behind = values.iter().chain(windows.iter().filter(|_| edition.id == EDITION_2012.id));
            let standing = standing(scheme, &verdict, behind);
            keep.add(summary(area, Period::Hour, (hour, end), scheme, (verdict, standing, None), values)).await?;
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
    let (stations, zone) = (stations(pipeline, StationKind::Air, area), pipeline.publisher.zone);
    for date in days {
        let (start, end) = zone.day(*date);
        let scheme = pipeline.air.scheme.at(start, zone);
        let Some(edition) = assess::edition(scheme).filter(|_| scheme.family == FAMILY) else { continue };
        let Some(daily) = edition.daily else { continue };
        let law = in_force().at(start, zone);
        let means = read(journal, &stations, &six(), (Period::Day, Statistic::Mean), start, end).await?;
        let largest = read(journal, &stations, &[six()[O3]], (Period::Day, Statistic::Max8h), start, end).await?;
        let mut values = six().map(|parameter| value(&means, &stations, parameter, start, start));
        values[O3] = value(&largest, &stations, six()[O3], start, start);
        if values.iter().all(|value| value.expected == 0) {
            continue;
        }
        let mut mean: Six<Option<Mean>> = std::array::from_fn(|place| values[place].mean);
        mean[O3] = None;
        let o3_hour = if [&scheme.id, &law.id].iter().any(|id| *id == EDITION_2012.id) {
            largest_hour(journal, &stations, (start, end)).await?
        } else {
            None
        };
        let exempt = exempt(&stations, start);
        let input = Daily { mean, o3_hour, o3_max8h: values[O3].mean, exempt, ..Daily::default() };
        let rules = Rules::built_in();
        let verdict = daily(rules, &input);
        let by_law = assess::edition(law).filter(|_| law.id != scheme.id).and_then(|edition| edition.daily);
        let in_force = by_law.and_then(|daily| daily(rules, &input).index);
        let standing = standing(scheme, &verdict, values.iter());
        keep.add(summary(area, Period::Day, (start, end), scheme, (verdict, standing, in_force), values)).await?;
    }
    Ok(())
}

/// Whether a station was open at `at`.
fn open(station: &Station, at: Instant) -> bool {
    station.from.is_none_or(|from| from <= at) && station.to.is_none_or(|to| at < to)
}

/// Which of the six no station that was open at `at` has to measure.
fn exempt(stations: &[&Station], at: Instant) -> Six<bool> {
    let open: Vec<&&Station> = stations.iter().filter(|station| open(station, at)).collect();
    six().map(|one| !open.is_empty() && open.iter().all(|station| station.exempt.contains(&one)))
}

/// The mean of the largest hours of ozone that the stations had on a day, as that of their largest 8-hour means is taken.
async fn largest_hour(
    journal: &Arc<dyn Journal>,
    stations: &[&Station],
    (start, end): (Instant, Instant),
) -> Result<Option<Mean>> {
    let ozone = six()[O3];
    let hours = read(journal, stations, &[ozone], (Period::Hour, Statistic::Mean), start, end).await?;
    let mut largest: BTreeMap<StationId, Sent> = BTreeMap::new();
    for (id, sent) in hours.into_values().flatten() {
        let known = largest.entry(id).or_insert(sent);
        known.value = known.value.max(sent.value);
    }
    let of_day = Found::from([((ozone, start), largest.into_iter().collect())]);
    Ok(value(&of_day, stations, ozone, start, start).mean)
}

/// What a station published.
#[derive(Debug, Clone, Copy)]
struct Sent {
    /// `None` where it may not enter a mean.
    value: Option<Fixed>,
    status: Status,
    event: bool,
}

/// What was published and by whom, by parameter and start.
type Found = BTreeMap<(ParameterId, Instant), Vec<(StationId, Sent)>>;

async fn read(
    journal: &Arc<dyn Journal>,
    stations: &[&Station],
    parameters: &[ParameterId],
    (period, statistic): (Period, Statistic),
    from: Instant,
    to: Instant,
) -> Result<Found> {
    let query = ObservationQuery {
        stations: stations.iter().map(|station| station.id.clone()).collect(),
        parameters: parameters.to_vec(),
        period,
        statistic,
        from,
        to,
        as_of: None,
        after: None,
        // A day of hours at most, and hours that begin within one that a change of the standard offset cut.
        limit: stations.len() * parameters.len() * 26,
    };
    let mut found = Found::new();
    for published in journal.observations(query).await? {
        let Observation { station, parameter, start, value, flag, status, rules, .. } = published.record;
        let value = value.filter(|_| flag.usable()).and_then(Fixed::from_f64);
        let sent = Sent { value, status, event: review::is_event(&rules) };
        found.entry((parameter, start)).or_default().push((station, sent));
    }
    Ok(found)
}

/// One parameter of an area.
struct Value {
    mean: Option<Mean>,
    n: u32,
    expected: u32,
    apart: Vec<StationId>,
    /// The least status of the values behind it; `None` of none.
    status: Option<Status>,
    /// Whether any of them is of an exceptional event.
    event: bool,
}

/// The mean of the stations' values that start at `start`; a station counts where it was open at `at`.
fn value(found: &Found, stations: &[&Station], parameter: ParameterId, start: Instant, at: Instant) -> Value {
    let sent: BTreeMap<&StationId, Sent> =
        found.get(&(parameter, start)).into_iter().flatten().map(|(id, sent)| (id, *sent)).collect();
    let measures = |station: &&&Station| {
        let has = sent.contains_key(&station.id);
        open(station, at) && (station.parameters.contains(&parameter) || (has && station.parameters.is_empty()))
    };
    let expected: Vec<&&Station> = stations.iter().filter(measures).collect();
    let behind = || expected.iter().filter_map(|one| sent.get(&one.id)).filter(|sent| sent.value.is_some());
    let (status, event) = (behind().map(|sent| sent.status).min(), behind().any(|sent| sent.event));
    let values: Vec<(&Station, Fixed)> =
        expected.iter().filter_map(|station| Some((**station, sent.get(&station.id)?.value?))).collect();
    let rules = Rules::built_in();
    let (n, expected) = (values.len() as u32, expected.len() as u32);
    let sum: i128 = values.iter().map(|(_, value)| i128::from(value.millionths())).sum();
    let enough = n * 100 >= expected * rules.validity.area_stations_percent;
    let apart =
        rules.neighbours.apart(parameter, &values).into_iter().map(|place| values[place].0.id.clone()).collect();
    let mean = i64::try_from(sum).ok().and_then(|sum| Mean::new(sum, n)).filter(|_| enough);
    Value { mean, n, expected, apart, status, event }
}

/// How good an index is that was made of `values`.
fn standing<'a>(scheme: &Scheme, verdict: &Verdict, values: impl Iterator<Item = &'a Value>) -> Standing {
    let (mut status, mut event) = (None, false);
    for value in values.filter(|value| value.mean.is_some()) {
        status = status.into_iter().chain(value.status).min();
        event |= value.event;
    }
    let given = verdict.index.is_some() || verdict.level.is_some();
    Standing {
        status: status.unwrap_or(Status::Provisional),
        flag: if given { Flag::Pass } else { Flag::Missing },
        rules: format!("{RULE} {}", scheme.id),
        event,
    }
}

fn summary(
    area: &str,
    period: Period,
    (start, end): (Instant, Instant),
    scheme: &Scheme,
    (verdict, standing, in_force): (Verdict, Standing, Option<u16>),
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
        in_force,
        standing,
        values: six().into_iter().zip(verdict.sub).zip(values).map(value).collect(),
    };
    Summary { subject: Subject::Area(area.to_owned()), period, start, end, body: SummaryBody::Index(body) }
}
