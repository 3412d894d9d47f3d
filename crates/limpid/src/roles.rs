//! The roles of `limpid run`, wired together. Every task of the process is born here, and waited for here.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use chrono::Utc;
use limpid_ingest::drops;
use limpid_ingest::gateways::mqtt;
use limpid_ingest::gateways::places::Places;
use limpid_ingest::gateways::{hj212, http};
use limpid_ingest::sources;
use limpid_ingest::token::{self, Tokens};
use limpid_ingest::{Intake, simulate};
use limpid_model::pipeline::{PerAddress, Token};
use limpid_model::{Pipeline, StationId};
use limpid_publish::{IssuedTokens, NotAmended, Publish, under};
use limpid_store::{DeskToken, Journal, Lake, SqliteJournal, StateDir};
use limpid_transform::forecast::amend::{AmendError, amend};
use limpid_transform::forecast::scores;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::cli::{Role, Run};
use crate::outside::Outside;
use crate::samples;
use crate::sensorthings;
use crate::server::Server;

/// Work in flight has this long to end after a signal; a stop takes less than 5 s in all.
const PATIENCE: Duration = Duration::from_secs(4);

/// Connections to an address of the desk's own.
const DESK_PLACES: usize = 256;

/// Runs the roles that were asked for until SIGINT or SIGTERM.
pub async fn run(pipeline: Arc<Pipeline>, outside: Outside, arguments: Run) -> anyhow::Result<()> {
    let Outside { broker, hj212: hj212_tls, http: http_tls, sources, webhooks, outlet, drops } = outside;
    let has = |role| arguments.role.contains(&role);
    let (http_on, hj212_on) = (pipeline.ingest.http.enabled, pipeline.ingest.hj212.enabled);
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder()?;
    let runtime = tokio::runtime::Handle::current().metrics();
    let metrics: Arc<dyn Fn() -> String + Send + Sync> = Arc::new(move || {
        metrics::gauge!("limpid_tasks").set(runtime.num_alive_tasks() as f64);
        metrics.render()
    });

    // Ports first: a port in use is told before anything is opened.
    let http = bind(arguments.http, "HTTP").await?;
    let hj212 = if has(Role::Ingest) && hj212_on { Some(bind(arguments.hj212, "HJ 212").await?) } else { None };
    let desk = match arguments.desk {
        Some(_) if !has(Role::Publish) || !pipeline.desk.enabled => {
            anyhow::bail!("--desk: there is no desk without [desk] enabled = true and the role publish")
        }
        Some(address) => Some(bind(address, "the desk").await?),
        None => None,
    };
    let state = StateDir::lock(&arguments.state.state)?;
    let journal = open_journal(&state)?;
    let lake = Lake::local(&state.lake())?;
    if arguments.simulate {
        samples::take_in(&pipeline, &arguments.pipeline.pipeline, &*journal).await?;
    }

    let stop = CancellationToken::new();
    let mut tasks = JoinSet::new();
    let mut router = Router::new();
    let (mut read, mut written, mut behind_login) = (None, None, None);
    let intake = Intake::new(pipeline.clone(), journal.clone());

    if has(Role::Transform) {
        let (pipeline, journal, stop) = (pipeline.clone(), journal.clone(), stop.clone());
        let (gaps, readings, stopping) = (pipeline.clone(), journal.clone(), stop.clone());
        tasks.spawn(async move {
            limpid_transform::ledger(gaps, readings, stopping).await.context("the gap ledger stopped")
        });
        if pipeline.forecast.enabled {
            let (pipeline, journal, stop) = (pipeline.clone(), journal.clone(), stop.clone());
            tasks.spawn(async move {
                limpid_transform::forecast::serve::serve(pipeline, journal, stop).await.context("forecasting stopped")
            });
        }
        tasks.spawn(async move { limpid_transform::live(pipeline, journal, stop).await.context("the engine stopped") });
    }
    let tokens = Tokens::new(&pipeline.ingest.http.tokens);
    tokens.issue(issued(journal.desk().tokens().await?));
    if has(Role::Publish) {
        let config = limpid_publish::Config {
            pipeline: pipeline.clone(),
            journal: journal.clone(),
            lake,
            metrics,
            may_release: {
                let tokens = tokens.clone();
                Arc::new(move |secret| tokens.authorise(secret).is_some_and(|grant| grant.covers_all()))
            },
            tokens: {
                let tokens = tokens.clone();
                IssuedTokens {
                    make: Arc::new(|| token::generate().map_err(std::io::Error::other)),
                    changed: Arc::new(move |known| tokens.issue(issued(known))),
                }
            },
            reviewer: {
                let pipeline = pipeline.clone();
                Arc::new(move |secret| token::reviewer(&pipeline.reviewers, secret).cloned())
            },
            officer: {
                let pipeline = pipeline.clone();
                Arc::new(move |secret| token::officer(&pipeline.officers, secret).cloned())
            },
            amend: {
                let journal = journal.clone();
                Arc::new(move |change| {
                    let journal = journal.clone();
                    Box::pin(async move {
                        amend(&journal, change, Utc::now()).await.map_err(|error| match error {
                            AmendError::Journal(error) => NotAmended::Failed(error),
                            error => NotAmended::Refused(error.to_string()),
                        })
                    })
                })
            },
            score_issue: {
                let (pipeline, journal) = (pipeline.clone(), journal.clone());
                Arc::new(move |issue| {
                    let (pipeline, journal) = (pipeline.clone(), journal.clone());
                    Box::pin(async move { scores::of_issue(&pipeline, &journal, issue, Utc::now()).await })
                })
            },
            explain: {
                let (pipeline, journal) = (pipeline.clone(), journal.clone());
                Arc::new(move |question| {
                    let (pipeline, journal) = (pipeline.clone(), journal.clone());
                    Box::pin(limpid_transform::explain(pipeline, journal, question, Utc::now()))
                })
            },
            webhooks,
            outlet,
            stop: stop.clone(),
        };
        let Publish { site, sensorthings, desk, tasks: mut publishing } = Publish::start(config).await?;
        router = router.merge(site);
        read = Some(sensorthings);
        behind_login = desk;
        let stopping = stop.clone();
        tasks.spawn(async move {
            // None of these ends by itself: one that does before the stop has failed.
            let first = publishing.join_next().await;
            anyhow::ensure!(stopping.is_cancelled(), "a task of publishing ended: {first:?}");
            while publishing.join_next().await.is_some() {}
            Ok(())
        });
    } else {
        router = router.merge(limpid_publish::without_board(journal.clone(), metrics, stop.clone()));
    }
    if has(Role::Ingest) && http_on {
        let http::Routes { uploads, sensorthings } = http::Routes::with(intake.clone(), tokens);
        router = router.merge(uploads);
        written = Some(sensorthings);
    }
    router = router.merge(sensorthings::door(read, written));
    if has(Role::Ingest) {
        let (presence, stop) = (intake.presence().clone(), stop.clone());
        tasks.spawn(async move {
            presence.run(stop).await;
            Ok(())
        });
    }
    let listening = listening(&http, hj212.as_ref(), desk.as_ref())?;
    if let Some(listener) = hj212 {
        let target = listener.local_addr()?;
        let gateway = hj212::serve(listener, intake.clone(), hj212_tls, stop.clone());
        tasks.spawn(async move {
            gateway.await;
            Ok(())
        });
        if arguments.simulate {
            tasks.spawn(simulated(pipeline.clone(), target, stop.clone()));
        }
    }
    for folder in drops.into_iter().filter(|_| has(Role::Ingest)) {
        let watching = drops::watch(folder, intake.clone(), stop.clone());
        tasks.spawn(async move {
            watching.await;
            Ok(())
        });
    }
    if let Some(broker) = broker.filter(|_| has(Role::Ingest)) {
        let gateway = mqtt::serve(broker, intake.clone(), stop.clone());
        tasks.spawn(async move {
            gateway.await;
            Ok(())
        });
    }
    if has(Role::Ingest) && !sources.is_empty() {
        let (_, pulling) = sources::serve(sources, intake.clone(), stop.clone());
        tasks.spawn(async move {
            pulling.await;
            Ok(())
        });
    }
    let places = Places::new(pipeline.http.connections, pipeline.http.connections_per_address);
    let idle = Duration::from_secs(pipeline.http.idle_seconds);
    let scheme = if http_tls.is_some() { "https" } else { "http" };
    match (desk, behind_login) {
        (Some(listener), Some(pages)) => {
            let (tls, places) = (http_tls.clone(), Places::new(DESK_PLACES, PerAddress::Default(DESK_PLACES)));
            let whole = under(&pipeline.http.base_path, router.clone().merge(pages));
            let server = Server { listener, tls, places, idle }.serve(whole, stop.clone());
            tasks.spawn(async move {
                server.await;
                Ok(())
            });
        }
        (_, Some(pages)) => router = router.merge(pages),
        (_, None) => {}
    }
    let server = Server { listener: http, tls: http_tls, places, idle }
        .serve(under(&pipeline.http.base_path, router), stop.clone());
    tasks.spawn(async move {
        server.await;
        Ok(())
    });

    let signals = Signals::install()?;
    println!("{listening}");
    std::io::stdout().flush()?;
    if let Some(address) = listening["listening"]["http"].as_str() {
        tracing::info!("open {scheme}://{address}/");
    }
    let ended = until_signal(signals, &mut tasks).await;
    stop.cancel();
    if tokio::time::timeout(PATIENCE, async { while tasks.join_next().await.is_some() {} }).await.is_err() {
        tracing::warn!("connections were cut: they did not end in time");
        tasks.abort_all();
    }
    journal.close().await?;
    drop(state);
    ended
}

/// The journal of a state folder that this process has locked.
pub fn open_journal(state: &StateDir) -> anyhow::Result<Arc<dyn Journal>> {
    Ok(SqliteJournal::open(&state.journal())?)
}

async fn bind(address: SocketAddr, what: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("{what} cannot listen on {address}"))
}

/// Tokens issued at the desk that were not revoked.
fn issued(tokens: Vec<DeskToken>) -> Vec<Token> {
    let valid = tokens.into_iter().filter(|token| token.revoked.is_none());
    // One for a station that cannot be is one for none, and not for all.
    let token = |DeskToken { hash, station, .. }: DeskToken| match station.map(|id| StationId::parse(&id)) {
        None => Some(Token { station: None, hash }),
        Some(station) => Some(Token { station: Some(station?), hash }),
    };
    valid.filter_map(token).collect()
}

/// What supervisors and tests read: the addresses that were bound.
fn listening(
    http: &TcpListener,
    hj212: Option<&TcpListener>,
    desk: Option<&TcpListener>,
) -> anyhow::Result<serde_json::Value> {
    let mut bound = serde_json::Map::new();
    bound.insert("http".into(), http.local_addr()?.to_string().into());
    for (name, listener) in [("hj212", hj212), ("desk", desk)] {
        if let Some(listener) = listener {
            bound.insert(name.into(), listener.local_addr()?.to_string().into());
        }
    }
    Ok(serde_json::json!({ "listening": bound }))
}

/// The stations of the registry that are marked as simulated, over real connections.
async fn simulated(pipeline: Arc<Pipeline>, target: SocketAddr, stop: CancellationToken) -> anyhow::Result<()> {
    let options = simulate::Options::demo(target);
    simulate::run(pipeline, options, stop).await.context("the simulated stations stopped")?;
    Ok(())
}

/// Waits for a signal, or for a role that ended by itself, which is a failure.
async fn until_signal(signals: Signals, tasks: &mut JoinSet<anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::select! {
        () = signals.received() => Ok(()),
        Some(ended) = tasks.join_next() => {
            ended??;
            anyhow::bail!("a role ended by itself")
        }
    }
}

/// SIGINT and SIGTERM, caught from the moment this exists: before anybody is told that limpid is ready.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Takes the two signals over.
    pub fn install() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for either.
    pub async fn received(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
