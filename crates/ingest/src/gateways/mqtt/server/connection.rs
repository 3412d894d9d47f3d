//! One connection: messages in, journal, acknowledgements back in the order of the messages (MQTT 5.0, 4.6).

use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt;
use limpid_model::StationId;
use limpid_store::StoreError;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{
    ConnAck, ConnectReturnCode, Filter, Packet, PubAck, Publish, RetainForwardRule, SubAck, Subscribe,
    SubscribeReasonCode,
};
use tokio_util::sync::CancellationToken;

use crate::Upload;
use crate::gateways::mqtt::broker::Broker;
use crate::gateways::mqtt::server::flight::{Flight, Message, Settled};
use crate::gateways::mqtt::server::link::{Link, LinkError};
use crate::gateways::mqtt::session::Session;

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
    /// The journal did not take a message.
    #[error("the journal does not take messages now; none is acknowledged")]
    Journal(#[source] StoreError),
    /// The network, or the broker's end of it.
    #[error("the connection to the broker failed")]
    Link(#[source] LinkError),
}

impl From<LinkError> for Lost {
    fn from(error: LinkError) -> Self {
        use ConnectReturnCode::{BadUserNamePassword, NotAuthorized};
        match error {
            LinkError::Refused(BadUserNamePassword | NotAuthorized) => Self::Identity,
            error => Self::Link(error),
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
    let connected = tokio::select! {
        connected = Link::connect(broker) => connected,
        () = stop.cancelled() => return Ended::Stopped,
    };
    let mut link = match connected.and_then(|(link, answer)| subscribe(link, broker, &answer)) {
        Ok(link) => link,
        Err(why) => return Ended::Lost { why: why.into(), useful: false },
    };
    let mut flight = Flight::new(session.intake().clone());
    let mut useful = false;
    let presence = session.intake().presence();
    let (mut links, mut broker_link) = (presence.connection(), None);
    let why = loop {
        // Messages of QoS 0 are not counted by the broker: while as many as there is room for wait, nothing is read.
        let come = tokio::select! {
            biased;
            () = stop.cancelled() => break None,
            Some(settled) = flight.next(), if !flight.is_empty() => {
                // With them all that became durable by the same commit: their acknowledgements leave in one write.
                let mut acknowledged = acknowledge(&mut link, settled);
                while acknowledged.is_ok()
                    && let Some(Some(settled)) = flight.next().now_or_never()
                {
                    acknowledged = acknowledge(&mut link, settled);
                }
                useful = useful || acknowledged.is_ok();
                let sent = link.flush().await.map_err(Lost::from);
                if let Err(why) = acknowledged.and(sent) {
                    break Some(why);
                }
                continue;
            }
            come = link.next(), if !flight.full() => come.map(Some),
        };
        // That packet, and those that came by the same read.
        let mut come = come;
        let taken = loop {
            match come {
                Ok(Some(Packet::Publish(publish))) => {
                    let bytes = publish.payload.len();
                    let (publish, upload) = take(session, publish).await;
                    if let Some(station) = upload.as_ref().and_then(|upload| upload.station.as_ref()) {
                        links.heard(station);
                        if !heard.contains(station) {
                            heard.insert(station.clone());
                        }
                    }
                    flight.board(Message { publish, bytes, upload });
                }
                Ok(Some(Packet::SubAck(answer))) => match granted(&answer) {
                    Ok(()) => {
                        broker_link = Some(presence.hold(limpid_model::Link::Broker));
                        heard.iter().for_each(|station| links.heard(station));
                    }
                    Err(why) => break Err(why),
                },
                Ok(Some(_)) => {}
                Ok(None) => break Ok(()),
                Err(error) => break Err(error.into()),
            }
            if flight.full() {
                break Ok(());
            }
            come = link.come();
        };
        flight.depart();
        if let Err(why) = taken {
            break Some(why);
        }
    };
    drop((links, broker_link));
    let leave = async {
        let mut failed = why.is_some();
        while let Some(settled) = flight.next().await {
            // Behind a message that was not acknowledged none is: the broker sends them all again, in their order.
            failed = failed || acknowledge(&mut link, settled).is_err();
        }
        if !matches!(why, Some(Lost::Link(_))) {
            link.leave().await;
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

/// Asks for the topic at a broker that has let limpid in.
fn subscribe(mut link: Link, broker: &Broker, answer: &ConnAck) -> Result<Link, LinkError> {
    tracing::info!(
        broker = %broker.address(),
        topic = broker.filter.as_str(),
        resumed = answer.session_present,
        "connected to the broker"
    );
    // Asked for each time, since a broker may have lost it; only a new one brings retained messages.
    let mut filter = Filter::new(broker.filter.as_str(), QoS::AtLeastOnce);
    filter.retain_forward_rule = RetainForwardRule::OnNewSubscribe;
    let mut subscribe = Subscribe::new(filter, None);
    // The one packet with an identifier that goes this way.
    subscribe.pkid = 1;
    link.put(&Packet::Subscribe(subscribe))?;
    Ok(link)
}

/// Checks that the broker gave what it was asked for.
fn granted(answer: &SubAck) -> Result<(), Lost> {
    match answer.return_codes.first() {
        Some(SubscribeReasonCode::Success(QoS::AtLeastOnce | QoS::ExactlyOnce)) => {
            metrics::gauge!("limpid_mqtt_connected").set(1);
            Ok(())
        }
        // QoS 0 in place of 1: the broker would forget what is not taken at once.
        code => Err(Lost::Subscription(code.copied().unwrap_or(SubscribeReasonCode::Unspecified))),
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

/// Puts the acknowledgements of messages that are durable behind those that wait to be sent, up to the first message that
/// is not.
fn acknowledge(link: &mut Link, settled: Vec<Settled>) -> Result<(), Lost> {
    let (mut acknowledged, mut outcome) = (0, Ok(()));
    for Settled { publish, outcome: durable, .. } in settled {
        outcome = match durable {
            Err(error) => {
                metrics::counter!("limpid_mqtt_unkept_total").increment(1);
                Err(Lost::Journal(error))
            }
            Ok(()) if publish.qos == QoS::AtMostOnce => Ok(()),
            Ok(()) => link.put(&Packet::PubAck(PubAck::new(publish.pkid, None))).map_err(Lost::from),
        };
        if outcome.is_err() {
            break;
        }
        acknowledged += u64::from(publish.qos != QoS::AtMostOnce);
    }
    metrics::counter!("limpid_mqtt_acks_total").increment(acknowledged);
    outcome
}
