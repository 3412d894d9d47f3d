//! A file as submissions of whole lines.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::path::PathBuf;

use limpid_model::receipt::Refusal;
use limpid_model::{Channel, Entry, Reading, Reason, StationId};
use tokio::sync::mpsc;

use super::{ImportError, hj212_log};
use crate::formats::file::Source;
use crate::formats::{Format, Found, Layout};
use crate::intake::{Intake, Upload};

/// A submission is closed when it has so many entries: large enough that its fsync is shared by thousands of
/// readings, small enough that a receipt can still be read.
const ENTRIES: usize = 5_000;

/// A submission is closed when it has so many bytes: lines without readings must not grow one for ever.
const BYTES: usize = 4 << 20;

/// One submission to be.
pub(super) struct Chunk {
    pub(super) upload: Upload,
    /// How many bytes of its file it took.
    pub(super) bytes: u64,
    /// Hashes of what its readings are of: station, parameter, period and start.
    pub(super) keys: Vec<u64>,
}

/// Why reading ended early.
pub(super) enum ReadError {
    Opening(Box<ImportError>),
    Reading { place: String, source: std::io::Error },
}

/// Reads the files into submissions until they end or nobody takes more.
pub(super) fn read(
    intake: &Intake,
    layout: &Layout,
    files: &[PathBuf],
    sender: &mpsc::Sender<Chunk>,
) -> Result<(), ReadError> {
    let hasher = RandomState::new();
    for path in files {
        if layout.format == Format::Hj212Log {
            if !hj212_log::read(intake, path, &hasher, sender)? {
                return Ok(());
            }
            continue;
        }
        let source =
            Source::open(path, layout, intake.pipeline()).map_err(|error| ReadError::Opening(Box::new(error)))?;
        let Some(mut source) = source else { continue };
        // The first submission counts the header's bytes for the progress bar.
        let mut counted = 0;
        loop {
            let (chunk, ended) = chunk(intake, &mut source, counted, &hasher)?;
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
fn chunk(
    intake: &Intake,
    source: &mut Source<'_>,
    counted: usize,
    hasher: &RandomState,
) -> Result<(Option<Chunk>, bool), ReadError> {
    let mut body = source.header.clone();
    let (mut entries, mut origin) = (Vec::new(), Origin::None);
    let mut keys = Vec::new();
    let mut found = Found::new();
    let mut ended = false;
    let now = intake.now();
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
                    intake.entry_at(now, row.station, row.reading)
                }
                Err(refusal) => {
                    if refusal.reason == Reason::UnknownStation {
                        origin = Origin::Many;
                    }
                    Entry::Refused(refusal)
                }
            };
            entries.push(match entry {
                Entry::Refused(refusal) => {
                    Entry::Refused(Refusal { detail: format!("{}: {}", source.place(), refusal.detail), ..refusal })
                }
                Entry::Reading(reading) => {
                    keys.push(key(hasher, &reading));
                    Entry::Reading(reading)
                }
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
        media_type: source.media_type,
        body: body.into(),
        idempotency: None,
        entries,
        events: Vec::new(),
    };
    Ok((Some(Chunk { upload, bytes, keys }), ended))
}

/// The hash of what a reading is of.
pub(super) fn key(hasher: &impl BuildHasher, reading: &Reading) -> u64 {
    hasher.hash_one((&reading.station, reading.parameter, reading.period, reading.start))
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
