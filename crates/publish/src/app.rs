//! What the handlers share.

use std::sync::Arc;

use limpid_model::{Instant, Pipeline, Zone};
use limpid_store::{Journal, Lake};
use tokio::sync::{Mutex, Semaphore, broadcast};
use tokio_util::sync::CancellationToken;

use crate::board::{Board, Event};

/// The time by which age is judged.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// What the handlers share; one per process, behind an `Arc`.
pub struct App {
    /// The configuration.
    pub pipeline: Arc<Pipeline>,
    /// Where history is read.
    pub journal: Arc<dyn Journal>,
    /// Where releases are.
    pub lake: Lake,
    /// The current state.
    pub board: Arc<Board>,
    /// The time.
    pub clock: Clock,
    /// The text of `/metrics`.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Whether a bearer token may make a release.
    pub may_release: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    /// One release at a time: two at once would read everything twice and race for `current`.
    pub releasing: Arc<Mutex<()>>,
    /// What is published, for the live streams.
    pub events: broadcast::Sender<Arc<Event>>,
    /// Live streams that may still be opened.
    pub streams: Arc<Semaphore>,
    /// Cancelled when the process stops.
    pub stop: CancellationToken,
}

/// The state of every handler.
pub type Shared = Arc<App>;

impl App {
    /// The zone of every time that goes out.
    pub fn zone(&self) -> Zone {
        self.pipeline.publisher.zone
    }

    /// Now.
    pub fn now(&self) -> Instant {
        (self.clock)()
    }

    /// Whether any station is simulated, which every page then says.
    pub fn simulated(&self) -> bool {
        self.pipeline.stations.iter().any(|station| station.simulated)
    }
}
