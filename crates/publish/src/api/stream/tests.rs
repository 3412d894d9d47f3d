//! Streams as clients see them.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures::StreamExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::testing::{Service, county, hour};

/// An open stream, read event by event.
struct Reader {
    body: axum::body::BodyDataStream,
    text: String,
}

impl Reader {
    async fn open(service: &Service, last: Option<&str>) -> Self {
        Self::of(service, "/api/v1/stream", last).await
    }

    async fn of(service: &Service, uri: &str, last: Option<&str>) -> Self {
        let mut request = Request::get(uri);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = service.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event with data: its id, name and data.
    async fn next(&mut self) -> Option<(u64, String, Value)> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let start = format!("{name}: ");
                    event.lines().find_map(|line| line.strip_prefix(&start)).map(str::to_owned)
                };
                let found = field("data").map(|data| {
                    let id = field("id").unwrap().parse().unwrap();
                    (id, field("event").unwrap(), serde_json::from_str(&data).unwrap())
                });
                self.text = rest.to_owned();
                if found.is_some() {
                    return found;
                }
            }
            let wait = tokio::time::timeout(Duration::from_secs(30), self.body.next());
            let piece = wait.await.expect("an event or the end")?.unwrap();
            self.text.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }
}

#[tokio::test]
async fn what_is_published_is_pushed_as_the_api_shows_it() {
    let service = Service::with(county()).await;
    let mut reader = Reader::open(&service, None).await;
    let published =
        service.journal.publish(vec![hour("S1", "pm25", "2026-11-25T02:00:00Z", 71.0).into()], None).await.unwrap();
    let (id, name, data) = reader.next().await.unwrap();
    assert_eq!((id, name.as_str()), (published[0].seq, "observation"), "nothing from before the stream was opened");
    let uri = "/api/v1/observations?station=S1&parameter=pm25&from=2026-11-25T09:00:00%2B08:00&to=2026-11-26";
    assert_eq!(data, service.get(uri).await.json()["items"][0]);
}

#[tokio::test]
async fn a_client_that_comes_back_gets_what_it_missed_and_nothing_twice() {
    let service = Service::with(county()).await;
    let all = service.journal.published_tail(0, 1000).await.unwrap();
    let seen = all[3].seq;
    let mut reader = Reader::open(&service, Some(&seen.to_string())).await;
    let live = service.journal.publish(vec![hour("S1", "o3", "2026-11-25T02:00:00Z", 1.0).into()], None).await.unwrap();
    let wanted: Vec<u64> = all[4..].iter().chain(&live).map(|published| published.seq).collect();
    let mut found = Vec::new();
    let mut names = Vec::new();
    while found.len() < wanted.len() {
        let (id, name, _) = reader.next().await.unwrap();
        found.push(id);
        names.push(name);
    }
    assert_eq!(found, wanted);
    assert!(names.iter().all(|name| name == "observation" || name == "assessment"));
}

#[tokio::test]
async fn a_slow_client_is_late_and_loses_nothing() {
    let service = Service::with(Vec::new()).await;
    let mut reader = Reader::open(&service, Some("0")).await;
    // More than the shared channel holds, published before the client reads anything.
    let mut wanted = 0;
    for n in 0..super::CHANNEL / 1000 + 2 {
        let values = (0..1000).map(|value| hour("S1", "pm25", &end(n * 1000 + value), value as f64).into());
        wanted += service.journal.publish(values.collect(), None).await.unwrap().len();
    }
    let zone = service.pipeline.publisher.zone;
    let newest = zone.format(crate::testing::at(&end(wanted - 1)));
    service.until("/api/v1/latest?station=S1", |answer| answer.json()["items"][0]["end"] == newest).await;
    let mut last = 0;
    for n in 0..wanted {
        let (id, _, _) = reader.next().await.unwrap();
        assert!(id > last, "event {n}: {id} after {last}");
        last = id;
    }
    assert_eq!(last, *service.journal.published().borrow());
}

fn end(n: usize) -> String {
    (crate::testing::at("2020-01-01T01:00:00Z") + chrono::Duration::hours(n as i64)).to_rfc3339()
}

#[tokio::test]
async fn a_stream_ends_when_the_service_stops() {
    let service = Service::with(county()).await;
    let mut reader = Reader::open(&service, None).await;
    service.stop.cancel();
    assert!(reader.next().await.is_none());
}

#[tokio::test]
async fn an_id_that_is_none_is_refused_and_one_from_elsewhere_is_told_so() {
    let service = Service::with(county()).await;
    let refused = service.get_with("/api/v1/stream", &[("last-event-id", "abc")]).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["field"]), (400, &serde_json::json!("Last-Event-ID")));
    let mut reader = Reader::open(&service, Some("999999999")).await;
    let (_, name, data) = reader.next().await.unwrap();
    assert_eq!((name.as_str(), &data["reason"]), ("reset", &"unknown".into()));
    let value = hour("S1", "pm25", "2026-11-25T02:00:00Z", 71.0);
    let published = service.journal.publish(vec![value.into()], None).await.unwrap();
    assert_eq!(reader.next().await.unwrap().0, published[0].seq);
}

#[tokio::test]
async fn the_first_thing_sent_says_when_to_come_back() {
    let service = Service::with(Vec::new()).await;
    let request = Request::get("/api/v1/stream").body(Body::empty()).unwrap();
    let mut body = service.router.clone().oneshot(request).await.unwrap().into_body().into_data_stream();
    let hello = body.next().await.unwrap().unwrap();
    assert!(std::str::from_utf8(&hello).unwrap().contains("retry: 3000"));
}

#[tokio::test]
async fn a_forecast_has_its_place_among_what_is_published() {
    let service = Service::with(county()).await;
    let mut reader = Reader::open(&service, None).await;
    // The reader is there once something came.
    let publish = async |value| {
        let record = hour("S1", "pm25", "2026-11-25T02:00:00Z", value);
        service.journal.publish(vec![record.into()], None).await.unwrap()
    };
    publish(77.0).await;
    let (id, ..) = reader.next().await.unwrap();
    let forecast = crate::testing::forecast("S1");
    service.journal.keep_forecasts(vec![forecast]).await.unwrap();
    let (at, name, data) = reader.next().await.unwrap();
    assert_eq!((at, name.as_str()), (id + 1, "forecast"));
    assert_eq!((&data["issue"], &data["items"][0]["station"]), (&1.into(), &"S1".into()));
    publish(78.0).await;
    let (next, name, _) = reader.next().await.unwrap();
    assert_eq!((next, name.as_str()), (id + 2, "observation"));
    // Who comes back gets the same.
    let mut again = Reader::open(&service, Some(&id.to_string())).await;
    assert_eq!(again.next().await.unwrap(), (at, "forecast".to_owned(), data));
    assert_eq!(again.next().await.unwrap().0, next);
}

#[tokio::test]
async fn what_cannot_be_told_any_more_begins_with_a_reset() {
    let service = Service::with(county()).await;
    let newest = *service.journal.logged().borrow();
    service.app.floor.store(5, std::sync::atomic::Ordering::Release);
    let mut reader = Reader::open(&service, Some("4")).await;
    let (id, name, data) = reader.next().await.unwrap();
    assert_eq!((id, name.as_str()), (newest, "reset"));
    assert_eq!(data, serde_json::json!({ "reason": "expired", "asked": 4, "oldest": 5, "newest": newest }));
    let mut reader = Reader::open(&service, Some("5")).await;
    assert_eq!(reader.next().await.unwrap().0, 6);
}

#[tokio::test]
async fn a_client_gets_the_events_and_stations_that_it_asks_for() {
    let service = Service::with(county()).await;
    let refused = service.get("/api/v1/stream?event=levels").await;
    assert_eq!((refused.status.as_u16(), &refused.json()["field"]), (400, &serde_json::json!("event")));
    assert!(refused.text().contains("observation"), "{}", refused.text());
    let mut reader = Reader::of(&service, "/api/v1/stream?event=observation,forecast&station=W1", Some("0")).await;
    let publish = async |station, value| {
        let record = hour(station, "ph", "2026-11-25T02:00:00Z", value);
        service.journal.publish(vec![record.into()], None).await.unwrap()
    };
    publish("S1", 7.0).await;
    publish("W1", 7.1).await;
    for parameter in ["ph", "nh3n", "ph"] {
        let (_, name, data) = reader.next().await.unwrap();
        assert_eq!(
            (name.as_str(), &data["station"], &data["parameter"]),
            ("observation", &"W1".into(), &parameter.into())
        );
    }
}
