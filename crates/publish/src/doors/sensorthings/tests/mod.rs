//! What clients of the standard are answered.

mod conformance;
mod lists;

use limpid_model::{Period, Record, Statistic};
use serde_json::Value;

use crate::testing::{Service, at, hour, value_of};

/// 30 hours of PM2.5 and of CO at S1, a day's largest eight hours of ozone, an hour of a river.
async fn service() -> Service {
    let mut records: Vec<Record> = Vec::new();
    for number in 0..30 {
        let end = at("2026-11-23T17:00:00Z") + chrono::Duration::hours(number);
        let end = end.to_rfc3339();
        records.push(hour("S1", "pm25", &end, 20.0 + number as f64).into());
        records.push(hour("S1", "co", &end, 0.5).into());
    }
    let day = value_of("S1", "o3", Period::Day, "2026-11-24T16:00:00Z", 131.0);
    records.push(limpid_model::Observation { statistic: Statistic::Max8h, ..day }.into());
    records.push(hour("W1", "ph", "2026-11-25T00:00:00Z", 7.84).into());
    Service::with(records).await
}

/// A path with a query that is percent-encoded here.
fn uri(path: &str, options: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        options.iter().map(|(name, value)| format!("{name}={}", crate::api::query::escape(value))).collect();
    if pairs.is_empty() { format!("/sta/v1.1{path}") } else { format!("/sta/v1.1{path}?{}", pairs.join("&")) }
}

async fn ask(service: &Service, path: &str, options: &[(&str, &str)]) -> Value {
    let uri = uri(path, options);
    let answer = service.get(&uri).await;
    assert_eq!(answer.status, 200, "{uri}: {}", answer.text());
    answer.json()
}

async fn refused(service: &Service, path: &str, options: &[(&str, &str)]) -> (u16, Value) {
    let answer = service.get(&uri(path, options)).await;
    (answer.status.as_u16(), answer.json())
}

/// Ids of what is listed.
fn ids(list: &Value) -> Vec<&str> {
    list["value"].as_array().unwrap().iter().map(|one| one["@iot.id"].as_str().unwrap()).collect()
}

/// Every entity of a list, page by page.
async fn all(service: &Service, path: &str, options: &[(&str, &str)]) -> Vec<Value> {
    let (mut found, mut next) = (Vec::new(), Some(uri(path, options)));
    while let Some(uri) = next {
        let page = service.get(&uri).await.json();
        found.extend(page["value"].as_array().unwrap_or_else(|| panic!("{uri}: {page}")).iter().cloned());
        next = page["@iot.nextLink"].as_str().map(str::to_owned);
        assert!(found.len() < 1000, "{uri} never ends");
    }
    found
}
