//! The bytes of an upload as they arrive: not more than is allowed, and not slower.

use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout_at};

use super::failure::Failure;

/// How long a body may take to arrive. A station on a slow line sends some kilobytes; a longer one holds memory that
/// others wait for.
const ARRIVAL: Duration = Duration::from_secs(60);

/// From then on a body must have brought [`RATE`] for each second.
const GRACE: Duration = Duration::from_secs(10);

/// Bytes a second that a body must bring: a modem of 2400 baud brings as many.
const RATE: u32 = 256;

/// How long a sender may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub(super) arrival: Duration,
    pub(super) grace: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { arrival: ARRIVAL, grace: GRACE }
    }
}

/// A body that is arriving.
pub(super) struct Arriving {
    body: Body,
    limit: usize,
    patience: Patience,
    begun: Instant,
    came: usize,
}

impl Arriving {
    /// A body of at most `limit` bytes on the wire.
    pub(super) fn new(body: Body, limit: usize, patience: Patience) -> Self {
        Self { body, limit, patience, begun: Instant::now(), came: 0 }
    }

    /// The next bytes, `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            // What was brought pays for the time to come.
            let Patience { arrival, grace } = self.patience;
            let due = (grace + Duration::from_secs(self.came as u64) / RATE).min(arrival);
            let frame = timeout_at(self.begun + due, self.body.frame()).await.map_err(|_| Failure::Slow)?;
            let Some(frame) = frame else { return Ok(None) };
            let frame = frame.map_err(|_| Failure::Broken { detail: "the body did not arrive whole".into() })?;
            let Ok(data) = frame.into_data() else { continue };
            self.came += data.len();
            if self.came > self.limit {
                return Err(Failure::TooLarge { limit: self.limit });
            }
            return Ok(Some(data));
        }
    }

    /// Runs `work` of ours, whose time is not the sender's.
    pub(super) async fn pausing<T>(&mut self, work: impl Future<Output = T>) -> T {
        let paused = Instant::now();
        let done = work.await;
        self.begun += paused.elapsed();
        done
    }
}
