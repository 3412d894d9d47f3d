//! Freshness of what is published, measured by limpid itself: what was published last, by when the next must be there, and
//! whether it is.
//!
//! - `deadline`: the rule
//! - `warn`: telling the operator

pub mod deadline;
mod warn;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use limpid_model::{Instant, Record, StationKind};

use self::deadline::{Rhythm, State};
use crate::app::{App, Shared};

/// How often it is looked what was published.
const LOOK: Duration = Duration::from_secs(60);
/// Behind a publication of a service that has just begun it is looked after this.
const SOON: Duration = Duration::from_secs(1);
/// So long it has just begun.
const YOUNG: Duration = Duration::from_secs(180);
/// How far back: further than a month and its deadline.
const BACK: TimeDelta = TimeDelta::days(100);

/// What is published of one kind of station in one rhythm.
pub type Key = (StationKind, Rhythm);

/// The end of the newest period that was published, by publication.
pub type Newest = BTreeMap<Key, Option<Instant>>;

/// How a publication stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publication {
    /// Of which stations.
    pub kind: StationKind,
    /// How often.
    pub rhythm: Rhythm,
    /// By when the next must be there, or should have been.
    pub deadline: Instant,
    /// The end of the newest period that was published.
    pub last: Option<Instant>,
    /// Whether that is on time.
    pub state: State,
}

impl Publication {
    /// Its name: `air-hourly`.
    pub fn id(&self) -> String {
        format!("{}-{}", self.kind.as_str(), self.rhythm.as_str())
    }
}

/// How every publication stands now. Those are known that were published once within 100 days, and the hours and days of
/// air when the registry has such a station.
pub fn publications(app: &App) -> Vec<Publication> {
    let (now, zone, rules) = (app.now(), app.zone(), &app.pipeline.deadlines);
    let newest = app.newest.load();
    let judged = newest.iter().map(|((kind, rhythm), last)| {
        let (deadline, state) = rhythm.judge(*last, rules, zone, now);
        Publication { kind: *kind, rhythm: *rhythm, deadline, last: *last, state }
    });
    judged.collect()
}

/// Looks what was published last, and tells what is late, until the service stops.
pub async fn watch(app: Shared) {
    let begun = tokio::time::Instant::now();
    let mut published = app.journal.published();
    loop {
        let unknown = publications(&app).iter().filter(|one| one.state == State::None).count();
        // A new service has its first figures at any moment, and is not to say for a minute that it has none.
        let soon = unknown > 0 && (begun.elapsed() < YOUNG || unknown == publications(&app).len());
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
            Ok(()) = published.changed(), if soon => tokio::time::sleep(SOON).await,
        }
        look(&app).await;
        if let Err(error) = warn::tell(&app).await {
            tracing::warn!(error = %error, "deadlines cannot be told, trying again in a minute");
        }
    }
}

/// Looks what was published last.
pub async fn look(app: &App) {
    match newest(app).await {
        Ok(newest) => {
            app.newest.store(newest.into());
            measure(app);
        }
        Err(error) => {
            tracing::warn!(error = %error, "what was published last cannot be read, trying again in a minute");
        }
    }
}

async fn newest(app: &App) -> limpid_store::Result<Newest> {
    let mut newest = Newest::new();
    if app.pipeline.stations.iter().any(|station| station.kind == StationKind::Air) {
        newest.insert((StationKind::Air, Rhythm::Hourly), None);
        newest.insert((StationKind::Air, Rhythm::Daily), None);
    }
    for published in app.journal.newest(app.now() - BACK).await? {
        let Record::Observation(record) = published.record else { continue };
        let rhythm = Rhythm::ALL.into_iter().find(|rhythm| rhythm.period() == record.period);
        let station = app.pipeline.stations.get(&record.station);
        // A period without a value was not published; figures to date end ahead.
        let (Some(rhythm), Some(station), Some(_)) = (rhythm, station, record.value) else { continue };
        let last = newest.entry((station.kind, rhythm)).or_default();
        if record.end <= app.now() {
            *last = (*last).max(Some(record.end));
        }
    }
    Ok(newest)
}

fn measure(app: &App) {
    for publication in publications(app) {
        let id = publication.id();
        let late = if publication.state == State::Late { 1.0 } else { 0.0 };
        metrics::gauge!("limpid_publication_late", "publication" => id.clone()).set(late);
        if let Some(last) = publication.last {
            let age = (app.now() - last).num_seconds() as f64;
            metrics::gauge!("limpid_publication_age_seconds", "publication" => id).set(age);
        }
    }
}
