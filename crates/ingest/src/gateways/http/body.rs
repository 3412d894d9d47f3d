//! The bytes of an upload: read and unpacked, never more than is allowed.

use std::io::{BufReader, Read};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::failure::Failure;

/// Bytes of all uploads in work at once, unless one body alone may have more. The rest wait.
const ALL_UPLOADS: usize = 256 << 20;

/// How long an upload waits for its turn before it is told to come back.
const TURN: Duration = Duration::from_secs(30);

/// How long a body may take to arrive. A station on a slow line sends some kilobytes; a longer one holds memory that
/// others wait for.
const ARRIVAL: Duration = Duration::from_secs(60);

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
}

fn kib(bytes: usize) -> usize {
    bytes.div_ceil(1024)
}

impl Budget {
    /// For bodies of at most `limit` bytes each.
    pub(super) fn new(limit: usize) -> Self {
        let room = Arc::new(Semaphore::new(kib(ALL_UPLOADS.max(limit))));
        Self { limit, room, large: Arc::new(Semaphore::new(LARGE_AT_ONCE)), turn: TURN, arrival: ARRIVAL }
    }

    /// The same with less patience.
    #[cfg(test)]
    pub(super) fn waiting(mut self, turn: Duration, arrival: Duration) -> Self {
        (self.turn, self.arrival) = (turn, arrival);
        self
    }

    /// The same while so many large bodies are being read.
    #[cfg(test)]
    pub(super) fn reading(self, bodies: usize) -> Self {
        self.large.forget_permits(bodies);
        self
    }

    /// The largest body in bytes, unpacked.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Waits for room for one body. What its size will be is known only for a plain one that declares it.
    pub(super) async fn take(&self, declared: Option<u64>, coding: Coding) -> Result<OwnedSemaphorePermit, Failure> {
        if declared.is_some_and(|length| length > self.limit as u64) {
            return Err(Failure::TooLarge { limit: self.limit });
        }
        let size = declared.filter(|_| !coding.expands()).and_then(|length| usize::try_from(length).ok());
        let need = u32::try_from(kib(size.unwrap_or(self.limit))).unwrap_or(u32::MAX);
        match timeout(self.turn, self.room.clone().acquire_many_owned(need)).await {
            Ok(Ok(held)) => Ok(held),
            _ => Err(Failure::Busy),
        }
    }

    /// Gives back what a body turned out not to need.
    pub(super) fn shrink(&self, held: &mut OwnedSemaphorePermit, size: usize) {
        let spare = held.num_permits().saturating_sub(kib(size));
        drop(held.split(spare));
    }

    /// Waits for one's turn to hold the readings of a large body.
    pub(super) async fn unfold(&self) -> Result<OwnedSemaphorePermit, Failure> {
        match timeout(self.turn, self.large.clone().acquire_owned()).await {
            Ok(Ok(held)) => Ok(held),
            _ => Err(Failure::Busy),
        }
    }

    /// Reads a body as it is on the wire.
    pub(super) async fn read(&self, body: Body) -> Result<Vec<u8>, Failure> {
        timeout(self.arrival, self.collect(body)).await.unwrap_or(Err(Failure::Slow))
    }

    async fn collect(&self, mut body: Body) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Failure::Broken { detail: "the body did not arrive whole".into() })?;
            let Ok(data) = frame.into_data() else { continue };
            if bytes.len() + data.len() > self.limit {
                return Err(Failure::TooLarge { limit: self.limit });
            }
            bytes.extend_from_slice(&data);
        }
        Ok(bytes)
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
    pub(super) fn unpack(self, raw: Vec<u8>, limit: usize) -> Result<Vec<u8>, Failure> {
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
