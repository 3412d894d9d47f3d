//! Round after round: each source by its own clock, ever more patiently while it fails.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use limpid_model::{Instant, Link, LinkEvent};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::task::JoinSet;
use tokio::time::Instant as Moment;
use tokio_util::sync::CancellationToken;

use super::round::round;
use super::summary::Report;
use super::{Source, Sources, Window, repair};
use crate::intake::Intake;

/// Windows that wait to be read again: each costs an upstream a round, and whoever finds gaps finds them again.
const SWEEPS: usize = 8;

/// Before the first new attempt after a failure; doubled each time, up to the source's own `every`.
const FIRST_WAIT: Duration = Duration::from_secs(30);

/// Sources do not all begin at once.
const SPREAD: Duration = Duration::from_secs(5);

/// A source that was away is read back to where it was read last, at most so far.
const FARTHEST: chrono::Duration = chrono::Duration::days(30);

/// Asks running sources to read a window again. Cheap to clone.
#[derive(Clone, Default)]
pub struct Resweep {
    ways: HashMap<String, mpsc::Sender<Window>>,
}

/// Why a window is not read again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResweepError {
    /// No such source runs here.
    #[error("no source {0:?} runs here")]
    Unknown(String),
    /// Enough windows wait already.
    #[error("source {0:?} has {SWEEPS} windows to read again already")]
    Busy(String),
}

impl Resweep {
    /// The ids of the sources that can be asked.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.ways.keys().map(String::as_str)
    }

    /// Lets the source `id` read `from..to` again, everything afresh, as soon as it is free.
    ///
    /// # Errors
    /// See [`ResweepError`].
    pub fn resweep(&self, id: &str, from: Instant, to: Instant) -> Result<(), ResweepError> {
        let way = self.ways.get(id).ok_or_else(|| ResweepError::Unknown(id.to_owned()))?;
        way.try_send((from, to)).map_err(|error| match error {
            TrySendError::Full(_) => ResweepError::Busy(id.to_owned()),
            TrySendError::Closed(_) => ResweepError::Unknown(id.to_owned()),
        })
    }
}

/// The sources' work, to be awaited until `stop`, and the way to ask for more of it.
pub fn serve(sources: Sources, intake: Intake, stop: CancellationToken) -> (Resweep, impl Future<Output = ()>) {
    let mut ways = HashMap::new();
    let mut running = Vec::new();
    for source in sources.0.iter().cloned() {
        let (way, sweeps) = mpsc::channel(SWEEPS);
        ways.insert(source.config.id.clone(), way);
        running.push(run(source, intake.clone(), sweeps, stop.clone()));
    }
    let resweep = Resweep { ways };
    let repair = repair::run(sources, intake, resweep.clone(), stop.clone());
    let work = async move {
        let mut tasks = JoinSet::new();
        tasks.spawn(repair);
        for source in running {
            tasks.spawn(source);
        }
        stop.cancelled().await;
        while tasks.join_next().await.is_some() {}
    };
    (resweep, work)
}

async fn run(source: Arc<Source>, intake: Intake, mut sweeps: mpsc::Receiver<Window>, stop: CancellationToken) {
    let every = source.config.every.to_std().unwrap_or(FIRST_WAIT);
    let mut failures = 0;
    let mut read_last: Option<Instant> = None;
    let mut due = Moment::now() + SPREAD.mul_f64(rand::random());
    loop {
        let (window, sweep) = tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep_until(due) => (usual(&source, intake.now(), read_last), false),
            Some(window) = sweeps.recv() => (window, true),
        };
        let began = intake.now();
        // A round may be left at any point: what is durable is known, what is not is read again.
        let report = tokio::select! {
            () = stop.cancelled() => return,
            report = round(&source, &intake, window, sweep, &|_, _| {}) => report,
        };
        note(&source, &intake, &report).await;
        failures = if report.error.is_some() { failures + 1 } else { 0 };
        if report.error.is_none() && !sweep {
            read_last = Some(began);
        }
        let asked = report.error.as_ref().and_then(|error| error.retry_after());
        due = Moment::now() + wait(every, failures, asked).mul_f64(0.95 + 0.1 * rand::random::<f64>());
    }
}

/// The look-back before now, or before the last round that was whole.
fn usual(source: &Source, now: Instant, read_last: Option<Instant>) -> Window {
    let since = read_last.unwrap_or(now).min(now).max(now - FARTHEST);
    (since - source.config.look_back, now)
}

/// How long to leave a source alone: as it asked, but never less than is polite.
fn wait(every: Duration, failures: u32, asked: Option<Duration>) -> Duration {
    const LONGEST: Duration = Duration::from_secs(24 * 3600);
    let own = match failures {
        0 => every,
        _ => FIRST_WAIT.saturating_mul(1 << (failures - 1).min(16)).min(every),
    };
    own.max(asked.unwrap_or_default().min(LONGEST))
}

/// Says what came of a round: in the log, and in the record of the source's link.
async fn note(source: &Source, intake: &Intake, report: &Report) {
    let id = &source.config.id;
    let link = Link::Source(id.clone());
    let (up, event) = match &report.error {
        None => {
            let (requests, stored, corrected) = (report.requests, report.counts.stored, report.counts.corrected);
            tracing::info!(source = %id, requests, stored, corrected, outlooks = report.outlooks, "source read");
            (1.0, LinkEvent::up(link, intake.now()))
        }
        Some(error) => {
            tracing::warn!(source = %id, error = error as &dyn std::error::Error, "source not read, to be tried again");
            (0.0, LinkEvent::down(link, intake.now(), error.cause()))
        }
    };
    metrics::gauge!("limpid_source_up", "source" => id.clone()).set(up);
    if let Err(error) = intake.journal().note_link(event).await {
        tracing::error!(source = %id, error = &error as &dyn std::error::Error, "state of the source not noted");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_source_is_asked_ever_less_often() {
        let (hour, s) = (Duration::from_secs(3600), Duration::from_secs);
        for (failures, asked, waits) in [
            (0, None, 3600),
            (1, None, 30),
            (2, None, 60),
            (5, None, 480),
            (8, None, 3600),
            (u32::MAX, None, 3600),
            (1, Some(s(120)), 120),
            (1, Some(s(7200)), 7200),
            (0, Some(s(5)), 3600),
            (1, Some(s(10_000_000)), 86_400),
        ] {
            assert_eq!(wait(hour, failures, asked), s(waits), "{failures} {asked:?}");
        }
    }
}
