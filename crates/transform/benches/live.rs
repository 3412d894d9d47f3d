//! A thousand stations live: what one reading costs in CPU time until everything that it changes is published. Each station has a
//! day of hours of the six pollutants behind it; then its next hour comes, reading by reading, and the next one is sent when
//! the one before is published. The same readings taken in without an engine are the baseline. Linux only: CPU time is read
//! from `/proc/self/stat`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use limpid_model::parameter::AIR_INDEX;
use limpid_model::pipeline::Files;
use limpid_model::{Channel, Entry, Instant, ParameterId, Period, Pipeline, Reading, ReceiptId, StationId, Submission};
use limpid_store::{Journal, SqliteJournal};
use limpid_transform::{history, live};
use tokio_util::sync::CancellationToken;

const STATIONS: usize = 1_000;
/// Hours behind each station: a day, which the moving means look back on.
const BEFORE: i64 = 24;
/// Readings that are measured: the first parameter of each station.
const MEASURED: usize = STATIONS;
/// CPU time of one reading that is allowed, in milliseconds.
const ALLOWED_MS: f64 = 1.0;
/// The kernel counts CPU time in hundredths of a second (USER_HZ), whatever the machine.
const TICKS: f64 = 100.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tokio::runtime::Runtime::new()?.block_on(measure())
}

async fn measure() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-live");
    // What an earlier run left would be known already.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    let pipeline = pipeline()?;
    let now = pipeline.publisher.zone.floor_hour(Utc::now());

    let bare: Arc<dyn Journal> = SqliteJournal::open(&folder.join("bare.sqlite"))?;
    let begun = cpu_seconds()?;
    for station in 0..MEASURED {
        bare.accept(submission(station, vec![reading(station, 0, now - TimeDelta::hours(1))])).await?;
    }
    let intake = (cpu_seconds()? - begun) / MEASURED as f64 * 1e3;

    let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.join("journal.sqlite"))?;
    for station in 0..STATIONS {
        let hours = (1..=BEFORE).flat_map(|back| (0..AIR_INDEX.len()).map(move |place| (back, place)));
        let readings = hours.map(|(back, place)| reading(station, place, now - TimeDelta::hours(back + 1)));
        journal.accept(submission(station, readings.collect())).await?;
    }
    history(pipeline.clone(), journal.clone(), None, |_, _| {}).await?;
    let stop = CancellationToken::new();
    let engine = tokio::spawn(live(pipeline, journal.clone(), stop.clone()));
    idle().await?;

    let mut published = journal.published();
    published.mark_unchanged();
    let before = *published.borrow();
    let begun = cpu_seconds()?;
    for station in 0..MEASURED {
        journal.accept(submission(station, vec![reading(station, 0, now - TimeDelta::hours(1))])).await?;
        published.changed().await?;
        published.mark_unchanged();
    }
    let whole = (cpu_seconds()? - begun) / MEASURED as f64 * 1e3;
    let records = (*journal.published().borrow() - before) as f64 / MEASURED as f64;
    stop.cancel();
    engine.await??;
    println!(
        "live: {STATIONS} stations, {MEASURED} readings one by one: {whole:.3} ms of CPU each, {records:.1} records published \
         each, of it {intake:.3} ms to take it in"
    );
    let verdict = if whole - intake > ALLOWED_MS { "more than" } else { "within" };
    println!("live: without taking it in {verdict} the {ALLOWED_MS} ms asked for");
    Ok(())
}

fn pipeline() -> Result<Arc<Pipeline>, Box<dyn std::error::Error>> {
    let rows: String = (0..STATIONS).map(|n| format!("S{n},air,站{n},Station {n},28.5,104.9,a{}\n", n / 10)).collect();
    let files = Files {
        pipeline: "[publisher]\nid = \"bench\"\nname = \"bench\"\nzone = \"Asia/Shanghai\"\n".to_owned(),
        stations: format!("id,kind,name_zh,name_en,lat,lon,area\n{rows}"),
    };
    Ok(Arc::new(Pipeline::parse(&files).map_err(|mistakes| mistakes.to_string())?))
}

fn reading(station: usize, place: usize, start: Instant) -> Reading {
    Reading {
        station: StationId::parse(&format!("S{station}")).expect("letters and digits are an id"),
        parameter: ParameterId::known(AIR_INDEX[place]),
        period: Period::Hour,
        start,
        value: Some(20.0 + (station % 7) as f64 + place as f64),
        mark: None,
        conversion: None,
    }
}

fn submission(station: usize, readings: Vec<Reading>) -> Submission {
    let received: DateTime<Utc> = Utc::now();
    Submission {
        id: ReceiptId::new(received, (station * 1_000 + readings.len()) as u128),
        received,
        channel: Channel::Http,
        sender: "bench".to_owned(),
        station: StationId::parse(&format!("S{station}")),
        media_type: "application/json",
        body: Vec::new().into(),
        idempotency: None,
        entries: readings.into_iter().map(Entry::Reading).collect(),
        deviations: Vec::new(),
        events: Vec::new(),
    }
}

/// Waits until the summaries of what history published are made, and nothing is left to do.
async fn idle() -> Result<(), Box<dyn std::error::Error>> {
    let mut before = f64::NEG_INFINITY;
    loop {
        let used = cpu_seconds()?;
        if used - before < 0.05 {
            return Ok(());
        }
        before = used;
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
}

/// CPU time of this process, user's and kernel's.
fn cpu_seconds() -> Result<f64, Box<dyn std::error::Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The second field is the program's name in brackets, and may hold anything.
    let rest = stat.rsplit_once(')').ok_or("/proc/self/stat has no name")?.1;
    let mut fields = rest.split_whitespace().skip(11);
    let mut ticks = || fields.next().and_then(|field| field.parse::<f64>().ok()).ok_or("/proc/self/stat is short");
    Ok((ticks()? + ticks()?) / TICKS)
}
