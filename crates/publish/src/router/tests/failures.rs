//! What is refused, and that nothing makes the service fail.

use axum::body::Body;
use axum::http::Request;
use proptest::prelude::*;
use serde_json::json;

use crate::testing::{Service, county};

#[tokio::test]
async fn failures_are_problems() {
    let service = Service::with(county()).await;
    for (uri, status, field) in [
        ("/api/v1/latest?kindd=air", 400, "kindd"),
        ("/api/v1/latest?kind=ship", 400, "kind"),
        ("/api/v1/observations?station=S1,S77", 400, "station"),
        ("/api/v1/observations?parameter=pm26", 400, "parameter"),
        ("/api/v1/observations?period=PT1W", 400, "period"),
        ("/api/v1/observations?statistic=max8h", 400, "statistic"),
        ("/api/v1/observations?from=2026-11-26&to=2026-11-25", 400, "from"),
        ("/api/v1/observations?limit=50001", 400, "limit"),
        ("/api/v1/observations?cursor=abc", 400, "cursor"),
        ("/api/v1/observations?format=xml", 400, "format"),
        ("/api/v1/assessments?scheme=hj633-1999", 400, "scheme"),
        ("/api/v1/assessments?period=PT8H", 400, "period"),
        ("/api/v1/stations?bbox=1,2,3", 400, "bbox"),
        ("/api/v1/stations?format=parquet", 400, "format"),
        ("/datasets?format=xml", 400, "format"),
        ("/api/v1/stations/S77", 404, ""),
        ("/api/v1/nothing", 404, ""),
        ("/datasets/gold", 404, ""),
        ("/datasets/air-hourly/releases/x/datapackage.json", 404, ""),
        ("/datasets/air-hourly/releases/latest/datapackage.json", 404, ""),
    ] {
        let answer = service.get(uri).await;
        assert_eq!(answer.status, status, "{uri}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{uri}");
        let problem = answer.json();
        assert_eq!(problem["status"], status, "{uri}");
        assert!(problem["type"].as_str().unwrap().starts_with("/problems/"), "{uri}");
        if !field.is_empty() {
            assert_eq!(problem["field"], field, "{uri}");
            assert!(problem["allowed"].is_array(), "{uri}");
        }
    }
    let known = service.get("/api/v1/assessments?scheme=x").await.json()["allowed"].clone();
    assert!(known.as_array().unwrap().contains(&json!("hj633-2012")));
}

#[tokio::test]
async fn a_method_that_does_nothing_is_a_problem_with_allow() {
    let service = Service::with(Vec::new()).await;
    for (method, uri) in [("POST", "/api/v1/latest"), ("DELETE", "/"), ("GET", "/datasets/air-hourly/releases")] {
        let answer = service.ask(Request::builder().method(method).uri(uri).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 405, "{method} {uri}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{method} {uri}");
        assert!(!answer.header("allow").is_empty(), "{method} {uri}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_query_makes_the_service_fail(
        path in prop::sample::select(vec![
            "/api/v1/stations", "/api/v1/latest", "/api/v1/observations", "/api/v1/assessments", "/datasets", "/", "/data",
            "/stations/S1", "/openapi.json",
        ]),
        pairs in prop::collection::vec((
            prop::sample::select(vec![
                "station", "parameter", "period", "from", "to", "as_of", "limit", "cursor", "format", "scheme", "kind",
                "bbox", "statistic", "area", "lang", "view", "x",
            ]),
            prop_oneof![
                "[ -~]{0,20}",
                "\\PC{0,8}",
                "(S1|air|pm25|PT1H|P1D|csv|json|parquet|hj633|1|50000|2026-11-25|9999-12-31|0001-01-01|zh|elder)",
                "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|\\+[0-9]{2}:[0-9]{2}))?",
            ],
        ), 0..4),
        raw in "[!-~&&[^#]]{0,12}",
    ) {
        let query: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", crate::api::query::escape(value))).collect();
        for uri in [format!("{path}?{}", query.join("&")), format!("{path}?{raw}")] {
            let Ok(request) = Request::get(&uri).body(Body::empty()) else { continue };
            let answer = RUNTIME.0.block_on(RUNTIME.1.ask(request));
            prop_assert!(answer.status.as_u16() < 500, "{uri}: {}", answer.status);
            prop_assert!(answer.status != 400 || answer.header("content-type") == "application/problem+json");
        }
    }
}

static RUNTIME: std::sync::LazyLock<(tokio::runtime::Runtime, Service)> = std::sync::LazyLock::new(|| {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let service = runtime.block_on(Service::with(county()));
    (runtime, service)
});
