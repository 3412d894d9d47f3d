//! What a station tells of itself beside readings: the state of its facilities, logs, serial numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::receipt::ReceiptId;
use crate::time::Instant;

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StationEventKind {
    /// State of a treatment facility: off, running, in calibration …
    FacilityState,
    /// For how many hours of a day a facility ran.
    RunningTime,
    /// A line of an instrument's log.
    Log,
    /// State of an instrument or of its link.
    SiteState,
    /// A parameter that an instrument works with.
    SiteParameter,
    /// Serial number of an instrument, identity of a logger.
    Instrument,
    /// The logger began to run.
    LoggerStart,
    /// A sample was kept, or when samples are taken.
    Sample,
    /// An automatic check against a standard sample.
    StandardCheck,
    /// An alarm of the station's own.
    Alarm,
    /// The station wants something of its platform.
    Notice,
}

impl StationEventKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::FacilityState,
        Self::RunningTime,
        Self::Log,
        Self::SiteState,
        Self::SiteParameter,
        Self::Instrument,
        Self::LoggerStart,
        Self::Sample,
        Self::StandardCheck,
        Self::Alarm,
        Self::Notice,
    ];

    /// The stable word, in the journal and in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FacilityState => "facility_state",
            Self::RunningTime => "running_time",
            Self::Log => "log",
            Self::SiteState => "site_state",
            Self::SiteParameter => "site_parameter",
            Self::Instrument => "instrument",
            Self::LoggerStart => "logger_start",
            Self::Sample => "sample",
            Self::StandardCheck => "standard_check",
            Self::Alarm => "alarm",
            Self::Notice => "notice",
        }
    }

    /// Whether it holds until another one of the same subject: said once more, it tells nothing new.
    pub fn lasts(self) -> bool {
        matches!(self, Self::FacilityState | Self::SiteState | Self::SiteParameter | Self::Instrument)
    }
}

impl fmt::Display for StationEventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for StationEventKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// One thing that a station told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationEvent {
    /// What it is about.
    pub kind: StationEventKind,
    /// What exactly, as the protocol names it: `SB1`, `i11001`, `w01018`; empty where it is the station itself.
    pub subject: String,
    /// When, by the station's clock; when it arrived where the message does not say.
    pub at: Instant,
    /// What was said, never a password.
    pub text: String,
}

/// An event in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptStationEvent {
    /// The event.
    pub event: StationEvent,
    /// The submission that it came in first.
    pub receipt: ReceiptId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_reads_as_it_is_written() {
        for kind in StationEventKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!("".parse::<StationEventKind>(), Err(()));
    }
}
