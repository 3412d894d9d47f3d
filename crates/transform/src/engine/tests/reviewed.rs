//! What reviewers decide changes what is published, the same live and over history, whenever it was decided.

use std::sync::Arc;

use chrono::Duration;
use limpid_model::review::Decision;
use limpid_model::{Instant, ParameterId, Period, Record, Review, StationId};
use limpid_store::Journal;

use super::replay::{accept, open, published};
use super::{at, pipeline, reading};
use crate::engine::history;
use crate::engine::live::Live;

/// Midnight of 1 June 2026 in Shanghai.
const FIRST: &str = "2026-05-31T16:00:00Z";

fn clock() -> Instant {
    at("2026-07-02T00:00:00Z")
}

fn hour(hour: i64) -> Instant {
    at(FIRST) + Duration::hours(hour)
}

async fn decide(journal: &Arc<dyn Journal>, from: i64, to: i64, parameter: &str, decision: Decision) {
    let review = Review {
        id: 0,
        at: clock(),
        who: "Li".into(),
        why: "test".into(),
        station: StationId::parse("S1").unwrap(),
        parameters: vec![ParameterId::known(parameter)],
        from: hour(from),
        to: hour(to),
        decision,
    };
    assert!(journal.keep_review(review).await.unwrap().is_some());
}

/// Two days of NO2 at 40, with 900 (implausible beside its neighbours) at hour 3, and a negative value at hour 5.
async fn feed(journal: &Arc<dyn Journal>) {
    for number in 0..48_usize {
        let value = match number {
            3 => 900.0,
            5 => -3.5,
            _ => 40.0,
        };
        let start = hour(number as i64);
        accept(journal, number, reading("no2", Period::Hour, start, Some(value), ""), start).await;
    }
}

async fn run(live: &mut Live) {
    while live.round().await.unwrap() {}
}

/// Value, flag, status and rules of what stands for a figure of NO2 that starts at `start`.
async fn figure(journal: &Arc<dyn Journal>, period: Period, start: Instant) -> (Option<f64>, u8, &'static str, String) {
    let all = published(journal).await;
    let found = all.values().find_map(|record| match record {
        Record::Observation(one) if one.period == period && one.start == start => Some(one.clone()),
        _ => None,
    });
    let one = found.unwrap();
    (one.value, one.flag.code(), one.status.as_str(), one.rules)
}

#[tokio::test]
async fn decisions_change_hours_days_and_months_and_history_comes_to_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let mut live = Live::new(pipeline("Asia/Shanghai"), journal.clone(), clock);
    feed(&journal).await;
    run(&mut live).await;
    let before = figure(&journal, Period::Hour, hour(5)).await;
    assert_eq!((before.1, before.2), (3, "provisional"));

    decide(&journal, 3, 4, "no2", Decision::Invalidate).await;
    decide(&journal, 5, 6, "no2", Decision::Accept).await;
    // 40 as sent becomes 40 * 0.5 + 10 = 30 in the second half of the first day.
    decide(&journal, 12, 24, "no2", Decision::Correct { factor: 0.5, offset: 10.0 }).await;
    decide(&journal, 30, 31, "no2", Decision::Event).await;
    run(&mut live).await;

    let (value, flag, status, rules) = figure(&journal, Period::Hour, hour(3)).await;
    assert_eq!((value, flag, status), (Some(900.0), 4, "reviewed"));
    assert!(rules.ends_with("review-invalidate"), "{rules}");
    let (value, flag, status, rules) = figure(&journal, Period::Hour, hour(5)).await;
    assert_eq!((value, flag, status), (Some(-3.5), 1, "reviewed"));
    assert!(rules.ends_with("review-accept"), "{rules}");
    assert_eq!(figure(&journal, Period::Hour, hour(12)).await.0, Some(30.0));
    let event = figure(&journal, Period::Hour, hour(30)).await;
    assert_eq!((event.0, event.1, event.2), (Some(40.0), 1, "provisional"));
    assert!(event.3.contains("review-event"), "{}", event.3);
    // The day: hours 0-2, 4, 6-11 at 40 (10 hours), hour 5 at -3.5, hours 12-23 at 30; 23 hours in all.
    let day = figure(&journal, Period::Day, hour(0)).await;
    let expected = (10.0 * 40.0 - 3.5 + 12.0 * 30.0) / 23.0;
    assert!((day.0.unwrap() - expected).abs() < 1e-9, "{day:?}, not {expected}");
    assert_eq!(day.2, "provisional", "most of its hours nobody has looked at");

    // An hour that was invalidated by mistake is accepted, and what is left is accepted too: the day is reviewed.
    decide(&journal, 0, 12, "no2", Decision::Accept).await;
    run(&mut live).await;
    assert_eq!(figure(&journal, Period::Hour, hour(3)).await.1, 1);
    let day = figure(&journal, Period::Day, hour(0)).await;
    assert_eq!((day.1, day.2), (1, "reviewed"));
    decide(&journal, 0, 24, "no2", Decision::Finalise).await;
    run(&mut live).await;
    let day = figure(&journal, Period::Day, hour(0)).await;
    let expected = (10.0 * 40.0 + 900.0 - 3.5 + 12.0 * 30.0) / 24.0;
    assert!((day.0.unwrap() - expected).abs() < 1e-9, "{day:?}: what is final keeps what was decided before");
    assert_eq!(day.2, "final");
    // A late correction of the second day does not undo the first.
    let start = hour(25);
    accept(&journal, 99, reading("no2", Period::Hour, start, Some(41.0), ""), start).await;
    run(&mut live).await;
    assert_eq!(figure(&journal, Period::Hour, hour(3)).await.2, "final");

    // What is sent again for hours that are final is kept, and changes no figure.
    let late = at("2026-07-03T00:00:00Z");
    accept(&journal, 100, reading("no2", Period::Hour, hour(4), Some(4_000.0), ""), late).await;
    run(&mut live).await;
    assert_eq!(figure(&journal, Period::Hour, hour(4)).await, (Some(40.0), 1, "final", "range review-accept".into()));
    assert_eq!(figure(&journal, Period::Day, hour(0)).await.0, day.0);

    let other_folder = tempfile::tempdir().unwrap();
    let other = open(other_folder.path());
    feed(&other).await;
    accept(&other, 99, reading("no2", Period::Hour, start, Some(41.0), ""), start).await;
    accept(&other, 100, reading("no2", Period::Hour, hour(4), Some(4_000.0), ""), late).await;
    for review in journal.reviews(limpid_store::ReviewQuery { limit: 100, ..Default::default() }).await.unwrap() {
        other.keep_review(review).await.unwrap();
    }
    history(pipeline("Asia/Shanghai"), other.clone(), None, |_, _| {}).await.unwrap();
    let (live, history) = (published(&journal).await, published(&other).await);
    assert!(live.len() > 100, "{}", live.len());
    let say = |record: &Record| match record {
        Record::Observation(one) => format!("{:?}", limpid_model::Observation { from: None, ..one.clone() }),
        Record::Assessment(one) => format!("{one:?}"),
    };
    let say_all = |all: &std::collections::BTreeMap<_, Record>| all.values().map(say).collect::<Vec<_>>();
    assert_eq!(say_all(&live), say_all(&history));
}

#[tokio::test]
async fn levels_of_noise_are_reviewed_and_marked_with_the_hours_that_they_are_made_of() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let mut live = Live::new(pipeline("Asia/Shanghai"), journal.clone(), clock);
    let noise = StationId::parse("N1").unwrap();
    for number in 0..48_usize {
        let start = hour(number as i64);
        let one = reading("leq", Period::Hour, start, Some(52.0), "");
        accept(&journal, number, limpid_model::Reading { station: noise.clone(), ..one }, start).await;
    }
    run(&mut live).await;
    let decided = |from: i64, to: i64, decision| Review {
        id: 0,
        at: clock(),
        who: "Li".into(),
        why: "test".into(),
        station: noise.clone(),
        parameters: vec![ParameterId::known("leq")],
        from: hour(from),
        to: hour(to),
        decision,
    };
    // All of June, and a festival on the first evening, 18 to 20 o'clock.
    journal.keep_review(decided(0, 30 * 24, Decision::Accept)).await.unwrap();
    journal.keep_review(decided(18, 20, Decision::Event)).await.unwrap();
    run(&mut live).await;
    let mut found: Vec<(String, &str, bool)> = Vec::new();
    for record in published(&journal).await.into_values() {
        match record {
            Record::Assessment(one) => {
                let part = one.compliance.as_ref().and_then(|of| of.part).map_or("", limpid_model::Part::as_str);
                found.push((
                    format!("{} {part} {}", one.period, one.start.format("%d")),
                    one.status.as_str(),
                    one.event,
                ));
            }
            Record::Observation(one) if one.parameter.as_str() == "ld" && one.period == Period::Day => {
                let event = one.rules.contains("review-event");
                found.push((format!("ld {}", one.start.format("%d")), one.status.as_str(), event));
            }
            Record::Observation(_) => {}
        }
    }
    found.sort();
    let (reviewed, provisional) = (
        |what: &str, event: bool| (what.to_owned(), "reviewed", event),
        |what: &str, event: bool| (what.to_owned(), "provisional", event),
    );
    // Days begin at six in the morning, 22:00 UTC of the day before, nights at 14:00 UTC. Nobody decided about May, into which the
    // first night reaches.
    assert_eq!(
        found,
        [
            provisional("P12M  30", true),
            provisional("P12M  31", false),
            reviewed("P1D day 01", false),
            reviewed("P1D day 31", true),
            reviewed("P1D night 01", false),
            reviewed("P1D night 02", false),
            provisional("P1D night 31", false),
            provisional("P1M  30", false),
            reviewed("P1M  31", true),
            provisional("P3M  31", true),
            reviewed("ld 01", false),
            reviewed("ld 31", true),
        ]
    );
}
