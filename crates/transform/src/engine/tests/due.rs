//! What falls due by the clock, across restarts and failures of the journal.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use chrono::{DateTime, Duration};
use limpid_model::{Instant, Period, Pipeline, Record};
use limpid_store::{Hooked, Journal, StoreError};
use tokio_util::sync::CancellationToken;

use super::flaky::Flaky;
use super::replay::{accept, open, published};
use super::{at, pipeline, reading, words};
use crate::engine::live::Live;
use crate::engine::{CURSOR, history, live};

thread_local! {
    // A test runs on one thread, beside others.
    static CLOCK: AtomicI64 = const { AtomicI64::new(0) };
}

fn clock() -> Instant {
    CLOCK.with(|clock| DateTime::from_timestamp(clock.load(Ordering::SeqCst), 0).unwrap())
}

fn set_clock(now: &str) {
    CLOCK.with(|clock| clock.store(at(now).timestamp(), Ordering::SeqCst));
}

/// Runs the engine at a time of day until it has nothing to do, and tells the newest revisions that match.
async fn run(live: &mut Live, journal: &Arc<dyn Journal>, now: &str, wanted: &str) -> Vec<String> {
    set_clock(now);
    while live.round().await.unwrap() {}
    let mut words: Vec<String> = published(journal).await.values().map(words).collect();
    words.retain(|word| word.starts_with(wanted));
    words
}

/// 45 minutes of an hour that has not ended, accepted.
async fn begun(journal: &Arc<dyn Journal>) -> Arc<Pipeline> {
    for minute in 0..45 {
        let start = at("2026-11-25T08:00:00Z") + Duration::minutes(minute);
        let reading = reading("no2", Period::Minutes(1), start, Some(20.0), "N");
        accept(journal, minute as usize, reading, at("2026-11-25T08:45:00Z")).await;
    }
    pipeline("Asia/Shanghai")
}

#[tokio::test]
async fn hours_and_days_fall_due_after_their_end() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let pipeline = begun(&journal).await;
    let mut live = Live::new(pipeline.clone(), journal.clone(), clock);
    assert_eq!(run(&mut live, &journal, "2026-11-25T08:45:00Z", "PT1M").await.len(), 45);
    assert!(run(&mut live, &journal, "2026-11-25T09:00:59Z", "PT1H").await.is_empty());
    let hour = run(&mut live, &journal, "2026-11-25T09:01:00Z", "PT1H mean").await;
    assert_eq!(hour, ["PT1H mean no2 2026-11-25T08:00 20 1 45/60"]);
    assert!(run(&mut live, &journal, "2026-11-25T16:00:59Z", "P1D").await.is_empty());
    let day = run(&mut live, &journal, "2026-11-25T16:01:00Z", "P1D mean").await;
    assert_eq!(day, ["P1D mean no2 2026-11-24T16:00 - 9 1/24"]);
    // A restart finds what fell due before it in the same state, and makes nothing new of it.
    let before = journal.published_tail(0, 10_000).await.unwrap().len();
    let mut live = Live::new(pipeline, journal.clone(), clock);
    run(&mut live, &journal, "2026-11-26T00:00:00Z", "").await;
    assert_eq!(journal.published_tail(0, 10_000).await.unwrap().len(), before);
}

#[tokio::test]
async fn what_fell_due_while_the_engine_stood_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let pipeline = begun(&journal).await;
    let mut live = Live::new(pipeline.clone(), journal.clone(), clock);
    run(&mut live, &journal, "2026-11-25T08:45:00Z", "").await;
    let mut live = Live::new(pipeline, journal.clone(), clock);
    let due = run(&mut live, &journal, "2026-12-03T00:00:00Z", "P").await;
    assert!(due.contains(&"PT1H mean no2 2026-11-25T08:00 20 1 45/60".to_owned()));
    assert!(due.contains(&"P1D mean no2 2026-11-24T16:00 - 9 1/24".to_owned()));
}

#[tokio::test]
async fn what_could_not_be_published_is_published_later() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let pipeline = begun(&journal).await;
    let flaky = Arc::new(Flaky(AtomicUsize::new(1)));
    let mut live = Live::new(pipeline, Hooked::over(journal.clone(), flaky.clone()), clock);
    set_clock("2026-11-25T08:45:00Z");
    assert!(matches!(live.round().await, Err(StoreError::Full(_))));
    assert_eq!(journal.cursor(CURSOR).await.unwrap(), 0, "nothing published, nothing moved");
    assert_eq!(run(&mut live, &journal, "2026-11-25T08:45:00Z", "PT1M").await.len(), 45);
    // What the clock had brought is not forgotten with the round that failed.
    flaky.0.store(1, Ordering::SeqCst);
    set_clock("2026-11-25T09:01:00Z");
    assert!(live.round().await.is_err());
    assert!(run(&mut live, &journal, "2026-11-25T09:01:00Z", "PT1H").await.len() == 8, "mean, six indices and limits");
}

#[tokio::test]
async fn a_correction_of_forty_days_reaches_every_window() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (journal, whole) = (open(folder.path()), open(other.path()));
    let pipeline = pipeline("Asia/Shanghai");
    let mut live = Live::new(pipeline.clone(), journal.clone(), clock);
    for value in [50.0, 60.0] {
        for hour in 0..960 {
            let start = at("2026-01-01T00:00:00Z") + Duration::hours(hour);
            let reading = || reading("pm10", Period::Hour, start, Some(value), "");
            let number = hour as usize + value as usize * 1_000;
            tokio::join!(accept(&journal, number, reading(), start), accept(&whole, number, reading(), start));
        }
        run(&mut live, &journal, "2026-11-25T00:00:00Z", "").await;
    }
    history(pipeline, whole.clone(), None, |_, _| {}).await.unwrap();
    assert!(published(&journal).await == published(&whole).await);
}

#[tokio::test]
async fn a_correction_is_a_further_revision_of_what_it_touches_and_of_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for (number, hour) in (0..30).enumerate() {
        let start = at("2026-11-20T16:00:00Z") + Duration::hours(hour);
        accept(&journal, number, reading("pm10", Period::Hour, start, Some(60.0), ""), start).await;
    }
    let mut live = Live::new(pipeline("Asia/Shanghai"), journal.clone(), clock);
    run(&mut live, &journal, "2026-11-25T00:00:00Z", "").await;
    let before = *journal.published().borrow();
    let corrected = reading("pm10", Period::Hour, at("2026-11-20T16:00:00Z"), Some(84.0), "");
    accept(&journal, 30, corrected, at("2026-11-25T00:00:00Z")).await;
    run(&mut live, &journal, "2026-11-25T00:00:00Z", "").await;
    let revised = journal.published_tail(before, 10_000).await.unwrap();
    assert!(revised.iter().all(|published| published.revision == 2));
    let words: Vec<String> = revised.iter().map(|published| words(&published.record)).collect();
    let moving: Vec<_> = words.iter().filter(|word| word.starts_with("PT24H")).collect();
    // Windows with fewer than 20 hours have no value before and after; those that end with hours 19 to 23 have one.
    assert_eq!(moving.len(), 5, "{words:?}");
    assert_eq!(moving[4], "PT24H mean pm10 2026-11-20T16:00 61 1 24/24");
    let others: Vec<_> = words.iter().filter(|word| !word.starts_with("PT24H")).collect();
    let assessed = |record: &Record| matches!(record, Record::Assessment(a) if a.scheme.id == "hj633-2012");
    assert!(others.iter().any(|word| *word == "PT1H mean pm10 2026-11-20T16:00 84 1"), "{words:?}");
    assert!(others.iter().any(|word| *word == "P1D mean pm10 2026-11-20T16:00 61 1 24/24"), "{words:?}");
    assert!(revised.iter().filter(|published| assessed(&published.record)).count() <= 6, "{words:?}");
}

#[tokio::test]
async fn the_engine_wakes_for_a_reading() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let stop = CancellationToken::new();
    let running = tokio::spawn(live(pipeline("Asia/Shanghai"), journal.clone(), stop.clone()));
    let mut news = journal.published();
    for day in 0..3 {
        let start = at("2026-01-01T00:00:00Z") + Duration::days(day);
        let reading = reading("pm10", Period::Hour, start, Some(60.0), "");
        accept(&journal, day as usize, reading, start).await;
        // Where it does not wake, this waits until the test runner gives up.
        while !published(&journal)
            .await
            .values()
            .any(|record| words(record).contains(&format!("pm10 {}", start.format("%Y-%m-%dT%H:%M 60"))))
        {
            news.changed().await.unwrap();
        }
    }
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_engine_stops_when_told_and_complains_of_a_closed_journal() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let stop = CancellationToken::new();
    let running = tokio::spawn(live(pipeline("Asia/Shanghai"), journal.clone(), stop.clone()));
    stop.cancel();
    running.await.unwrap().unwrap();
    journal.close().await.unwrap();
    let closed = live(pipeline("Asia/Shanghai"), journal, CancellationToken::new()).await;
    assert!(matches!(closed, Err(StoreError::Closed)), "{closed:?}");
}
