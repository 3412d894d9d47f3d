//! `GET /api/v1/stations/{id}/conformance`: what a station's operator has to mend.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::DateTime;
use url::form_urlencoded;

use super::failure::Failure;
use super::{Gate, only};
use crate::gateways::hj212::conformance::{EventPage, report};

/// The route; it reads beside the registry's own, which limpid-publish serves.
pub(super) fn routes() -> Router<Arc<Gate>> {
    Router::new().route("/api/v1/stations/{id}/conformance", only(get(conformance), "GET, HEAD"))
}

async fn conformance(
    State(gate): State<Arc<Gate>>,
    id: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
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
    let page = page(query.as_deref().unwrap_or_default())?;
    let report = report(pipeline, &**gate.intake.journal(), station, page).await?;
    let json = serde_json::to_vec(&report).expect("text and numbers are always JSON");
    let private = HeaderValue::from_static("no-store");
    let kind = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, private)], json).into_response())
}

/// `events` and `before`.
fn page(query: &str) -> Result<EventPage, Failure> {
    let mut page = EventPage::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "events" => {
                let known = value.parse().ok().filter(|events| (1..=EventPage::MOST).contains(events));
                let detail = || format!("events is a number from 1 to {}", EventPage::MOST);
                page.limit = known.ok_or_else(|| Failure::Parameter { field: "events", detail: detail() })?;
            }
            "before" => {
                // A plus sign that was not escaped is a blank here.
                let text = value.replace(' ', "+");
                let before = DateTime::parse_from_rfc3339(&text).map_err(|_| {
                    let detail = "before is a time with offset, such as 2026-11-25T08:00:00+08:00".into();
                    Failure::Parameter { field: "before", detail }
                })?;
                page.before = Some(before.to_utc());
            }
            _ => {}
        }
    }
    Ok(page)
}
