//! What happens besides published records, and the one log in which all of it has its place.

use serde::{Deserialize, Serialize};

use crate::alert::Alert;
use crate::forecast::Forecast;
use crate::record::Published;
use crate::station::StationId;
use crate::time::Instant;

/// One entry of the event log. Numbers grow and are never given out twice; some may be left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// Its place: the id of Server-Sent Events, webhooks and messages.
    pub seq: u64,
    /// When it came to stand there; never earlier than the entry before.
    pub at: Instant,
    /// What happened.
    pub happening: Happening,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// A revision of an observation or assessment was published.
    Record(Box<Published>),
    /// A forecast was issued.
    Forecast(Box<Forecast>),
    /// An alert, its update or its cancellation was taken in.
    Alert(Box<Alert>),
    /// A station's level is another one.
    Level(LevelChange),
    /// A dataset was released.
    Release(NewRelease),
    /// A publication is about to miss its deadline, has missed it, or is there again.
    Freshness(FreshnessChange),
}

/// What was noted beside the record that the journal keeps anyway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Note {
    /// Number of an issue.
    Forecast {
        /// In the order in which issues were kept.
        id: u64,
    },
    /// Number of an alert.
    Alert {
        /// In the order in which alerts were kept.
        id: u64,
    },
    /// See [`Happening::Level`].
    Level(LevelChange),
    /// See [`Happening::Release`].
    Release(NewRelease),
    /// See [`Happening::Freshness`].
    Freshness(FreshnessChange),
}

/// The kinds of notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoteKind {
    /// [`Note::Forecast`]
    Forecast,
    /// [`Note::Alert`]
    Alert,
    /// [`Note::Level`]
    Level,
    /// [`Note::Release`]
    Release,
    /// [`Note::Freshness`]
    Freshness,
}

impl NoteKind {
    /// As it is stored, and the name of the event.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Forecast => "forecast",
            Self::Alert => "alert",
            Self::Level => "level",
            Self::Release => "release",
            Self::Freshness => "freshness",
        }
    }
}

impl Note {
    /// Of which kind it is.
    pub fn kind(&self) -> NoteKind {
        match self {
            Self::Forecast { .. } => NoteKind::Forecast,
            Self::Alert { .. } => NoteKind::Alert,
            Self::Level(_) => NoteKind::Level,
            Self::Release(_) => NoteKind::Release,
            Self::Freshness(_) => NoteKind::Freshness,
        }
    }

    /// What it is about: the newest note of each kind and subject is kept whatever its age.
    pub fn subject(&self) -> &str {
        match self {
            Self::Forecast { .. } | Self::Alert { .. } => "",
            Self::Level(change) => change.station.as_str(),
            Self::Release(release) => &release.dataset,
            Self::Freshness(change) => &change.publication,
        }
    }
}

/// A station's level, or class, is another one than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelChange {
    /// Where.
    pub station: StationId,
    /// Id of the edition, `hj633-2026`.
    pub scheme: String,
    /// Start of the hour that is judged, inclusive.
    pub start: Instant,
    /// Exclusive.
    pub end: Instant,
    /// The index, where the scheme has one.
    pub index: Option<u16>,
    /// From 1.
    pub level: u8,
    /// The level that stood before; `None` where none was known for a day.
    pub before: Option<u8>,
    /// The hour had been judged otherwise, and was revised.
    pub revised: bool,
}

/// A dataset was released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRelease {
    /// Id of the dataset.
    pub dataset: String,
    /// Id of the release.
    pub release: String,
}

/// How a publication stands against its deadline, told when that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreshnessChange {
    /// Its id, `air-hourly`.
    pub publication: String,
    /// How it stands now.
    pub state: FreshnessState,
    /// By when what is owed must be, or had to be, there.
    pub deadline: Instant,
    /// The end of the newest period that was published.
    pub last: Option<Instant>,
}

/// How a publication stands against its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FreshnessState {
    /// The deadline is near, and what is owed is not there.
    Warning,
    /// The deadline has passed.
    Missed,
    /// It is there again, after a warning or a missed deadline.
    Recovered,
}

impl FreshnessState {
    /// As in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Missed => "missed",
            Self::Recovered => "recovered",
        }
    }
}
