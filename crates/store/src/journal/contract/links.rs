//! Laws of links.

use chrono::{Duration, SecondsFormat};
use limpid_model::{Instant, Link, LinkEvent, LinkSpan};

use super::{Open, at, station};

fn minute(minute: i64) -> Instant {
    at("2026-11-25T00:00:00Z") + Duration::minutes(minute)
}

fn s1() -> Link {
    Link::Station(station("S1"))
}

/// `link start-end state cause`, minutes and seconds of the hour only.
fn words(span: &LinkSpan) -> String {
    let time = |at: Instant| at.to_rfc3339_opts(SecondsFormat::Secs, true)[11..19].to_owned();
    let end = span.end.map_or("now".to_owned(), time);
    let state = if span.up { "up" } else { "down" };
    format!("{} {} {end} {state} {}", span.link, time(span.start), span.cause.as_deref().unwrap_or("-"))
}

async fn after(open: Open, events: impl IntoIterator<Item = LinkEvent>) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for event in events {
        journal.note_link(event).await.unwrap();
    }
    journal.links(minute(-1000), minute(1000)).await.unwrap().iter().map(words).collect()
}

pub async fn a_link_that_says_the_same_changes_nothing(open: Open) {
    let source = Link::Source("feed".into());
    let spans = after(
        open,
        [
            LinkEvent::up(source.clone(), minute(0)),
            LinkEvent::up(source.clone(), minute(10)),
            LinkEvent::down(source.clone(), minute(20), "answer 503"),
            LinkEvent::down(source.clone(), minute(30), "answer 503"),
            LinkEvent { link: source.clone(), at: minute(35), up: false, cause: None },
            LinkEvent::down(source.clone(), minute(40), "no answer in 30 s"),
        ],
    )
    .await;
    assert_eq!(
        spans,
        [
            "source:feed 00:00:00 00:20:00 up -",
            "source:feed 00:20:00 00:40:00 down answer 503",
            "source:feed 00:40:00 now down no answer in 30 s",
        ]
    );
}

pub async fn a_link_that_changes_begins_a_span(open: Open) {
    let spans = after(
        open,
        [
            LinkEvent::up(s1(), minute(0)),
            LinkEvent::down(s1(), minute(5), "closed"),
            LinkEvent::up(Link::Broker, minute(6)),
            LinkEvent::up(s1(), minute(7)),
            // Begun and changed in the same moment: there was no such span.
            LinkEvent::down(s1(), minute(7), "closed"),
        ],
    )
    .await;
    assert_eq!(
        spans,
        [
            "station:S1 00:00:00 00:05:00 up -",
            "station:S1 00:05:00 00:07:00 down closed",
            "broker 00:06:00 now up -",
            "station:S1 00:07:00 now down closed",
        ]
    );
}

pub async fn the_platforms_life_is_one_span_until_it_is_silent(open: Open) {
    let beats = |minutes: std::ops::Range<i64>| minutes.map(|m| LinkEvent::up(Link::Platform, minute(m)));
    let mut events = vec![LinkEvent::started(minute(0))];
    events.extend(beats(1..5));
    // Two beats are late by no more than the silence that is allowed: 3 min.
    events.extend(beats(7..9));
    events.push(LinkEvent::up(Link::Platform, minute(11) + Duration::seconds(1)));
    events.push(LinkEvent::down(Link::Platform, minute(12), "stopped"));
    events.push(LinkEvent::started(minute(20)));
    let spans = after(open, events).await;
    assert_eq!(
        spans,
        [
            "platform 00:00:00 00:08:00 up started",
            "platform 00:11:01 00:12:00 up -",
            "platform 00:12:00 00:20:00 down stopped",
            "platform 00:20:00 00:20:00 up started",
        ]
    );
}

pub async fn a_platform_that_begins_knows_of_no_link(open: Open) {
    let spans = after(
        open,
        [
            LinkEvent::started(minute(0)),
            LinkEvent::up(s1(), minute(1)),
            LinkEvent::down(Link::Broker, minute(1), "refused"),
            LinkEvent::up(Link::Platform, minute(2)),
            // Connected after the last sign of life of a platform that was killed.
            LinkEvent::up(Link::Source("feed".into()), minute(3)),
            LinkEvent::started(minute(4)),
            LinkEvent::up(s1(), minute(6)),
            LinkEvent::down(Link::Platform, minute(7), "stopped"),
        ],
    )
    .await;
    assert_eq!(
        spans,
        [
            "platform 00:00:00 00:02:00 up started",
            "broker 00:01:00 00:02:00 down refused",
            "station:S1 00:01:00 00:02:00 up -",
            "source:feed 00:03:00 00:03:00 up -",
            "platform 00:04:00 00:07:00 up started",
            "station:S1 00:06:00 00:07:00 up -",
            "platform 00:07:00 now down stopped",
        ]
    );
}

pub async fn spans_come_back_by_time_and_after_reopening(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let events = [(0, true), (10, false), (20, true)]
        .map(|(m, up)| if up { LinkEvent::up(s1(), minute(m)) } else { LinkEvent::down(s1(), minute(m), "closed") });
    journal.note_links(events.to_vec()).await.unwrap();
    journal.close().await.unwrap();
    let journal = open(folder.path());
    for (from, to, count) in [(-9, 0, 0), (-9, 1, 1), (3, 4, 1), (10, 11, 2), (11, 20, 1), (0, 21, 3), (90, 99, 1)] {
        let spans = journal.links(minute(from), minute(to)).await.unwrap();
        assert_eq!(spans.len(), count, "{from}..{to}: {spans:?}");
    }
    journal.note_link(LinkEvent::up(s1(), minute(30))).await.unwrap();
    assert_eq!(journal.links(minute(0), minute(99)).await.unwrap().len(), 3, "the running span was found again");
}

pub async fn time_that_steps_back_makes_no_span_of_negative_length(open: Open) {
    let spans = after(
        open,
        [
            LinkEvent::started(minute(0)),
            LinkEvent::up(Link::Platform, minute(2)),
            LinkEvent::up(s1(), minute(2)),
            LinkEvent::up(Link::Platform, minute(-60)),
            LinkEvent::down(s1(), minute(-60), "closed"),
            LinkEvent::up(Link::Platform, minute(3)),
        ],
    )
    .await;
    assert_eq!(spans, ["platform 00:00:00 00:03:00 up started", "station:S1 00:02:00 now down closed"]);
}
