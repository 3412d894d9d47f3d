//! Independent programs, from PyPI, in a virtual environment that is kept between runs.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

const PACKAGES: [&str; 7] = [
    "ioos_qc==3.0.0",
    "pandas==3.1.1",
    "duckdb==2.0.1",
    "aqi-hub==0.3.3",
    "python-aqi==0.6.1",
    "scoringrules==0.10.0",
    "lightgbm==4.7.0",
];

/// A file of the repository.
pub fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// What a script of `tests/peers` prints, as JSON.
pub fn ask(script: &str, arguments: &[&Path]) -> Value {
    let output = run(Command::new(python()).arg(file("tests/peers").join(script)).args(arguments));
    serde_json::from_str(&output).unwrap()
}

/// The interpreter that has the packages; they are installed once.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers");
        let (python, done) = (venv.join("bin/python"), venv.join("installed"));
        let wanted = PACKAGES.join("\n");
        if std::fs::read_to_string(&done).ok().as_ref() != Some(&wanted) {
            run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv));
            run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES));
            std::fs::write(done, wanted).unwrap();
        }
        python
    })
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
