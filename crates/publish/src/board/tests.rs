//! What the board shows of what was published.

use limpid_model::{Flag, Period};
use serde_json::{Value, json};

use crate::testing::{Service, county, hour, index, value_of};

async fn latest_of(service: &Service, station: &str) -> Value {
    service.get(&format!("/api/v1/latest?station={station}")).await.json()["items"][0].clone()
}

fn value<'a>(item: &'a Value, parameter: &str) -> &'a Value {
    let values = item["values"].as_array().unwrap();
    values.iter().find(|value| value["parameter"] == parameter).unwrap_or(&Value::Null)
}

#[tokio::test]
async fn the_newest_end_wins_and_an_hour_wins_over_its_last_minute() {
    let minute = Period::Minutes(1);
    let service = Service::with(vec![
        hour("S1", "pm25", "2026-11-25T01:00:00Z", 60.0).into(),
        value_of("S1", "pm25", minute, "2026-11-25T01:11:00Z", 70.0).into(),
        hour("S1", "o3", "2026-11-25T01:00:00Z", 40.0).into(),
        value_of("S1", "o3", minute, "2026-11-25T01:00:00Z", 41.0).into(),
        value_of("S1", "so2", Period::Moment, "2026-11-25T01:10:30Z", 5.0).into(),
    ])
    .await;
    let item = latest_of(&service, "S1").await;
    assert_eq!((&value(&item, "pm25")["value"], &value(&item, "pm25")["period"]), (&json!(70.0), &json!("PT1M")));
    assert_eq!((&value(&item, "o3")["value"], &value(&item, "o3")["period"]), (&json!(40.0), &json!("PT1H")));
    assert_eq!(value(&item, "so2")["period"], "PT0S");
    assert_eq!(item["end"], "2026-11-25T09:11:00+08:00");
    assert_eq!(item["age_minutes"], 1);
}

#[tokio::test]
async fn a_minute_that_stopped_coming_gives_way_to_a_fresh_hour() {
    let service = Service::with(vec![
        hour("S1", "pm25", "2026-11-25T00:00:00Z", 60.0).into(),
        value_of("S1", "pm25", Period::Minutes(1), "2026-11-25T00:20:00Z", 70.0).into(),
    ])
    .await;
    let item = latest_of(&service, "S1").await;
    assert_eq!(value(&item, "pm25")["value"], 60.0, "the minute is 52 minutes old, the hour is fresh until 09:30");
}

#[tokio::test]
async fn stale_is_said_and_what_is_older_than_a_day_is_marked() {
    let service = Service::with(vec![
        hour("S1", "pm25", "2026-11-24T22:00:00Z", 60.0).into(),
        index("S1", "2026-11-24T22:00:00Z", Some(80), &["pm25"]).into(),
        hour("S2", "pm25", "2026-11-24T01:00:00Z", 61.0).into(),
        index("S2", "2026-11-24T01:00:00Z", Some(81), &["pm25"]).into(),
    ])
    .await;
    let old = latest_of(&service, "S1").await;
    assert_eq!((&old["stale"], &old["freshness"]), (&json!(true), &json!("stale")));
    assert_eq!(old["assessment"]["freshness"], "stale");
    let gone = latest_of(&service, "S2").await;
    assert_eq!((&gone["stale"], &gone["freshness"]), (&json!(true), &json!("none")));
    assert_eq!((&value(&gone, "pm25")["value"], &value(&gone, "pm25")["freshness"]), (&json!(61.0), &json!("none")));
    assert_eq!((&gone["assessment"]["index"], &gone["assessment"]["freshness"]), (&json!(81), &json!("none")));
    assert_eq!(
        (&gone["start"], &gone["end"]),
        (&json!("2026-11-24T08:00:00+08:00"), &json!("2026-11-24T09:00:00+08:00"))
    );
    assert_eq!(gone["age_minutes"], 1452);
}

#[tokio::test]
async fn data_of_another_century_are_on_the_board_after_a_start_and_when_they_arrive() {
    let mut judged = index("S1", "1998-03-01T00:00:00Z", Some(81), &["pm25"]);
    judged.scheme = limpid_model::Scheme::parse("hj633-2012").unwrap();
    let old = hour("S1", "pm25", "1998-03-01T00:00:00Z", 61.0);
    let service = Service::with(vec![old.into(), judged.into()]).await;
    let item = latest_of(&service, "S1").await;
    assert_eq!((&value(&item, "pm25")["value"], &item["stale"]), (&json!(61.0), &json!(true)));
    assert_eq!(
        (&item["assessment"]["index"], &item["assessment"]["end"]),
        (&json!(81), &json!("1998-03-01T08:00:00+08:00"))
    );

    let late = hour("W1", "ph", "2001-03-01T00:00:00Z", 7.5);
    service.journal.publish(vec![late.into()], None).await.unwrap();
    let answer = service.until("/api/v1/latest?kind=water", |answer| !answer.json()["items"][0]["end"].is_null()).await;
    let item = &answer.json()["items"][0];
    assert_eq!((&value(item, "ph")["freshness"], &item["end"]), (&json!("none"), &json!("2001-03-01T08:00:00+08:00")));

    let csv = service.get("/api/v1/latest?format=csv&station=S1,W1").await;
    let mut reader = csv::Reader::from_reader(&csv.body[..]);
    let header = reader.headers().unwrap().clone();
    let lines: Vec<_> = reader.records().map(Result::unwrap).collect();
    let cell =
        |line: usize, name: &str| lines[line][header.iter().position(|column| column == name).unwrap()].to_owned();
    assert_eq!((cell(0, "value"), cell(0, "freshness"), cell(0, "stale")), ("61".into(), "none".into(), "true".into()));
    assert_eq!((cell(0, "index"), cell(0, "index_freshness")), ("81".into(), "none".into()));
    assert_eq!((cell(1, "parameter"), cell(1, "index_freshness")), ("ph".into(), String::new()));
}

#[tokio::test]
async fn people_are_not_shown_what_is_older_than_a_day() {
    let service = Service::with(vec![
        hour("S1", "pm25", "2026-11-24T01:00:00Z", 61.0).into(),
        index("S1", "2026-11-24T01:00:00Z", Some(81), &["pm25"]).into(),
        hour("W1", "ph", "2026-11-24T01:00:00Z", 7.77).into(),
    ])
    .await;
    for uri in ["/?lang=en", "/stations/S1?lang=en", "/stations/W1?lang=en"] {
        let page = service.get(uri).await;
        let shown = page.text().split("<main").nth(1).unwrap().split("<details").next().unwrap();
        let card = shown.split("<article").nth(1).unwrap().split("</article>").next().unwrap();
        assert!(card.contains("No data") && card.contains("2026-11-24 09:00"), "{uri}: {card}");
        for number in [">81<", "<b>61", "7.8", "7.77"] {
            assert!(!card.contains(number), "{uri} {number}");
        }
    }
    let table = service.get("/stations/W1?lang=en").await;
    let values = table.text().split("Newest values").nth(1).unwrap().split("<h2").next().unwrap();
    assert!(values.contains("No data"), "{values}");
}

#[tokio::test]
async fn a_station_without_data_is_there_and_says_so_and_a_closed_one_is_not() {
    let service = Service::with(county()).await;
    let items = service.get("/api/v1/latest").await.json()["items"].as_array().unwrap().clone();
    let ids: Vec<&Value> = items.iter().map(|item| &item["station"]).collect();
    assert_eq!(ids, ["S1", "S2", "S3", "W1"]);
    assert_eq!((&items[2]["stale"], &items[2]["values"]), (&json!(true), &json!([])));
    assert_eq!(items[1]["simulated"], true);
    assert_eq!(items[0].get("simulated"), None);
}

#[tokio::test]
async fn a_correction_replaces_and_an_older_hour_does_not() {
    let service = Service::with(vec![hour("S1", "pm25", "2026-11-25T01:00:00Z", 60.0).into()]).await;
    let corrected = hour("S1", "pm25", "2026-11-25T01:00:00Z", 55.0);
    let older = hour("S1", "pm25", "2026-11-25T00:00:00Z", 10.0);
    service.journal.publish(vec![corrected.into(), older.into()], None).await.unwrap();
    let wanted = |answer: &crate::testing::Answer| value(&answer.json()["items"][0], "pm25")["value"] != 60.0;
    let answer = service.until("/api/v1/latest?station=S1", wanted).await;
    assert_eq!(value(&answer.json()["items"][0], "pm25")["value"], 55.0);
}

#[tokio::test]
async fn a_missing_value_is_null_and_not_the_one_before() {
    let mut missing = hour("S1", "pm25", "2026-11-25T01:00:00Z", 0.0);
    (missing.value, missing.flag) = (None, Flag::Missing);
    let service = Service::with(vec![hour("S1", "pm25", "2026-11-25T00:00:00Z", 60.0).into(), missing.into()]).await;
    let item = latest_of(&service, "S1").await;
    assert_eq!((&value(&item, "pm25")["value"], &value(&item, "pm25")["flag"]), (&Value::Null, &json!(9)));
    let page = service.get("/stations/S1?lang=en").await;
    assert!(page.text().contains("last good value 60 µg/m³, 07:00-08:00"), "{}", page.text());
}

#[tokio::test]
async fn hot_bodies_are_the_same_in_every_encoding() {
    use std::io::Read;
    let service = Service::with(county()).await;
    for uri in ["/api/v1/latest", "/api/v1/latest?kind=air", "/api/v1/latest?kind=soil"] {
        let plain = service.get(uri).await;
        assert_eq!(plain.header("content-encoding"), "");
        for encoding in ["gzip", "br", "zstd"] {
            let answer = service.get_with(uri, &[("accept-encoding", encoding)]).await;
            assert_eq!(answer.header("content-encoding"), encoding);
            let mut decoded = Vec::new();
            match encoding {
                "gzip" => flate2::read::GzDecoder::new(&answer.body[..]).read_to_end(&mut decoded).map(drop).unwrap(),
                "br" => brotli::Decompressor::new(&answer.body[..], 4096).read_to_end(&mut decoded).map(drop).unwrap(),
                _ => decoded = zstd::stream::decode_all(&answer.body[..]).unwrap(),
            }
            assert_eq!(decoded, plain.body, "{uri} {encoding}");
            assert_eq!(answer.header("etag"), plain.header("etag"));
        }
        let refused = service.get_with(uri, &[("accept-encoding", "gzip;q=0, br;q=0, identity")]).await;
        assert_eq!(refused.body, plain.body);
    }
}

#[tokio::test]
async fn the_edition_of_the_index_is_that_of_its_date() {
    let mut other = index("S1", "2026-11-25T01:00:00Z", Some(77), &["pm25"]);
    other.scheme = limpid_model::Scheme::parse("hj633-2012").unwrap();
    let records = vec![index("S1", "2026-11-25T01:00:00Z", Some(89), &["pm25"]).into(), other.into()];
    let service = Service::with(records).await;
    let judged = latest_of(&service, "S1").await["assessment"].clone();
    assert_eq!((&judged["scheme"], &judged["index"]), (&json!("hj633-2026"), &json!(89)));
}

#[tokio::test]
async fn a_tag_outlives_the_ages_and_not_what_follows_from_them() {
    let service = Service::with(vec![hour("S1", "pm25", "2026-11-25T01:00:00Z", 60.0).into()]).await;
    let first = service.get("/api/v1/latest?kind=air").await;
    let mut tags = vec![first.header("etag").to_owned()];
    for (now, ph) in [("2026-11-25T01:20:00Z", 7.1), ("2026-11-25T03:00:00Z", 7.2)] {
        service.set_now(now.parse().unwrap());
        // Something else is published, so that the board is built anew.
        let other = hour("W1", "ph", "2026-11-25T01:00:00Z", ph);
        service.journal.publish(vec![other.into()], None).await.unwrap();
        let seen = |answer: &crate::testing::Answer| value(&answer.json()["items"][0], "ph")["value"] == ph;
        service.until("/api/v1/latest?kind=water", seen).await;
        let air = service.get("/api/v1/latest?kind=air").await;
        assert_ne!(air.body, first.body, "the age is another");
        let again = service.get_with("/api/v1/latest?kind=air", &[("if-none-match", tags.last().unwrap())]).await;
        assert_eq!(again.status == 304, air.header("etag") == tags.last().unwrap());
        tags.push(air.header("etag").to_owned());
    }
    assert_eq!(tags[0], tags[1], "the hour is fresh at 09:12 and at 09:20");
    assert_ne!(tags[1], tags[2], "at 11:00 it is late");
}
