//! The API as OpenAPI 3.0: the standard's own tests want that version, while `/openapi.json` is 3.1.

use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

use super::super::common;
use super::collection::{Collection, name};
use super::data::Output;
use crate::app::App;

/// A description of every path, with the collections that there are.
pub fn described(app: &App, headers: &HeaderMap, collections: &[Collection]) -> Value {
    let ids: Vec<String> = collections.iter().map(Collection::id).collect();
    let mut names: Vec<String> = collections.iter().flat_map(Collection::measured).map(name).collect();
    names.sort_unstable();
    names.dedup();
    let stations = collections.iter().flat_map(|one| &one.stations).map(|(station, _)| station.id.to_string());
    let mut stations: Vec<String> = stations.collect();
    stations.sort_unstable();
    stations.dedup();
    let listed = |words: Vec<String>| match words.is_empty() {
        true => json!({ "type": "string" }),
        false => json!({ "type": "string", "enum": words }),
    };
    let schemas = json!({ "Collection": listed(ids), "Parameter": listed(names), "Location": listed(stations) });
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let path =
        |name: &str, schema: &str| json!({ "name": name, "in": "path", "required": true, "schema": reference(schema) });
    let collection = || path("collectionId", "Collection");
    let shared = || {
        vec![
            common::time_parameter(),
            json!({
                "name": "parameter-name", "in": "query", "explode": false,
                "schema": { "type": "array", "minItems": 1, "items": reference("Parameter") },
            }),
            common::word("crs", &["CRS84"]),
            common::word("f", &Output::ALL.map(Output::name)),
        ]
    };
    let z = || json!({ "name": "z", "in": "query", "description": "passed over: all is measured near the ground", "schema": { "type": "string", "minLength": 1 } });
    let with = |mut parameters: Vec<Value>, more: Vec<Value>| {
        parameters.extend(more);
        parameters
    };
    let coords = |pattern: &str, example: &str| {
        json!({
            "name": "coords", "in": "query", "required": true, "example": example,
            "schema": { "type": "string", "pattern": pattern },
        })
    };
    let data = |id: &str, parameters: Vec<Value>| {
        let mut content = Map::new();
        content.insert("application/prs.coverage+json".to_owned(), json!({ "schema": { "type": "object" } }));
        content.insert("application/geo+json".to_owned(), json!({ "schema": { "type": "object" } }));
        content.insert("text/csv".to_owned(), json!({ "schema": { "type": "string" } }));
        common::operation(id, "values", parameters, Value::Object(content))
    };
    let plain = |id: &str, parameters: Vec<Value>| {
        common::operation(id, "as JSON", parameters, json!({ "application/json": { "schema": { "type": "object" } } }))
    };
    let features = |id: &str, parameters: Vec<Value>| {
        let content = json!({ "application/geo+json": { "schema": { "type": "object" } } });
        common::operation(id, "features", parameters, content)
    };
    let json_word = || vec![common::word("f", &["json"])];
    let paths = json!({
        "/edr": plain("landing", json_word()),
        "/edr/conformance": plain("conformance", json_word()),
        "/edr/collections": plain("collections", json_word()),
        "/edr/collections/{collectionId}": plain("collection", with(vec![collection()], json_word())),
        "/edr/collections/{collectionId}/locations": features("locations", vec![
            collection(), common::bbox(false), common::time_parameter(), common::word("f", &["GeoJSON"]),
        ]),
        "/edr/collections/{collectionId}/locations/{locationId}":
            data("location", with(vec![collection(), path("locationId", "Location")], shared())),
        "/edr/collections/{collectionId}/position": data("position", with(vec![
            collection(), coords(POINT, "POINT(104.9 28.5)"), z(),
        ], shared())),
        "/edr/collections/{collectionId}/area": data("area", with(vec![
            collection(), coords(POLYGON, "POLYGON((104 28,105 28,105 29,104 29,104 28))"), z(),
        ], shared())),
        "/edr/collections/{collectionId}/cube":
            data("cube", with(vec![collection(), common::bbox(true), z()], shared())),
    });
    common::openapi(app, headers, "Environmental data retrieval", paths, schemas)
}

const POINT: &str = "^POINT\\(-?(1[0-7][0-9]|[1-9]?[0-9])([.][0-9]{1,6})? -?[1-8]?[0-9]([.][0-9]{1,6})?\\)$";
const POLYGON: &str = "^(MULTI)?POLYGON *\\(.+\\)$";
