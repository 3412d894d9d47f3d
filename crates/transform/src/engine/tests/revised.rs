//! Each figure says which of the readings behind it are not as first received, live and in history.

use std::sync::Arc;

use chrono::Duration;
use limpid_model::review::Decision;
use limpid_model::{Instant, ParameterId, Period, Record, Review, Revised, StationId};
use limpid_store::Journal;

use super::replay::{accept, open, published};
use super::{at, pipeline, reading};
use crate::engine::{catch_up, history};

/// Midnight of 1 June 2026 in Shanghai.
fn hour(hour: i64) -> Instant {
    at("2026-05-31T16:00:00Z") + Duration::hours(hour)
}

async fn send(journal: &Arc<dyn Journal>, number: usize, period: Period, start: Instant, value: f64) {
    let received = at("2026-07-05T00:00:00Z");
    accept(journal, number, reading("no2", period, start, Some(value), ""), received).await;
}

/// What a figure of NO2 was made with that was not as first received.
async fn revised(journal: &Arc<dyn Journal>, period: Period, start: Instant) -> Vec<Revised> {
    let all = published(journal).await;
    let found = all.into_values().find_map(|record| match record {
        Record::Observation(one) if (one.period, one.start) == (period, start) => Some(one.revised),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no {period} that starts at {start}"))
}

fn stretch(from: Instant, to: Instant, revision: u32, review: Option<u64>) -> Revised {
    Revised { parameter: ParameterId::known("no2"), from, to, revision, review }
}

#[tokio::test]
async fn corrections_and_decisions_are_named_from_the_hour_to_the_year() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for number in 0..30 * 24 {
        send(&journal, number as usize, Period::Hour, hour(number), 40.0).await;
    }
    // 1 July is made of minutes, 48 of them in its first hour.
    for minute in 0..48 {
        let start = hour(30 * 24) + Duration::minutes(minute);
        send(&journal, 1000 + minute as usize, Period::Minutes(1), start, 20.0).await;
    }
    catch_up(pipeline("Asia/Shanghai"), journal.clone()).await.unwrap();
    assert_eq!(revised(&journal, Period::Month, hour(0)).await, []);

    // Hours 5 and 6 are corrected once, hour 8 twice; 12 is corrected to a value that no aggregate takes.
    for (number, (at, value)) in [(5, 41.0), (6, 42.0), (8, 43.0), (8, 44.0), (12, -300.0)].into_iter().enumerate() {
        send(&journal, 2000 + number, Period::Hour, hour(at), value).await;
    }
    let minute = hour(30 * 24) + Duration::minutes(7);
    send(&journal, 3000, Period::Minutes(1), minute, 21.0).await;
    let review = Review {
        id: 0,
        at: at("2026-07-05T01:00:00Z"),
        who: "Li".into(),
        why: "span check".into(),
        station: StationId::parse("S1").unwrap(),
        parameters: vec![ParameterId::known("no2")],
        from: hour(8),
        to: hour(10),
        decision: Decision::Correct { factor: 0.9, offset: 0.0 },
    };
    let id = journal.keep_review(review).await.unwrap().unwrap();
    catch_up(pipeline("Asia/Shanghai"), journal.clone()).await.unwrap();

    let twice = stretch(hour(8), hour(9), 3, Some(id));
    assert_eq!(revised(&journal, Period::Hour, hour(8)).await, std::slice::from_ref(&twice));
    let expected = [stretch(hour(5), hour(7), 2, None), twice, stretch(hour(9), hour(10), 1, Some(id))];
    for (period, start) in [(Period::Day, hour(0)), (Period::Hours24, hour(-1)), (Period::Month, hour(0))] {
        assert_eq!(revised(&journal, period, start).await, expected, "{period}");
    }
    assert_eq!(revised(&journal, Period::Hours24, hour(7)).await, expected[1..], "it begins behind hours 5 and 6");
    assert_eq!(revised(&journal, Period::Hours24, hour(10)).await, []);
    let of_minutes = revised(&journal, Period::Hour, hour(30 * 24)).await;
    assert_eq!(of_minutes, [stretch(minute, minute + Duration::minutes(1), 2, None)]);

    let before = published(&journal).await;
    history(pipeline("Asia/Shanghai"), journal.clone(), None, |_, _| {}).await.unwrap();
    assert!(published(&journal).await == before, "history finds nothing to revise");
}
