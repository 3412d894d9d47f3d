//! What became of a dropped file.

use std::io;
use std::path::Path;

use chrono::SecondsFormat;
use limpid_model::Instant;
use serde::Serialize;

use crate::formats::{Format, Summary};

/// How often a name is tried with another number before the folder is given up.
const NUMBERS: u32 = 100_000;

/// How an import ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It was read to its end, and something in it is in the journal now.
    Done(Summary),
    /// It was not, or nothing is.
    Failed {
        /// What was imported.
        summary: Summary,
        /// Why it failed.
        reason: String,
    },
}

impl Outcome {
    /// How a file ended that was read to its end. What is quarantined waits for the registry, and needs nobody to mend
    /// the file.
    pub(super) fn of(summary: Summary) -> Self {
        let taken = summary.readings - summary.counts.rejected;
        let reason = if !summary.empty_files.is_empty() {
            "the file has no bytes"
        } else if summary.readings == 0 {
            "the file has no readings"
        } else if taken == 0 {
            "every reading of the file was rejected; their receipts say why"
        } else {
            return Self::Done(summary);
        };
        Self::Failed { summary, reason: reason.into() }
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

/// The report beside a file.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// The name it was dropped under.
    file: String,
    format: &'static str,
    started: String,
    ended: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(flatten)]
    summary: Summary,
}

impl Report {
    pub(super) fn new(file: &str, format: Format, started: Instant, ended: Instant, outcome: &Outcome) -> Self {
        let (word, summary, reason) = match outcome {
            Outcome::Done(summary) => ("done", summary, None),
            Outcome::Failed { summary, reason } => ("failed", summary, Some(reason.clone())),
        };
        let time = |at: Instant| at.to_rfc3339_opts(SecondsFormat::Millis, true);
        // The one file is named already.
        let summary = Summary { empty_files: Vec::new(), ..summary.clone() };
        let format = format.as_str();
        Self { file: file.into(), format, started: time(started), ended: time(ended), outcome: word, reason, summary }
    }

    /// How many entries became of the file.
    pub(super) fn readings(&self) -> u64 {
        self.summary.readings
    }

    /// Moves the file into `target` and writes the report beside it, under a name that is still free. The report comes
    /// first: a file in `target` has one, whatever happens in between.
    pub(super) fn keep(&self, file: &Path, target: &Path) -> io::Result<()> {
        let name = free(file, target)?;
        let path = target.join(format!("{name}.report.json"));
        let unfinished = target.join(format!(".{name}.report.tmp"));
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        std::fs::write(&unfinished, text)?;
        std::fs::rename(&unfinished, path)?;
        std::fs::rename(file, target.join(name))
    }
}

/// The file's name, or the first of `NAME-2.END`, `NAME-3.END` … that `target` does not have.
fn free(file: &Path, target: &Path) -> io::Result<String> {
    let text = |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().into_owned());
    let stem = text(file.file_stem()).unwrap_or_default();
    let end = text(file.extension()).map_or_else(String::new, |end| format!(".{end}"));
    let name = |number: u32| match number {
        1 => format!("{stem}{end}"),
        number => format!("{stem}-{number}{end}"),
    };
    let taken = |name: &String| target.join(name).symlink_metadata().is_ok();
    (1..=NUMBERS).map(name).find(|name| !taken(name)).ok_or_else(|| {
        let detail = format!("{} has {NUMBERS} files called {stem}{end}; move some away", target.display());
        io::Error::new(io::ErrorKind::AlreadyExists, detail)
    })
}

/// Where the report of a file stands, for tests.
#[cfg(test)]
pub(super) fn path(file: &Path) -> std::path::PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{name}.report.json"))
}
