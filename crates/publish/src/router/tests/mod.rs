//! Answers as clients see them.

mod documents;
mod failures;
mod forecasts;
mod gaps;
pub mod registers;
mod reviews;
mod series;
mod shape;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::testing::{Service, county};

/// Times at which the test itself published, made the same in every run.
fn timeless(mut value: Value) -> Value {
    if let Some(items) = value["items"].as_array_mut() {
        for item in items {
            if item.get("published").is_some() {
                item["published"] = json!("[published]");
            }
        }
    }
    value
}

#[tokio::test]
async fn answers_keep_their_shape() {
    let service = Service::with(county()).await;
    insta::assert_json_snapshot!("latest", service.get("/api/v1/latest").await.json());
    insta::assert_json_snapshot!("stations", service.get("/api/v1/stations").await.json());
    insta::assert_json_snapshot!(
        "stations_geojson",
        service.get("/api/v1/stations?kind=water&format=geojson").await.json()
    );
    let uri = "/api/v1/observations?station=S1&parameter=pm25&from=2026-11-25";
    insta::assert_json_snapshot!("observations", timeless(service.get(uri).await.json()));
    let uri = "/api/v1/assessments?station=S1,S2&from=2026-11-24";
    insta::assert_json_snapshot!("assessments", timeless(service.get(uri).await.json()));
    insta::assert_snapshot!("latest_csv", service.get("/api/v1/latest?format=csv").await.text());
    let parquet = service.get("/api/v1/latest?format=parquet").await;
    assert_eq!(parquet.header("content-type"), "application/vnd.apache.parquet");
    assert_eq!(&parquet.body[..4], b"PAR1");
    insta::assert_snapshot!("stations_csv", service.get("/api/v1/stations?format=csv").await.text());
    insta::assert_json_snapshot!("problem", service.get("/api/v1/observations?period=PT7H").await.json());
}

#[tokio::test]
async fn the_registry_keeps_what_belongs_to_the_wire_to_itself() {
    let service = Service::with(Vec::new()).await;
    for uri in
        ["/api/v1/stations", "/api/v1/stations?format=csv", "/api/v1/stations/S1", "/stations/S1", "/", "/status"]
    {
        let answer = service.get(uri).await;
        assert!(!answer.text().contains("secret-pw") && !answer.text().contains("MN-SECRET"), "{uri}");
    }
}

#[tokio::test]
async fn caching_is_as_said_for_each_path() {
    let service = Service::with(county()).await;
    for (uri, rule, tagged) in [
        ("/", "public, no-cache", true),
        ("/stations/S1", "public, no-cache", true),
        ("/data", "public, no-cache", true),
        ("/about", "public, no-cache", true),
        ("/status", "public, no-cache", true),
        ("/datasets", "public, no-cache", true),
        ("/datasets/air-hourly", "public, no-cache", true),
        ("/api/v1/latest", "public, no-cache", true),
        ("/api/v1/latest?station=S1", "public, no-cache", true),
        ("/api/v1/observations", "public, no-cache", true),
        ("/api/v1/assessments?format=csv", "public, no-cache", true),
        ("/api/v1/stations", "public, max-age=300", true),
        ("/api/v1/stations/S1", "public, max-age=300", true),
        ("/openapi.json", "public, max-age=300", true),
        ("/api", "public, no-cache", true),
        ("/catalog", "public, no-cache", true),
        ("/sta/v1.1", "public, max-age=300", true),
        ("/sta/v1.1/Things", "public, no-cache", true),
        ("/edr", "public, no-cache", true),
        ("/edr/collections/air-hourly/locations/S1", "public, no-cache", true),
        ("/ogc/collections/stations/items", "public, no-cache", true),
        ("/healthz", "no-store", false),
        ("/readyz", "no-store", false),
        ("/metrics", "no-store", false),
        ("/api/v1/nothing", "no-store", false),
        ("/nothing", "no-store", false),
    ] {
        let answer = service.get(uri).await;
        assert_eq!(answer.header("cache-control"), rule, "{uri}");
        assert_eq!(!answer.header("etag").is_empty(), tagged, "{uri}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{uri}");
        if tagged {
            let again = service.get_with(uri, &[("if-none-match", answer.header("etag"))]).await;
            assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{uri}");
            let other = service.get_with(uri, &[("if-none-match", "\"other\"")]).await;
            assert_eq!(other.status, 200, "{uri}");
        }
    }
}

#[tokio::test]
async fn every_origin_may_ask_first() {
    let service = Service::with(Vec::new()).await;
    let request = Request::options("/api/v1/latest")
        .header("origin", "https://example.org")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "last-event-id");
    let answer = service.ask(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn health_says_what_is_missing() {
    let service = Service::with(Vec::new()).await;
    assert_eq!(service.get("/healthz").await.status, 200);
    assert_eq!(service.get("/readyz").await.status, 200);
    assert_eq!(service.get("/metrics").await.text(), "limpid_up 1\n");
    service.journal.close().await.unwrap();
    let closed = service.get("/readyz").await;
    assert_eq!((closed.status.as_u16(), &closed.json()["missing"][0]), (503, &json!("journal is not writable")));
    assert_eq!(service.get("/healthz").await.status, 200);
    assert_eq!(service.get("/api/v1/latest").await.status, 200, "the board answers without the journal");
    let series = service.get("/api/v1/observations").await;
    assert_eq!((series.status.as_u16(), series.header("retry-after")), (503, "10"));
}

#[tokio::test]
async fn head_is_answered_like_get_without_the_body() {
    let service = registers::keeping(county()).await;
    registers::release(&service, json!({"number": "P1", "holder": "H"})).await;
    let made = Request::post("/datasets/stations/releases").header("authorization", "Bearer all");
    let made = service.ask(made.body(Body::empty()).unwrap()).await;
    assert_eq!(made.status, 201);
    let release = made.json()["datasets"][0]["latest"].as_str().unwrap().to_owned();
    let alert = std::fs::read("../../tests/peers/alert.cap.xml").unwrap();
    crate::relay(&*service.journal, "test", alert, service.app.now()).await.unwrap();
    let mut seen = 0;
    for route in routes().iter().filter(|route| route.method == "get") {
        // Under a token, or of a county with a map; each is tested beside its handler.
        if ["/api/v1/webhooks", "/api/v1/registers/{id}/{record}/audit", "/map/outline.json"]
            .contains(&route.path.as_str())
        {
            continue;
        }
        let uri = route.path.replace("/registers/{id}", "/registers/permits").replace("{record}", "P1");
        let uri = uri.replace("{id}", "S1").replace("{name}", "stations");
        let uri = uri
            .replace("/stations/{feed}", "/stations/S1.atom")
            .replace("/areas/{feed}", "/areas/%E6%B1%9F%E5%8F%A3.atom");
        let mut uri = uri
            .replace("/alerts/{file}", "/alerts/1.cap.xml")
            .replace("{file}", "years-2.js")
            .replace("{what}", "air")
            .replace("{area}", "%E6%B1%9F%E5%8F%A3")
            .replace("{release}", &release)
            .replace("{issue}", "1")
            .replace("{path}", "datapackage.json")
            .replace("{feed}", "air.atom");
        if uri.ends_with("/explain") {
            uri.push_str("?station=S1&parameter=pm25&start=2026-11-25T00:00:00Z");
        }
        if uri.ends_with("/diff") {
            uri.push_str(&format!("?from={release}"));
        }
        let head = service.ask(Request::head(&uri).body(Body::empty()).unwrap()).await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0), "{uri}");
        seen += 1;
        // The answer of the stream has no end.
        if uri == "/api/v1/stream" {
            assert_eq!(head.header("content-type"), "text/event-stream");
            continue;
        }
        let get = service.get(&uri).await;
        assert_eq!(get.status, 200, "{uri}");
        for name in ["content-type", "etag", "cache-control", "vary", "content-length"] {
            assert_eq!(head.header(name), get.header(name), "{uri} {name}");
        }
    }
    assert!(seen > 15, "{seen}");
}

/// A route of `router.rs`.
pub struct Route {
    /// In lower case.
    pub method: &'static str,
    /// As OpenAPI writes it.
    pub path: String,
}

/// The list of routes, read from the source itself so that none can be left out.
pub fn routes() -> Vec<Route> {
    let source = include_str!("../../router.rs");
    let lines = source.split(".route(\"").skip(1).flat_map(|rest| {
        let (path, rest) = rest.split_once("\", ").unwrap();
        let handler = rest.lines().next().unwrap();
        let served =
            |method: &str| handler.starts_with(&format!("{method}(")) || handler.contains(&format!(").{method}("));
        let methods = ["get", "post"].into_iter().filter(move |method| served(method));
        methods.map(move |method| Route { method, path: path.replace("{*", "{") })
    });
    lines.collect()
}

#[test]
fn the_description_of_the_api_keeps_its_promises() {
    insta::assert_json_snapshot!("openapi", crate::api::openapi::described());
}

#[test]
fn every_route_is_described() {
    let described = crate::api::openapi::described();
    let routes = routes();
    for Route { method, path } in &routes {
        assert!(described["paths"][path][method].is_object(), "{method} {path} is not in openapi.json");
    }
    let seen = routes.len();
    assert!(seen > 15, "the list of routes was not read");
    assert_eq!(described["openapi"], "3.1.0");
    let methods = described["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let mut ids: Vec<&str> = methods.map(|method| method["operationId"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    // Six are served by limpid-ingest, four stand for the doors of open standards.
    let elsewhere = 10;
    assert_eq!(ids.len(), seen + elsewhere, "operation ids are unique");
    let paths: std::collections::BTreeSet<&str> = routes.iter().map(|route| route.path.as_str()).collect();
    assert_eq!(described["paths"].as_object().unwrap().len(), paths.len() + elsewhere);
}

#[test]
fn a_problem_is_described_as_it_is_written() {
    let problem = limpid_model::Problem::new(400, "x", "x", "x").field("x").allowed(["x"]).index(1).limit("x", 1);
    let written = serde_json::to_value(problem).unwrap();
    let described = crate::api::openapi::described();
    let described = &described["components"]["schemas"]["Problem"]["properties"];
    let names = |value: &Value| {
        let mut names: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(names(&written), names(described));
}
