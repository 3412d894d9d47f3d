//! Laws of reading what was received.

use chrono::Duration;
use limpid_model::{Entry, Period, Reason, VerdictKind};

use super::{Open, at, of, reading, refused, station, submission};

const FROM: &str = "2026-11-25T00:00:00Z";
const TO: &str = "2026-11-26T00:00:00Z";

/// One reader follows while many write; it sees every number once, in order, and none appears behind it later.
pub async fn the_tail_is_in_order_and_misses_nothing_under_load(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let (writers, each) = (16_u32, 25_u32);
    let tasks: Vec<_> = (0..writers)
        .map(|writer| {
            let journal = journal.clone();
            tokio::spawn(async move {
                for hour in 0..each {
                    let name = format!("S{writer}");
                    let readings = ["pm25", "pm10", "o3"].map(|parameter| reading(&name, parameter, hour, 1.0));
                    journal.accept(of(0, readings)).await.unwrap();
                }
            })
        })
        .collect();
    let total = (writers * each * 3) as usize;
    let mut accepted = journal.accepted();
    let (mut after, mut seen) = (0, Vec::new());
    while seen.len() < total {
        // Small pages, so that their edges fall within submissions.
        let page = journal.tail(after, 7).await.unwrap();
        if page.is_empty() {
            tokio::time::timeout(std::time::Duration::from_secs(60), accepted.wait_for(|newest| *newest > after))
                .await
                .expect("every accepted reading wakes whoever follows")
                .unwrap();
            continue;
        }
        for item in page {
            assert!(item.seq > after);
            after = item.seq;
            seen.push(item);
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(journal.tail(0, total + 1).await.unwrap(), seen);
    assert_eq!(*accepted.borrow(), after);
    // Whatever one writer did comes in its order.
    for writer in 0..writers {
        let name = format!("S{writer}");
        let starts: Vec<_> =
            seen.iter().filter(|a| a.reading.station.as_str() == name).map(|a| a.reading.start).collect();
        assert!(starts.is_sorted() && starts.len() == (each * 3) as usize);
    }
}

pub async fn the_tail_can_stop_within_a_submission(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    journal.accept(submission(0, Vec::new())).await.unwrap();
    journal.accept(of(0, (0..5).map(|hour| reading("S1", "pm25", hour, 1.0)))).await.unwrap();
    journal.accept(submission(0, vec![refused(VerdictKind::Rejected, Reason::Damaged)])).await.unwrap();
    journal.accept(of(0, (5..9).map(|hour| reading("S1", "pm25", hour, 1.0)))).await.unwrap();
    let all = journal.tail(0, 100).await.unwrap();
    assert_eq!(all.len(), 9);
    for limit in 1..10 {
        let (mut after, mut joined) = (0, Vec::new());
        loop {
            let page = journal.tail(after, limit).await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= limit);
            after = last.seq;
            joined.extend(page);
        }
        assert_eq!(joined, all, "pages of {limit}");
    }
    assert!(journal.tail(u64::MAX, 10).await.unwrap().is_empty());
    assert!(journal.tail(0, 0).await.unwrap().is_empty());
}

pub async fn a_window_has_the_latest_revisions_in_order(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let minute = |start: &str, value| {
        let mut minute = reading("S1", "o3", 0, value);
        (minute.period, minute.start) = (Period::Minutes(1), at(start));
        minute
    };
    // o3 stands before pm25 as text, after it in the table of parameters; "S1." and "S10" are other stations.
    journal
        .accept(of(
            0,
            [
                reading("S1", "pm25", 2, 2.0),
                reading("S1", "pm25", 1, 1.0),
                reading("S1", "o3", 1, 3.0),
                minute("2026-11-25T01:00:00Z", 4.0),
                minute("2026-11-25T00:59:59.999999Z", 5.0),
                reading("S1.", "pm25", 1, 6.0),
                reading("S10", "pm25", 1, 7.0),
                reading("S1", "pm25", 3, 8.0),
            ],
        ))
        .await
        .unwrap();
    journal.accept(of(1, [reading("S1", "pm25", 1, 1.5), reading("S1", "o3", 2, None)])).await.unwrap();
    let window = |from: &str, to: &str| {
        let (journal, from, to) = (journal.clone(), at(from), at(to));
        async move {
            let window = journal.window(&station("S1"), from, to, None).await.unwrap();
            window.into_iter().map(|a| (a.reading.parameter.as_str(), a.reading.value, a.revision)).collect::<Vec<_>>()
        }
    };
    let expected =
        [("o3", Some(4.0), 1), ("o3", Some(3.0), 1), ("o3", None, 1), ("pm25", Some(1.5), 2), ("pm25", Some(2.0), 1)];
    assert_eq!(window("2026-11-25T01:00:00Z", "2026-11-25T03:00:00Z").await, expected);
    assert_eq!(window("2026-11-25T00:59:59.999999Z", "2026-11-25T01:00:00Z").await, [("o3", Some(5.0), 1)]);
    assert_eq!(window("2026-11-25T03:00:00Z", "2026-11-25T03:00:00Z").await, []);
    assert!(journal.window(&station("S9"), at(FROM), at(TO), None).await.unwrap().is_empty());
}

pub async fn a_window_shows_what_had_been_received_by_then(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for (minute, value) in [(0, 1.0), (10, 2.0), (20, 3.0)] {
        journal.accept(of(minute, [reading("S1", "pm25", 1, value)])).await.unwrap();
    }
    let received = of(10, []).received;
    for (as_of, expected) in [
        (received - Duration::minutes(11), vec![]),
        (received - Duration::microseconds(1), vec![(1, Some(1.0))]),
        (received, vec![(2, Some(2.0))]),
        (received + Duration::minutes(10), vec![(3, Some(3.0))]),
    ] {
        let window = journal.window(&station("S1"), at(FROM), at(TO), Some(as_of)).await.unwrap();
        let found: Vec<_> = window.iter().map(|accepted| (accepted.revision, accepted.reading.value)).collect();
        assert_eq!(found, expected, "as of {as_of}");
    }
}

pub async fn extents_count_each_reading_once(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    assert!(journal.extents().await.unwrap().is_empty());
    journal.accept(of(0, [2, 1, 5].map(|hour| reading("S1", "pm25", hour, 1.0)))).await.unwrap();
    journal.accept(of(1, [reading("S1", "pm25", 1, 2.0), reading("S1", "o3", 9, 1.0)])).await.unwrap();
    journal.accept(of(1, [reading("a.b-c_D", "o3", 3, None)])).await.unwrap();
    let check = |extents: Vec<super::super::StationExtent>| {
        let found: Vec<_> = extents.iter().map(|e| (e.station.as_str(), e.first, e.last, e.readings)).collect();
        let expected = [
            ("S1", at("2026-11-25T01:00:00Z"), at("2026-11-25T09:00:00Z"), 4),
            ("a.b-c_D", at("2026-11-25T03:00:00Z"), at("2026-11-25T03:00:00Z"), 1),
        ];
        assert_eq!(found, expected);
    };
    check(journal.extents().await.unwrap());
    journal.close().await.unwrap();
    check(open(folder.path()).extents().await.unwrap());
}

pub async fn everything_is_there_after_reopening(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let long = "x".repeat(64);
    let mut converted = reading(&long, "co", 4, 0.7);
    converted.conversion = Some("unit-factor");
    let mut ancient = reading("0", "pm25", 0, 1.0);
    ancient.start = at("1901-01-01T00:00:00Z");
    let mut marked = reading("A-_.", "pm25", 0, 1.0);
    marked.mark = limpid_model::Mark::parse("#'\"~");
    journal.accept(of(0, [converted.clone(), ancient.clone(), marked.clone()])).await.unwrap();
    let tail = journal.tail(0, 10).await.unwrap();
    assert_eq!(tail.iter().map(|a| a.reading.clone()).collect::<Vec<_>>(), [converted, ancient, marked]);
    let newest = *journal.accepted().borrow();
    // Not closed: dropped, as a program that ends does.
    drop(journal);
    let journal = open(folder.path());
    assert_eq!(journal.tail(0, 10).await.unwrap(), tail);
    assert_eq!(*journal.accepted().borrow(), newest);
    let same = journal.accept(of(1, tail.iter().map(|accepted| accepted.reading.clone()))).await.unwrap();
    assert_eq!(same.counts.same, 3);
    journal.accept(of(1, [reading("S1", "pm25", 1, 1.0)])).await.unwrap();
    assert!(journal.tail(newest, 10).await.unwrap()[0].seq > newest);
}

pub async fn a_late_reading_within_a_submission_survives_reopening(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let mixed = [5, 9, 3, 7, 1].map(|hour| reading("S1", "pm25", hour, f64::from(hour)));
    journal.accept(of(0, mixed)).await.unwrap();
    let tail = journal.tail(0, 10).await.unwrap();
    drop(journal);
    let journal = open(folder.path());
    assert_eq!(journal.tail(0, 10).await.unwrap(), tail);
    let window = journal.window(&station("S1"), at(FROM), at(TO), None).await.unwrap();
    assert_eq!(window.iter().map(|a| a.reading.value.unwrap()).collect::<Vec<_>>(), [1.0, 3.0, 5.0, 7.0, 9.0]);
    assert_eq!(journal.extents().await.unwrap()[0].readings, 5);
    let again =
        journal.accept(of(1, [7, 5, 1].map(|hour| reading("S1", "pm25", hour, f64::from(hour))))).await.unwrap();
    assert_eq!(again.counts.same, 3);
}

/// Whatever an engine writes behind, no reader may notice.
pub async fn reads_see_what_was_just_accepted(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for hour in 0..30_u32 {
        let receipt = journal.accept(of(hour, [reading("S1", "pm25", hour % 24, f64::from(hour))])).await.unwrap();
        let window = journal.window(&station("S1"), at(FROM), at(TO), None).await.unwrap();
        let newest = window.iter().max_by_key(|accepted| accepted.seq).unwrap();
        assert_eq!((newest.receipt, newest.received), (receipt.id, receipt.received));
        assert_eq!(window.len(), (hour as usize + 1).min(24));
        if hour % 10 == 9 {
            // Long enough for what is written behind to be written.
            tokio::time::sleep(std::time::Duration::from_millis(120)).await;
        }
    }
    let entries: Vec<Entry> = (0..24).map(|hour| Entry::Reading(reading("S2", "o3", hour, 1.0))).collect();
    journal.accept(submission(0, entries)).await.unwrap();
    assert_eq!(journal.window(&station("S2"), at(FROM), at(TO), None).await.unwrap().len(), 24);
}
