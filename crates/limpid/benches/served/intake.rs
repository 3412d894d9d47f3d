//! Acknowledged frames a second, 256 connections, each waiting for one acknowledgement before its next frame.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Duration as Span};
use limpid_ingest::gateways::hj212::frame;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};

use crate::figure;
use crate::process::{Served, announce};

const CONNECTIONS: usize = 256;
const WARM_UP: Duration = Duration::from_secs(2);
const COUNTED: Duration = Duration::from_secs(5);

/// Prints the rates, the medians of five rounds, and the median of the rounds' ratios: a round's figures are taken right
/// after one another, so that what else the machine does weighs on all of them.
pub fn measure() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (mut bare, mut ingest, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..std::env::var("ROUNDS").map_or(5, |n| n.parse().unwrap()) {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let baseline = Served::baseline("append", &folder.path().join("bare"));
        bare.push(runtime.block_on(load(baseline.address("append"))));
        drop(baseline);
        for (roles, rates) in [("ingest", &mut ingest), ("ingest,transform,publish", &mut whole)] {
            let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
            let limpid = Served::limpid(folder.path(), CONNECTIONS, roles);
            rates.push(runtime.block_on(load(limpid.address("hj212"))));
        }
    }
    figure("intake_acked_frames", &ingest, "frames/s", "append+fdatasync", &bare);
    figure("intake_acked_frames_all_roles", &whole, "frames/s", "append+fdatasync", &bare);
}

/// The frame of HJ212.md §2, vector 6 (11 factors, 411 bytes with a 18-byte MN), of station `n` and minute `minute`.
fn data(n: usize, minute: u64) -> String {
    let at = DateTime::from_timestamp(1_760_000_040, 0).unwrap() + Span::hours(8) + Span::minutes(minute as i64);
    format!(
        "QN=20220513162608370;ST=22;CN=2051;PW=123456;MN=MN{n};Flag=5;CP=&&DataTime={};a21004-Avg=4,a21004-Flag=N;\
         a05024-Avg=63,a05024-Flag=N;a21026-Avg=6,a21026-Flag=N;a21005-Avg=0.427,a21005-Flag=N;a34004-Avg={},a34004-Flag=N;\
         a34002-Avg=31,a34002-Flag=N;a01007-Avg=1,a01007-Flag=N;a01008-Avg=11,a01008-Flag=N;a01001-Avg=17,a01001-Flag=N;\
         a01002-Avg=85,a01002-Flag=N;a01006-Avg=95,a01006-Flag=N&&",
        at.format("%Y%m%d%H%M%S"),
        minute % 97
    )
}

async fn load(address: std::net::SocketAddr) -> f64 {
    let acked = Arc::new(AtomicU64::new(0));
    let stations: Vec<_> = (0..CONNECTIONS)
        .map(|n| {
            let acked = acked.clone();
            tokio::spawn(async move {
                let stream = TcpStream::connect(address).await.unwrap();
                stream.set_nodelay(true).unwrap();
                let mut stream = BufReader::new(stream);
                let mut answer = Vec::new();
                for minute in 0.. {
                    stream.get_mut().write_all(&frame::encode(data(n, minute).as_bytes())).await.unwrap();
                    answer.clear();
                    if stream.read_until(b'\n', &mut answer).await.unwrap() == 0 {
                        return;
                    }
                    acked.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    tokio::time::sleep(WARM_UP).await;
    let (before, started) = (acked.load(Ordering::Relaxed), Instant::now());
    tokio::time::sleep(COUNTED).await;
    let rate = (acked.load(Ordering::Relaxed) - before) as f64 / started.elapsed().as_secs_f64();
    for station in stations {
        station.abort();
    }
    rate
}

/// Appends every line to a file and acknowledges it after a sync that the whole group shares.
pub fn baseline() {
    let path = PathBuf::from(std::env::args().next_back().unwrap());
    let (sender, mut receiver) = mpsc::channel::<(Vec<u8>, oneshot::Sender<()>)>(4096);
    std::thread::spawn(move || {
        let mut file = File::create(path).unwrap();
        let mut group = Vec::new();
        while let Some(first) = receiver.blocking_recv() {
            group.push(first);
            while let Ok(more) = receiver.try_recv() {
                group.push(more);
            }
            let bytes: Vec<u8> = group.iter().flat_map(|(bytes, _)| bytes.iter().copied()).collect();
            file.write_all(&bytes).unwrap();
            file.sync_data().unwrap();
            for (_, acknowledge) in group.drain(..) {
                let _ = acknowledge.send(());
            }
        }
    });
    tokio::runtime::Runtime::new().unwrap().block_on(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        announce("append", listener.local_addr().unwrap());
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let sender = sender.clone();
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let answer = frame::encode(b"QN=20220513162608370;ST=91;CN=9014;PW=123456;MN=MN0;Flag=4;CP=&&&&");
                loop {
                    let mut line = Vec::new();
                    if stream.read_until(b'\n', &mut line).await.unwrap_or(0) == 0 {
                        return;
                    }
                    let (acknowledge, done) = oneshot::channel();
                    if sender.send((line, acknowledge)).await.is_err() || done.await.is_err() {
                        return;
                    }
                    if stream.get_mut().write_all(&answer).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
}
