//! Hours that should have a value and have none, and why; and how complete a year is so far.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::parameter::ParameterId;
use crate::station::StationId;
use crate::time::{Instant, Period};

/// Why an expected hour has no value that may be used. A gap has one cause: the first of these that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapCause {
    /// The instrument itself marked its value as no measurement: calibration, fault, maintenance.
    InstrumentMark,
    /// The value came, and failed a rule or is doubtful by it.
    FailedCheck,
    /// The station said that it has no value, and not why.
    SentMissing,
    /// limpid was not running.
    PlatformDown,
    /// The source that the station's values are pulled from did not answer.
    SourceDown,
    /// The station's connection did not stand.
    LinkDown,
    /// What the station sent then was rejected.
    Rejected,
    /// What the station sent then was set aside.
    Quarantined,
    /// Too few minutes of the hour came.
    Incomplete,
    /// Nothing came, though everything stood as far as is known.
    StationSilent,
}

impl GapCause {
    /// Every cause, in the order in which they are looked for.
    pub const ALL: [Self; 10] = [
        Self::InstrumentMark,
        Self::FailedCheck,
        Self::SentMissing,
        Self::PlatformDown,
        Self::SourceDown,
        Self::LinkDown,
        Self::Rejected,
        Self::Quarantined,
        Self::Incomplete,
        Self::StationSilent,
    ];

    /// The word in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InstrumentMark => "instrument_mark",
            Self::FailedCheck => "failed_check",
            Self::SentMissing => "sent_missing",
            Self::PlatformDown => "platform_down",
            Self::SourceDown => "source_down",
            Self::LinkDown => "link_down",
            Self::Rejected => "rejected",
            Self::Quarantined => "quarantined",
            Self::Incomplete => "incomplete",
            Self::StationSilent => "station_silent",
        }
    }
}

impl fmt::Display for GapCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for GapCause {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text).ok_or(())
    }
}

/// Consecutive hours without a value, of one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Where.
    pub station: StationId,
    /// What.
    pub parameter: ParameterId,
    /// Start of the first hour.
    pub start: Instant,
    /// End of the last hour.
    pub end: Instant,
    /// Why.
    pub cause: GapCause,
    /// What exactly: the instrument's mark, the reason of the rejection, the rule. `None` where the cause says all.
    pub reason: Option<String>,
}

impl Gap {
    /// How many hours it has.
    pub fn hours(&self) -> i64 {
        (self.end - self.start).num_hours()
    }
}

/// How complete a year of one parameter at one station is, by its valid days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completeness {
    /// Where.
    pub station: StationId,
    /// What.
    pub parameter: ParameterId,
    /// Calendar year of the authority's zone.
    pub year: i32,
    /// Days up to here are counted.
    pub until: Instant,
    /// Days with a valid mean (ozone: with a valid largest 8-hour mean).
    pub valid: u32,
    /// Days that have passed, from the year's begin or the station's.
    pub passed: u32,
    /// Valid days that the year needs. `None` where no minimum of days is known.
    pub needed: Option<u32>,
    /// Months that have as many valid days as a month needs. `None` where no minimum is known.
    #[serde(default)]
    pub valid_months: Option<u32>,
    /// How many such months the year needs.
    #[serde(default)]
    pub needed_months: Option<u32>,
    /// The months that have begun, January first.
    pub months: Vec<MonthDays>,
    /// Whether the year can still be valid.
    pub prospect: Prospect,
    /// The day that has not ended yet, of the year that has not, once the first day of that has ended.
    #[serde(default)]
    pub today: Option<DayValues>,
}

/// The values of a day that has not ended, as far as they have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayValues {
    /// When it began: of a night of noise, the evening.
    pub start: Instant,
    /// When it ends.
    pub end: Instant,
    /// What is counted: hours, or of ozone running means of 8 hours.
    pub period: Period,
    /// Those that may be used.
    pub valid: u32,
    /// Those that could have ended by now.
    pub passed: u32,
    /// How many a valid day needs.
    pub needed: u32,
    /// Whether it can still have them.
    pub prospect: Prospect,
}

/// The days of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthDays {
    /// Days with a valid value.
    pub valid: u32,
    /// Days that have passed.
    pub passed: u32,
    /// Valid days that the month needs. `None` where no minimum is known.
    pub needed: Option<u32>,
}

/// Whether a year meets the legal minimum of valid days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prospect {
    /// It has them already, and in every month.
    Met,
    /// It can still have them.
    Possible,
    /// It cannot: too many days are lost, in the year or in a month.
    Lost,
    /// No minimum is known.
    NoMinimum,
}

impl Prospect {
    /// The word in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Possible => "possible",
            Self::Lost => "lost",
            Self::NoMinimum => "no_minimum",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_reads_as_it_is_written() {
        for cause in GapCause::ALL {
            assert_eq!(cause.as_str().parse(), Ok(cause));
            assert_eq!(serde_json::to_value(cause).unwrap(), cause.as_str());
        }
        assert_eq!("".parse::<GapCause>(), Err(()));
    }
}
