//! A reading that was acknowledged is on the board, on the page and in the stream within a second.

use std::time::{Duration, Instant};

use chrono::{DateTime, Duration as Span, FixedOffset, Timelike, Utc};
use serde_json::{Value, json};

use crate::support::{Folder, Limpid, Station, frame, hour, reading};

const SECOND: Duration = Duration::from_secs(1);

/// The last full hour, as the stations' clocks show it.
fn last_hour() -> DateTime<FixedOffset> {
    let now = Utc::now().with_timezone(&FixedOffset::east_opt(8 * 3600).unwrap());
    now.with_minute(0).unwrap().with_second(0).unwrap().with_nanosecond(0).unwrap() - Span::hours(1)
}

/// Reads the event stream until an event of this kind whose data satisfy `test`.
async fn event(mut response: reqwest::Response, kind: &str, test: impl Fn(&Value) -> bool) -> (u64, Value) {
    let mut text = String::new();
    loop {
        let chunk = response.chunk().await.unwrap().expect("the stream does not end");
        text.push_str(&String::from_utf8_lossy(&chunk));
        while let Some((block, rest)) = text.split_once("\n\n") {
            let field = |name: &str| {
                block
                    .lines()
                    .find_map(|line| line.strip_prefix(name))
                    .map(|value| value.trim_start_matches(' ').to_owned())
            };
            if field("event:").as_deref() == Some(kind) {
                let data: Value = serde_json::from_str(&field("data:").unwrap()).unwrap();
                if test(&data) {
                    return (field("id:").unwrap().parse().unwrap(), data);
                }
            }
            text = rest.to_owned();
        }
    }
}

async fn stream(limpid: &Limpid, after: Option<u64>) -> reqwest::Response {
    let mut request = reqwest::Client::new().get(limpid.url("/api/v1/stream"));
    if let Some(id) = after {
        request = request.header("Last-Event-ID", id.to_string());
    }
    request.send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_by_http_is_on_board_page_and_stream_within_a_second() {
    let (folder, secret) = Folder::two_stations();
    let limpid = folder.run();
    let events = stream(&limpid, None).await;
    let start = last_hour().to_rfc3339();
    let readings: Vec<Value> = [("pm25", 61.5), ("pm10", 80.0), ("so2", 6.0), ("no2", 40.0), ("co", 0.7), ("o3", 20.0)]
        .map(|(parameter, value)| reading(parameter, &start, value))
        .into();

    let (status, receipt) = limpid.post(&secret, &json!({"station": "S1", "readings": readings})).await;
    let acked = Instant::now();
    assert_eq!(status, 201, "{receipt}");
    assert_eq!(receipt["counts"], json!({"stored":6,"same":0,"corrected":0,"quarantined":0,"rejected":0}));
    assert_eq!(receipt["verdicts"][5], json!({"index":5,"verdict":"stored"}));
    assert!(receipt["received"].as_str().unwrap().ends_with('Z'));

    limpid
        .until("/api/v1/latest?kind=air", SECOND, |text| text.contains("61.5") && text.contains("\"index\":102"))
        .await;
    limpid.until("/?lang=en", SECOND, |text| text.contains("102") && text.contains("lightly polluted")).await;
    limpid.until("/?lang=zh", SECOND, |text| text.contains("轻度污染")).await;
    let wanted = |data: &Value| data["parameter"] == "pm25" && data["period"] == "PT1H";
    let (id, data) = tokio::time::timeout(SECOND, event(events, "observation", wanted)).await.unwrap();
    assert_eq!((&data["value"], &data["flag"], &data["status"]), (&json!(61.5), &json!(1), &json!("provisional")));
    // All of them together.
    assert!(acked.elapsed() < SECOND, "{:?}", acked.elapsed());

    // PM2.5 of 61.5 is rounded half to even to 62 (HJ 633-2026, 4.2.2): the sub-index is 102, the level 3.
    let latest = limpid.get("/api/v1/latest?kind=air").await;
    let item = latest["items"].as_array().unwrap().iter().find(|item| item["station"] == "S1").unwrap();
    let assessment = &item["assessment"];
    assert_eq!(assessment["scheme"], "hj633-2026");
    assert_eq!((&assessment["level"], &assessment["primary"]), (&json!(3), &json!(["pm25"])));
    assert_eq!(assessment["category"], json!({"zh": "轻度污染", "en": "lightly polluted"}));
    assert_eq!(item["stale"], json!(false));

    // A client that comes back resumes where it was, and misses nothing.
    let (status, _) = limpid.post(&secret, &hour("S1", "pm25", &start, 70.5)).await;
    assert_eq!(status, 201);
    let corrected = |data: &Value| data["parameter"] == "pm25" && data["value"] == 70.5;
    let (later, data) =
        tokio::time::timeout(SECOND, event(stream(&limpid, Some(id)).await, "observation", corrected)).await.unwrap();
    assert!(later > id);
    assert_eq!(data["revision"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_alone_says_that_it_is_alive_and_ready_and_what_it_counts() {
    let (folder, secret) = Folder::two_stations();
    let mut run = folder.command("run");
    run.args(["--role", "ingest"]);
    let limpid = Limpid::start(run);
    assert_eq!(limpid.post(&secret, &hour("S1", "pm25", &last_hour().to_rfc3339(), 20.0)).await.0, 201);
    for door in ["/healthz", "/readyz"] {
        assert_eq!(reqwest::get(limpid.url(door)).await.unwrap().status(), 200, "{door}");
    }
    let text = reqwest::get(limpid.url("/metrics")).await.unwrap().text().await.unwrap();
    assert!(text.contains("limpid_readings_total{channel=\"http\",verdict=\"stored\"} 1"), "{text}");
    assert_eq!(reqwest::get(limpid.url("/api/v1/latest")).await.unwrap().status(), 404);
    let (status, took) = tokio::task::spawn_blocking(move || limpid.signal("-INT")).await.unwrap();
    assert!(status.success() && took < 5 * SECOND, "{status} after {took:?}");

    // What it took in is worked up and shown by the others, when they come.
    let limpid = folder.run();
    limpid.until("/api/v1/latest?kind=air", 5 * SECOND, |text| text.contains("\"value\":20.0")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_by_hj212_is_acknowledged_and_on_the_board_within_a_second() {
    let (folder, _) = Folder::two_stations();
    let limpid = folder.run();
    let time = last_hour().format("%Y%m%d%H0000");
    let data = format!(
        "QN=20261125080000001;ST=22;CN=2061;PW=123456;MN=MN-S1;Flag=5;CP=&&DataTime={time};a34004-Avg=33,a34004-Flag=N;\
         a34002-Avg=51,a34002-Flag=N;a21026-Avg=6,a21026-Flag=N;a21004-Avg=28,a21004-Flag=N;a21005-Avg=0.5,a21005-Flag=N;\
         a05024-Avg=58,a05024-Flag=N&&"
    );
    let mut station = Station::connect(limpid.hj212).unwrap();
    station.send(b"noise##99 noise\r\n").unwrap();
    station.send(&frame(&data)).unwrap();
    let expected = frame("QN=20261125080000001;ST=91;CN=9014;PW=123456;MN=MN-S1;Flag=4;CP=&&&&");
    assert_eq!(station.answer().unwrap().as_bytes(), expected.trim_ascii_end());
    limpid
        .until("/api/v1/latest", SECOND, |text| text.contains("\"value\":33") && text.contains("\"value\":0.5"))
        .await;

    // Sent again, byte for byte: acknowledged again, and nothing changes.
    station.send(&frame(&data)).unwrap();
    assert_eq!(station.answer().unwrap().as_bytes(), expected.trim_ascii_end());
    let items = limpid.all("/api/v1/observations?station=S1&parameter=pm25&period=PT1H").await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["revision"], 1);

    // An unknown MN and a wrong password are kept and not answered; so is a damaged frame.
    station.send(&frame(&data.replace("MN-S1", "MN-S9"))).unwrap();
    station.send(&frame(&data.replace("PW=123456", "PW=000000"))).unwrap();
    station
        .send(&frame(&data).iter().map(|byte| if *byte == b'N' { b'M' } else { *byte }).collect::<Vec<_>>())
        .unwrap();
    assert!(station.silent(Duration::from_millis(500)));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_mn_is_answered_when_configured_so() {
    let (folder, _) = Folder::two_stations();
    folder.configure("[ingest.hj212]\nunknown = \"ack\"");
    let limpid = folder.run();
    let mut station = Station::connect(limpid.hj212).unwrap();
    let data = "QN=20261125080000001;ST=22;CN=2061;PW=1;MN=NOBODY;Flag=5;CP=&&DataTime=20261125080000;a34004-Avg=33&&";
    station.send(&frame(data)).unwrap();
    assert!(station.answer().unwrap().contains("CN=9014;PW=1;MN=NOBODY;Flag=4;CP=&&&&"));
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_are_answered_as_the_contract_says() {
    let (folder, all) = Folder::two_stations();
    let own = folder.token("S2");
    let limpid = folder.run();
    let start = last_hour().to_rfc3339();
    let good = hour("S1", "pm25", &start, 23.4);

    let status = async |secret: &str, body: &Value| limpid.post(secret, body).await.0;
    assert_eq!(status("", &good).await, 401);
    assert_eq!(status("wrong", &good).await, 401);
    assert_eq!(status(&own, &good).await, 403);
    assert_eq!(status(&own, &hour("S2", "pm25", &start, 1.0)).await, 201);
    assert_eq!(status(&all, &good).await, 201);

    for (body, field) in [
        (json!({"station": "S1"}), "readings"),
        (
            json!({"station": "S1", "readings": [{"parameter": "pm25", "start": start, "period": "PT1H", "value": "x"}]}),
            "readings[0].value",
        ),
        (
            json!({"station": "S1", "readings": [{"parameter": "pm26", "start": start, "period": "PT1H", "value": 1}]}),
            "readings[0].parameter",
        ),
        (
            json!({"station": "S1", "readings": [{"parameter": "pm25", "start": start, "period": "PT1H", "value": 1, "unit": "ppb"}]}),
            "readings[0].unit",
        ),
        (
            json!({"station": "S1", "readings": [{"parameter": "pm25", "start": "yesterday", "period": "PT1H", "value": 1}]}),
            "readings[0].start",
        ),
        (
            json!({"station": "S1", "readings": [{"parameter": "pm25", "start": start, "period": "1h", "value": 1}]}),
            "readings[0].period",
        ),
    ] {
        let (status, problem) = limpid.post(&all, &body).await;
        assert_eq!(status, 422, "{body} {problem}");
        assert_eq!(problem["field"], field, "{problem}");
    }

    let late =
        (Utc::now() + Span::hours(3)).with_minute(0).unwrap().with_second(0).unwrap().with_nanosecond(0).unwrap();
    let mixed =
        json!({"station": "S1", "readings": [reading("pm25", &start, 23.4), reading("pm10", &late.to_rfc3339(), 1.0)]});
    let (status, receipt) = limpid.post(&all, &mixed).await;
    assert_eq!(status, 201);
    assert_eq!(receipt["verdicts"][0]["verdict"], "same");
    assert_eq!(
        (&receipt["verdicts"][1]["verdict"], &receipt["verdicts"][1]["reason"]),
        (&json!("quarantined"), &json!("in_future"))
    );

    let path = format!("/api/v1/receipts/{}", receipt["receipt"].as_str().unwrap());
    let ask = |secret: String| reqwest::Client::new().get(limpid.url(&path)).bearer_auth(secret).send();
    let again: Value = ask(all.clone()).await.unwrap().json().await.unwrap();
    assert_eq!(again["counts"], receipt["counts"]);
    assert!(ask(own).await.unwrap().status().is_client_error());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_named_by_a_key_is_taken_once() {
    let (folder, secret) = Folder::two_stations();
    let limpid = folder.run();
    let start = last_hour().to_rfc3339();
    let client = reqwest::Client::new();
    let post = async |value: f64| {
        let request = client.post(limpid.url("/api/v1/submissions")).bearer_auth(&secret);
        let body = hour("S1", "pm25", &start, value);
        let response = request.header("Idempotency-Key", "k1").json(&body).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let (first, second, other) = (post(1.0).await, post(1.0).await, post(2.0).await);
    assert_eq!((first.0, second.0, other.0), (201, 201, 409));
    assert_eq!(first.1, second.1);
}
