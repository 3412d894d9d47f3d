//! Which columns, in which zone, how many, and in which format.

use std::io::Cursor;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use limpid_model::Record;
use serde_json::{Value, json};

use crate::testing::{Service, county, hour, index};

/// Two days of hours at S1 and S2; the value is the hour's number.
async fn days() -> Service {
    let mut records: Vec<Record> = Vec::new();
    for number in 1..=48_u32 {
        // The first hour is that from midnight in Shanghai.
        let end =
            "2026-11-22T16:00:00Z".parse::<limpid_model::Instant>().unwrap() + chrono::Duration::hours(number.into());
        let end = end.to_rfc3339();
        records.push(hour("S1", "pm25", &end, f64::from(number)).into());
        records.push(hour("S2", "pm25", &end, f64::from(number)).into());
        records.push(index("S1", &end, Some(50), &[]).into());
    }
    Service::with(records).await
}

const SPAN: &str = "from=2026-11-23&to=2026-11-25";

fn values(page: &Value) -> Vec<f64> {
    page["items"].as_array().unwrap().iter().map(|item| item["value"].as_f64().unwrap()).collect()
}

#[tokio::test]
async fn a_count_is_of_all_pages_and_only_when_asked_for() {
    let service = days().await;
    let page = service.get(&format!("/api/v1/observations?{SPAN}&limit=5&count=true")).await;
    assert_eq!((&page.json()["count"], page.header("x-total-count")), (&json!(96), "96"));
    let next = page.json()["next"].as_str().unwrap().to_owned();
    assert_eq!(service.get(&next).await.json()["count"], 96, "{next}");
    let page = service.get(&format!("/api/v1/observations?{SPAN}&limit=5")).await;
    assert_eq!((page.json().get("count"), page.header("x-total-count")), (None, ""));
    let one = service.get(&format!("/api/v1/observations?station=S1&{SPAN}&limit=1&count=true&format=csv")).await;
    assert_eq!(one.header("x-total-count"), "48");
    // Two editions, of which each counts its own days.
    let indices = service.get(&format!("/api/v1/assessments?{SPAN}&limit=1&count=true")).await;
    assert_eq!(indices.json()["count"], 48);
    let refused = service.get(&format!("/api/v1/observations?{SPAN}&count=true&every=PT3H")).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["field"]), (400, &json!("count")));
    assert_eq!(service.get("/api/v1/observations?count=yes").await.status, 400);
}

#[tokio::test]
async fn a_thinned_series_is_whole_over_its_pages() {
    let service = days().await;
    let mut uri = format!("/api/v1/observations?station=S1&{SPAN}&every=PT12H&limit=3");
    let mut found = Vec::new();
    for _ in 0..5 {
        let page = service.get(&uri).await.json();
        found.extend(values(&page));
        match page["next"].as_str() {
            Some(next) => uri = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(found, [1.0, 13.0, 25.0, 37.0], "the hours from 00:00 and from 12:00");
    let utc = service.get(&format!("/api/v1/observations?station=S1&{SPAN}&every=P1D&tz=UTC")).await.json();
    // The 23rd begins at 16:00 UTC of the 22nd; with tz=UTC dates are those of UTC too.
    assert_eq!(values(&utc), [9.0, 33.0]);
    assert_eq!(utc["items"][0]["start"], "2026-11-23T00:00:00+00:00");
    assert_eq!(service.get("/api/v1/observations?every=PT7H").await.status, 400);
}

#[tokio::test]
async fn times_are_written_in_the_zone_asked_for() {
    let service = days().await;
    let ask = async |more: &str| {
        service.get(&format!("/api/v1/observations?station=S1&from=2026-11-23T00:00:00%2B08:00&limit=1{more}")).await
    };
    let here = ask("").await.json();
    let there = ask("&tz=America/New_York").await.json();
    assert_eq!(here["items"][0]["start"], "2026-11-23T00:00:00+08:00");
    assert_eq!(there["items"][0]["start"], "2026-11-22T11:00:00-05:00");
    assert!(there["next"].as_str().unwrap().contains("tz=America%2FNew_York"));
    let wrong = ask("&tz=Asia/Shangai").await;
    assert_eq!((wrong.status.as_u16(), &wrong.json()["field"]), (400, &json!("tz")));
}

#[tokio::test]
async fn only_the_columns_asked_for_are_served() {
    let service = Service::with(county()).await;
    let uri = "/api/v1/observations?station=S1&parameter=co&fields=value,start";
    assert_eq!(
        service.get(uri).await.json()["items"],
        json!([{ "start": "2026-11-25T08:00:00+08:00", "value": 0.74 }]),
        "in the order that they always have"
    );
    let csv = service.get(&format!("{uri}&format=csv")).await;
    assert_eq!(csv.text(), "start,value\r\n2026-11-25T08:00:00+08:00,0.74\r\n");
    let wrong = service.get("/api/v1/observations?fields=values").await;
    assert_eq!((wrong.status.as_u16(), &wrong.json()["allowed"][0]), (400, &json!("station")));
    let index = "/api/v1/assessments?station=S1&limit=1&fields=index";
    assert_eq!(
        service.get(&format!("{index},sub_pm25")).await.json()["items"][0],
        json!({ "index": 52, "sub": { "pm25": 52 } })
    );
    assert_eq!(service.get(&format!("{index},sub_co")).await.json()["items"][0], json!({ "index": 52 }));
    assert_eq!(service.get(&format!("{index},colour")).await.json()["items"][0]["colour"], "#ffff00");
    assert_eq!(service.get("/api/v1/assessments?fields=category&format=csv").await.status, 400, "no column of CSV");
}

#[tokio::test]
async fn series_are_served_with_their_place_and_as_arrow() {
    let service = days().await;
    let uri = format!("/api/v1/observations?station=S2&{SPAN}&limit=2");
    let places = service.get_with(&uri, &[("accept", "application/geo+json")]).await;
    assert_eq!(places.header("content-type"), "application/geo+json");
    let collection = places.json();
    let feature = &collection["features"][1];
    assert_eq!(
        (&collection["type"], &feature["type"], &feature["geometry"]),
        (&json!("FeatureCollection"), &json!("Feature"), &json!({ "type": "Point", "coordinates": [105.0, 28.6] }))
    );
    assert_eq!((&feature["properties"]["value"], &feature["properties"]["simulated"]), (&json!(2.0), &json!(true)));
    assert!(collection["next"].as_str().is_some_and(|next| next.contains("cursor=")));
    assert!(places.header("link").contains("rel=\"next\""));

    let arrow = service.get(&format!("{uri}&format=arrow&fields=station,value")).await;
    assert_eq!(arrow.header("content-type"), "application/vnd.apache.arrow.stream");
    let reader = arrow_ipc::reader::StreamReader::try_new(Cursor::new(arrow.body), None).unwrap();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    let batch = &batches[0];
    assert_eq!((batch.num_columns(), batch.num_rows()), (2, 2));
    assert_eq!(batch.column_by_name("value").unwrap().as_primitive::<Float64Type>().values(), &[1.0, 2.0]);
    assert_eq!(service.get("/api/v1/gaps?format=geojson").await.status, 400, "gaps are offered as rows only");
}
