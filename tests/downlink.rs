//! What limpid says to stations by itself: the time, and that it misses data.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chrono::{Duration as Span, Timelike, Utc};
use serde_json::{Value, json};

use crate::support::{BIN, Folder, Limpid, summary};

const HOURS: i64 = 48;

/// A file of the last two days of hours of two stations, and where it is.
fn history(folder: &Folder) -> PathBuf {
    let mut text = "station,parameter,start,period,value\n".to_owned();
    let now = Utc::now().with_minute(0).and_then(|at| at.with_second(0)).and_then(|at| at.with_nanosecond(0)).unwrap();
    for hour in 1..=HOURS {
        let start = (now - Span::hours(hour)).to_rfc3339();
        for station in ["S1", "S2"] {
            text.push_str(&format!("{station},pm25,{start},PT1H,{hour}\n{station},o3,{start},PT1H,{}\n", 100 + hour));
        }
    }
    let path = folder.path("history.csv");
    std::fs::write(&path, text).unwrap();
    path
}

fn simulate(folder: &Folder, limpid: &Limpid, arguments: &[&str]) -> Child {
    let mut command = Command::new(BIN);
    command.arg("simulate").arg("--pipeline").arg(folder.pipeline());
    command.arg("--to").arg(format!("hj212://{}", limpid.hj212)).args(arguments).env("LIMPID_LOG", "warn");
    command.stdout(Stdio::piped()).spawn().unwrap()
}

/// Every hour of the file is published once.
async fn complete(limpid: &Limpid, station: &str) {
    for parameter in ["pm25", "o3"] {
        let path = format!("/api/v1/observations?station={station}&parameter={parameter}&period=PT1H");
        let found = limpid.until(&path, Duration::from_secs(20), |text| {
            let body: Value = serde_json::from_str(text).unwrap();
            body["items"].as_array().is_some_and(|items| items.len() == HOURS as usize)
        });
        found.await;
        assert!(limpid.all(&path).await.iter().all(|item| item["revision"] == 1), "{station} {parameter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_that_got_lost_are_asked_for_again() {
    let (folder, _) = Folder::two_stations();
    folder.configure("[ingest.hj212]\nrepair_after_minutes = 0");
    let limpid = folder.run();
    let file = history(&folder);
    let arguments = ["--from", file.to_str().unwrap(), "--format", "long", "--speed", "0", "--lose", "0.3"];
    // A station that lost something stays until it was asked for it: the simulator ends when all is repaired.
    let child = simulate(&folder, &limpid, &arguments);
    let output = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap()).await.unwrap();
    let report = summary(&output);
    let (lost, hours) = (report["lost"].as_u64().unwrap(), 2 * HOURS as u64);
    assert!(lost > hours / 10 && lost < hours / 2, "{report}");
    assert_eq!((&report["recovered"], &report["resent"]), (&json!(lost), &json!(0)), "{report}");
    for station in ["S1", "S2"] {
        complete(&limpid, station).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_two_hours_ahead_is_set_once() {
    let (folder, _) = Folder::two_stations();
    let limpid = folder.run();
    let child = simulate(&folder, &limpid, &["--clock-off", "7200", "--stations", "1"]);
    let done = |text: &str| {
        text.lines().any(|line| {
            line.starts_with("limpid_hj212_requests_total{") && line.contains("\"1012\"") && line.contains("\"done\"")
        })
    };
    // Messages of half a minute must agree before a clock is believed to be off.
    limpid.until("/metrics", Duration::from_secs(120), done).await;
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let report = summary(&child.wait_with_output().unwrap());
    assert_eq!(report["clock_set"], 1, "{report}");
}

/// What a peer told in its last line: a client that has nothing of limpid's code.
async fn peer(mut command: Command, limpid: &Limpid) -> Value {
    command.arg(limpid.hj212.to_string()).arg("MN-S1");
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    summary(&output)
}

/// A conversation of upload, acknowledgement, time and history query.
async fn converse(command: Command) {
    let (folder, _) = Folder::two_stations();
    folder.configure("[ingest.hj212]\nrepair_after_minutes = 0");
    let limpid = folder.run();
    let said = peer(command, &limpid).await;
    assert_eq!(said["acknowledged"], 5, "four hours and the one that was asked for: {said}");
    assert!(said["clock_off_s"].as_f64().unwrap().abs() < 60.0, "{said}");
    let path = "/api/v1/observations?station=S1&parameter=pm25&period=PT1H";
    let five = |text: &str| text.matches("\"value\":").count() == 5;
    limpid.until(path, Duration::from_secs(20), five).await;
    let values: Vec<_> = limpid.all(path).await.into_iter().map(|item| item["value"].clone()).collect();
    assert_eq!(values, [5.0, 4.0, 3.0, 2.0, 1.0].map(|value| json!(value)));
}

fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_in_python_uploads_is_told_the_time_and_is_asked_for_a_missing_hour() {
    let mut command = Command::new("python3");
    command.arg(peers().join("hj212_client.py"));
    converse(command).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_is_a_client_made_with_the_crate_a() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peer-a");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--locked", "--manifest-path"]).arg(peers().join("crate_a/Cargo.toml"));
    build.arg("--target-dir").arg(&target);
    let built = tokio::task::spawn_blocking(move || build.status().unwrap()).await.unwrap();
    assert!(built.success(), "the client cannot be built");
    converse(Command::new(target.join("debug/hj212-peer"))).await;
}
