//! The index of an area follows the edition as that of a station does.

use super::*;
use crate::engine::tests::replay::published;
use limpid_model::Record;

/// One station of an area, with what it is exempt from.
fn one_station(sections: &str, exempt: &str) -> Arc<Pipeline> {
    let stations = format!("id,kind,name_zh,name_en,lat,lon,area,exempt\nA1,air,一,One,40,116,east,{exempt}\n");
    pipeline_of(sections, &stations)
}

/// The index of the station itself.
async fn of_station(journal: &Arc<dyn Journal>, scheme: &str, period: Period, start: Instant) -> Option<u16> {
    published(journal).await.into_values().find_map(|record| match record {
        Record::Assessment(one) if (one.scheme.id.as_str(), one.period, one.start) == (scheme, period, start) => {
            one.index
        }
        _ => None,
    })
}

#[tokio::test]
async fn what_no_station_has_to_measure_does_not_block_the_index_of_the_area() {
    let hour = at("2026-05-10T02:00:00Z");
    let two =
        "id,kind,name_zh,name_en,lat,lon,area,exempt\nA1,air,一,One,40,116,east,so2\nA2,air,二,Two,40,116,east,\n";
    for (pipeline, expected) in [(one_station("", "so2"), Some(100)), (pipeline_of("", two), None)] {
        let folder = tempfile::tempdir().unwrap();
        let journal = open(folder.path());
        for (parameter, value) in [("pm25", 60.0), ("pm10", 80.0), ("no2", 20.0), ("co", 0.5), ("o3", 50.0)] {
            for station in ["A1", "A2"].into_iter().take(pipeline.stations.iter().count()) {
                send(&journal, station, reading(parameter, Period::Hour, hour, Some(value), "")).await;
            }
        }
        history(pipeline.clone(), journal.clone(), None, |_, _| {}).await.unwrap();
        // HJ 633-2026 5.3.2: 60 of PM2.5 is 100 (table 3), which without it is not given at or below 100.
        assert_eq!(index(&journal, Period::Hour, 0).await.index, expected);
    }
}

/// A day of hours that move by 2 up and down around `value`, so that they do not stand still.
async fn day_of(journal: &Arc<dyn Journal>, parameter: &str, first: Instant, value: f64, peak: Option<f64>) {
    for hour in 0..24 {
        let around = value + if hour % 2 == 0 { 2.0 } else { -2.0 };
        let value = peak.filter(|_| hour == 12).unwrap_or(around);
        send(journal, "A1", reading(parameter, Period::Hour, first + Duration::hours(hour), Some(value), "")).await;
    }
}

#[tokio::test]
async fn the_largest_hour_of_ozone_counts_for_an_area_under_the_edition_of_2012() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let first = at("2015-06-09T16:00:00Z");
    day_of(&journal, "o3", first, 40.0, Some(300.0)).await;
    day_of(&journal, "pm25", first, 20.0, None).await;
    day_of(&journal, "pm10", first, 30.0, None).await;
    history(one_station("", ""), journal.clone(), None, |_, _| {}).await.unwrap();
    let area = index(&journal, Period::Day, 0).await;
    // HJ 633-2012 table 1: an hour of 300 is 150; the largest 8-hour mean, below 100, is at most 50.
    assert_eq!((area.index, area.primary[0].as_str()), (Some(150), "o3"));
    assert_eq!(of_station(&journal, "hj633-2012", Period::Day, first).await, Some(150));
}

#[tokio::test]
async fn sulphur_dioxide_beyond_its_table_of_hours_counts_for_an_area_by_its_day() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let first = at("2015-06-09T16:00:00Z");
    day_of(&journal, "so2", first, 820.0, None).await;
    day_of(&journal, "pm25", first, 20.0, None).await;
    day_of(&journal, "pm10", first, 30.0, None).await;
    history(one_station("", ""), journal.clone(), None, |_, _| {}).await.unwrap();
    let area = index(&journal, Period::Hour, 23).await;
    // Note 2 of table 1: by the mean of 24 hours, 820: 200 + 100 * 20 / 800 = 202.5, rounded up.
    assert_eq!((area.index, area.primary[0].as_str(), area.scheme.as_str()), (Some(203), "so2", "hj633-2012"));
    let hour = first + Duration::hours(23);
    assert_eq!(of_station(&journal, "hj633-2012", Period::Hour, hour).await, Some(203));
}

#[tokio::test]
async fn days_of_an_area_are_good_by_the_edition_of_their_date() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let start = at("2026-05-09T16:00:00Z");
    for (parameter, value) in [("pm25", 70.0), ("pm10", 90.0)] {
        send(&journal, "A1", reading(parameter, Period::Day, start, Some(value), "")).await;
    }
    let pipeline = one_station("[air]\nscheme = \"hj633-2012\"\n", "");
    history(pipeline, journal.clone(), None, |_, _| {}).await.unwrap();
    let day = index(&journal, Period::Day, 0).await;
    // 2012: 50 + 50 * 35 / 40 = 93.75; 2026: 100 + 50 * 10 / 55 = 109.1, given with parameters missing.
    assert_eq!((day.index, day.in_force), (Some(94), Some(110)));
    assert_eq!((day.standing.status.as_str(), day.standing.flag.code()), ("provisional", 1));
    assert_eq!(day.standing.rules, "area-mean hj633-2012");
    for subject in [Subject::Area("east".into()), Subject::Station(StationId::parse("A1").unwrap())] {
        let month = air(&found_months(&journal, subject).await, "2026-04-30T16:00:00Z");
        assert_eq!((month.good_days, month.judged_days, month.good_percent), (0, 1, Some(0.0)));
    }
}
