//! The doors of open standards, as the clients of those standards find them.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::python::{Python, run};
use crate::support::{Folder, Limpid, hour};

const CLIENTS: [&str; 6] = [
    "frost_sta_client==1.1.53",
    "owslib==0.35.0",
    "covjson-pydantic==0.8.0",
    "edr-pydantic==0.7.0",
    "geojson-pydantic==2.2.0",
    "openapi-spec-validator==0.9.0",
];

/// Eight days of hours of PM2.5 at two stations, and a river beside; S1's of hour n are n + 0.5, one is missing.
fn readings() -> String {
    let mut text = String::from("station,parameter,start,period,value,unit,flag\n");
    for hour in 0..192 {
        let start = format!("2026-11-{:02}T{:02}:00:00+08:00", 16 + hour / 24, hour % 24);
        let value = if hour == 100 { String::new() } else { format!("{hour}.5") };
        text.push_str(&format!(
            "S1,pm25,{start},PT1H,{value},,N\nS2,pm25,{start},PT1H,12,,N\nW1,ph,{start},PT1H,7.5,,N\n"
        ));
    }
    text
}

const STATIONS: &str = "id,kind,name_zh,name_en,lat,lon,area\nS1,air,一号站,Station One,28.5,104.9,江口\n\
                        S2,air,二号站,Station Two,28.6,105.0,江口\nW1,water,河口,River Mouth,28.4,104.8,清江\n";

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_each_standard_read_stations_and_a_week() {
    let folder = Folder::new(STATIONS);
    let file = folder.path("readings.csv");
    std::fs::write(&file, readings()).unwrap();
    folder.import("long", &[file]);
    let limpid = folder.run();
    let python = Python::with("doors", &CLIENTS);
    let url = format!("http://{}", limpid.http);
    let found = tokio::task::spawn_blocking(move || python.ask("doors.py", &[&url]));
    let found = found.await.unwrap();

    assert_eq!(found["things"]["S1"]["name"], "一号站");
    assert_eq!(found["things"]["W1"]["place"], json!([104.8, 28.4]));
    let streams = found["things"]["S1"]["streams"].as_array().unwrap();
    assert!(streams.contains(&json!("S1.pm25.PT1H")) && streams.contains(&json!("S1.pm25.P1D")), "{streams:?}");
    assert_eq!((&found["week"]["count"], &found["newest"], &found["one"]), (&json!(168), &json!(191.5), &json!(32.5)));
    // The same week as the API has it.
    let query = "/api/v1/observations?station=S1&parameter=pm25&from=2026-11-17&to=2026-11-24";
    let items = limpid.all(query).await;
    let expected: Vec<Value> = items.iter().map(|item| json!([item["start"], item["value"]])).collect();
    assert_eq!(found["week"]["values"], json!(expected));
    let values: Vec<&Value> = items.iter().map(|item| &item["value"]).collect();
    assert_eq!((values.len(), values[76]), (168, &Value::Null));
    assert_eq!(found["series"], json!(values));

    assert!(found["edr"].as_array().unwrap().contains(&json!("air-hourly")), "{}", found["edr"]);
    assert_eq!(found["edr_title"], "air, hourly");
    assert_eq!((&found["area"], &found["cube"]), (&json!({ "S1": 168, "S2": 168 }), &json!({ "S1": 168, "S2": 168 })));
    assert_eq!(found["features_of_a_day"], 24);
    assert_eq!(found["feature_collections"], json!(["stations"]));
    assert_eq!((&found["items"], &found["in_bbox"]), (&json!([3, 1]), &json!(["S1"])));
    assert_eq!(found["item"], "River Mouth");
}

#[tokio::test(flavor = "multi_thread")]
async fn their_descriptions_are_openapi_and_hold() {
    let folder = Folder::new(STATIONS);
    let secret = folder.token("*");
    let limpid = folder.run();
    for number in 0..24 {
        let start = format!("2026-11-24T{number:02}:00:00+08:00");
        assert_eq!(limpid.post(&secret, &hour("S1", "pm25", &start, f64::from(number))).await.0, 201);
    }
    limpid.until("/edr/collections", Duration::from_secs(60), |text| text.contains("air-hourly")).await;
    let (clients, schemathesis) =
        (Python::with("doors", &CLIENTS), Python::with("schemathesis", &crate::api::PACKAGES));
    for door in ["edr", "ogc"] {
        let description = folder.path(&format!("{door}.json"));
        std::fs::write(&description, limpid.text(&format!("/{door}/api")).await).unwrap();
        run(Command::new(clients.program("openapi-spec-validator")).arg(&description));
        let mut tried = Command::new(schemathesis.program("schemathesis"));
        tried.current_dir(std::env::temp_dir()).args(["run", &limpid.url(&format!("/{door}/api"))]);
        tried.args(["--phases", "examples,coverage,fuzzing", "--max-examples", "20", "--workers", "2"]);
        // Which polygons are closed and which box has its south below its north no schema can say.
        tried.args(["--exclude-checks", "positive_data_acceptance", "--generation-deterministic"]);
        tokio::task::spawn_blocking(move || run(&mut tried)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sensorthings_is_written_and_read_under_the_same_paths() {
    let (folder, secret) = Folder::two_stations();
    let both = folder.run();
    let address = send(&both, &secret).await;
    // With the token at once as it was accepted; without it when it is published.
    let accepted = get(&both, &address, Some(&secret)).await;
    assert_eq!((accepted.0, &accepted.1["result"]), (200, &json!(23.4)));
    both.until(&address, Duration::from_secs(60), |text| text.contains("23.4")).await;
    let published = get(&both, &address, None).await;
    assert_eq!((published.0, &published.1["resultQuality"]), (200, &json!(1)), "{}", published.1);
    assert_eq!(accepted.1["@iot.id"], published.1["@iot.id"]);
    assert_eq!(accepted.1["phenomenonTime"], published.1["phenomenonTime"]);
    // A token that reads what is not its own business reads what everybody reads.
    assert_eq!(get(&both, "/sta/v1.1/Things('S1')", Some(&secret)).await.0, 200);
    let things = reqwest::Client::new().post(both.url("/sta/v1.1/Things")).bearer_auth(&secret).json(&json!({}));
    assert_eq!(things.send().await.unwrap().status(), 405);
    both.terminate();

    // Apart, each serves its own.
    let role = |role: &str| {
        let mut command = folder.command("run");
        command.args(["--role", role]);
        Limpid::start(command)
    };
    let ingest = role("ingest");
    assert_eq!(get(&ingest, &address, Some(&secret)).await.0, 200);
    assert_eq!(get(&ingest, &address, None).await.0, 401);
    ingest.terminate();
    let publish = role("publish");
    assert_eq!(get(&publish, &address, None).await.0, 200);
    let refused = reqwest::Client::new().post(publish.url("/sta/v1.1/Observations")).json(&json!({}));
    assert_eq!(refused.send().await.unwrap().status(), 405);
}

/// Sends an observation; its address.
async fn send(limpid: &Limpid, secret: &str) -> String {
    let body = json!({
        "Datastream": { "@iot.id": "S1.pm25" },
        "phenomenonTime": "2026-11-25T08:00:00+08:00/2026-11-25T09:00:00+08:00",
        "result": 23.4,
    });
    let request = reqwest::Client::new().post(limpid.url("/sta/v1.1/Observations")).bearer_auth(secret).json(&body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let address = answer.headers()["location"].to_str().unwrap().to_owned();
    address.strip_prefix(&limpid.url("")).unwrap().to_owned()
}

async fn get(limpid: &Limpid, path: &str, secret: Option<&str>) -> (u16, Value) {
    let mut request = reqwest::Client::new().get(limpid.url(path));
    if let Some(secret) = secret {
        request = request.bearer_auth(secret);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}
