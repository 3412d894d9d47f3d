//! History files into the journal, by the same door as everything else.
//!
//! A file becomes submissions of whole lines: each body is the file's header line and some thousand of its lines,
//! byte for byte, so that every byte read is kept and each body is a file of the format by itself.
//!
//! Several submissions are at the journal at once, but never two that speak of the same reading: of two submissions
//! with different values for one hour, the one that stands later, in the file or in the list of files, is always the
//! correction. Within one submission a second value is no correction but a contradiction, and is rejected as such.

mod chunk;
mod hj212_log;
mod summary;

use std::collections::HashSet;
use std::path::PathBuf;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::mpsc;

use super::file::check;
use super::{Layout, Progress};
use crate::intake::Intake;
use chunk::{Chunk, ReadError, read};

pub use summary::{ImportError, Summary};

/// Submissions at the journal at once: enough for it to commit several together while the next are read.
const IN_FLIGHT: usize = 8;

/// Submissions that wait for their turn: one being made, one ready. More would only hold memory.
const AHEAD: usize = 2;

/// Imports files of one layout, one after the other.
///
/// Lines that cannot be read are entries of their submission, rejected as `damaged` with file and line, and the
/// import goes on.
///
/// # Errors
/// See [`ImportError`]. Submissions in flight are waited for, so that the count of what was imported is true.
pub async fn import(
    intake: &Intake,
    layout: impl Into<Layout>,
    files: &[PathBuf],
    progress: &Progress,
) -> Result<Summary, ImportError> {
    let layout = layout.into();
    let (total, empty_files) = {
        let (intake, files, layout) = (intake.clone(), files.to_vec(), layout.clone());
        blocking(move || check(&files, &layout, intake.pipeline())).await?
    };
    for file in &empty_files {
        tracing::warn!(file = %file.display(), "file has no bytes");
    }
    progress.begin(total);

    let (sender, mut chunks) = mpsc::channel(AHEAD);
    let reader = {
        let (intake, files) = (intake.clone(), files.to_vec());
        tokio::task::spawn_blocking(move || read(&intake, &layout, &files, &sender))
    };

    let mut summary = Summary { empty_files, ..Summary::default() };
    let mut failure = None;
    let (mut in_flight, mut keys_in_flight) = (FuturesUnordered::new(), HashSet::<u64>::new());
    // A submission that speaks of a reading in flight waits here, and with it all behind it.
    let mut waiting: Option<Chunk> = None;
    let mut reading = true;
    while failure.is_none() && (reading || waiting.is_some() || !in_flight.is_empty()) {
        tokio::select! {
            next = chunks.recv(), if reading && waiting.is_none() && in_flight.len() < IN_FLIGHT => {
                reading = next.is_some();
                waiting = next;
            }
            Some(answer) = in_flight.next() => {
                let (file, bytes, keys, answer) = answer;
                for key in &keys {
                    keys_in_flight.remove(key);
                }
                match answer {
                    Ok(receipt) => {
                        summary.add(&receipt);
                        progress.advance(bytes);
                    }
                    Err(source) => failure = Some((file, source)),
                }
            }
        }
        if let Some(Chunk { upload, bytes, keys }) =
            waiting.take_if(|chunk| !chunk.keys.iter().any(|key| keys_in_flight.contains(key)))
        {
            keys_in_flight.extend(&keys);
            in_flight.push(async move {
                let file = upload.sender.clone();
                (file, bytes, keys, intake.submit(upload).await)
            });
        }
    }
    // After a failure: the reader stops when nobody takes what it reads, and what is in flight may still succeed.
    drop(chunks);
    while let Some((_, _, _, answer)) = in_flight.next().await {
        if let Ok(receipt) = answer {
            summary.add(&receipt);
        }
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

/// Runs what reads files where it may wait.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}
