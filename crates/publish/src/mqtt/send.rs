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
    pub(super) refusals: u32,
}

/// Sends messages in their order, and those that are refused again.
pub(super) async fn all(client: &AsyncClient, events: &mut EventLoop, messages: Vec<Message>) -> Result<(), Lost> {
    let newest: HashMap<String, u64> = messages.iter().map(|message| (message.topic.clone(), message.id)).collect();
    let mut open = messages;
    let mut wait = FIRST;
    loop {
        let mut refused = once(client, events, open).await?;
        refused.retain(|(message, reason)| {
            let given_up = message.refusals >= REFUSALS;
            if given_up {
                let (event, topic) = (message.id, &message.topic);
                tracing::error!(event.id = event, topic, ?reason, "a message that the broker refuses was given up");
                metrics::counter!("limpid_mqtt_outlet_given_up_total").increment(1);
            }
            !given_up
        });
        if refused.is_empty() {
            return Ok(());
        }
        open = refused.into_iter().map(|(message, _)| message).collect();
        for message in &mut open {
            // What came behind it on its topic is there already, and stays the newest.
            message.retain &= newest.get(&message.topic) == Some(&message.id);
        }
        // The connection is kept alive meanwhile.
        let until = Instant::now() + wait;
        while let Ok(polled) = timeout_at(until, events.poll()).await {
            connected(&polled.map_err(Box::new)?);
        }
        wait *= 2;
    }
}

/// Sends each once, and gives those that were refused, in their order, with the reason.
async fn once(
    client: &AsyncClient,
    events: &mut EventLoop,
    messages: Vec<Message>,
) -> Result<Vec<(Message, PubAckReason)>, Lost> {
    for message in &messages {
        let Message { topic, retain, payload, .. } = message;
        client.try_publish(topic, QoS::AtLeastOnce, *retain, payload.clone()).map_err(Box::new)?;
    }
    let mut waiting = VecDeque::from(messages);
    let mut sent: HashMap<u16, Message> = HashMap::new();
    let mut refused = Vec::new();
    let mut due = Instant::now() + PATIENCE;
    while !waiting.is_empty() || !sent.is_empty() {
        let polled = timeout_at(due, events.poll()).await.map_err(|_| Lost::Silent)?.map_err(Box::new)?;
        connected(&polled);
        match polled {
            // They leave in the order in which they were handed over.
            Polled::Outgoing(Outgoing::Publish(number)) => {
                sent.extend(waiting.pop_front().map(|message| (number, message)));
            }
            Polled::Incoming(Packet::PubAck(answer)) => {
                let Some(mut message) = sent.remove(&answer.pkid) else { continue };
                due = Instant::now() + PATIENCE;
                match answer.reason {
                    PubAckReason::Success | PubAckReason::NoMatchingSubscribers => {
                        metrics::counter!("limpid_mqtt_outlet_messages_total").increment(1);
                    }
                    reason => {
                        message.refusals += 1;
                        refused.push((message, reason));
                    }
                }
            }
            _ => {}
        }
    }
    refused.sort_by_key(|(message, _)| message.id);
    Ok(refused)
}
