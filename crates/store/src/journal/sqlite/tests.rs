//! What is SQLite's own: its file, its formats, a reader beside the writer.

use limpid_model::submission::IdempotencyKey;
use limpid_model::{
    Channel, Entry, Instant, LinkEvent, ParameterId, Period, Reading, ReceiptId, Record, StationId, Submission,
};

use super::SqliteJournal;
use super::schema::FORMAT;
use crate::error::StoreError;
use crate::journal::{Conformance, Journal, Links};

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn submission(entropy: u128, readings: u32) -> Submission {
    let reading = |second: u32| Reading {
        station: StationId::parse("S1").unwrap(),
        parameter: ParameterId::known("pm25"),
        period: Period::Moment,
        start: at("2026-11-25T00:00:00Z") + chrono::Duration::seconds(second.into()),
        value: Some(f64::from(second)),
        mark: None,
        conversion: None,
    };
    Submission {
        id: ReceiptId::new(at("2026-11-25T12:00:00Z"), entropy),
        received: at("2026-11-25T12:00:00Z"),
        channel: Channel::Import,
        sender: "long.csv".into(),
        station: None,
        media_type: "text/csv",
        body: vec![b'x'; 100].into(),
        idempotency: None,
        entries: (0..readings).map(reading).map(Entry::Reading).collect(),
        deviations: Vec::new(),
        events: Vec::new(),
    }
}

#[tokio::test]
async fn a_journal_of_a_newer_format_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let journal = SqliteJournal::open(&path).unwrap();
    journal.accept(submission(1, 3)).await.unwrap();
    journal.close().await.unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.pragma_update(None, "user_version", 99).unwrap();
    other.close().unwrap();
    let before = std::fs::read(&path).unwrap();
    for error in [SqliteJournal::open(&path).unwrap_err(), SqliteJournal::open_read_only(&path).unwrap_err()] {
        let text = error.to_string();
        assert!(matches!(error, StoreError::Version { found: 99, known: FORMAT, .. }), "{text}");
        assert!(text.contains(folder.path().to_str().unwrap()), "{text}");
    }
    assert!(std::fs::read(&path).unwrap() == before);
}

#[tokio::test]
async fn a_journal_of_the_first_format_becomes_one_of_the_newest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(include_str!("schema_1.sql")).unwrap();
    old.execute_batch("INSERT INTO cursors VALUES ('engine', 7)").unwrap();
    old.pragma_update(None, "application_id", super::schema::APPLICATION).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old.close().unwrap();
    let journal = SqliteJournal::open(&path).unwrap();
    assert_eq!(journal.cursor("engine").await.unwrap(), 7);
    journal
        .accept(Submission { deviations: vec!["no_flag"], station: StationId::parse("S1"), ..submission(1, 3) })
        .await
        .unwrap();
    assert_eq!(journal.deviations(&StationId::parse("S1").unwrap()).await.unwrap()[0].count, 1);
    let event = LinkEvent::started(at("2026-11-25T12:00:00Z"));
    journal.note_link(event.clone()).await.unwrap();
    journal.close().await.unwrap();
    let journal = SqliteJournal::open_read_only(&path).unwrap();
    assert_eq!(journal.links(event.at, event.at + chrono::Duration::seconds(1)).await.unwrap().len(), 1);
    let refused = journal.note_link(event).await.unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly), "{refused}");
}

#[tokio::test]
async fn a_journal_of_the_first_format_keeps_its_assessments() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(include_str!("schema_1.sql")).unwrap();
    old.execute_batch(
        "INSERT INTO assessed VALUES (1, 'S1', 'hj633-2026', 'PT1H');
         INSERT INTO assessments VALUES (7, 1, 0, 1, 3600000000, 34, 1, '', 'pm25=34', NULL, 0, 0);",
    )
    .unwrap();
    old.pragma_update(None, "application_id", super::schema::APPLICATION).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old.close().unwrap();
    let journal = SqliteJournal::open(&path).unwrap();
    let found = journal.published_tail(0, 10).await.unwrap();
    assert_eq!(found.len(), 1);
    let Record::Assessment(kept) = found[0].record.clone() else { panic!("{found:?}") };
    assert_eq!((found[0].seq, kept.index, kept.compliance.clone()), (7, Some(34), None));
    let again = journal.publish(vec![Record::Assessment(kept)], None).await.unwrap();
    assert!(again.is_empty(), "it is the same as before");
    journal.close().await.unwrap();
}

#[test]
fn a_file_that_is_no_journal_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let content = "station,parameter\n".repeat(1000);
    std::fs::write(&path, &content).unwrap();
    let error = SqliteJournal::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }) && error.to_string().contains("journal.sqlite"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    let nowhere = SqliteJournal::open_read_only(&folder.path().join("none.sqlite")).unwrap_err();
    assert!(matches!(nowhere, StoreError::NotFound { .. }), "{nowhere}");
}

#[tokio::test]
async fn a_reader_beside_the_writer_sees_what_is_durable_and_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let writer = SqliteJournal::open(&path).unwrap();
    writer.accept(submission(1, 3)).await.unwrap();
    let reader = SqliteJournal::open_read_only(&path).unwrap();
    assert_eq!(reader.tail(0, 10).await.unwrap(), writer.tail(0, 10).await.unwrap());
    writer.accept(submission(2, 5)).await.unwrap();
    assert_eq!(reader.tail(0, 10).await.unwrap().len(), 5);
    let refused = reader.accept(submission(3, 6)).await.unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly), "{refused}");
    assert!(matches!(reader.publish(Vec::new(), None).await, Err(StoreError::ReadOnly)));
    reader.close().await.unwrap();
    assert!(matches!(reader.counts().await, Err(StoreError::Closed)));
    assert_eq!(writer.counts().await.unwrap().stored, 5);
}

/// More readings than may wait, so that they are brought into order while more come, in one submission and in many.
#[tokio::test]
async fn blocks_and_submissions_tell_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let journal = SqliteJournal::open(&path).unwrap();
    let total = super::index::AT_MOST as u32 + 10;
    for (entropy, readings) in [(1, 7), (2, total), (3, total + 7201)] {
        journal.accept(submission(entropy, readings)).await.unwrap();
    }
    let count = total as usize + 7201;
    let window = |journal: std::sync::Arc<SqliteJournal>| async move {
        let station = StationId::parse("S1").unwrap();
        journal.window(&station, at("2026-11-01T00:00:00Z"), at("2026-12-31T00:00:00Z"), None).await.unwrap()
    };
    let tail = journal.tail(0, count + 1).await.unwrap();
    assert_eq!(tail.len(), count);
    // Accepted in the order of time, so both orders are one.
    assert!(window(journal.clone()).await == tail);
    journal.close().await.unwrap();
    let journal = SqliteJournal::open(&path).unwrap();
    assert!(window(journal.clone()).await == tail);
    assert_eq!(journal.extents().await.unwrap()[0].readings, count as u64);
    let station = StationId::parse("S1").unwrap();
    let hour = journal.window(&station, at("2026-11-25T01:00:00Z"), at("2026-11-25T02:00:00Z"), None).await.unwrap();
    assert!(hour == tail[3600..7200]);
}

/// A trigger makes some writes fail within the transaction that they share with others.
#[tokio::test]
async fn a_submission_that_fails_leaves_nothing_and_spares_its_neighbours() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let journal = SqliteJournal::open(&path).unwrap();
    journal.accept(submission(1, 1)).await.unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other
        .execute_batch(
            "CREATE TRIGGER poison BEFORE INSERT ON keys WHEN NEW.key = 'poison' BEGIN SELECT RAISE(ABORT, 'poison'); END",
        )
        .unwrap();
    let tasks: Vec<_> = (1..64)
        .map(|hour| {
            let mut next = submission(hour + 1, 1);
            for entry in &mut next.entries {
                let Entry::Reading(reading) = entry else { continue };
                reading.start += chrono::Duration::hours(hour as i64);
                reading.value = Some(hour as f64);
            }
            if hour % 8 == 0 {
                next.idempotency = Some(IdempotencyKey { scope: "test".into(), key: "poison".into() });
            }
            let journal = journal.clone();
            tokio::spawn(async move { (hour, journal.accept(next).await) })
        })
        .collect();
    for task in tasks {
        let (hour, outcome) = task.await.unwrap();
        assert_eq!(outcome.is_err(), hour % 8 == 0, "hour {hour}");
    }
    let tail = journal.tail(0, 1000).await.unwrap();
    let mut hours: Vec<_> = tail.iter().map(|accepted| accepted.reading.value.unwrap() as u32).collect();
    hours.sort_unstable();
    assert_eq!(hours, (0..64).filter(|hour| hour % 8 != 0 || *hour == 0).collect::<Vec<u32>>());
    assert_eq!(journal.counts().await.unwrap().stored, 57);
    // What failed can be sent again, and is new.
    assert_eq!(journal.accept(submission(9, 1)).await.unwrap().counts.same, 1);
    let mut again = submission(9, 1);
    let Entry::Reading(reading) = &mut again.entries[0] else { unreachable!() };
    reading.start += chrono::Duration::hours(8);
    assert_eq!(journal.accept(again).await.unwrap().counts.stored, 1);
}

/// Receipts are found whatever the clock did between them, in full groups and in small ones.
#[tokio::test]
async fn a_receipt_is_found_by_its_id_after_clock_jumps() {
    let folder = tempfile::tempdir().unwrap();
    let journal = SqliteJournal::open(&folder.path().join("journal.sqlite")).unwrap();
    let mut sent = Vec::new();
    let mut tasks = Vec::new();
    for round in 0..300_u32 {
        // Forward by a minute, back by a day, and still for a while.
        let jump = [0, 0, 0, 60_000, -86_400_000, 5][round as usize % 6] * i64::from(round / 6 % 7);
        let received = at("2026-11-25T12:00:00Z") + chrono::Duration::milliseconds(jump + i64::from(round));
        let mut next = submission(u128::from(round), round % 3);
        (next.id, next.received) = (ReceiptId::new(received, u128::from(round)), received);
        // Every fifth is too long for a group.
        next.body = round.to_string().repeat(if round % 5 == 0 { 3000 } else { 30 }).into_bytes().into();
        sent.push((next.id, received, next.body.clone()));
        let journal = journal.clone();
        tasks.push(tokio::spawn(async move { journal.accept(next).await.unwrap() }));
    }
    for (task, (id, ..)) in tasks.into_iter().zip(&sent) {
        assert_eq!(task.await.unwrap().id, *id);
    }
    for (id, received, body) in sent {
        let found = journal.submission(id).await.unwrap().unwrap();
        assert_eq!((found.receipt.id, found.receipt.received), (id, received));
        assert!(body == found.body);
    }
    let unknown = ReceiptId::new(at("2026-11-25T12:00:00Z"), 1 << 70);
    assert!(journal.submission(unknown).await.unwrap().is_none());
}

#[tokio::test]
async fn a_journal_of_an_unreleased_limpid_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch("CREATE TABLE submissions (number INTEGER PRIMARY KEY)").unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old.close().unwrap();
    let error = SqliteJournal::open(&path).unwrap_err().to_string();
    assert!(error.contains("name another state folder"), "{error}");
}
