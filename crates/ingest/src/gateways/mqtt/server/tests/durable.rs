//! What was acknowledged is in the journal, once.

use std::sync::atomic::Ordering;

use limpid_model::Channel;

use super::*;
use crate::testing::kept;

#[tokio::test]
async fn a_message_is_stored_with_its_bytes() {
    let broker = Mosquitto::start();
    let gateway = Gateway::at(&broker).await;
    Station::at(&broker).send(TOPIC, reading(7)).await;
    assert_eq!(gateway.after(1).await.stored, 1);
    let intake = gateway.stop().await;
    assert_eq!(kept(&intake, "S1").await, ["pm25 PT1M 2026-11-24T16:07:00Z 7"]);
    let receipt = intake.journal().tail(0, 1).await.unwrap()[0].receipt;
    let submission = intake.journal().submission(receipt).await.unwrap().unwrap();
    assert_eq!(submission.body, reading(7).as_bytes());
    assert_eq!((submission.channel, submission.sender.as_str()), (Channel::Mqtt, TOPIC));
    assert_eq!(submission.media_type, "application/json");
    assert_eq!(submission.station.unwrap().as_str(), "S1");
}

#[tokio::test]
async fn what_the_journal_does_not_take_comes_again_and_is_stored_once() {
    let broker = Mosquitto::start();
    let gateway = Gateway::at(&broker).await;
    gateway.switches.failures.store(3, Ordering::SeqCst);
    let mut station = Station::at(&broker);
    for minute in 0..20 {
        station.send(TOPIC, reading(minute)).await;
    }
    let counts = gateway.after(20).await;
    assert_eq!((counts.stored, counts.corrected), (20, 0));
    assert_eq!(gateway.switches.failures.load(Ordering::SeqCst), 0, "it had to fail before");
    assert_eq!(kept(&gateway.stop().await, "S1").await.len(), 20);
}

#[tokio::test]
async fn nothing_is_acknowledged_before_it_is_durable() {
    let broker = Mosquitto::start();
    let gateway = Gateway::at(&broker).await;
    gateway.switches.held.store(true, Ordering::SeqCst);
    Station::at(&broker).send(TOPIC, reading(1)).await;
    eventually(async || (gateway.switches.come.load(Ordering::SeqCst) > 0).then_some(())).await;
    // The message is in the journal's hands, and the process dies.
    gateway.served.abort();
    let second = Gateway::at(&broker).await;
    assert_eq!(second.after(1).await.stored, 1);
    second.stop().await;
    // That one had acknowledged it: a third, with an empty journal, is sent what is new only.
    let third = Gateway::at(&broker).await;
    Station::at(&broker).send(TOPIC, reading(2)).await;
    third.after(1).await;
    assert_eq!(kept(&third.stop().await, "S1").await, ["pm25 PT1M 2026-11-24T16:02:00Z 2"]);
}

#[tokio::test]
async fn a_stop_makes_durable_and_acknowledges_what_is_in_flight() {
    let broker = Mosquitto::start();
    let gateway = Gateway::at(&broker).await;
    gateway.switches.held.store(true, Ordering::SeqCst);
    Station::at(&broker).send(TOPIC, reading(1)).await;
    let switches = Arc::clone(&gateway.switches);
    eventually(async || (switches.come.load(Ordering::SeqCst) > 0).then_some(())).await;
    let (intake, ()) = tokio::join!(gateway.stop(), async {
        tokio::task::yield_now().await;
        switches.held.store(false, Ordering::SeqCst);
    });
    assert_eq!(kept(&intake, "S1").await.len(), 1);
    let next = Gateway::at(&broker).await;
    Station::at(&broker).send(TOPIC, reading(2)).await;
    next.after(1).await;
    assert_eq!(kept(&next.stop().await, "S1").await, ["pm25 PT1M 2026-11-24T16:02:00Z 2"]);
}

#[tokio::test]
async fn a_broker_that_ends_in_mid_stream_costs_nothing_and_doubles_nothing() {
    let mut broker = Mosquitto::start();
    let gateway = Gateway::at(&broker).await;
    let mut station = Station::at(&broker);
    for minute in 0..100 {
        station.send(TOPIC, reading(minute)).await;
    }
    // With messages on the way.
    broker.stop();
    broker.restart();
    for minute in 100..200 {
        station.send(TOPIC, reading(minute)).await;
    }
    // Killed, mosquitto loses what it had not written yet; so it is given nothing to lose. What came twice does not count.
    eventually(async || Some(gateway.counts().await).filter(|counts| counts.stored >= 200)).await;
    broker.kill();
    broker.restart();
    for minute in 200..300 {
        station.send(TOPIC, reading(minute)).await;
    }
    let counts = eventually(async || Some(gateway.counts().await).filter(|counts| counts.stored >= 300)).await;
    assert_eq!((counts.stored, counts.corrected, counts.quarantined, counts.rejected), (300, 0, 0, 0));
    let kept = kept(&gateway.stop().await, "S1").await;
    assert_eq!(kept.len(), 300);
    assert_eq!(kept[299], "pm25 PT1M 2026-11-24T20:59:00Z 299");
}

#[tokio::test]
async fn what_comes_while_limpid_is_away_is_there_afterwards() {
    let mut broker = Mosquitto::start();
    Gateway::at(&broker).await.stop().await;
    let mut station = Station::at(&broker);
    for minute in 0..100 {
        station.send(TOPIC, reading(minute)).await;
    }
    // Through a restart of its own.
    broker.stop();
    broker.restart();
    let gateway = Gateway::at(&broker).await;
    let counts = gateway.after(100).await;
    assert_eq!((counts.stored, counts.total()), (100, 100));
    assert_eq!(kept(&gateway.stop().await, "S1").await.len(), 100);
}

#[tokio::test]
async fn a_long_backlog_comes_over_one_connection() {
    let broker = Mosquitto::with(|_| "allow_anonymous true\nset_tcp_nodelay true\nlog_type all\n".to_owned());
    Gateway::at(&broker).await.stop().await;
    let mut station = Station::at(&broker);
    for minute in 0..3000 {
        // Not later than now, and each its own.
        station.send(TOPIC, reading(minute).replace("2026-", "2025-")).await;
    }
    let gateway = Gateway::at(&broker).await;
    let counts = gateway.after(3000).await;
    assert_eq!((counts.stored, counts.total()), (3000, 3000));
    assert_eq!(broker.subscriptions(), 2, "one for each gateway: none was disturbed");
    gateway.stop().await;
}

#[tokio::test]
async fn a_retained_message_is_taken_once_and_a_repeated_one_is_the_same() {
    let broker = Mosquitto::start();
    let mut station = Station::at(&broker);
    station.publish(TOPIC, true, reading(1).into()).await;
    let gateway = Gateway::at(&broker).await;
    assert_eq!(gateway.after(1).await.stored, 1);
    station.send(TOPIC, reading(1)).await;
    let counts = gateway.after(2).await;
    assert_eq!((counts.stored, counts.same, counts.corrected), (1, 1, 0));
    gateway.stop().await;
    // The subscription is not new: what is retained does not come again. An empty message takes it back.
    let gateway = Gateway::at(&broker).await;
    station.publish(TOPIC, true, Vec::new()).await;
    station.send(TOPIC, reading(2)).await;
    gateway.after(1).await;
    assert_eq!(gateway.counts().await.total(), 1);
    assert_eq!(kept(&gateway.stop().await, "S1").await, ["pm25 PT1M 2026-11-24T16:02:00Z 2"]);
}
