//! A thousand stations, six pollutants, a year of hours (52.56 million) in one Parquet file: to moving means, days, largest
//! 8-hour means and the index of each day, by limpid, by DuckDB and by polars' streaming engine, with the same threads on the
//! same file in the same run. Prints the ratios and limpid's peak of memory, and fails where results differ. Needs python3 and,
//! for the other two, PyPI once; without them only limpid is measured.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant as Clock;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use limpid_model::parameter::AIR_INDEX;
use limpid_model::{Scheme, Zone};
use limpid_transform::engine::bulk::{self, StationHours};
use limpid_transform::fixed::Mean;
use limpid_transform::standards::Rules;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

const STATIONS: u64 = 1_000;
const HOURS: i64 = 8_760;
/// The fastest of so many runs counts, of each.
const RUNS: usize = 3;
const PACKAGES: [&str; 2] = ["duckdb==2.0.1", "polars==2.1.0"];

/// Mean, and how far hours lie from it, of the six in their order.
const LEVELS: [(f64, f64); 6] = [(45.0, 60.0), (80.0, 90.0), (12.0, 20.0), (35.0, 40.0), (0.8, 1.0), (60.0, 110.0)];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-history");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("six-1000-stations-1-year.parquet");
    if !path.exists() {
        generate(&path)?;
    }
    let threads = std::thread::available_parallelism()?.get();
    let hours = STATIONS * AIR_INDEX.len() as u64 * HOURS as u64;
    println!("history: {hours} hours, {} MB, {threads} threads", path.metadata()?.len() / 1_000_000);

    let (mut best, mut ours) = (f64::MAX, Sums::default());
    forget_peak();
    for _ in 0..RUNS {
        let begun = Clock::now();
        ours = run(&path)?;
        best = best.min(begun.elapsed().as_secs_f64());
    }
    let peak = peak_mb();
    println!("limpid:  {best:.3} s, peak {} MB, {ours:?}", peak.map_or("?".to_owned(), |mb| mb.to_string()));
    if peak.is_some_and(|mb| mb >= 1_000) {
        return Err("peak of memory is above 1 GB".into());
    }
    for script in ["duckdb_hours.py", "polars_hours.py"] {
        match peer(&folder, script, &path, threads) {
            Ok(theirs) => {
                println!("{}:  {:.3} s, {:?}", theirs.name, theirs.seconds, theirs.sums);
                println!("ratio:   {} takes {:.2} times as long as limpid", theirs.name, theirs.seconds / best);
                ours.check(&theirs.sums)?;
            }
            Err(error) => println!("{script}: not measured: {error}"),
        }
    }
    Ok(())
}

fn run(path: &Path) -> Result<Sums, Box<dyn std::error::Error>> {
    let scheme = Scheme::parse("hj633-2026").ok_or("schemes.toml has no hj633-2026")?;
    let zone = Zone::parse("Asia/Shanghai").ok_or("no such zone")?;
    let mut sums = Sums::default();
    bulk::stations(Rules::built_in(), path, scheme, zone, |station| sums.add(&station))?;
    Ok(sums)
}

/// A year of hours from local midnight on, with a daily cycle, one decimal (CO three), and 4 % of the hours missing.
fn generate(path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let first_ms = 1_735_660_800_000_i64; // 2025-01-01 00:00 in Shanghai
    let partial = path.with_extension("partial");
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?)).build();
    let mut writer: Option<ArrowWriter<File>> = None;
    let mut state = 1_u64;
    for station in 0..STATIONS {
        for (parameter, (mean, spread)) in AIR_INDEX.into_iter().zip(LEVELS) {
            let scale = if parameter == "co" { 1_000.0 } else { 10.0 };
            let value = |hour: i64| {
                state = splitmix(state);
                let cycle = 1.0 - ((hour % 24) as f64 / 24.0 * std::f64::consts::TAU).cos();
                let season = ((hour as f64 / HOURS as f64) * std::f64::consts::PI).sin();
                let noise = (state % 1_000) as f64 / 1_000.0;
                let value = mean * (0.4 + 0.6 * season) + spread * (0.5 * cycle * noise);
                (!(state >> 32).is_multiple_of(25)).then(|| (value * scale).round() / scale)
            };
            let name = format!("station-{station:04}");
            let starts = (0..HOURS).map(|hour| first_ms + hour * 3_600_000);
            let columns: [(&str, ArrayRef); 4] = [
                ("station", Arc::new(StringArray::from_iter_values((0..HOURS).map(|_| name.as_str())))),
                ("parameter", Arc::new(StringArray::from_iter_values((0..HOURS).map(|_| parameter)))),
                ("start", Arc::new(TimestampMillisecondArray::from_iter_values(starts))),
                ("value", Arc::new((0..HOURS).map(value).collect::<Float64Array>())),
            ];
            let batch = RecordBatch::try_from_iter(columns)?;
            let writer = match &mut writer {
                Some(writer) => writer,
                None => writer.insert(ArrowWriter::try_new(
                    File::create(&partial)?,
                    batch.schema(),
                    Some(properties.clone()),
                )?),
            };
            writer.write(&batch)?;
        }
    }
    if let Some(writer) = writer {
        writer.close()?;
    }
    std::fs::rename(partial, path)?;
    Ok(())
}

fn splitmix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What all three must agree on. Doubles may put a mean on the other side of a half, so that a few indices differ.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Sums {
    moving: f64,
    days: u64,
    mean: f64,
    max8h: f64,
    index: f64,
}

impl Sums {
    fn add(&mut self, station: &StationHours) {
        let sum = |means: &mut dyn Iterator<Item = Option<Mean>>| means.flatten().map(Mean::to_f64).sum::<f64>();
        for series in &station.series {
            self.moving += sum(&mut series.moving.iter().map(|one| one.mean));
            self.days += series.days.len() as u64;
            self.mean += sum(&mut series.days.iter().map(|day| day.mean.mean));
            if series.parameter.as_str() == "o3" {
                self.max8h += sum(&mut series.days.iter().map(|day| day.max8h.mean));
            }
        }
        self.index += station.indices.iter().filter_map(|day| day.index).map(f64::from).sum::<f64>();
    }

    fn check(self, other: &Self) -> Result<(), String> {
        let near = |a: f64, b: f64, tolerance: f64| (a - b).abs() <= a.abs() * tolerance;
        let agree = self.days == other.days
            && near(self.moving, other.moving, 1e-9)
            && near(self.mean, other.mean, 1e-9)
            && near(self.max8h, other.max8h, 1e-9)
            && near(self.index, other.index, 1e-4);
        agree.then_some(()).ok_or_else(|| format!("results differ: {self:?} and {other:?}"))
    }
}

struct Theirs {
    name: String,
    seconds: f64,
    sums: Sums,
}

/// A script of this folder, in a virtual environment of its own under the target folder.
fn peer(folder: &Path, script: &str, path: &Path, threads: usize) -> Result<Theirs, Box<dyn std::error::Error>> {
    let venv = folder.join("venv");
    let python: PathBuf = venv.join("bin/python");
    if !python.exists() {
        succeed(Command::new("python3").arg("-m").arg("venv").arg(&venv))?;
    }
    if succeed(Command::new(&python).args(["-c", "import duckdb, polars"])).is_err() {
        succeed(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
    }
    let benches = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
    let breakpoints = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/standards/hj633.csv");
    let mut command = Command::new(&python);
    command.arg(benches.join(script)).arg(path).arg(threads.to_string()).arg(breakpoints);
    command.env("POLARS_MAX_THREADS", threads.to_string());
    let line = succeed(&mut command)?;
    let found: serde_json::Value = serde_json::from_str(&line)?;
    let number = |key: &str| found[key].as_f64().ok_or_else(|| format!("no {key} in {line}"));
    Ok(Theirs {
        name: found["name"].as_str().unwrap_or_default().to_owned(),
        seconds: number("seconds")?,
        sums: Sums {
            moving: number("moving")?,
            days: number("days")? as u64,
            mean: number("mean")?,
            max8h: number("max8h")?,
            index: number("index")?,
        },
    })
}

fn succeed(command: &mut Command) -> Result<String, Box<dyn std::error::Error>> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Lets the kernel count this process's peak of memory from now on (Linux), so that making the file does not count.
fn forget_peak() {
    if let Err(error) = std::fs::write("/proc/self/clear_refs", "5") {
        println!("peak of memory includes making the file: {error}");
    }
}

fn peak_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1_024 / 1_000_000)
}
