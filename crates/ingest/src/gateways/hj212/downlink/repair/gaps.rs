//! What is missing: hours without a reading, of the kinds of data that a station sends.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::Days;
use limpid_model::{Instant, Period, Zone};

/// A place for data: of which kind, and from when. Minute data are looked at and asked for by the hour.
pub(in super::super) type Slot = (Kind, Instant);

/// Kinds of data of the past that a station can be asked for, in the order of need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in super::super) enum Kind {
    /// Hours (2061).
    Hour,
    /// Days (2031).
    Day,
    /// Minutes (2051).
    Minutes,
}

impl Kind {
    /// So many slots are asked for at once: a day of hours, a month of days, two hours of minutes.
    fn most(self) -> usize {
        match self {
            Self::Hour => 24,
            Self::Day => 31,
            Self::Minutes => 2,
        }
    }

    /// The end of a slot.
    pub(super) fn end(self, start: Instant, zone: Zone) -> Instant {
        match self {
            Self::Hour | Self::Minutes => Period::Hour.end(start, zone),
            Self::Day => Period::Day.end(start, zone),
        }
    }
}

/// The slots in which something was received.
#[derive(Debug, Default)]
pub(super) struct Present(BTreeSet<Slot>);

impl Present {
    /// Notes a reading.
    pub(super) fn note(&mut self, period: Period, start: Instant, zone: Zone) {
        let slot = match period {
            Period::Hour => (Kind::Hour, start),
            Period::Day => (Kind::Day, start),
            Period::Minutes(_) => (Kind::Minutes, zone.floor_hour(start)),
            _ => return,
        };
        self.0.insert(slot);
    }

    /// Whether anything of a kind was received.
    pub(super) fn any(&self, kind: Kind) -> bool {
        self.0.iter().any(|slot| slot.0 == kind)
    }

    /// The slots that lie within `from..to` and in which nothing was received, of the kinds of which something was;
    /// the newest first.
    pub(super) fn missing(&self, from: Instant, to: Instant, zone: Zone) -> Vec<Slot> {
        let mut missing = Vec::new();
        for kind in [Kind::Hour, Kind::Day, Kind::Minutes] {
            if !self.any(kind) {
                continue;
            }
            let slots: Vec<Instant> = match kind {
                Kind::Hour | Kind::Minutes => zone.hours(from, to).collect(),
                Kind::Day => {
                    let first = zone.date_of(from);
                    let days = first.iter_days().take_while(|date| *date <= zone.date_of(to));
                    days.map(|date| zone.start_of(date)).filter(|start| *start >= from).collect()
                }
            };
            let whole = slots.into_iter().filter(|start| kind.end(*start, zone) <= to);
            missing.extend(whole.rev().map(|start| (kind, start)).filter(|slot| !self.0.contains(slot)));
        }
        missing
    }
}

/// Slots in the order in which they are asked for: by kind, each once, the newest first.
pub(super) fn in_order(slots: impl IntoIterator<Item = Slot>) -> Vec<Slot> {
    let once: BTreeSet<(Kind, Reverse<Instant>)> =
        slots.into_iter().map(|(kind, start)| (kind, Reverse(start))).collect();
    once.into_iter().map(|(kind, Reverse(start))| (kind, start)).collect()
}

/// Neighbours, newest first, as stretches that are asked for at once: their kind, slots, start and end.
pub(super) fn stretches(slots: &[Slot], zone: Zone) -> Vec<(Kind, Vec<Instant>, Instant, Instant)> {
    let mut stretches: Vec<(Kind, Vec<Instant>, Instant, Instant)> = Vec::new();
    for (kind, start) in slots.iter().copied() {
        let end = kind.end(start, zone);
        match stretches.last_mut() {
            Some((same, slots, first, _)) if *same == kind && end == *first && slots.len() < kind.most() => {
                slots.push(start);
                *first = start;
            }
            _ => stretches.push((kind, vec![start], start, end)),
        }
    }
    stretches
}

/// The first day at or before `days` days before `now`, so that the oldest day is looked at as a whole.
pub(super) fn oldest(now: Instant, days: u64, zone: Zone) -> Instant {
    let today = zone.date_of(now);
    zone.start_of(today.checked_sub_days(Days::new(days)).unwrap_or(today))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn shanghai() -> Zone {
        Zone::parse("Asia/Shanghai").unwrap()
    }

    #[test]
    fn hours_without_a_reading_are_missing_once_they_are_over() {
        let mut present = Present::default();
        for hour in ["00", "01", "04"] {
            present.note(Period::Hour, utc(&format!("2026-11-25T{hour}:00:00Z")), shanghai());
        }
        present.note(Period::Moment, utc("2026-11-25T02:30:00Z"), shanghai());
        let (from, to) = (utc("2026-11-24T23:00:00Z"), utc("2026-11-25T06:59:59Z"));
        let missing = present.missing(from, to, shanghai());
        let hours: Vec<String> = missing.iter().map(|(_, start)| start.format("%d %H").to_string()).collect();
        assert_eq!(hours, ["25 05", "25 03", "25 02", "24 23"]);
        let found: Vec<_> = stretches(&missing, shanghai())
            .into_iter()
            .map(|(_, slots, from, to)| (slots.len(), from.format("%H").to_string(), to.format("%H").to_string()))
            .collect();
        let expected = [(1, "05", "06"), (2, "02", "04"), (1, "23", "00")];
        assert_eq!(found, expected.map(|(count, from, to)| (count, from.to_owned(), to.to_owned())));
    }

    #[test]
    fn only_what_a_station_sends_can_be_missing() {
        let (from, to) = (utc("2026-11-20T16:00:00Z"), utc("2026-11-25T16:00:00Z"));
        assert!(Present::default().missing(from, to, shanghai()).is_empty());
        let mut present = Present::default();
        present.note(Period::Minutes(5), utc("2026-11-25T00:35:00Z"), shanghai());
        let missing = present.missing(from, to, shanghai());
        assert_eq!(missing.len(), 5 * 24 - 1);
        assert!(missing.iter().all(|slot| slot.0 == Kind::Minutes && slot.1 != utc("2026-11-25T00:00:00Z")));
        assert!(stretches(&missing, shanghai()).iter().all(|stretch| stretch.1.len() <= 2));
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let mut present = Present::default();
        present.note(Period::Day, utc("2026-10-23T22:00:00Z"), berlin);
        // The 25th has 25 hours; the 26th is not over.
        let missing = present.missing(utc("2026-10-22T22:00:00Z"), utc("2026-10-26T12:00:00Z"), berlin);
        assert_eq!(missing, [(Kind::Day, utc("2026-10-24T22:00:00Z")), (Kind::Day, utc("2026-10-22T22:00:00Z"))]);
        assert_eq!(oldest(utc("2026-10-26T12:00:00Z"), 7, berlin), utc("2026-10-18T22:00:00Z"));
    }

    #[test]
    fn a_long_gap_is_asked_for_in_pieces() {
        let start = utc("2026-11-20T16:00:00Z");
        let slots: Vec<Slot> = (0..100).rev().map(|hour| (Kind::Hour, start + chrono::Duration::hours(hour))).collect();
        let found = stretches(&slots, shanghai());
        assert_eq!(found.iter().map(|stretch| stretch.1.len()).collect::<Vec<_>>(), [24, 24, 24, 24, 4]);
        assert!(found.windows(2).all(|pair| pair[1].3 == pair[0].2), "they touch");
    }
}
