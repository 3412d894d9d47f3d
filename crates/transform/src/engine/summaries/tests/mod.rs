mod areas;
mod cities;
mod indices;
mod periods;
mod permits;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::Duration;
use limpid_model::pipeline::Files;
use limpid_model::summary::{AirPeriod, AreaIndex};
use limpid_model::{Instant, Period, Pipeline, Reading, StationId, Subject, SummaryBody};
use limpid_store::{Journal, SummaryQuery};

use super::catch_up;
use crate::engine::history;
use crate::engine::tests::replay::{accept, open};
use crate::engine::tests::{at, reading};

/// Four air stations of one area, one of them outside it, and a river beside them.
fn pipeline(sections: &str) -> Arc<Pipeline> {
    pipeline_of(
        sections,
        "id,kind,name_zh,name_en,lat,lon,area,parameters,class\n\
         A1,air,一,One,40,116,east,,\nA2,air,二,Two,40,117,east,,\nA3,air,三,Three,40,118,east,pm25 o3,\n\
         A4,air,四,Four,40,118,east,pm25,\nB1,air,五,Five,40,119,west,,1\nR1,water,河,River,40,119,east,,\n",
    )
}

/// One of other stations.
fn pipeline_of(sections: &str, stations: &str) -> Arc<Pipeline> {
    let files = Files {
        pipeline: format!("[publisher]\nid = \"test\"\nname = \"T\"\nzone = \"Asia/Shanghai\"\n{sections}"),
        stations: stations.to_owned(),
    };
    Arc::new(Pipeline::parse(&files).unwrap())
}

async fn send(journal: &Arc<dyn Journal>, station: &str, one: Reading) {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    let one = Reading { station: StationId::parse(station).unwrap(), ..one };
    accept(journal, NEXT.fetch_add(1, Ordering::Relaxed), one, at("2026-06-01T00:00:00Z")).await;
}

async fn found(
    journal: &Arc<dyn Journal>,
    subject: Subject,
    kind: &str,
    period: Period,
) -> Vec<(Instant, SummaryBody)> {
    let query = SummaryQuery {
        subjects: vec![subject],
        kind: kind.into(),
        period,
        from: Instant::MIN_UTC,
        to: Instant::MAX_UTC,
        as_of: None,
        after: None,
        limit: 1_000,
    };
    journal.summaries(query).await.unwrap().into_iter().map(|kept| (kept.summary.start, kept.summary.body)).collect()
}

async fn index(journal: &Arc<dyn Journal>, period: Period, place: usize) -> AreaIndex {
    match found(journal, Subject::Area("east".into()), "index", period).await.swap_remove(place).1 {
        SummaryBody::Index(index) => index,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_area_is_the_mean_of_its_stations_where_three_of_four_have_a_value() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let pipeline = pipeline("");
    let (hour, next) = (at("2026-05-10T02:00:00Z"), at("2026-05-10T03:00:00Z"));
    for (station, value) in [("A1", Some(30.0)), ("A2", Some(60.0)), ("A3", Some(90.0)), ("A4", None)] {
        send(&journal, station, reading("pm25", Period::Hour, hour, value, "")).await;
    }
    send(&journal, "A1", reading("pm25", Period::Hour, next, Some(30.0), "")).await;
    for (parameter, value) in [("pm10", 80.0), ("so2", 10.0), ("no2", 20.0), ("co", 0.5), ("o3", 50.0)] {
        for station in ["A1", "A2"] {
            send(&journal, station, reading(parameter, Period::Hour, hour, Some(value), "")).await;
        }
    }
    send(&journal, "B1", reading("pm25", Period::Hour, hour, Some(500.0), "")).await;
    history(pipeline.clone(), journal.clone(), None, |_, _| {}).await.unwrap();
    let area = index(&journal, Period::Hour, 0).await;
    let value = |area: &AreaIndex, name: &str| {
        let one = area.values.iter().find(|value| value.parameter.as_str() == name).unwrap().clone();
        (one.value, one.n, one.expected, one.sub)
    };
    // Three of the four that have it in their plan, or sent it; their mean is 60, which is 100 (HJ 633-2026 table 3).
    assert_eq!(value(&area, "pm25"), (Some(60.0), 3, 4, Some(100)));
    assert_eq!(value(&area, "pm10"), (Some(80.0), 2, 2, Some(72)), "A4 measures no PM10");
    // A3 should have sent ozone and did not: two of three are too few.
    assert_eq!(value(&area, "o3"), (None, 2, 3, None));
    assert_eq!((area.index, area.reason.as_deref(), area.scheme.as_str()), (None, Some("missing"), "hj633-2026"));
    let later = index(&journal, Period::Hour, 1).await;
    assert_eq!(value(&later, "pm25"), (None, 1, 3, None), "A3 and A4 are silent and in the plan");
    // A late value changes it.
    send(&journal, "A3", reading("o3", Period::Hour, hour, Some(50.0), "")).await;
    history(pipeline.clone(), journal.clone(), None, |_, _| {}).await.unwrap();
    let area = index(&journal, Period::Hour, 0).await;
    assert_eq!((area.index, area.level, area.primary[0].as_str()), (Some(100), Some(2), "pm25"));
    let before = journal.cursor(super::CURSOR).await.unwrap();
    catch_up(&pipeline, &journal).await.unwrap();
    assert_eq!(journal.cursor(super::CURSOR).await.unwrap(), before, "nothing new, nothing moved");
}

/// Days as sent: so many from local midnight of the first of January of a year on.
async fn days(
    journal: &Arc<dyn Journal>,
    station: &str,
    parameter: &str,
    year: i32,
    count: i64,
    value: impl Fn(i64) -> f64,
) {
    let first = at(&format!("{}-12-31T16:00:00Z", year - 1));
    let one = |day: i64| reading(parameter, Period::Day, first + Duration::days(day), Some(value(day)), "");
    futures::future::join_all((0..count).map(|day| send(journal, station, one(day)))).await;
}

async fn found_months(journal: &Arc<dyn Journal>, subject: Subject) -> Vec<(Instant, SummaryBody)> {
    found(journal, subject, "air", Period::Month).await
}

fn air(found: &[(Instant, SummaryBody)], start: &str) -> AirPeriod {
    match found.iter().find(|(at_start, _)| *at_start == at(start)).map(|(_, body)| body) {
        Some(SummaryBody::Air(air)) => air.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_year_has_its_percentile_its_limits_and_the_mean_of_three() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let pipeline = pipeline("");
    for (year, base) in [(2013, 30.0), (2014, 33.0), (2015, 36.0)] {
        days(&journal, "A1", "pm25", year, 365, |day| base + (day % 2) as f64 * 2.0).await;
    }
    days(&journal, "B1", "so2", 2015, 365, |day| if day < 10 { 60.0 } else { 10.0 }).await;
    history(pipeline.clone(), journal.clone(), None, |_, _| {}).await.unwrap();
    let station = |id: &str| Subject::Station(StationId::parse(id).unwrap());
    let years = found(&journal, station("A1"), "air", Period::Year).await;
    let item = |air: &AirPeriod| air.items[0].clone();
    let last = item(&air(&years, "2014-12-31T16:00:00Z"));
    // 183 days at 36 and 182 at 38: 36.997, and of 365 days the 95th percentile is 38.
    assert_eq!(
        (last.n, last.complete, last.mean, last.percent, last.percentile),
        (365, true, Some(37.0), Some(95), Some(38.0))
    );
    // The limits of 2015, class 2: 35 for the year, which it breaks, 75 for a day.
    assert_eq!((last.year_limit, last.day_limit, last.kept, last.days_over), (Some(35.0), Some(75.0), Some(false), 0));
    // (31.0 + 34.0 + 37.0) / 3
    assert_eq!(last.three_year_mean, Some(34.0));
    assert_eq!(item(&air(&years, "2013-12-31T16:00:00Z")).three_year_mean, None);
    assert_eq!(last.who.as_deref(), Some("none"));
    let quarters = found(&journal, station("A1"), "air", Period::Quarter).await;
    assert_eq!(quarters.len(), 12);
    let quarter = item(&air(&quarters, "2015-03-31T16:00:00Z"));
    assert_eq!((quarter.n, quarter.complete, quarter.year_limit, quarter.kept), (91, true, None, None));
    // Class 1: a day of 60 is above 50, by a fifth.
    let reserve = air(&found(&journal, station("B1"), "air", Period::Year).await, "2014-12-31T16:00:00Z");
    assert_eq!((reserve.class, reserve.items[0].days_over, reserve.items[0].kept), (1, 10, Some(false)));
    assert!((reserve.items[0].worst_multiple.unwrap() - 0.2).abs() < 1e-12);
    assert_eq!((reserve.composite, reserve.days), (None, 365));
    // A correction of 2013 reaches the mean of three years of 2015.
    days(&journal, "A1", "pm25", 2013, 365, |_| 61.0).await;
    history(pipeline, journal.clone(), None, |_, _| {}).await.unwrap();
    let years = found(&journal, station("A1"), "air", Period::Year).await;
    assert_eq!(item(&air(&years, "2014-12-31T16:00:00Z")).three_year_mean, Some(44.0));
}

#[tokio::test]
async fn a_composite_index_by_the_weights_of_the_pipeline() {
    let limits = [("so2", 60.0), ("no2", 40.0), ("pm10", 70.0), ("pm25", 35.0), ("co", 4.0)];
    for (sections, expected) in [("", 6.0), ("[air.composite]\npm25 = 3\no3 = 2\nno2 = 2\n", 10.0)] {
        let folder = tempfile::tempdir().unwrap();
        let journal = open(folder.path());
        for (parameter, value) in limits {
            days(&journal, "A1", parameter, 2015, 40, |_| value).await;
        }
        // Ozone by hours, of which the largest 8-hour mean is made.
        for hour in 0..24 {
            let start = at("2015-01-04T16:00:00Z") + Duration::hours(hour);
            send(&journal, "A1", reading("o3", Period::Hour, start, Some(160.0), "")).await;
        }
        history(pipeline(sections), journal.clone(), None, |_, _| {}).await.unwrap();
        let subject = Subject::Station(StationId::parse("A1").unwrap());
        let year = air(&found(&journal, subject, "air", Period::Year).await, "2014-12-31T16:00:00Z");
        assert_eq!(year.composite, Some(expected), "every value at its limit");
        assert!(!year.items[0].complete && year.unverified.iter().any(|word| word.contains("composite")));
        // 40 days of a year are too few of what GB 3095 table 4 names, and it does not name carbon monoxide and ozone.
        assert_eq!((year.complete, year.standing.flag.code()), (false, 2));
        let found: Vec<_> =
            year.items.iter().map(|item| (item.parameter.as_str(), item.minimum, item.complete)).collect();
        let expected = ["so2", "no2", "pm10", "pm25"].map(|one| (one, true, false)).into_iter();
        assert_eq!(found, expected.chain(["co", "o3"].map(|one| (one, false, true))).collect::<Vec<_>>());
        assert_eq!(year.items[4].kept, Some(true), "the percentile of carbon monoxide is at its limit");
        // January has all its days, and ozone of one.
        let subject = Subject::Station(StationId::parse("A1").unwrap());
        let month = air(&found_months(&journal, subject).await, "2014-12-31T16:00:00Z");
        assert_eq!((month.complete, month.standing.flag.code(), month.items[5].n), (true, 1, 1));
    }
}
