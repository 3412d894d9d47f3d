//! Releases as researchers get them.

mod differences;
mod forecasts;
mod gaps;
mod records;

use axum::body::Body;
use axum::http::Request;
use limpid_model::{Flag, Mark, Observation, Period, Record};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::definition::Dataset;
use super::release::{Outcome, release};
use crate::testing::{Answer, Service, at, county, hour, index, value_of};
use crate::{PublishError, export, release_all};

/// Hours on both sides of a month's end in Shanghai.
fn hours() -> Vec<Observation> {
    let mut hours = Vec::new();
    for (end, value) in [("2026-10-31T15:00:00Z", 1.5), ("2026-10-31T16:00:00Z", 2.5), ("2026-10-31T17:00:00Z", 3.5)] {
        hours.push(hour("S1", "pm25", end, value));
        hours.push(hour("S1", "co", end, value / 10.0));
    }
    hours.push(hour("W1", "ph", "2026-10-31T15:00:00Z", 7.0));
    // An instrument's letter, and a digit of 2005 that means abnormal.
    (hours[0].mark, hours[0].flag) = (Mark::parse("N"), Flag::Pass);
    (hours[2].mark, hours[2].flag) = (Mark::parse("2"), Flag::Fail);
    hours
}

async fn service() -> Service {
    let hours = hours();
    let mut records: Vec<Record> = hours.iter().cloned().map(Record::from).collect();
    records.push(value_of("S1", "pm25", Period::Day, "2026-10-31T16:00:00Z", 2.0).into());
    records.push(index("S1", "2026-10-31T15:00:00Z", Some(50), &[]).into());
    let service = Service::with(records).await;
    service.accept(&hours).await;
    service
}

async fn make(service: &Service, name: &str, at_time: &str) -> Outcome {
    let dataset = &Dataset::parse(&service.pipeline, name).unwrap();
    release(&service.pipeline, &*service.journal, &service.lake, dataset, at(at_time), &|_| {}).await.unwrap()
}

async fn post(service: &Service, token: Option<&str>) -> Answer {
    let mut request = Request::post("/datasets/air-hourly/releases");
    if let Some(token) = token {
        request = request.header("authorization", token);
    }
    service.ask(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_release_can_be_listed_fetched_and_checked() {
    let service = service().await;
    for (token, status) in [(None, 401), (Some("Bearer one"), 401), (Some("Basic all"), 401), (Some("bearer all"), 201)]
    {
        let answer = post(&service, token).await;
        assert_eq!(answer.status, status, "{token:?}");
    }
    assert_eq!(post(&service, Some("Bearer all")).await.status, 200, "nothing changed");

    let list = service.get_with("/datasets", &[("accept", "application/json")]).await.json();
    let ids: Vec<&Value> = list["datasets"].as_array().unwrap().iter().map(|dataset| &dataset["id"]).collect();
    assert_eq!(
        ids,
        [
            "air-hourly",
            "air-daily",
            "air-index",
            "water",
            "water-class",
            "noise",
            "noise-limit",
            "gaps",
            "forecast",
            "forecast-days",
            "forecast-scores",
            "stations"
        ]
    );
    let dataset = &list["datasets"][0];
    let latest = dataset["latest"].as_str().unwrap();
    assert_eq!((&dataset["releases"], &dataset["rows"]), (&json!([latest]), &json!(6)));
    let one = service.get_with("/datasets/air-hourly", &[("accept", "application/json")]).await.json();
    assert_eq!(&one["datasets"][0], dataset);

    let package = service.get(&format!("/datasets/air-hourly/releases/{latest}/datapackage.json")).await;
    assert_eq!(package.header("cache-control"), "public, max-age=31536000, immutable");
    let resources = package.json()["resources"].as_array().unwrap().clone();
    let parts = ["year=2026/month=10", "year=2026/month=10", "year=2026/month=11", "year=2026/month=11"];
    assert_eq!(resources.len(), parts.len());
    for (place, (resource, month)) in resources.iter().zip(parts).enumerate() {
        let path = resource["path"].as_str().unwrap();
        assert!(path.starts_with(month) && path.ends_with([".parquet", ".csv.gz"][place % 2]), "{path}");
        let file = service.get(&format!("/datasets/air-hourly/releases/{latest}/{path}")).await;
        let hash: String = Sha256::digest(&file.body).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(resource["hash"], format!("sha256:{hash}"));
        assert_eq!(resource["bytes"], file.body.len());
        assert_eq!(file.header("etag"), format!("\"{hash}\""));
        assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
    }
    let moved = service.get("/datasets/air-hourly/releases/latest/datapackage.json").await;
    assert_eq!(moved.status, 307);
    assert_eq!(moved.header("location"), format!("/datasets/air-hourly/releases/{latest}/datapackage.json"));
}

#[tokio::test]
async fn files_are_served_in_ranges() {
    let service = service().await;
    let Outcome::Made(made) = make(&service, "air-hourly", "2026-11-25T01:00:00Z").await else { panic!("no release") };
    let uri = format!("/datasets/air-hourly/releases/{}/{}", made.id, made.resources[0].path);
    let whole = service.get(&uri).await;
    let bytes = whole.body.len();
    assert_eq!((whole.header("accept-ranges"), whole.header("content-length")), ("bytes", bytes.to_string().as_str()));
    let part = service.get_with(&uri, &[("range", "bytes=4-9"), ("accept-encoding", "gzip")]).await;
    assert_eq!((part.status.as_u16(), &part.body[..]), (206, &whole.body[4..10]));
    assert_eq!(part.header("content-range"), format!("bytes 4-9/{bytes}"));
    assert_eq!(part.header("content-encoding"), "");
    let tail = service.get_with(&uri, &[("range", "bytes=-4"), ("if-range", whole.header("etag"))]).await;
    assert_eq!((tail.status.as_u16(), &tail.body[..]), (206, &b"PAR1"[..]));
    let changed = service.get_with(&uri, &[("range", "bytes=-4"), ("if-range", "\"other\"")]).await;
    assert_eq!((changed.status.as_u16(), changed.body.len()), (200, bytes));
    let beyond = service.get_with(&uri, &[("range", &format!("bytes={bytes}-"))]).await;
    assert_eq!((beyond.status.as_u16(), beyond.header("content-range")), (416, format!("bytes */{bytes}").as_str()));
    assert_eq!(beyond.header("content-type"), "application/problem+json");
    let known = service.get_with(&uri, &[("if-none-match", whole.header("etag"))]).await;
    assert_eq!((known.status.as_u16(), known.body.len()), (304, 0));
    let outside = service.get(&format!("/datasets/air-hourly/releases/{}/../../current.json", made.id)).await;
    assert_eq!(outside.status, 404);
}

#[tokio::test]
async fn a_correction_rewrites_its_month_and_no_other() {
    let service = service().await;
    let Outcome::Made(first) = make(&service, "air-hourly", "2026-11-25T01:00:00Z").await else { panic!("no release") };
    service.journal.publish(vec![hour("S1", "pm25", "2026-10-31T17:00:00Z", 99.0).into()], None).await.unwrap();
    let Outcome::Made(second) = make(&service, "air-hourly", "2026-11-25T02:00:00Z").await else {
        panic!("no release")
    };
    assert_eq!(first.resources[..2], second.resources[..2]);
    assert_ne!(first.resources[2].hash, second.resources[2].hash);
    assert_ne!(first.resources[3].hash, second.resources[3].hash);
    // The same as a release that starts from nothing.
    let fresh = tempfile::tempdir().unwrap();
    let lake = limpid_store::Lake::local(fresh.path()).unwrap();
    let dataset = &Dataset::parse(&service.pipeline, "air-hourly").unwrap();
    let now = at("2026-11-25T03:00:00Z");
    let anew = release(&service.pipeline, &*service.journal, &lake, dataset, now, &|_| {}).await.unwrap();
    let Outcome::Made(anew) = anew else { panic!("no release") };
    assert_eq!(anew.resources, second.resources);
    // The first release is still what it was.
    let uri = format!("/datasets/air-hourly/releases/{}/{}", first.id, first.resources[2].path);
    assert_eq!(service.get(&uri).await.status, 200);
    service.journal.publish(vec![hour("W1", "ph", "2026-10-31T17:00:00Z", 8.0).into()], None).await.unwrap();
    assert!(matches!(make(&service, "air-hourly", "2026-11-25T04:00:00Z").await, Outcome::Unchanged(_)));
}

fn unpacked(bytes: &[u8]) -> String {
    std::io::read_to_string(flate2::read::GzDecoder::new(bytes)).unwrap()
}

#[tokio::test]
async fn csv_holds_the_same_rows_and_is_served_packed_and_unpacked() {
    let service = service().await;
    let Outcome::Made(made) = make(&service, "air-hourly", "2026-11-25T01:00:00Z").await else { panic!("no release") };
    let uri = format!("/datasets/air-hourly/releases/{}/{}", made.id, made.resources[3].path);
    let packed = service.get_with(&uri, &[("accept-encoding", "gzip, br")]).await;
    assert_eq!((packed.header("content-type"), packed.header("content-encoding")), ("application/gzip", ""));
    let text = unpacked(&packed.body);
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert!(lines[0].starts_with("station,parameter,period,start,end,value,unit,flag,"), "{}", lines[0]);
    assert!(lines[2].starts_with(
        "S1,pm25,PT1H,2026-11-01T00:00:00+08:00,2026-11-01T01:00:00+08:00,3.5,ug/m3,1,provisional,1,mean,"
    ));
    assert!(lines[2].ends_with(",,,,,,false") && lines.len() == 4 && lines[3].is_empty(), "{lines:?}");

    let plain = uri.strip_suffix(".gz").unwrap();
    let whole = service.get(plain).await;
    assert_eq!((whole.text(), whole.header("content-encoding")), (text.as_str(), ""));
    assert!(whole.header("content-type").starts_with("text/csv"));
    let coded = service.get_with(plain, &[("accept-encoding", "br, gzip")]).await;
    assert_eq!((coded.header("content-encoding"), &coded.body), ("gzip", &packed.body));
    let refused = service.get_with(plain, &[("accept-encoding", "gzip;q=0")]).await;
    assert_eq!((refused.text(), refused.header("content-encoding")), (text.as_str(), ""));
    assert_eq!(service.get_with(plain, &[("if-none-match", whole.header("etag"))]).await.status, 304);
}

#[tokio::test]
async fn an_export_can_be_read_back() {
    let service = service().await;
    let out = tempfile::tempdir().unwrap();
    let none = export(&service.lake, &service.pipeline, "air-hourly", out.path()).await;
    assert!(matches!(none, Err(PublishError::NoRelease { .. })));
    let wrong = export(&service.lake, &service.pipeline, "air-hurly", out.path()).await.unwrap_err();
    assert!(wrong.to_string().contains("air-hourly, air-daily"), "{wrong}");

    let releases =
        release_all(service.pipeline.clone(), service.journal.clone(), service.lake.clone(), &|_| {}).await.unwrap();
    // Air's three, the values of water, and the registry: what has no rows has no release.
    assert_eq!(releases.len(), 5);
    let exported = export(&service.lake, &service.pipeline, "air-hourly", out.path()).await.unwrap();
    // Two months twice, long.csv, seven documents and the manifest.
    assert_eq!(exported.files.len(), 13);
    let long = std::fs::read_to_string(out.path().join("long.csv")).unwrap();
    assert_eq!(
        long,
        "station,parameter,start,period,value,unit,flag\n\
         S1,co,2026-10-31T22:00:00+08:00,PT1H,0.15,mg/m3,\n\
         S1,co,2026-10-31T23:00:00+08:00,PT1H,0.25,mg/m3,\n\
         S1,pm25,2026-10-31T22:00:00+08:00,PT1H,1.5,ug/m3,N\n\
         S1,pm25,2026-10-31T23:00:00+08:00,PT1H,2.5,ug/m3,4\n\
         S1,co,2026-11-01T00:00:00+08:00,PT1H,0.35,mg/m3,\n\
         S1,pm25,2026-11-01T00:00:00+08:00,PT1H,3.5,ug/m3,\n"
    );
    let mut sums = std::process::Command::new("sha256sum");
    sums.args(["--check", "--quiet", "--strict", "SHA256SUMS"]).current_dir(out.path());
    assert!(sums.status().unwrap().success(), "SHA256SUMS names files that differ");
    let package: Value = serde_json::from_slice(&std::fs::read(out.path().join("datapackage.json")).unwrap()).unwrap();
    for resource in package["resources"].as_array().unwrap() {
        let bytes = std::fs::read(out.path().join(resource["path"].as_str().unwrap())).unwrap();
        assert_eq!(resource["bytes"], bytes.len());
    }
}

#[tokio::test]
async fn the_manifest_explains_itself() {
    let service = service().await;
    let Outcome::Made(made) = make(&service, "air-index", "2026-11-25T01:00:00Z").await else { panic!("no release") };
    let package = made.package;
    assert_eq!(package["licenses"][0]["name"], "CC-BY-4.0");
    assert!(package["description"].as_str().unwrap().contains("simulated"));
    let fields = package["resources"][0]["schema"]["fields"].as_array().unwrap().clone();
    assert!(fields.iter().all(|field| !field["description"].as_str().unwrap().is_empty()));
    let kind = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap()["type"].clone();
    assert_eq!(
        (kind("scheme"), kind("start"), kind("revision")),
        ("string".into(), "datetime".into(), "integer".into())
    );
    assert_eq!(kind("index"), "number", "it may be null, which readers make NaN");
    assert_eq!(package["resources"][0]["schema"]["primaryKey"], json!(["station", "scheme", "period", "start"]));
}

#[tokio::test]
async fn without_data_there_is_no_release() {
    let service = Service::with(county()).await;
    assert!(matches!(make(&service, "air-hourly", "2026-11-25T01:00:00Z").await, Outcome::Empty), "no readings yet");
    let answer = post(&service, Some("Bearer all")).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (409, "application/problem+json"));
    let page = service.get("/datasets/air-hourly?lang=en").await;
    assert!(page.text().contains("There is no release yet."));
}
