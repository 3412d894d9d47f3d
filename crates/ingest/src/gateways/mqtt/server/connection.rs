//! One connection: messages in, journal, acknowledgements back in the order of the messages (MQTT 5.0, 4.6).

use std::collections::HashSet;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, FuturesOrdered, Stream, StreamExt};
use limpid_model::{Link, StationId};
use limpid_store::StoreError;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{ConnectReturnCode, Filter, Packet, Publish, RetainForwardRule, SubscribeReasonCode};
use rumqttc::v5::{AsyncClient, ConnectionError, Event, MqttOptions};
use tokio_util::sync::CancellationToken;

use crate::gateways::mqtt::broker::{Broker, IN_FLIGHT};
use crate::gateways::mqtt::session::Session;
use crate::{Intake, Upload};

/// Acknowledgements that wait for their turn on the wire: one for each packet identifier, and the subscription and the
/// leave beside them. [`IN_FLIGHT`] would do, but mosquitto 2.0.11 sends more than that when it resumes a session. What
/// waits here is small; messages with their payloads wait in the flight, which is no longer than it says.
const REQUESTS: usize = u16::MAX as usize + 2;

/// A payload of more bytes than this is read on a blocking thread: it takes about half a millisecond.
const INLINE: usize = 64 << 10;

/// How long the end of a connection may take: two seconds less than the five of a whole stop (CONTRACT §2).
const GRACE: Duration = Duration::from_secs(3);

/// How a connection ended.
pub(super) enum Ended {
    /// As it was asked to.
    Stopped,
    /// By itself. It was `useful` when a message was made durable.
    Lost { why: Lost, useful: bool },
}

/// Why a connection ended by itself.
#[derive(Debug, thiserror::Error)]
pub(super) enum Lost {
    /// User name or password are not the broker's.
    #[error("the broker refuses limpid's identity; look at ingest.mqtt.username and its password")]
    Identity,
    /// The broker does not let limpid read the topic.
    #[error("the broker refuses the subscription ({0:?}); let limpid's user read ingest.mqtt.topic with QoS 1")]
    Subscription(SubscribeReasonCode),
    /// The broker uses packet identifiers again before they are acknowledged.
    #[error("the broker sends more messages before an acknowledgement than there are packet identifiers")]
    Flood,
    /// The journal did not take a message.
    #[error("the journal does not take messages now; none is acknowledged")]
    Journal(#[source] StoreError),
    /// The network, or the broker's end of it.
    #[error("the connection to the broker failed")]
    Network(#[source] Box<ConnectionError>),
}

impl From<ConnectionError> for Lost {
    fn from(error: ConnectionError) -> Self {
        use ConnectReturnCode::{BadUserNamePassword, NotAuthorized};
        match error {
            ConnectionError::ConnectionRefused(BadUserNamePassword | NotAuthorized) => Self::Identity,
            error => Self::Network(Box::new(error)),
        }
    }
}

/// Serves a connection to its end. What was taken in by then is made durable; it is acknowledged where the connection
/// still stands and nothing before it failed. `heard` are the stations whose messages came by earlier connections, each
/// of whose links stands and falls with this one's.
pub(super) async fn run(
    broker: &Broker,
    session: &Session,
    heard: &mut HashSet<StationId>,
    stop: &CancellationToken,
) -> Ended {
    let (client, events) = connect(broker.options.clone());
    let mut events = pin!(events);
    let mut flight = FuturesOrdered::new();
    let (mut connected, mut useful) = (false, false);
    let presence = session.intake().presence();
    let (mut links, mut broker_link) = (presence.connection(), None);
    let why = loop {
        tokio::select! {
            Some((publish, outcome)) = flight.next(), if !flight.is_empty() => {
                if let Err(why) = acknowledge(&client, &publish, outcome) {
                    break Some(why);
                }
                useful = true;
            }
            // Messages of QoS 0 are not counted by the broker: while as many as there is room for wait, nothing is read.
            Some(event) = events.next(), if flight.len() < usize::from(IN_FLIGHT) => match event {
                Ok(Event::Incoming(Packet::Publish(publish))) => {
                    let (publish, upload) = take(session, publish).await;
                    if let Some(station) = upload.as_ref().and_then(|upload| upload.station.as_ref()) {
                        links.heard(station);
                        heard.insert(station.clone());
                    }
                    flight.push_back(submit(session.intake().clone(), publish, upload));
                }
                Ok(Event::Incoming(packet)) => {
                    connected = true;
                    if let Err(why) = greet(&client, broker, &packet) {
                        break Some(why);
                    }
                    if matches!(packet, Packet::SubAck(_)) {
                        broker_link = Some(presence.hold(Link::Broker));
                        heard.iter().for_each(|station| links.heard(station));
                    }
                }
                Ok(Event::Outgoing(_)) => {}
                Err(error) => break Some(error.into()),
            },
            () = stop.cancelled() => break None,
        }
    };
    drop((links, broker_link));
    let leave = async {
        let mut failed = why.is_some();
        while let Some((publish, outcome)) = flight.next().await {
            // Behind a message that was not acknowledged none is: the broker sends them all again, in their order.
            failed = failed || acknowledge(&client, &publish, outcome).is_err();
        }
        if connected && !matches!(why, Some(Lost::Network(_))) {
            disconnect(&client, &mut events).await;
        }
    };
    if tokio::time::timeout(GRACE, leave).await.is_err() {
        tracing::warn!("left the broker with messages unacknowledged; it sends them again");
    }
    match why {
        None => Ended::Stopped,
        Some(why) => Ended::Lost { why, useful },
    }
}

/// A client, and what happens on its connection. The stream keeps a step that was begun, so that dropping the wait for
/// its next item loses nothing.
fn connect(options: MqttOptions) -> (AsyncClient, impl Stream<Item = Result<Event, ConnectionError>>) {
    let (client, eventloop) = AsyncClient::new(options, REQUESTS);
    let step = |mut eventloop: rumqttc::v5::EventLoop| async move { Some((eventloop.poll().await, eventloop)) };
    (client, stream::unfold(eventloop, step))
}

/// Subscribes when the broker has let limpid in, and checks that it was given what it asked for.
fn greet(client: &AsyncClient, broker: &Broker, packet: &Packet) -> Result<(), Lost> {
    match packet {
        Packet::ConnAck(answer) => {
            tracing::info!(
                broker = %broker.address(),
                topic = broker.filter.as_str(),
                resumed = answer.session_present,
                "connected to the broker"
            );
            // Asked for each time, since a broker may have lost it; only a new one brings retained messages.
            let mut filter = Filter::new(broker.filter.as_str(), QoS::AtLeastOnce);
            filter.retain_forward_rule = RetainForwardRule::OnNewSubscribe;
            client.try_subscribe_many([filter]).map_err(|_| Lost::Flood)
        }
        Packet::SubAck(answer) => match answer.return_codes.first() {
            Some(SubscribeReasonCode::Success(QoS::AtLeastOnce | QoS::ExactlyOnce)) => {
                metrics::gauge!("limpid_mqtt_connected").set(1);
                Ok(())
            }
            // QoS 0 in place of 1: the broker would forget what is not taken at once.
            code => Err(Lost::Subscription(code.copied().unwrap_or(SubscribeReasonCode::Unspecified))),
        },
        _ => Ok(()),
    }
}

/// Makes a message an upload, beside what its acknowledgement needs. An empty one is none: it carries nothing, and is
/// how a retained message is taken back.
async fn take(session: &Session, publish: Publish) -> (Publish, Option<Upload>) {
    let qos = if publish.qos == QoS::AtMostOnce { "0" } else { "1" };
    metrics::counter!("limpid_mqtt_messages_total", "qos" => qos).increment(1);
    let (topic, payload) = (publish.topic.clone(), publish.payload.to_vec());
    let publish = Publish { payload: Bytes::new(), ..publish };
    if payload.is_empty() {
        return (publish, None);
    }
    let upload = if payload.len() <= INLINE {
        session.take(&topic, payload)
    } else {
        let session = session.clone();
        let work = tokio::task::spawn_blocking(move || session.take(&topic, payload));
        work.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    };
    (publish, Some(upload))
}

/// Makes a message durable.
async fn submit(intake: Intake, publish: Publish, upload: Option<Upload>) -> (Publish, Result<(), StoreError>) {
    let outcome = match upload {
        None => Ok(()),
        Some(upload) => intake.submit(upload).await.map(|_| ()),
    };
    (publish, outcome)
}

/// Sends the acknowledgement of a message that is durable.
fn acknowledge(client: &AsyncClient, publish: &Publish, outcome: Result<(), StoreError>) -> Result<(), Lost> {
    if let Err(error) = outcome {
        metrics::counter!("limpid_mqtt_unkept_total").increment(1);
        return Err(Lost::Journal(error));
    }
    client.try_ack(publish).map_err(|_| Lost::Flood)?;
    metrics::counter!("limpid_mqtt_acks_total").increment(u64::from(publish.qos != QoS::AtMostOnce));
    Ok(())
}

/// Sends what waits, takes leave, and stays until the broker closes, which says that it has read everything: one that
/// is connected to again before that forgets what it had not read. Messages that come meanwhile are not taken; the
/// broker keeps them.
async fn disconnect(client: &AsyncClient, events: &mut (impl Stream<Item = Result<Event, ConnectionError>> + Unpin)) {
    // With no room for it the broker sees the connection end without a word, which does no harm.
    if client.try_disconnect().is_ok() {
        while let Some(Ok(_)) = events.next().await {}
    }
}
