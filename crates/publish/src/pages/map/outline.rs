//! `/map/outline.json`: the agency's map as GeoJSON.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use serde_json::json;

use crate::answer::{Cache, Failure, Format, cache};
use crate::api::openapi::ProblemBody;
use crate::api::query::Query;
use crate::app::Shared;

/// Where it is.
pub const PATH: &str = "/map/outline.json";

/// The agency's map: areas, each ring a polygon whose overlaps are holes, and lines.
#[utoipa::path(
    get, path = PATH, tag = "pages", operation_id = "mapOutline",
    responses(
        (status = 200, description = "areas and water courses", content_type = "application/geo+json", body = Object),
        (status = 400, description = "there are no parameters", content_type = "application/problem+json", body = ProblemBody),
        (status = 404, description = "the agency has no map", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    Query::parse(&uri, &[])?;
    let map = app.pipeline.pages.map.as_ref().ok_or_else(|| Failure::not_found("pages.map names no file"))?;
    let polygons: Vec<_> = map.outline.areas.iter().map(|ring| [ring]).collect();
    let feature = |kind: &str, coordinates: serde_json::Value| {
        let geometry = json!({ "type": kind, "coordinates": coordinates });
        json!({ "type": "Feature", "properties": {}, "geometry": geometry })
    };
    let features = [feature("MultiPolygon", json!(polygons)), feature("MultiLineString", json!(map.outline.lines))];
    let body = json!({ "type": "FeatureCollection", "features": features }).to_string();
    Ok(cache::tagged(&headers, Cache::Minutes, Format::GeoJson.media_type(), body))
}
