//! The bytes of an upload: read and unpacked, never more than is allowed, and not slower.

use std::io::{BufReader, Read};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

use super::failure::Failure;
use super::off_thread;

/// Bytes of all uploads in work at once, unless one body alone may have more. The rest wait.
const ALL_UPLOADS: usize = 256 << 20;

/// Room is taken for a body as it comes, in steps that double: who announces much and sends little holds little.
const STEP: usize = 64 << 10;

/// How long an upload waits for its turn before it is told to come back.
const TURN: Duration = Duration::from_secs(30);

/// How long a body may take to arrive. A station on a slow line sends some kilobytes; a longer one holds memory that
/// others wait for.
const ARRIVAL: Duration = Duration::from_secs(60);

/// From then on a body must have brought [`RATE`] for each second.
const GRACE: Duration = Duration::from_secs(10);

/// Bytes a second that a body must bring: a modem of 2400 baud brings as many.
const RATE: u32 = 256;

/// Large uploads whose readings are in memory at once, from their reading to their receipt: up to 12 MB each, however
/// few bytes they came in. More would only wait for the same processors and the same disk.
const LARGE_AT_ONCE: usize = 8;

/// The largest window that a zstd frame may ask for, as a power of two: 16 MiB, twice what `zstd -19` uses.
const ZSTD_WINDOW: u32 = 24;

/// Memory for bodies, shared by all uploads and counted in KiB.
pub(super) struct Budget {
    limit: usize,
    room: Arc<Semaphore>,
    large: Arc<Semaphore>,
    turn: Duration,
    arrival: Duration,
    grace: Duration,
}

/// Room for one body. It is free again when this is dropped.
pub(super) struct Held(OwnedSemaphorePermit);

impl Held {
    /// Gives back what a body of `size` bytes does not need.
    pub(super) fn shrink(&mut self, size: usize) {
        let spare = self.0.num_permits().saturating_sub(kib(size));
        drop(self.0.split(spare));
    }
}

fn kib(bytes: usize) -> usize {
    bytes.div_ceil(1024)
}

impl Budget {
    /// For bodies of at most `limit` bytes each.
    pub(super) fn new(limit: usize) -> Self {
        // A packed body of the greatest length is there beside what it unpacks to.
        let room = Arc::new(Semaphore::new(kib(ALL_UPLOADS.max(2 * limit))));
        let large = Arc::new(Semaphore::new(LARGE_AT_ONCE));
        Self { limit, room, large, turn: TURN, arrival: ARRIVAL, grace: GRACE }
    }

    /// The same with less patience.
    #[cfg(test)]
    pub(super) fn waiting(self, turn: Duration, arrival: Duration) -> Self {
        Self { turn, arrival, ..self }
    }

    /// The same with less patience for those that dawdle.
    #[cfg(test)]
    pub(super) fn hurrying(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }

    /// The same with room for so many bytes in all.
    #[cfg(test)]
    pub(super) fn with_room(self, bytes: usize) -> Self {
        Self { room: Arc::new(Semaphore::new(kib(bytes))), ..self }
    }

    /// The same while so many large bodies are being read.
    #[cfg(test)]
    pub(super) fn reading(self, bodies: usize) -> Self {
        self.large.forget_permits(bodies);
        self
    }

    /// Waits for room for the begin of a body, whose length may be declared.
    pub(super) async fn take(&self, declared: Option<u64>) -> Result<Held, Failure> {
        if declared.is_some_and(|length| length > self.limit as u64) {
            return Err(Failure::TooLarge { limit: self.limit });
        }
        let declared = declared.and_then(|length| usize::try_from(length).ok());
        Ok(Held(self.room_for(declared.unwrap_or(STEP).min(STEP).min(self.limit)).await?))
    }

    /// Waits until there is room for `size` bytes in all.
    async fn grow(&self, held: &mut Held, size: usize) -> Result<(), Failure> {
        let more = kib(size).saturating_sub(held.0.num_permits());
        if more > 0 {
            held.0.merge(self.room_for(more * 1024).await?);
        }
        Ok(())
    }

    async fn room_for(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Failure> {
        let need = u32::try_from(kib(bytes)).unwrap_or(u32::MAX);
        match timeout(self.turn, self.room.clone().acquire_many_owned(need)).await {
            Ok(Ok(held)) => Ok(held),
            _ => Err(Failure::Busy),
        }
    }

    /// Waits for one's turn to hold the readings of a large body.
    pub(super) async fn unfold(&self) -> Result<OwnedSemaphorePermit, Failure> {
        match timeout(self.turn, self.large.clone().acquire_owned()).await {
            Ok(Ok(held)) => Ok(held),
            _ => Err(Failure::Busy),
        }
    }

    /// Reads a body as it is on the wire.
    pub(super) async fn read(&self, mut body: Body, held: &mut Held) -> Result<Vec<u8>, Failure> {
        let begun = Instant::now();
        let mut bytes = Vec::new();
        loop {
            // What was brought pays for the time to come.
            let due = (self.grace + Duration::from_secs(bytes.len() as u64) / RATE).min(self.arrival);
            let frame = timeout_at(begun + due, body.frame()).await.map_err(|_| Failure::Slow)?;
            let Some(frame) = frame else { return Ok(bytes) };
            let frame = frame.map_err(|_| Failure::Broken { detail: "the body did not arrive whole".into() })?;
            let Ok(data) = frame.into_data() else { continue };
            let size = bytes.len() + data.len();
            if size > self.limit {
                return Err(Failure::TooLarge { limit: self.limit });
            }
            if size > bytes.capacity() {
                let room = size.next_power_of_two().max(STEP).min(self.limit);
                self.grow(held, room).await?;
                bytes.reserve_exact(room - bytes.len());
            }
            bytes.extend_from_slice(&data);
        }
    }

    /// Unpacks a body that `held` has room for, stopping as soon as it is larger than allowed; there is room for the unpacked
    /// one then.
    pub(super) async fn unpack(&self, coding: Coding, raw: Vec<u8>, held: &mut Held) -> Result<Vec<u8>, Failure> {
        if !coding.expands() {
            held.shrink(raw.capacity());
            return Ok(raw);
        }
        let limit = self.limit;
        self.grow(held, raw.len() + limit).await?;
        let body = off_thread(true, move || coding.unpack(raw, limit)).await?;
        held.shrink(body.capacity());
        Ok(body)
    }
}

/// `Content-Encoding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
    Zstd,
}

impl Coding {
    pub(super) const KNOWN: [&str; 3] = ["gzip", "zstd", "identity"];

    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "" | "identity" => Some(Self::Identity),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// Whether a body may be larger than what arrives.
    pub(super) fn expands(self) -> bool {
        self != Self::Identity
    }

    /// Unpacks a body, stopping as soon as it is larger than `limit`.
    fn unpack(self, raw: Vec<u8>, limit: usize) -> Result<Vec<u8>, Failure> {
        let unpacked = match self {
            Self::Identity => return Ok(raw),
            Self::Gzip => drain(flate2::bufread::MultiGzDecoder::new(BufReader::new(raw.as_slice())), limit),
            Self::Zstd => zstd::Decoder::new(raw.as_slice()).and_then(|mut decoder| {
                decoder.window_log_max(ZSTD_WINDOW)?;
                drain(decoder, limit)
            }),
        };
        match unpacked {
            Ok(bytes) if bytes.len() > limit => Err(Failure::TooLarge { limit }),
            Ok(bytes) => Ok(bytes),
            Err(error) => Err(Failure::Broken { detail: format!("the body cannot be unpacked: {error}") }),
        }
    }
}

/// Reads to the end, or to one byte more than `limit`.
fn drain(reader: impl Read, limit: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
