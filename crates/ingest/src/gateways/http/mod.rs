//! `POST /api/v1/submissions` and `GET /api/v1/receipts/{id}`; observations of SensorThings.
//!
//! - `receive`: an upload from its headers to its receipt
//! - `request`: what the headers say; `rate`: how often a token may upload
//! - `body`: the bytes as they arrive; `coding`: unpacking them; `rooms`: the memory for all of it
//! - `decoder`: how a body is read as it comes; `object`, `ndjson`, `table` (and their `lines`): the shapes of a batch;
//!   `batch`: a batch to entries, under a grant
//! - `conformance`: how a station departs from its protocol
//! - `sensorthings`: the same door for clients of that standard
//! - [`decode()`]: what a body says, without socket and journal
//! - `answer`: the receipt as it leaves; `failure`: the status of every failure; `audit`: the trail of them

mod answer;
mod audit;
mod batch;
mod body;
mod coding;
mod conformance;
mod decode;
mod decoder;
mod failure;
mod lines;
mod ndjson;
mod object;
mod rate;
mod receive;
mod request;
mod rooms;
mod sensorthings;
mod table;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodRouter, any, get, post};
use limpid_model::{Channel, ReceiptId, Station};

use crate::intake::Intake;
use crate::token::{Grant, Tokens};
use answer::answer;
use audit::Trail;
use body::Patience;
use failure::Failure;
use rate::Rates;
use receive::receive;
use rooms::{Hold, Rooms};

pub use crate::gateways::json::MOST_READINGS;
pub use decode::{Shape, decode};

/// Receipts with more verdicts than this are written on a blocking thread.
const INLINE_VERDICTS: usize = 5_000;

struct Gate {
    intake: Intake,
    tokens: Tokens,
    rates: Rates,
    rooms: Rooms,
    patience: Patience,
    trail: Trail,
}

/// The routes of the HTTP upload.
///
/// They have no fallback of their own, so that they can be merged with other routers; under their own paths every failure,
/// wrong methods included, is a problem (RFC 9457). `[ingest.http] enabled` is the caller's to look at.
pub struct Routes {
    /// Uploads of our own, and what became of them.
    pub uploads: Router,
    /// Observations of OGC SensorThings, under paths that others may want to read at.
    pub sensorthings: Router,
}

impl Routes {
    /// For the tokens of the intake's pipeline.
    pub fn of(intake: Intake) -> Self {
        let tokens = Tokens::new(&intake.pipeline().ingest.http.tokens);
        Self::with(intake, tokens)
    }

    /// For these tokens.
    pub fn with(intake: Intake, tokens: Tokens) -> Self {
        let rooms = Rooms::new(intake.pipeline().ingest.http.max_body_bytes);
        Self::within(intake, tokens, rooms, Patience::default())
    }

    fn within(intake: Intake, tokens: Tokens, rooms: Rooms, patience: Patience) -> Self {
        let config = &intake.pipeline().ingest.http;
        let rates = Rates::new(config.rate, tokens.holders());
        let gate = Arc::new(Gate { tokens, rates, rooms, patience, trail: Trail::new(), intake });
        let uploads = Router::new()
            .route("/api/v1/submissions", only(post(submit), "POST"))
            .route("/api/v1/submissions/{*rest}", any(nothing_here))
            .route("/api/v1/receipts", any(nothing_here))
            .route("/api/v1/receipts/{id}", only(get(receipt), "GET, HEAD"))
            .merge(conformance::routes());
        let behind = |routes: Router<Arc<Gate>>| {
            routes.layer(from_fn_with_state(gate.clone(), audit::trail)).with_state(gate.clone())
        };
        Self { uploads: behind(uploads), sensorthings: behind(sensorthings::routes()) }
    }

    /// All of them.
    pub fn merged(self) -> Router {
        self.uploads.merge(self.sensorthings)
    }
}

/// All routes of the HTTP upload. See [`Routes`].
pub fn router(intake: Intake) -> Router {
    Routes::of(intake).merged()
}

/// Other methods are answered with a problem that names those which are allowed.
fn only(route: MethodRouter<Arc<Gate>>, allowed: &'static str) -> MethodRouter<Arc<Gate>> {
    route.fallback(move || async move { Failure::Method { allowed } })
}

async fn nothing_here() -> Failure {
    Failure::NotFound { what: "there is nothing at this path" }
}

impl Gate {
    /// The largest body, unpacked.
    fn limit(&self) -> usize {
        self.rooms.limit
    }

    fn authorise(&self, headers: &HeaderMap) -> Result<Grant, Failure> {
        let secret = request::bearer(headers)?;
        self.tokens.authorise(secret).ok_or(Failure::Token { sent: true })
    }

    /// The same for an upload, which a token may do only so often.
    fn authorise_upload(&self, headers: &HeaderMap) -> Result<Grant, Failure> {
        let grant = self.authorise(headers)?;
        let wait = |wait| Failure::TooOften { rate: self.rates.rate, wait };
        self.rates.take(grant.holder(), Instant::now()).map_err(wait)?;
        Ok(grant)
    }
}

async fn submit(State(gate): State<Arc<Gate>>, request: Request) -> Result<Response, Failure> {
    let (receipt, ()) = receive(&gate, request, Hold::Sealed, |media| Ok(media.decoder())).await?;
    let place = format!("/api/v1/receipts/{}", receipt.id);
    let mut response =
        off_thread(receipt.verdicts.len() > INLINE_VERDICTS, move || answer(StatusCode::CREATED, &receipt)).await;
    if let Ok(place) = place.parse() {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

async fn receipt(
    State(gate): State<Arc<Gate>>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let grant = gate.authorise(&headers)?;
    // Another token's receipt is answered like one that does not exist: its id tells when somebody uploaded.
    let missing = Failure::NotFound { what: "there is no such receipt among this token's uploads" };
    let Some(id) = id.ok().and_then(|Path(id)| id.parse::<ReceiptId>().ok()) else { return Err(missing) };
    let stored = gate.intake.journal().submission(id).await?;
    match stored {
        Some(stored) if grant.covers_all() || (stored.channel == Channel::Http && stored.sender == grant.holder()) => {
            let large = stored.receipt.verdicts.len() > INLINE_VERDICTS;
            Ok(off_thread(large, move || answer(StatusCode::OK, &stored.receipt)).await)
        }
        _ => Err(missing),
    }
}

/// Runs work here when it is small, and on a blocking thread when it is not.
async fn off_thread<T: Send + 'static>(large: bool, work: impl FnOnce() -> T + Send + 'static) -> T {
    if !large {
        return work();
    }
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

/// The station of the registry that a sender calls `name`: by its id only, since names change.
fn station<'a>(intake: &'a Intake, name: &str) -> Option<&'a Station> {
    intake.pipeline().stations.get_str(name)
}
