//! The listener: who may connect, and how it all stops.

mod connection;
mod keep;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::downlink::Downlink;
use super::session::Session;
use crate::Intake;
use keep::Keep;

/// How long connections may take to finish what they had read when a stop was asked for: a second less than the five
/// that a whole stop may take (CONTRACT §2).
const GRACE: Duration = Duration::from_secs(4);

/// How long to wait when the system can open no more connections.
const BREATHE: Duration = Duration::from_millis(100);

/// Takes HJ 212 connections from `listener` until `stop`, then waits for what is in flight.
pub async fn serve(listener: TcpListener, intake: Intake, stop: CancellationToken) {
    let idle = Duration::from_secs(intake.pipeline().ingest.hj212.idle_minutes * 60);
    serve_while(listener, intake, idle, stop).await;
}

async fn serve_while(listener: TcpListener, intake: Intake, idle: Duration, stop: CancellationToken) {
    let config = &intake.pipeline().ingest.hj212;
    let slots = Arc::new(Semaphore::new(config.connections));
    let keep = Arc::new(Keep::default());
    let (downlink, wishes) = Downlink::new(intake.clone());
    let downlink = Arc::new(downlink);
    let speaking = tokio::spawn(Arc::clone(&downlink).run(wishes, stop.clone()));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "connection could not be accepted");
                tokio::time::sleep(BREATHE).await;
                continue;
            }
        };
        // Closed at once rather than left waiting: a station that sees its connection closed tries again, one that
        // waits believes that it is heard.
        let Ok(slot) = Arc::clone(&slots).try_acquire_owned() else {
            metrics::counter!("limpid_hj212_connections_refused_total").increment(1);
            tracing::warn!(peer = %peer, limit = config.connections, "connection refused: as many as configured are open");
            continue;
        };
        let (line, outgoing) = downlink.line(peer.ip());
        let session = Session::new(intake.clone(), peer.ip()).with_line(line);
        let (keep, stop) = (Arc::clone(&keep), stop.clone());
        connections.spawn(async move {
            connection(stream, session, outgoing, idle, keep, stop).await;
            drop(slot);
        });
    }
    drop(listener);
    let finished = async {
        while connections.join_next().await.is_some() {}
        speaking.await
    };
    if tokio::time::timeout(GRACE, finished).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "stopped with connections unfinished; their stations send again"
        );
    }
}

async fn connection(
    stream: TcpStream,
    session: Session,
    outgoing: mpsc::Receiver<Vec<u8>>,
    idle: Duration,
    keep: Arc<Keep>,
    stop: CancellationToken,
) {
    metrics::gauge!("limpid_hj212_connections").increment(1);
    if let Err(error) = connection::run(stream, &session, outgoing, idle, &keep, stop).await {
        tracing::debug!(%error, "connection ended");
    }
    metrics::gauge!("limpid_hj212_connections").decrement(1);
}
