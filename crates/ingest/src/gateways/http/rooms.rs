//! Memory for uploads, all of them bounded together.
//!
//! A body that is short is read whole, and one that is longer is understood as it comes. Whoever needs room takes it in one
//! piece, in the order of asking, and first that of arriving, then that of one's work: nobody who waits holds what another
//! waits for in front of him.

use std::sync::Arc;
use std::time::Duration;

use limpid_model::{Entry, Verdict};
use limpid_store::Seal;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::MOST_READINGS;
use super::coding::Coding;
use super::failure::Failure;
use crate::intake::RawReading;

/// A body up to here is short. Of a longer one this much is read before it waits for its turn.
pub(super) const SHORT: usize = 64 << 10;

/// The begins of all bodies that are arriving.
const ARRIVING: usize = 64 << 20;

/// The readings of all short bodies in work.
const SHORT_WORK: usize = 64 << 20;

/// All longer bodies in work, unless one body alone may need more.
const LONG_WORK: usize = 192 << 20;

/// How long an upload waits for its turn before it is told to come back.
const TURN: Duration = Duration::from_secs(30);

/// What a reading takes from the body to the receipt: as it was read, as the journal takes it, its verdict, and that written
/// out.
const READING: usize = size_of::<(usize, RawReading)>() + size_of::<Entry>() + size_of::<Verdict>() + 64;

/// The fewest bytes that a reading has in any shape: its time alone has 20.
const LEAST: usize = 24;

/// What a body that is read as a whole takes for each of its bytes: itself, and two words for the shortest value of a list.
const WHOLE: usize = 10;

/// What is unpacked and not yet understood.
const PENDING: usize = 512 << 10;

/// Room for one upload. It is free again when this is dropped.
pub(super) type Held = OwnedSemaphorePermit;

/// The memory.
pub(super) struct Rooms {
    /// The largest body, unpacked.
    pub(super) limit: usize,
    arriving: Arc<Semaphore>,
    short: Arc<Semaphore>,
    long: Arc<Semaphore>,
    turn: Duration,
}

/// How a long body is held while it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// Sealed only: its readings are taken as it comes.
    Sealed,
    /// As a whole too: its shape can only be read so.
    Whole,
}

fn kib(bytes: usize) -> usize {
    bytes.div_ceil(1024)
}

fn readings(bytes: usize) -> usize {
    (bytes / LEAST + 1).min(MOST_READINGS) * READING
}

/// The most memory that a long body of at most `bytes` takes.
pub(super) fn weight(bytes: usize, coding: Coding, hold: Hold) -> usize {
    let whole = if hold == Hold::Whole { bytes * WHOLE } else { 0 };
    // What cannot be compressed is sealed to its own length.
    bytes + whole + readings(bytes) + coding.overhead() + Seal::OVERHEAD + PENDING
}

impl Rooms {
    /// For bodies of at most `limit` bytes each.
    pub(super) fn new(limit: usize) -> Self {
        let largest = weight(limit, Coding::Zstd, Hold::Whole);
        let room = |bytes| Arc::new(Semaphore::new(kib(bytes)));
        Self {
            limit,
            arriving: room(ARRIVING),
            short: room(SHORT_WORK),
            long: room(LONG_WORK.max(largest)),
            turn: TURN,
        }
    }

    /// The same with less patience.
    #[cfg(test)]
    pub(super) fn turn(self, turn: Duration) -> Self {
        Self { turn, ..self }
    }

    /// The same with room for so many long bodies of the greatest length.
    #[cfg(test)]
    pub(super) fn long_bodies(self, bodies: usize) -> Self {
        let each = weight(self.limit, Coding::Identity, Hold::Sealed);
        Self { long: Arc::new(Semaphore::new(kib(each) * bodies)), ..self }
    }

    /// The same with so many bytes for the begins of bodies.
    #[cfg(test)]
    pub(super) fn arriving(self, bytes: usize) -> Self {
        Self { arriving: Arc::new(Semaphore::new(kib(bytes))), ..self }
    }

    /// Waits for room for the begin of a body, whose length may be declared.
    pub(super) async fn arrive(&self, declared: Option<u64>) -> Result<Held, Failure> {
        if declared.is_some_and(|length| length > self.limit as u64) {
            return Err(Failure::TooLarge { limit: self.limit });
        }
        let declared = declared.and_then(|length| usize::try_from(length).ok());
        self.take(&self.arriving, declared.unwrap_or(SHORT).min(SHORT)).await
    }

    /// Waits for room for the readings of a short body.
    pub(super) async fn short(&self, bytes: usize) -> Result<Held, Failure> {
        self.take(&self.short, readings(bytes)).await
    }

    /// Waits for one's turn with a long body of at most `bytes`.
    pub(super) async fn long(&self, bytes: usize, coding: Coding, hold: Hold) -> Result<Held, Failure> {
        self.take(&self.long, weight(bytes, coding, hold)).await
    }

    async fn take(&self, room: &Arc<Semaphore>, bytes: usize) -> Result<Held, Failure> {
        let need = u32::try_from(kib(bytes)).unwrap_or(u32::MAX);
        match timeout(self.turn, room.clone().acquire_many_owned(need)).await {
            Ok(Ok(held)) => Ok(held),
            _ => Err(Failure::Busy),
        }
    }
}
