//! Series as a whole.

use limpid_model::{Observation, Period, Published, Record};

use super::publishing::{all, observation};
use super::{Open, at, of, parameter, reading, station};
use crate::journal::{ObservationQuery, SeriesPosition};

pub async fn series_are_listed_with_their_ends(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    assert!(journal.published_series().await.unwrap().is_empty());
    let mut day = observation("S1", "pm25", 0, 5.0);
    day.period = Period::Day;
    let records: Vec<Record> = vec![
        observation("S2", "co", 7, 1.0).into(),
        observation("S1", "pm25", 9, 1.0).into(),
        observation("S1", "pm25", 3, 1.0).into(),
        observation("S1", "pm25", 3, 2.0).into(),
        day.into(),
        observation("S1", "co", 5, 1.0).into(),
    ];
    journal.publish(records, None).await.unwrap();
    journal.accept(of(0, [reading("S3", "co", 1, 1.0)])).await.unwrap();
    let listed = journal.published_series().await.unwrap();
    let told: Vec<_> = listed
        .iter()
        .map(|one| (one.station.as_str(), one.parameter.as_str(), one.period, one.first, one.last))
        .collect();
    let hour = |hour: u32| at(&format!("2026-11-25T{hour:02}:00:00Z"));
    assert_eq!(
        told,
        [
            ("S1", "co", Period::Hour, hour(5), hour(5)),
            ("S1", "pm25", Period::Hour, hour(3), hour(9)),
            ("S1", "pm25", Period::Day, hour(0), hour(0)),
            ("S2", "co", Period::Hour, hour(7), hour(7)),
        ],
        "S3 was only received"
    );
}

pub async fn the_way_back_is_the_way_there_reversed(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let mut records: Vec<Record> = Vec::new();
    for (id, name) in [("S1", "pm25"), ("S1", "co"), ("S2", "pm25")] {
        records.extend((0..5).map(|hour| observation(id, name, hour, f64::from(hour)).into()));
    }
    journal.publish(records, None).await.unwrap();
    journal.publish(vec![observation("S1", "pm25", 2, 99.0).into()], None).await.unwrap();

    let mut there = journal.observations(all()).await.unwrap();
    there.reverse();
    let place = |one: &Published<Observation>| SeriesPosition {
        station: one.record.station.clone(),
        parameter: Some(one.record.parameter),
        start: one.record.start,
    };
    for limit in [1, 2, 4, 15, 100] {
        let (mut back, mut after) = (Vec::new(), None);
        loop {
            let page = journal.observations_back(ObservationQuery { limit, after, ..all() }).await.unwrap();
            assert!(page.len() <= limit);
            after = page.last().map(place);
            back.extend(page);
            if after.is_none() {
                break;
            }
        }
        assert_eq!(back, there, "{limit}");
    }
    let one =
        ObservationQuery { stations: vec![station("S1")], parameters: vec![parameter("pm25")], limit: 3, ..all() };
    let newest = journal.observations_back(one).await.unwrap();
    assert_eq!(
        newest.iter().map(|one| (one.record.value, one.revision)).collect::<Vec<_>>(),
        [(Some(4.0), 1), (Some(3.0), 1), (Some(99.0), 2)]
    );
}
