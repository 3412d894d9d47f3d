//! From the log to the broker.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use limpid_model::pipeline::BrokerUrl;
use limpid_store::StoreError;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{AsyncClient, ClientError, ConnectionError, Event as Polled, MqttOptions};
use rumqttc::{TlsConfiguration, Transport};

use super::send::{self, Message, Refusals};
use super::{Outlet, topic};
use crate::app::Shared;
use crate::events::{Event, cursor};

/// The name of the cursor.
pub const CURSOR: &str = "mqtt";
/// Events that wait for their acknowledgements at once.
const BATCH: usize = 100;
/// What was sent must be acknowledged within so long, or the connection is given up.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// The waits between two connections; they double.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum Lost {
    #[error("the connection was lost: {0}")]
    Connection(#[from] Box<ConnectionError>),
    #[error("a message could not be sent: {0}")]
    Client(#[from] Box<ClientError>),
    #[error("nothing was acknowledged for {} s", PATIENCE.as_secs())]
    Silent,
    #[error("the log could not be read: {0}")]
    Journal(#[from] StoreError),
}

/// Publishes what happens until the service stops. What was not acknowledged is sent again by the next connection.
pub async fn serve(app: Shared, outlet: Arc<Outlet>) {
    let mut wait = FIRST;
    let mut refusals = Refusals::default();
    // After a connection was lost messages are sent one by one for a while: a broker that closes it because of one of them has
    // said which by then.
    let mut at_once = BATCH;
    loop {
        let begun = tokio::time::Instant::now();
        let lost = tokio::select! {
            () = app.stop.cancelled() => return,
            ended = session(&app, &outlet, at_once, &mut refusals) => match ended {
                Ok(()) => return,
                Err(lost) => lost,
            },
        };
        at_once = 1;
        metrics::gauge!("limpid_mqtt_outlet_connected").set(0);
        tracing::warn!(error = %lost, wait_s = wait.as_secs(), "publishing to the broker was cut short, trying again");
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        wait = if begun.elapsed() > LONGEST { FIRST } else { (wait * 2).min(LONGEST) };
    }
}

/// One connection, to its end.
async fn session(app: &Shared, outlet: &Outlet, mut at_once: usize, refusals: &mut Refusals) -> Result<(), Lost> {
    let mut logged = app.journal.logged();
    let mut position = cursor::resume(&*app.journal, CURSOR).await?;
    let (client, mut events) = AsyncClient::new(options(app, outlet), BATCH);
    loop {
        logged.borrow_and_update();
        let floor = app.floor.load(Ordering::Acquire);
        if position < floor {
            tracing::warn!(from = position + 1, to = floor, "events older than the log is kept were not published");
            position = floor;
        }
        let entries = app.journal.log(position, BATCH).await?;
        let Some(last) = entries.last().map(|logged| logged.seq) else {
            tokio::select! {
                changed = logged.changed() => if changed.is_err() {
                    return Ok(());
                },
                polled = events.poll() => connected(&polled.map_err(Box::new)?),
            }
            continue;
        };
        let board = app.board.now();
        let mut messages = Vec::new();
        for logged in entries {
            let Some((topic, retain)) = topic::of(&logged.happening, &app.pipeline, &board) else { continue };
            let event = Event::new(logged, &app.pipeline);
            if !refusals.given_up(event.seq) {
                messages.push(Message { id: event.seq, topic, retain, payload: payload(app, &event) });
            }
        }
        send::all(&client, &mut events, messages, at_once, refusals).await?;
        at_once = BATCH;
        position = last;
        refusals.forget(position);
        app.journal.note(Vec::new(), Some(cursor::mark(CURSOR, position))).await?;
    }
}

pub(super) fn connected(polled: &Polled) {
    if matches!(polled, Polled::Incoming(Packet::ConnAck(_))) {
        metrics::gauge!("limpid_mqtt_outlet_connected").set(1);
        tracing::info!("connected to the broker that is published to");
    }
}

/// `{"id":…,"type":…,"data":…}`
fn payload(app: &Shared, event: &Event) -> String {
    let at = app.zone().format(event.at);
    format!("{{\"id\":{},\"type\":\"{}\",\"timestamp\":\"{at}\",\"data\":{}}}", event.seq, event.name, event.data)
}

fn options(app: &Shared, outlet: &Outlet) -> MqttOptions {
    let BrokerUrl { host, port, .. } = &outlet.config.url;
    let usual = || format!("limpid-{}-out", app.pipeline.publisher.id);
    let id = outlet.config.client_id.clone().unwrap_or_else(usual);
    let mut options = MqttOptions::new(id, host.trim_start_matches('[').trim_end_matches(']'), *port);
    options.set_keep_alive(Duration::from_secs(30)).set_clean_start(true);
    if let Some(name) = &outlet.config.username {
        options.set_credentials(name, &outlet.password);
    }
    if let Some(tls) = &outlet.tls {
        options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(tls.clone())));
    }
    options
}
