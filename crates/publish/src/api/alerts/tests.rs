//! Alerts as they are taken in, listed, shown, and let go.

use axum::body::Body;
use axum::http::Request;
use chrono::Duration;
use serde_json::{Value, json};

use crate::testing::{Answer, NOW, PIPELINE, STATIONS, Service, at, county};

const TOKEN: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const OTHER: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

async fn service(authority: &str) -> Service {
    let pipeline = format!(
        "{PIPELINE}authority = \"{authority}\"\n[alerts]\nsender = \"epb.example\"\n[[reviewer]]\nname = \"值班\"\nhash = \"{TOKEN}\"\nalerts = true\n[[reviewer]]\nname = \"李伟\"\nhash = \"{OTHER}\"\n"
    );
    Service::of(&pipeline, STATIONS, county()).await
}

fn cap(identifier: &str, message: &str, references: &str, more: &str) -> String {
    let references =
        if references.is_empty() { String::new() } else { format!("<references>prov,{references},2026</references>") };
    format!(
        "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>{identifier}</identifier><sender>prov</sender>\
         <sent>2026-11-25T09:00:00+08:00</sent><status>Actual</status><msgType>{message}</msgType><scope>Public</scope>{references}\
         <info><language>zh-CN</language><category>Env</category><event>重污染天气</event><urgency>Expected</urgency>\
         <severity>Severe</severity><certainty>Likely</certainty>{more}<senderName>某省</senderName>\
         <headline>橙色预警 &lt;script&gt;</headline><instruction>减少外出</instruction>\
         <area><areaDesc>示例县</areaDesc></area></info></alert>"
    )
}

fn expires(hours: i64) -> String {
    format!("<expires>{}</expires>", (at(NOW) + Duration::hours(hours)).to_rfc3339())
}

async fn post(service: &Service, token: &str, media_type: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post("/api/v1/alerts")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", media_type)
        .body(body.into())
        .unwrap();
    service.ask(request).await
}

async fn relay(service: &Service, document: &str) -> Answer {
    post(service, TOKEN, "application/cap+xml; charset=utf-8", document.to_owned()).await
}

async fn states(service: &Service) -> Vec<(String, String)> {
    let items = service.get("/api/v1/alerts").await.json()["items"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    items.as_array().unwrap().iter().map(|item| (text(&item["identifier"]), text(&item["state"]))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[tokio::test]
async fn an_alert_of_others_is_passed_on_as_it_came_and_shown_while_it_holds() {
    let service = service("county").await;
    let document = cap("A1", "Alert", "", &expires(3));
    let taken = relay(&service, &document).await;
    assert_eq!((taken.status.as_u16(), taken.json()["state"].as_str()), (201, Some("active")), "{}", taken.text());
    assert_eq!(taken.header("location"), "/alerts/1.cap.xml");
    let got = service.get("/alerts/1.cap.xml").await;
    assert_eq!((got.body.as_slice(), got.header("content-type")), (document.as_bytes(), "application/cap+xml"));
    assert_eq!(relay(&service, &document).await.status, 200, "the same again");
    let other = relay(&service, &document.replace("减少外出", "照常")).await;
    assert_eq!((other.status.as_u16(), other.json()["type"].as_str()), (409, Some("/problems/conflict")));

    for page in ["/", "/stations/S1", "/embed/station/S1", "/status"] {
        let page = service.get(&format!("{page}?lang=zh")).await;
        assert!(page.text().contains("橙色预警 &lt;script&gt;") && page.text().contains("某省"), "{}", page.text());
    }
    service.set_now(at(NOW) + Duration::hours(3));
    assert!(!service.get("/?lang=zh").await.text().contains("橙色预警"), "what has expired is no warning");
    assert_eq!(states(&service).await, pairs(&[("A1", "expired")]));
    assert!(service.get("/alerts?lang=zh").await.text().contains("已过期"));
    let feed = service.get("/feeds/alerts.atom?lang=en").await;
    assert!(feed.text().contains("/alerts/1.cap.xml") && feed.text().contains("(over)"), "{}", feed.text());
}

#[tokio::test]
async fn an_update_and_a_cancellation_take_the_place_of_the_earlier_one() {
    let service = service("county").await;
    relay(&service, &cap("A1", "Alert", "", &expires(9))).await;
    relay(&service, &cap("T1", "Alert", "", &expires(9)).replace("Actual", "Exercise")).await;
    relay(&service, &cap("A2", "Update", "A1", &expires(9))).await;
    let expected = [("A2", "active"), ("T1", "test"), ("A1", "updated")];
    assert_eq!(states(&service).await, pairs(&expected));
    relay(&service, &cap("A3", "Cancel", "A2", "")).await;
    let expected = [("A3", "cancelled"), ("A2", "cancelled"), ("T1", "test"), ("A1", "updated")];
    assert_eq!(states(&service).await, pairs(&expected));
    assert!(!service.get("/?lang=zh").await.text().contains("橙色预警"), "neither cancelled nor an exercise");
    let active = service.get("/api/v1/alerts?state=active").await.json();
    assert_eq!(active["items"], json!([]));
    let page = service.get("/api/v1/alerts?before=3").await.json();
    assert_eq!((page["items"][0]["id"].as_u64(), &page["next"]), (Some(2), &Value::Null));
}

#[tokio::test]
async fn only_who_may_brings_alerts_and_what_is_wrong_is_named() {
    let service = service("county").await;
    let document = cap("A1", "Alert", "", "");
    assert_eq!(post(&service, "x", "application/cap+xml", document.clone()).await.status, 401);
    assert_eq!(post(&service, OTHER, "application/cap+xml", document.clone()).await.status, 403);
    assert_eq!(post(&service, TOKEN, "text/plain", document.clone()).await.status, 415);
    let wrong = relay(&service, &document.replace("Severe", "Orange")).await;
    assert_eq!((wrong.status.as_u16(), wrong.json()["field"].as_str()), (422, Some("severity")));
    assert!(wrong.json()["allowed"].as_array().unwrap().contains(&json!("Extreme")));
    assert_eq!(service.get("/alerts/9.cap.xml").await.status, 404);
    assert_eq!(states(&service).await, pairs(&[]), "nothing was kept");
}

fn own(more: Value) -> String {
    let text = |zh: &str, en: &str| json!({ "zh": zh, "en": en });
    let mut alert = json!({
        "event": text("臭氧污染", "ozone"), "urgency": "Expected", "severity": "Moderate", "certainty": "Likely",
        "expires": "2026-11-25T20:00:00+08:00", "headline": text("黄色预警", "yellow alert"),
        "description": text("说明", "about"), "area": text("示例县", "Example County"),
    });
    alert.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    alert.to_string()
}

#[tokio::test]
async fn a_county_may_not_warn_and_is_told_the_law() {
    let service = service("county").await;
    let refused = post(&service, TOKEN, "application/json", own(json!({}))).await;
    assert_eq!((refused.status.as_u16(), refused.json()["type"].as_str()), (403, Some("/problems/remit")));
    assert!(refused.json()["detail"].as_str().unwrap().contains("articles 95 and 121"), "{}", refused.text());
}

#[tokio::test]
async fn a_city_warns_updates_and_cancels_by_identifier() {
    let service = service("city").await;
    let send = async |more: Value| post(&service, TOKEN, "application/json", own(more)).await;
    let first = send(json!({})).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let identifier = first.json()["identifier"].clone();
    assert!(service.get("/?lang=en").await.text().contains("yellow alert"));
    for (more, field) in [
        (json!({ "message": "Update" }), "references"),
        (json!({ "message": "Cancel", "references": ["nobody's"] }), "references"),
        (json!({ "references": [identifier] }), "references"),
        (json!({ "headline": { "zh": "只有中文" } }), "headline"),
        (json!({ "expires": "2026-11-25T08:00:00+08:00" }), "expires"),
        (json!({ "severity": "Yellow" }), "severity"),
        (json!({ "web": "javascript:1" }), "web"),
        (json!({ "colour": "yellow" }), "body"),
    ] {
        let refused = send(more).await;
        assert_eq!(
            (refused.status.as_u16(), refused.json()["field"].as_str()),
            (422, Some(field)),
            "{}",
            refused.text()
        );
    }
    let cancel =
        send(json!({ "message": "Cancel", "references": [identifier], "headline": { "zh": "解除", "en": "lifted" } }));
    let cancel = cancel.await;
    assert_eq!(cancel.json()["references"], json!([identifier]), "{}", cancel.text());
    assert!(!service.get("/?lang=en").await.text().contains("yellow alert"));
    let document = service.get(cancel.json()["cap"].as_str().unwrap()).await;
    assert!(document.text().contains(&format!("epb.example,{},", identifier.as_str().unwrap())), "{}", document.text());
}
