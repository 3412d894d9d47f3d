//! `/healthz`, `/readyz`, `/metrics`: for machines that look after machines.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::Duration;
use limpid_store::Journal;
use serde_json::json;
use tokio_util::sync::CancellationToken;

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
    let mut missing = lacking(&*app.journal, &app.stop).await;
    if app.now() - app.board.now().generated > BOARD_ALIVE {
        missing.push("board is not kept up");
    }
    readiness(&missing)
}

/// What keeps any role from working.
async fn lacking(journal: &dyn Journal, stop: &CancellationToken) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if let Err(error) = journal.writable().await {
        tracing::warn!(error = %error, "journal is not writable");
        missing.push("journal is not writable");
    }
    if stop.is_cancelled() {
        missing.push("service is stopping");
    }
    missing
}

fn readiness(missing: &[&str]) -> Response {
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
    measured((app.metrics)())
}

/// The three doors of a process that publishes nothing, and so has no board.
pub fn without_board(
    journal: Arc<dyn Journal>,
    metrics: Arc<dyn Fn() -> String + Send + Sync>,
    stop: CancellationToken,
) -> Router {
    let ready = move || async move { readiness(&lacking(&*journal, &stop).await) };
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(move || async move { measured(metrics()) }))
}

fn measured(text: String) -> Response {
    let mut response = text.into_response();
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
