//! Where it is measured.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::geo::{Point, metres};
use crate::limit::Limit;
use crate::parameter::ParameterId;
use crate::text::Text;
use crate::time::{Instant, Period, Zone};
use crate::unit::Unit;

/// A station's permanent identity, never reused: 1 to 64 of `A-Z a-z 0-9 _ - .`, starting with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StationId(Arc<str>);

impl StationId {
    /// Checks and takes an id.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=64).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
        fits.then(|| Self(text.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for StationId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for StationId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not a station id")))
    }
}

/// What a station watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StationKind {
    /// Ambient air.
    Air,
    /// Rivers, lakes and drinking-water sources.
    Water,
    /// Environmental noise.
    Noise,
    /// A permit holder's discharge point.
    Outlet,
    /// Radiation.
    Radiation,
    /// Soil.
    Soil,
}

impl StationKind {
    /// Every kind, in the order people are shown them.
    pub const ALL: [Self; 6] = [Self::Air, Self::Water, Self::Noise, Self::Outlet, Self::Radiation, Self::Soil];

    /// The kind as configuration and answers spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Air => "air",
            Self::Water => "water",
            Self::Noise => "noise",
            Self::Outlet => "outlet",
            Self::Radiation => "radiation",
            Self::Soil => "soil",
        }
    }
}

impl FromStr for StationKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// What kind of water a station watches: some limits differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Body {
    /// Rivers, and reservoirs of a river's kind.
    #[default]
    River,
    /// Lakes and reservoirs.
    Lake,
    /// Wells.
    Groundwater,
}

impl Body {
    /// The body as configuration and answers spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::River => "river",
            Self::Lake => "lake",
            Self::Groundwater => "groundwater",
        }
    }

    /// The body with this word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::River, Self::Lake, Self::Groundwater].into_iter().find(|body| body.as_str() == text)
    }
}

/// Which end of an hour a source's label names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HourLabel {
    /// 08:00 is the hour from 08:00 to 09:00 (HJ 212-2017).
    #[default]
    Start,
    /// 08:00 is the hour from 07:00 to 08:00 (China's national air feed).
    End,
}

impl HourLabel {
    /// The start of the period that is labelled `label`. A label that is no boundary of the period stays as it is, for
    /// the intake to refuse.
    pub fn start(self, period: Period, label: Instant, zone: Zone) -> Instant {
        let by_end = self == Self::End && period != Period::Moment && period.aligned(label, zone);
        if by_end { period.start(label, zone) } else { label }
    }
}

/// One row of `stations.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct Station {
    /// Permanent id.
    pub id: StationId,
    /// What it watches.
    pub kind: StationKind,
    /// Its names.
    pub name: Text,
    /// WGS 84 latitude, degrees north.
    pub lat: f64,
    /// WGS 84 longitude, degrees east.
    pub lon: f64,
    /// County, city or river; may be empty.
    pub area: String,
    /// HJ 212 identities (MN).
    pub mn: Vec<String>,
    /// HJ 212 password; empty accepts any.
    pub password: String,
    /// The monitoring plan; empty when not stated.
    pub parameters: Vec<ParameterId>,
    /// Parameters outside the plan whose absence does not block the index (HJ 633-2026, 5.3.2).
    pub exempt: Vec<ParameterId>,
    /// Unit on the wire where it is not the usual one.
    pub units: BTreeMap<ParameterId, Unit>,
    /// Which end of an hour this station's labels name.
    pub hour_label: HourLabel,
    /// Functional zone, water target class or noise zone; may be empty.
    pub class: String,
    /// What kind of water it watches; a river unless stated.
    pub body: Body,
    /// Metres above the sea, where known: less oxygen dissolves in thin air.
    pub altitude: Option<f64>,
    /// It watches the raw water of a centralised drinking-water source.
    pub drinking: bool,
    /// Cubic metres that the source gives in a month, where known.
    pub drawn: Option<f64>,
    /// Opened.
    pub from: Option<Instant>,
    /// Closed.
    pub to: Option<Instant>,
    /// The station that this one took over from.
    pub successor_of: Option<StationId>,
    /// Its readings are made up by a simulator: said on every page and record.
    pub simulated: bool,
    /// Thresholds of automatic checks set for it in `pipeline.toml`, its own before those for all stations.
    pub limits: Vec<(ParameterId, Limit)>,
    /// Line in `stations.csv`, counted from 1.
    pub line: usize,
}

/// What begins an episode of a station's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It was opened.
    Opened,
    /// It went to another place.
    Moved,
    /// It got another name.
    Renamed,
    /// An instrument was changed for another.
    Instrument,
    /// It took over from another station.
    Successor,
    /// Something else, told in the note.
    Note,
}

impl Change {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Opened, Self::Moved, Self::Renamed, Self::Instrument, Self::Successor, Self::Note];

    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Moved => "moved",
            Self::Renamed => "renamed",
            Self::Instrument => "instrument",
            Self::Successor => "successor",
            Self::Note => "note",
        }
    }
}

/// A stretch of a station's life in which nothing of this changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    /// Inclusive; `None` when the registry does not say.
    pub from: Option<Instant>,
    /// Exclusive; `None` while it lasts.
    pub to: Option<Instant>,
    /// What began it; `None` when nothing is said of that.
    pub what: Option<Change>,
    /// Names then.
    pub name: Text,
    /// WGS 84 latitude then, degrees north.
    pub lat: f64,
    /// WGS 84 longitude then, degrees east.
    pub lon: f64,
    /// The instrument, in the operator's words; may be empty.
    pub instrument: String,
    /// A sentence about it; may be empty.
    pub note: String,
}

impl Episode {
    /// The whole life of a station, as it is now.
    pub fn of(station: &Station) -> Self {
        Self {
            from: station.from,
            to: station.to,
            what: None,
            name: station.name.clone(),
            lat: station.lat,
            lon: station.lon,
            instrument: String::new(),
            note: String::new(),
        }
    }
}

impl Station {
    /// The unit in which this station sends `parameter` when the message does not name one.
    pub fn wire_unit(&self, parameter: ParameterId) -> Unit {
        self.units.get(&parameter).copied().unwrap_or_else(|| parameter.wire_unit())
    }

    /// Longitude and latitude.
    pub fn place(&self) -> Point {
        [self.lon, self.lat]
    }

    /// How far away another station is, in km.
    pub fn km_to(&self, other: &Self) -> f64 {
        metres(self.place(), other.place()) / 1000.0
    }

    /// The start of the period that this station labels `label`, by its [`HourLabel`].
    pub fn period_start(&self, period: Period, label: Instant, zone: Zone) -> Instant {
        self.hour_label.start(period, label, zone)
    }
}
