//! Laws of taking submissions in.

use futures::StreamExt;
use futures::stream::FuturesOrdered;
use limpid_model::{Body, Counts, Entry, Reason, Submission, VerdictKind};

use super::{Open, at, key, of, reading, refused, submission};
use crate::error::StoreError;
use crate::journal::Seal;

pub async fn a_reading_is_stored_then_same_then_corrected(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let first = journal.accept(of(0, [reading("S1", "pm25", 1, 23.4)])).await.unwrap();
    assert_eq!(first.verdicts[0].verdict, VerdictKind::Stored);
    assert_eq!((first.verdicts[0].reason, &first.verdicts[0].detail), (None, &None));
    let second = journal.accept(of(1, [reading("S1", "pm25", 1, 23.4)])).await.unwrap();
    assert_eq!(second.verdicts[0].verdict, VerdictKind::Same);
    let third = journal.accept(of(2, [reading("S1", "pm25", 1, 25.0)])).await.unwrap();
    assert_eq!(third.verdicts[0].verdict, VerdictKind::Corrected);
    assert_eq!(third.verdicts[0].reason, Some(Reason::ValueChanged));
    let detail = third.verdicts[0].detail.as_deref().unwrap();
    assert!(detail.contains("23.4") && detail.contains("25"), "{detail}");
    // Back to the first value is a further revision; a missing value and another mark differ too.
    let mut unmarked = reading("S1", "pm25", 1, None);
    unmarked.mark = None;
    for (minute, next, verdict) in [
        (3, reading("S1", "pm25", 1, 23.4), VerdictKind::Corrected),
        (4, reading("S1", "pm25", 1, None), VerdictKind::Corrected),
        (5, reading("S1", "pm25", 1, None), VerdictKind::Same),
        (6, unmarked, VerdictKind::Corrected),
    ] {
        assert_eq!(journal.accept(of(minute, [next])).await.unwrap().verdicts[0].verdict, verdict, "{minute}");
    }
    let revisions: Vec<_> = journal.tail(0, 10).await.unwrap().iter().map(|a| (a.revision, a.reading.value)).collect();
    assert_eq!(revisions, [(1, Some(23.4)), (2, Some(25.0)), (3, Some(23.4)), (4, None), (5, None)]);
    let counts = journal.counts().await.unwrap();
    assert_eq!(counts, Counts { stored: 1, same: 2, corrected: 4, ..Counts::default() });
}

pub async fn every_float_comes_back_bit_for_bit(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let values = [0.0, -0.0, 5.0, -3.0, 0.1 + 0.2, 5e-324, f64::MAX, f64::MIN_POSITIVE, 1e15 + 0.3, 9007199254740993.0];
    let readings = (0..).zip(values).map(|(hour, value)| reading("S1", "pm25", hour, value));
    journal.accept(of(0, readings)).await.unwrap();
    let bits = |accepted: Vec<super::super::Accepted>| -> Vec<u64> {
        accepted.iter().map(|accepted| accepted.reading.value.unwrap().to_bits()).collect()
    };
    let expected = values.map(f64::to_bits);
    assert_eq!(bits(journal.tail(0, 100).await.unwrap()), expected);
    let s1 = super::station("S1");
    let window = journal.window(&s1, at("2026-11-25T00:00:00Z"), at("2026-11-26T00:00:00Z"), None);
    assert_eq!(bits(window.await.unwrap()), expected);
    // The negative zero is another value than the zero.
    let zeros = journal.accept(of(1, [reading("S1", "pm25", 0, -0.0), reading("S1", "pm25", 1, -0.0)])).await.unwrap();
    assert_eq!((zeros.counts.corrected, zeros.counts.same), (1, 1));
    journal.close().await.unwrap();
    let journal = open(folder.path());
    let window = journal.window(&s1, at("2026-11-25T00:00:00Z"), at("2026-11-26T00:00:00Z"), None);
    assert_eq!(bits(window.await.unwrap())[1..], expected[1..]);
}

pub async fn bodies_come_back_byte_for_byte(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let mut noise = 0x2545_f491_4f6c_dd1d_u64;
    let random: Vec<u8> = std::iter::repeat_with(|| {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        noise as u8
    })
    .take(2 * 1024 * 1024)
    .collect();
    let bodies = [Vec::new(), b"\0".to_vec(), b"\xff\xfe\r\n##0411\r\n".to_vec(), vec![b'a'; 2 * 1024 * 1024], random];
    let mut ids = Vec::new();
    for body in &bodies {
        // As it is, and as one that was sealed while it came.
        let mut seal = Seal::new().unwrap();
        for piece in body.chunks(70_001) {
            seal.write(piece).unwrap();
        }
        for received in [body.clone().into(), Body::Sealed(seal.finish().unwrap())] {
            let receipt = journal.accept(Submission { body: received, ..submission(0, Vec::new()) }).await.unwrap();
            assert_eq!(receipt.counts, Counts::default());
            ids.push(receipt.id);
        }
    }
    // SHA-256 of the empty string, FIPS 180-4.
    for id in &ids[..2] {
        let empty = journal.submission(*id).await.unwrap().unwrap();
        assert_eq!(empty.sha256[..4], [0xe3, 0xb0, 0xc4, 0x42]);
    }
    journal.close().await.unwrap();
    let journal = open(folder.path());
    for (id, body) in ids.into_iter().zip(bodies.iter().flat_map(|body| [body, body])) {
        let stored = journal.submission(id).await.unwrap().unwrap();
        assert!(&stored.body == body, "a body of {} bytes changed", body.len());
        assert_eq!((stored.media_type.as_str(), stored.sender.as_str()), ("text/plain", "MN1 at 127.0.0.1:9"));
    }
    let other = submission(0, Vec::new()).id;
    assert!(journal.submission(other).await.unwrap().is_none());
}

pub async fn receipts_come_back_as_they_were_given(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let stored = |hour, value: f64| Entry::Reading(reading("S1", "pm25", hour, value));
    let mixed = vec![
        stored(1, 1.0),
        refused(VerdictKind::Rejected, Reason::NotANumber),
        stored(1, 1.0),
        refused(VerdictKind::Quarantined, Reason::InFuture),
        stored(2, 2.0),
    ];
    let mut given = Vec::new();
    for (minute, entries) in [
        mixed,
        Vec::new(),
        vec![stored(1, 9.0), stored(2, 9.0)],
        vec![stored(1, 9.0), stored(2, 9.0)],
        vec![refused(VerdictKind::Quarantined, Reason::UnknownStation)],
    ]
    .into_iter()
    .enumerate()
    {
        given.push(journal.accept(submission(minute as u32, entries)).await.unwrap());
    }
    let kinds: Vec<_> = given[0].verdicts.iter().map(|verdict| verdict.verdict.as_str()).collect();
    assert_eq!(kinds, ["stored", "rejected", "same", "quarantined", "stored"]);
    assert_eq!(given[0].verdicts[1].detail.as_deref(), Some("because of not_a_number"));
    journal.close().await.unwrap();
    let journal = open(folder.path());
    for receipt in given {
        assert_eq!(journal.submission(receipt.id).await.unwrap().unwrap().receipt, receipt);
    }
}

pub async fn an_idempotency_key_gives_the_earlier_receipt_or_a_conflict(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let keyed = |scope: &str, name: &str, body: &[u8], value: f64| Submission {
        idempotency: key(scope, name),
        body: body.to_vec().into(),
        ..of(0, [reading("S1", "pm25", 1, value)])
    };
    let first = journal.accept(keyed("A", "k", b"one", 1.0)).await.unwrap();
    assert_eq!(journal.accept(keyed("A", "k", b"one", 1.0)).await.unwrap(), first);
    let conflict = journal.accept(keyed("A", "k", b"two", 2.0)).await.unwrap_err();
    assert!(matches!(&conflict, StoreError::IdempotencyConflict { key } if key == "k"), "{conflict}");
    // Another scope's key and another key are other uploads.
    for (scope, name) in [("B", "k"), ("A", "K"), ("A", "")] {
        let other = journal.accept(keyed(scope, name, b"one", 1.0)).await.unwrap();
        assert_ne!(other.id, first.id);
        assert_eq!(other.counts.same, 1);
    }
    // Many at once under one key: one is stored, all get its receipt.
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let (journal, submission) = (journal.clone(), keyed("C", "k", b"three", 3.0));
            tokio::spawn(async move { journal.accept(submission).await.unwrap().id })
        })
        .collect();
    let mut ids = Vec::new();
    for task in tasks {
        ids.push(task.await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(journal.counts().await.unwrap(), Counts { stored: 1, same: 3, corrected: 1, ..Counts::default() });
}

pub async fn equal_readings_in_one_submission_are_stored_once(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let twice = of(0, [reading("S1", "pm25", 5, 1.0), reading("S1", "pm25", 4, 1.0), reading("S1", "pm25", 5, 1.0)]);
    let receipt = journal.accept(twice).await.unwrap();
    assert_eq!((receipt.counts.stored, receipt.counts.same), (2, 1));
    assert_eq!(receipt.verdicts[2].verdict, VerdictKind::Same);
    assert_eq!(journal.tail(0, 10).await.unwrap().len(), 2);
}

pub async fn refusals_are_kept_and_counted(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let before = *journal.accepted().borrow();
    let unknown = || refused(VerdictKind::Quarantined, Reason::UnknownStation);
    let damaged = || refused(VerdictKind::Rejected, Reason::Damaged);
    journal.accept(Submission { station: None, ..submission(0, vec![unknown(), unknown()]) }).await.unwrap();
    journal.accept(Submission { station: None, ..submission(1, vec![unknown(), damaged()]) }).await.unwrap();
    journal.accept(submission(2, vec![damaged()])).await.unwrap();
    assert_eq!(*journal.accepted().borrow(), before, "no reading was accepted");
    let mut refusals: Vec<_> = journal
        .refusals()
        .await
        .unwrap()
        .into_iter()
        .map(|r| (r.station.map(|s| s.to_string()), r.channel.as_str(), r.kind.as_str(), r.reason, r.count))
        .collect();
    refusals.sort();
    let expected = [
        (None, "hj212", "quarantined", "unknown_station".to_owned(), 3),
        (None, "hj212", "rejected", "damaged".to_owned(), 1),
        (Some("S1".to_owned()), "hj212", "rejected", "damaged".to_owned(), 1),
    ];
    assert_eq!(refusals, expected);
    let counts = journal.counts().await.unwrap();
    assert_eq!(counts, Counts { quarantined: 3, rejected: 2, ..Counts::default() });
}

/// Out of order, over many submissions, in and out of what the engine keeps at hand.
pub async fn late_readings_find_their_earlier_revisions(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = open(folder.path());
    for round in 0..3 {
        for hour in [7, 3, 9, 1, 8, 3, 7] {
            let value = f64::from(100 * round + hour);
            let kinds: Vec<_> = journal
                .accept(of(0, [reading("S1", "pm25", hour, value), reading("S1", "o3", 20 - hour, value)]))
                .await
                .unwrap()
                .verdicts
                .into_iter()
                .map(|verdict| verdict.verdict)
                .collect();
            let seen: usize = journal
                .window(&super::station("S1"), at("2026-11-25T00:00:00Z"), at("2026-11-26T00:00:00Z"), None)
                .await
                .unwrap()
                .len();
            assert_eq!(kinds[0], kinds[1]);
            assert!(seen <= 10, "5 hours of 2 parameters, not {seen}");
        }
        if round == 1 {
            journal.close().await.unwrap();
            journal = open(folder.path());
        }
    }
    // Per parameter and round 5 differing hours and 2 repeats.
    let counts = journal.counts().await.unwrap();
    assert_eq!(counts, Counts { stored: 10, corrected: 20, same: 12, ..Counts::default() });
    let window = journal
        .window(&super::station("S1"), at("2026-11-25T00:00:00Z"), at("2026-11-26T00:00:00Z"), None)
        .await
        .unwrap();
    assert!(window.iter().all(|accepted| accepted.revision == 3), "{window:?}");
}

pub async fn a_closed_journal_says_so(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    journal.writable().await.unwrap();
    // Close lets in what came before it.
    let waiting: Vec<_> = (0..16)
        .map(|hour| {
            let journal = journal.clone();
            tokio::spawn(async move { journal.accept(of(0, [reading("S1", "pm25", hour, 1.0)])).await.is_ok() })
        })
        .collect();
    tokio::task::yield_now().await;
    journal.close().await.unwrap();
    let mut taken = 0;
    for task in waiting {
        taken += u64::from(task.await.unwrap());
    }
    let closed = |outcome: Option<StoreError>| assert!(matches!(outcome, Some(StoreError::Closed)), "{outcome:?}");
    closed(journal.accept(of(0, [reading("S1", "pm25", 1, 1.0)])).await.err());
    closed(journal.publish(Vec::new(), None).await.err());
    closed(journal.writable().await.err());
    closed(journal.tail(0, 1).await.err());
    closed(journal.close().await.err());
    assert_eq!(open(folder.path()).counts().await.unwrap().stored, taken);
}

pub async fn what_one_task_hands_in_is_taken_in_its_order(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    // More than a task of tokio may do in one turn.
    let all = (0..400_u32).map(|n| {
        let journal = journal.clone();
        async move { journal.accept(of(0, [reading("S1", "pm25", 1, f64::from(n))])).await.unwrap() }
    });
    let receipts: Vec<_> = all.collect::<FuturesOrdered<_>>().collect().await;
    for (n, receipt) in receipts.iter().enumerate().skip(1) {
        let detail = receipt.verdicts[0].detail.as_deref().unwrap_or_default();
        assert!(detail.ends_with(&format!("kept as revision {}", n + 1)), "{n}: {detail:?}");
    }
}
