//! The trail of uploads that were not taken: who, from where, what was said. Never a token, never a body.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use limpid_model::pipeline::Rate;

use super::rate::Bucket;
use super::{Gate, request};

/// Lines of the trail: whoever floods the server must not fill its log. What is passed over is counted in the next line.
const LINES: Rate = Rate { per_minute: 600, burst: 100 };

/// Characters of a path that are written: the rest is the sender's to know.
const LONGEST_PATH: usize = 100;

/// Stands in the extensions of an answer that refuses: the kind of its problem.
#[derive(Debug, Clone)]
pub(super) struct Refused(pub(super) String);

/// Lets so many lines pass.
pub(super) struct Trail {
    lines: Bucket,
    passed_over: AtomicU64,
}

impl Trail {
    pub(super) fn new() -> Self {
        Self { lines: Bucket::new(LINES), passed_over: AtomicU64::new(0) }
    }

    /// How many lines were passed over before this one; `None` when it is to be passed over too.
    fn admit(&self, now: Instant) -> Option<u64> {
        if self.lines.take(now).is_ok() {
            return Some(self.passed_over.swap(0, Ordering::Relaxed));
        }
        self.passed_over.fetch_add(1, Ordering::Relaxed);
        None
    }
}

/// Writes a line for every answer that refuses.
pub(super) async fn trail(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let headers = request.headers().clone();
    let response = next.run(request).await;
    if let Some(Refused(kind)) = response.extensions().get()
        && let Some(passed_over) = gate.trail.admit(Instant::now())
    {
        let peer = peer.map_or_else(|| "unknown".to_owned(), |peer| peer.to_string());
        let path: String = path.chars().filter(|c| !c.is_control()).take(LONGEST_PATH).collect();
        let (status, sender) = (response.status().as_u16(), sender(&gate, &headers));
        tracing::info!(peer, sender, %method, path, status, kind, passed_over, "upload refused");
    }
    response
}

/// The holder's name, which is no secret; `none` without a token and `unknown` with one that is nobody's.
fn sender(gate: &Gate, headers: &HeaderMap) -> String {
    match request::bearer(headers) {
        Err(_) => "none".to_owned(),
        Ok(secret) => {
            gate.tokens.authorise(secret).map_or_else(|| "unknown".to_owned(), |grant| grant.holder().to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_flood_is_counted_and_not_written() {
        let (trail, start) = (Trail::new(), Instant::now());
        let written = (0..1000).filter_map(|_| trail.admit(start)).collect::<Vec<_>>();
        assert_eq!(written, [0; 100]);
        assert_eq!(trail.admit(start + Duration::from_secs(1)), Some(900));
        assert_eq!(trail.admit(start + Duration::from_secs(1)), Some(0));
    }
}
