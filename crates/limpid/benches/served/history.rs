//! Downloads: a station-year of hours, and everything of a month and the latest readings of 200 stations against Datasette and
//! pygeoapi on the same rows.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use crate::process::{Served, pipeline};
use crate::{median, value};

const STATIONS: usize = 200;
const PARAMETERS: [&str; 6] = ["pm25", "pm10", "so2", "no2", "co", "o3"];
const PEERS: [&str; 3] = ["datasette==0.65.1", "pygeoapi==0.21.0", "gunicorn==23.0.0"];
/// A year of the first station, and of all stations its last month.
const YEAR: &str = "from=2025-01-01&to=2026-01-01";
const MONTH: &str = "from=2025-12-01&to=2026-01-01";
const ROUNDS: usize = 3;

/// Prints how long each download takes, and how many times as long each peer takes.
pub fn measure() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    fill(folder.path());
    let limpid = Served::limpid(folder.path(), STATIONS, "ingest,transform,publish");
    let root = format!("http://{}", limpid.address("http"));
    let hours = |query: &str| format!("{root}/api/v1/observations?limit=50000&{query}");

    runtime.block_on(async {
        for format in ["csv", "parquet"] {
            for (name, of) in [("one_parameter", "&parameter=pm25"), ("six_parameters", "")] {
                let address = hours(&format!("station=S0&{YEAR}{of}&format={format}"));
                let (taken, bytes) = timed(5, || paged(address.clone())).await;
                value(&format!("station_year_{name}_{format}"), taken * 1e3, "ms");
                value(&format!("station_year_{name}_{format}_body"), bytes.len() as f64, "bytes");
            }
        }

        let (ours, month) = timed(ROUNDS, || paged(hours(&format!("{MONTH}&format=csv")))).await;
        let rows = folder.path().join("rows.csv");
        std::fs::write(&rows, without_repeated_headers(&month)).unwrap();
        let peers = Peers::start(folder.path(), &rows);
        value("month_csv", ours * 1e3, "ms");
        let (ours_latest, body) = timed(50, || paged(format!("{root}/api/v1/latest?kind=air"))).await;
        assert!(body.len() > STATIONS * PARAMETERS.len() * 50, "the latest of all stations");
        value("latest_json", ours_latest * 1e6, "us");
        for (name, month, latest) in [
            (
                "datasette",
                peers.datasette("month.csv?_stream=on&_size=max"),
                peers.datasette("latest.json?_shape=array&_size=max"),
            ),
            (
                "pygeoapi",
                peers.pygeoapi("month/items?f=csv&limit=1000000"),
                peers.pygeoapi("latest/items?f=json&limit=10000"),
            ),
        ] {
            let (theirs, body) = timed(1, || paged(month.clone())).await;
            let lines = body.iter().filter(|byte| **byte == b'\n').count();
            assert!(lines > STATIONS * PARAMETERS.len() * 31 * 24, "{name} gave {lines} lines");
            value(&format!("month_csv_{name}"), theirs * 1e3, "ms");
            println!("month_csv_against_{name} {:.1} times", theirs / ours);
            let (theirs, body) = timed(10, || paged(latest.clone())).await;
            assert!(body.len() > STATIONS * PARAMETERS.len() * 50, "{name}: the latest of all stations");
            value(&format!("latest_json_{name}"), theirs * 1e6, "us");
            println!("latest_json_against_{name} {:.1} times", theirs / ours_latest);
        }
    });
}

/// Seconds that it takes, the median of some rounds after one that is not counted, and what came.
async fn timed<F: Future<Output = Vec<u8>>>(rounds: usize, ask: impl Fn() -> F) -> (f64, Vec<u8>) {
    let mut came = ask().await;
    let mut taken = Vec::new();
    for _ in 0..rounds {
        let begun = Instant::now();
        came = ask().await;
        taken.push(begun.elapsed().as_secs_f64());
    }
    (median(&taken), came)
}

/// The bodies of a page and of all that follow it, one after another.
async fn paged(address: String) -> Vec<u8> {
    static CLIENT: std::sync::LazyLock<reqwest::Client> = std::sync::LazyLock::new(reqwest::Client::new);
    let (mut all, mut next) = (Vec::new(), Some(address));
    while let Some(address) = next {
        let answer = CLIENT.get(&address).send().await.unwrap();
        assert!(answer.status().is_success(), "{address}: {}", answer.status());
        let link = answer.headers().get("link").and_then(|link| link.to_str().ok()).unwrap_or_default();
        // Datasette streams all rows and links to a next page beside.
        let follows = link.strip_suffix(">; rel=\"next\"").and_then(|link| link.strip_prefix('<'));
        next = follows.filter(|_| address.contains("/api/v1/")).map(str::to_owned);
        all.extend(answer.bytes().await.unwrap());
    }
    all
}

fn without_repeated_headers(pages: &[u8]) -> String {
    let text = std::str::from_utf8(pages).unwrap();
    let header = text.split_inclusive('\n').next().unwrap();
    let rows = text.split_inclusive('\n').filter(|line| *line != header);
    [header].into_iter().chain(rows).collect()
}

/// Imports a year of the first station and a month of all.
fn fill(folder: &Path) {
    pipeline(folder, STATIONS);
    let begin: DateTime<Utc> = "2024-12-31T16:00:00Z".parse().unwrap();
    let mut text = "station,parameter,start,period,value\n".to_owned();
    for station in 0..STATIONS {
        let first = if station == 0 { 0 } else { 334 * 24 };
        for hour in first..365 * 24 {
            let start = begin + TimeDelta::hours(hour);
            for (place, parameter) in PARAMETERS.iter().enumerate() {
                let level = 5 + (hour * 7 + station as i64 * 13 + place as i64 * 3) % 60;
                let level = if *parameter == "co" { level as f64 / 50.0 } else { level as f64 };
                let _ = writeln!(text, "S{station},{parameter},{},PT1H,{level}", start.to_rfc3339());
            }
        }
    }
    let file = folder.join("hours.csv");
    std::fs::write(&file, text).unwrap();
    let mut import = Command::new(env!("CARGO_BIN_EXE_limpid"));
    import.arg("import").arg("--pipeline").arg(folder.join("pipeline")).arg("--state").arg(folder.join("state"));
    done(import.args(["--format", "long"]).arg(file).env("LIMPID_LOG", "error"));
}

fn done(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The other two, on ports that were free; killed when dropped.
struct Peers {
    children: [Child; 2],
    ports: [u16; 2],
}

impl Peers {
    fn start(folder: &Path, rows: &Path) -> Self {
        let programs = Path::new(env!("CARGO_TARGET_TMPDIR")).join("served-peers");
        let program = |name: &str| programs.join("bin").join(name);
        if !program("gunicorn").exists() {
            done(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&programs));
            done(Command::new(program("python")).args(["-m", "pip", "install", "--quiet"]).args(PEERS));
        }
        let ports = [free(), free()];
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/served/peers.py");
        done(Command::new(program("python")).arg(script).arg(rows).arg(folder).arg(ports[1].to_string()));
        let mut datasette = Command::new(program("datasette"));
        datasette.arg(folder.join("rows.db")).args(["--port", &ports[0].to_string()]);
        for setting in [["max_csv_mb", "0"], ["max_returned_rows", "1000000"], ["sql_time_limit_ms", "600000"]] {
            datasette.arg("--setting").args(setting);
        }
        let (configuration, described) = (folder.join("pygeoapi.yml"), folder.join("openapi.yml"));
        let mut generate = Command::new(program("pygeoapi"));
        generate.env("PYGEOAPI_CONFIG", &configuration).env("PYGEOAPI_OPENAPI", &described);
        done(generate.args(["openapi", "generate"]).arg(&configuration).arg("--output-file").arg(&described));
        let mut pygeoapi = Command::new(program("gunicorn"));
        pygeoapi.env("PYGEOAPI_CONFIG", configuration).env("PYGEOAPI_OPENAPI", described);
        pygeoapi.args(["--timeout", "600", "--log-level", "error", "--bind", &format!("127.0.0.1:{}", ports[1])]);
        datasette.stderr(Stdio::null());
        let children = [datasette.spawn().unwrap(), pygeoapi.arg("pygeoapi.flask_app:APP").spawn().unwrap()];
        let peers = Self { children, ports };
        for port in ports {
            let address = SocketAddr::from(([127, 0, 0, 1], port));
            let begun = Instant::now();
            while std::net::TcpStream::connect(address).is_err() {
                assert!(begun.elapsed() < Duration::from_secs(60), "nobody listens on {address}");
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        peers
    }

    fn datasette(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/rows/{path}", self.ports[0])
    }

    fn pygeoapi(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/collections/{path}", self.ports[1])
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        for child in &mut self.children {
            // gunicorn ends its worker when it is asked to, not when it is killed.
            let _ = Command::new("kill").arg(child.id().to_string()).status();
            let _ = child.wait();
        }
    }
}

fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
