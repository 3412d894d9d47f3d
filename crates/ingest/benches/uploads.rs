//! How fast batches of readings become durable: by HTTP as JSON, and by import of `long` files.
//!
//! The baseline of both is the journal alone, which is handed the same readings ready made. Each round has a journal of
//! its own in a folder on the disk of the target directory.
//!
//! One line a figure: name, value, unit, and the ratio to the baseline.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use limpid_ingest::formats::{Format, Progress, import};
use limpid_ingest::gateways::http;
use limpid_ingest::{Intake, RawReading, Upload, token};
use limpid_model::pipeline::Files;
use limpid_model::{Channel, ParameterId, Period, Pipeline};
use limpid_store::{Journal, SqliteJournal};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const STATIONS: usize = 100;
const PARAMETERS: [&str; 6] = ["pm25", "pm10", "so2", "no2", "co", "o3"];
/// Hours in one batch: with six parameters, 1,002 readings.
const HOURS: usize = 167;
/// Batches in one round: a million readings and a few.
const BATCHES: usize = 1000;
/// At once, to the journal and over connections.
const AT_ONCE: usize = 8;
const ROUNDS: usize = 5;
const SECRET: &str = "bench";

#[tokio::main]
async fn main() {
    let readings = (BATCHES * HOURS * PARAMETERS.len()) as f64;
    let bodies: Arc<Vec<Vec<u8>>> = Arc::new((0..BATCHES).map(request).collect());
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder for the file");
    let file = folder.path().join("long.csv");
    std::fs::write(&file, table()).expect("the disk takes the file");
    let (mut bulk, mut uploads, mut files) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bulk.push(readings / journal().await);
        uploads.push(readings / post(Arc::clone(&bodies)).await);
        files.push(readings / read(&file).await);
    }
    println!("journal_bulk {:.0} readings/s", median(&bulk));
    for (name, rates) in [("http_json_batches", &uploads), ("csv_import", &files)] {
        let ratios: Vec<f64> = rates.iter().zip(&bulk).map(|(ours, journal)| ours / journal).collect();
        let list: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
        let (rate, ratio) = (median(rates), median(&ratios));
        println!("{name} {rate:.0} readings/s ratio {ratio:.2} ({}) to journal_bulk", list.join(" "));
    }
}

/// A door to a new journal.
fn door() -> (TempDir, Intake) {
    let hash = token::hash(SECRET);
    let pipeline = format!(
        "[publisher]\nid = \"bench\"\nname = \"Bench\"\nzone = \"Asia/Shanghai\"\n\
         [[ingest.http.token]]\nstation = \"*\"\nhash = \"{hash}\"\n"
    );
    let mut stations = "id,kind,name_zh,name_en,lat,lon\n".to_owned();
    for station in 0..STATIONS {
        writeln!(stations, "S{station},air,站{station},Station {station},28.5,104.9").expect("a string takes it");
    }
    let pipeline = Pipeline::parse(&Files { pipeline, stations }).expect("a pipeline without mistakes");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder for the journal");
    let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal.db")).expect("a new journal");
    (folder, Intake::new(Arc::new(pipeline), journal))
}

/// The readings of a batch: station, and parameter, start and value of each.
fn batch(number: usize) -> (String, impl Iterator<Item = (&'static str, limpid_model::Instant, f64)>) {
    let first = chrono::DateTime::from_timestamp(1_600_000_000 / 3600 * 3600, 0).expect("a time of the calendar");
    let first = first + chrono::Duration::hours((number / STATIONS * HOURS) as i64);
    let readings = (0..HOURS).flat_map(move |hour| {
        let start = first + chrono::Duration::hours(hour as i64);
        PARAMETERS
            .into_iter()
            .enumerate()
            .map(move |(at, parameter)| (parameter, start, ((number * 7 + hour * 3 + at * 11) % 997) as f64 / 10.0))
    });
    (format!("S{}", number % STATIONS), readings)
}

/// A batch as JSON, with the head of its request.
fn request(number: usize) -> Vec<u8> {
    let (station, readings) = batch(number);
    let mut body = format!(r#"{{"station":"{station}","readings":["#);
    for (at, (parameter, start, value)) in readings.enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let start = start.to_rfc3339();
        write!(body, r#"{comma}{{"parameter":"{parameter}","start":"{start}","period":"PT1H","value":{value}}}"#)
            .expect("a string takes it");
    }
    body.push_str("]}");
    let head = format!(
        "POST /api/v1/submissions HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {SECRET}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head, body].concat().into_bytes()
}

/// All batches as one file of the `long` format.
fn table() -> String {
    let mut table = "station,parameter,start,period,value\n".to_owned();
    for number in 0..BATCHES {
        let (station, readings) = batch(number);
        for (parameter, start, value) in readings {
            let start = start.format("%Y-%m-%dT%H:%M:%SZ");
            writeln!(table, "{station},{parameter},{start},PT1H,{value}").expect("a string takes it");
        }
    }
    table
}

/// Seconds for the journal to take batches that are ready made, bodies of their size and all.
async fn journal() -> f64 {
    let (_folder, intake) = door();
    // In the order of their hours, as the other two have them.
    let made: Vec<Upload> = (0..BATCHES).map(|number| upload(&intake, number)).collect();
    let mut made = made.into_iter().peekable();
    let began = Instant::now();
    let mut flight = FuturesUnordered::new();
    while made.peek().is_some() || !flight.is_empty() {
        while flight.len() < AT_ONCE
            && let Some(upload) = made.next()
        {
            flight.push(intake.submit(upload));
        }
        let receipt = flight.next().await.expect("one is on the way").expect("the journal takes it");
        assert_eq!(receipt.counts.stored as usize, HOURS * PARAMETERS.len());
    }
    began.elapsed().as_secs_f64()
}

fn upload(intake: &Intake, number: usize) -> Upload {
    let (name, readings) = batch(number);
    let station = intake.pipeline().stations.get_str(&name).expect("it is in the registry");
    let entries = readings.map(|(parameter, start, value)| {
        let parameter = ParameterId::parse(parameter).expect("a parameter");
        let raw = RawReading { parameter, period: Period::Hour, start, value: Some(value), unit: None, mark: None };
        intake.entry(station, raw)
    });
    Upload {
        channel: Channel::Http,
        sender: "bench".into(),
        station: Some(station.id.clone()),
        media_type: "application/json",
        entries: entries.collect(),
        body: request(number).into(),
        idempotency: None,
        events: Vec::new(),
    }
}

/// Seconds from the first request to the last answer.
async fn post(requests: Arc<Vec<Vec<u8>>>) -> f64 {
    let (_folder, intake) = door();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let server = tokio::spawn(async move { axum::serve(listener, http::router(intake)).await });
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let clients: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
            tokio::spawn(async move {
                let stream = TcpStream::connect(address).await.expect("the server listens");
                stream.set_nodelay(true).expect("a socket of TCP");
                let mut stream = BufReader::new(stream);
                while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    stream.get_mut().write_all(request).await.expect("the server reads");
                    answer(&mut stream).await;
                }
            })
        })
        .collect();
    for client in clients {
        client.await.expect("all were answered");
    }
    let seconds = began.elapsed().as_secs_f64();
    server.abort();
    seconds
}

/// Reads an answer, which must be a receipt.
async fn answer(stream: &mut BufReader<TcpStream>) {
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        stream.read_line(&mut line).await.expect("the server answers");
        if line.starts_with("HTTP/1.1") {
            assert!(line.contains(" 201 "), "{line}");
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a number");
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.expect("the server answers");
}

/// Seconds for the import of the file.
async fn read(file: &Path) -> f64 {
    let (_folder, intake) = door();
    let files: [PathBuf; 1] = [file.to_owned()];
    let began = Instant::now();
    let summary = import(&intake, Format::Long, &files, &Progress::none()).await.expect("a file of the format");
    assert_eq!(summary.counts.stored as usize, BATCHES * HOURS * PARAMETERS.len());
    began.elapsed().as_secs_f64()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
