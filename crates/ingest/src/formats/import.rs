//! History files into the journal, by the same door as everything else.
//!
//! A file becomes submissions of whole lines: each body is the file's header line and some thousand of its lines,
//! byte for byte, so that every byte read is kept and each body is a file of the format by itself.

use std::path::PathBuf;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use limpid_model::receipt::Refusal;
use limpid_model::{Channel, Counts, Entry, Receipt, StationId};
use limpid_store::StoreError;
use serde::Serialize;
use tokio::sync::mpsc;

use super::file::{Source, check};
use super::{Format, Found, Progress};
use crate::intake::{Intake, Upload};

/// A submission is closed when it has so many entries: large enough that its fsync is shared by thousands of
/// readings, small enough that a receipt can still be read.
const ENTRIES: usize = 5_000;

/// A submission is closed when it has so many bytes: lines without readings must not grow one for ever.
const BYTES: usize = 4 << 20;

/// Submissions at the journal at once: enough for it to commit several together while the next are read.
const IN_FLIGHT: usize = 8;

/// Submissions that wait for their turn: one being made, one ready. More would only hold memory.
const AHEAD: usize = 2;

/// What an import did. As JSON it is the line that `limpid import` ends with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Submissions that the journal took.
    pub submissions: u64,
    /// Entries in them: the sum of the five counts.
    pub readings: u64,
    /// What became of the entries.
    #[serde(flatten)]
    pub counts: Counts,
    /// Files that have no bytes: nothing to import, but somebody meant them to have some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub empty_files: Vec<PathBuf>,
}

impl Summary {
    fn add(&mut self, receipt: &Receipt) {
        self.submissions += 1;
        self.counts.merge(receipt.counts);
        self.readings = self.counts.total();
    }
}

/// Why files could not be imported. What had been imported before stays, and is told by [`ImportError::done`].
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file is missing or may not be read; nothing was imported.
    #[error("{} cannot be read", file.display())]
    Open {
        /// Which file.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is not of the format; nothing was imported.
    #[error("{}:1: not a {format} file: {detail}", file.display())]
    Header {
        /// Which file.
        file: PathBuf,
        /// What it was read as.
        format: Format,
        /// What is wrong, and what it should be.
        detail: String,
    },
    /// A file failed in the middle; import it again when it can be read, what is known already is answered `same`.
    #[error("{place}: reading stopped here; {} readings were imported before", done.readings)]
    Read {
        /// File and line.
        place: String,
        /// What had been imported.
        done: Box<Summary>,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The journal refused; import again when it can, what is known already is answered `same`.
    #[error("the journal did not take a part of {file}; {} readings were imported", done.readings)]
    Store {
        /// Which file.
        file: String,
        /// What had been imported.
        done: Box<Summary>,
        /// Why.
        #[source]
        source: StoreError,
    },
}

impl ImportError {
    /// What had been imported when it failed.
    pub fn done(&self) -> Summary {
        match self {
            Self::Open { .. } | Self::Header { .. } => Summary::default(),
            Self::Read { done, .. } | Self::Store { done, .. } => (**done).clone(),
        }
    }
}

/// One submission, and how many bytes of its file it took.
struct Chunk {
    upload: Upload,
    bytes: u64,
}

/// Imports files of one format, one after the other.
///
/// Lines that cannot be read are entries of their submission, rejected as `damaged` with file and line, and the
/// import goes on.
///
/// # Errors
/// See [`ImportError`]. Submissions in flight are waited for, so that the count of what was imported is true.
pub async fn import(
    intake: &Intake,
    format: Format,
    files: &[PathBuf],
    progress: &Progress,
) -> Result<Summary, ImportError> {
    let (total, empty_files) = {
        let (intake, files) = (intake.clone(), files.to_vec());
        blocking(move || check(&files, format, intake.pipeline())).await?
    };
    for file in &empty_files {
        tracing::warn!(file = %file.display(), "file has no bytes");
    }
    progress.begin(total);

    let (sender, mut chunks) = mpsc::channel(AHEAD);
    let reader = {
        let (intake, files) = (intake.clone(), files.to_vec());
        tokio::task::spawn_blocking(move || read(&intake, format, &files, &sender))
    };

    let mut summary = Summary { empty_files, ..Summary::default() };
    let mut failure = None;
    let mut in_flight = FuturesUnordered::new();
    loop {
        tokio::select! {
            chunk = chunks.recv(), if in_flight.len() < IN_FLIGHT => match chunk {
                Some(Chunk { upload, bytes }) => in_flight.push(async move {
                    let file = upload.sender.clone();
                    (file, bytes, intake.submit(upload).await)
                }),
                // The reader is at the end, or was stopped.
                None => break,
            },
            Some((file, bytes, answer)) = in_flight.next() => {
                settle(&mut summary, &mut failure, progress, (file, bytes, answer));
                if failure.is_some() {
                    break;
                }
            }
        }
    }
    // The reader stops when nobody takes what it reads.
    drop(chunks);
    while let Some(answer) = in_flight.next().await {
        settle(&mut summary, &mut failure, progress, answer);
    }
    let read = reader.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
    progress.end();
    match (failure, read) {
        (Some((file, source)), _) => Err(ImportError::Store { file, done: summary.into(), source }),
        (None, Err(ReadError::Opening(error))) => Err(*error),
        (None, Err(ReadError::Reading { place, source })) => {
            Err(ImportError::Read { place, done: summary.into(), source })
        }
        (None, Ok(())) => Ok(summary),
    }
}

/// Takes one answer of the journal into account; the first failure is the one that is told.
fn settle(
    summary: &mut Summary,
    failure: &mut Option<(String, StoreError)>,
    progress: &Progress,
    (file, bytes, answer): (String, u64, limpid_store::Result<Receipt>),
) {
    match answer {
        Ok(receipt) => {
            summary.add(&receipt);
            progress.advance(bytes);
        }
        Err(source) => {
            failure.get_or_insert((file, source));
        }
    }
}

enum ReadError {
    Opening(Box<ImportError>),
    Reading { place: String, source: std::io::Error },
}

/// Reads the files into submissions until they end or nobody takes more.
fn read(intake: &Intake, format: Format, files: &[PathBuf], sender: &mpsc::Sender<Chunk>) -> Result<(), ReadError> {
    for path in files {
        let source =
            Source::open(path, format, intake.pipeline()).map_err(|error| ReadError::Opening(Box::new(error)))?;
        let Some(mut source) = source else { continue };
        // The first submission counts the header's bytes for the progress bar.
        let mut counted = 0;
        loop {
            let (chunk, ended) = chunk(intake, &mut source, counted)?;
            counted = source.header.len();
            if chunk.is_some_and(|chunk| sender.blocking_send(chunk).is_err()) {
                return Ok(());
            }
            if ended {
                break;
            }
        }
    }
    Ok(())
}

/// Reads lines until a submission is full or the file ends; `None` when there were no lines any more.
fn chunk(intake: &Intake, source: &mut Source<'_>, counted: usize) -> Result<(Option<Chunk>, bool), ReadError> {
    let mut body = source.header.clone();
    let (mut entries, mut origin) = (Vec::new(), Origin::None);
    let mut found = Found::new();
    let mut ended = false;
    while entries.len() < ENTRIES && body.len() < BYTES {
        let more = source.next(&mut body, &mut found);
        if !more.map_err(|error| ReadError::Reading { place: source.place(), source: error })? {
            ended = true;
            break;
        }
        for item in found.drain(..) {
            let entry = match item {
                Ok(row) => {
                    origin.add(&row.station.id);
                    intake.entry(row.station, row.reading)
                }
                Err(refusal) => Entry::Refused(refusal),
            };
            entries.push(match entry {
                Entry::Refused(refusal) => {
                    Entry::Refused(Refusal { detail: format!("{}: {}", source.place(), refusal.detail), ..refusal })
                }
                entry => entry,
            });
        }
    }
    if ended && body.len() == source.header.len() {
        return Ok((None, true));
    }
    let bytes = (body.len() - counted) as u64;
    let upload = Upload {
        channel: Channel::Import,
        sender: source.name.clone(),
        station: origin.one(),
        media_type: "text/csv",
        body,
        idempotency: None,
        entries,
    };
    Ok((Some(Chunk { upload, bytes }), ended))
}

/// Whether all readings of a submission are of one station.
enum Origin {
    None,
    One(StationId),
    Many,
}

impl Origin {
    fn add(&mut self, id: &StationId) {
        match self {
            Self::None => *self = Self::One(id.clone()),
            Self::One(one) if one == id => {}
            _ => *self = Self::Many,
        }
    }

    fn one(self) -> Option<StationId> {
        if let Self::One(id) = self { Some(id) } else { None }
    }
}

/// Runs what reads files where it may wait.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}
