//! What the handlers share.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use futures::future::BoxFuture;
use limpid_model::forecast::Change;
use limpid_model::pipeline::{Officer, Reviewer};
use limpid_model::{Alert, Explanation, Forecast, ForecastScore, Instant, Pipeline, Question, Zone};
use limpid_store::{DeskToken, Journal, Lake, StoreError};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, broadcast};
use tokio_util::sync::CancellationToken;

use crate::answer::Failure;
use crate::api::openapi::Described;
use crate::board::Board;
use crate::doors::series::KnownSeries;
use crate::events::Event;
use crate::freshness::{Newest, Releases};
use crate::mqtt::Outlet;
use crate::pages::card::Painted;
use crate::pages::find::Places;
use crate::pages::map::KeptLayout;
use crate::webhooks::Webhook;

/// The time by which age is judged.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// Whose token a secret is.
pub type FindReviewer = Arc<dyn Fn(&str) -> Option<Reviewer> + Send + Sync>;

/// Whose token a secret is, of those who keep registers.
pub type FindOfficer = Arc<dyn Fn(&str) -> Option<Officer> + Send + Sync>;

/// Explains a published figure; `None` where none such is published. Whoever makes figures knows how: this crate does not.
pub type Explain = Arc<dyn Fn(Question) -> BoxFuture<'static, limpid_store::Result<Option<Explanation>>> + Send + Sync>;

/// Issues the newest forecast anew with one day's figure changed.
pub type Amend = Arc<dyn Fn(Change) -> BoxFuture<'static, Result<Forecast, NotAmended>> + Send + Sync>;

/// Scores one issue by what has come of it; `None` where there is no such issue.
pub type ScoreIssue =
    Arc<dyn Fn(u64) -> BoxFuture<'static, limpid_store::Result<Option<(Forecast, Vec<ForecastScore>)>>> + Send + Sync>;

/// Why a forecast was not amended.
#[derive(Debug)]
pub enum NotAmended {
    /// There is nothing to change, or it cannot be changed so: why.
    Refused(String),
    /// The journal failed.
    Failed(StoreError),
}

/// Upload tokens that are issued at the desk: whoever takes uploads knows how they are made, and is told of them.
#[derive(Clone)]
pub struct IssuedTokens {
    /// Makes a secret, and what is kept of it.
    pub make: Arc<dyn Fn() -> std::io::Result<(String, String)> + Send + Sync>,
    /// Is told of all of them whenever one is issued or revoked.
    pub changed: Arc<dyn Fn(Vec<DeskToken>) + Send + Sync>,
}

/// What the handlers share; one per process, behind an `Arc`.
pub struct App {
    /// The configuration.
    pub pipeline: Arc<Pipeline>,
    /// Where history is read.
    pub journal: Arc<dyn Journal>,
    /// Where releases are.
    pub lake: Lake,
    /// The names by which stations are looked for.
    pub places: Places,
    /// The current state.
    pub board: Arc<Board>,
    /// The time.
    pub clock: Clock,
    /// The text of `/metrics`.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Whether a bearer token may make a release.
    pub may_release: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    /// Whose token a bearer token is, of those who may decide about values.
    pub reviewer: FindReviewer,
    /// Whose token a bearer token is, of those who keep registers.
    pub officer: FindOfficer,
    /// Upload tokens issued at the desk.
    pub tokens: IssuedTokens,
    /// Explains figures.
    pub explain: Explain,
    /// What was published last, for `/status`.
    pub newest: ArcSwap<Newest>,
    /// Every alert that was taken in, in their order.
    pub alerts: ArcSwap<Vec<Alert>>,
    /// How the releases of datasets stand, likewise.
    pub releases: ArcSwap<Releases>,
    /// Amends forecasts.
    pub amend: Amend,
    /// Scores single issues of forecasts.
    pub score_issue: ScoreIssue,
    /// Which series are published, for the doors of open standards.
    pub known_series: KnownSeries,
    /// One release at a time: two at once would read everything twice and race for `current`.
    pub releasing: Arc<Mutex<()>>,
    /// What is published, for the live streams.
    pub events: broadcast::Sender<Arc<Event>>,
    /// The number behind which the event log is whole.
    pub floor: AtomicU64,
    /// The description of the API with what this authority has; made when first asked for.
    pub described: OnceLock<Described>,
    /// Where stations stand on `/map`.
    pub layout: KeptLayout,
    /// Cards that were painted.
    pub cards: Painted,
    /// Series that are read and written at once: the largest page is some 15 MB, and a flood of requests for it waits
    /// here and not in memory.
    pub series: Arc<Semaphore>,
    /// Live streams that may still be opened.
    pub streams: Arc<Semaphore>,
    /// Addresses that are told what happens.
    pub webhooks: Vec<Arc<Webhook>>,
    /// The broker to which what happens is published.
    pub outlet: Option<Arc<Outlet>>,
    /// Cancelled when the process stops.
    pub stop: CancellationToken,
}

/// Pages of series made at once.
pub const SERIES: usize = 16;

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

    /// Waits for one's turn to make a page of a series. Work that goes on when the client has gone takes the turn with it.
    ///
    /// # Errors
    /// 503 while the service stops.
    pub async fn turn(&self) -> Result<OwnedSemaphorePermit, Failure> {
        self.series.clone().acquire_owned().await.map_err(|_| Failure::unavailable("the service is stopping"))
    }

    /// Whether any station is simulated, which every page then says.
    pub fn simulated(&self) -> bool {
        self.pipeline.stations.iter().any(|station| station.simulated)
    }
}
