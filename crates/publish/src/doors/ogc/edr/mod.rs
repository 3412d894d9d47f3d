//! OGC API EDR 1.1 (19-086r6): published series by place and time.
//!
//! - [`collection`]: series of one kind of station and one period, as a collection
//! - [`data`]: what a query asks for, and reading it; [`coverage`], [`geojson`]: as CoverageJSON and GeoJSON
//! - [`openapi`]: the API as OpenAPI 3.0, which the standard's own tests want

mod collection;
mod coverage;
mod data;
mod geojson;
mod openapi;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, Response};
use axum::routing::get;

use super::common::{self, OAS30};
use crate::answer::Failure;
use crate::api::openapi::ProblemBody;
use crate::api::query::Query;
use crate::app::Shared;
use collection::Collection;
use data::Where;

const ROOT: &str = "/edr";

/// The conformance classes that are met, and tested.
pub const CONFORMANCE: [&str; 11] = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/core",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/collections",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/json",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/edr-geojson",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/covjson",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/queries",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30",
];

/// The routes.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/edr", get(landing))
        .route("/edr/", get(landing))
        .route("/edr/conformance", get(conformance))
        .route("/edr/api", get(api))
        .route("/edr/collections", get(collections))
        .route("/edr/collections/{id}", get(one))
        .route("/edr/collections/{id}/position", get(position))
        .route("/edr/collections/{id}/area", get(area))
        .route("/edr/collections/{id}/cube", get(cube))
        .route("/edr/collections/{id}/locations", get(locations))
        .route("/edr/collections/{id}/locations/{location}", get(location))
}

/// OGC API Environmental Data Retrieval 1.1: published series by place and time.
#[utoipa::path(
    get, path = "/edr", tag = "standards", operation_id = "edrLanding",
    params(("f" = Option<String>, Query, pattern = "^json$", description = "json")),
    responses(
        (status = 200, description = "links to all else; `/edr/api` is its OpenAPI 3.0", body = Object),
        (status = 400, description = "there are no other parameters", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn landing(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    common::json_only(&uri)?;
    common::landing(&app, &headers, ROOT, "environmental data retrieval")
}

async fn conformance(OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Result<Response<Body>, Failure> {
    common::json_only(&uri)?;
    common::conformance(&headers, &CONFORMANCE)
}

async fn api(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    common::json_only(&uri)?;
    let collections = collection::all(&app).await?;
    common::respond(&headers, OAS30, &openapi::described(&app, &headers, &collections))
}

async fn collections(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    common::json_only(&uri)?;
    let collections = collection::all(&app).await?;
    let told = collections.iter().map(|collection| collection.describe(&app, &headers)).collect();
    common::collections(&headers, ROOT, told)
}

async fn one(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    common::json_only(&uri)?;
    let collection = Collection::find(&app, &id).await?;
    common::respond(&headers, "application/json", &collection.describe(&app, &headers))
}

async fn locations(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, &["bbox", "datetime", "f"])?;
    query.word("f", |text| ["json", "GeoJSON"].contains(&text).then_some(()), ["GeoJSON"])?;
    let collection = Collection::find(&app, &id).await?;
    let stations = data::in_bbox(&collection, &query)?;
    let stations = match super::query::When::of(&query, app.zone())? {
        Some(when) => stations.into_iter().filter(|station| collection.has(station, when, app.zone())).collect(),
        None => stations,
    };
    common::respond(&headers, "application/geo+json", &geojson::locations(&app, &headers, &collection, &stations))
}

async fn location(
    State(app): State<Shared>,
    Path((id, location)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    data::answer(app, &id, &uri, headers, &[], |collection, _| Where::location(collection, &location)).await
}

async fn position(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    data::answer(app, &id, &uri, headers, &["coords", "z"], Where::position).await
}

async fn area(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    data::answer(app, &id, &uri, headers, &["coords", "z"], Where::area).await
}

async fn cube(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    data::answer(app, &id, &uri, headers, &["bbox", "z"], Where::cube).await
}
