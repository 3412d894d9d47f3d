//! Ten thousand open streams of events: how soon after a station's frame was sent each has its value, and the memory.

use std::net::SocketAddr;
use std::time::Duration;

use chrono::{Duration as Span, Utc};
use limpid_ingest::gateways::hj212::frame;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::process::Served;
use crate::value;

const LISTENERS: usize = 10_000;
const ROUNDS: usize = 10;
/// Listeners that connect at once, so that none is turned away by the system's queue of connections.
const AT_ONCE: usize = 100;
/// A listener without the event by then has missed it.
const GIVEN_UP: Duration = Duration::from_secs(30);

/// Prints how soon the listeners had the events, how many lacked one, and the memory.
pub fn measure() {
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let limpid = Served::limpid(folder.path(), 200, "ingest,transform,publish");
    tokio::runtime::Runtime::new().unwrap().block_on(listen(&limpid));
}

async fn listen(limpid: &Served) {
    value("listeners_before_anybody_listens", limpid.resident_mb(), "MB");
    let (told, mut heard) = mpsc::channel(LISTENERS);
    let (round, rounds) = watch::channel(0);
    let mut listeners = JoinSet::new();
    for n in 0..LISTENERS {
        listeners.spawn(listener(limpid.address("http"), told.clone(), rounds.clone()));
        if n % AT_ONCE == AT_ONCE - 1 {
            for _ in 0..AT_ONCE {
                heard.recv().await.unwrap();
            }
        }
    }
    let mut station = TcpStream::connect(limpid.address("hj212")).await.unwrap();
    let (mut latencies, mut missed) = (Vec::new(), 0);
    for n in 1..=ROUNDS {
        round.send_replace(n);
        let now = Utc::now() + Span::hours(8);
        let (qn, time) = (now.format("%Y%m%d%H%M%S%3f"), (now - Span::minutes(30 - n as i64)).format("%Y%m%d%H%M00"));
        let marked = marker(n);
        let data = format!(
            "QN={qn};ST=22;CN=2051;PW=1;MN=MN0;Flag=5;CP=&&DataTime={time};a34004-Avg={marked},a34004-Flag=N&&"
        );
        let sent = Instant::now();
        station.write_all(&frame::encode(data.as_bytes())).await.unwrap();
        for _ in 0..LISTENERS {
            match timeout(GIVEN_UP, heard.recv()).await {
                Ok(at) => latencies.push(at.unwrap().duration_since(sent)),
                Err(_) => {
                    missed += 1;
                    break;
                }
            }
        }
        sleep(Duration::from_secs(1)).await;
    }
    latencies.sort();
    let at = |part: f64| latencies[(latencies.len() as f64 * part) as usize].as_secs_f64() * 1000.0;
    value("listeners_events", latencies.len() as f64, "events");
    value("listeners_rounds_with_missing_events", f64::from(missed), "rounds");
    value("listeners_event_p50", at(0.5), "ms");
    value("listeners_event_p99", at(0.99), "ms");
    value("listeners_event_most", at(0.999_999), "ms");
    value("listeners_resident", limpid.resident_mb(), "MB");
}

/// The value by which the event of a round is known.
fn marker(round: usize) -> String {
    format!("{}.5", 100 + round)
}

/// One listener: says when its stream is open, then when it has the event of each round.
async fn listener(address: SocketAddr, told: mpsc::Sender<Instant>, rounds: watch::Receiver<usize>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /api/v1/stream HTTP/1.1\r\nHost: bench\r\n\r\n").await.unwrap();
    let mut text = Vec::new();
    until(&mut stream, &mut text, b"retry: ").await;
    told.send(Instant::now()).await.unwrap();
    for round in 1..=ROUNDS {
        let marked = format!("\"value\":{}", marker(round));
        until(&mut stream, &mut text, marked.as_bytes()).await;
        let now = Instant::now();
        // One of an earlier round that comes too late counts with that round's successor, which it delays.
        if *rounds.borrow() >= round {
            told.send(now).await.unwrap();
        }
    }
}

/// Reads until `word` has come, and forgets what was before it.
async fn until(stream: &mut TcpStream, text: &mut Vec<u8>, word: &[u8]) {
    loop {
        if let Some(at) = text.windows(word.len()).position(|window| window == word) {
            text.drain(..at + word.len());
            return;
        }
        let rest = text.len().saturating_sub(word.len());
        text.drain(..rest);
        let mut piece = [0; 1024];
        let read = stream.read(&mut piece).await.unwrap();
        assert!(read > 0, "the stream ended");
        text.extend_from_slice(&piece[..read]);
    }
}
