//! Messages of every kind, through the broker.

use super::*;
use crate::gateways::mqtt::broker::LARGEST;
use crate::testing::kept;

#[tokio::test]
async fn garbage_is_kept_and_acknowledged_and_costs_no_good_message() {
    let broker = Mosquitto::start();
    let gateway = Gateway::at(&broker).await;
    let mut station = Station::at(&broker);
    let garbage: [&[u8]; 10] = [
        b"hello",
        b"\xff\xfe\x00",
        b"{",
        b"{}",
        b"[",
        b"[1]",
        b"[{\"bver\":11}]",
        b"{\"station\":\"S1\"}",
        b"{\"station\":\"S1\",\"readings\":[],\"more\":1}",
        b"null",
    ];
    for payload in garbage {
        station.send(TOPIC, payload).await;
    }
    station.send(TOPIC, "[".repeat(100_000)).await;
    station.send(TOPIC, reading(1)).await;
    let counts = gateway.after(12).await;
    assert_eq!((counts.stored, counts.rejected), (1, 11));
    assert_eq!(gateway.refusals().await, BTreeMap::from([("damaged".to_owned(), 11)]));
    gateway.stop().await;
    // None of it comes again.
    let gateway = Gateway::at(&broker).await;
    station.send(TOPIC, reading(2)).await;
    gateway.after(1).await;
    assert_eq!(gateway.counts().await.total(), 1);
    gateway.stop().await;
}

#[tokio::test]
async fn a_message_that_is_too_large_does_not_stand_in_the_way() {
    let broker = Mosquitto::start();
    let gateway = Gateway::at(&broker).await;
    let mut station = Station::at(&broker);
    let spaces = " ".repeat(LARGEST as usize);
    station.send(TOPIC, reading(1) + &spaces).await;
    station.send(TOPIC, reading(2) + &spaces[..spaces.len() - 1000]).await;
    gateway.after(1).await;
    assert_eq!(kept(&gateway.stop().await, "S1").await, ["pm25 PT1M 2026-11-24T16:02:00Z 2"]);
}

#[tokio::test]
async fn a_station_speaks_for_itself_only() {
    let broker = Mosquitto::start();
    let gateway = Gateway::at(&broker).await;
    let mut station = Station::at(&broker);
    station.send("limpid/S2/readings", reading(1)).await;
    station.send("limpid/S9/readings", reading(2).replace("S1", "S9")).await;
    // Outside the filter: limpid does not hear of it.
    station.send("limpid/S1/other", reading(3)).await;
    station.send("limpid/S2/readings", r#"[{"bn":"S2/PT1H/","bt":1795564800,"n":"pm25","u":"ug/m3","v":12.5}]"#).await;
    let counts = gateway.after(3).await;
    assert_eq!((counts.quarantined, counts.stored, counts.total()), (2, 1, 3));
    let expected = [("unknown_station".to_owned(), 1), ("wrong_topic".to_owned(), 1)];
    assert_eq!(gateway.refusals().await, BTreeMap::from(expected));
    let intake = gateway.stop().await;
    assert_eq!(kept(&intake, "S1").await, [""; 0]);
    // 1795564800 is 2026-11-25T00:00:00Z, and S2 labels an hour by its end.
    assert_eq!(kept(&intake, "S2").await, ["pm25 PT1H 2026-11-24T23:00:00Z 12.5"]);
}
