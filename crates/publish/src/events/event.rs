//! An entry of the event log as it leaves.

use limpid_model::event::{FreshnessChange, LevelChange, NewRelease};
use limpid_model::{Happening, Instant, Logged, Pipeline, Published, Record, Scheme, StationId, Subject, Text};
use serde::Serialize;

use crate::alerts::alert_json;
use crate::api::forecasts;
use crate::api::item::{AssessmentItem, ObservationItem, Row};
use crate::datasets::definition::Dataset;
use crate::datasets::files::package_path;

/// One event, serialised once for all who get it.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its number in the log.
    pub seq: u64,
    /// When it came to stand there.
    pub at: Instant,
    /// One of [`EVENTS`](limpid_model::pipeline::EVENTS).
    pub name: &'static str,
    /// The station that it is about.
    pub station: Option<StationId>,
    /// JSON: of records the same as an item of the API.
    pub data: String,
}

impl Event {
    /// The event of an entry of the log.
    pub fn new(logged: Logged, pipeline: &Pipeline) -> Self {
        let Logged { seq, at, happening } = logged;
        let (name, station, data) = match happening {
            Happening::Record(published) => return Self::of_record(*published, pipeline),
            Happening::Forecast(forecast) => {
                let station = match &forecast.subject {
                    Subject::Station(id) => Some(id.clone()),
                    Subject::Area(_) => None,
                };
                ("forecast", station, forecasts::event(pipeline, &forecast))
            }
            Happening::Alert(alert) => ("alert", None, alert_json(&alert, pipeline)),
            Happening::Level(change) => {
                ("level", Some(change.station.clone()), json(&LevelItem::new(&change, pipeline)))
            }
            Happening::Release(release) => ("release", None, json(&ReleaseItem::new(release, pipeline))),
            Happening::Freshness(change) => ("freshness", None, json(&FreshnessItem::new(change, pipeline))),
        };
        Self { seq, at, name, station, data }
    }

    fn of_record(published: Published, pipeline: &Pipeline) -> Self {
        let zone = pipeline.publisher.zone;
        let Published { seq, at, revision, record } = published;
        let station = record.station().clone();
        let (name, data) = match record {
            Record::Observation(record) => {
                let row = Row::new(Published { seq, at, revision, record }, &station, pipeline);
                ("observation", json(&ObservationItem::new(&row, zone)))
            }
            Record::Assessment(record) => {
                let row = Row::new(Published { seq, at, revision, record }, &station, pipeline);
                ("assessment", json(&AssessmentItem::new(&row, zone)))
            }
        };
        Self { seq, at, name, station: Some(station), data }
    }
}

fn json(item: &impl Serialize) -> String {
    serde_json::to_string(item).expect("items are finite numbers and text")
}

/// A level as people are shown it.
#[derive(Serialize)]
struct LevelSaid {
    level: u8,
    category: Text,
    colour: String,
}

impl LevelSaid {
    fn new(scheme: &str, level: u8) -> Option<Self> {
        let known = Scheme::parse(scheme)?.level(level)?;
        Some(Self { level, category: known.category(), colour: known.colour.clone() })
    }
}

/// A level that is another one than before.
#[derive(Serialize)]
struct LevelItem {
    station: String,
    name: Option<Text>,
    kind: Option<&'static str>,
    area: Option<String>,
    scheme: String,
    start: String,
    end: String,
    index: Option<u16>,
    #[serde(flatten)]
    now: Option<LevelSaid>,
    before: Option<LevelSaid>,
    revised: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    simulated: bool,
}

impl LevelItem {
    fn new(change: &LevelChange, pipeline: &Pipeline) -> Self {
        let zone = pipeline.publisher.zone;
        let station = pipeline.stations.get(&change.station);
        Self {
            station: change.station.to_string(),
            name: station.map(|station| station.name.clone()),
            kind: station.map(|station| station.kind.as_str()),
            area: station.map(|station| station.area.clone()).filter(|area| !area.is_empty()),
            scheme: change.scheme.clone(),
            start: zone.format(change.start),
            end: zone.format(change.end),
            index: change.index,
            now: LevelSaid::new(&change.scheme, change.level),
            before: change.before.and_then(|before| LevelSaid::new(&change.scheme, before)),
            revised: change.revised,
            simulated: station.is_some_and(|station| station.simulated),
        }
    }
}

/// A new release.
#[derive(Serialize)]
struct ReleaseItem {
    dataset: String,
    title: Option<Text>,
    release: String,
    datapackage: String,
}

impl ReleaseItem {
    fn new(new: NewRelease, pipeline: &Pipeline) -> Self {
        let title = Dataset::parse(pipeline, &new.dataset).ok().map(|dataset| dataset.title().clone());
        let datapackage = package_path(&new.dataset, &new.release);
        Self { title, datapackage, dataset: new.dataset, release: new.release }
    }
}

/// A publication against its deadline.
#[derive(Serialize)]
struct FreshnessItem {
    publication: String,
    state: &'static str,
    deadline: String,
    last: Option<String>,
}

impl FreshnessItem {
    fn new(change: FreshnessChange, pipeline: &Pipeline) -> Self {
        let zone = pipeline.publisher.zone;
        Self {
            state: change.state.as_str(),
            deadline: zone.format(change.deadline),
            last: change.last.map(|last| zone.format(last)),
            publication: change.publication,
        }
    }
}
