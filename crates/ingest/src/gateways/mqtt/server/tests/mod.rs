//! The gateway at a real broker, in front of a real journal.

mod durable;
mod journal;
mod messages;
mod mosquitto;
mod secure;
mod simulated;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use limpid_model::pipeline::{Files, Pipeline};
use limpid_model::{Counts, Instant};
use limpid_store::{Hooked, Journal, SqliteJournal};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{AsyncClient, Event, MqttOptions};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::serve_while;
use crate::Intake;
use crate::gateways::mqtt::Broker;
use crate::testing::now;
use journal::Switches;
use mosquitto::Mosquitto;

/// Long enough for a machine with much else to do; what is waited for is there in a moment.
const PATIENCE: Duration = Duration::from_secs(60);

/// Two stations, S2 with hours that end at their label, and these lines in `[ingest.mqtt]`.
fn pipeline(lines: &str) -> Arc<Pipeline> {
    let pipeline = format!(
        "[publisher]\nid = \"test\"\nname = \"Test\"\nzone = \"Asia/Shanghai\"\n[ingest.mqtt]\nenabled = true\n{lines}\n"
    );
    let stations = "id,kind,name_zh,name_en,lat,lon,hour_label\n\
                    S1,air,一,One,28.5,104.9,\nS2,air,二,Two,28.5,104.9,end\n";
    Arc::new(Pipeline::parse(&Files { pipeline, stations: stations.into() }).unwrap())
}

/// limpid at a broker, with a journal of its own.
struct Gateway {
    intake: Intake,
    switches: Arc<Switches>,
    stop: CancellationToken,
    served: JoinHandle<()>,
    _folder: TempDir,
}

impl Gateway {
    /// At `broker`, which lets anybody in.
    async fn at(broker: &Mosquitto) -> Self {
        let before = broker.subscriptions();
        let gateway = Self::begin(&format!("url = \"mqtt://127.0.0.1:{}\"", broker.port), Path::new("/"));
        eventually(async || (broker.subscriptions() > before).then_some(())).await;
        gateway
    }

    /// With these lines in `[ingest.mqtt]`, whose files are in `folder`.
    fn begin(lines: &str, folder: &Path) -> Self {
        let pipeline = pipeline(lines);
        let state = tempfile::tempdir().unwrap();
        let inner: Arc<dyn Journal> = SqliteJournal::open(&state.path().join("journal.db")).unwrap();
        let switches = Arc::new(Switches::default());
        let broker = Broker::new(&pipeline, folder).unwrap();
        let journal = Hooked::over(inner, Arc::clone(&switches));
        let intake = Intake::new(pipeline, journal).with_clock(now);
        let stop = CancellationToken::new();
        let served = tokio::spawn(serve_while(broker, intake.clone(), Duration::from_millis(50), stop.clone()));
        Self { intake, switches, stop, served, _folder: state }
    }

    async fn counts(&self) -> Counts {
        self.intake.journal().counts().await.unwrap()
    }

    /// Waits until as many entries have a verdict, and says how many have each.
    async fn after(&self, entries: u64) -> Counts {
        eventually(async || {
            let counts = self.counts().await;
            (counts.total() >= entries).then_some(counts)
        })
        .await
    }

    /// Refusals, by reason.
    async fn refusals(&self) -> BTreeMap<String, u64> {
        let refusals = self.intake.journal().refusals().await.unwrap();
        refusals.into_iter().map(|refusal| (refusal.reason, refusal.count)).collect()
    }

    /// Stops it as a signal would.
    async fn stop(self) -> Intake {
        self.stop.cancel();
        self.served.await.unwrap();
        self.intake
    }
}

impl Mosquitto {
    /// How often limpid has subscribed.
    fn subscriptions(&self) -> usize {
        self.log().matches("SUBACK to limpid-test").count()
    }
}

/// Asks again until there is an answer.
async fn eventually<T>(ask: impl AsyncFn() -> Option<T>) -> T {
    let asked = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("it did not happen")
}

/// A station that sends one message at a time, and sends it again until the broker has acknowledged it.
struct Station {
    port: u16,
    link: Option<(AsyncClient, rumqttc::v5::EventLoop)>,
}

impl Station {
    fn at(broker: &Mosquitto) -> Self {
        Self { port: broker.port, link: None }
    }

    async fn send(&mut self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.publish(topic, false, payload.into()).await;
    }

    async fn publish(&mut self, topic: &str, retain: bool, payload: Vec<u8>) {
        while self.attempt(topic, retain, payload.clone()).await.is_none() {
            self.link = None;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn attempt(&mut self, topic: &str, retain: bool, payload: Vec<u8>) -> Option<()> {
        let port = self.port;
        let (client, eventloop) = self.link.get_or_insert_with(|| {
            AsyncClient::new(MqttOptions::new(format!("station-{}", rand::random::<u32>()), "127.0.0.1", port), 4)
        });
        client.try_publish(topic, QoS::AtLeastOnce, retain, payload).ok()?;
        loop {
            if let Event::Incoming(Packet::PubAck(_)) = eventloop.poll().await.ok()? {
                return Some(());
            }
        }
    }
}

/// The JSON of one reading of S1: PM2.5 in the minute that begins `minute` minutes after midnight in Shanghai.
fn reading(minute: u32) -> String {
    let start: Instant = "2026-11-24T16:00:00Z".parse().unwrap();
    let start = start + chrono::Duration::minutes(minute.into());
    format!(
        r#"{{"station":"S1","readings":[{{"parameter":"pm25","start":"{}","period":"PT1M","value":{minute}}}]}}"#,
        start.to_rfc3339()
    )
}

const TOPIC: &str = "limpid/S1/readings";
