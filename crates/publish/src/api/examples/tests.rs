//! The examples against what a service answers. `LIMPID_WRITE_EXAMPLES=1` writes them anew.

use serde_json::{Value, json};

use super::EXAMPLES;
use crate::testing::{Service, county};

/// The request that each example answers.
fn uri(path: &str) -> &'static str {
    match path {
        "/api/v1/latest" => "/api/v1/latest?station=W1",
        "/api/v1/observations" => "/api/v1/observations?station=S1&parameter=pm25&from=2026-11-25",
        "/api/v1/assessments" => "/api/v1/assessments?station=S1&from=2026-11-25",
        "/api/v1/stations/{id}" => "/api/v1/stations/S1",
        "/sta/v1.1/{resource}" => "/sta/v1.1/Things?$top=1&$count=true",
        "/edr" => "/edr",
        other => panic!("no request is known for the example of {other}"),
    }
}

/// The time at which the test itself published stands as one that is always the same.
fn timeless(mut answer: Value) -> Value {
    for item in answer["items"].as_array_mut().into_iter().flatten() {
        if item.get("published").is_some() {
            item["published"] = json!("2026-11-25T09:02:11.480+08:00");
        }
    }
    answer
}

#[tokio::test]
async fn each_example_is_an_answer() {
    let service = Service::with(county()).await;
    let write = std::env::var_os("LIMPID_WRITE_EXAMPLES").is_some();
    for example in EXAMPLES {
        let answer = service.get_with(uri(example.path), &[("host", "127.0.0.1:8080")]).await;
        assert_eq!(answer.status, 200, "{}", example.path);
        let answer = timeless(answer.json());
        if write {
            let name = match example.path.rsplit('/').next() {
                Some("{id}") => "station",
                Some("{resource}") => "sensorthings",
                Some(name) => name,
                None => unreachable!("rsplit gives at least one part"),
            };
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api/examples");
            let text = serde_json::to_string_pretty(&answer).unwrap() + "\n";
            std::fs::write(folder.join(format!("{name}.json")), text).unwrap();
            continue;
        }
        let told: Value = serde_json::from_str(example.text).unwrap();
        assert_eq!(answer, told, "{}", example.path);
    }
}
