//! Hours beside those of the stations around.

use std::sync::Arc;

use chrono::{Duration, Utc};
use limpid_model::{ParameterId, Period, Reading, Record, StationId};
use limpid_store::Journal;

use super::replay::{accept, open, published};
use super::{at, pipeline_with};
use crate::engine::{catch_up, history};

const CHECK: &str = "[[validation.limit]]\nstation = \"S1\"\nparameter = \"so2\"\ncheck = \"neighbours\"\nabsolute = 50\nrelative_percent = 100\n";

/// The flags, with their rules, of S1's hour of so2 and of the moving mean made of it, when these stations send these values.
async fn flags(sections: &str, values: &[(&str, f64)], live: bool) -> Vec<(u8, String)> {
    let (pipeline, folder) = (pipeline_with("Asia/Shanghai", sections), tempfile::tempdir().unwrap());
    let journal: Arc<dyn Journal> = open(folder.path());
    for (number, (station, value)) in values.iter().enumerate() {
        // Eighteen hours of S1 at 20 before, for the means.
        let hours = if *station == "S1" { 0..20 } else { 19..20 };
        for hour in hours {
            let reading = Reading {
                station: StationId::parse(station).unwrap(),
                parameter: ParameterId::known("so2"),
                period: Period::Hour,
                start: at("2015-06-01T00:00:00Z") + Duration::hours(hour),
                value: Some(if hour == 19 { *value } else { 20.0 }),
                mark: None,
                conversion: None,
            };
            accept(&journal, 100 * number + hour as usize, reading, Utc::now()).await;
        }
        if live {
            catch_up(pipeline.clone(), journal.clone()).await.unwrap();
        }
    }
    if !live {
        history(pipeline, journal.clone(), None, |_, _| {}).await.unwrap();
    }
    let all = published(&journal).await;
    let of = |period: &str, start: &str| {
        let Record::Observation(one) = &all[&format!("S1 so2 {period} mean {start} UTC")] else { panic!() };
        (one.flag.code(), one.rules.clone())
    };
    let found = vec![of("PT1H", "2015-06-01 19:00:00"), of("PT24H", "2015-05-31 20:00:00")];
    journal.close().await.unwrap();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_apart_is_suspect_where_the_pipeline_asks_for_it() {
    let others = [("S3", 20.0), ("S4", 22.0), ("S5", 24.0)];
    for live in [false, true] {
        let with = |value: f64, sections: &'static str| async move {
            // The neighbours come after the hour that they speak against.
            let values: Vec<_> = [("S1", value)].into_iter().chain(others).collect();
            flags(sections, &values, live).await
        };
        let passed = vec![(1, "range".to_owned()), (1, "moving-24h".to_owned())];
        assert_eq!(with(72.0, CHECK).await, passed, "50 off the median of 22 is allowed");
        let doubted = with(72.1, CHECK).await;
        assert_eq!(doubted[0], (3, "range neighbours-suspect".to_owned()), "live {live}");
        assert_eq!(doubted[1].0, 9, "19 hours are left of the 20 that a mean needs");
        assert_eq!(with(72.1, "").await, passed, "nobody asked");
        let two = [("S1", 72.1), ("S3", 20.0), ("S4", 22.0), ("S2", 24.0)];
        assert_eq!(flags(CHECK, &two, live).await, passed, "S2 is 85 km away, and two say nothing");
    }
}
