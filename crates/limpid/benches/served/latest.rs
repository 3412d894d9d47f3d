//! `GET /api/v1/latest` with 200 stations, and the memory of a limpid that has nothing else to do.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::http::header;
use axum::routing::get;
use chrono::{Duration as Span, Timelike, Utc};
use limpid_ingest::gateways::hj212::frame;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::process::{Served, announce};
use crate::{figure, value};

const STATIONS: usize = 200;
const CONNECTIONS: usize = 32;
const COUNTED: Duration = Duration::from_secs(3);
const PATH: &str = "/api/v1/latest?kind=air";

/// Prints the request rates with their ratio, the medians of five rounds, and the memory.
pub fn measure() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let limpid = Served::limpid(folder.path(), STATIONS, "ingest,transform,publish");
    runtime.block_on(fill(limpid.address("hj212")));
    std::thread::sleep(Duration::from_secs(5));
    value("idle_resident_200_stations", limpid.resident_mb(), "MB");

    let body = folder.path().join("latest.json");
    let bytes = runtime.block_on(fetch(limpid.address("http")));
    value("latest_body", bytes.len() as f64, "bytes");
    std::fs::write(&body, bytes).unwrap();
    let bare = Served::baseline("handler", &body);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        theirs.push(runtime.block_on(load(bare.address("handler"))));
        ours.push(runtime.block_on(load(limpid.address("http"))));
    }
    figure("latest_requests", &ours, "requests/s", "bare-axum-handler", &theirs);
}

/// Six hours of six parameters for every station.
async fn fill(address: SocketAddr) {
    let now = Utc::now() + Span::hours(8);
    let hour = now.with_minute(0).and_then(|at| at.with_second(0)).unwrap();
    for n in 0..STATIONS {
        let mut stream = BufReader::new(TcpStream::connect(address).await.unwrap());
        for back in 1..=6 {
            let time = (hour - Span::hours(back)).format("%Y%m%d%H%M%S");
            let data = format!(
                "QN=20220513162608370;ST=22;CN=2061;PW=1;MN=MN{n};Flag=5;CP=&&DataTime={time};a34004-Avg=33;a34002-Avg=51;\
                 a21026-Avg=6;a21004-Avg=28;a21005-Avg=0.5;a05024-Avg=58&&"
            );
            stream.get_mut().write_all(&frame::encode(data.as_bytes())).await.unwrap();
            let mut answer = Vec::new();
            stream.read_until(b'\n', &mut answer).await.unwrap();
        }
    }
}

async fn ask(stream: &mut BufReader<TcpStream>, body: &mut Vec<u8>) {
    let request = format!("GET {PATH} HTTP/1.1\r\nHost: bench\r\n\r\n");
    stream.get_mut().write_all(request.as_bytes()).await.unwrap();
    let mut length = 0;
    let mut line = String::new();
    loop {
        line.clear();
        assert!(stream.read_line(&mut line).await.unwrap() > 0, "the connection ended");
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    body.resize(length, 0);
    stream.read_exact(body).await.unwrap();
}

async fn fetch(address: SocketAddr) -> Vec<u8> {
    let mut stream = BufReader::new(TcpStream::connect(address).await.unwrap());
    let mut body = Vec::new();
    ask(&mut stream, &mut body).await;
    body
}

async fn load(address: SocketAddr) -> f64 {
    let answered = Arc::new(AtomicU64::new(0));
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let answered = answered.clone();
            tokio::spawn(async move {
                let mut stream = BufReader::new(TcpStream::connect(address).await.unwrap());
                let mut body = Vec::new();
                loop {
                    ask(&mut stream, &mut body).await;
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (before, started) = (answered.load(Ordering::Relaxed), Instant::now());
    tokio::time::sleep(COUNTED).await;
    let rate = (answered.load(Ordering::Relaxed) - before) as f64 / started.elapsed().as_secs_f64();
    for client in clients {
        client.abort();
    }
    rate
}

/// A handler that does nothing but return stored bytes.
pub fn baseline() {
    let body = bytes::Bytes::from(std::fs::read(PathBuf::from(std::env::args().next_back().unwrap())).unwrap());
    tokio::runtime::Runtime::new().unwrap().block_on(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        announce("handler", listener.local_addr().unwrap());
        let handler = move || async move { ([(header::CONTENT_TYPE, "application/json")], body) };
        axum::serve(listener, axum::Router::new().route("/api/v1/latest", get(handler))).await.unwrap();
    });
}
