//! `/healthz`, `/readyz`, `/metrics`: for machines that look after machines.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::Duration;
use serde_json::json;

use crate::answer::Cache;
use crate::app::Shared;

/// A board that was not rebuilt for so long has lost its follower.
const BOARD_ALIVE: Duration = Duration::seconds(60);

/// The process is alive.
#[utoipa::path(get, path = "/healthz", tag = "machines", responses((status = 200, description = "alive")))]
pub async fn alive() -> Response {
    answer(StatusCode::OK, &json!({ "status": "alive" }))
}

/// The journal can be written and the board is built.
#[utoipa::path(
    get, path = "/readyz", tag = "machines",
    responses(
        (status = 200, description = "ready"),
        (status = 503, description = "not ready; `missing` says what is missing"),
    )
)]
pub async fn ready(State(app): State<Shared>) -> Response {
    let mut missing = Vec::new();
    if let Err(error) = app.journal.writable().await {
        tracing::warn!(error = %error, "journal is not writable");
        missing.push("journal is not writable");
    }
    if app.now() - app.board.now().generated > BOARD_ALIVE {
        missing.push("board is not kept up");
    }
    if app.stop.is_cancelled() {
        missing.push("service is stopping");
    }
    if missing.is_empty() {
        answer(StatusCode::OK, &json!({ "status": "ready" }))
    } else {
        answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "status": "not ready", "missing": missing }))
    }
}

/// Counters and gauges, in the text format of Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "machines",
    responses((status = 200, description = "names start with limpid_", content_type = "text/plain", body = String))
)]
pub async fn metrics(State(app): State<Shared>) -> Response {
    let age = (app.now() - app.board.now().generated).num_milliseconds() as f64 / 1000.0;
    metrics::gauge!("limpid_board_age_seconds").set(age);
    let mut response = (app.metrics)().into_response();
    let text = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    response.headers_mut().insert(header::CACHE_CONTROL, Cache::NoStore.value());
    response
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(header::CACHE_CONTROL, Cache::NoStore.value());
    response
}
