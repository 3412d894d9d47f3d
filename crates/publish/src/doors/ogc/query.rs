//! Times and formats of a query, as both standards have them.

use chrono::{Duration, NaiveDate};
use limpid_model::{Instant, Zone};

use crate::answer::Failure;
use crate::api::query::Query;

/// What `datetime` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// What holds at a moment.
    At(Instant),
    /// What lies between two, both inclusive; an open end is as far as time goes.
    Between(Instant, Instant),
}

impl When {
    /// What it may look like.
    pub const FORMS: [&str; 4] = [
        "2026-11-25T08:00:00+08:00",
        "2026-11-24",
        "2026-11-24T00:00:00Z/2026-11-25T00:00:00Z",
        "2026-11-24T00:00:00Z/..",
    ];

    /// `datetime` of a query.
    ///
    /// # Errors
    /// 400 where it is no time.
    pub fn of(query: &Query, zone: Zone) -> Result<Option<Self>, Failure> {
        query.word("datetime", |text| Self::parse(text, zone), Self::FORMS)
    }

    /// Reads a time, an interval, or a date of the zone, which is its whole day.
    pub fn parse(text: &str, zone: Zone) -> Option<Self> {
        let open = |text: &str| text.is_empty() || text == "..";
        match text.split_once('/') {
            None => match moment(text, zone)? {
                (start, end) if start == end => Some(Self::At(start)),
                (start, end) => Some(Self::Between(start, end)),
            },
            Some((from, to)) => {
                let from = if open(from) { Instant::MIN_UTC } else { moment(from, zone)?.0 };
                let to = if open(to) { Instant::MAX_UTC } else { moment(to, zone)?.1 };
                (from <= to).then_some(Self::Between(from, to))
            }
        }
    }

    /// Whether it meets a stretch of time; an end that is not known is open.
    pub fn meets(self, from: Option<Instant>, to: Option<Instant>) -> bool {
        let (first, last) = match self {
            Self::At(at) => (at, at),
            Self::Between(first, last) => (first, last),
        };
        from.is_none_or(|from| from <= last) && to.is_none_or(|to| first < to)
    }
}

/// A moment, or the first and last of a day.
fn moment(text: &str, zone: Zone) -> Option<(Instant, Instant)> {
    if text.len() == 10 {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        let (start, end) = text.bytes().take(4).all(|byte| byte.is_ascii_digit()).then(|| zone.day(date))?;
        return Some((start, end - Duration::microseconds(1)));
    }
    // A `+` that was not percent-encoded arrives as a space.
    let at = crate::api::query::time(text, zone)?;
    Some((at, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_day_and_an_open_end_is_open() {
        let zone = Zone::parse("Asia/Shanghai").unwrap();
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let day = When::parse("2026-11-25", zone).unwrap();
        assert!(
            day.meets(Some(at("2026-11-25T15:59:59Z")), None) && !day.meets(Some(at("2026-11-25T16:00:00Z")), None)
        );
        let since = When::parse("2026-11-25T00:00:00Z/..", zone).unwrap();
        assert!(since.meets(None, None) && !since.meets(None, Some(at("2026-11-25T00:00:00Z"))));
        assert_eq!(When::parse("2026-11-25T08:00:00 08:00", zone), Some(When::At(at("2026-11-25T00:00:00Z"))));
        for text in ["", "yesterday", "2026-11-25T00:00:00", "2026-11-26/2026-11-25", "2026-11-25/x", "a/b/c"] {
            assert_eq!(When::parse(text, zone), None, "{text}");
        }
    }
}
