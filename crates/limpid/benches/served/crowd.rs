//! Ten thousand connected stations, a frame a minute each, twenty clients that misbehave, and one that reads the whole board
//! every second, in one encoding after the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use chrono::{Duration as Span, Utc};
use limpid_ingest::gateways::hj212::frame;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::process::Served;
use crate::value;

const STATIONS: usize = 10_000;
const MISBEHAVING: usize = 20;
const MINUTE: Duration = Duration::from_secs(60);
/// The stations call one after the other within a minute, and go on from there.
const MINUTES: u32 = 3;
/// A frame without its answer by then counts as unanswered.
const GIVEN_UP: Duration = Duration::from_secs(10);

/// Prints how many frames were answered and how fast, the memory, and what is left when all have gone.
pub fn measure() {
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let limpid = Served::limpid(folder.path(), STATIONS, "ingest,transform,publish");
    tokio::runtime::Runtime::new().unwrap().block_on(crowd(&limpid));
}

async fn crowd(limpid: &Served) {
    value("crowd_before_anybody_calls", limpid.resident_mb(), "MB");
    let address = limpid.address("hj212");
    let stop = Arc::new(AtomicBool::new(false));
    let mut strangers = JoinSet::new();
    for n in 0..MISBEHAVING {
        strangers.spawn(misbehave(address, n, stop.clone()));
    }
    strangers.spawn(read_the_board(limpid.address("http"), stop.clone()));
    let unanswered = Arc::new(AtomicU64::new(0));
    let mut stations = JoinSet::new();
    let began = Instant::now();
    for n in 0..STATIONS {
        let first = began + MINUTE.mul_f64(n as f64 / STATIONS as f64);
        stations.spawn(station(address, n, first, unanswered.clone()));
    }
    let (mut latencies, mut most) = (Vec::new(), 0f64);
    let mut look = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            ended = stations.join_next() => match ended {
                Some(ended) => latencies.extend(ended.unwrap()),
                None => break,
            },
            _ = look.tick() => most = most.max(limpid.resident_mb()),
        }
    }
    stop.store(true, Ordering::Relaxed);
    strangers.shutdown().await;
    latencies.sort();
    let at = |part: f64| latencies[(latencies.len() as f64 * part) as usize].as_secs_f64() * 1000.0;
    value("crowd_answered_frames", latencies.len() as f64, "frames");
    value("crowd_unanswered_frames", unanswered.load(Ordering::Relaxed) as f64, "frames");
    value("crowd_answer_p50", at(0.5), "ms");
    value("crowd_answer_p99", at(0.99), "ms");
    value("crowd_answer_p999", at(0.999), "ms");
    value("crowd_resident_most", most, "MB");
    sleep(Duration::from_secs(5)).await;
    value("crowd_connections_left", connections(limpid.address("http")).await, "");
    value("crowd_resident_after", limpid.resident_mb(), "MB");
}

/// One station's minutes; how long each answer took.
async fn station(address: SocketAddr, n: usize, first: Instant, unanswered: Arc<AtomicU64>) -> Vec<Duration> {
    sleep_until(first).await;
    let mut stream = BufReader::with_capacity(256, TcpStream::connect(address).await.unwrap());
    let mut latencies = Vec::new();
    let mut answer = Vec::new();
    for minute in 0..MINUTES {
        sleep_until(first + MINUTE * minute).await;
        let now = Utc::now() + Span::hours(8);
        let (qn, time) = (now.format("%Y%m%d%H%M%S%3f"), (now - Span::minutes(1)).format("%Y%m%d%H%M00"));
        let data = format!(
            "QN={qn};ST=22;CN=2051;PW=1;MN=MN{n};Flag=5;CP=&&DataTime={time};a34004-Avg={minute},a34004-Flag=N;\
             a34002-Avg=31,a34002-Flag=N;a21026-Avg=6,a21026-Flag=N;a21004-Avg=4,a21004-Flag=N;a21005-Avg=0.4,\
             a21005-Flag=N;a05024-Avg=63,a05024-Flag=N&&"
        );
        let sent = Instant::now();
        stream.get_mut().write_all(&frame::encode(data.as_bytes())).await.unwrap();
        let answered = async {
            loop {
                answer.clear();
                stream.read_until(b'\n', &mut answer).await.unwrap();
                // Requests for data of before, which this station does not have, are not what is waited for.
                if answer.windows(8).any(|word| word == b";CN=9014") {
                    return;
                }
                assert!(!answer.is_empty(), "station {n} was cut off");
            }
        };
        match tokio::time::timeout(GIVEN_UP, answered).await {
            Ok(()) => latencies.push(sent.elapsed()),
            Err(_) => _ = unanswered.fetch_add(1, Ordering::Relaxed),
        }
    }
    sleep_until(first + MINUTE * MINUTES).await;
    latencies
}

/// A client that does one of five wrong things, and comes back when it is thrown out.
async fn misbehave(address: SocketAddr, n: usize, stop: Arc<AtomicBool>) {
    let oversized = [b"##9999QN=".to_vec(), vec![b'1'; 20_000]].concat();
    let garbage: Vec<u8> = (0..4096u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    while !stop.load(Ordering::Relaxed) {
        let Ok(mut stream) = TcpStream::connect(address).await else { continue };
        if n % 5 == 4 {
            // Half open: it says that it will send nothing more, and waits for the other end.
            let _ = stream.shutdown().await;
            let _ = stream.read(&mut [0; 64]).await;
            continue;
        }
        loop {
            let (bytes, pause): (&[u8], u64) = match n % 5 {
                0 => (b"#", 1000),
                1 => (&garbage, 20),
                2 => (&oversized, 20),
                _ => (b"##0411QN=2022", 600_000),
            };
            if stream.write_all(bytes).await.is_err() {
                break;
            }
            sleep(Duration::from_millis(pause)).await;
        }
    }
}

/// Asks for the whole board, 16 MB, once a second.
async fn read_the_board(http: SocketAddr, stop: Arc<AtomicBool>) {
    for encoding in ["br", "gzip", "zstd", "identity"].into_iter().cycle() {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let request = format!(
            "GET /api/v1/latest HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: {encoding}\r\nConnection: close\r\n\r\n"
        );
        let mut stream = TcpStream::connect(http).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..answer.len().min(80)]));
        sleep(Duration::from_secs(1)).await;
    }
}

/// What the gateway says of its connections.
async fn connections(http: SocketAddr) -> f64 {
    let mut stream = TcpStream::connect(http).await.unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("limpid_hj212_connections "));
    line.expect("the gauge of connections").trim().parse().unwrap()
}
