//! Links, landing pages and declarations of conformance (OGC API Common, 19-072, clauses 7 and 8).

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, Uri, header};
use serde_json::{Value, json};

use crate::answer::{Cache, Failure, cache};
use crate::api::query::Query;
use crate::app::App;
use crate::links;

/// The pattern of a date of 1901 to 2099.
macro_rules! day {
    () => {
        concat!(
            "(((19|20)[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|",
            "02-(0[1-9]|1[0-9]|2[0-8])))|(19(0[48]|[2468][048]|[13579][26])|20([02468][048]|[13579][26]))-02-29)"
        )
    };
}

/// The pattern of a time of the day with its offset, or of none.
macro_rules! time {
    () => {
        "(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]))?"
    };
}

/// Coordinates everywhere: WGS 84, longitude first.
pub const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
/// Times everywhere.
pub const GREGORIAN: &str = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian";
/// Media type of a description of the API, OpenAPI 3.0.
pub const OAS30: &str = "application/vnd.oai.openapi+json;version=3.0";
const JSON: &str = "application/json";

/// A link to a path of this service.
pub fn link(headers: &HeaderMap, rel: &str, media_type: &str, title: &str, path: &str) -> Value {
    json!({ "href": links::absolute(headers, path), "rel": rel, "type": media_type, "title": title })
}

/// Refuses parameters but `f=json`, which clients of the family like to send.
///
/// # Errors
/// 400 for any other.
pub fn json_only(uri: &Uri) -> Result<(), Failure> {
    let query = Query::parse(uri, &["f"])?;
    query.word("f", |text| (text == "json").then_some(()), ["json"])?;
    Ok(())
}

/// A landing page at `root`, whose title says what is behind it.
///
/// # Errors
/// 500 when it cannot be written.
pub fn landing(app: &App, headers: &HeaderMap, root: &str, title: &str) -> Result<Response<Body>, Failure> {
    let publisher = &app.pipeline.publisher;
    let path = |rest: &str| format!("{root}{rest}");
    let page = json!({
        "title": format!("{}: {title}", publisher.name.get("en")),
        "description": publisher.name.get("zh"),
        "links": [
            link(headers, "self", JSON, "this page", root),
            link(headers, "service-desc", OAS30, "the API, OpenAPI 3.0", &path("/api")),
            link(headers, "service-doc", "text/html", "how to use the data", "/data"),
            link(headers, "conformance", JSON, "what of the standard is served", &path("/conformance")),
            link(headers, "data", JSON, "the collections", &path("/collections")),
            link(headers, "license", "text/html", &publisher.licence, "/about"),
        ],
        "provider": { "name": publisher.name.get("en"), "url": links::absolute(headers, "/about") },
    });
    respond(headers, JSON, &page)
}

/// What of a standard is served.
///
/// # Errors
/// 500 when it cannot be written.
pub fn conformance(headers: &HeaderMap, classes: &[&str]) -> Result<Response<Body>, Failure> {
    respond(headers, JSON, &json!({ "conformsTo": classes }))
}

/// Collections, with a link to their list.
///
/// # Errors
/// 500 when it cannot be written.
pub fn collections(headers: &HeaderMap, root: &str, collections: Vec<Value>) -> Result<Response<Body>, Failure> {
    let this = link(headers, "self", JSON, "this list", &format!("{root}/collections"));
    respond(headers, JSON, &json!({ "links": [this], "collections": collections }))
}

/// An object with its tag.
///
/// # Errors
/// 500 when it cannot be written.
pub fn respond(headers: &HeaderMap, media_type: &'static str, body: &Value) -> Result<Response<Body>, Failure> {
    let body = serde_json::to_vec(body).map_err(|error| Failure::internal("writing JSON", &error))?;
    let mut response = cache::tagged(headers, Cache::Revalidate, media_type, body);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// A description of paths as OpenAPI 3.0.
pub fn openapi(app: &App, headers: &HeaderMap, title: &str, paths: Value, schemas: Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": title,
            "version": "1",
            "description": format!("of {}", app.pipeline.publisher.name.get("en")),
            "license": { "name": app.pipeline.publisher.licence },
        },
        "servers": [{ "url": links::absolute(headers, "/") }],
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

/// An operation that reads, and how it is refused.
pub fn operation(id: &str, what: &str, parameters: Vec<Value>, content: Value) -> Value {
    let problem = json!({ "application/problem+json": { "schema": { "type": "object" } } });
    json!({ "get": {
        "operationId": id,
        "parameters": parameters,
        "responses": {
            "200": { "description": what, "content": content },
            "400": { "description": "a parameter is unknown or has a value that cannot be served", "content": problem },
            "404": { "description": "there is nothing of this name, or nothing in this time", "content": problem },
        },
    }})
}

/// A query parameter that is one of a few words.
pub fn word(name: &str, words: &[&str]) -> Value {
    json!({ "name": name, "in": "query", "schema": { "type": "string", "enum": words } })
}

/// `datetime`
pub fn time_parameter() -> Value {
    json!({
        "name": "datetime", "in": "query",
        "description": "a time, a date of the authority's zone, or an interval, of which an end may be `..`",
        "schema": { "type": "string", "pattern": TIMES },
    })
}

/// `bbox`
pub fn bbox(required: bool) -> Value {
    json!({
        "name": "bbox", "in": "query", "required": required, "explode": false,
        "description": "west,south,east,north in degrees, WGS 84",
        "schema": { "type": "array", "minItems": 4, "maxItems": 4, "items": { "type": "number", "minimum": -180, "maximum": 180 } },
    })
}

/// A day that there is, or a second of one with its offset; alone, or as an interval that begins or ends there.
const TIMES: &str = concat!("^(", day!(), time!(), "(/([.][.])?)?|([.][.])?/", day!(), time!(), ")$",);
