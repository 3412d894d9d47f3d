//! Laws of deviations.

use limpid_model::Submission;

use super::{Open, at, of, reading, station};
use crate::journal::Journal;

/// A submission of S1, received so many minutes after noon, that departs in these ways.
fn departing(minute: u32, deviations: &[&'static str]) -> Submission {
    Submission { deviations: deviations.to_vec(), ..of(minute, [reading("S1", "pm25", 1, 1.0)]) }
}

/// `name count first..last` with minutes of the hour, and whose receipt is the example.
async fn words(journal: &dyn Journal, id: &str, receipts: &[limpid_model::Receipt]) -> Vec<String> {
    let counts = journal.deviations(&station(id)).await.unwrap();
    let example = |id| receipts.iter().position(|receipt| receipt.id == id);
    let line = |count: &crate::journal::DeviationCount| {
        let (first, last) = (count.first.format("%H:%M"), count.last.format("%H:%M"));
        format!("{} {} {first}..{last} {:?}", count.name, count.count, example(count.example))
    };
    counts.iter().map(line).collect()
}

pub async fn deviations_are_counted_per_station_with_their_last_example(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let mut receipts = Vec::new();
    for submission in [
        departing(5, &["no_flag", "duplicate"]),
        departing(7, &["no_flag"]),
        // Arrived before the one above, written after it.
        departing(3, &["no_flag"]),
        Submission { station: Some(station("S2")), ..departing(9, &["no_flag"]) },
        Submission { station: None, ..departing(9, &["no_flag"]) },
        departing(11, &[]),
    ] {
        receipts.push(journal.accept(submission).await.unwrap());
    }
    let expected = ["duplicate 1 12:05..12:05 Some(0)", "no_flag 3 12:03..12:07 Some(1)"];
    assert_eq!(words(&*journal, "S1", &receipts).await, expected);
    assert_eq!(words(&*journal, "S2", &receipts).await, ["no_flag 1 12:09..12:09 Some(3)"]);
    assert!(words(&*journal, "S3", &receipts).await.is_empty());
    journal.close().await.unwrap();
    let journal = open(folder.path());
    assert_eq!(words(&*journal, "S1", &receipts).await, expected);
    let counts = journal.deviations(&station("S1")).await.unwrap();
    assert_eq!(counts[1].first, at("2026-11-25T12:03:00.123456Z"));
}

pub async fn deviations_of_many_at_once_are_all_counted(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let all = (0..300_u32).map(|minute| {
        let journal = journal.clone();
        async move { journal.accept(departing(minute % 60, &["no_qn", "encoding"])).await.unwrap() }
    });
    futures::future::join_all(all).await;
    let counts = journal.deviations(&station("S1")).await.unwrap();
    let found: Vec<_> = counts.iter().map(|count| (count.name.as_str(), count.count)).collect();
    assert_eq!(found, [("encoding", 300), ("no_qn", 300)]);
}

pub async fn deviations_of_a_crowd_are_all_counted(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let all = (0..300_u32).map(|n| {
        let journal = journal.clone();
        let station = Some(station(&format!("S{}", n % 50)));
        async move { journal.accept(Submission { station, ..departing(n % 60, &["no_qn"]) }).await.unwrap() }
    });
    futures::future::join_all(all).await;
    journal.close().await.unwrap();
    let journal = open(folder.path());
    for n in 0..50 {
        let counts = journal.deviations(&station(&format!("S{n}"))).await.unwrap();
        let found: Vec<_> = counts.iter().map(|count| (count.name.as_str(), count.count)).collect();
        assert_eq!(found, [("no_qn", 6)], "S{n}");
    }
}
