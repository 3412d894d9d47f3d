//! Whatever the order in which readings arrive, however they are cut into batches, whatever the clock does and whenever
//! the engine is restarted in between: in the end the live engine has published what the history engine publishes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Days, Duration};
use futures::future::join_all;
use limpid_model::review::Decision;
use limpid_model::{
    Channel, Entry, Instant, Mark, ParameterId, Period, Reading, ReceiptId, Record, Review, StationId, Submission,
    Summary, Zone,
};
use limpid_store::{Journal, SqliteJournal, SummaryQuery};
use proptest::prelude::*;

use super::{at, pipeline_with};
use crate::engine::history;
use crate::engine::live::Live;
use crate::engine::summaries::catch_up;

/// Zones, and when the readings begin: offsets of whole, half and quarter hours; days of 23 and of 25 hours, and one of 24.5.
const ZONES: [(&str, &str); 6] = [
    ("Asia/Shanghai", "2015-05-30T10:00:00Z"),
    ("Asia/Kolkata", "2015-06-01T10:00:00Z"),
    ("Asia/Kathmandu", "2015-06-01T10:00:00Z"),
    ("Europe/Berlin", "2015-03-28T16:00:00Z"),
    ("America/St_Johns", "2015-10-31T16:00:00Z"),
    ("Australia/Lord_Howe", "2015-04-03T16:00:00Z"),
];

/// Checks that look at neighbouring hours, so narrow that they often find something.
const LIMITS: &str = r#"
[water]
black_odorous = "three-item"
[[validation.limit]]
station = "*"
parameter = "pm25"
check = "spike"
suspect = 15
fail = 30
[[validation.limit]]
station = "*"
parameter = "o3"
check = "rate"
suspect = 25
[[validation.limit]]
station = "S1"
parameter = "no2"
check = "flat"
suspect_hours = 2
fail_hours = 23
[[validation.limit]]
station = "S2"
parameter = "so2"
check = "climatology"
month = 5
suspect_above = 30
[[validation.limit]]
station = "*"
parameter = "so2"
check = "neighbours"
absolute = 8
relative_percent = 20
[[validation.limit]]
station = "S1"
parameter = "nox"
check = "sum"
absolute = 20
[[validation.limit]]
station = "S1"
parameter = "no2"
check = "consistency"
[[validation.limit]]
station = "*"
parameter = "pm25"
check = "slip"
above = 2
below = 100
"#;

static CLOCK: AtomicI64 = AtomicI64::new(0);

fn clock() -> Instant {
    DateTime::from_timestamp(CLOCK.load(Ordering::SeqCst), 0).unwrap()
}

fn set_clock(now: Instant) {
    CLOCK.store(now.timestamp(), Ordering::SeqCst);
}

/// Readings with their place in the list that they were made in; a correction stands behind what it corrects.
fn readings(zone: Zone, first: &'static str) -> impl Strategy<Value = Vec<(usize, Reading)>> {
    // What an index, a class, a vector or a weight is made of is sent together by kind 10.
    let plans = [
        ("S1", ["pm25", "pm10", "so2", "no2", "co", "o3", "no", "nox"]),
        ("S2", ["pm25", "pm10", "o3", "wind_direction", "wind_speed", "rain", "nh3", "tsp"]),
        ("W2", ["do", "codmn", "nh3n", "tp", "transparency", "chla", "tn", "fe"]),
        ("G1", ["ph", "nh3n", "fe", "codmn", "mn", "hg", "as", "cd"]),
        ("X1", ["flow", "flow", "cod", "cod", "flow_total", "flow_total", "water_volume", "ss"]),
        ("N1", ["leq", "leq", "leq", "leq", "leq", "l90", "lmax", "ld"]),
        ("S3", ["so2", "so2", "so2", "so2", "so2", "so2", "so2", "pm10"]),
    ];
    let one = (0..plans.len(), 0..60_i64, 0..8_usize, 0..11_u8, 0..200_i32);
    prop::collection::vec(one, 1..80).prop_map(move |choices| {
        let first = zone.floor_hour(at(first));
        let mut made: Vec<Reading> = Vec::new();
        for (station, hour, parameter, kind, number) in choices {
            let hour = first + Duration::hours(hour);
            let (station, parameters) = plans[station];
            let mut add_of = |station: &str, place: usize, period, start, value: Option<f64>, mark| {
                made.push(Reading {
                    station: StationId::parse(station).unwrap(),
                    parameter: ParameterId::known(parameters[place]),
                    period,
                    start,
                    value,
                    mark: Mark::parse(mark),
                    conversion: None,
                });
            };
            let value = f64::from(number) / 4.0;
            if station == "S3" {
                // The neighbours of what is judged beside them.
                for (place, station) in ["S1", "S4", "S5"].into_iter().enumerate() {
                    let value = Some(value + place as f64);
                    add_of(station, 0, Period::Hour, hour, value, "");
                }
            }
            let mut add_of = |place: usize, period, start, value: Option<f64>, mark| {
                add_of(station, place, period, start, value, mark)
            };
            if kind == 10 {
                (0..8).for_each(|place| {
                    (0..4).for_each(|k| add_of(place, Period::Hour, hour + Duration::hours(k), Some(value), ""))
                });
                continue;
            }
            let mut add = |period, start, value, mark| add_of(parameter, period, start, value, mark);
            match kind {
                // A day's worth at once, so that days and windows are sometimes complete.
                0 | 1 => (0..24).for_each(|k| add(Period::Hour, hour + Duration::hours(k), Some(value + k as f64), "")),
                // A third of them a slip of the unit beside a day's worth.
                2 | 3 if number % 3 == 0 => add(Period::Hour, hour, Some(value / 1000.0), "N"),
                2 | 3 => add(Period::Hour, hour, Some(value), "N"),
                4 => add(Period::Hour, hour, (number % 2 == 0).then_some(-value), "D"),
                // A third of them a slip too.
                5 => (0..10).for_each(|k| {
                    let value = if number % 3 == 0 { value / 1000.0 } else { value };
                    add(Period::Minutes(5), hour + Duration::minutes(5 * k), Some(value), "N");
                }),
                // Forty days as sent, so that months are often complete: the first of them lies before the month.
                6 if number < 100 => (0..40).for_each(|k| {
                    let date = zone.date_of(first) + Days::new(k);
                    add(Period::Day, zone.start_of(date), Some(value + k as f64), "");
                }),
                6 => {
                    let date = zone.date_of(first) + Days::new(hour.timestamp() as u64 / 900 % 4);
                    add(Period::Day, zone.start_of(date), Some(value), "")
                }
                // A value that stands still, and one that is sent again as it was and corrected.
                7 => (0..6).for_each(|k| add(Period::Hour, hour + Duration::hours(k), Some(value), "")),
                8 => [Some(value), Some(value), None, Some(value + 1.0)]
                    .into_iter()
                    .for_each(|value| add(Period::Hour, hour, value, "")),
                _ => add(Period::Moment, hour + Duration::seconds(number.into()), Some(value), "N"),
            }
        }
        made.into_iter().enumerate().collect()
    })
}

/// A shuffle in which revisions of one reading keep their order, because the last one stands.
fn shuffled(zone: &str, first: &'static str) -> impl Strategy<Value = Vec<(usize, Reading)>> + use<> {
    readings(Zone::parse(zone).unwrap(), first).prop_flat_map(|made| Just(made).prop_shuffle()).prop_map(|mut made| {
        let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, (_, reading)) in made.iter().enumerate() {
            places.entry(key(reading)).or_default().push(place);
        }
        for places in places.into_values() {
            let mut revisions: Vec<_> = places.iter().map(|place| made[*place].clone()).collect();
            revisions.sort_by_key(|(number, _)| *number);
            places.into_iter().zip(revisions).for_each(|(place, revision)| made[place] = revision);
        }
        made
    })
}

pub async fn accept(journal: &Arc<dyn Journal>, number: usize, reading: Reading, received: Instant) {
    let submission = Submission {
        // Of the reading, not of the moment: the record names the receipt behind it.
        id: ReceiptId::new(at("2015-06-01T00:00:00Z"), number as u128),
        received,
        channel: Channel::Http,
        sender: "test".to_owned(),
        station: Some(reading.station.clone()),
        media_type: "application/json",
        body: Vec::new().into(),
        idempotency: None,
        entries: vec![Entry::Reading(reading)],
        deviations: Vec::new(),
        events: Vec::new(),
    };
    journal.accept(submission).await.unwrap();
}

/// Accepts readings in one go, but revisions of one reading behind each other.
async fn accept_all(journal: &Arc<dyn Journal>, readings: Vec<(usize, Reading)>, received: Instant) {
    let mut together: Vec<(usize, Reading)> = Vec::new();
    let mut keys = BTreeSet::new();
    for (number, reading) in readings {
        if !keys.insert(key(&reading)) {
            keys = BTreeSet::from([key(&reading)]);
            let group = std::mem::take(&mut together);
            join_all(group.into_iter().map(|(number, reading)| accept(journal, number, reading, received))).await;
        }
        together.push((number, reading));
    }
    join_all(together.into_iter().map(|(number, reading)| accept(journal, number, reading, received))).await;
}

fn key(reading: &Reading) -> String {
    format!("{} {} {} {}", reading.station, reading.parameter, reading.period, reading.start)
}

pub fn open(folder: &Path) -> Arc<dyn Journal> {
    SqliteJournal::open(&folder.join("journal.sqlite")).unwrap()
}

/// The latest revision of everything published.
pub async fn published(journal: &Arc<dyn Journal>) -> BTreeMap<String, Record> {
    let mut latest = BTreeMap::new();
    for published in journal.published_tail(0, 10_000_000).await.unwrap() {
        let key = match &published.record {
            Record::Observation(o) => {
                format!("{} {} {} {} {}", o.station, o.parameter, o.period, o.statistic.as_str(), o.start)
            }
            Record::Assessment(a) => format!("{} {} {} {}", a.station, a.scheme.id, a.period, a.start),
        };
        latest.insert(key, published.record);
    }
    latest
}

/// The latest revision of every summary.
async fn summed_up(journal: &Arc<dyn Journal>) -> BTreeMap<String, Summary> {
    let mut found = BTreeMap::new();
    let kinds = [("index", Period::Hour), ("index", Period::Day), ("air", Period::Month), ("air", Period::Quarter)];
    let long = [Period::Month, Period::Quarter, Period::Months12, Period::Year];
    let of_areas = long.into_iter().flat_map(|period| [("water", period), ("noise", period)]);
    for (kind, period) in kinds.into_iter().chain([("air", Period::Year)]).chain(of_areas) {
        let query = SummaryQuery {
            subjects: Vec::new(),
            kind: kind.to_owned(),
            period,
            from: Instant::MIN_UTC,
            to: Instant::MAX_UTC,
            as_of: None,
            after: None,
            limit: 1_000_000,
        };
        for kept in journal.summaries(query).await.unwrap() {
            let summary = kept.summary;
            found.insert(format!("{kind} {period} {} {}", summary.subject, summary.start), summary);
        }
    }
    found
}

/// How many cases are tried: 24, or as many as `PROPTEST_CASES` says.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(24)
}

type Everything = (BTreeMap<String, Record>, BTreeMap<String, Summary>);

/// What only one of the two has, or has otherwise: a failure of everything against everything cannot be read.
fn differences<T: PartialEq + std::fmt::Debug>(
    live: &BTreeMap<String, T>,
    history: &BTreeMap<String, T>,
) -> Vec<String> {
    let keys: BTreeSet<&String> = live.keys().chain(history.keys()).collect();
    let differing = keys.into_iter().filter(|key| live.get(*key) != history.get(*key));
    differing.map(|key| format!("{key}: live {:?}, history {:?}", live.get(key), history.get(key))).collect()
}

/// What a reviewer decides: at which station, from which hour on, about how many, and what.
type Decided = (usize, i64, i64, u8);

/// A decision about all parameters of a station or about the first.
fn review(zone: Zone, first: &'static str, (station, from, hours, kind): Decided) -> Review {
    let first = zone.floor_hour(at(first));
    let hour = |hours| zone.floor_hour(first + Duration::hours(hours));
    let (station, parameter) = [("S1", "pm25"), ("S2", "wind_speed"), ("W2", "tp"), ("X1", "flow")][station];
    Review {
        id: 0,
        at: at("2015-07-01T00:00:00Z"),
        who: "Li".to_owned(),
        why: "test".to_owned(),
        station: StationId::parse(station).unwrap(),
        parameters: if from % 2 == 0 { Vec::new() } else { vec![ParameterId::known(parameter)] },
        from: hour(from),
        to: hour(from + hours),
        decision: match kind {
            0 => Decision::Accept,
            1 => Decision::Invalidate,
            2 => Decision::Correct { factor: 0.5, offset: 1.0 },
            3 => Decision::Event,
            _ => Decision::Finalise,
        },
    }
}

async fn decide(journals: &[&Arc<dyn Journal>], review: Review, now: Instant) {
    for journal in journals {
        journal.keep_review(Review { at: now, ..review.clone() }).await.unwrap();
    }
}

async fn replay(
    zone: &str,
    readings: Vec<(usize, Reading)>,
    reviews: Vec<Review>,
    cuts: &[(usize, i64, bool)],
) -> [Everything; 2] {
    let pipeline = pipeline_with(zone, LIMITS);
    let zone = pipeline.publisher.zone;
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (journal, whole) = (open(folder.path()), open(other.path()));
    let mut now = at("2015-03-28T00:00:00Z");
    set_clock(now);
    let mut live = Live::new(pipeline.clone(), journal.clone(), clock);
    let (mut rest, mut reviews, mut turn) = (readings.into_iter().peekable(), reviews.into_iter(), 0);
    while rest.peek().is_some() {
        let (size, minutes, restart) = cuts[turn % cuts.len()];
        turn += 1;
        let batch: Vec<_> = rest.by_ref().take(size).collect();
        // The intake lets nothing in that lies further in the future than ten minutes.
        let latest = batch.iter().map(|(_, reading)| reading.start).max().unwrap_or(now);
        now = (now + Duration::minutes(minutes)).max(latest - Duration::minutes(10));
        set_clock(now);
        accept_all(&journal, batch.clone(), now).await;
        accept_all(&whole, batch, now).await;
        // Some decisions come before the readings that they are about, and what is final does not change with those after.
        if let Some(review) = reviews.next() {
            decide(&[&journal, &whole], review, now).await;
        }
        if restart {
            live = Live::new(pipeline.clone(), journal.clone(), clock);
        }
        live.round().await.unwrap();
        if restart {
            catch_up(&pipeline, &journal).await.unwrap();
        }
    }
    for review in reviews {
        decide(&[&journal, &whole], review, now).await;
    }
    history(pipeline.clone(), whole.clone(), None, |_, _| {}).await.unwrap();
    // Every day, month and year ends.
    set_clock(zone.floor_hour(now) + Duration::days(400));
    while live.round().await.unwrap() {}
    catch_up(&pipeline, &journal).await.unwrap();
    let result =
        [(published(&journal).await, summed_up(&journal).await), (published(&whole).await, summed_up(&whole).await)];
    journal.close().await.unwrap();
    whole.close().await.unwrap();
    result
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn live_in_any_order_publishes_what_history_publishes(
        (zone, first, readings) in prop::sample::select(ZONES.as_slice())
            .prop_flat_map(|(zone, first)| (Just(zone), Just(first), shuffled(zone, first))),
        reviews in prop::collection::vec((0..4_usize, 0..60_i64, 1..40_i64, 0..5_u8), 0..5),
        cuts in prop::collection::vec((1..40_usize, 0..600_i64, any::<bool>()), 1..6),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let [live, history] = {
            let reviews = reviews.into_iter().map(|one| review(Zone::parse(zone).unwrap(), first, one)).collect();
            runtime.block_on(replay(zone, readings, reviews, &cuts))
        };
        prop_assert!(!live.0.is_empty());
        prop_assert_eq!(differences(&live.0, &history.0), Vec::<String>::new());
        prop_assert_eq!(differences(&live.1, &history.1), Vec::<String>::new());
    }
}
