//! The program under test, in a process of its own, and the clients that speak to it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The program that cargo built for these tests.
pub const BIN: &str = env!("CARGO_BIN_EXE_limpid");

/// Real data beside the project, `None` where it is absent; the reason is printed then.
pub fn shared(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if !found.exists() {
        println!("skipped: ../shared/{path} is absent");
        return None;
    }
    Some(found)
}

/// A pipeline folder and a state folder that vanish with the value.
pub struct Folder {
    root: TempDir,
}

impl Folder {
    pub fn new(stations: &str) -> Self {
        let folder = Self { root: TempDir::new().unwrap() };
        std::fs::create_dir(folder.pipeline()).unwrap();
        let config =
            "[publisher]\nid = \"test\"\nname = { zh = \"测试县\", en = \"Test County\" }\nzone = \"Asia/Shanghai\"\n";
        std::fs::write(folder.pipeline().join("pipeline.toml"), config).unwrap();
        std::fs::write(folder.pipeline().join("stations.csv"), stations).unwrap();
        folder
    }

    /// One air station S1 with MN `MN-S1` and password 123456, another S2, and a token for all stations.
    pub fn two_stations() -> (Self, String) {
        let folder = Self::new(
            "id,kind,name_zh,name_en,lat,lon,mn,password\n\
             S1,air,一号站,Station One,28.5,104.9,MN-S1,123456\n\
             S2,air,二号站,Station Two,28.6,104.8,MN-S2,\n",
        );
        let secret = folder.token("*");
        (folder, secret)
    }

    pub fn pipeline(&self) -> PathBuf {
        self.root.path().join("pipeline")
    }

    pub fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub fn configure(&self, more: &str) {
        let path = self.pipeline().join("pipeline.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, format!("{text}\n{more}\n")).unwrap();
    }

    /// Makes a token as an operator does, lets it in, and gives the secret.
    pub fn token(&self, station: &str) -> String {
        let output = Command::new(BIN).args(["token", "new", "--station", station]).output().unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        let (secret, lines) = text.split_once('\n').unwrap();
        self.configure(lines);
        secret.to_owned()
    }

    pub fn command(&self, command: &str) -> Command {
        let mut process = Command::new(BIN);
        process.arg(command).arg("--pipeline").arg(self.pipeline()).arg("--state").arg(self.state());
        process
    }

    pub fn import(&self, format: &str, files: &[PathBuf]) -> Value {
        let output = self.command("import").args(["--format", format]).args(files).output().unwrap();
        summary(&output)
    }

    pub fn run(&self) -> Limpid {
        Limpid::start(self.command("run"))
    }
}

/// The last line of standard output, which is JSON.
pub fn summary(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

/// A running limpid, killed when dropped.
pub struct Limpid {
    child: Child,
    pub http: SocketAddr,
    pub hj212: SocketAddr,
}

impl Limpid {
    pub fn start(mut command: Command) -> Self {
        command.env("LIMPID_LOG", "warn");
        Self::start_logging(command)
    }

    /// The same with a log as detailed, and where, as the command says.
    pub fn start_logging(mut command: Command) -> Self {
        command.args(["--http", "127.0.0.1:0", "--hj212", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let first: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("first line {line:?}: {error}"));
        let address = |name: &str| first["listening"][name].as_str().map(|address| address.parse().unwrap());
        let http = address("http").unwrap();
        // Without the role there is none, and nobody asks for it.
        Self { http, hj212: address("hj212").unwrap_or(http), child }
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; how it ended and how long it took.
    pub fn terminate(self) -> (std::process::ExitStatus, Duration) {
        self.signal("-TERM")
    }

    /// The same with another signal.
    pub fn signal(mut self, name: &str) -> (std::process::ExitStatus, Duration) {
        let started = Instant::now();
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        (status, started.elapsed())
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.http)
    }

    pub async fn get(&self, path: &str) -> Value {
        let response = reqwest::get(self.url(path)).await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// A path that has a page and a machine twin: the twin.
    pub async fn get_json(&self, path: &str) -> Value {
        let request = reqwest::Client::new().get(self.url(path)).header("Accept", "application/json");
        request.send().await.unwrap().json().await.unwrap()
    }

    pub async fn text(&self, path: &str) -> String {
        reqwest::get(self.url(path)).await.unwrap().text().await.unwrap()
    }

    pub async fn post(&self, secret: &str, body: &Value) -> (u16, Value) {
        let request = reqwest::Client::new().post(self.url("/api/v1/submissions")).bearer_auth(secret).json(body);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Every item of a list, page by page.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut next = Some(self.url(path));
        while let Some(url) = next {
            let page: Value = reqwest::get(&url).await.unwrap().json().await.unwrap();
            items.extend(page["items"].as_array().unwrap_or_else(|| panic!("{url}: {page}")).iter().cloned());
            next = page["next"].as_str().map(str::to_owned);
        }
        items
    }

    /// What is published of S1's PM2.5 by minute within `from..to`, each minute once and as it was first.
    pub async fn minutes(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> BTreeMap<DateTime<Utc>, f64> {
        let [from, to] = [from, to].map(|at| at.to_rfc3339().replace('+', "%2B"));
        let path =
            format!("/api/v1/observations?station=S1&parameter=pm25&period=PT1M&from={from}&to={to}&limit=50000");
        let mut found = BTreeMap::new();
        for item in self.all(&path).await {
            assert_eq!(item["revision"], 1, "{item}");
            let start = item["start"].as_str().unwrap().parse().unwrap();
            assert!(found.insert(start, item["value"].as_f64().unwrap()).is_none(), "twice: {item}");
        }
        found
    }

    /// Waits until `test` holds of the answer at `path`, for at most `limit`.
    pub async fn until(&self, path: &str, limit: Duration, test: impl Fn(&str) -> bool) -> Duration {
        let started = Instant::now();
        loop {
            let text = self.text(path).await;
            if test(&text) {
                return started.elapsed();
            }
            assert!(started.elapsed() < limit, "{path} after {limit:?}: {text}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Limpid {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One hour of one parameter, as CONTRACT §3 has it.
pub fn hour(station: &str, parameter: &str, start: &str, value: f64) -> Value {
    json!({"station": station, "readings": [reading(parameter, start, value)]})
}

pub fn reading(parameter: &str, start: &str, value: f64) -> Value {
    json!({"parameter": parameter, "start": start, "period": "PT1H", "value": value})
}

/// An HJ 212 frame. Written from the protocol's text and independent of the program's own encoder.
pub fn frame(data: &str) -> Vec<u8> {
    let mut crc: u16 = 0xffff;
    for byte in data.bytes() {
        crc = (crc >> 8) ^ u16::from(byte);
        for _ in 0..8 {
            let carry = crc & 1;
            crc >>= 1;
            if carry == 1 {
                crc ^= 0xa001;
            }
        }
    }
    format!("##{:04}{data}{crc:04X}\r\n", data.len()).into_bytes()
}

/// A station's end of an HJ 212 connection.
pub struct Station {
    stream: TcpStream,
}

impl Station {
    pub fn connect(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        Ok(Self { stream })
    }

    pub fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// The next answer, without its line end.
    pub fn answer(&mut self) -> std::io::Result<String> {
        let mut bytes = Vec::new();
        let mut byte = [0];
        while !bytes.ends_with(b"\r\n") {
            if self.stream.read(&mut byte)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            bytes.push(byte[0]);
        }
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    /// Whether nothing comes within `wait`.
    pub fn silent(&mut self, wait: Duration) -> bool {
        self.stream.set_read_timeout(Some(wait)).unwrap();
        let silent = self.answer().is_err();
        self.stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        silent
    }
}
