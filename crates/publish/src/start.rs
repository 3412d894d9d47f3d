//! The entry point.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use axum::Router;
use chrono::Utc;
use limpid_model::Pipeline;
use limpid_store::{Journal, Lake};
use tokio::sync::{Mutex, Semaphore, broadcast};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::api::{alerts, stream};
use crate::app::{Amend, App, Clock, Explain, FindOfficer, FindReviewer, IssuedTokens, SERIES, ScoreIssue, Shared};
use crate::board::follow::Follower;
use crate::datasets;
use crate::desk;
use crate::doors::series::KnownSeries;
use crate::due;
use crate::error::Result;
use crate::events::{self, cursor};
use crate::freshness;
use crate::mqtt::{self, Outlet};
use crate::pages::card::Painted;
use crate::pages::find::Places;
use crate::pages::map::KeptLayout;
use crate::router::{router, sensorthings};
use crate::webhooks::{self, Webhook};

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
    /// Whose token a bearer token is, of those who may decide about values.
    pub reviewer: FindReviewer,
    /// Whose token a bearer token is, of those who keep registers.
    pub officer: FindOfficer,
    /// Upload tokens issued at the desk.
    pub tokens: IssuedTokens,
    /// Explains published figures.
    pub explain: Explain,
    /// Amends forecasts.
    pub amend: Amend,
    /// Scores single issues of forecasts.
    pub score_issue: ScoreIssue,
    /// Addresses that are told what happens.
    pub webhooks: Vec<Arc<Webhook>>,
    /// The broker to which what happens is published.
    pub outlet: Option<Arc<Outlet>>,
    /// Cancelled when the process is to stop: streams end, tasks return.
    pub stop: CancellationToken,
}

/// Publishing, as it was started.
pub struct Publish {
    /// API, pages and feeds.
    pub site: Router,
    /// What clients of OGC SensorThings read, under `/sta/v1.1`, where observations are sent too.
    pub sensorthings: Router,
    /// The operator's desk, under `/desk`, where the pipeline has one.
    pub desk: Option<Router>,
    /// They end when `config.stop` is cancelled; one that ends before has failed, and the process should too.
    pub tasks: JoinSet<()>,
}

impl Publish {
    /// Builds the board, starts the follower of the journal and the release scheduler, and gives the routes.
    ///
    /// # Errors
    /// Those of the journal while the board is built.
    pub async fn start(config: Config) -> Result<Self> {
        let (app, follower) = build(config, Arc::new(Utc::now)).await?;
        let tasks = spawn(&app, follower);
        let desk = app.pipeline.desk.enabled.then(|| desk::routes(app.clone()));
        Ok(Self { site: router(app.clone()), sensorthings: sensorthings(app), desk, tasks })
    }
}

/// What the handlers share, and the follower that keeps its board up.
pub(crate) async fn build(config: Config, clock: Clock) -> Result<(Shared, Follower)> {
    let Config {
        pipeline,
        journal,
        lake,
        metrics,
        may_release,
        reviewer,
        officer,
        tokens,
        explain,
        amend,
        score_issue,
        webhooks,
        outlet,
        stop,
    } = config;
    let (events, _) = broadcast::channel(stream::CHANNEL);
    let (follower, board) = Follower::start(pipeline.clone(), journal.clone(), clock.clone(), events.clone()).await?;
    let app = App {
        places: Places::new(&pipeline.stations),
        pipeline,
        journal,
        lake,
        board: Arc::new(board),
        clock,
        metrics,
        may_release,
        reviewer,
        officer,
        tokens,
        explain,
        newest: ArcSwap::default(),
        alerts: ArcSwap::default(),
        releases: ArcSwap::default(),
        amend,
        score_issue,
        known_series: KnownSeries::default(),
        releasing: Arc::new(Mutex::new(())),
        events,
        floor: AtomicU64::new(0),
        described: OnceLock::new(),
        layout: KeptLayout::default(),
        cards: Painted::default(),
        series: Arc::new(Semaphore::new(SERIES)),
        streams: Arc::new(Semaphore::new(stream::STREAMS)),
        webhooks,
        outlet,
        stop,
    };
    events::keep::forget(&app).await?;
    // Before anything else happens: whoever follows the log for the first time begins here.
    cursor::resume(&*app.journal, events::levels::CURSOR).await?;
    for webhook in &app.webhooks {
        cursor::resume(&*app.journal, &webhook.cursor()).await?;
    }
    if app.outlet.is_some() {
        cursor::resume(&*app.journal, mqtt::CURSOR).await?;
    }
    alerts::refresh(&app).await?;
    freshness::look(&app).await;
    due::disclose(&app).await?;
    Ok((Arc::new(app), follower))
}

/// Every task of this crate but those of requests.
pub(crate) fn spawn(app: &Shared, follower: Follower) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(follower.run(app.board.clone(), app.stop.clone()));
    tasks.spawn(datasets::schedule(app.clone()));
    tasks.spawn(freshness::watch(app.clone()));
    tasks.spawn(events::levels::watch(app.clone()));
    for webhook in &app.webhooks {
        tasks.spawn(webhooks::deliver(app.clone(), webhook.clone()));
    }
    if let Some(outlet) = &app.outlet {
        tasks.spawn(mqtt::serve(app.clone(), outlet.clone()));
    }
    tasks.spawn(events::keep::watch(app.clone()));
    tasks.spawn(due::run(app.clone()));
    tasks
}
