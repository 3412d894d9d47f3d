//! `GET /api/v1/status`: every publication against its deadline.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::query::Query;
use super::refusals::BadRequest;
use crate::answer::{Cache, Failure, Format, cache};
use crate::app::Shared;
use crate::freshness::{self, deadline};

/// Every publication against its deadline.
#[derive(Serialize, ToSchema)]
pub struct Publications {
    /// By kind of station and period; then forecasts, and releases of datasets.
    pub publications: Vec<PublicationItem>,
}

/// What is published, and by when.
#[derive(Serialize, ToSchema)]
#[schema(as = Publication)]
pub struct PublicationItem {
    /// Kind of station and rhythm; `forecast` for a forecast every day, `forecast-issue` for each scheduled one,
    /// `dataset-…` for releases.
    #[schema(example = "air-hourly")]
    pub id: String,
    /// By when the next must be there; of a late one, by when it should have been.
    pub deadline: String,
    /// The end of the newest period that was published; of forecasts and releases when it was. Null before the first.
    pub last: Option<String>,
    /// `met`: all that has ended is published; `due`: a period has ended, or a time has come, and the deadline lies ahead; `late`: a deadline has
    /// passed; `none`: nothing was published yet.
    pub state: deadline::State,
}

/// Whether what must be published is, and by when the next must be.
#[utoipa::path(
    get, path = "/api/v1/status", tag = "data", operation_id = "status",
    responses((status = 200, description = "every publication", body = Publications), BadRequest)
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    Query::parse(&uri, &[])?;
    let zone = app.zone();
    let item = |publication: freshness::Publication| PublicationItem {
        id: publication.id(),
        deadline: zone.format(publication.deadline),
        last: publication.last.map(|last| zone.format(last)),
        state: publication.state,
    };
    let publications = freshness::publications(&app).into_iter().map(item).collect();
    let body = serde_json::to_vec(&Publications { publications });
    let body = body.map_err(|error| Failure::internal("writing JSON", &error))?;
    Ok(cache::tagged(&headers, Cache::Revalidate, Format::Json.media_type(), body))
}
