//! The abstract tests of 19-086r6 (annex A) that one can run against a service, by requirement.

use limpid_model::{Flag, Observation, Period, Record, Statistic};
use serde_json::{Value, json};

use super::CONFORMANCE;
use crate::testing::{Service, hour, value_of};

const AREA: &str = "coords=POLYGON((104.85%2028.4,105.05%2028.4,105.05%2028.65,104.85%2028.65,104.85%2028.4))";

/// S1 and S2 with hours, S1 with a missing and a doubtful one and with a day, a river beside.
async fn service() -> Service {
    let mut missing = hour("S1", "co", "2026-11-25T00:00:00Z", 0.0);
    (missing.value, missing.flag) = (None, Flag::Missing);
    let doubtful = Observation { flag: Flag::Suspect, ..hour("S1", "pm25", "2026-11-25T01:00:00Z", 900.0) };
    let day = value_of("S1", "o3", Period::Day, "2026-11-24T16:00:00Z", 131.0);
    let records: Vec<Record> = vec![
        hour("S1", "pm25", "2026-11-24T23:00:00Z", 20.0).into(),
        hour("S1", "pm25", "2026-11-25T00:00:00Z", 21.5).into(),
        doubtful.into(),
        hour("S1", "co", "2026-11-24T23:00:00Z", 0.5).into(),
        missing.into(),
        hour("S2", "pm25", "2026-11-25T00:00:00Z", 30.0).into(),
        Observation { statistic: Statistic::Max8h, ..day }.into(),
        hour("W1", "ph", "2026-11-25T00:00:00Z", 7.84).into(),
    ];
    Service::with(records).await
}

async fn json(service: &Service, uri: &str) -> Value {
    let answer = service.get(uri).await;
    assert_eq!(answer.status, 200, "{uri}: {}", answer.text());
    answer.json()
}

/// The address of a link.
fn href<'a>(page: &'a Value, rel: &str) -> &'a str {
    let links = page["links"].as_array().unwrap();
    links.iter().find(|link| link["rel"] == rel).unwrap_or_else(|| panic!("{rel}: {page}"))["href"].as_str().unwrap()
}

#[tokio::test]
async fn the_landing_page_leads_to_all_else() {
    let service = service().await;
    let landing = json(&service, "/edr").await;
    let declared = json(&service, href(&landing, "conformance")).await;
    assert_eq!(declared["conformsTo"], json!(CONFORMANCE));
    let api = service.get(href(&landing, "service-desc")).await;
    assert_eq!(api.header("content-type"), "application/vnd.oai.openapi+json;version=3.0");
    assert!(api.json()["openapi"].as_str().unwrap().starts_with("3.0."));
    let collections = json(&service, href(&landing, "data")).await;
    let ids: Vec<&Value> = collections["collections"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(ids, ["air-hourly", "air-daily", "water-hourly"]);
    for collection in collections["collections"].as_array().unwrap() {
        assert_eq!(&json(&service, href(collection, "self")).await, collection);
    }
    // Whatever the description of the API names is served.
    for path in api.json()["paths"].as_object().unwrap().keys() {
        let uri = path.replace("{collectionId}", "air-hourly").replace("{locationId}", "S1");
        let status = service.get(&uri).await.status.as_u16();
        let needs = ["/position", "/area", "/cube"].iter().any(|query| uri.ends_with(query));
        assert_eq!(status, if needs { 400 } else { 200 }, "{uri}");
    }
}

#[tokio::test]
async fn a_collection_says_what_where_when_and_how() {
    let service = service().await;
    let air = json(&service, "/edr/collections/air-hourly").await;
    assert_eq!(air["extent"]["spatial"]["bbox"], json!([[104.9, 28.5, 105.0, 28.6]]));
    let interval = json!([["2026-11-25T06:00:00+08:00", "2026-11-25T09:00:00+08:00"]]);
    assert_eq!(air["extent"]["temporal"]["interval"], interval);
    let names: Vec<&String> = air["parameter_names"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["pm25", "co"]);
    assert_eq!(air["parameter_names"]["pm25"]["unit"]["symbol"], "ug/m3");
    for query in ["position", "area", "cube", "locations"] {
        let link = &air["data_queries"][query]["link"];
        assert!(link["href"].as_str().unwrap().contains(&format!("/edr/collections/air-hourly/{query}")), "{link}");
        assert_eq!(link["variables"]["query_type"], query);
    }
    let day = json(&service, "/edr/collections/air-daily").await;
    assert_eq!(day["parameter_names"]["o3-max8h"]["measurementType"], json!({ "method": "max8h", "duration": "P1D" }));
}

#[tokio::test]
async fn a_series_has_nothing_where_nothing_counts() {
    let service = service().await;
    let coverage = json(&service, "/edr/collections/air-hourly/locations/S1").await;
    assert_eq!((&coverage["type"], &coverage["domain"]["domainType"]), (&json!("Coverage"), &json!("PointSeries")));
    let starts = ["2026-11-25T06:00:00+08:00", "2026-11-25T07:00:00+08:00", "2026-11-25T08:00:00+08:00"];
    assert_eq!(coverage["domain"]["axes"]["t"]["values"], json!(starts));
    assert_eq!(coverage["domain"]["axes"]["t"]["bounds"][1], "2026-11-25T07:00:00+08:00");
    assert_eq!(coverage["domain"]["axes"]["x"]["values"], json!([104.9]));
    assert_eq!(coverage["ranges"]["pm25"]["values"], json!([20.0, 21.5, null]), "the doubtful one does not count");
    assert_eq!(coverage["ranges"]["co"]["values"], json!([0.5, null, null]));
    let csv = service.get("/edr/collections/air-hourly/locations/S1?f=CSV&parameter-name=pm25").await;
    assert!(csv.text().contains(",900,ug/m3,3,"), "with its flag it is told: {}", csv.text());
    let one = json(&service, "/edr/collections/air-hourly/locations/S1?parameter-name=co").await;
    assert_eq!(one["parameters"].as_object().unwrap().keys().collect::<Vec<_>>(), ["co"]);
}

#[tokio::test]
async fn stations_are_found_by_place() {
    let service = service().await;
    let stations = |answer: Value| -> Vec<String> {
        let coverages = answer["coverages"].as_array().unwrap();
        coverages.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let nearest = json(&service, "/edr/collections/air-hourly/position?coords=POINT(104.91%2028.51)").await;
    assert_eq!(nearest["id"], "S1");
    let nearest = json(&service, "/edr/collections/air-hourly/position?coords=POINT(104.99%2028.58)").await;
    assert_eq!(nearest["id"], "S2");
    let far = service.get("/edr/collections/air-hourly/position?coords=POINT(10%2050)").await;
    assert_eq!(far.status, 404);
    assert_eq!(stations(json(&service, &format!("/edr/collections/air-hourly/area?{AREA}")).await), ["S1", "S2"]);
    let within = |bbox: &str| format!("/edr/collections/air-hourly/cube?bbox={bbox}");
    assert_eq!(stations(json(&service, &within("104.95,28,106,29")).await), ["S2"]);
    assert_eq!(stations(json(&service, &within("0,0,1,1")).await), Vec::<String>::new());
    let locations = json(&service, "/edr/collections/air-hourly/locations").await;
    let found = locations["features"].as_array().unwrap();
    assert_eq!(found.iter().map(|one| one["id"].as_str().unwrap()).collect::<Vec<_>>(), ["S1", "S2"]);
    for property in ["label", "datetime", "parameter-name", "edrqueryendpoint"] {
        assert!(!found[0]["properties"][property].is_null(), "{property}");
    }
    let endpoint = found[1]["properties"]["edrqueryendpoint"].as_str().unwrap();
    assert_eq!(json(&service, endpoint).await["id"], "S2");
}

#[tokio::test]
async fn a_moment_finds_the_hour_that_it_lies_in_and_an_interval_includes_its_ends() {
    let service = service().await;
    for (datetime, expected) in [
        ("2026-11-24T22:30:00Z", json!([20.0])),
        ("2026-11-24T23:00:00Z", json!([21.5])),
        ("2026-11-24T22:00:00Z/2026-11-24T23:00:00Z", json!([20.0, 21.5])),
        ("2026-11-24T22:30:00Z/..", json!([21.5, null])),
        ("../2026-11-24T22:30:00Z", json!([20.0])),
        ("2026-11-25", json!([20.0, 21.5, null])),
    ] {
        let uri = format!("/edr/collections/air-hourly/locations/S1?parameter-name=pm25&datetime={datetime}");
        assert_eq!(json(&service, &uri).await["ranges"]["pm25"]["values"], expected, "{datetime}");
    }
    let day = "/edr/collections/air-daily/locations/S1?datetime=2026-11-24T03:00:00Z";
    assert_eq!(json(&service, day).await["ranges"]["o3-max8h"]["values"], json!([131.0]));
    let none = service.get("/edr/collections/air-hourly/locations/S1?datetime=2026-11-20").await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn the_same_values_go_out_in_each_format() {
    let service = service().await;
    let uri = format!("/edr/collections/air-hourly/area?{AREA}");
    let features = service.get_with(&uri, &[("accept", "application/geo+json")]).await;
    assert_eq!(features.header("content-type"), "application/geo+json");
    let features = features.json()["features"].as_array().unwrap().clone();
    let csv = service.get(&format!("{uri}&f=CSV")).await;
    assert_eq!((features.len(), csv.text().lines().count()), (6, 7));
    assert_eq!(features[5]["properties"]["value"], 30.0);
    assert_eq!(features[5]["geometry"]["coordinates"], json!([105.0, 28.6]));
    let coverage = service.get(&uri).await;
    assert_eq!(coverage.header("content-type"), "application/prs.coverage+json");
    let again = service.get_with(&uri, &[("if-none-match", coverage.header("etag"))]).await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn what_cannot_be_served_is_told_with_what_can() {
    let service = service().await;
    for (path, status, field) in [
        ("air-hourly/position", 400, "coords"),
        ("air-hourly/position?coords=POINT(1)", 400, "coords"),
        ("air-hourly/position?coords=POLYGON((0%200,1%200,1%201,0%200))", 400, "coords"),
        ("air-hourly/area?coords=POINT(1%201)", 400, "coords"),
        ("air-hourly/cube", 400, "bbox"),
        ("air-hourly/cube?bbox=1,2,3", 400, "bbox"),
        ("air-hourly/cube?bbox=104,28,106,29&crs=EPSG:4326", 400, "crs"),
        ("air-hourly/locations/S1?parameter-name=ph", 400, "parameter-name"),
        ("air-hourly/locations/S1?datetime=soon", 400, "datetime"),
        ("air-hourly/locations/S1?f=NetCDF", 400, "f"),
        ("air-hourly/locations/S1?nothing=1", 400, "nothing"),
        ("air-hourly/locations/W1", 404, ""),
        ("air-weekly", 404, ""),
        ("air-hourly/radius", 404, ""),
    ] {
        let answer = service.get(&format!("/edr/collections/{path}")).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
        if !field.is_empty() {
            assert_eq!(answer.json()["field"], field, "{path}");
        }
    }
}
