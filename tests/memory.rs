//! Big uploads that come all at once take turns, and are never in memory as a whole.

use std::fmt::Write;
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use serde_json::Value;

use crate::support::{Folder, Limpid};

const SENDERS: usize = 24;
const READINGS: i64 = 50_000;

/// What `docs/configuration.md` says of long bodies and of short ones together, and room for the allocator.
const BOUND_KIB: u64 = (192 + 64 + 64) * 1024;

/// The most memory that the program has had, in KiB.
fn peak(limpid: &Limpid) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", limpid.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn big_uploads_at_once_take_less_memory_than_they_are_long() {
    let (folder, secret) = Folder::two_stations();
    let mut command = folder.command("run");
    command.args(["--role", "ingest"]);
    let limpid = Limpid::start(command);
    let start: DateTime<chrono::Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut body = "station,parameter,start,period,value\n".to_owned();
    for minute in 0..READINGS {
        let at = (start + TimeDelta::minutes(minute)).to_rfc3339();
        // A value to three hundred places: the fourteen and a half megabytes of 50,000 readings are nearly the limit.
        writeln!(body, "S1,pm25,{at},PT1M,{minute}.{:0250}", minute * 7919).unwrap();
    }
    let together = (SENDERS * body.len()) as u64 / 1024;
    assert!(body.len() < 16 << 20 && together > BOUND_KIB, "{together} KiB");

    let before = peak(&limpid);
    let body = bytes::Bytes::from(body);
    let send = || {
        let (body, secret, url) = (body.clone(), secret.clone(), limpid.url("/api/v1/submissions"));
        tokio::spawn(async move {
            let client = reqwest::Client::new();
            // Whoever is told to come back does so.
            loop {
                let request = client.post(&url).bearer_auth(&secret).header("content-type", "text/csv");
                let answer = request.body(body.clone()).send().await.unwrap();
                if answer.status().as_u16() != 503 {
                    return answer.json::<Value>().await.unwrap();
                }
                assert!(answer.headers().contains_key("retry-after"));
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        })
    };
    let sent: Vec<_> = (0..SENDERS).map(|_| send()).collect();
    let (mut stored, mut same) = (0, 0);
    for answer in sent {
        let answer = answer.await.unwrap();
        stored += answer["counts"]["stored"].as_i64().unwrap_or_else(|| panic!("{answer}"));
        same += answer["counts"]["same"].as_i64().unwrap();
    }
    assert_eq!((stored, same), (READINGS, READINGS * (SENDERS as i64 - 1)));
    let grown = peak(&limpid) - before;
    println!("{together} KiB came at once, and memory grew by {grown} KiB");
    assert!(grown < BOUND_KIB, "{grown} KiB");
}
