//! OGC API Features 1.0 (17-069r4), the core: the stations of the registry as features.

mod items;
mod openapi;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::common::{self, CRS84, GREGORIAN, OAS30, link};
use crate::answer::problem::cut;
use crate::answer::{Failure, Format};
use crate::api::openapi::ProblemBody;
use crate::app::{App, Shared};
use crate::datasets::extent::bounds;

const ROOT: &str = "/ogc";
const STATIONS: &str = "stations";

/// The conformance classes that are met, and tested.
pub const CONFORMANCE: [&str; 5] = [
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
];

/// The routes.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/ogc", get(landing))
        .route("/ogc/", get(landing))
        .route("/ogc/conformance", get(conformance))
        .route("/ogc/api", get(api))
        .route("/ogc/collections", get(collections))
        .route("/ogc/collections/{id}", get(one))
        .route("/ogc/collections/{id}/items", get(items::list))
        .route("/ogc/collections/{id}/items/{item}", get(items::one))
}

/// There is one collection.
fn only_stations(id: &str) -> Result<(), Failure> {
    if id == STATIONS {
        return Ok(());
    }
    Err(Failure::not_found(format!("there is no collection {:?}; there is: {STATIONS}", cut(id))))
}

/// OGC API Features 1.0: the stations as features.
#[utoipa::path(
    get, path = "/ogc", tag = "standards", operation_id = "featuresLanding",
    params(("f" = Option<String>, Query, pattern = "^json$", description = "json")),
    responses(
        (status = 200, description = "links to all else; `/ogc/api` is its OpenAPI 3.0", body = Object),
        (status = 400, description = "there are no other parameters", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn landing(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    common::json_only(&uri)?;
    common::landing(&app, &headers, ROOT, "stations as features")
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
    common::respond(&headers, OAS30, &openapi::described(&app, &headers))
}

async fn collections(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    common::json_only(&uri)?;
    common::collections(&headers, ROOT, vec![described(&app, &headers)])
}

async fn one(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    common::json_only(&uri)?;
    only_stations(&id)?;
    common::respond(&headers, "application/json", &described(&app, &headers))
}

/// The collection as the standard tells of it.
fn described(app: &App, headers: &HeaderMap) -> Value {
    // Of a station whose begin is not known nobody can say since when.
    let opened = app.pipeline.stations.iter().map(|station| station.from).min().flatten();
    let opened = opened.map(|at| app.zone().format(at));
    let path = format!("{ROOT}/collections/{STATIONS}");
    let mut extent = json!({ "temporal": { "interval": [[opened, Value::Null]], "trs": GREGORIAN } });
    if let Some(bbox) = bounds(&app.pipeline) {
        extent["spatial"] = json!({ "bbox": [bbox], "crs": CRS84 });
    }
    json!({
        "id": STATIONS,
        "title": "stations",
        "description": "where the authority measures, with what is known of each station's life",
        "itemType": "feature",
        "crs": [CRS84],
        "extent": extent,
        "links": [
            link(headers, "self", "application/json", "this collection", &path),
            link(headers, "items", Format::GeoJson.media_type(), "the stations", &format!("{path}/items")),
            link(headers, "license", "text/html", &app.pipeline.publisher.licence, "/about"),
        ],
    })
}
