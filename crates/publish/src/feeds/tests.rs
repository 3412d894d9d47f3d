//! Feeds as a reader gets them.

use axum::body::Body;
use axum::http::Request;

use crate::testing::{Service, county};

#[tokio::test]
async fn a_station_that_is_current_has_an_entry_and_one_that_is_not_has_none() {
    let service = Service::with(county()).await;
    let feed = service.get_with("/feeds/air.atom?lang=en", &[("host", "example.org")]).await;
    assert_eq!((feed.status.as_u16(), feed.header("content-type")), (200, "application/atom+xml"));
    let text = feed.text();
    assert_eq!(text.matches("<entry>").count(), 1, "S2 is stale, S3 has nothing: {text}");
    assert!(text.contains("<title>Station One: moderate 89</title>"), "{text}");
    assert!(text.contains("<id>tag:changning.limpid.invalid,2026:station:S1</id>"), "{text}");
    assert!(text.contains("href=\"http://example.org/stations/S1\""), "{text}");
    assert!(text.contains("PM2.5 66 µg/m³") || text.contains("PM2.5 66"), "{text}");
    let tag = feed.header("etag");
    let known = service.get_with("/feeds/air.atom?lang=en", &[("host", "example.org"), ("if-none-match", tag)]).await;
    assert_eq!(known.status, 304);
    assert!(service.get("/feeds/water.atom").await.text().contains("xml:lang=\"zh-CN\""));
    assert_eq!(service.get("/feeds/noise.atom").await.text().matches("<entry>").count(), 0);
    assert_eq!(service.get("/feeds/soil.atom").await.status, 404);
    assert_eq!(service.get("/feeds/air.atom?lang=fr").await.status, 400);
}

#[tokio::test]
async fn a_release_has_an_entry() {
    let service = Service::with(county()).await;
    let made = Request::post("/datasets/stations/releases").header("authorization", "Bearer all");
    let made = service.ask(made.body(Body::empty()).unwrap()).await.json();
    let release = made["datasets"][0]["latest"].as_str().unwrap();
    let feed = service.get("/feeds/releases.atom?lang=en").await;
    assert!(feed.text().contains(&format!("<title>Stations {release}</title>")), "{}", feed.text());
    assert!(feed.text().contains(&format!("/datasets/stations/releases/{release}/datapackage.json")));
}
