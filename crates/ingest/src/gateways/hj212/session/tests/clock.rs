//! The platform's clock steps by a day, forth and back, while a station sends.

use std::sync::atomic::{AtomicI64, Ordering};

use limpid_model::VerdictKind;
use limpid_store::SqliteJournal;

use super::*;

/// Seconds by which the clock is off.
static OFF: AtomicI64 = AtomicI64::new(0);

const DAY: i64 = 24 * 60 * 60;

fn clock() -> limpid_model::Instant {
    crate::testing::now() + chrono::Duration::seconds(OFF.load(Ordering::SeqCst))
}

/// The verdict on an hour of A1 on 25 November, sent with this number.
async fn send(session: &Session, hour: u32) -> (VerdictKind, bool) {
    let data = air("2061", &format!("DataTime=202611250{hour}0000;a34004-Avg={hour},a34004-Flag=N"));
    let work = take(session, &data);
    let receipt = session.intake().submit(work.upload).await.unwrap();
    let [verdict] = &receipt.verdicts[..] else { panic!("{receipt:?}") };
    (verdict.verdict, work.answer.is_some())
}

#[tokio::test]
async fn a_clock_that_steps_by_a_day_loses_and_doubles_nothing() {
    use VerdictKind::{Quarantined, Same, Stored};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let door = || {
        let journal = SqliteJournal::open(&path).unwrap();
        Session::new(Intake::new(pipeline(""), journal).with_clock(clock), "192.0.2.7".parse().unwrap())
    };
    // It is 09:30 on the 25th, or a day later, or a day earlier.
    let session = door();
    assert_eq!(send(&session, 1).await, (Stored, true));
    OFF.store(DAY, Ordering::SeqCst);
    assert_eq!(send(&session, 2).await, (Stored, true));
    assert_eq!(send(&session, 1).await, (Same, true), "sent again, with the same number");
    OFF.store(-DAY, Ordering::SeqCst);
    // Hours of what the clock calls tomorrow are set aside, and the station may forget them: they are kept.
    assert_eq!(send(&session, 3).await, (Quarantined, true));
    session.intake().journal().close().await.unwrap();
    // A restart by the wrong clock, and receipts older than those before.
    let session = door();
    assert_eq!(send(&session, 4).await, (Quarantined, true));
    OFF.store(0, Ordering::SeqCst);
    // The clock is right, and gap repair asks for what is missing among the readings: both hours.
    for hour in [3, 4, 5] {
        assert_eq!(send(&session, hour).await, (Stored, true));
    }
    for hour in [1, 2, 3, 4, 5] {
        assert_eq!(send(&session, hour).await, (Same, true));
    }
    let kept = crate::testing::kept(session.intake(), "A1").await;
    let expected = ["24T17", "24T18", "24T19", "24T20", "24T21"];
    let expected: Vec<String> =
        (1..).zip(expected).map(|(value, hour)| format!("pm25 PT1H 2026-11-{hour}:00:00Z {value}")).collect();
    assert_eq!(kept, expected);
    let (from, to) = ("2026-11-01T00:00:00Z".parse().unwrap(), "2026-12-01T00:00:00Z".parse().unwrap());
    let station = session.intake().pipeline().stations.get_str("A1").unwrap();
    let readings = session.intake().journal().window(&station.id, from, to, None).await.unwrap();
    assert!(readings.iter().all(|accepted| accepted.revision == 1), "{readings:?}");
    let aside = session.intake().journal().refusals().await.unwrap();
    assert!(matches!(&aside[..], [one] if one.reason == "in_future" && one.count == 2), "{aside:?}");
}
