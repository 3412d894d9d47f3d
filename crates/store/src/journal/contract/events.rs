//! The event log: one order of everything that happened.

use chrono::Utc;
use limpid_model::alert::{Info, Reference};
use limpid_model::event::{LevelChange, NewRelease};
use limpid_model::{Alert, Happening, Instant, Logged, Note, NoteKind, Subject};

use super::forecasts::issue;
use super::publishing::observation;
use super::{Open, at, station};
use crate::journal::{DeadLetter, Journal, KeptAlert, NoteQuery};

fn level(id: &str, level: u8) -> Note {
    let (start, end) = (at("2026-11-25T00:00:00Z"), at("2026-11-25T01:00:00Z"));
    let (before, station) = (Some(2), station(id));
    let scheme = "hj633-2026".into();
    Note::Level(LevelChange { station, scheme, start, end, index: Some(151), level, before, revised: false })
}

fn release(release: &str) -> Note {
    Note::Release(NewRelease { dataset: "air-hourly".into(), release: release.into() })
}

fn alert(identifier: &str) -> Alert {
    Alert {
        id: 9,
        received: at("2026-11-25T00:00:00.25Z"),
        who: "值班".into(),
        own: false,
        signed: true,
        identifier: identifier.into(),
        sender: "gov.example".into(),
        sent: "2026-11-25T08:00:00+08:00".into(),
        status: "Actual".into(),
        message: "Update".into(),
        scope: "Public".into(),
        references: vec![Reference { sender: "a".into(), identifier: "b".into(), sent: "c".into() }],
        info: vec![Info {
            language: "zh-CN".into(),
            category: vec!["Env".into()],
            event: "重污染天气".into(),
            urgency: "Expected".into(),
            severity: "Severe".into(),
            certainty: "Likely".into(),
            effective: None,
            onset: Some(at("2026-11-25T01:00:00Z")),
            expires: None,
            sender_name: None,
            headline: Some("橙色预警".into()),
            description: None,
            instruction: None,
            web: None,
            areas: vec!["示例县".into()],
        }],
    }
}

fn name(logged: &Logged) -> &'static str {
    match logged.happening {
        Happening::Record(_) => "record",
        Happening::Forecast(_) => "forecast",
        Happening::Alert(_) => "alert",
        Happening::Level(_) => "level",
        Happening::Release(_) => "release",
        Happening::Freshness(_) => "freshness",
    }
}

/// A record, a level, an issue, an alert, a record, a release.
async fn fill(journal: &dyn Journal) {
    journal.publish(vec![observation("S1", "pm25", 0, 1.0).into()], None).await.unwrap();
    journal.note(vec![level("S1", 4)], Some(("levels".into(), 1))).await.unwrap();
    journal.keep_forecasts(vec![issue(Subject::Station(station("S1")), 0)]).await.unwrap();
    assert_eq!(journal.keep_alert(alert("A1"), b"<alert/>".to_vec()).await.unwrap(), KeptAlert::New(1));
    journal.publish(vec![observation("S1", "pm25", 1, 2.0).into()], None).await.unwrap();
    journal.note(vec![release("r1")], None).await.unwrap();
}

pub async fn everything_has_its_place_in_one_order(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let published = journal.published();
    fill(&*journal).await;
    assert_eq!((*journal.logged().borrow(), *published.borrow()), (6, 5), "only a record is a published one");
    assert_eq!(journal.cursor("levels").await.unwrap(), 1);
    let log = journal.log(0, 100).await.unwrap();
    let names: Vec<_> = log.iter().map(name).collect();
    assert_eq!(names, ["record", "level", "forecast", "alert", "record", "release"]);
    assert_eq!(log.iter().map(|logged| logged.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert!(log.is_sorted_by_key(|logged| logged.at));
    let Happening::Alert(found) = &log[3].happening else { panic!("{log:?}") };
    assert_eq!(**found, Alert { id: 1, ..alert("A1") });
    let Happening::Forecast(found) = &log[2].happening else { panic!("{log:?}") };
    assert_eq!(found.id, 1);
    // Whatever the size of a page, pages join.
    for size in 1..=7 {
        let mut joined: Vec<Logged> = Vec::new();
        loop {
            let page = journal.log(joined.last().map_or(0, |last| last.seq), size).await.unwrap();
            if page.is_empty() {
                break;
            }
            assert!(page.len() <= size);
            joined.extend(page);
        }
        assert_eq!(joined, log, "pages of {size}");
    }
}

pub async fn numbers_of_the_log_are_not_given_out_again_after_reopening(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    fill(&*journal).await;
    let log = journal.log(0, 100).await.unwrap();
    journal.close().await.unwrap();
    let journal = open(folder.path());
    assert_eq!((*journal.logged().borrow(), *journal.published().borrow()), (6, 5));
    assert_eq!(journal.log(0, 100).await.unwrap(), log);
    let published = journal.publish(vec![observation("S1", "pm25", 2, 3.0).into()], None).await.unwrap();
    assert_eq!(published[0].seq, 7);
}

pub async fn old_notes_go_but_the_newest_of_each_subject(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    fill(&*journal).await;
    journal.note(vec![level("S1", 3), level("S2", 1), release("r2")], None).await.unwrap();
    assert_eq!(journal.forget_notes(Instant::UNIX_EPOCH).await.unwrap(), 0);
    assert_eq!(journal.forget_notes(Utc::now() + chrono::Duration::hours(1)).await.unwrap(), 2);
    let log = journal.log(0, 100).await.unwrap();
    assert_eq!(log.iter().map(|logged| logged.seq).collect::<Vec<_>>(), [1, 3, 4, 5, 7, 8, 9]);
    let newest = journal.newest_notes(NoteKind::Level).await.unwrap();
    assert_eq!(
        newest.iter().map(|noted| (noted.seq, &noted.note)).collect::<Vec<_>>(),
        [(7, &level("S1", 3)), (8, &level("S2", 1))]
    );
    let ask = |subjects: &[&str], limit| NoteQuery {
        kind: NoteKind::Level,
        subjects: subjects.iter().map(|subject| (*subject).to_owned()).collect(),
        limit,
    };
    let ids = async |query| journal.notes(query).await.unwrap().iter().map(|noted| noted.seq).collect::<Vec<_>>();
    assert_eq!(ids(ask(&[], 10)).await, [8, 7]);
    assert_eq!(ids(ask(&[], 1)).await, [8]);
    assert_eq!(ids(ask(&["S1", "S3"], 10)).await, [7]);
}

pub async fn it_is_known_from_where_on_the_log_is_whole(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    assert_eq!(journal.log_floor(Utc::now()).await.unwrap(), 0);
    fill(&*journal).await;
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let then = Utc::now();
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    assert_eq!(journal.log_floor(then).await.unwrap(), 6, "nothing has happened since");
    fill_more(&*journal).await;
    assert_eq!(journal.log_floor(then).await.unwrap(), 6);
    assert_eq!(journal.log_floor(Instant::UNIX_EPOCH).await.unwrap(), 0);
    assert_eq!(journal.log_floor(Utc::now() + chrono::Duration::hours(1)).await.unwrap(), 8);
}

async fn fill_more(journal: &dyn Journal) {
    journal.note(vec![release("r2")], None).await.unwrap();
    journal.publish(vec![observation("S1", "pm25", 2, 2.0).into()], None).await.unwrap();
}

pub async fn an_alert_is_kept_byte_for_byte_and_once(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let document = b"<alert>\r\n \xe6\xbc\xa2</alert>".to_vec();
    let keep = async |name, document: &[u8]| journal.keep_alert(alert(name), document.to_vec()).await.unwrap();
    assert_eq!(keep("A1", &document).await, KeptAlert::New(1));
    assert_eq!(keep("A1", &document).await, KeptAlert::Same(1));
    assert_eq!(keep("A1", b"<alert/>").await, KeptAlert::Conflict(1));
    assert_eq!(keep("A2", b"<alert/>").await, KeptAlert::New(2));
    assert_eq!(journal.log(0, 10).await.unwrap().len(), 2, "only what is new happened");
    journal.close().await.unwrap();
    let journal = open(folder.path());
    assert_eq!(journal.alert_document(1).await.unwrap(), Some(document));
    assert_eq!(journal.alert_document(3).await.unwrap(), None);
    let expected = [Alert { id: 1, ..alert("A1") }, Alert { id: 2, ..alert("A2") }];
    assert_eq!(journal.alerts().await.unwrap(), expected);
}

pub async fn what_could_not_be_delivered_is_kept_with_its_cursor(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let letter = |webhook: &str, seq| DeadLetter {
        webhook: webhook.into(),
        seq,
        at: at("2026-11-25T00:00:00Z"),
        attempts: 12,
        error: "410 Gone".into(),
    };
    for (webhook, seq) in [("a", 4), ("b", 5), ("a", 6)] {
        journal.keep_dead_letter(letter(webhook, seq), (format!("webhook:{webhook}"), seq)).await.unwrap();
    }
    assert_eq!(journal.dead_letters("a", 1).await.unwrap(), (2, vec![letter("a", 6)]));
    assert_eq!(journal.dead_letters("a", 9).await.unwrap(), (2, vec![letter("a", 6), letter("a", 4)]));
    assert_eq!(journal.dead_letters("c", 9).await.unwrap(), (0, vec![]));
    assert_eq!(journal.cursor("webhook:a").await.unwrap(), 6);
}
