//! A station that publishes to a broker.

use std::sync::Arc;
use std::time::Duration;

use limpid_model::pipeline::BrokerUrl;
use limpid_model::{Station, StationId};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{ConnectReturnCode, Packet, PubAckReason};
use rumqttc::v5::{AsyncClient, ConnectionError, Event, EventLoop, MqttOptions};
use tokio::time::{sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::batch::{self, Batch};
use super::clock::Clock;
use super::schedule::Schedule;
use super::{Report, SimulateError};

/// Before the first new attempt; doubled each time, up to [`MOST`].
const BACKOFF: Duration = Duration::from_secs(1);
const MOST: Duration = Duration::from_secs(30);

/// For an acknowledgement.
const ANSWER: Duration = Duration::from_secs(30);

/// Requests that wait for the connection: one message is sent at a time.
const REQUESTS: usize = 1;

/// One station's messages.
pub(super) struct Publish {
    station: StationId,
    topic: String,
    options: MqttOptions,
    link: Option<(AsyncClient, EventLoop)>,
    clock: Arc<Clock>,
    stop: CancellationToken,
    report: Report,
}

/// What became of one attempt.
enum Attempt {
    Taken,
    Again(String),
    Refused(String),
}

impl Publish {
    pub(super) fn new(
        station: Station,
        broker: &BrokerUrl,
        topic: String,
        clock: Arc<Clock>,
        stop: CancellationToken,
    ) -> Self {
        // A name of its own for every run, since one that is used twice ends the other's connection.
        let id = format!("{}-{:08x}", station.id, rand::random::<u32>());
        let mut options = MqttOptions::new(id, &broker.host, broker.port);
        // The default is a table of 65,535 places, for every station.
        options.set_outgoing_inflight_upper_limit(1);
        let report = Report { stations: 1, ..Report::default() };
        Self { station: station.id, topic, options, link: None, clock, stop, report }
    }

    /// Sends everything of `schedule`.
    pub(super) async fn run(mut self, schedule: Schedule) -> Result<Report, SimulateError> {
        let mut schedule = schedule.peekable();
        let stop = self.stop.clone();
        while let Some(next) = schedule.peek() {
            let due = self.clock.when(next.due);
            tokio::select! {
                () = stop.cancelled() => break,
                () = sleep_until(due) => {}
                () = self.idle() => {}
            }
            let batch = batch::due(&self.station, &mut schedule, &self.clock);
            if batch.count == 0 {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => break,
                sent = self.send(batch) => sent?,
            }
        }
        Ok(self.report)
    }

    /// Keeps a connection that stands alive, until it is lost; one that is lost is made again with the next message.
    async fn idle(&mut self) {
        match &mut self.link {
            None => std::future::pending().await,
            Some((_, events)) => while events.poll().await.is_ok() {},
        }
        self.link = None;
        self.report.reconnects += 1;
    }

    /// Sends one message until it is taken.
    async fn send(&mut self, batch: Batch) -> Result<(), SimulateError> {
        self.report.messages += 1;
        self.report.readings += batch.count;
        let mut backoff = BACKOFF;
        loop {
            let outcome = timeout(ANSWER, self.attempt(&batch.body)).await;
            match outcome.unwrap_or_else(|_| Attempt::Again("no answer".to_owned())) {
                Attempt::Taken => {
                    self.report.acknowledged += 1;
                    return Ok(());
                }
                Attempt::Refused(detail) => {
                    return Err(SimulateError::Broker { station: self.station.clone(), detail });
                }
                Attempt::Again(why) => tracing::info!(why, wait = ?backoff, "publishing again"),
            }
            // What the old connection still has to say about the message is not waited for.
            self.link = None;
            self.report.resent += 1;
            self.report.reconnects += 1;
            sleep(backoff).await;
            backoff = (backoff * 2).min(MOST);
        }
    }

    async fn attempt(&mut self, body: &str) -> Attempt {
        let (client, events) = self.link.get_or_insert_with(|| AsyncClient::new(self.options.clone(), REQUESTS));
        if let Err(error) = client.try_publish(&self.topic, QoS::AtLeastOnce, false, body.to_owned()) {
            return Attempt::Again(error.to_string());
        }
        loop {
            match events.poll().await {
                Ok(Event::Incoming(Packet::PubAck(answer))) => return taken(answer.reason),
                Ok(_) => {}
                Err(ConnectionError::ConnectionRefused(
                    code @ (ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized),
                )) => return Attempt::Refused(format!("{code:?}")),
                Err(error) => return Attempt::Again(error.to_string()),
            }
        }
    }
}

/// What the broker's answer to a message means. A broker at which nobody listens drops what it has acknowledged.
fn taken(reason: PubAckReason) -> Attempt {
    match reason {
        PubAckReason::Success => Attempt::Taken,
        PubAckReason::NoMatchingSubscribers => Attempt::Again("nobody has subscribed yet".to_owned()),
        reason => Attempt::Refused(format!("{reason:?}")),
    }
}
