//! When a value is late, stale or gone.
//!
//! Values of any age are answered to machines, each with its own `start`, `end` and this word. People are shown less:
//!
//! | age of a value, counted from its end | word | how people are shown it |
//! | --- | --- | --- |
//! | up to 1.5 periods | `fresh` | as it is |
//! | up to 3 periods | `late` | as it is, with a "late" badge |
//! | up to 24 hours | `stale` | grey, without the colour of its level, with its time |
//! | more | `none` | not at all: "no data", and when the last one was |
//!
//! A value is never carried forward as if it spoke for a later time. A machine that paints levels must look at the
//! word: an index that is `stale` or `none` keeps its level and colour, but they are those of its own hour. Values of less than ten minutes, moments among
//! them, are judged as if they spoke for ten: loggers send minutes in packets of up to ten (HJ 212-2017, CN 2051),
//! and a packet on its way is not a fault.

use chrono::Duration;
use limpid_model::{Instant, Period};
use serde::Serialize;
use utoipa::ToSchema;

/// Values older than this are not shown to people.
pub const GONE: Duration = Duration::hours(24);

/// The shortest period by which lateness is counted.
const SHORTEST: Duration = Duration::minutes(10);

/// How current a value is; from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Freshness {
    /// Within 1.5 periods of its end.
    Fresh,
    /// Within 3 periods.
    Late,
    /// Within 24 hours.
    Stale,
    /// Older, or there is none.
    None,
}

impl Freshness {
    /// How current a value of `period` that ended at `end` is at `now`. Bounds belong to the better side.
    pub fn of(period: Period, end: Instant, now: Instant) -> Self {
        let age = now - end;
        let period = period.fixed().unwrap_or(GONE).max(SHORTEST);
        if age > GONE && age > period * 3 {
            Self::None
        } else if age > period * 3 {
            Self::Stale
        } else if age * 2 > period * 3 {
            Self::Late
        } else {
            Self::Fresh
        }
    }

    /// Whether it may be shown as the present state: it is fresh or merely late.
    pub fn current(self) -> bool {
        self <= Self::Late
    }

    /// The word in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Late => "late",
            Self::Stale => "stale",
            Self::None => "none",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(period: Period, age: &str) -> &'static str {
        let end: Instant = "2026-11-25T01:00:00Z".parse().unwrap();
        let now: Instant = age.parse().unwrap();
        Freshness::of(period, end, now).as_str()
    }

    #[test]
    fn an_hour_is_late_after_90_minutes_stale_after_3_hours_and_gone_after_a_day() {
        for (now, word) in [
            ("2026-11-25T00:59:00Z", "fresh"),
            ("2026-11-25T02:30:00Z", "fresh"),
            ("2026-11-25T02:30:01Z", "late"),
            ("2026-11-25T04:00:00Z", "late"),
            ("2026-11-25T04:00:01Z", "stale"),
            ("2026-11-26T01:00:00Z", "stale"),
            ("2026-11-26T01:00:01Z", "none"),
        ] {
            assert_eq!(after(Period::Hour, now), word, "{now}");
        }
    }

    #[test]
    fn minutes_and_moments_are_given_ten_minutes() {
        for period in [Period::Moment, Period::Minutes(1), Period::Minutes(10)] {
            assert_eq!(after(period, "2026-11-25T01:15:00Z"), "fresh", "{period}");
            assert_eq!(after(period, "2026-11-25T01:15:01Z"), "late", "{period}");
            assert_eq!(after(period, "2026-11-25T01:30:01Z"), "stale", "{period}");
        }
        assert_eq!(after(Period::Minutes(30), "2026-11-25T01:45:00Z"), "fresh");
        assert_eq!(after(Period::Minutes(30), "2026-11-25T02:30:01Z"), "stale");
    }

    #[test]
    fn long_periods_are_not_gone_before_they_are_stale() {
        assert_eq!(after(Period::Day, "2026-11-26T13:00:00Z"), "fresh");
        assert_eq!(after(Period::Day, "2026-11-28T01:00:00Z"), "late");
        assert_eq!(after(Period::Day, "2026-11-28T01:00:01Z"), "none");
    }
}
