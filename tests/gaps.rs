//! The gap ledger, from outside: a platform that is killed, an instrument that is calibrated, data that come late.

use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::{Folder, hour};

/// Makes the platform's only span end six hours before `now`, as if it had been killed then.
fn killed_six_hours_ago(folder: &Folder, now: DateTime<Utc>) {
    let journal = rusqlite::Connection::open(folder.state().join("journal.sqlite")).unwrap();
    let at = |hours: i64| (now - TimeDelta::hours(hours)).timestamp_micros();
    let changed = journal.execute("UPDATE links SET start = ?, end = ? WHERE link = 'platform'", [at(12), at(6)]);
    assert_eq!(changed.unwrap(), 1, "one life, of which kill -9 left the end open to nobody");
    // What it had looked at by now it had not looked at then.
    let hour = (now - TimeDelta::hours(7)).timestamp();
    journal.execute("UPDATE cursors SET number = ? WHERE name = 'gaps-hour'", [hour]).unwrap();
}

fn words(item: &Value, now: DateTime<Utc>) -> String {
    let ago = |field: &str| (now - item[field].as_str().unwrap().parse::<DateTime<Utc>>().unwrap()).num_hours();
    let reason = item["reason"].as_str().unwrap_or("-");
    let (parameter, cause) = (item["parameter"].as_str().unwrap(), item["cause"].as_str().unwrap());
    format!("{parameter} {}..{} {} h {cause} {reason}", ago("start"), ago("end"), item["hours"])
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_of_a_dead_platform_are_told_from_hours_of_a_calibration_and_late_data_repair_them() {
    let folder =
        Folder::new("id,kind,name_zh,name_en,lat,lon,parameters\nS1,air,一号站,Station One,28.5,104.9,pm25 co\n");
    folder.configure("[gaps]\ngrace_minutes = 0\n");
    let secret = folder.token("*");
    let now = Utc::now().duration_trunc(TimeDelta::hours(1)).unwrap();
    let ago = |hours: i64| (now - TimeDelta::hours(hours)).to_rfc3339();
    let path = format!("/api/v1/gaps?station=S1&to={}", ago(0).replace('+', "%2B"));

    let limpid = folder.run();
    for hours in 7..=12 {
        let (status, _) = limpid.post(&secret, &hour("S1", "pm25", &ago(hours), 20.0)).await;
        assert_eq!(status, 201);
    }
    limpid.kill();
    killed_six_hours_ago(&folder, now);

    let limpid = folder.run();
    for (hours, flag) in [(1, "N"), (3, "C")] {
        let mut body = hour("S1", "pm25", &ago(hours), 20.0);
        body["readings"][0]["flag"] = json!(flag);
        assert_eq!(limpid.post(&secret, &body).await.0, 201);
    }
    limpid.until(&path, Duration::from_secs(60), |text| text.contains("instrument_mark")).await;
    let found = limpid.all(&path).await;
    let wanted = [
        // It never sent CO. Of the hour before it was killed the platform missed the delivery.
        "co 12..7 5 h station_silent -",
        "co 7..0 7 h platform_down -",
        "pm25 6..3 3 h platform_down -",
        "pm25 3..2 1 h instrument_mark C",
        "pm25 2..1 1 h platform_down -",
    ];
    assert_eq!(found.iter().map(|item| words(item, now)).collect::<Vec<_>>(), wanted);

    // One item a page gives the same, and so does CSV.
    assert_eq!(limpid.all(&format!("{path}&limit=1")).await, found);
    let csv = limpid.text(&format!("{path}&format=csv&cause=instrument_mark")).await;
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "station,parameter,start,end,hours,cause,reason,simulated");
    assert!(lines.len() == 2 && lines[1].ends_with(",1,instrument_mark,C,false"), "{csv}");
    assert!(limpid.all(&format!("{path}&kind=water")).await.is_empty());
    let page = limpid.text("/stations/S1?lang=en").await;
    assert!(page.contains("this service was not running") && page.contains("calibration"), "the page says why");

    // The station kept an hour and sends it.
    assert_eq!(limpid.post(&secret, &hour("S1", "pm25", &ago(5), 20.0)).await.0, 201);
    limpid.until(&path, Duration::from_secs(60), |text| text.matches("platform_down").count() == 4).await;
    let found: Vec<String> = limpid.all(&path).await.iter().map(|item| words(item, now)).collect();
    assert_eq!(found[2..4], ["pm25 6..5 1 h platform_down -", "pm25 4..3 1 h platform_down -"]);

    // Stopped as an operator does, it says so; killed, it could not.
    let (status, _) = limpid.terminate();
    assert!(status.success());
    let journal = rusqlite::Connection::open(folder.state().join("journal.sqlite")).unwrap();
    let mut lives = journal.prepare("SELECT up || ' ' || ifnull(cause, '-') FROM links ORDER BY start").unwrap();
    let lives: Vec<String> = lives.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(lives, ["1 started", "1 started", "0 stopped"]);
}
