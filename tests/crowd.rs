//! A few hundred stations at once, among clients that misbehave; when all have gone, no task of theirs is left. `make bench`
//! has the ten thousand.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::support::{Folder, Limpid, Station, frame};

const STATIONS: usize = 500;
const FRAMES: usize = 5;
const MISBEHAVING: usize = 20;

/// A slow loris, garbage, frames that are too large, halves of frames, and connections that are half open: whose other end says
/// that it will send nothing more and stays, with a frame begun or without. Each comes back when it is thrown out.
fn misbehave(address: SocketAddr, n: usize, stop: &AtomicBool) {
    let garbage: Vec<u8> = (0..4096u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let oversized = [b"##9999QN=".to_vec(), vec![b'1'; 20_000]].concat();
    while !stop.load(Ordering::Relaxed) {
        let Ok(mut stream) = TcpStream::connect(address) else { continue };
        // Never read from, so that answers would pile up if there were any.
        while !stop.load(Ordering::Relaxed) {
            let bytes: &[u8] = match n % 5 {
                0 => b"#",
                1 => &garbage,
                2 => &oversized,
                3 => b"##0411QN=2022",
                _ if n.is_multiple_of(2) => b"",
                _ => b"##0411QN=2022",
            };
            let half_open =
                n % 5 == 4 && stream.write_all(bytes).and_then(|()| stream.shutdown(Shutdown::Write)).is_ok();
            if half_open {
                // Its own end stays open until limpid has closed the other.
                let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
                assert!(matches!(stream.read(&mut [0; 64]), Ok(0) | Err(_)), "nobody is answered here");
                break;
            }
            if n % 5 == 4 || stream.write_all(bytes).is_err() {
                break;
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// The value of a gauge without labels.
fn gauge(metrics: &str, name: &str) -> f64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')));
    line.unwrap_or_else(|| panic!("{name} in {metrics}")).trim().parse().unwrap()
}

/// How many tasks the program has when it is ready and nobody calls but whoever asks.
async fn tasks(limpid: &Limpid) -> f64 {
    limpid.until("/readyz", Duration::from_secs(20), |text| text.contains("\"ready\"")).await;
    let mut before = f64::NAN;
    loop {
        let now = gauge(&limpid.text("/metrics").await, "limpid_tasks");
        if now == before {
            return now;
        }
        before = now;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn good_frames_are_all_answered_among_clients_that_misbehave() {
    let rows = (0..STATIONS).map(|n| format!("S{n},air,站{n},Station {n},28.5,104.9,MN{n}\n"));
    let folder = Folder::new(&format!("id,kind,name_zh,name_en,lat,lon,mn\n{}", rows.collect::<String>()));
    let limpid = folder.run();
    let address = limpid.hj212;
    let baseline = tasks(&limpid).await;
    let stop = Arc::new(AtomicBool::new(false));
    let strangers: Vec<_> = (0..MISBEHAVING)
        .map(|n| {
            let stop = stop.clone();
            thread::spawn(move || misbehave(address, n, &stop))
        })
        .collect();
    let answered = tokio::task::spawn_blocking(move || {
        let mut stations: Vec<_> = (0..STATIONS).map(|_| Station::connect(address).unwrap()).collect();
        let mut answered = 0;
        for minute in 0..FRAMES {
            for (n, station) in stations.iter_mut().enumerate() {
                let data = format!(
                    "QN=2026112508000000{minute};ST=22;CN=2051;PW=1;MN=MN{n};Flag=5;CP=&&DataTime=2026010108{minute:02}00;\
                     a34004-Avg=33,a34004-Flag=N&&"
                );
                station.send(&frame(&data)).unwrap();
            }
            for (n, station) in stations.iter_mut().enumerate() {
                let answer = station.answer().unwrap();
                assert!(answer.contains(&format!("CN=9014;PW=1;MN=MN{n};")), "{answer}");
                answered += 1;
            }
        }
        answered
    });
    assert_eq!(answered.await.unwrap(), STATIONS * FRAMES);
    let metrics = limpid.text("/metrics").await;
    assert!(gauge(&metrics, "limpid_hj212_connections") <= (STATIONS + MISBEHAVING) as f64, "a task for each at most");

    stop.store(true, Ordering::Relaxed);
    for stranger in strangers {
        stranger.join().unwrap();
    }
    // All have gone: no task is left.
    let none = |metrics: &str| gauge(metrics, "limpid_hj212_connections") == 0.0;
    limpid.until("/metrics", Duration::from_secs(20), none).await;
    limpid.until("/metrics", Duration::from_secs(60), |metrics| gauge(metrics, "limpid_tasks") <= baseline).await;
    let (status, _) = limpid.terminate();
    assert!(status.success());
}
