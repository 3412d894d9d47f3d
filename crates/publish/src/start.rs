//! The entry point.

use std::sync::Arc;

use axum::Router;
use chrono::Utc;
use limpid_model::Pipeline;
use limpid_store::{Journal, Lake};
use tokio::sync::{Mutex, Semaphore, broadcast};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::api::stream;
use crate::app::{App, Clock};
use crate::board::follow::Follower;
use crate::datasets;
use crate::error::Result;
use crate::router::router;

/// What publishing works on.
pub struct Config {
    /// The authority's configuration.
    pub pipeline: Arc<Pipeline>,
    /// What was published.
    pub journal: Arc<dyn Journal>,
    /// Where releases are kept.
    pub lake: Lake,
    /// Gives the text of `/metrics` in the format of Prometheus.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Whether a bearer token may make a release on demand: one that uploads for every station.
    pub may_release: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    /// Cancelled when the process is to stop: streams end, tasks return.
    pub stop: CancellationToken,
}

/// Publishing.
pub struct Publish;

impl Publish {
    /// Builds the board, starts the follower of the journal and the release scheduler, and gives the routes. The
    /// tasks end when `config.stop` is cancelled; one that ends before has failed, and the process should too.
    ///
    /// # Errors
    /// Those of the journal while the board is built.
    pub async fn start(config: Config) -> Result<(Router, JoinSet<()>)> {
        Self::start_at(config, Arc::new(Utc::now)).await
    }

    /// The same with another clock, for tests.
    pub(crate) async fn start_at(config: Config, clock: Clock) -> Result<(Router, JoinSet<()>)> {
        let Config { pipeline, journal, lake, metrics, may_release, stop } = config;
        let (events, _) = broadcast::channel(stream::CHANNEL);
        let (follower, board) =
            Follower::start(pipeline.clone(), journal.clone(), clock.clone(), events.clone()).await?;
        let app = Arc::new(App {
            pipeline,
            journal,
            lake,
            board: Arc::new(board),
            clock,
            metrics,
            may_release,
            releasing: Arc::new(Mutex::new(())),
            events,
            streams: Arc::new(Semaphore::new(stream::STREAMS)),
            stop,
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(follower.run(app.board.clone(), app.stop.clone()));
        let scheduled = app.clone();
        tasks.spawn(async move {
            datasets::schedule(scheduled.clone()).await;
            // Where nothing is scheduled the task waits, so that its end still means that something failed.
            scheduled.stop.cancelled().await;
        });
        Ok((router(app), tasks))
    }
}
