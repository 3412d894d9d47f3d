//! Drop folders: files that are put into a folder are imported, and moved to `done/` or `failed/` within it with a report
//! beside them.
//!
//! A file may be put there by anything, at any speed, and again under the same name. It is taken when two looks in a row
//! find it unchanged, and it stays in the folder until what became of it is known: whatever is interrupted is done again,
//! and the journal answers `same` to what it has.
//!
//! - [`DropFolder`]: a folder, checked when limpid starts; `look`: which files are ready; `report`: what became of one

mod look;
mod report;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use limpid_model::pipeline::{self, Mapping, Mistakes};
use tokio_util::sync::CancellationToken;

use crate::Intake;
use crate::every::all_or_errors;
use crate::formats::{self, Format, ImportError, Layout, Progress};
use look::Look;
use report::{Outcome, Report};

/// Where files go that were imported.
const DONE: &str = "done";

/// Where files go that could not be.
const FAILED: &str = "failed";

/// A folder that is watched.
#[derive(Debug, Clone)]
pub struct DropFolder {
    path: PathBuf,
    layout: Layout,
    every: Duration,
}

/// Why a drop folder cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum DropError {
    /// There is no such format, it needs a mapping or does without one, or the station is not in the registry.
    #[error("pipeline.toml:{line}: {what}")]
    Setting {
        /// Where the folder stands in `pipeline.toml`.
        line: usize,
        /// What is wrong, and what to write instead.
        what: String,
    },
    /// The mapping cannot be read.
    #[error("pipeline.toml:{line}: the mapping {} cannot be read", path.display())]
    Mapping {
        /// Where the folder stands in `pipeline.toml`.
        line: usize,
        /// The mapping.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The mapping is wrong.
    #[error("{0}")]
    Mistakes(Mistakes),
}

impl DropFolder {
    /// The drop folders of a pipeline whose folder is `folder`. None is looked into yet.
    ///
    /// # Errors
    /// Each that is configured wrong.
    pub fn all(pipeline: &limpid_model::Pipeline, folder: &Path) -> Result<Vec<Self>, Vec<DropError>> {
        all_or_errors(pipeline.ingest.drops.iter().map(|drop| Self::new(drop, pipeline, folder)))
    }

    fn new(drop: &pipeline::DropFolder, pipeline: &limpid_model::Pipeline, folder: &Path) -> Result<Self, DropError> {
        let line = drop.line;
        let setting = |what: String| DropError::Setting { line, what };
        let format: Format = drop.format.parse().map_err(|error| setting(format!("{error}")))?;
        let mapping = match (&drop.mapping, format) {
            (Some(path), Format::Mapped) => {
                let path = folder.join(path);
                let text = std::fs::read_to_string(&path);
                let text = text.map_err(|source| DropError::Mapping { line, path: path.clone(), source })?;
                let mapping = Mapping::parse(&path.to_string_lossy(), &text).map_err(DropError::Mistakes)?;
                Some(Arc::new(mapping))
            }
            (None, Format::Mapped) => return Err(setting("write mapping = \"columns.toml\" for mapped files".into())),
            (Some(_), format) => {
                return Err(setting(format!("the columns of {format} files are known; remove mapping or format")));
            }
            (None, _) => None,
        };
        if let Some(station) = &drop.station
            && pipeline.stations.by_id_or_name(station).is_none()
        {
            return Err(setting(format!("no station of stations.csv is {station:?}")));
        }
        let layout = Layout { mapping, station: drop.station.clone(), ..format.into() };
        Ok(Self { path: folder.join(&drop.path), layout, every: Duration::from_secs(drop.every_seconds) })
    }
}

/// Watches a folder until it is told to stop. What cannot be read now is tried again at the next look.
pub async fn watch(folder: DropFolder, intake: Intake, stop: CancellationToken) {
    let mut look = Look::default();
    let mut failing = false;
    loop {
        match round(&folder, &intake, &mut look, &stop).await {
            Ok(()) => failing = false,
            // Said once, and again only after a look has worked in between.
            Err(error) if !std::mem::replace(&mut failing, true) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(folder = %folder.path.display(), error, "the drop folder cannot be worked on");
            }
            Err(_) => {}
        }
        tokio::select! {
            () = tokio::time::sleep(folder.every) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Looks once, and imports what is ready, in the order of the names.
async fn round(folder: &DropFolder, intake: &Intake, look: &mut Look, stop: &CancellationToken) -> io::Result<()> {
    let path = folder.path.clone();
    let mut looking = std::mem::take(look);
    let looked = blocking(move || {
        for part in [DONE, FAILED] {
            std::fs::create_dir_all(path.join(part))?;
        }
        let ready = looking.ready(&path)?;
        Ok((looking, ready))
    });
    let (looked, ready) = looked.await?;
    *look = looked;
    for file in ready {
        let imported = tokio::select! {
            imported = import(folder, intake, &file) => imported?,
            // The file stays where it is, and is imported again after the next start.
            () = stop.cancelled() => return Ok(()),
        };
        if !imported {
            return Ok(());
        }
    }
    Ok(())
}

/// Imports one file and moves it; `false` when the journal did not take it, nor would take the next.
async fn import(folder: &DropFolder, intake: &Intake, file: &Path) -> io::Result<bool> {
    let before = std::fs::metadata(file).ok().map(|found| look::Seen::of(&found));
    let started = intake.now();
    let files = [file.to_owned()];
    let imported = formats::import(intake, folder.layout.clone(), &files, &Progress::none()).await;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let outcome = match imported {
        Ok(summary) => Outcome::of(summary),
        Err(ImportError::Open { source, .. }) if source.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error @ ImportError::Store { .. }) => {
            let error = &error as &dyn std::error::Error;
            tracing::error!(file = name, error, "a dropped file was not taken by the journal and is tried again");
            return Ok(false);
        }
        Err(error) => Outcome::Failed { summary: error.done(), reason: chain(&error) },
    };
    // Written on while it was read: what came later is imported at a later look.
    if before.is_none() || std::fs::metadata(file).ok().map(|found| look::Seen::of(&found)) != before {
        return Ok(true);
    }
    let (part, word) = if outcome.is_done() { (DONE, "done") } else { (FAILED, "failed") };
    metrics::counter!("limpid_dropped_files_total", "outcome" => word).increment(1);
    let report = Report::new(&name, folder.layout.format, started, intake.now(), &outcome);
    tracing::info!(file = name, outcome = word, readings = report.readings(), "a dropped file was imported");
    let (target, file) = (folder.path.join(part), file.to_owned());
    blocking(move || report.keep(&file, &target)).await?;
    Ok(true)
}

/// An error and its causes, in one sentence.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}
