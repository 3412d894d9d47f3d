//! The built program at a real broker, each of them killed while messages come: nothing that was acknowledged is lost,
//! and nothing is there twice.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Duration as Span, Utc};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use serde_json::json;

use crate::browser::modules;
use crate::mosquitto::Mosquitto;
use crate::python::Python;
use crate::support::Folder;

/// Minutes that the station sends in all.
const MINUTES: u32 = 1_500;

/// Messages that the station sends again after its connection was lost: a broker that is killed forgets what it had
/// acknowledged since it last wrote.
const AGAIN: u32 = 200;

/// Long enough for a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// Minute `n` of the test, far enough back to lie in the past.
fn minute(n: u32) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_040, 0).unwrap() + Span::minutes(n.into())
}

/// Sends every minute with QoS 1, one after the other, and again what may have been forgotten. `acked` is how many the
/// broker has acknowledged.
async fn station(port: u16, acked: Arc<AtomicU32>) {
    let mut next = 0;
    while next < MINUTES {
        let options = MqttOptions::new(format!("station-{}", rand::random::<u32>()), "127.0.0.1", port);
        let (client, mut events) = AsyncClient::new(options, 4);
        next = next.saturating_sub(AGAIN);
        while next < MINUTES && send(&client, &mut events, next).await.is_some() {
            next += 1;
            acked.fetch_max(next, Ordering::SeqCst);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Sends one minute, and waits for its acknowledgement; `None` when the connection is lost.
async fn send(client: &AsyncClient, events: &mut EventLoop, n: u32) -> Option<()> {
    let reading = json!({"parameter": "pm25", "start": minute(n).to_rfc3339(), "period": "PT1M", "value": n});
    let body = json!({"station": "S1", "readings": [reading]}).to_string();
    client.try_publish("limpid/S1/readings", QoS::AtLeastOnce, false, body).ok()?;
    loop {
        if let Event::Incoming(Packet::PubAck(_)) = events.poll().await.ok()? {
            return Some(());
        }
    }
}

async fn until(acked: &AtomicU32, count: u32) {
    let began = Instant::now();
    while acked.load(Ordering::SeqCst) < count {
        assert!(began.elapsed() < PATIENCE, "the station came to {} only", acked.load(Ordering::SeqCst));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_doubled_when_broker_and_program_are_killed_in_mid_stream() {
    let mut broker = Mosquitto::start();
    let (folder, _) = Folder::two_stations();
    folder.configure(&format!("[ingest.mqtt]\nenabled = true\nurl = \"mqtt://127.0.0.1:{}\"", broker.port));
    let limpid = folder.run();
    // The session must stand before the first message: what is sent before is for nobody.
    let began = Instant::now();
    while !broker.log().contains("SUBACK to limpid-test") {
        assert!(began.elapsed() < PATIENCE, "{}", broker.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let acked = Arc::new(AtomicU32::new(0));
    let sending = tokio::spawn(station(broker.port, Arc::clone(&acked)));

    until(&acked, 200).await;
    broker.save();
    broker.kill();
    broker.restart();
    until(&acked, 400).await;
    limpid.kill();
    // The broker keeps what comes meanwhile.
    until(&acked, 700).await;
    let limpid = folder.run();
    until(&acked, 900).await;
    broker.stop();
    broker.restart();
    until(&acked, 1_200).await;
    broker.save();
    broker.kill();
    limpid.kill();
    broker.restart();
    let limpid = folder.run();
    sending.await.unwrap();

    let began = Instant::now();
    loop {
        let found = limpid.minutes(minute(0), minute(MINUTES)).await;
        assert!(found.iter().all(|(start, value)| minute(*value as u32) == *start), "{found:?}");
        if found.len() == MINUTES as usize {
            break;
        }
        let missing = || (0..MINUTES).filter(|n| !found.contains_key(&minute(*n))).collect::<Vec<_>>();
        assert!(began.elapsed() < PATIENCE, "these did not come: {:?}\n{}", missing(), broker.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What a subscriber has of a broker's topics behind `limpid/v1/`, the newest of each, until it has so many.
async fn topics(port: u16, count: usize) -> BTreeMap<String, serde_json::Value> {
    let options = MqttOptions::new(format!("reader-{}", rand::random::<u32>()), "127.0.0.1", port);
    let (client, mut events) = AsyncClient::new(options, 4);
    client.try_subscribe("limpid/v1/#", QoS::AtLeastOnce).unwrap();
    let mut found = BTreeMap::new();
    while found.len() < count {
        let polled = tokio::time::timeout(PATIENCE, events.poll()).await;
        let polled = polled.unwrap_or_else(|_| panic!("{count} topics: {found:#?}"));
        if let Event::Incoming(Packet::Publish(publish)) = polled.unwrap() {
            let topic = String::from_utf8(publish.topic.to_vec()).unwrap();
            found.insert(topic, serde_json::from_slice(&publish.payload).unwrap());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_published_to_a_broker_that_was_away_and_the_newest_is_retained() {
    let mut broker = Mosquitto::start();
    let (folder, secret) = Folder::two_stations();
    folder.configure(&format!("[publish.mqtt]\nenabled = true\nurl = \"mqtt://127.0.0.1:{}\"", broker.port));
    let limpid = folder.run();
    let post = async |hours: i64, value: f64| {
        let start = (Utc::now() - Span::hours(hours)).format("%Y-%m-%dT%H:00:00Z").to_string();
        for parameter in ["pm25", "pm10", "so2", "no2", "co", "o3"] {
            assert_eq!(limpid.post(&secret, &crate::support::hour("S1", parameter, &start, value)).await.0, 201);
        }
    };
    post(3, 40.0).await;
    broker.stop();
    post(2, 41.0).await;
    broker.restart();
    let place = "limpid/v1/test/air/S1";
    let value = format!("{place}/pm25");
    let began = Instant::now();
    // Who comes later has the newest value of each parameter, and the level.
    let found = loop {
        let found = topics(broker.port, 7).await;
        if found[&value]["data"]["value"] == 41.0 {
            break found;
        }
        assert!(began.elapsed() < PATIENCE, "{found:#?}");
    };
    assert_eq!((&found[&value]["type"], &found[&value]["data"]["parameter"]), (&json!("observation"), &json!("pm25")));
    assert_eq!(found[&format!("{place}/level")]["data"]["station"], "S1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_the_broker_refuses_does_not_hold_up_those_behind_it() {
    let broker = Mosquitto::with(|folder| {
        let rules = folder.join("acl");
        std::fs::write(&rules, "topic readwrite limpid/#\ntopic deny limpid/v1/test/air/S1/no2\n").unwrap();
        format!("allow_anonymous true\nacl_file {}\nlog_type all\n", rules.display())
    });
    let (folder, secret) = Folder::two_stations();
    folder.configure(&format!("[publish.mqtt]\nenabled = true\nurl = \"mqtt://127.0.0.1:{}\"", broker.port));
    let limpid = folder.run();
    let start = (Utc::now() - Span::hours(3)).format("%Y-%m-%dT%H:00:00Z").to_string();
    let post = async |parameter: &str| {
        assert_eq!(limpid.post(&secret, &crate::support::hour("S1", parameter, &start, 40.0)).await.0, 201);
    };
    post("no2").await;
    post("pm25").await;
    let given_up = |metrics: &str| metrics.contains("limpid_mqtt_outlet_given_up_total 1");
    limpid.until("/metrics", PATIENCE, given_up).await;
    // What comes after it is published, by the same connection.
    post("pm10").await;
    let value = "limpid/v1/test/air/S1/pm10";
    let began = Instant::now();
    let found = loop {
        let found = topics(broker.port, 2).await;
        if found.contains_key(value) {
            break found;
        }
        assert!(began.elapsed() < PATIENCE, "{found:#?}");
    };
    assert_eq!(found[value]["data"]["value"], 40.0);
    assert!(!found.contains_key("limpid/v1/test/air/S1/no2"), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_is_described_as_asyncapi_has_it() {
    let schema =
        modules("asyncapi-schema", &["@asyncapi/specs@6.11.1"]).join("node_modules/@asyncapi/specs/schemas/3.0.0.json");
    let description = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/asyncapi.yaml");
    let judged = tokio::task::spawn_blocking(move || {
        let python = Python::with("asyncapi", &["jsonschema==4.26.0", "PyYAML==6.0.3"]);
        python.ask("asyncapi.py", &[schema.to_str().unwrap(), description.to_str().unwrap()])
    });
    let judged = judged.await.unwrap();
    assert_eq!((&judged["version"], &judged["errors"]), (&json!("3.0.0"), &json!([])), "{judged}");
    assert!(judged["channels"].as_u64().unwrap() >= 8, "{judged}");
}
