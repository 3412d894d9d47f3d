//! The abstract tests of 17-069r4 (annex A), by requirement.

use serde_json::{Value, json};

use super::CONFORMANCE;
use crate::testing::{Service, county};

async fn json(service: &Service, uri: &str) -> Value {
    let answer = service.get(uri).await;
    assert_eq!(answer.status, 200, "{uri}: {}", answer.text());
    answer.json()
}

fn ids(page: &Value) -> Vec<&str> {
    page["features"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_landing_page_leads_to_the_stations() {
    let service = Service::with(county()).await;
    let landing = json(&service, "/ogc").await;
    let link = |page: &Value, rel: &str| {
        let links = page["links"].as_array().unwrap().clone();
        let link = links.into_iter().find(|link| link["rel"] == rel).unwrap_or_else(|| panic!("{rel}: {page}"));
        link["href"].as_str().unwrap().to_owned()
    };
    assert_eq!(json(&service, &link(&landing, "conformance")).await["conformsTo"], json!(CONFORMANCE));
    let api = json(&service, &link(&landing, "service-desc")).await;
    for path in api["paths"].as_object().unwrap().keys() {
        json(&service, &path.replace("{collectionId}", "stations").replace("{featureId}", "S1")).await;
    }
    let collections = json(&service, &link(&landing, "data")).await;
    let stations = &collections["collections"][0];
    assert_eq!(&json(&service, &link(stations, "self")).await, stations);
    assert_eq!(stations["extent"]["spatial"]["bbox"], json!([[104.8, 28.4, 105.1, 28.7]]));
    let items = json(&service, &link(stations, "items")).await;
    assert_eq!(ids(&items), ["S1", "S2", "S3", "W1", "S9"]);
    for one in items["features"].as_array().unwrap() {
        let alone = json(&service, &format!("/ogc/collections/stations/items/{}", one["id"].as_str().unwrap())).await;
        assert_eq!((&alone["geometry"], &alone["properties"]), (&one["geometry"], &one["properties"]));
        assert_eq!(link(&alone, "collection"), "/ogc/collections/stations");
    }
}

#[tokio::test]
async fn stations_are_found_by_place_time_and_kind_page_by_page() {
    let service = Service::with(county()).await;
    let items = |query: &str| format!("/ogc/collections/stations/items?{query}");
    for (query, expected) in [
        ("bbox=104.75,28.35,104.95,28.55", &["S1", "W1", "S9"][..]),
        ("datetime=2016-01-01", &["S2", "S3", "W1", "S9"]),
        ("datetime=2021-01-01T00:00:00Z/..", &["S1", "S2", "S3", "W1"]),
        ("datetime=../2010-01-01", &["S2", "S3", "W1"]),
        ("kind=water", &["W1"]),
        ("bbox=0,0,1,1", &[]),
    ] {
        let page = json(&service, &items(query)).await;
        assert_eq!(ids(&page), expected, "{query}");
        assert_eq!((&page["numberMatched"], &page["numberReturned"]), (&json!(expected.len()), &json!(expected.len())));
    }
    let (mut found, mut next) = (Vec::new(), Some(items("limit=2")));
    while let Some(uri) = next {
        let page = json(&service, &uri).await;
        assert_eq!(page["numberMatched"], 5);
        found.extend(ids(&page).into_iter().map(str::to_owned));
        let links = page["links"].as_array().unwrap();
        next = links.iter().find(|link| link["rel"] == "next").map(|link| link["href"].as_str().unwrap().to_owned());
    }
    assert_eq!(found, ["S1", "S2", "S3", "W1", "S9"]);
    assert_eq!(ids(&json(&service, &items("limit=100000")).await).len(), 5, "as many as a page holds");
}

#[tokio::test]
async fn what_cannot_be_served_is_refused() {
    let service = Service::with(county()).await;
    for (path, status) in [
        ("/ogc/collections/rivers", 404),
        ("/ogc/collections/rivers/items", 404),
        ("/ogc/collections/stations/items/S7", 404),
        ("/ogc/nothing", 404),
        ("/ogc/collections/stations/items?limit=0", 400),
        ("/ogc/collections/stations/items?limit=x", 400),
        ("/ogc/collections/stations/items?bbox=1,2,3", 400),
        ("/ogc/collections/stations/items?datetime=soon", 400),
        ("/ogc/collections/stations/items?nothing=1", 400),
        ("/ogc?nothing=1", 400),
    ] {
        let answer = service.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (status, "application/problem+json"),
            "{path}"
        );
    }
}

/// The pattern of times that the descriptions give, and the reader of times, agree.
#[tokio::test]
async fn the_description_knows_every_day_and_no_other() {
    let service = Service::with(county()).await;
    let api = json(&service, "/ogc/api").await;
    let parameters = api["paths"]["/ogc/collections/{collectionId}/items"]["get"]["parameters"].clone();
    let schema = |name: &str| {
        let found = parameters.as_array().unwrap().iter().find(|one| one["name"] == name);
        found.unwrap_or_else(|| panic!("{name}: {parameters}"))["schema"].clone()
    };
    let pattern = regex::Regex::new(schema("datetime")["pattern"].as_str().unwrap()).unwrap();
    for (text, fits) in [
        ("2026-01-31", true),
        ("2024-02-29", true),
        ("2000-02-29", true),
        ("2026-02-29", false),
        ("1900-02-29", false),
        ("2026-04-31", false),
        ("2026-11-25T08:00:00+08:00", true),
        ("2026-11-25T00:00:00.5Z/..", true),
        ("../2026-11-30", true),
        ("2026-11-25T24:00:00Z", false),
    ] {
        assert_eq!(pattern.is_match(text), fits, "{text}");
        let status =
            service.get(&format!("/ogc/collections/stations/items?datetime={}", text.replace('+', "%2B"))).await;
        assert_eq!(status.status == 200, fits, "{text}");
    }
    assert_eq!(schema("bbox")["items"]["maximum"], 180);
}
