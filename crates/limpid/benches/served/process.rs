//! Processes under measurement: limpid and the baselines.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A process that said on its first line where it listens; killed when dropped.
pub struct Served {
    child: Child,
    listening: Value,
}

impl Served {
    /// Starts limpid on free ports with a registry of `stations` air stations S0, S1, … whose MNs are MN0, MN1, …,
    /// with these roles.
    pub fn limpid(folder: &Path, stations: usize, roles: &str) -> Self {
        let pipeline = pipeline(folder, stations);
        let mut command = Command::new(env!("CARGO_BIN_EXE_limpid"));
        command.arg("run").arg("--pipeline").arg(pipeline).arg("--state").arg(folder.join("state"));
        command.args(["--http", "127.0.0.1:0", "--hj212", "127.0.0.1:0", "--role", roles]).env("LIMPID_LOG", "error");
        Self::start(command)
    }

    /// Starts this benchmark's own program as a baseline.
    pub fn baseline(name: &str, argument: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("--baseline").arg(name).arg(argument);
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let listening = serde_json::from_str::<Value>(&line).unwrap()["listening"].take();
        Self { child, listening }
    }

    /// Where it listens.
    pub fn address(&self, name: &str) -> SocketAddr {
        self.listening[name].as_str().unwrap().parse().unwrap()
    }

    /// Resident memory, MB.
    pub fn resident_mb(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes the pipeline of such a registry below a folder, and gives its own.
pub fn pipeline(folder: &Path, stations: usize) -> PathBuf {
    let pipeline = folder.join("pipeline");
    std::fs::create_dir_all(&pipeline).unwrap();
    let config =
        "[publisher]\nid = \"bench\"\nname = \"bench\"\nzone = \"Asia/Shanghai\"\n[ingest.hj212]\nminute = 1\n";
    std::fs::write(pipeline.join("pipeline.toml"), config).unwrap();
    let rows = (0..stations).map(|n| format!("S{n},air,站{n},Station {n},28.5,104.9,MN{n}\n"));
    let text = format!("id,kind,name_zh,name_en,lat,lon,mn\n{}", rows.collect::<String>());
    std::fs::write(pipeline.join("stations.csv"), text).unwrap();
    pipeline
}

/// Tells whoever started this baseline where it listens.
pub fn announce(name: &str, address: SocketAddr) {
    println!("{}", serde_json::json!({ "listening": { name: address.to_string() } }));
}
