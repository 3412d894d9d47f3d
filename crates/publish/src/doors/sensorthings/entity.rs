//! What an entity is, and its id. Ids follow from the registry and from what is published, so that they stay the same.
//!
//! | entity | is | id |
//! | --- | --- | --- |
//! | Thing, Sensor | a station, its instruments | `S1` |
//! | Location, FeatureOfInterest | a place of a station | `S1@28.5,104.9` |
//! | HistoricalLocation | when the station came there | `S1@2020-01-01T00:00:00Z` |
//! | ObservedProperty | a parameter | `pm25` |
//! | Datastream | a published series | `S1.pm25.PT1H`, `S1.o3.P1D.max8h` |
//! | Observation | a published value | `S1.pm25.PT1H@2026-11-25T00:00:00Z` |

use std::fmt;
use std::sync::Arc;

use chrono::SecondsFormat;
use limpid_model::{Instant, Observation, ParameterId, Published, Station, Statistic, Text};
use limpid_store::PublishedSeries;

use super::schema::Set;

/// A published series.
#[derive(Debug, Clone)]
pub struct Stream {
    /// Its station.
    pub station: Arc<Station>,
    /// What it is a series of.
    pub series: PublishedSeries,
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PublishedSeries { station, parameter, period, statistic, .. } = &self.series;
        write!(f, "{station}.{parameter}.{period}")?;
        if *statistic == Statistic::Mean { Ok(()) } else { write!(f, ".{}", statistic.as_str()) }
    }
}

/// A place where a station is or was.
#[derive(Debug, Clone)]
pub struct Place {
    /// Whose.
    pub station: Arc<Station>,
    /// WGS 84, degrees north.
    pub lat: f64,
    /// WGS 84, degrees east.
    pub lon: f64,
    /// What the station was called there.
    pub name: Text,
    /// When it was there: inclusive start and exclusive end, where they are known.
    pub stays: Vec<(Option<Instant>, Option<Instant>)>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{},{}", self.station.id, self.lat, self.lon)
    }
}

impl Place {
    /// Whether the station was there at a time.
    pub fn at(&self, at: Instant) -> bool {
        self.stays.iter().any(|(from, to)| from.is_none_or(|from| from <= at) && to.is_none_or(|to| at < to))
    }
}

/// An entity.
#[derive(Debug, Clone)]
pub enum Entity {
    /// A station.
    Thing(Arc<Station>),
    /// A place of a station.
    Location(Arc<Place>),
    /// When it came to a place.
    HistoricalLocation(Arc<Place>, Instant),
    /// A series.
    Datastream(Arc<Stream>),
    /// The instruments of a station.
    Sensor(Arc<Station>),
    /// A parameter.
    ObservedProperty(ParameterId),
    /// A value of a series.
    Observation(Arc<Stream>, Arc<Published<Observation>>),
    /// A place of a station, as what is sampled.
    FeatureOfInterest(Arc<Place>),
}

impl Entity {
    /// The set it is one of.
    pub fn set(&self) -> Set {
        match self {
            Self::Thing(_) => Set::Things,
            Self::Location(_) => Set::Locations,
            Self::HistoricalLocation(..) => Set::HistoricalLocations,
            Self::Datastream(_) => Set::Datastreams,
            Self::Sensor(_) => Set::Sensors,
            Self::ObservedProperty(_) => Set::ObservedProperties,
            Self::Observation(..) => Set::Observations,
            Self::FeatureOfInterest(_) => Set::FeaturesOfInterest,
        }
    }

    /// Its id.
    pub fn id(&self) -> String {
        match self {
            Self::Thing(station) | Self::Sensor(station) => station.id.to_string(),
            Self::Location(place) | Self::FeatureOfInterest(place) => place.to_string(),
            Self::HistoricalLocation(place, from) => format!("{}@{}", place.station.id, utc(*from)),
            Self::Datastream(stream) => stream.to_string(),
            Self::ObservedProperty(parameter) => parameter.to_string(),
            Self::Observation(stream, published) => format!("{stream}@{}", utc(published.record.start)),
        }
    }
}

/// As it stands in an id: UTC, to the second or as fine as it is.
pub fn utc(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
