//! Laws of events.

use limpid_model::{StationEvent, StationEventKind, Submission};

use super::{Open, at, of, reading, station, submission};
use crate::journal::{Journal, StationEventQuery};

/// A submission of S1 that tells this, `hour` o'clock on 2026-11-25 by its clock.
fn telling(hour: u32, kind: StationEventKind, subject: &str, text: &str) -> Submission {
    let event = StationEvent {
        kind,
        subject: subject.into(),
        at: at("2026-11-25T00:00:00Z") + chrono::Duration::hours(hour.into()),
        text: text.into(),
    };
    Submission { events: vec![event], ..submission(hour, Vec::new()) }
}

fn all(id: &str) -> StationEventQuery {
    StationEventQuery { station: station(id), kinds: Vec::new(), from: None, to: None, limit: 100 }
}

/// `hour kind subject text`, and whose receipt brought it.
async fn words(journal: &dyn Journal, query: StationEventQuery, receipts: &[limpid_model::Receipt]) -> Vec<String> {
    let kept = journal.station_events(query).await.unwrap();
    kept.iter()
        .map(|kept| {
            let from = receipts.iter().position(|receipt| receipt.id == kept.receipt);
            let StationEvent { kind, subject, at, text } = &kept.event;
            format!("{} {kind} {subject} {text} {from:?}", at.format("%H"))
        })
        .collect()
}

pub async fn an_event_is_kept_once_and_what_lasts_when_it_changes(open: Open) {
    use StationEventKind::{FacilityState, Log};
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let mut receipts = Vec::new();
    for submission in [
        telling(1, FacilityState, "SB1", "1"),
        telling(2, FacilityState, "SB1", "1"),
        telling(2, FacilityState, "SB2", "1"),
        telling(3, FacilityState, "SB1", "0"),
        telling(4, FacilityState, "SB1", "1"),
        // A log is a line each time; the same frame once more is the same line.
        telling(5, Log, "i11001", "purge"),
        telling(5, Log, "i11001", "purge"),
        telling(6, Log, "i11001", "purge"),
        Submission { station: None, ..telling(7, Log, "i11001", "whose?") },
        Submission { station: Some(station("S2")), ..telling(8, Log, "i11001", "another's") },
    ] {
        let receipt = journal.accept(submission).await.unwrap();
        assert_eq!((receipt.verdicts.len(), receipt.counts.total()), (0, 0), "an event is no reading");
        receipts.push(receipt);
    }
    let expected = [
        "06 log i11001 purge Some(7)",
        "05 log i11001 purge Some(5)",
        "04 facility_state SB1 1 Some(4)",
        "03 facility_state SB1 0 Some(3)",
        "02 facility_state SB2 1 Some(2)",
        "01 facility_state SB1 1 Some(0)",
    ];
    assert_eq!(words(&*journal, all("S1"), &receipts).await, expected);
    assert!(journal.refusals().await.unwrap().is_empty());
    journal.close().await.unwrap();
    let journal = open(folder.path());
    assert_eq!(words(&*journal, all("S1"), &receipts).await, expected);
    assert_eq!(words(&*journal, all("S2"), &receipts).await, ["08 log i11001 another's Some(9)"]);
    let submission = journal.submission(receipts[4].id).await.unwrap().unwrap();
    assert_eq!((submission.body.as_slice(), &submission.receipt), (&b"ST=22;CN=2061"[..], &receipts[4]));
}

pub async fn events_are_found_by_kind_and_time_newest_first(open: Open) {
    use StationEventKind::{Alarm, Log, SiteState};
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for (hour, kind) in [(3, Log), (1, Alarm), (2, SiteState), (4, Log)] {
        journal.accept(telling(hour, kind, "x", "y")).await.unwrap();
    }
    journal.accept(of(5, [reading("S1", "pm25", 1, 1.0)])).await.unwrap();
    let hours = async |query| -> Vec<String> {
        words(&*journal, query, &[]).await.iter().map(|line| line[..2].to_owned()).collect()
    };
    assert_eq!(hours(all("S1")).await, ["04", "03", "02", "01"]);
    assert_eq!(hours(StationEventQuery { limit: 2, ..all("S1") }).await, ["04", "03"]);
    assert_eq!(hours(StationEventQuery { kinds: vec![Alarm, SiteState], ..all("S1") }).await, ["02", "01"]);
    let within =
        StationEventQuery { from: Some(at("2026-11-25T02:00:00Z")), to: Some(at("2026-11-25T04:00:00Z")), ..all("S1") };
    assert_eq!(hours(within).await, ["03", "02"]);
}
