//! The parts of a dataset that are written, and written anew, as one.

use chrono::{Datelike, Days, Months, NaiveDate};
use limpid_model::{Instant, Zone};

/// How long the parts of a dataset are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// A calendar month.
    Month,
    /// A calendar day: what has many rows a day that never change is not written again for those of the next.
    Day,
}

/// A calendar month or day of the publisher's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    first: NaiveDate,
    span: Span,
}

impl Part {
    /// The part in which `at` falls.
    pub fn of(at: Instant, span: Span, zone: Zone) -> Self {
        let date = zone.date_of(at);
        let first = match span {
            Span::Month => date.with_day(1).expect("every month has a first day"),
            Span::Day => date,
        };
        Self { first, span }
    }

    /// The parts from that of `first` to that of `last`.
    pub fn all(first: Instant, last: Instant, span: Span, zone: Zone) -> Vec<Self> {
        let last = Self::of(last, span, zone);
        std::iter::successors(Some(Self::of(first, span, zone)), |part| Some(part.next()))
            .take_while(|part| *part <= last)
            .collect()
    }

    /// Its Hive partition, `year=2026/month=11` or `year=2026/month=11/day=25`.
    pub fn partition(self) -> String {
        let month = format!("year={:04}/month={:02}", self.first.year(), self.first.month());
        match self.span {
            Span::Month => month,
            Span::Day => format!("{month}/day={:02}", self.first.day()),
        }
    }

    /// Its first moment, and that of the next.
    pub fn bounds(self, zone: Zone) -> (Instant, Instant) {
        (zone.start_of(self.first), zone.start_of(self.next().first))
    }

    fn next(self) -> Self {
        let first = match self.span {
            Span::Month => self.first + Months::new(1),
            Span::Day => self.first + Days::new(1),
        };
        Self { first, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_days_are_those_of_the_zone() {
        let zone = Zone::parse("Asia/Shanghai").unwrap();
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let names = |first: &str, last: &str, span: Span| -> Vec<String> {
            Part::all(at(first), at(last), span, zone).iter().map(|part| part.partition()).collect()
        };
        assert_eq!(
            names("2025-11-30T16:00:00Z", "2026-01-31T16:00:00Z", Span::Month),
            ["year=2025/month=12", "year=2026/month=01", "year=2026/month=02"],
            "16:00 UTC is the next day in Shanghai"
        );
        assert_eq!(
            names("2025-12-30T16:00:00Z", "2026-01-01T15:59:00Z", Span::Day),
            ["year=2025/month=12/day=31", "year=2026/month=01/day=01"]
        );
    }
}
