//! `/api/v1/alerts`: alerts to the public, taken in and listed. `/alerts/{n}.cap.xml`: their documents, as they came.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::ProblemBody;
use super::query::Query;
use super::refusals::BadRequest;
use super::token;
use crate::alerts::{AlertItem, AlertState, NewAlert, NotTaken, cap, intake};
use crate::answer::problem::cut;
use crate::answer::{Cache, Failure, Format, cache};
use crate::app::{App, Shared};
use crate::links;

const PATH: &str = "/api/v1/alerts";
/// Alerts of one page.
const PAGE: usize = 100;

/// One page of alerts.
#[derive(Serialize, ToSchema)]
pub struct Alerts {
    /// The newest first.
    pub items: Vec<AlertItem>,
    /// Address of the next page; null on the last.
    pub next: Option<String>,
}

/// Alerts to the public, with their updates and cancellations: those of others as they came, and the publisher's own.
#[utoipa::path(
    get, path = PATH, tag = "alerts", operation_id = "alerts",
    params(
        ("state" = Option<String>, Query, pattern = "^(active|coming|expired|updated|cancelled|test)$", description = "only those that stand so now; default all"),
        ("before" = Option<i64>, Query, minimum = 0, description = "only those with a smaller number: `next` has it"),
    ),
    responses((status = 200, description = "one page", body = Alerts), BadRequest)
)]
pub async fn list(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, &["state", "before"])?;
    let state = query.word("state", AlertState::parse, AlertState::ALL.map(AlertState::as_str))?;
    let number = |text: &str| text.parse::<i64>().ok()?.try_into().ok();
    let before: u64 = query.word("before", number, ["a number"])?.unwrap_or(u64::MAX);
    let (all, now) = (app.alerts.load(), app.now());
    let newest = all.iter().rev().filter(|alert| alert.id < before);
    let stands = newest.map(|alert| (alert, AlertState::of(alert, &all, now)));
    let mut wanted = stands.filter(|(_, stands)| state.is_none_or(|state| *stands == state)).peekable();
    let items: Vec<AlertItem> =
        wanted.by_ref().take(PAGE).map(|(alert, state)| AlertItem::new(alert, Some(state), app.zone())).collect();
    let more = wanted.peek().and(items.last()).map(|last| last.id.to_string());
    let next = more.map(|before| links::absolute(&headers, &query.with(PATH, &[("before", before)])));
    let body = serde_json::to_vec(&Alerts { items, next });
    let body = body.map_err(|error| Failure::internal("writing JSON", &error))?;
    Ok(cache::tagged(&headers, Cache::Revalidate, Format::Json.media_type(), body))
}

/// Takes an alert in, under the token of a reviewer with `alerts = true`: another authority's as CAP 1.2 (`application/cap+xml`),
/// kept and passed on byte for byte; or, where the law lets the publisher warn, one of its own as JSON, of which the document is
/// made here. The same document again is the same alert.
#[utoipa::path(
    post, path = PATH, tag = "alerts", operation_id = "takeAlert", security(("token" = [])),
    request_body(content((NewAlert = "application/json"), (String = "application/cap+xml"))),
    responses(
        (status = 201, description = "taken in", body = AlertItem),
        (status = 200, description = "it was known, byte for byte the same", body = AlertItem),
        (status = 401, description = "no reviewer's token", content_type = "application/problem+json", body = ProblemBody),
        (status = 403, description = "a token without `alerts = true`, or an authority that may not warn: `detail` names the law", content_type = "application/problem+json", body = ProblemBody),
        (status = 409, description = "another document is kept under its sender and identifier", content_type = "application/problem+json", body = ProblemBody),
        (status = 415, description = "neither CAP nor JSON", content_type = "application/problem+json", body = ProblemBody),
        (status = 422, description = "a field or element that cannot be understood", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn create(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response<Body>, Failure> {
    Query::parse(&uri, &[])?;
    let reviewer = token::reviewer(&app, &headers)?;
    if !reviewer.alerts {
        return Err(Failure::forbidden("this token decides about values; alerts need a reviewer with alerts = true"));
    }
    let now = app.now();
    let taken = match media_type(&headers) {
        "application/cap+xml" | "application/xml" | "text/xml" => {
            intake::relay(&*app.journal, &reviewer.name, body.to_vec(), now).await
        }
        "application/json" => {
            let new: NewAlert = serde_json::from_slice(&body)
                .map_err(|error| Failure::body("body", error.to_string(), Vec::<String>::new()))?;
            intake::issue(&app.pipeline, &*app.journal, &reviewer.name, new, now).await
        }
        other => return Err(Failure::media_type(other, ["application/cap+xml", "application/json"])),
    };
    let taken = taken?;
    refresh(&app).await?;
    let all = app.alerts.load();
    let state = AlertState::of(&taken.alert, &all, now);
    let status = if taken.new { StatusCode::CREATED } else { StatusCode::OK };
    let item = AlertItem::new(&taken.alert, Some(state), app.zone());
    let location = HeaderValue::try_from(links::absolute(&headers, &item.cap));
    let mut response = (status, Json(item)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, Cache::NoStore.value());
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Reads all alerts anew.
///
/// # Errors
/// Those of the journal.
pub async fn refresh(app: &App) -> limpid_store::Result<()> {
    app.alerts.store(app.journal.alerts().await?.into());
    Ok(())
}

/// The media type of a body, without parameters.
fn media_type(headers: &HeaderMap) -> &str {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// The document of an alert, byte for byte as it came: a signature in it holds.
#[utoipa::path(
    get, path = "/alerts/{file}", tag = "alerts", operation_id = "alertDocument",
    params(("file" = String, Path, pattern = "^[0-9]{1,15}[.]cap[.]xml$", description = "the alert's number and .cap.xml", example = "1.cap.xml")),
    responses(
        (status = 200, description = "CAP 1.2", content((String = "application/cap+xml"))),
        (status = 404, description = "there is no such alert", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn document(
    State(app): State<Shared>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let id = file.strip_suffix(".cap.xml").and_then(|id| id.parse::<u64>().ok());
    let found = match id {
        Some(id) => app.journal.alert_document(id).await?,
        None => None,
    };
    let none = || Failure::not_found(format!("there is no alert {:?}; /api/v1/alerts lists them", cut(&file)));
    Ok(cache::tagged(&headers, Cache::Immutable, cap::MEDIA_TYPE, found.ok_or_else(none)?))
}

impl From<NotTaken> for Failure {
    fn from(error: NotTaken) -> Self {
        let detail = error.to_string();
        match error {
            NotTaken::Field { field, allowed, .. } => Self::body(&field, detail, allowed),
            NotTaken::Remit(_) => Self::remit(detail),
            NotTaken::Conflict(_) => Self::conflict(detail),
            NotTaken::Failed(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests;
