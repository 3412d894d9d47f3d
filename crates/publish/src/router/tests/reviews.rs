//! Decisions of reviewers, taken and listed.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::testing::{Answer, PIPELINE, STATIONS, Service};

fn tokens() -> (String, String) {
    ("a".repeat(64), "b".repeat(64))
}

/// A service with Li, who decides about everything, and Wang, who decides about another station.
async fn service() -> Service {
    let (li, wang) = tokens();
    let reviewers = format!(
        "\n[[reviewer]]\nname = \"Li\"\nhash = \"{li}\"\n[[reviewer]]\nname = \"Wang\"\nhash = \"{wang}\"\nstation = \"X9\"\n"
    );
    Service::of(&format!("{PIPELINE}{reviewers}"), STATIONS, Vec::new()).await
}

async fn post(service: &Service, token: &str, body: &Value) -> Answer {
    let request = Request::post("/api/v1/reviews")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::from(body.to_string()))
        .unwrap();
    service.ask(request).await
}

/// A decision about the second hour of a day long gone, with these fields in place of its own.
fn decision(service: &Service, fields: Value) -> Value {
    let station = service.pipeline.stations.iter().next().unwrap();
    let mut body = json!({
        "station": station.id, "parameters": ["pm25"], "from": "2026-10-01T08:00:00+08:00",
        "to": "2026-10-01T09:00:00+08:00", "decision": "accept", "reason": " looked at the chart "
    });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn a_decision_is_kept_and_listed_with_who_when_and_why() {
    let service = service().await;
    let (li, _) = tokens();
    let answer = post(&service, &li, &decision(&service, json!({"decision": "correct", "factor": 0.5}))).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    let item = answer.json();
    assert_eq!((&item["who"], &item["reason"], &item["id"]), (&"Li".into(), &"looked at the chart".into(), &1.into()));
    assert_eq!((&item["factor"], &item["offset"], &item["decision"]), (&0.5.into(), &0.0.into(), &"correct".into()));
    assert_eq!(item["from"], "2026-10-01T08:00:00+08:00");
    assert!(item["at"].as_str().unwrap().ends_with("+08:00"), "{item}");
    post(&service, &li, &decision(&service, json!({"decision": "event", "parameters": []}))).await;
    let all = service.get("/api/v1/reviews").await.json();
    assert_eq!((all["items"].as_array().unwrap().len(), &all["items"][0]), (2, &item));
    assert_eq!(all["next"], Value::Null);
    let after = service.get("/api/v1/reviews?after=1&from=2026-10-01").await.json();
    assert_eq!(after["items"][0]["decision"], "event");
    assert_eq!(after["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn only_reviewers_decide_and_only_about_their_stations() {
    let service = service().await;
    let (_, wang) = tokens();
    for (token, status) in [("", 401), ("all", 401), (wang.as_str(), 403)] {
        let answer = post(&service, token, &decision(&service, json!({}))).await;
        assert_eq!(answer.status.as_u16(), status, "{token}: {}", answer.text());
    }
    assert_eq!(service.get("/api/v1/reviews").await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_decision_that_cannot_be_understood_names_its_field_and_keeps_nothing() {
    let service = service().await;
    let (li, _) = tokens();
    for (fields, field) in [
        (json!({"station": "nowhere"}), "station"),
        (json!({"parameters": ["phlogiston"]}), "parameters"),
        (json!({"from": "2026-10-01T08:30:00+08:00"}), "from"),
        (json!({"from": "yesterday"}), "from"),
        (json!({"to": "2026-10-01T08:00:00+08:00"}), "to"),
        (json!({"from": "2024-10-01T08:00:00+08:00"}), "to"),
        (json!({"to": "2036-10-01T08:00:00+08:00", "from": "2036-10-01T07:00:00+08:00"}), "to"),
        (json!({"decision": "approve"}), "decision"),
        (json!({"factor": 2}), "factor"),
        (json!({"decision": "correct"}), "factor"),
        (json!({"reason": " "}), "reason"),
        (json!({"resaon": "x"}), "body"),
        (json!({"reason": 7}), "body"),
    ] {
        let answer = post(&service, &li, &decision(&service, fields.clone())).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["field"]), (422, &field.into()), "{fields}");
    }
    assert_eq!(service.get("/api/v1/reviews").await.json()["items"], json!([]));
    post(&service, &li, &decision(&service, json!({"decision": "finalise"}))).await;
    let late = post(&service, &li, &decision(&service, json!({}))).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());
}
