//! `kill -9` at any moment: every acknowledged reading is there after the restart, and none twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Duration as Span, Utc};
use rand::RngExt;
use serde_json::Value;

use crate::support::{Folder, Station, frame, hour};

const ROUNDS: u32 = 50;

/// Minute `n` of the test, far enough back to lie in the past.
fn minute(n: u32) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_040, 0).unwrap() + Span::minutes(n.into())
}

type Acked = Arc<Mutex<BTreeSet<(&'static str, DateTime<Utc>)>>>;

/// A station that sends a minute after the other by HJ 212 and writes down what was acknowledged.
fn hj212_station(address: std::net::SocketAddr, first: u32, acked: Acked, stop: Arc<AtomicBool>) {
    let Ok(mut station) = Station::connect(address) else { return };
    for n in first.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let local = minute(n) + Span::hours(8);
        let data = format!(
            "QN=2026052800{n:07};ST=22;CN=2051;PW=123456;MN=MN-S1;Flag=5;CP=&&DataTime={};a34004-Avg={n},a34004-Flag=N&&",
            local.format("%Y%m%d%H%M%S")
        );
        let answered = station.send(&frame(&data)).and_then(|()| station.answer());
        match answered {
            Ok(answer) if answer.contains("CN=9014") => acked.lock().unwrap().insert(("S1", minute(n))),
            _ => return,
        };
    }
}

/// The same by HTTP, for station S2.
async fn http_station(limpid: String, secret: String, first: u32, acked: Acked) {
    let client = reqwest::Client::new();
    for n in first.. {
        let mut body = hour("S2", "pm25", &minute(n).to_rfc3339(), f64::from(n));
        body["readings"][0]["period"] = "PT1M".into();
        match client.post(&limpid).bearer_auth(&secret).json(&body).send().await {
            Ok(response) if response.status() == 201 => {
                if response.json::<Value>().await.is_ok() {
                    acked.lock().unwrap().insert(("S2", minute(n)));
                }
            }
            _ => return,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_reading_is_lost_or_doubled_by_kill_9() {
    let (folder, secret) = Folder::two_stations();
    let acked: Acked = Arc::default();
    let mut random = rand::rng();
    for round in 0..ROUNDS {
        let limpid = folder.run();
        let stop = Arc::new(AtomicBool::new(false));
        let first = round * 10_000;
        let thread = std::thread::spawn({
            let (address, acked, stop) = (limpid.hj212, acked.clone(), stop.clone());
            move || hj212_station(address, first, acked, stop)
        });
        let task = tokio::spawn(http_station(limpid.url("/api/v1/submissions"), secret.clone(), first, acked.clone()));
        tokio::time::sleep(Duration::from_millis(random.random_range(20..400))).await;
        limpid.kill();
        stop.store(true, Ordering::Relaxed);
        thread.join().unwrap();
        task.await.unwrap();
    }

    let limpid = folder.run();
    let acked = acked.lock().unwrap().clone();
    assert!(acked.len() > ROUNDS as usize, "only {} readings were acknowledged", acked.len());
    println!("{} readings acknowledged over {ROUNDS} kills", acked.len());
    let (first, last) =
        (minute(0).to_rfc3339().replace('+', "%2B"), minute(ROUNDS * 10_000).to_rfc3339().replace('+', "%2B"));
    for station in ["S1", "S2"] {
        let path = format!(
            "/api/v1/observations?station={station}&parameter=pm25&period=PT1M&from={first}&to={last}&limit=50000"
        );
        let wanted: BTreeSet<_> = acked.iter().filter(|(id, _)| *id == station).map(|(_, start)| *start).collect();
        // What was durable and not yet published when it died is published after the restart.
        let mut published = BTreeMap::new();
        for _ in 0..100 {
            published = BTreeMap::new();
            for item in limpid.all(&path).await {
                let start: DateTime<Utc> = item["start"].as_str().unwrap().parse().unwrap();
                let value = item["value"].as_f64().unwrap();
                assert_eq!(item["revision"], 1, "{item}");
                assert_eq!(minute(value as u32), start, "{item}");
                assert!(published.insert(start, value).is_none(), "twice: {item}");
            }
            if wanted.iter().all(|start| published.contains_key(start)) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let lost: Vec<_> = wanted.iter().filter(|start| !published.contains_key(start)).collect();
        assert!(lost.is_empty(), "{station}: {} acknowledged readings lost: {lost:?}", lost.len());
    }
}
