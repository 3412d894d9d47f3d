//! The listener: who may connect, and how it all stops.

mod audit;
mod connection;
mod keep;
#[cfg(test)]
mod tests;

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::downlink::Downlink;
use super::session::Session;
use crate::Intake;
use crate::gateways::places::Places;
use crate::gateways::tls::Tls;
use keep::Keep;

/// How long connections may take to finish what they had read when a stop was asked for: a second less than the five
/// that a whole stop may take (CONTRACT §2).
const GRACE: Duration = Duration::from_secs(4);

/// How long to wait when the system can open no more connections.
const BREATHE: Duration = Duration::from_millis(100);

/// For a TLS handshake: three round trips over the slowest modem.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A peer that lost its power says no goodbye. After two minutes of silence the system asks whether it is there, and
/// takes the connection for lost when four questions half a minute apart go unanswered.
const KEEPALIVE: TcpKeepalive =
    TcpKeepalive::new().with_time(Duration::from_secs(120)).with_interval(Duration::from_secs(30)).with_retries(4);

/// How long a connection is waited for.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// Without a good frame.
    idle: Duration,
    /// For the end of a frame that has begun.
    frame: Duration,
}

/// Takes HJ 212 connections from `listener` until `stop`, then waits for what is in flight.
pub async fn serve(listener: TcpListener, intake: Intake, tls: Option<Tls>, stop: CancellationToken) {
    let config = &intake.pipeline().ingest.hj212;
    let idle = Duration::from_secs(config.idle_minutes * 60);
    let patience = Patience { idle, frame: Duration::from_secs(config.frame_seconds) };
    serve_while(listener, intake, tls, patience, stop).await;
}

async fn serve_while(
    listener: TcpListener,
    intake: Intake,
    tls: Option<Tls>,
    patience: Patience,
    stop: CancellationToken,
) {
    let config = &intake.pipeline().ingest.hj212;
    let places = Places::new(config.connections, config.connections_per_address);
    let keep = Arc::new(Keep::default());
    let (downlink, wishes) = Downlink::new(intake.clone());
    let downlink = Arc::new(downlink);
    let speaking = tokio::spawn(Arc::clone(&downlink).run(wishes, stop.clone()));
    let mut connections = JoinSet::new();
    let mut failing = false;
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => {
                failing = false;
                accepted
            }
            Err(error) => {
                // Said once, and again only after it has worked in between.
                if !std::mem::replace(&mut failing, true) {
                    tracing::error!(%error, "connections cannot be accepted");
                }
                tokio::time::sleep(BREATHE).await;
                continue;
            }
        };
        let address = peer.ip().to_canonical();
        let allowed = config.allow.is_empty() || config.allow.iter().any(|network| network.holds(address));
        // Closed at once rather than left waiting: a station that sees its connection closed tries again, one that
        // waits believes that it is heard.
        let place = match places.take(address) {
            Ok(place) if allowed => place,
            Ok(_) => {
                refused(address, "address");
                continue;
            }
            Err(full) => {
                refused(address, full.name());
                continue;
            }
        };
        let (line, outgoing) = downlink.line(address);
        let session = Session::new(intake.clone(), address).with_line(line);
        let (keep, tls, stop) = (Arc::clone(&keep), tls.clone(), stop.clone());
        connections.spawn(async move {
            metrics::gauge!("limpid_hj212_connections").increment(1);
            if let Err(error) = connection(stream, tls, &session, outgoing, patience, &keep, stop).await {
                tracing::debug!(%error, "connection ended");
            }
            metrics::gauge!("limpid_hj212_connections").decrement(1);
            drop(place);
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

fn refused(address: IpAddr, why: &'static str) {
    metrics::counter!("limpid_hj212_connections_refused_total", "why" => why).increment(1);
    tracing::debug!(%address, why, "connection refused");
}

async fn connection(
    mut stream: TcpStream,
    tls: Option<Tls>,
    session: &Session,
    outgoing: mpsc::Receiver<Vec<u8>>,
    patience: Patience,
    keep: &Keep,
    stop: CancellationToken,
) -> io::Result<()> {
    // Answers are small and awaited.
    stream.set_nodelay(true)?;
    SockRef::from(&stream).set_tcp_keepalive(&KEEPALIVE)?;
    match tls {
        None => {
            let (reader, writer) = stream.split();
            connection::run(reader, writer, session, outgoing, patience, keep, stop).await
        }
        Some(tls) => {
            let accepted = tokio::select! {
                accepted = timeout(HANDSHAKE, tls.accept(stream)) => accepted??,
                () = stop.cancelled() => return Ok(()),
            };
            let (reader, writer) = tokio::io::split(accepted);
            connection::run(reader, writer, session, outgoing, patience, keep, stop).await
        }
    }
}
