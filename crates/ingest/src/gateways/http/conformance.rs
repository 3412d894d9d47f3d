//! `GET /api/v1/stations/{id}/conformance`: what a station's operator has to mend.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::failure::Failure;
use super::{Gate, only};
use crate::gateways::hj212::conformance::report;

/// The route; it reads beside the registry's own, which limpid-publish serves.
pub(super) fn routes() -> Router<Arc<Gate>> {
    Router::new().route("/api/v1/stations/{id}/conformance", only(get(conformance), "GET, HEAD"))
}

async fn conformance(
    State(gate): State<Arc<Gate>>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let grant = gate.authorise(&headers)?;
    let missing = Failure::NotFound { what: "there is no such station" };
    let Ok(Path(id)) = id else { return Err(missing) };
    // Before the registry is asked: a token of one station learns nothing of others.
    if !grant.covers(&id) {
        return Err(Failure::OtherStation { name: id, index: None });
    }
    let pipeline = gate.intake.pipeline();
    let Some(station) = pipeline.stations.get_str(&id) else { return Err(missing) };
    let report = report(pipeline, &**gate.intake.journal(), station).await?;
    let json = serde_json::to_vec(&report).expect("text and numbers are always JSON");
    let private = HeaderValue::from_static("no-store");
    let kind = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, private)], json).into_response())
}
