//! How long a value speaks for, and where it begins and ends in a zone.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Duration, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{Instant, Zone};

/// How long a value speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Period {
    /// A reading of one moment (HJ 212 CN 2011); written `PT0S`.
    Moment,
    /// This many minutes, 1 to 30; written `PT1M` …
    Minutes(u8),
    /// One hour, `PT1H`.
    Hour,
    /// A moving window of eight hours, `PT8H`, labelled by its last hour's end.
    Hours8,
    /// A moving window of 24 hours, `PT24H`, labelled by its last hour's end.
    Hours24,
    /// A calendar day of the authority's zone, `P1D`.
    Day,
    /// A calendar month, `P1M`.
    Month,
    /// A quarter of a calendar year, `P3M`.
    Quarter,
    /// Twelve calendar months, `P12M`, of which only the last need be December.
    Months12,
    /// A calendar year, `P1Y`.
    Year,
}

impl Period {
    /// The periods that the API serves, as error messages list them.
    pub const KNOWN: &'static str = "PT0S, PT1M to PT30M, PT1H, PT8H, PT24H, P1D, P1M, P3M, P12M, P1Y";

    /// The end of the period that starts at `start`.
    pub fn end(self, start: Instant, zone: Zone) -> Instant {
        match self {
            Self::Day => zone.start_of(zone.date_of(start) + Days::new(1)),
            Self::Month => zone.start_of(first_of_month(zone.date_of(start)) + Months::new(1)),
            Self::Quarter => zone.start_of(first_of_quarter(zone.date_of(start)) + Months::new(3)),
            Self::Months12 => zone.start_of(first_of_month(zone.date_of(start)) + Months::new(12)),
            Self::Year => zone.start_of(first_of_year(zone.date_of(start)) + Months::new(12)),
            _ => start + self.fixed().unwrap_or_default(),
        }
    }

    /// The start of the period that ends at `end`; the inverse of [`Period::end`].
    pub fn start(self, end: Instant, zone: Zone) -> Instant {
        match self {
            Self::Day => zone.start_of(zone.date_of(end) - Days::new(1)),
            Self::Month => zone.start_of(first_of_month(zone.date_of(end)) - Months::new(1)),
            Self::Quarter => zone.start_of(first_of_quarter(zone.date_of(end)) - Months::new(3)),
            Self::Months12 => zone.start_of(first_of_month(zone.date_of(end)) - Months::new(12)),
            Self::Year => zone.start_of(first_of_year(zone.date_of(end)) - Months::new(12)),
            _ => end - self.fixed().unwrap_or_default(),
        }
    }

    /// Its length where that is always the same; `None` for days, months and years.
    pub fn fixed(self) -> Option<Duration> {
        match self {
            Self::Moment => Some(Duration::zero()),
            Self::Minutes(n) => Some(Duration::minutes(n.into())),
            Self::Hour => Some(Duration::hours(1)),
            Self::Hours8 => Some(Duration::hours(8)),
            Self::Hours24 => Some(Duration::hours(24)),
            Self::Day | Self::Month | Self::Quarter | Self::Months12 | Self::Year => None,
        }
    }

    /// Whether a period may start at `start`: an hour starts on the hour of the zone's standard time
    /// ([`Zone::floor_hour`]), a day at its midnight. A moment and minutes may start anywhere.
    pub fn aligned(self, start: Instant, zone: Zone) -> bool {
        match self {
            Self::Moment | Self::Minutes(_) => true,
            Self::Hour | Self::Hours8 | Self::Hours24 => zone.floor_hour(start) == start,
            Self::Day => zone.start_of(zone.date_of(start)) == start,
            Self::Month | Self::Months12 => zone.start_of(first_of_month(zone.date_of(start))) == start,
            Self::Quarter => zone.start_of(first_of_quarter(zone.date_of(start))) == start,
            Self::Year => zone.start_of(first_of_year(zone.date_of(start))) == start,
        }
    }
}

fn first_of_month(date: NaiveDate) -> NaiveDate {
    date.with_day(1).expect("every month has a first day")
}

fn first_of_quarter(date: NaiveDate) -> NaiveDate {
    first_of_month(date) - Months::new(date.month0() % 3)
}

fn first_of_year(date: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(date.year(), 1, 1).expect("every year has a first day")
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moment => f.write_str("PT0S"),
            Self::Minutes(n) => write!(f, "PT{n}M"),
            Self::Hour => f.write_str("PT1H"),
            Self::Hours8 => f.write_str("PT8H"),
            Self::Hours24 => f.write_str("PT24H"),
            Self::Day => f.write_str("P1D"),
            Self::Month => f.write_str("P1M"),
            Self::Quarter => f.write_str("P3M"),
            Self::Months12 => f.write_str("P12M"),
            Self::Year => f.write_str("P1Y"),
        }
    }
}

/// The text is not one of [`Period::KNOWN`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown period {0:?}; known are {known}", known = Period::KNOWN)]
pub struct UnknownPeriod(pub String);

impl FromStr for Period {
    type Err = UnknownPeriod;

    fn from_str(text: &str) -> Result<Self, UnknownPeriod> {
        let unknown = || UnknownPeriod(text.to_owned());
        Ok(match text {
            "PT0S" => Self::Moment,
            "PT1H" | "PT60M" => Self::Hour,
            "PT8H" => Self::Hours8,
            "PT24H" => Self::Hours24,
            "P1D" => Self::Day,
            "P1M" => Self::Month,
            "P3M" => Self::Quarter,
            "P12M" => Self::Months12,
            "P1Y" => Self::Year,
            _ => {
                let digits = text.strip_prefix("PT").and_then(|rest| rest.strip_suffix('M')).ok_or_else(unknown)?;
                let minutes: u8 = digits.parse().map_err(|_| unknown())?;
                if !(1..=30).contains(&minutes) || digits.starts_with(['0', '+']) {
                    return Err(unknown());
                }
                Self::Minutes(minutes)
            }
        })
    }
}

impl Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
