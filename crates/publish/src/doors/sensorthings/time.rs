//! Instants and intervals as the standard writes them: ISO 8601, an interval with a slash.

use chrono::{DateTime, NaiveDate, TimeDelta};
use limpid_model::{Instant, Zone};

/// A stretch of time, inclusive start and exclusive end; an instant has the same for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// Inclusive.
    pub start: Instant,
    /// Exclusive, or `start`.
    pub end: Instant,
}

impl Interval {
    /// A single moment.
    pub fn at(at: Instant) -> Self {
        Self { start: at, end: at }
    }

    /// Reads `2026-11-25T08:00:00+08:00`, `2026-11-25T00:00:00Z/2026-11-25T01:00:00Z` or a date, which is its midnight in UTC.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once('/') {
            Some((start, end)) => {
                let (start, end) = (instant(start)?, instant(end)?);
                (start <= end).then_some(Self { start, end })
            }
            None => instant(text).map(Self::at),
        }
    }

    /// As it goes out: with the authority's offset.
    pub fn format(self, zone: Zone) -> String {
        if self.start == self.end {
            return zone.format(self.start);
        }
        format!("{}/{}", zone.format(self.start), zone.format(self.end))
    }
}

/// Reads a length of time, `P1DT12H`: weeks, days, hours, minutes and seconds, which are always as long; `None` for anything
/// else and for more than a thousand years.
pub fn span(text: &str) -> Option<TimeDelta> {
    let (days, clock) = text.strip_prefix('P')?.split_once('T').unwrap_or((text.strip_prefix('P')?, ""));
    let mut seconds = 0.0;
    for (mut rest, units) in
        [(days, &[('W', 604_800.0), ('D', 86_400.0)][..]), (clock, &[('H', 3_600.0), ('M', 60.0), ('S', 1.0)])]
    {
        for (unit, length) in units {
            let Some((number, behind)) = rest.split_once(*unit) else { continue };
            let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            seconds += number.parse::<f64>().ok().filter(|_| plain)? * length;
            rest = behind;
        }
        if !rest.is_empty() {
            return None;
        }
    }
    let sound = text.len() > 2 && !text.ends_with('T') && seconds < 3.2e10;
    sound.then(|| TimeDelta::milliseconds((seconds * 1e3).round() as i64))
}

fn instant(text: &str) -> Option<Instant> {
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return (text.len() == 10).then(|| date.and_hms_opt(0, 0, 0).expect("midnight is a time of day").and_utc());
    }
    sound(DateTime::parse_from_rfc3339(text).ok()?.to_utc())
}

/// A time in a year that a calendar of any zone can show; others are none.
pub fn sound(at: Instant) -> Option<Instant> {
    let (first, last) = (DateTime::from_timestamp(-60_000_000_000, 0)?, DateTime::from_timestamp(250_000_000_000, 0)?);
    (first..last).contains(&at).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_where_they_are_always_as_long() {
        for (text, seconds) in [("P1D", 86_400), ("PT1H30M", 5_400), ("P1W", 604_800), ("P1DT1S", 86_401), ("PT0S", 0)]
        {
            assert_eq!(span(text), Some(TimeDelta::seconds(seconds)), "{text}");
        }
        assert_eq!(span("PT0.25S"), Some(TimeDelta::milliseconds(250)));
        for text in [
            "",
            "P",
            "PT",
            "P1",
            "P1M",
            "P1Y",
            "1D",
            "P-1D",
            "PT1D",
            "P1H",
            "P1DT",
            "PTS",
            "PT1S1H",
            "PT1e9S",
            "P99999999W",
        ] {
            assert_eq!(span(text), None, "{text}");
        }
    }
}
