//! What every failure of an upload is answered: the status of each in one place (RFC 9457).

use std::error::Error;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use limpid_model::pipeline::Rate;
use limpid_model::{Problem, ReceiptId};
use limpid_store::StoreError;

use super::MOST_READINGS;
use super::audit::Refused;
use super::coding::Coding;
use super::request::Media;
use crate::gateways::json::Invalid;

/// Seconds after which a station may try again what the server could not do now.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("10");

/// Why an upload was not taken.
#[derive(Debug)]
pub(super) enum Failure {
    /// No token, or one that grants nothing.
    Token { sent: bool },
    /// The token is of another station.
    OtherStation { name: String, index: Option<usize> },
    /// Nothing here, or nothing that this token may see.
    NotFound { what: &'static str },
    /// Another method.
    Method { allowed: &'static str },
    /// The token uploads more often than it may, and has to wait.
    TooOften { rate: Rate, wait: Duration },
    /// The body did not arrive in time.
    Slow,
    /// The key was used for another body.
    Conflict { key: String },
    /// More bytes than are taken.
    TooLarge { limit: usize },
    /// More readings than are taken.
    TooMany,
    /// Not JSON and not CSV.
    Media,
    /// An unknown content coding.
    Coding,
    /// An idempotency key that is none.
    Key,
    /// Bytes that are not what the headers say.
    Broken { detail: String },
    /// A batch that says something that cannot be understood.
    Invalid { field: Option<String>, index: Option<usize>, detail: String, allowed: Vec<String> },
    /// SensorThings: the one observation of a body is not taken as a reading, but kept.
    NotCreated { receipt: ReceiptId, reason: &'static str, detail: String },
    /// A parameter of the address that cannot be served.
    Parameter { field: &'static str, detail: String },
    /// Too much is in work already.
    Busy,
    /// The journal did not take it.
    Store(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::IdempotencyConflict { key } => Self::Conflict { key },
            error => Self::Store(error),
        }
    }
}

impl From<Invalid> for Failure {
    fn from(invalid: Invalid) -> Self {
        match invalid {
            Invalid::TooMany => Self::TooMany,
            Invalid::At { field, index, detail, allowed } => Self::Invalid { field, index, detail, allowed },
        }
    }
}

impl Failure {
    /// As it is told to the sender.
    pub(super) fn problem(self) -> Problem {
        match self {
            Self::Token { sent } => {
                let detail = if sent {
                    "the token is not one of this pipeline's; ask the operator for one"
                } else {
                    "send Authorization: Bearer with the token of the station"
                };
                Problem::new(401, "unauthorized", "no valid token", detail).field("Authorization")
            }
            Self::OtherStation { name, index } => {
                let name: String = name.chars().take(80).collect();
                let detail = format!("the token does not cover station {name:?}");
                let problem = Problem::new(403, "forbidden", "token of another station", detail).field("station");
                Problem { index, ..problem }
            }
            Self::NotFound { what } => Problem::new(404, "not-found", "not found", what),
            Self::Method { allowed } => {
                let detail = format!("this path answers {allowed}");
                Problem::new(405, "method-not-allowed", "method not allowed", detail).allowed(allowed.split(", "))
            }
            Self::TooOften { rate: Rate { per_minute, burst }, wait } => {
                let seconds = seconds(wait);
                let detail = format!(
                    "this token may upload {per_minute} times a minute, and {burst} times at once after a silence; come \
                     again in {seconds} s, or send more readings in one upload"
                );
                Problem::new(429, "too-many-uploads", "too many uploads of one token", detail)
                    .limit("ingest.http.rate_per_minute", per_minute)
            }
            Self::Slow => {
                let detail = "the body did not arrive within 60 seconds, or brought less than 256 bytes a second; send smaller batches";
                Problem::new(408, "timeout", "body too slow", detail)
            }
            Self::Conflict { key } => {
                let detail = format!("the key {key:?} was used before with another body; use a new key for a new body");
                Problem::new(409, "idempotency-conflict", "key used with another body", detail).field("Idempotency-Key")
            }
            Self::TooLarge { limit } => {
                let detail = format!("the body is larger than {limit} bytes unpacked; send it in parts");
                Problem::new(413, "too-large", "body too large", detail)
            }
            Self::TooMany => {
                let detail = format!("the batch has more than {MOST_READINGS} readings; send it in parts");
                Problem::new(413, "too-large", "body too large", detail).field("readings")
            }
            Self::Media => {
                let detail = "send application/json, application/x-ndjson with one reading a line, or text/csv with the \
                              columns of the long format";
                Problem::new(415, "unsupported-media-type", "unsupported media type", detail)
                    .field("Content-Type")
                    .allowed(Media::ALL.map(Media::as_str))
            }
            Self::Coding => {
                let detail = "send the body plain, or packed once with gzip or zstd";
                Problem::new(415, "unsupported-media-type", "unsupported media type", detail)
                    .field("Content-Encoding")
                    .allowed(Coding::KNOWN)
            }
            Self::Key => {
                let detail = "an idempotency key is 1 to 255 printable ASCII characters";
                Problem::new(422, "invalid", "upload cannot be understood", detail).field("Idempotency-Key")
            }
            Self::Broken { detail } => Problem::new(422, "invalid", "upload cannot be understood", detail),
            Self::Invalid { field, index, detail, allowed } => {
                let problem = Problem::new(422, "invalid", "upload cannot be understood", detail);
                Problem { field, index, allowed: Some(allowed).filter(|list| !list.is_empty()), ..problem }
            }
            Self::NotCreated { receipt, reason, detail } => {
                let detail =
                    format!("{reason}: {detail}; it is kept as receipt {receipt}, and no observation was created");
                Problem::new(422, "not-created", "observation not created", detail)
            }
            Self::Parameter { field, detail } => {
                Problem::new(400, "bad-value", "a value cannot be served", detail).field(field)
            }
            Self::Busy => {
                Problem::new(503, "busy", "too many uploads", "too many uploads are in work; send it again later")
            }
            Self::Store(StoreError::Full(_)) => {
                let detail = "the disk of the server is full; nothing was stored, keep the data and send it again";
                Problem::new(507, "storage-full", "storage full", detail)
            }
            Self::Store(_) => {
                let detail = "the journal cannot be written now; nothing was stored, keep the data and send it again";
                Problem::new(503, "journal-unavailable", "journal unavailable", detail)
            }
        }
    }

    /// The header that the status asks for.
    fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        Some(match self {
            Self::Token { sent: false } => {
                (header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"limpid\""))
            }
            Self::Token { sent: true } => {
                (header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"limpid\", error=\"invalid_token\""))
            }
            Self::Method { allowed } => (header::ALLOW, HeaderValue::from_static(allowed)),
            Self::Coding => (header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, zstd")),
            Self::TooOften { wait, .. } => (header::RETRY_AFTER, HeaderValue::from(seconds(*wait))),
            Self::Busy | Self::Store(_) => (header::RETRY_AFTER, RETRY_AFTER),
            _ => return None,
        })
    }
}

/// Whole seconds that are long enough.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.respond(StatusCode::UNPROCESSABLE_ENTITY)
    }
}

impl Failure {
    /// The answer, with the status `invalid` for what cannot be understood.
    pub(super) fn respond(self, invalid: StatusCode) -> Response {
        if let Self::Store(error) = &self {
            tracing::error!(error = error as &dyn Error, "journal did not answer an upload");
        }
        let extra = self.header();
        let mut problem = self.problem();
        if problem.status == StatusCode::UNPROCESSABLE_ENTITY {
            problem.status = invalid.as_u16();
        }
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        metrics::counter!("limpid_http_refusals_total", "status" => status.as_str().to_owned()).increment(1);
        let body = serde_json::to_vec(&problem).expect("text and numbers are always JSON");
        let kind = HeaderValue::from_static(Problem::MEDIA_TYPE);
        let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
        response.extensions_mut().insert(Refused(problem.kind));
        if let Some((name, value)) = extra {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
