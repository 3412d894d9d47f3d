//! Reviewers decide about values of a running limpid, and figures follow.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{BIN, Folder, hour};

const LIMIT: Duration = Duration::from_secs(30);
const HOUR: &str = "2026-03-10T08:00:00+08:00";
const SERIES: &str = "/api/v1/observations?station=S1&parameter=pm25&period=PT1H&from=2026-03-10&to=2026-03-11";

/// Makes a reviewer's token as an operator does, and gives the secret.
fn reviewer(folder: &Folder, name: &str) -> String {
    let output = Command::new(BIN).args(["token", "new", "--reviewer", name]).output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let (secret, lines) = text.split_once('\n').unwrap();
    folder.configure(lines);
    secret.to_owned()
}

async fn decide(url: &str, secret: &str, decision: &Value) -> (u16, Value) {
    let mut body = json!({
        "station": "S1", "parameters": ["pm25"], "from": HOUR, "to": "2026-03-10T09:00:00+08:00",
        "reason": "the inlet was blocked"
    });
    body.as_object_mut().unwrap().extend(decision.as_object().unwrap().clone());
    let request = reqwest::Client::new().post(url).bearer_auth(secret).json(&body);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// The first item of a series.
fn first(text: &str) -> Value {
    serde_json::from_str::<Value>(text).unwrap()["items"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_invalidated_corrected_made_final_and_then_stands() {
    let (folder, uploader) = Folder::two_stations();
    let secret = reviewer(&folder, "Li");
    let limpid = folder.run();
    assert_eq!(limpid.post(&uploader, &hour("S1", "pm25", HOUR, 40.0)).await.0, 201);
    limpid.until(SERIES, LIMIT, |text| first(text)["value"] == 40.0).await;
    let url = limpid.url("/api/v1/reviews");

    // A station's token decides nothing.
    assert_eq!(decide(&url, &uploader, &json!({"decision": "invalidate"})).await.0, 401);
    let (status, kept) = decide(&url, &secret, &json!({"decision": "invalidate"})).await;
    assert_eq!((status, &kept["who"]), (201, &"Li".into()));
    limpid.until(SERIES, LIMIT, |text| first(text)["flag"] == 4).await;

    // Half of what was sent, as a later calibration showed: 40 x 0.5 + 1.
    let correct = json!({"decision": "correct", "factor": 0.5, "offset": 1.0, "reason": "calibration of 11 March"});
    assert_eq!(decide(&url, &secret, &correct).await.0, 201);
    let corrected = |text: &str| first(text)["value"] == 21.0 && first(text)["status"] == "reviewed";
    limpid.until(SERIES, LIMIT, corrected).await;
    let item = first(&limpid.text(SERIES).await);
    assert!(item["revision"].as_u64().unwrap() >= 3, "what stood before is kept: {item}");

    assert_eq!(decide(&url, &secret, &json!({"decision": "finalise"})).await.0, 201);
    limpid.until(SERIES, LIMIT, |text| first(text)["status"] == "final").await;
    assert_eq!(decide(&url, &secret, &json!({"decision": "invalidate"})).await.0, 409);

    // All of it is still there when the process is not.
    limpid.kill();
    let limpid = folder.run();
    let item = first(&limpid.text(SERIES).await);
    assert_eq!((&item["value"], &item["status"]), (&21.0.into(), &"final".into()));
    let list = limpid.get("/api/v1/reviews?station=S1").await;
    let decisions: Vec<&Value> = list["items"].as_array().unwrap().iter().map(|item| &item["decision"]).collect();
    assert_eq!(decisions, ["invalidate", "correct", "finalise"]);
}
