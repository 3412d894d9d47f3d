//! The HTTP server: connections counted, each with a patience that ends, and TLS where it is configured.
//!
//! Without TLS it speaks HTTP/1.1, with TLS also HTTP/2, as the client asks.

mod patient;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, header};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use hyper_util::service::TowerToHyperService;
use limpid_ingest::gateways::places::{Place, Places};
use limpid_ingest::gateways::tls::Tls;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::util::ServiceExt;

use patient::Patient;

/// For a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Before the next attempt to take a connection when there are no more file descriptors.
const NO_ROOM: Duration = Duration::from_secs(1);

/// Requests of one HTTP/2 connection in work at once (RFC 9113, 5.1.2): what a browser opens for a page, and no flood.
const STREAMS: u32 = 100;

/// The names that TLS offers for what is spoken in it.
pub const PROTOCOLS: [&str; 2] = ["h2", "http/1.1"];

/// The server, before it serves.
pub struct Server {
    /// Where connections come in.
    pub listener: TcpListener,
    /// Set when it speaks TLS, and nothing else.
    pub tls: Option<Tls>,
    /// How many connections it holds.
    pub places: Arc<Places>,
    /// How long it waits for a whole request head, and for a client to read what it asked for.
    pub idle: Duration,
}

impl Server {
    /// Answers requests until `stop`; then ends when the requests in work are answered.
    pub async fn serve(self, router: Router, stop: CancellationToken) {
        let Self { listener, tls, places, idle } = self;
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
                taken = listener.accept() => match taken {
                    Ok((stream, peer)) => match places.take(peer.ip()) {
                        Ok(place) => {
                            let one = Connection { peer, tls: tls.clone(), idle, stop: stop.clone(), _place: place };
                            connections.spawn(one.run(stream, router.clone()));
                        }
                        Err(why) => {
                            metrics::counter!("limpid_http_connections_refused_total", "cap" => why.name()).increment(1);
                        }
                    },
                    Err(error) if of_one_connection(&error) => {}
                    Err(error) => {
                        tracing::error!(error = &error as &dyn std::error::Error, "no connection can be taken now");
                        sleep(NO_ROOM).await;
                    }
                },
            }
        }
        drop(listener);
        while connections.join_next().await.is_some() {}
    }
}

/// Whether it was the connection that failed, before it was taken.
fn of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// One connection.
struct Connection {
    peer: SocketAddr,
    tls: Option<Tls>,
    idle: Duration,
    stop: CancellationToken,
    _place: Place,
}

impl Connection {
    async fn run(self, stream: TcpStream, router: Router) {
        // Answers leave at once; without it a small one waits for the receipt of the one before. It works without.
        let _ = stream.set_nodelay(true);
        let open = metrics::gauge!("limpid_http_connections");
        open.increment(1);
        self.speak(Patient::new(stream, self.idle), router).await;
        open.decrement(1);
    }

    /// However it ends, by a client that went away or one that took too long, there is nobody left to tell.
    async fn speak(&self, stream: Patient<TcpStream>, router: Router) {
        let (peer, secure) = (self.peer, self.tls.is_some());
        let service = router.map_request(move |request: Request<Incoming>| told(request.map(Body::new), peer, secure));
        let service = TowerToHyperService::new(service.map_err(|never: Infallible| match never {}));
        let mut plain = http1::Builder::new();
        plain.timer(TokioTimer::new()).header_read_timeout(self.idle);
        let Some(tls) = &self.tls else {
            return until_stopped(plain.serve_connection(TokioIo::new(stream), service), &self.stop).await;
        };
        let Ok(Ok(stream)) = timeout(HANDSHAKE, tls.accept(stream)).await else {
            metrics::counter!("limpid_http_handshakes_failed_total").increment(1);
            return;
        };
        let second = stream.get_ref().1.alpn_protocol() == Some(PROTOCOLS[0].as_bytes());
        let stream = TokioIo::new(stream);
        if second {
            let mut builder = http2::Builder::new(TokioExecutor::new());
            builder
                .timer(TokioTimer::new())
                .keep_alive_interval(self.idle)
                .keep_alive_timeout(self.idle)
                .max_concurrent_streams(STREAMS);
            until_stopped(builder.serve_connection(stream, service), &self.stop).await;
        } else {
            until_stopped(plain.serve_connection(stream, service), &self.stop).await;
        }
    }
}

/// Drives a connection to its end; after a stop, to the end of the requests in work.
async fn until_stopped(connection: impl GracefulConnection, stop: &CancellationToken) {
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// What the router is told of the connection beside the request: who is at the other end, and that nobody listens in.
fn told(mut request: Request<Body>, peer: SocketAddr, secure: bool) -> Request<Body> {
    request.extensions_mut().insert(ConnectInfo(peer));
    // HTTP/2 says in its `:authority` what HTTP/1.1 says in `Host` (RFC 9113, 8.3.1), where the router looks.
    if let Some(host) = request.uri().authority().and_then(|authority| authority.as_str().parse().ok()) {
        request.headers_mut().entry(header::HOST).or_insert(host);
    }
    if secure {
        request.headers_mut().insert("x-forwarded-proto", HeaderValue::from_static("https"));
    }
    request
}
