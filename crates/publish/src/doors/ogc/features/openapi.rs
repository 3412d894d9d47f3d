//! The API as OpenAPI 3.0.

use axum::http::HeaderMap;
use limpid_model::StationKind;
use serde_json::{Value, json};

use super::super::common;
use super::items::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::app::App;

/// A description of every path.
pub fn described(app: &App, headers: &HeaderMap) -> Value {
    let ids: Vec<&str> = app.pipeline.stations.iter().map(|station| station.id.as_str()).take(500).collect();
    let path = |name: &str, schema: Value| json!({ "name": name, "in": "path", "required": true, "schema": schema });
    let collection = || path("collectionId", json!({ "type": "string", "enum": ["stations"] }));
    let item = path("featureId", json!({ "$ref": "#/components/schemas/Station" }));
    let f = || common::word("f", &["json"]);
    let plain = |id: &str, parameters: Vec<Value>| {
        common::operation(id, "as JSON", parameters, json!({ "application/json": { "schema": { "type": "object" } } }))
    };
    let features = |id: &str, parameters: Vec<Value>| {
        let content = json!({ "application/geo+json": { "schema": { "type": "object" } } });
        common::operation(id, "features", parameters, content)
    };
    let number = |name: &str, from: usize, usual: usize, most: usize| {
        let schema = json!({ "type": "integer", "minimum": from, "default": usual });
        let about = format!("more than {most} are {most}");
        json!({ "name": name, "in": "query", "style": "form", "explode": false, "description": about, "schema": schema })
    };
    let paths = json!({
        "/ogc": plain("landing", vec![f()]),
        "/ogc/conformance": plain("conformance", vec![f()]),
        "/ogc/collections": plain("collections", vec![f()]),
        "/ogc/collections/{collectionId}": plain("collection", vec![collection(), f()]),
        "/ogc/collections/{collectionId}/items": features("items", vec![
            collection(),
            common::bbox(false),
            common::time_parameter(),
            number("limit", 1, DEFAULT_LIMIT, MAX_LIMIT),
            number("offset", 0, 0, 1_000_000),
            common::word("kind", &StationKind::ALL.map(StationKind::as_str)),
            common::word("f", &["json", "geojson"]),
        ]),
        "/ogc/collections/{collectionId}/items/{featureId}": features("item", vec![collection(), item, f()]),
    });
    let station = if ids.is_empty() { json!({ "type": "string" }) } else { json!({ "type": "string", "enum": ids }) };
    common::openapi(app, headers, "Stations as features", paths, json!({ "Station": station }))
}
