//! `limpid verify`

use std::sync::Arc;

use limpid_store::{Journal, Lake, SqliteJournal, StateDir};
use limpid_transform::verify::{Difference, Report, VerifyError, Witness, verify};

use crate::cli::Verify;
use crate::failure::Failure;
use crate::folder;
use crate::progress::Steps;

/// Prints every difference as a JSON line, and the counts as the last one; the work failed when a figure differs.
pub fn run(arguments: Verify) -> Result<(), Failure> {
    let pipeline = folder::require(&arguments.pipeline.pipeline)?;
    let report = tokio::runtime::Runtime::new()?.block_on(async {
        // Beside whoever writes the state folder.
        let state = StateDir::read(&arguments.state.state)?;
        let lake = Lake::local(&state.lake())?;
        let journal: Arc<dyn Journal> = SqliteJournal::open_read_only(&state.journal())?;
        let files = Told(Steps::new("files verified"));
        let release = arguments.release.as_deref();
        let report = verify(pipeline, journal.clone(), &lake, &arguments.dataset, release, &files).await;
        files.0.end();
        journal.close().await?;
        match report {
            Err(error @ VerifyError::NoRelease { .. }) => Err(Failure::Usage(error.to_string())),
            report => Ok::<Report, Failure>(report?),
        }
    })?;
    println!("{}", serde_json::to_string(&report)?);
    if report.holds() {
        return Ok(());
    }
    let Report { release, damaged, different, missing, extra, .. } = report;
    Err(Failure::Work(anyhow::anyhow!(
        "release {release}: {damaged} files are damaged, {different} rows differ, {missing} are missing, {extra} are too many"
    )))
}

struct Told(Steps);

impl Witness for Told {
    fn files(&self, done: u64, total: u64) {
        self.0.at(done, total);
    }

    fn damaged(&self, file: &str, detail: &str) {
        println!("{}", serde_json::json!({ "file": file, "damaged": detail }));
    }

    fn differs(&self, difference: &Difference) {
        println!("{}", serde_json::json!(difference));
    }
}
