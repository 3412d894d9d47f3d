//! Wall time of a file's lines, as instants.

use std::collections::HashSet;

use chrono::{LocalResult, NaiveDateTime, TimeZone};
use limpid_model::{Instant, Period, Reason, Station, Zone};

use super::Fault;

/// Turns the wall time of lines into instants, where clocks change too.
///
/// In the hour that occurs twice, the first line of a series (a station, a type) means the first occurrence and the
/// second line the second; a third is an error. A file that leaves the repetition out is read as the first. In the
/// hour that does not exist there is nothing to measure: an error, and the line is not moved to another hour.
pub(super) struct Clock {
    zone: Zone,
    /// Which series had the first occurrence of which repeated hour; a handful of entries a year.
    seen: HashSet<(String, Instant)>,
}

impl Clock {
    pub(super) fn new(zone: Zone) -> Self {
        Self { zone, seen: HashSet::new() }
    }

    /// The start of the hour that `station` labels `label`, by its own convention.
    pub(super) fn hour_start(&self, station: &Station, label: Instant) -> Instant {
        station.period_start(Period::Hour, label, self.zone)
    }

    /// The instant of `local` on the next line of `series`.
    pub(super) fn instant(&mut self, local: NaiveDateTime, series: &str) -> Result<Instant, Fault> {
        match self.zone.0.from_local_datetime(&local) {
            LocalResult::Single(at) => Ok(at.to_utc()),
            LocalResult::Ambiguous(first, second) => {
                for at in [first.to_utc(), second.to_utc()] {
                    if self.seen.insert((series.to_owned(), at)) {
                        return Ok(at);
                    }
                }
                let detail =
                    format!("{local} stands a third time, but the clocks of {} show it twice", self.zone.name());
                Err(Fault::new(Reason::BadTime, detail))
            }
            LocalResult::None => {
                let detail = format!("{local} does not exist in {}: the clocks were put forward", self.zone.name());
                Err(Fault::new(Reason::BadTime, detail))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn the_repeated_hour_is_read_in_the_order_of_its_lines() {
        let mut clock = Clock::new(Zone::parse("Europe/Berlin").unwrap());
        let mut at = |time: &str, series: &str| {
            clock.instant(local(time), series).map(|at| at.to_rfc3339()).map_err(|fault| fault.reason)
        };
        assert_eq!(at("2026-10-25T01:00:00", "a").unwrap(), "2026-10-24T23:00:00+00:00");
        assert_eq!(at("2026-10-25T02:00:00", "a").unwrap(), "2026-10-25T00:00:00+00:00");
        assert_eq!(at("2026-10-25T02:00:00", "b").unwrap(), "2026-10-25T00:00:00+00:00");
        assert_eq!(at("2026-10-25T02:00:00", "a").unwrap(), "2026-10-25T01:00:00+00:00");
        assert_eq!(at("2026-10-25T03:00:00", "a").unwrap(), "2026-10-25T02:00:00+00:00");
        assert_eq!(at("2026-10-25T02:00:00", "a"), Err(Reason::BadTime));
    }

    #[test]
    fn the_skipped_hour_is_an_error() {
        let mut clock = Clock::new(Zone::parse("Europe/Berlin").unwrap());
        let fault = clock.instant(local("2026-03-29T02:00:00"), "a").unwrap_err();
        assert_eq!(fault.reason, Reason::BadTime);
        assert!(fault.detail.contains("does not exist in Europe/Berlin"), "{}", fault.detail);
        let mut clock = Clock::new(Zone::parse("Asia/Shanghai").unwrap());
        assert!(clock.instant(local("2026-03-29T02:00:00"), "a").is_ok());
    }
}
