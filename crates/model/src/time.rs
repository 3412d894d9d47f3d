//! Instants, periods and the calendar of an authority.
//!
//! Everything inside is UTC. A calendar day, month or year is that of the authority's [`Zone`]; where clocks change,
//! a day has 23 or 25 hours and the functions here know it.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, Duration, Months, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone, Utc};
use serde::{Deserialize, Serialize};

/// A point in time, UTC.
pub type Instant = DateTime<Utc>;

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
    /// A calendar year, `P1Y`.
    Year,
}

impl Period {
    /// The periods that the API serves, as error messages list them.
    pub const KNOWN: &'static str = "PT0S, PT1M to PT30M, PT1H, PT8H, PT24H, P1D, P1M, P1Y";

    /// The end of the period that starts at `start`.
    pub fn end(self, start: Instant, zone: Zone) -> Instant {
        match self {
            Self::Day => zone.start_of(zone.date_of(start) + Days::new(1)),
            Self::Month => zone.start_of(first_of_month(zone.date_of(start)) + Months::new(1)),
            Self::Year => zone.start_of(first_of_year(zone.date_of(start)) + Months::new(12)),
            _ => start + self.fixed().unwrap_or_default(),
        }
    }

    /// The start of the period that ends at `end`; the inverse of [`Period::end`].
    pub fn start(self, end: Instant, zone: Zone) -> Instant {
        match self {
            Self::Day => zone.start_of(zone.date_of(end) - Days::new(1)),
            Self::Month => zone.start_of(first_of_month(zone.date_of(end)) - Months::new(1)),
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
            Self::Day | Self::Month | Self::Year => None,
        }
    }

    /// Whether a period may start at `start`: an hour starts on the hour, a day at the zone's midnight.
    /// A moment and minutes may start anywhere.
    pub fn aligned(self, start: Instant, zone: Zone) -> bool {
        match self {
            Self::Moment | Self::Minutes(_) => true,
            Self::Hour | Self::Hours8 | Self::Hours24 => floor_hour(start) == start,
            Self::Day => zone.start_of(zone.date_of(start)) == start,
            Self::Month => zone.start_of(first_of_month(zone.date_of(start))) == start,
            Self::Year => zone.start_of(first_of_year(zone.date_of(start))) == start,
        }
    }
}

fn first_of_month(date: NaiveDate) -> NaiveDate {
    date.with_day(1).expect("every month has a first day")
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

/// An authority's time zone: its calendar, and the offset that its answers carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(pub chrono_tz::Tz);

impl Zone {
    /// The zone with this IANA name.
    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }

    /// Its IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The calendar day on which `at` falls.
    pub fn date_of(self, at: Instant) -> NaiveDate {
        at.with_timezone(&self.0).date_naive()
    }

    /// The first moment of `date`. Where midnight is skipped by a clock change, the first moment after it.
    pub fn start_of(self, date: NaiveDate) -> Instant {
        self.at(date.and_hms_opt(0, 0, 0).expect("midnight is a time of day"))
    }

    /// The instant that a clock on the wall shows as `local`. In the hour that occurs twice the first is meant; in
    /// the hour that does not exist, the moment at which the clocks jumped.
    pub fn at(self, local: NaiveDateTime) -> Instant {
        match self.0.from_local_datetime(&local) {
            chrono::LocalResult::Single(at) | chrono::LocalResult::Ambiguous(at, _) => at.to_utc(),
            chrono::LocalResult::None => {
                // A gap is shorter than a day, and its edge lies on a quarter of an hour.
                let mut after = local;
                loop {
                    after += Duration::minutes(15);
                    if let Some(at) = self.0.from_local_datetime(&after).earliest() {
                        break at.to_utc();
                    }
                }
            }
        }
    }

    /// Start and end of a calendar day.
    pub fn day(self, date: NaiveDate) -> (Instant, Instant) {
        (self.start_of(date), self.start_of(date + Days::new(1)))
    }

    /// `at` in RFC 3339 with this zone's offset, to the second, or to the millisecond where there are any.
    pub fn format(self, at: Instant) -> String {
        let precision = if at.timestamp_subsec_millis() == 0 { SecondsFormat::Secs } else { SecondsFormat::Millis };
        at.with_timezone(&self.0).to_rfc3339_opts(precision, false)
    }
}

/// The start of the hour in which `at` falls. Hours begin on the UTC hour, which is the local hour in every zone
/// whose offset is whole hours.
pub fn floor_hour(at: Instant) -> Instant {
    let seconds = at.timestamp();
    DateTime::from_timestamp(seconds - seconds.rem_euclid(3600), 0).expect("no further from 1970 than `at` itself")
}

/// The starts of the hours that begin within `from..to`.
pub fn hours(from: Instant, to: Instant) -> impl Iterator<Item = Instant> {
    let first = if floor_hour(from) == from { from } else { floor_hour(from) + Duration::hours(1) };
    std::iter::successors(Some(first), |hour| Some(*hour + Duration::hours(1))).take_while(move |hour| *hour < to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_have_23_24_or_25_hours() {
        let hours_of = |zone: &str, day: &str| {
            let (start, end) = Zone::parse(zone).unwrap().day(date(day));
            (hours(start, end).count(), (end - start).num_minutes())
        };
        assert_eq!(hours_of("Asia/Shanghai", "2026-03-29"), (24, 1440));
        assert_eq!(hours_of("Europe/Berlin", "2026-03-29"), (23, 1380));
        assert_eq!(hours_of("Europe/Berlin", "2026-10-25"), (25, 1500));
        // Lord Howe Island moves its clocks by half an hour.
        assert_eq!(hours_of("Australia/Lord_Howe", "2026-04-05").1, 1470);
        // China itself kept summer time from 1986 to 1991.
        assert_eq!(hours_of("Asia/Shanghai", "1990-04-15"), (23, 1380));
    }

    #[test]
    fn a_midnight_that_does_not_exist_is_the_first_moment_after_it() {
        // Brazil sprang forward at midnight of 2018-11-04.
        let zone = Zone::parse("America/Sao_Paulo").unwrap();
        assert_eq!(zone.start_of(date("2018-11-04")), utc("2018-11-04T03:00:00Z"));
        assert_eq!(Period::Day.end(utc("2018-11-04T03:00:00Z"), zone), utc("2018-11-05T02:00:00Z"));
    }

    #[test]
    fn ends_and_starts_are_inverse() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        for (period, start) in [
            (Period::Minutes(5), "2026-10-25T00:55:00Z"),
            (Period::Hour, "2026-10-25T00:00:00Z"),
            (Period::Hours8, "2026-10-24T20:00:00Z"),
            (Period::Day, "2026-10-24T22:00:00Z"),
            (Period::Month, "2026-09-30T22:00:00Z"),
            (Period::Year, "2025-12-31T23:00:00Z"),
        ] {
            let start = utc(start);
            assert!(period.aligned(start, zone), "{period}");
            assert_eq!(period.start(period.end(start, zone), zone), start, "{period}");
        }
        assert_eq!(Period::Day.end(utc("2026-10-24T22:00:00Z"), zone), utc("2026-10-25T23:00:00Z"));
    }

    #[test]
    fn periods_are_read_and_written() {
        for text in ["PT0S", "PT1M", "PT30M", "PT1H", "PT8H", "PT24H", "P1D", "P1M", "P1Y"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        for text in ["", "PT", "PTM", "PT31M", "PT01M", "PT+1M", "pt1h", "P1W", "1h", "PT-1M"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_written_with_the_zones_offset() {
        let zone = Zone::parse("Asia/Shanghai").unwrap();
        assert_eq!(zone.format(utc("2026-11-25T00:05:01.123Z")), "2026-11-25T08:05:01.123+08:00");
        assert_eq!(zone.format(utc("2026-11-25T00:00:00Z")), "2026-11-25T08:00:00+08:00");
    }
}
