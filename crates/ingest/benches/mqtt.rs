//! How fast messages of one reading are taken from Debian's mosquitto with QoS 1: from the broker's queue to the last
//! one durable in the journal.
//!
//! The baseline is a bare subscriber at the same broker, with the same client library, which acknowledges at once and
//! looks at nothing; of two windows of messages on the way, limpid's and a quarter of it, the faster counts.
//!
//! One line: name, value, unit, and the ratio to the baseline.

// What only the tests call.
#[allow(dead_code)]
#[path = "../src/gateways/mqtt/server/tests/mosquitto.rs"]
mod mosquitto;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use limpid_ingest::Intake;
use limpid_ingest::gateways::mqtt::broker::IN_FLIGHT;
use limpid_ingest::gateways::mqtt::{Broker, serve};
use limpid_model::Pipeline;
use limpid_model::pipeline::Files;
use limpid_store::{Journal, SqliteJournal};
use mosquitto::Mosquitto;
use rumqttc::NetworkOptions;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use tokio_util::sync::CancellationToken;

/// Messages in one run.
const MESSAGES: u32 = 100_000;

/// Runs of each figure, taken in turn; the median counts.
const RUNS: usize = 5;

#[tokio::main]
async fn main() {
    let broker = Mosquitto::with(|_| "allow_anonymous true\nset_tcp_nodelay true\nlog_type error\n".to_owned());
    let (mut bare, mut durable) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        let wide = subscriber(&broker, &format!("wide/{run}"), IN_FLIGHT).await;
        bare.push(subscriber(&broker, &format!("narrow/{run}"), IN_FLIGHT / 4).await.max(wide));
        durable.push(limpid(&broker, run).await);
    }
    let (bare, durable) = (median(bare), median(durable));
    println!("mqtt_durable {durable:.0} messages/s ratio {:.2} to bare subscriber {bare:.0}", durable / bare);
}

fn options(broker: &Mosquitto, id: &str, window: u16) -> MqttOptions {
    let mut options = MqttOptions::new(id, "127.0.0.1", broker.port);
    // As limpid's own connection; without it small packets wait for each other's receipt.
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    options
        .set_network_options(network)
        .set_clean_start(false)
        .set_session_expiry_interval(Some(3600))
        .set_receive_maximum(Some(window))
        .set_outgoing_inflight_upper_limit(window);
    options
}

async fn until(events: &mut EventLoop, mut done: impl FnMut(Event) -> bool) {
    while !done(events.poll().await.expect("the broker is there")) {}
}

/// Queues the messages of a run, as JSON of different minutes.
async fn publish(broker: &Mosquitto, topic: &str) {
    let (client, mut events) = AsyncClient::new(options(broker, "publisher", IN_FLIGHT), 64);
    let topic = topic.to_owned();
    tokio::spawn(async move {
        let start = chrono::DateTime::from_timestamp(1_700_000_000, 0).expect("a time of the calendar");
        for minute in 0..MESSAGES {
            let start = (start + chrono::Duration::minutes(minute.into())).to_rfc3339();
            let payload = format!(
                r#"{{"station":"S1","readings":[{{"parameter":"pm25","start":"{start}","period":"PT1M","value":{minute}}}]}}"#
            );
            client.publish(&topic, QoS::AtLeastOnce, false, payload).await.expect("the connection is polled");
        }
        // Dropped, it would end the connection before the last answer.
        std::future::pending::<()>().await;
    });
    let mut acknowledged = 0;
    until(&mut events, |event| {
        acknowledged += u32::from(matches!(event, Event::Incoming(Packet::PubAck(_))));
        acknowledged == MESSAGES
    })
    .await;
}

/// Messages a second to a bare subscriber.
async fn subscriber(broker: &Mosquitto, topic: &str, window: u16) -> f64 {
    let options = options(broker, topic, window);
    let (client, mut events) = AsyncClient::new(options.clone(), 8);
    client.subscribe(topic, QoS::AtLeastOnce).await.expect("there is room");
    until(&mut events, |event| matches!(event, Event::Incoming(Packet::SubAck(_)))).await;
    drop(events);
    publish(broker, topic).await;
    let (_client, mut events) = AsyncClient::new(options, 8);
    let (began, mut received) = (Instant::now(), 0);
    until(&mut events, |event| {
        received += u32::from(matches!(event, Event::Incoming(Packet::Publish(_))));
        received == MESSAGES
    })
    .await;
    f64::from(MESSAGES) / began.elapsed().as_secs_f64()
}

/// Messages a second into the journal.
async fn limpid(broker: &Mosquitto, run: usize) -> f64 {
    let pipeline = format!(
        "[publisher]\nid = \"bench\"\nname = \"Bench\"\nzone = \"Asia/Shanghai\"\n[ingest.mqtt]\nenabled = true\n\
         url = \"mqtt://127.0.0.1:{}\"\ntopic = \"run{run}/+\"\nclient_id = \"limpid-{run}\"\n",
        broker.port
    );
    let stations = "id,kind,name_zh,name_en,lat,lon\nS1,air,一,One,28.5,104.9\n".to_owned();
    let pipeline = Arc::new(Pipeline::parse(&Files { pipeline, stations }).expect("a pipeline without mistakes"));
    let folder = tempfile::tempdir().expect("a place for the journal");
    let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal.db")).expect("a new journal");
    let broker_of = Broker::new(&pipeline, Path::new("/")).expect("nothing to be read");
    let intake = Intake::new(pipeline, Arc::clone(&journal));
    // A message shows that the subscription stands; then limpid goes away and the others are queued.
    let (stop, mut accepted) = (CancellationToken::new(), journal.accepted());
    let served = tokio::spawn(serve(broker_of.clone(), intake.clone(), stop.clone()));
    let hello = r#"{"readings":[{"parameter":"so2","start":"2026-01-01T00:00:00Z","period":"PT1H","value":1}]}"#;
    let (client, mut events) = AsyncClient::new(options(broker, "hello", IN_FLIGHT), 8);
    let topic = format!("run{run}/S1");
    while *accepted.borrow_and_update() == 0 {
        client.publish(&topic, QoS::AtLeastOnce, false, hello).await.expect("there is room");
        until(&mut events, |event| matches!(event, Event::Incoming(Packet::PubAck(_)))).await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    stop.cancel();
    served.await.expect("it ends by itself");
    publish(broker, &topic).await;

    let stop = CancellationToken::new();
    let before = *accepted.borrow_and_update();
    let began = Instant::now();
    let served = tokio::spawn(serve(broker_of, intake, stop.clone()));
    // A submission takes a number of the journal, and its reading the next.
    accepted.wait_for(|seq| *seq >= before + 2 * u64::from(MESSAGES)).await.expect("the journal is open");
    let rate = f64::from(MESSAGES) / began.elapsed().as_secs_f64();
    stop.cancel();
    served.await.expect("it ends by itself");
    rate
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
