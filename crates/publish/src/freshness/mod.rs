//! Freshness of what is published, measured by limpid itself: what was published last, by when the next must be there, and
//! whether it is.
//!
//! - `deadline`: the rule for hours, days and months
//! - `daily`: the rule for forecasts
//! - `warn`: telling the operator

mod daily;
pub mod deadline;
pub mod registers;
mod warn;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use limpid_model::{Instant, Record, StationKind};
use limpid_store::ForecastQuery;

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

/// A release is to be there so long after it is due.
const RELEASE_GRACE: TimeDelta = TimeDelta::hours(1);

/// What is published of one kind of station in one rhythm.
pub type Key = (StationKind, Rhythm);

/// What was published last.
#[derive(Debug, Clone, Default)]
pub struct Newest {
    /// The end of the newest period, by publication.
    records: BTreeMap<Key, Option<Instant>>,
    /// When a forecast was issued; who amends one issues none.
    forecast: Option<Instant>,
    /// The number of the newest issue then.
    issue: u64,
}

/// Releases of one dataset, as the task that makes them keeps them up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Released {
    /// When the newest was made, or found to be as the data are.
    pub last: Option<Instant>,
    /// When the next is due, or was.
    pub due: Instant,
}

/// Releases of every dataset that has had one, by its id.
pub type Releases = BTreeMap<String, Released>;

/// What is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// Figures of one kind of station.
    Records(StationKind, Rhythm),
    /// A forecast every day.
    Forecast,
    /// Every scheduled issue of forecasts.
    ForecastIssue,
    /// Releases of a dataset.
    Dataset(String),
}

/// How a publication stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// What.
    pub what: Published,
    /// By when the next must be there, or should have been.
    pub deadline: Instant,
    /// The end of the newest period that was published; of forecasts and releases when it was.
    pub last: Option<Instant>,
    /// Whether that is on time.
    pub state: State,
}

impl Publication {
    /// Its name: `air-hourly`, `forecast`, `dataset-air-hourly`.
    pub fn id(&self) -> String {
        match &self.what {
            Published::Records(kind, rhythm) => format!("{}-{}", kind.as_str(), rhythm.as_str()),
            Published::Forecast => "forecast".to_owned(),
            Published::ForecastIssue => "forecast-issue".to_owned(),
            Published::Dataset(id) => format!("dataset-{id}"),
        }
    }
}

/// How every publication stands now. Those are known that were published once within 100 days, the hours and days of
/// air when the registry has such a station, its forecasts unless they are turned off, and the datasets that have releases.
pub fn publications(app: &App) -> Vec<Publication> {
    let (now, zone, rules) = (app.now(), app.zone(), &app.pipeline.deadlines);
    let newest = app.newest.load();
    let mut publications: Vec<Publication> = Vec::new();
    for ((kind, rhythm), last) in &newest.records {
        let (deadline, state) = rhythm.judge(*last, rules, zone, now);
        publications.push(Publication { what: Published::Records(*kind, *rhythm), deadline, last: *last, state });
    }
    if app.pipeline.forecast.enabled && has_air(app) {
        let windows = [
            (Published::Forecast, daily::forecasts(&app.pipeline, now)),
            (Published::ForecastIssue, daily::issues(&app.pipeline, now)),
        ];
        for (what, windows) in windows {
            let last = newest.forecast;
            if let Some((deadline, state)) = daily::judge(&windows, last, now) {
                publications.push(Publication { what, deadline, last, state });
            }
        }
    }
    for (id, released) in app.releases.load().iter() {
        let (deadline, last) = (released.due + RELEASE_GRACE, released.last);
        let state = match (last, now) {
            (None, _) => State::None,
            (_, now) if now >= deadline => State::Late,
            (_, now) if now >= released.due => State::Due,
            _ => State::Met,
        };
        publications.push(Publication { what: Published::Dataset(id.clone()), deadline, last, state });
    }
    publications
}

fn has_air(app: &App) -> bool {
    app.pipeline.stations.iter().any(|station| station.kind == StationKind::Air)
}

/// Looks what was published last, and tells what is late, until the service stops.
pub async fn watch(app: Shared) {
    let begun = tokio::time::Instant::now();
    let mut published = app.journal.published();
    loop {
        let all = publications(&app);
        let unknown = all.iter().filter(|one| one.state == State::None).count();
        // A new service has its first figures at any moment, and is not to say for a minute that it has none.
        let soon = unknown > 0 && (begun.elapsed() < YOUNG || unknown == all.len());
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
    let mut records = BTreeMap::<Key, Option<Instant>>::new();
    if has_air(app) {
        records.insert((StationKind::Air, Rhythm::Hourly), None);
        records.insert((StationKind::Air, Rhythm::Daily), None);
    }
    for published in app.journal.newest(app.now() - BACK).await? {
        let Record::Observation(record) = published.record else { continue };
        let rhythm = Rhythm::ALL.into_iter().find(|rhythm| rhythm.period() == record.period);
        let station = app.pipeline.stations.get(&record.station);
        // A period without a value was not published; figures to date end ahead.
        let (Some(rhythm), Some(station), Some(_)) = (rhythm, station, record.value) else { continue };
        let last = records.entry((station.kind, rhythm)).or_default();
        if record.end <= app.now() {
            *last = (*last).max(Some(record.end));
        }
    }
    let issue = *app.journal.forecast().borrow();
    let before = app.newest.load();
    let forecast = if issue == before.issue { before.forecast } else { issued(app).await? };
    Ok(Newest { records, forecast, issue })
}

/// When a forecast was issued last; of one that was amended, up to when it knew the hours.
async fn issued(app: &App) -> limpid_store::Result<Option<Instant>> {
    let (from, to) = (app.now() - BACK, Instant::MAX_UTC);
    let query = ForecastQuery { subjects: Vec::new(), from, to, newest: true, after: 0, limit: usize::MAX };
    let issues = app.journal.forecasts(query).await?;
    let issued = issues.iter().map(|issue| if issue.amends.is_some() { issue.origin } else { issue.issued });
    Ok(issued.max())
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
