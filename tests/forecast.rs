//! Forecasts from outside: issued when they are due, read, amended, kept.

use std::fmt::Write as _;
use std::process::Command;
use std::time::Duration;

use chrono::{DateTime, Timelike, Utc};
use serde_json::json;

use crate::support::{BIN, Folder};

const PATIENCE: Duration = Duration::from_secs(60);

/// Two stations of one area whose air is every day the same: 20 at midnight, by 1 more each hour of UTC+8; to now.
fn folder() -> Folder {
    let folder = Folder::new(
        "id,kind,name_zh,name_en,lat,lon,area\n\
         S1,air,一号站,Station One,28.5,104.9,County\n\
         S2,air,二号站,Station Two,28.6,104.8,County\n",
    );
    let now = Utc::now().with_minute(0).and_then(|at| at.with_second(0)).unwrap();
    let mut rows = "station,parameter,start,period,value\n".to_owned();
    for back in 1..=65 * 24 {
        let start = now - chrono::Duration::hours(back);
        let local = start.hour() + 8;
        for station in ["S1", "S2"] {
            _ = writeln!(rows, "{station},pm25,{},PT1H,{}", start.format("%Y-%m-%dT%H:00:00Z"), 20 + local % 24);
        }
    }
    let path = folder.path("hours.csv");
    std::fs::write(&path, rows).unwrap();
    folder.import("long", &[path]);
    // Due a minute ago.
    let due = (Utc::now() + chrono::Duration::minutes(8 * 60 - 1)).format("%H:%M");
    folder.configure(&format!("[forecast]\nissue_at = [\"{due}\"]"));
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forecast_that_is_due_is_issued_and_may_be_amended_with_a_reason() {
    let folder = folder();
    let output = Command::new(BIN).args(["token", "new", "--reviewer", "Li"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (secret, lines) = text.split_once('\n').unwrap();
    folder.configure(lines);
    let limpid = folder.run();
    limpid.until("/api/v1/forecasts?station=S1", PATIENCE, |text| text.contains("\"value\"")).await;

    let hours = limpid.all("/api/v1/forecasts?station=S1&parameter=pm25").await;
    assert_eq!(hours.len(), 72);
    for hour in &hours {
        // Two months are no year: nothing but what is usual is known.
        assert_eq!(hour["model"], "climatology");
        let start: DateTime<chrono::FixedOffset> = hour["start"].as_str().unwrap().parse().unwrap();
        let value = hour["value"].as_f64().unwrap();
        assert!((value - f64::from(20 + start.hour())).abs() < 0.02, "{hour}");
    }
    let first: DateTime<chrono::FixedOffset> = hours[0]["start"].as_str().unwrap().parse().unwrap();
    let issued: DateTime<chrono::FixedOffset> = hours[0]["issued"].as_str().unwrap().parse().unwrap();
    assert_eq!((issued - first).num_hours(), 0, "the first hour is the one that runs");

    let days = limpid.all("/api/v1/forecasts/days?area=County").await;
    assert_eq!(days.len(), 7);
    let tomorrow = days[0]["start"].as_str().unwrap()[..10].to_owned();
    let figure = &days[0]["figures"][0];
    assert!((figure["value"].as_f64().unwrap() - 31.5).abs() < 0.05, "the mean of 20 to 43: {figure}");

    let client = reqwest::Client::new();
    let amend = async |token: &str, body: serde_json::Value| {
        let request = client.post(limpid.url("/api/v1/forecasts/amendments")).bearer_auth(token).json(&body);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json::<serde_json::Value>().await.unwrap())
    };
    let change = json!({"area": "County", "parameter": "pm25", "day": tomorrow, "value": 63.0, "reason": "a festival"});
    assert_eq!(amend("nobody", change.clone()).await.0, 401);
    let mut of_ozone = change.clone();
    of_ozone["parameter"] = "o3".into();
    assert_eq!(amend(secret, of_ozone).await.0, 422, "nothing is forecast of ozone");
    let (status, amended) = amend(secret, change).await;
    assert_eq!((status, &amended["who"]), (201, &"Li".into()), "{amended}");
    let now = limpid.all("/api/v1/forecasts/days?area=County").await;
    assert_eq!((&now[0]["issue"], &now[0]["amended"]), (&amended["issue"], &"a festival".into()));
    assert!((now[0]["figures"][0]["value"].as_f64().unwrap() - 63.0).abs() < 0.05);
    let page = limpid.text("/forecast?lang=en&area=County").await;
    assert!(page.contains("Amended by Li: a festival"), "{page}");

    // What was issued before stands as it was, and survives the process.
    limpid.kill();
    let again = folder.run();
    let then = DateTime::parse_from_rfc3339(amended["issued"].as_str().unwrap()).unwrap();
    let before = (then - chrono::Duration::milliseconds(2)).to_utc().format("%Y-%m-%dT%H:%M:%S%.3fZ");
    let before = again.all(&format!("/api/v1/forecasts/days?area=County&as_of={before}")).await;
    assert_eq!(before[0]["figures"][0]["value"], days[0]["figures"][0]["value"]);
    assert_eq!(again.all("/api/v1/forecasts/days?area=County").await[0]["issue"], amended["issue"]);
}
