use std::sync::atomic::{AtomicI64, Ordering};

use limpid_model::LinkSpan;
use limpid_store::SqliteJournal;

use super::*;

/// Seconds after midnight that the clock of this test shows.
static SECONDS: AtomicI64 = AtomicI64::new(0);

fn midnight() -> Instant {
    "2026-11-25T00:00:00Z".parse().unwrap()
}

fn now() -> Instant {
    midnight() + Duration::seconds(SECONDS.load(Ordering::SeqCst))
}

fn set(minute: i64) {
    SECONDS.store(minute * 60, Ordering::SeqCst);
}

fn words(span: &LinkSpan) -> String {
    let minutes = |at: Instant| (at - midnight()).num_minutes();
    let end = span.end.map_or("now".to_owned(), |end| minutes(end).to_string());
    let state = if span.up { "up" } else { "down" };
    format!("{} {}-{end} {state}", span.link, minutes(span.start))
}

async fn spans(presence: &Presence) -> Vec<String> {
    let spans = presence.journal.links(midnight(), midnight() + Duration::days(1)).await.unwrap();
    spans.iter().map(words).collect()
}

/// One test, because a clock that is a function can only be set for all: what is written minute by minute.
#[tokio::test]
async fn links_are_written_when_they_change_and_not_when_they_flicker() {
    let folder = tempfile::tempdir().unwrap();
    let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal.sqlite")).unwrap();
    let presence = Presence::new(journal, now);
    let station = |id| StationId::parse(id).unwrap();
    let beat = async || assert!(presence.write(LinkEvent::up(Link::Platform, now())).await);

    assert!(presence.write(LinkEvent::started(now())).await);
    let mut relay = presence.connection();
    relay.heard(&station("S1"));
    relay.heard(&station("S2"));
    relay.heard(&station("S1"));
    set(1);
    beat().await;
    assert_eq!(spans(&presence).await, ["platform 0-1 up", "station:S1 0-now up", "station:S2 0-now up"]);

    // S1 also has a connection of its own, S2 comes back after four minutes: neither was down.
    let mut own = presence.connection();
    own.heard(&station("S1"));
    set(2);
    drop(relay);
    for minute in 3..6 {
        set(minute);
        beat().await;
    }
    set(6);
    let mut again = presence.connection();
    again.heard(&station("S2"));
    for minute in 6..12 {
        set(minute);
        beat().await;
    }
    assert_eq!(spans(&presence).await, ["platform 0-11 up", "station:S1 0-now up", "station:S2 0-now up"]);

    // Gone for longer: down since the moment at which it went, and up again when it is back.
    set(12);
    drop(own);
    for minute in 13..18 {
        set(minute);
        beat().await;
    }
    // A connection that comes and goes between two beats is known too.
    presence.hold(Link::Broker);
    set(18);
    beat().await;
    let mut own = presence.connection();
    own.heard(&station("S1"));
    set(19);
    beat().await;
    assert_eq!(
        spans(&presence).await,
        [
            "platform 0-19 up",
            "station:S1 0-12 up",
            "station:S2 0-now up",
            "station:S1 12-18 down",
            "broker 17-now up",
            "station:S1 18-now up",
        ]
    );

    // What a closed journal does not take waits for one that works.
    drop(again);
    set(25);
    presence.journal.close().await.unwrap();
    assert!(!presence.write(LinkEvent::up(Link::Platform, now())).await);
    let waiting: Vec<String> = presence.known().waiting.iter().map(|event| event.link.to_string()).collect();
    assert_eq!(waiting, ["station:S2", "broker"], "the platform's own sign is not made up later");
}
