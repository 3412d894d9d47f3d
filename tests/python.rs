//! Independent programs from PyPI, in virtual environments that are kept between runs.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// One installation at a time.
static INSTALLING: Mutex<()> = Mutex::new(());

/// A virtual environment.
pub struct Python {
    folder: PathBuf,
}

impl Python {
    /// The environment of this name with exactly these packages; installed when it is not there or has others.
    pub fn with(name: &str, packages: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let python = Self { folder };
        let done = python.folder.join("installed");
        let wanted = packages.join("\n");
        let _one_at_a_time = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
        if std::fs::read_to_string(&done).ok().as_ref() != Some(&wanted) {
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&python.folder));
            run(Command::new(python.program("python")).args(["-m", "pip", "install", "--quiet"]).args(packages));
            std::fs::write(done, wanted).unwrap();
        }
        python
    }

    /// A program of the environment.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    /// What a script of `tests/peers` prints, as JSON.
    pub fn ask(&self, script: &str, arguments: &[&str]) -> serde_json::Value {
        let output = run(Command::new(self.program("python")).arg(peer(script)).args(arguments));
        serde_json::from_str(&output).unwrap_or_else(|error| panic!("{script}: {error}: {output}"))
    }
}

/// A file of `tests/peers`.
pub fn peer(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers").join(name)
}

/// What a program prints; it must end well.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {said}\n{failed}");
    said.into_owned()
}
