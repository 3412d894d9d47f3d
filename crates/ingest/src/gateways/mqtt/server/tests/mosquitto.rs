//! Debian's mosquitto, started for a test and killed at its end.

use std::fmt::Write as _;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A broker.
pub(super) struct Mosquitto {
    pub(super) folder: TempDir,
    pub(super) port: u16,
    child: Option<Child>,
}

impl Mosquitto {
    /// One that lets anybody in, and keeps what it must keep through a restart.
    pub(super) fn start() -> Self {
        Self::with(|folder| {
            format!(
                "allow_anonymous true\npersistence true\npersistence_location {}/\n\
                 autosave_on_changes true\nautosave_interval 1\nlog_type all\n",
                folder.display()
            )
        })
    }

    /// One with these lines of configuration, which may name files that are made in its folder.
    pub(super) fn with(lines: impl FnOnce(&Path) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = port();
        let place = folder.path();
        let mut config = format!("listener {port} 127.0.0.1\n{}", lines(place));
        write!(
            config,
            "max_queued_messages 0\nlog_dest file {}/log\n{}",
            place.display(),
            // Started by root it would become another user, who may not write here.
            if whoami() == "root" { "user root\n" } else { "" }
        )
        .unwrap();
        fs::write(place.join("conf"), config).unwrap();
        let mut broker = Self { folder, port, child: None };
        broker.restart();
        broker
    }

    /// Starts it again after [`Mosquitto::stop`] or [`Mosquitto::kill`].
    pub(super) fn restart(&mut self) {
        assert!(self.child.is_none());
        let mut command = Command::new(program());
        let config = self.folder.path().join("conf");
        command.arg("-c").arg(config).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().unwrap());
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(20), "mosquitto does not listen: {}", self.log());
            sleep(Duration::from_millis(10));
        }
    }

    /// Ends it with SIGTERM, on which it writes what it holds.
    pub(super) fn stop(&mut self) {
        let mut child = self.child.take().unwrap();
        assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
        child.wait().unwrap();
    }

    /// Has it write what it holds, which it does by itself for queued messages only, not for those on their way to a client.
    #[allow(dead_code)]
    pub(super) fn save(&self) {
        let file = self.folder.path().join("mosquitto.db");
        let written = || fs::metadata(&file).ok().map(|of| (of.ino(), of.mtime(), of.mtime_nsec()));
        let (before, began) = (written(), Instant::now());
        let pid = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-USR1", &pid]).status().unwrap().success());
        while written() == before {
            assert!(began.elapsed() < Duration::from_secs(20), "mosquitto does not write: {}", self.log());
            sleep(Duration::from_millis(1));
        }
    }

    /// Ends it with SIGKILL.
    pub(super) fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// What it has logged.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It may have ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Installs mosquitto where it is missing, once.
fn program() -> &'static str {
    static PROGRAM: OnceLock<&'static str> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let found = || ["/usr/sbin/mosquitto", "/usr/bin/mosquitto"].into_iter().find(|path| Path::new(path).exists());
        found().unwrap_or_else(|| {
            let install =
                "apt-get install -y -qq mosquitto || (apt-get update -qq && apt-get install -y -qq mosquitto)";
            let status = Command::new("sh").args(["-c", install]).status().unwrap();
            assert!(status.success(), "these tests need mosquitto: apt-get install mosquitto");
            found().expect("the package brings it")
        })
    })
}

fn whoami() -> String {
    String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap().trim().to_owned()
}

/// A port that stays free while a broker is down: below those that the system gives to outgoing connections.
fn port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let base = 20_000 + (std::process::id() % 100) as u16 * 100;
    loop {
        let port = base + NEXT.fetch_add(1, Ordering::SeqCst) % 100;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
