//! Whether a publication is on time: a pure function of what was published last and of the time.

use chrono::{Datelike, Days, Duration, Months, NaiveDate};
use limpid_model::pipeline::Deadlines;
use limpid_model::{Instant, Period, Zone};
use serde::Serialize;
use utoipa::ToSchema;

/// How a publication stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// All that has ended is published.
    Met,
    /// A period has ended and is not published; its deadline lies ahead.
    Due,
    /// A deadline has passed.
    Late,
    /// Nothing was published yet.
    None,
}

/// How often something is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rhythm {
    /// Hours.
    Hourly,
    /// Days.
    Daily,
    /// Months.
    Monthly,
}

impl Rhythm {
    /// Every rhythm.
    pub const ALL: [Self; 3] = [Self::Hourly, Self::Daily, Self::Monthly];

    /// As it stands in ids.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Monthly => "monthly",
        }
    }

    /// The period of its figures.
    pub fn period(self) -> Period {
        match self {
            Self::Hourly => Period::Hour,
            Self::Daily => Period::Day,
            Self::Monthly => Period::Month,
        }
    }

    /// By when the period that ends at `end` must be published.
    fn deadline(self, end: Instant, rules: &Deadlines, zone: Zone) -> Instant {
        let date = zone.date_of(end);
        match self {
            Self::Hourly => end + minutes(rules),
            Self::Daily => zone.at(date.and_time(rules.daily)),
            // The end of the day is the start of the next.
            Self::Monthly => zone.start_of(first(date) + Days::new(rules.monthly_day.into())),
        }
    }

    /// The end of the newest period that had ended at `at`.
    fn ended(self, at: Instant, zone: Zone) -> Instant {
        match self {
            Self::Hourly => zone.floor_hour(at),
            Self::Daily => zone.start_of(zone.date_of(at)),
            Self::Monthly => zone.start_of(first(zone.date_of(at))),
        }
    }

    /// The end of the period before or after the one that ends at `end`.
    fn neighbour(self, end: Instant, zone: Zone, later: bool) -> Instant {
        let date = zone.date_of(end);
        match (self, later) {
            (Self::Hourly, true) => end + Duration::hours(1),
            (Self::Hourly, false) => end - Duration::hours(1),
            (Self::Daily, true) => zone.start_of(date + Days::new(1)),
            (Self::Daily, false) => zone.start_of(date - Days::new(1)),
            (Self::Monthly, true) => zone.start_of(first(date) + Months::new(1)),
            (Self::Monthly, false) => zone.start_of(first(date) - Months::new(1)),
        }
    }

    /// How it stands at `now` when the newest period that was published ended at `last`: by when which period must be there,
    /// and whether that is so.
    pub fn judge(self, last: Option<Instant>, rules: &Deadlines, zone: Zone, now: Instant) -> (Instant, State) {
        // The newest period whose deadline has passed; deadlines lie less than a day, or a month, behind the end.
        let mut owed = self.ended(now, zone);
        for _ in 0..=24 {
            if self.deadline(owed, rules, zone) <= now {
                break;
            }
            owed = self.neighbour(owed, zone, false);
        }
        let Some(last) = last else {
            let next = self.neighbour(owed, zone, true);
            return (self.deadline(next, rules, zone), State::None);
        };
        if last < owed {
            return (self.deadline(owed, rules, zone), State::Late);
        }
        let next = self.neighbour(self.ended(last, zone), zone, true);
        let state = if next <= now { State::Due } else { State::Met };
        (self.deadline(next, rules, zone), state)
    }
}

fn minutes(rules: &Deadlines) -> Duration {
    Duration::minutes(i64::try_from(rules.hourly_minutes).unwrap_or(i64::MAX))
}

fn first(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(rhythm: Rhythm, last: &str, now: &str) -> (String, State) {
        let zone = Zone::parse("Asia/Shanghai").unwrap();
        let at = |text: &str| format!("{text}:00+08:00").parse::<Instant>().unwrap();
        let last = (!last.is_empty()).then(|| at(last));
        let (deadline, state) = rhythm.judge(last, &Deadlines::default(), zone, at(now));
        (zone.format(deadline)[..16].to_owned(), state)
    }

    #[test]
    fn an_hour_is_owed_an_hour_after_its_end() {
        let hourly = |last, now| judge(Rhythm::Hourly, last, now);
        assert_eq!(hourly("2026-11-25T09:00", "2026-11-25T09:10"), ("2026-11-25T11:00".into(), State::Met));
        assert_eq!(hourly("2026-11-25T08:00", "2026-11-25T09:10"), ("2026-11-25T10:00".into(), State::Due));
        assert_eq!(hourly("2026-11-25T08:00", "2026-11-25T09:59"), ("2026-11-25T10:00".into(), State::Due));
        assert_eq!(hourly("2026-11-25T08:00", "2026-11-25T10:00"), ("2026-11-25T10:00".into(), State::Late));
        assert_eq!(hourly("2026-11-20T08:00", "2026-11-25T10:30"), ("2026-11-25T10:00".into(), State::Late));
        assert_eq!(hourly("", "2026-11-25T10:30"), ("2026-11-25T11:00".into(), State::None));
    }

    #[test]
    fn a_day_is_owed_at_noon_and_a_month_by_the_tenth() {
        let daily = |last, now| judge(Rhythm::Daily, last, now);
        assert_eq!(daily("2026-11-25T00:00", "2026-11-25T09:00"), ("2026-11-26T12:00".into(), State::Met));
        assert_eq!(daily("2026-11-24T00:00", "2026-11-25T11:59"), ("2026-11-25T12:00".into(), State::Due));
        assert_eq!(daily("2026-11-24T00:00", "2026-11-25T12:00"), ("2026-11-25T12:00".into(), State::Late));
        let monthly = |last, now| judge(Rhythm::Monthly, last, now);
        assert_eq!(monthly("2026-10-01T00:00", "2026-11-10T23:59"), ("2026-11-11T00:00".into(), State::Due));
        assert_eq!(monthly("2026-10-01T00:00", "2026-11-11T00:00"), ("2026-11-11T00:00".into(), State::Late));
        assert_eq!(monthly("2026-11-01T00:00", "2026-11-11T00:00"), ("2026-12-11T00:00".into(), State::Met));
    }
}
