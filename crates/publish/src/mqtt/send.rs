//! A batch of messages, until the broker has taken each or has refused it often enough.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use rumqttc::Outgoing;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, PubAckReason};
use rumqttc::v5::{AsyncClient, Event as Polled, EventLoop};
use tokio::time::{Instant, timeout_at};

use super::serve::{Lost, PATIENCE, connected};

/// A message that was refused so often is given up, so that those behind it come through.
const REFUSALS: u32 = 5;
/// The wait after the first refusal; it doubles, so that the last try is 15 s after the first.
const FIRST: Duration = Duration::from_secs(1);

/// A message for the broker.
#[derive(Debug, Clone)]
pub(super) struct Message {
    /// Of its event.
    pub(super) id: u64,
    pub(super) topic: String,
    pub(super) retain: bool,
    pub(super) payload: String,
}

/// How often each message was refused, over connections: some brokers close one whose message they refuse.
#[derive(Debug, Default)]
pub(super) struct Refusals(HashMap<u64, u32>);

impl Refusals {
    /// Notes one.
    fn add(&mut self, message: &Message, reason: PubAckReason) {
        let count = self.0.entry(message.id).or_default();
        *count += 1;
        if *count == REFUSALS {
            let topic = &message.topic;
            tracing::error!(event.id = message.id, topic, ?reason, "a message that the broker refuses was given up");
            metrics::counter!("limpid_mqtt_outlet_given_up_total").increment(1);
        }
    }

    /// Whether a message is not to be sent again.
    pub(super) fn given_up(&self, id: u64) -> bool {
        self.0.get(&id).is_some_and(|count| *count >= REFUSALS)
    }

    /// Forgets those that are done with.
    pub(super) fn forget(&mut self, up_to: u64) {
        self.0.retain(|id, _| *id > up_to);
    }
}

/// Sends messages in their order, at most `at_once` before the first is acknowledged, and those that are refused again.
pub(super) async fn all(
    client: &AsyncClient,
    events: &mut EventLoop,
    messages: Vec<Message>,
    at_once: usize,
    refusals: &mut Refusals,
) -> Result<(), Lost> {
    let newest: HashMap<String, u64> = messages.iter().map(|message| (message.topic.clone(), message.id)).collect();
    let mut open = messages;
    let mut wait = FIRST;
    loop {
        let mut refused = Vec::new();
        for some in open.chunks(at_once) {
            refused.extend(once(client, events, some.to_vec(), refusals).await?);
        }
        refused.retain(|message| !refusals.given_up(message.id));
        if refused.is_empty() {
            return Ok(());
        }
        for message in &mut refused {
            // What came behind it on its topic is there already, and stays the newest.
            message.retain &= newest.get(&message.topic) == Some(&message.id);
        }
        open = refused;
        // The connection is kept alive meanwhile.
        let until = Instant::now() + wait;
        while let Ok(polled) = timeout_at(until, events.poll()).await {
            connected(&polled.map_err(Box::new)?);
        }
        wait *= 2;
    }
}

/// Sends each once, and gives those that were refused, in their order.
async fn once(
    client: &AsyncClient,
    events: &mut EventLoop,
    messages: Vec<Message>,
    refusals: &mut Refusals,
) -> Result<Vec<Message>, Lost> {
    for message in &messages {
        let Message { topic, retain, payload, .. } = message;
        client.try_publish(topic, QoS::AtLeastOnce, *retain, payload.clone()).map_err(Box::new)?;
    }
    let mut flight = Flight { waiting: messages.into(), sent: HashMap::new(), refused: Vec::new() };
    let mut due = Instant::now() + PATIENCE;
    while !flight.is_over() {
        let polled = timeout_at(due, events.poll()).await.map_err(|_| Lost::Silent)?;
        match polled {
            Ok(polled) => {
                connected(&polled);
                if flight.note(&polled, refusals) {
                    due = Instant::now() + PATIENCE;
                }
            }
            Err(lost) => {
                // What was said before the connection was closed has been read, and not yet been told.
                for polled in events.state.events.drain(..) {
                    flight.note(&polled, refusals);
                }
                return Err(Box::new(lost).into());
            }
        }
    }
    let mut refused = flight.refused;
    refused.sort_by_key(|message| message.id);
    Ok(refused)
}

/// Messages on their way.
struct Flight {
    /// Handed over, in the order in which they leave.
    waiting: VecDeque<Message>,
    /// By the number under which each left.
    sent: HashMap<u16, Message>,
    refused: Vec<Message>,
}

impl Flight {
    fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.sent.is_empty()
    }

    /// Notes what became of a message; whether one is done with.
    fn note(&mut self, polled: &Polled, refusals: &mut Refusals) -> bool {
        match polled {
            Polled::Outgoing(Outgoing::Publish(number)) => {
                self.sent.extend(self.waiting.pop_front().map(|message| (*number, message)));
                false
            }
            Polled::Incoming(Packet::PubAck(answer)) => {
                let Some(message) = self.sent.remove(&answer.pkid) else { return false };
                match answer.reason {
                    PubAckReason::Success | PubAckReason::NoMatchingSubscribers => {
                        metrics::counter!("limpid_mqtt_outlet_messages_total").increment(1);
                    }
                    reason => {
                        refusals.add(&message, reason);
                        self.refused.push(message);
                    }
                }
                true
            }
            _ => false,
        }
    }
}
