//! One pollutant, 1,000 stations, one year of hours (8.76 million) in a Parquet file: to day means, largest 8-hour
//! means and sub-indices by limpid, and by DuckDB with the same threads on the same file. Prints the ratio and limpid's
//! peak of memory. Needs python3 and, for DuckDB, PyPI once; without them only limpid is measured.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant as Clock;

use limpid_model::{ParameterId, Scheme, Zone};
use limpid_transform::engine::bulk::{StationDays, days};
use limpid_transform::fixed::Mean;
use limpid_transform::standards::Rules;
use polars::prelude::{Column, DataFrame, DataType, ParquetCompression, ParquetWriter, TimeUnit};

const STATIONS: u64 = 1_000;
const HOURS: u64 = 8_760;
/// The fastest of so many runs counts, of both.
const RUNS: usize = 3;
const DUCKDB: &str = "duckdb==2.0.1";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-history");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("o3-1000-stations-1-year.parquet");
    if !path.exists() {
        generate(&path)?;
    }
    let threads = std::thread::available_parallelism()?.get();
    println!("history: {} hours, {} MB, {threads} threads", STATIONS * HOURS, path.metadata()?.len() / 1_000_000);

    let (mut best, mut found) = (f64::MAX, Vec::new());
    forget_peak();
    for _ in 0..RUNS {
        let begun = Clock::now();
        found = run(&path)?;
        best = best.min(begun.elapsed().as_secs_f64());
    }
    let peak = peak_mb();
    let ours = Sums::of(&found);
    println!("limpid:  {best:.3} s, peak {} MB, {ours:?}", peak.map_or("?".to_owned(), |mb| mb.to_string()));
    if peak.is_some_and(|mb| mb >= 1_000) {
        return Err("peak of memory is above 1 GB".into());
    }

    match duckdb(&folder, &path, threads) {
        Ok(theirs) => {
            println!("duckdb:  {:.3} s, version {}, {:?}", theirs.seconds, theirs.version, theirs.sums);
            println!("ratio:   limpid takes {:.2} of DuckDB's time", best / theirs.seconds);
            ours.check(&theirs.sums)?;
        }
        Err(error) => println!("duckdb:  not measured: {error}"),
    }
    Ok(())
}

fn run(path: &Path) -> Result<Vec<StationDays>, Box<dyn std::error::Error>> {
    let scheme = Scheme::parse("hj633-2026").ok_or("schemes.toml has no hj633-2026")?;
    let zone = Zone::parse("Asia/Shanghai").ok_or("no such zone")?;
    Ok(days(Rules::built_in(), path, ParameterId::known("o3"), scheme, zone)?)
}

/// A year of ozone from local midnight on, with a daily cycle, one decimal, and 4 % of the hours missing.
fn generate(path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let first_ms = 1_735_660_800_000_i64; // 2025-01-01 00:00 in Shanghai
    let partial = path.with_extension("partial");
    let mut writer = None;
    let mut state = 1_u64;
    for station in 0..STATIONS {
        let hours = 0..HOURS as i64;
        let name = format!("station-{station:04}");
        let start =
            Column::new("start".into(), hours.clone().map(|hour| first_ms + hour * 3_600_000).collect::<Vec<_>>());
        let values: Vec<Option<f64>> = hours
            .map(|hour| {
                state = splitmix(state);
                let cycle = 60.0 - 50.0 * ((hour % 24) as f64 / 24.0 * std::f64::consts::TAU).cos();
                let season = 1.0 + ((hour as f64 / HOURS as f64) * std::f64::consts::PI).sin();
                let value = cycle * season + (state % 400) as f64 / 10.0;
                (!(state >> 32).is_multiple_of(25)).then(|| (value * 10.0).round() / 10.0)
            })
            .collect();
        let columns = vec![
            Column::new("station".into(), vec![name.as_str(); HOURS as usize]),
            start.cast(&DataType::Datetime(TimeUnit::Milliseconds, None))?,
            Column::new("value".into(), values),
        ];
        let frame = DataFrame::new(HOURS as usize, columns)?;
        if writer.is_none() {
            let file = ParquetWriter::new(File::create(&partial)?).with_compression(ParquetCompression::Zstd(None));
            writer = Some(file.batched(frame.schema())?);
        }
        if let Some(writer) = &mut writer {
            writer.write_batch(&frame)?;
        }
    }
    if let Some(writer) = writer {
        writer.finish()?;
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

/// What both must agree on. Doubles may put a mean on the other side of a half, so that a few sub-indices differ.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sums {
    days: u64,
    mean: f64,
    max8h: f64,
    sub: f64,
}

impl Sums {
    fn of(stations: &[StationDays]) -> Self {
        let days = || stations.iter().flat_map(|station| &station.days);
        let sum = |of: fn(&limpid_transform::engine::bulk::Day) -> Option<Mean>| -> f64 {
            days().filter_map(of).map(Mean::to_f64).sum()
        };
        Self {
            days: days().count() as u64,
            mean: sum(|day| day.mean.mean),
            max8h: sum(|day| day.max8h.mean),
            sub: days().filter_map(|day| day.sub).map(f64::from).sum(),
        }
    }

    fn check(self, other: &Self) -> Result<(), String> {
        let near = |a: f64, b: f64, tolerance: f64| (a - b).abs() <= a.abs() * tolerance;
        let agree = self.days == other.days
            && near(self.mean, other.mean, 1e-9)
            && near(self.max8h, other.max8h, 1e-9)
            && near(self.sub, other.sub, 1e-4);
        agree.then_some(()).ok_or_else(|| format!("results differ: {self:?} and {other:?}"))
    }
}

struct Theirs {
    seconds: f64,
    version: String,
    sums: Sums,
}

/// DuckDB from PyPI, in a virtual environment of its own under the target folder.
fn duckdb(folder: &Path, path: &Path, threads: usize) -> Result<Theirs, Box<dyn std::error::Error>> {
    let venv = folder.join("venv");
    let python: PathBuf = venv.join("bin/python");
    if !python.exists() {
        succeed(Command::new("python3").arg("-m").arg("venv").arg(&venv))?;
    }
    if succeed(Command::new(&python).args(["-c", "import duckdb"])).is_err() {
        succeed(Command::new(&python).args(["-m", "pip", "install", "--quiet", DUCKDB]))?;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/duckdb_days.py");
    let line = succeed(Command::new(&python).arg(script).arg(path).arg(threads.to_string()))?;
    let found: serde_json::Value = serde_json::from_str(&line)?;
    let number = |key: &str| found[key].as_f64().ok_or_else(|| format!("no {key} in {line}"));
    Ok(Theirs {
        seconds: number("seconds")?,
        version: found["version"].as_str().unwrap_or_default().to_owned(),
        sums: Sums {
            days: number("days")? as u64,
            mean: number("mean")?,
            max8h: number("max8h")?,
            sub: number("sub")?,
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
