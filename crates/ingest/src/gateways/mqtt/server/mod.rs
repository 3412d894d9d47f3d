//! The connection to the broker, kept up: what is lost is made again, ever more patiently.

mod connection;
mod flight;
mod link;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::error::Error;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::broker::Broker;
use super::session::Session;
use crate::Intake;
use connection::{Ended, Lost};

/// Before the first new attempt; doubled each time, up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Takes the broker's messages until `stop`, then waits for what is in flight and takes leave.
pub async fn serve(broker: Broker, intake: Intake, stop: CancellationToken) {
    serve_while(broker, intake, FIRST_WAIT, stop).await;
}

async fn serve_while(broker: Broker, intake: Intake, first: Duration, stop: CancellationToken) {
    let session = Session::new(intake, broker.filter.clone());
    let mut wait = first;
    let mut heard = HashSet::new();
    loop {
        let began = Instant::now();
        let ended = connection::run(&broker, &session, &mut heard, &stop).await;
        metrics::gauge!("limpid_mqtt_connected").set(0);
        let (why, useful) = match ended {
            Ended::Stopped => return,
            Ended::Lost { why, useful } => (why, useful),
        };
        // A broker that answers is not yet one that works: two clients under one id push each other out for ever.
        if useful || began.elapsed() > LONGEST_WAIT {
            wait = first;
        }
        report(&why, &broker, wait);
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

fn report(why: &Lost, broker: &Broker, wait: Duration) {
    metrics::counter!("limpid_mqtt_connections_lost_total").increment(1);
    let (error, broker, wait_ms) = (why as &dyn Error, broker.address(), wait.as_millis());
    if matches!(why, Lost::Journal(_)) {
        tracing::error!(error, broker, wait_ms, "messages could not be made durable; the broker sends them again");
    } else {
        tracing::warn!(error, broker, wait_ms, "connection lost; the broker keeps what was not acknowledged");
    }
}
