//! Means of months and years: when they fall due, and what a late hour does to them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration};
use limpid_model::{Instant, Period};
use limpid_store::Journal;
use tempfile::TempDir;

use super::replay::{accept, open, published};
use super::{at, pipeline, reading, words};
use crate::engine::history;
use crate::engine::live::Live;

thread_local! {
    // A test runs on one thread, beside others.
    static CLOCK: AtomicI64 = const { AtomicI64::new(0) };
}

fn clock() -> Instant {
    CLOCK.with(|clock| DateTime::from_timestamp(clock.load(Ordering::SeqCst), 0).unwrap())
}

/// Runs the engine at a time of day until it has nothing to do, and tells the months and years that stand.
async fn run(live: &mut Live, journal: &Arc<dyn Journal>, now: &str) -> Vec<String> {
    CLOCK.with(|clock| clock.store(at(now).timestamp(), Ordering::SeqCst));
    while live.round().await.unwrap() {}
    calendar(journal).await
}

async fn calendar(journal: &Arc<dyn Journal>) -> Vec<String> {
    let words = published(journal).await.values().map(words).collect::<Vec<_>>();
    words.into_iter().filter(|word| word.starts_with("P1M") || word.starts_with("P1Y")).collect()
}

/// Days as sent: `value` on each of so many from the local day of `first` on.
async fn days(journal: &Arc<dyn Journal>, parameter: &str, first: &str, count: i64, value: f64) {
    let one = |day| {
        let start = at(first) + Duration::days(day);
        let number = start.timestamp() as usize + parameter.len();
        accept(journal, number, reading(parameter, Period::Day, start, Some(value), ""), start)
    };
    futures::future::join_all((0..count).map(one)).await;
}

fn engine(zone: &str) -> (TempDir, Arc<dyn Journal>, Live) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let live = Live::new(pipeline(zone), journal.clone(), clock);
    (folder, journal, live)
}

#[tokio::test]
async fn a_month_falls_due_after_its_end_and_a_late_hour_revises_it() {
    let (_folder, journal, mut live) = engine("Asia/Shanghai");
    // November 2026 begins in Shanghai at 16:00 UTC of the day before. Of its days 28 are sent and the last is made of hours.
    days(&journal, "pm25", "2026-10-31T16:00:00Z", 28, 29.0).await;
    for hour in 0..24 {
        let start = at("2026-11-29T16:00:00Z") + Duration::hours(hour);
        let value = if hour < 4 { None } else { Some(58.0) };
        accept(&journal, hour as usize, reading("pm25", Period::Hour, start, value, ""), start).await;
    }
    for now in ["2026-11-30T15:00:00Z", "2026-11-30T16:00:59Z"] {
        assert!(run(&mut live, &journal, now).await.is_empty(), "{now}");
    }
    // 28 * 29 + 58 in 29 days.
    let month = run(&mut live, &journal, "2026-11-30T16:01:00Z").await;
    assert_eq!(month, ["P1M mean pm25 2026-10-31T16:00 30 1 29/30"]);
    let before = *journal.published().borrow();
    let late = reading("pm25", Period::Hour, at("2026-11-29T16:00:00Z"), Some(58.0 + 21.0 * 29.0), "");
    accept(&journal, 100, late, at("2026-12-05T00:00:00Z")).await;
    // Its day becomes 58 + 29, and the month one more.
    let month = run(&mut live, &journal, "2026-12-05T00:00:00Z").await;
    assert_eq!(month, ["P1M mean pm25 2026-10-31T16:00 31 1 29/30"]);
    let news = journal.published_tail(before, 1_000).await.unwrap();
    let revision = |published: &&limpid_model::Published| words(&published.record).starts_with("P1M");
    assert_eq!(news.iter().filter(revision).map(|published| published.revision).collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn too_few_days_make_a_month_without_value_and_ozone_none() {
    let (_folder, journal, mut live) = engine("Asia/Shanghai");
    days(&journal, "pm25", "2026-10-31T16:00:00Z", 26, 30.0).await;
    days(&journal, "o3", "2026-10-31T16:00:00Z", 30, 30.0).await;
    let month = run(&mut live, &journal, "2026-12-05T00:00:00Z").await;
    assert_eq!(month, ["P1M mean pm25 2026-10-31T16:00 - 9 26/30"]);
}

#[tokio::test]
async fn a_year_ends_though_its_station_fell_silent() {
    // In Berlin, whose clocks change twice; 2025 begins there at 23:00 UTC.
    let (_folder, journal, mut live) = engine("Europe/Berlin");
    forty_days(&journal).await;
    run(&mut live, &journal, "2025-12-31T22:00:00Z").await;
    let months = run(&mut live, &journal, "2025-12-31T23:00:59Z").await;
    let january = "P1M mean no2 2024-12-31T23:00 20 1 31/31";
    assert_eq!(months, [january, "P1M mean no2 2025-01-31T23:00 - 9 9/28"]);
    let months = run(&mut live, &journal, "2025-12-31T23:01:00Z").await;
    assert_eq!(months[2], "P1Y mean no2 2024-12-31T23:00 - 9 40/365");
    // The same, found by an engine that was started again after it had stood from March on.
    let (_other_folder, other, mut live) = engine("Europe/Berlin");
    forty_days(&other).await;
    assert_eq!(run(&mut live, &other, "2025-02-20T00:00:00Z").await, [january]);
    let mut live = Live::new(pipeline("Europe/Berlin"), other.clone(), clock);
    assert_eq!(run(&mut live, &other, "2026-03-01T00:00:00Z").await, months);
}

/// The first forty days of 2025 in Berlin.
async fn forty_days(journal: &Arc<dyn Journal>) {
    let zone = limpid_model::Zone::parse("Europe/Berlin").unwrap();
    let first = zone.date_of(at("2025-01-01T00:00:00Z"));
    for (number, date) in first.iter_days().take(40).enumerate() {
        let start = zone.start_of(date);
        accept(journal, number, reading("no2", Period::Day, start, Some(20.0), ""), start).await;
    }
}

#[tokio::test]
async fn a_year_of_days_has_twelve_months_and_itself_in_both_speeds() {
    let (_folder, journal, mut live) = engine("Asia/Kolkata");
    // 2024 of 366 days, at 1 in January and 2 after it: (31 + 2 * 335) / 366.
    days(&journal, "pm10", "2023-12-31T18:30:00Z", 31, 1.0).await;
    days(&journal, "pm10", "2024-01-31T18:30:00Z", 335, 2.0).await;
    let mut found = run(&mut live, &journal, "2026-01-01T00:00:00Z").await;
    assert_eq!(found.len(), 13);
    assert!(found.contains(&"P1M mean pm10 2024-01-31T18:30 2 1 29/29".to_owned()), "{found:?}");
    let year = format!("P1Y mean pm10 2023-12-31T18:30 {} 1 366/366", 701.0 / 366.0);
    assert!(found.contains(&year), "{found:?}");
    let (_folder, other, _) = engine("Asia/Kolkata");
    days(&other, "pm10", "2023-12-31T18:30:00Z", 31, 1.0).await;
    days(&other, "pm10", "2024-01-31T18:30:00Z", 335, 2.0).await;
    history(pipeline("Asia/Kolkata"), other.clone(), None, |_, _| {}).await.unwrap();
    let mut whole = calendar(&other).await;
    found.sort();
    whole.sort();
    assert_eq!(found, whole);
}
