//! The router without sockets, in front of a real journal.

mod answers;
mod conformance;
mod faults;
mod limits;
mod ndjson;
mod rate;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

const UPLOAD: &str = "/api/v1/submissions";

/// An answer, read whole.
pub(super) struct Got {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    pub(super) body: Value,
}

impl Got {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts a problem of this status, and gives its `field`.
    pub(super) fn problem(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["status"], status);
        for member in ["type", "title", "detail"] {
            assert!(self.body[member].as_str().is_some_and(|text| !text.is_empty()), "{member} in {}", self.body);
        }
        self.body["field"].as_str().unwrap_or("")
    }

    /// Asserts a receipt, and gives its counts: stored, same, corrected, quarantined, rejected.
    fn counts(&self) -> [u64; 5] {
        assert_eq!(self.status, 201, "{}", self.body);
        ["stored", "same", "corrected", "quarantined", "rejected"]
            .map(|word| self.body["counts"][word].as_u64().unwrap())
    }
}

pub(super) async fn send(router: &Router, request: Request<Body>) -> Got {
    read(router.clone().oneshot(request).await.unwrap()).await
}

async fn read(answer: Response) -> Got {
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Got { status: parts.status, headers: parts.headers, body }
}

/// An upload with the token `secret` and more headers.
fn upload(secret: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::post(UPLOAD).header("authorization", format!("Bearer {secret}"));
    if !headers.iter().any(|(name, _)| *name == "content-type") {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).unwrap()
}

async fn post(router: &Router, secret: &str, body: impl Into<Body>) -> Got {
    send(router, upload(secret, &[], body)).await
}

async fn get(router: &Router, secret: &str, path: &str) -> Got {
    let request = Request::get(path).header("authorization", format!("Bearer {secret}"));
    send(router, request.body(Body::empty()).unwrap()).await
}

/// One good reading of `station`: PM2.5 in the hour from 08:00, Beijing time.
fn one(station: &str, value: &str) -> String {
    format!(
        r#"{{"station":"{station}","readings":[{{"parameter":"pm25","start":"2026-11-25T08:00:00+08:00","period":"PT1H","value":{value},"unit":"ug/m3","flag":"N"}}]}}"#
    )
}
