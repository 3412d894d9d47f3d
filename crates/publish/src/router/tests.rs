//! Answers as clients see them.

use axum::body::Body;
use axum::http::Request;
use limpid_model::{Period, Record};
use proptest::prelude::*;
use serde_json::{Value, json};
use utoipa::OpenApi;

use crate::testing::{Answer, Service, county, hour, index, value_of};

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
    let head = service.ask(Request::head("/api/v1/latest").body(Body::empty()).unwrap()).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
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
async fn pages_of_a_series_follow_each_other_without_gap_or_repetition() {
    let mut records: Vec<Record> = Vec::new();
    for station in ["S1", "S2"] {
        for parameter in ["o3", "pm10", "pm25"] {
            for n in 0..7 {
                let end = format!("2026-11-24T{n:02}:00:00Z");
                records.push(hour(station, parameter, &end, f64::from(n)).into());
            }
        }
    }
    let service = Service::with(records).await;
    let everything = "/api/v1/observations?from=2026-11-23&to=2026-11-25";
    let all = service.get(everything).await.json();
    assert_eq!((all["items"].as_array().unwrap().len(), &all["next"]), (42, &Value::Null));
    for limit in [1, 5, 41, 42, 43] {
        let mut found = Vec::new();
        let mut uri = format!("{everything}&limit={limit}");
        loop {
            let answer = service.get_with(&uri, &[("host", "data.example:8080")]).await;
            let page = answer.json();
            found.extend(page["items"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            assert_eq!(answer.header("link"), format!("<{next}>; rel=\"next\""));
            uri = next.strip_prefix("http://data.example:8080").unwrap().to_owned();
        }
        assert_eq!(&json!(found), &all["items"], "limit {limit}");
    }
}

#[tokio::test]
async fn a_family_goes_through_its_editions_page_by_page() {
    let zone_change = "2026-02-28T16:00:00Z";
    let mut records: Vec<Record> = Vec::new();
    for n in -3..3i64 {
        let end = (crate::testing::at(zone_change) + chrono::Duration::hours(n)).to_rfc3339();
        for edition in ["hj633-2012", "hj633-2026"] {
            let mut assessment = index("S1", &end, Some(50), &[]);
            assessment.scheme = limpid_model::Scheme::parse(edition).unwrap();
            records.push(assessment.into());
        }
    }
    let service = Service::with(records).await;
    let mut uri = "/api/v1/assessments?scheme=hj633&from=2026-02-28&to=2026-03-02&limit=2".to_owned();
    let mut found = Vec::new();
    loop {
        let page = service.get(&uri).await.json();
        found.extend(page["items"].as_array().unwrap().iter().map(|item| {
            (item["start"].as_str().unwrap()[..13].to_owned(), item["scheme"].as_str().unwrap().to_owned())
        }));
        match page["next"].as_str() {
            Some(next) => uri = next.to_owned(),
            None => break,
        }
    }
    let wanted = [
        ("2026-02-28T20", "hj633-2012"),
        ("2026-02-28T21", "hj633-2012"),
        ("2026-02-28T22", "hj633-2012"),
        ("2026-02-28T23", "hj633-2012"),
        ("2026-03-01T00", "hj633-2026"),
        ("2026-03-01T01", "hj633-2026"),
    ];
    assert_eq!(found, wanted.map(|(start, scheme)| (start.to_owned(), scheme.to_owned())));
    let by_name = service.get("/api/v1/assessments?scheme=hj633-2012&from=2026-02-28&to=2026-03-02").await.json();
    assert_eq!(by_name["items"].as_array().unwrap().len(), 6, "an edition can be asked for at any time");
    let nowhere = service.get("/api/v1/assessments?area=nowhere&from=2026-02-28&to=2026-03-02").await.json();
    assert_eq!(nowhere["items"], json!([]));
}

#[tokio::test]
async fn a_page_is_the_same_in_json_csv_and_parquet() {
    use arrow_array::cast::AsArray;
    let service = Service::with(county()).await;
    let uri = "/api/v1/observations?station=S1&from=2026-11-25&to=2026-11-26";
    let items = service.get(uri).await.json()["items"].as_array().unwrap().clone();
    let csv = service.get(&format!("{uri}&format=csv")).await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    let mut reader = csv::Reader::from_reader(&csv.body[..]);
    let header = reader.headers().unwrap().clone();
    assert_eq!(
        header.iter().take(10).collect::<Vec<_>>(),
        ["station", "parameter", "period", "start", "end", "value", "unit", "flag", "status", "revision"]
    );
    assert_eq!(header.iter().next_back(), Some("simulated"));
    let lines: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let parquet = service.get(&format!("{uri}&format=parquet")).await;
    let batches =
        parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(parquet.body))
            .unwrap()
            .build()
            .unwrap();
    let batches: Vec<_> = batches.map(Result::unwrap).collect();
    assert_eq!((items.len(), lines.len(), batches[0].num_rows()), (6, 6, 6));
    let values = batches[0].column_by_name("value").unwrap();
    let values = values.as_primitive::<arrow_array::types::Float64Type>();
    for (row, (item, line)) in items.iter().zip(&lines).enumerate() {
        assert_eq!(item["parameter"], line[1]);
        assert_eq!(item["start"], line[3]);
        assert_eq!(item["value"], line[5].parse::<f64>().unwrap());
        assert_eq!(item["value"], values.value(row));
    }
}

#[tokio::test]
async fn what_was_published_by_then_can_be_asked_for() {
    let service = Service::with(vec![hour("S1", "pm25", "2026-11-25T01:00:00Z", 60.0).into()]).await;
    let uri = "/api/v1/observations?station=S1&from=2026-11-25&to=2026-11-26";
    let before = service.get(uri).await.json()["items"][0]["published"].as_str().unwrap().to_owned();
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    service.journal.publish(vec![hour("S1", "pm25", "2026-11-25T01:00:00Z", 50.0).into()], None).await.unwrap();
    let now = service.get(uri).await.json()["items"][0].clone();
    assert_eq!((&now["value"], &now["revision"]), (&json!(50.0), &json!(2)));
    let then = service.get(&format!("{uri}&as_of={before}")).await.json()["items"][0].clone();
    assert_eq!((&then["value"], &then["revision"]), (&json!(60.0), &json!(1)));
}

#[tokio::test]
async fn daily_figures_are_told_apart_by_statistic() {
    let day = value_of("S1", "o3", Period::Day, "2026-11-24T16:00:00Z", 50.0);
    let mut max8h = day.clone();
    (max8h.statistic, max8h.value) = (limpid_model::Statistic::Max8h, Some(90.0));
    let service = Service::with(vec![day.into(), max8h.into()]).await;
    let uri = "/api/v1/observations?station=S1&parameter=o3&period=P1D";
    let value = |answer: Answer| answer.json()["items"][0]["value"].clone();
    assert_eq!(value(service.get(uri).await), 50.0);
    assert_eq!(value(service.get(&format!("{uri}&statistic=max8h")).await), 90.0);
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

#[test]
fn every_route_is_described() {
    let routes = include_str!("../router.rs");
    let described = serde_json::to_value(crate::api::openapi::Api::openapi()).unwrap();
    let pages = ["/", "/stations/{id}", "/data", "/about", "/status"];
    let mut seen = 0;
    for rest in routes.split(".route(\"").skip(1) {
        let path = rest.split('"').next().unwrap().replace("{*", "{");
        let method =
            if rest.contains(", post(") && !rest[..rest.find('\n').unwrap()].contains("get(") { "post" } else { "get" };
        if !pages.contains(&path.as_str()) {
            assert!(described["paths"][&path][method].is_object(), "{method} {path} is not in openapi.json");
        }
        seen += 1;
    }
    assert!(seen > 15, "the list of routes was not read");
    assert_eq!(described["openapi"], "3.1.0");
    let methods = described["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let mut ids: Vec<&str> = methods.map(|method| method["operationId"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), seen - pages.len(), "operation ids are unique");
    assert_eq!(described["paths"].as_object().unwrap().len() + pages.len(), seen);
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
