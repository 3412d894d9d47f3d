//! OGC SensorThings 1.1 (18-088), the reading half: what is published, for clients of that standard.
//!
//! - [`schema`]: the sets of entities and how they are related; [`entity`]: what each is, and its id; [`json`]: its properties
//! - [`path`]: what an address names; [`options`]: what is asked of it; [`filter`]: expressions
//! - [`world`]: all entities of one request; `held`, [`observed`]: a page of a list, from memory and from the journal
//! - [`answer`]: entities as they go out
//!
//! Observations are created by `limpid-ingest` under the same paths; the binary brings the two together. Where it is
//! narrower than the standard docs/sensorthings.md says so.

pub mod answer;
pub mod entity;
pub mod filter;
mod held;
pub mod json;
pub mod observed;
pub mod options;
pub mod path;
pub mod schema;
#[cfg(test)]
mod tests;
pub mod time;
pub mod world;

use axum::Router;
use axum::body::Body;
use axum::extract::{OriginalUri, Query, State};
use axum::http::{HeaderMap, Response, Uri};
use axum::routing::get;
use serde_json::{Value, json};

use crate::answer::{Cache, Failure, Format, blocking, cache};
use crate::api::openapi::ProblemBody;
use crate::app::Shared;
use options::Options;
use path::Target;
use schema::Set;
use world::{ROOT, World};

/// The requirements that are met, and tested under their names (`tests/conformance.rs`).
pub const CONFORMANCE: [&str; 15] = [
    "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/resource-path/resource-path-to-entities",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/order",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/expand",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/select",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/status-code",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/query-status-code",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/orderby",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/top",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/skip",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/count",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/filter",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/built-in-filter-operations",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/pagination",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/data-array/data-array",
];

/// The routes, all of them reading.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/sta/v1.1", get(landing))
        .route("/sta/v1.1/", get(landing))
        .route("/sta/v1.1/{*path}", get(resource))
}

/// OGC SensorThings 1.1: the sets of entities, and what of the standard is served.
#[utoipa::path(
    get, path = "/sta/v1.1", tag = "standards", operation_id = "sensorthingsLanding",
    responses(
        (status = 200, description = "the sets of entities, and the requirements that are met", body = Object),
        (status = 400, description = "there are no other parameters", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn landing(OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Result<Response<Body>, Failure> {
    crate::api::query::Query::parse(&uri, &[])?;
    let base = crate::links::absolute(&headers, ROOT);
    let sets = Set::all().map(|set| {
        let name = set.plural();
        json!({ "name": name, "url": format!("{base}/{name}") })
    });
    let landing = json!({
        "value": sets.collect::<Vec<_>>(),
        "serverSettings": { "conformance": CONFORMANCE },
    });
    respond(&headers, Cache::Minutes, landing)
}

/// Whatever a path names. Looking through many entities takes a while, and is done beside the executor.
async fn resource(
    State(app): State<Shared>,
    axum::extract::Path(path): axum::extract::Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let turn = app.turn().await?;
    let (work, runtime) = (app.clone(), tokio::runtime::Handle::current());
    blocking(move || {
        let _turn = turn;
        runtime.block_on(answered(&work, &path, &uri, &headers))
    })
    .await
}

async fn answered(app: &Shared, path: &str, uri: &Uri, headers: &HeaderMap) -> Result<Response<Body>, Failure> {
    let pairs = pairs(uri)?;
    let world = World::now(app, headers).await?;
    let target = path::follow(path, &world).await?;
    let address = crate::links::absolute(headers, uri.path());
    let budget = answer::Budget::new();
    let body = match target {
        Target::List(set, listed) => {
            let options = Options::parse(&pairs, set)?;
            answer::list(&address, listed, &options, &world, &budget).await?
        }
        Target::Addresses(set, listed) => {
            let options = Options::parse(&pairs, set)?;
            answer::addresses(&address, listed, &options, &world).await?
        }
        Target::One(entity) => {
            let options = only(&pairs, &["$select", "$expand"], entity.set())?;
            answer::one(&entity, &options, &world, &budget).await?
        }
        Target::Property { of, path, raw } => {
            only(&pairs, &[], of.set())?;
            return property(headers, &of, &path, raw, &world);
        }
    };
    respond(headers, Cache::Revalidate, body)
}

/// The pairs of a query; percent-encoded or not.
fn pairs(uri: &Uri) -> Result<Vec<(String, String)>, Failure> {
    match Query::<Vec<(String, String)>>::try_from_uri(uri) {
        Ok(Query(pairs)) => Ok(pairs),
        Err(_) => {
            Err(Failure::value("query", "the query is not of the form name=value&name=value", Vec::<String>::new()))
        }
    }
}

/// Options, of which only some have a meaning for what is asked.
fn only(pairs: &[(String, String)], known: &[&str], set: Set) -> Result<Options, Failure> {
    match pairs.iter().find(|pair| !known.contains(&pair.0.as_str())) {
        Some((name, _)) => Err(Failure::unknown_parameter(name, known)),
        None => Options::parse(pairs, set),
    }
}

/// A property, or a part of one: `{"name": …}`, or bare. One without a value is answered 204 (18-088, 9.2.4).
fn property(
    headers: &HeaderMap,
    of: &entity::Entity,
    path: &[String],
    raw: bool,
    world: &World,
) -> Result<Response<Body>, Failure> {
    let mut told = json::properties(of, world);
    told.insert("id".to_owned(), of.id().into());
    told.insert("selfLink".to_owned(), world.link(of).into());
    let (first, rest) = path.split_first().expect("a property was named");
    let name = schema::property(of.set(), first).unwrap_or(first.as_str());
    let value = rest.iter().try_fold(told.get(name).unwrap_or(&Value::Null), |value, part| value.get(part));
    let value = value.ok_or_else(|| Failure::not_found(format!("{first} has no such part")))?;
    if value.is_null() {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = axum::http::StatusCode::NO_CONTENT;
        return Ok(response);
    }
    if raw {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        return Ok(cache::tagged(headers, Cache::Revalidate, "text/plain; charset=utf-8", text.into_bytes()));
    }
    let name = path.last().expect("a property was named");
    let name = if name == "id" { "@iot.id" } else { name };
    respond(headers, Cache::Revalidate, json!({ name: value }))
}

fn respond(headers: &HeaderMap, rule: Cache, body: Value) -> Result<Response<Body>, Failure> {
    let body = serde_json::to_vec(&body).map_err(|error| Failure::internal("writing JSON", &error))?;
    Ok(cache::tagged(headers, rule, Format::Json.media_type(), body))
}
