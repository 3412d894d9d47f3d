//! A network that breaks, again and again and then for longer: nothing acknowledged is lost, nothing is twice.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{Duration as Span, SecondsFormat, Timelike, Utc};
use serde_json::json;

use crate::support::{BIN, Folder, summary};

const HOURS: i64 = 500;

/// Connections to `to` that break after so many bytes, in either direction and in the middle of whatever passes.
const BREAKS: usize = 12_007;

/// Every connection after so many is refused for [`OUTAGE`].
const BEFORE_OUTAGE: usize = 6;
const OUTAGE: Duration = Duration::from_secs(5);

/// A line to `to` that breaks. Gives its address; the threads end with the test's process.
fn line(to: SocketAddr, broken: Arc<AtomicUsize>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let mut outage: Option<Instant> = None;
        for (nth, station) in listener.incoming().enumerate() {
            let Ok(station) = station else { return };
            if nth == BEFORE_OUTAGE {
                outage = Some(Instant::now() + OUTAGE);
            }
            if outage.is_some_and(|end| Instant::now() < end) {
                continue;
            }
            let Ok(gateway) = TcpStream::connect(to) else { return };
            let left = Arc::new(AtomicUsize::new(BREAKS));
            for (from, to) in [(&station, &gateway), (&gateway, &station)] {
                let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                let (left, broken) = (left.clone(), broken.clone());
                thread::spawn(move || {
                    let mut buffer = [0; 701];
                    while let Ok(count @ 1..) = from.read(&mut buffer) {
                        let room = left.load(Ordering::SeqCst);
                        let passed = count.min(room);
                        left.fetch_sub(passed, Ordering::SeqCst);
                        if to.write_all(&buffer[..passed]).is_err() {
                            break;
                        }
                        if passed < count {
                            broken.fetch_add(1, Ordering::SeqCst);
                            break;
                        }
                    }
                    let _ = from.shutdown(Shutdown::Both);
                    let _ = to.shutdown(Shutdown::Both);
                });
            }
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_breaks_loses_and_doubles_nothing() {
    let (folder, _) = Folder::two_stations();
    let limpid = folder.run();
    let mut text = "station,parameter,start,period,value\n".to_owned();
    let now = Utc::now().with_minute(0).and_then(|at| at.with_second(0)).and_then(|at| at.with_nanosecond(0)).unwrap();
    for hour in 1..=HOURS {
        let start = (now - Span::hours(hour)).to_rfc3339();
        text.push_str(&format!("S1,pm25,{start},PT1H,{hour}\n"));
    }
    let file = folder.path("history.csv");
    std::fs::write(&file, text).unwrap();

    let broken = Arc::new(AtomicUsize::new(0));
    let address = line(limpid.hj212, broken.clone());
    let mut command = Command::new(BIN);
    command.arg("simulate").arg("--pipeline").arg(folder.pipeline()).args(["--to", &format!("hj212://{address}")]);
    command.args(["--speed", "0", "--stations", "1", "--format", "long", "--from"]).arg(&file);
    let child = command.env("LIMPID_LOG", "error").stdout(Stdio::piped()).spawn().unwrap();
    let output = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap()).await.unwrap();
    let report = summary(&output);
    assert_eq!((&report["messages"], &report["acknowledged"]), (&json!(HOURS), &json!(HOURS)), "{report}");
    let breaks = broken.load(Ordering::SeqCst);
    assert!(breaks >= 5 && report["reconnects"].as_u64().unwrap() >= 5, "{breaks} breaks, {report}");

    let from = (now - Span::hours(HOURS)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let path = format!("/api/v1/observations?station=S1&parameter=pm25&period=PT1H&from={from}");
    let all = |text: &str| text.matches("\"value\":").count() == HOURS as usize;
    limpid.until(&path, Duration::from_secs(30), all).await;
    let items = limpid.all(&path).await;
    assert!(items.iter().all(|item| item["revision"] == 1));
    let values: Vec<f64> = items.iter().filter_map(|item| item["value"].as_f64()).collect();
    assert_eq!(values, (1..=HOURS).rev().map(|hour| hour as f64).collect::<Vec<_>>());
}
