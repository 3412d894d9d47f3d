//! Simulated stations. They really connect, speak the protocols of the gateways with the same codecs, wait for their
//! answers, send again what was not answered, and drop nothing.
//!
//! - [`synthetic`]: believable values, made up; the same for the same station and time
//! - `schedule`: what a station sends and when, made up; `replay`: the same from files
//! - `clock`: when that is
//! - `faults`: what goes wrong at a station, if wished
//! - `hj212`, `http`, `mqtt`: how it is sent; `batch`: what the latter two send
//!
//! What comes out of here is made up. The registry's column `simulated` says so on every page and record.

mod batch;
mod clock;
mod faults;
mod hj212;
mod http;
mod mqtt;
mod replay;
mod schedule;
pub mod synthetic;
mod target;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use chrono::{Duration, Utc};
use limpid_model::{Pipeline, Station, StationId};
use serde::Serialize;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::RawReading;
use clock::Clock;
use schedule::Schedule;

pub use faults::Faults;
pub use target::{Target, UnknownTarget};

/// Hours of the past that a clock other than the real one begins with when nothing else is asked for.
const YESTERDAY: u32 = 24;

/// Readings to play back: of which station, and what. Texts of errors are for people.
pub type Readings = Box<dyn Iterator<Item = Result<(StationId, RawReading), String>> + Send>;

/// Where the values come from.
pub enum Source {
    /// Made up by [`synthetic`].
    Synthetic,
    /// Read from files. All of them are held in memory, some 100 bytes a reading, so that they can be sent in the
    /// order of time whatever the order of the files.
    Readings(Readings),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Synthetic => "Synthetic",
            Self::Readings(_) => "Readings",
        })
    }
}

/// What to simulate.
#[derive(Debug)]
pub struct Options {
    /// The gateway.
    pub to: Target,
    /// The values.
    pub source: Source,
    /// How many times faster than real time, 0 for as fast as the answers allow. Made-up readings never run ahead of
    /// the real clock: at any speed but 1 they begin in the past, and at the present they go on at its pace.
    pub speed: f64,
    /// Only the first so many stations of the registry.
    pub stations: Option<usize>,
    /// Only stations that the registry marks as simulated.
    pub marked_only: bool,
    /// Hours of made-up history to begin with.
    pub backfill_hours: u32,
    /// Upload token, for HTTP.
    pub token: Option<String>,
    /// What goes wrong, over HJ 212.
    pub faults: Faults,
}

impl Options {
    /// Made-up readings of every station at real speed, from now on.
    pub fn new(to: Target) -> Self {
        let (source, stations, token) = (Source::Synthetic, None, None);
        let faults = Faults::default();
        Self { to, source, speed: 1.0, stations, marked_only: false, backfill_hours: 0, token, faults }
    }

    /// What `make run` shows: the stations that are marked as simulated, with so much history that forecasts can be made.
    pub fn demo(gateway: SocketAddr) -> Self {
        Self { marked_only: true, backfill_hours: 16 * 24, ..Self::new(Target::Hj212(gateway.to_string())) }
    }
}

/// What was sent, by all stations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Stations that were simulated.
    pub stations: usize,
    /// Messages sent, each counted once.
    pub messages: u64,
    /// Readings in them.
    pub readings: u64,
    /// Messages that were acknowledged.
    pub acknowledged: u64,
    /// Messages that were sent again.
    pub resent: u64,
    /// Connections that were lost, or could not be made.
    pub reconnects: u64,
    /// Hours that got lost on the way, as was wished.
    pub lost: u64,
    /// Of these, how many were sent when the gateway asked for them.
    pub recovered: u64,
    /// How often the gateway set a station's clock.
    pub clock_set: u64,
}

impl Report {
    fn add(&mut self, other: Self) {
        self.stations += other.stations;
        self.messages += other.messages;
        self.readings += other.readings;
        self.acknowledged += other.acknowledged;
        self.resent += other.resent;
        self.reconnects += other.reconnects;
        self.lost += other.lost;
        self.recovered += other.recovered;
        self.clock_set += other.clock_set;
    }
}

/// Why nothing, or not everything, can be simulated.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// No station can send to the target.
    #[error("no station to simulate: {0}")]
    NoStations(&'static str),
    /// The part of the hours that get lost is no part.
    #[error("{0} is no part of the hours: write a number from 0 to 1")]
    Lose(f64),
    /// The speed is negative or no number.
    #[error("speed {0} is not a number from 0")]
    Speed(f64),
    /// The readings to play back cannot be read.
    #[error("readings cannot be played back: {0}")]
    Source(String),
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
    /// The gateway refuses an upload for a reason that sending again does not mend.
    #[error("upload for station {station} was refused with status {status}: {detail}")]
    Refused {
        /// Whose upload.
        station: StationId,
        /// HTTP status.
        status: u16,
        /// What the gateway says about it.
        detail: String,
    },
    /// The broker does not let a station in, or publish.
    #[error("the broker refuses station {station} ({detail}); let anybody publish there, or simulate over HTTP")]
    Broker {
        /// Whose messages.
        station: StationId,
        /// What the broker says about it.
        detail: String,
    },
}

/// Simulates stations until their readings are all acknowledged, or until `stop`.
///
/// # Errors
/// [`SimulateError`]; a gateway that does not answer is none: its stations try again.
pub async fn run(pipeline: Arc<Pipeline>, options: Options, stop: CancellationToken) -> Result<Report, SimulateError> {
    if !options.speed.is_finite() || options.speed < 0.0 {
        return Err(SimulateError::Speed(options.speed));
    }
    if !(0.0..=1.0).contains(&options.faults.lose) {
        return Err(SimulateError::Lose(options.faults.lose));
    }
    let chosen = choose(&pipeline, &options)?;
    let unmarked = chosen.iter().filter(|station| !station.simulated).count();
    if unmarked > 0 && matches!(options.source, Source::Synthetic) {
        tracing::warn!(
            stations = unmarked,
            "made-up readings of stations that stations.csv does not mark: they will look measured; write simulated = true"
        );
    }
    let (clock, schedules) = schedules(&pipeline, options.source, options.speed, options.backfill_hours, chosen)?;
    let clock = Arc::new(clock);
    let client = reqwest::Client::builder().build().map_err(SimulateError::Client)?;
    let mut stations = JoinSet::new();
    for (station, schedule) in schedules {
        let (pipeline, clock, stop) = (Arc::clone(&pipeline), Arc::clone(&clock), stop.clone());
        match &options.to {
            Target::Hj212(address) => {
                let link =
                    hj212::Link::new(pipeline, station, address.clone(), clock, stop).with_faults(options.faults);
                stations.spawn(async move { Ok(link.run(schedule).await) });
            }
            Target::Http(base) => {
                let post = http::Post::new(station, base, client.clone(), options.token.clone(), clock, stop);
                stations.spawn(post.run(schedule));
            }
            Target::Mqtt(broker) => {
                let topic = pipeline.ingest.mqtt.topic.topic(station.id.as_str());
                let publish = mqtt::Publish::new(station, broker, topic, clock, stop);
                stations.spawn(publish.run(schedule));
            }
        }
    }
    let mut report = Report::default();
    while let Some(ended) = stations.join_next().await {
        match ended {
            Ok(outcome) => report.add(outcome?),
            // A station's task ends abnormally only when the program does.
            Err(error) => tracing::error!(%error, "a simulated station stopped"),
        }
    }
    Ok(report)
}

/// The stations that can take part.
fn choose(pipeline: &Pipeline, options: &Options) -> Result<Vec<Station>, SimulateError> {
    let by_hj212 = matches!(options.to, Target::Hj212(_));
    let chosen: Vec<Station> = pipeline
        .stations
        .iter()
        .filter(|station| !options.marked_only || station.simulated)
        .filter(|station| !by_hj212 || !station.mn.is_empty())
        .take(options.stations.unwrap_or(usize::MAX))
        .cloned()
        .collect();
    if chosen.is_empty() {
        return Err(SimulateError::NoStations(match (by_hj212, options.marked_only) {
            (true, false) => "stations.csv has none with an MN",
            (true, true) => "stations.csv has none that is marked as simulated and has an MN",
            (false, true) => "stations.csv has none that is marked as simulated",
            (false, false) => "stations.csv has none",
        }));
    }
    Ok(chosen)
}

/// What each station sends, and the clock that they share.
fn schedules(
    pipeline: &Arc<Pipeline>,
    source: Source,
    speed: f64,
    backfill_hours: u32,
    stations: Vec<Station>,
) -> Result<(Clock, Vec<(Station, Schedule)>), SimulateError> {
    match source {
        Source::Synthetic => {
            let now = Utc::now();
            let back = if speed != 1.0 && backfill_hours == 0 { YESTERDAY } else { backfill_hours };
            let from = now - Duration::hours(back.into());
            // At real speed the past is sent as hours, at once; at any other everything is played from there.
            let live = if speed == 1.0 { now } else { from };
            let schedule = |station: Station| {
                let schedule = schedule::synthetic(Arc::clone(pipeline), station.clone(), from, live);
                (station, schedule)
            };
            Ok((Clock::not_ahead(live, speed), stations.into_iter().map(schedule).collect()))
        }
        Source::Readings(readings) => replay::schedules(readings, pipeline, speed, stations),
    }
}
