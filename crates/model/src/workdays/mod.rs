//! Working days: which dates count towards a deadline that the law sets in working days.
//!
//! Monday to Friday are worked, unless a table says otherwise. China moves days off and working days around its holidays
//! anew every year; `data/calendar/cn.csv` has what was announced. An agency elsewhere gives a table of its own holidays,
//! or none. Counting follows the usual rule: the day of the event is not counted, the last day is.
//!
//! A date outside the spans that a table says are known is taken by its weekday, and what is counted over it says that it
//! is provisional.

mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::Serialize;

pub use table::CalendarError;

/// The longest deadline that is counted, about forty years.
pub const MOST_WORKING_DAYS: u32 = 10_000;

/// How far a deadline is looked for: a clock that never runs again is found out by it.
const LONGEST_SEARCH_YEARS: i32 = 100;

/// A calendar of working days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    /// Dates that differ from their weekday: `true` where worked.
    moved: BTreeMap<NaiveDate, bool>,
    /// Spans in order, both ends within, whose arrangement is known; `None` knows all dates.
    known: Option<Vec<(NaiveDate, NaiveDate)>>,
}

/// A date that was counted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The last day of the deadline.
    pub date: NaiveDate,
    /// Whether it may still move, because a year on the way has no announced arrangement.
    pub provisional: bool,
}

/// Working days that were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Elapsed {
    /// How many.
    pub days: u32,
    /// Whether the number may still change, because a year on the way has no announced arrangement.
    pub provisional: bool,
}

/// A span of dates, both ends within, in which a clock stands: the time of a third party, or of a correction.
pub type Stop = (NaiveDate, NaiveDate);

static CHINA: LazyLock<Calendar> = LazyLock::new(|| {
    Calendar::parse("calendar/cn.csv", include_str!("../../../../data/calendar/cn.csv"))
        .unwrap_or_else(|error| panic!("built-in table: {error}"))
});

impl Calendar {
    /// What China's State Council announced.
    pub fn china() -> &'static Self {
        &CHINA
    }

    /// Monday to Friday, without holidays.
    pub fn weekdays() -> Self {
        Self::default()
    }

    /// Whether the date is worked, by the table or else by its weekday.
    pub fn is_working(&self, date: NaiveDate) -> bool {
        self.moved.get(&date).copied().unwrap_or_else(|| is_weekday(date))
    }

    /// Whether the arrangement of every date from `first` to `last` is known.
    pub fn knows(&self, first: NaiveDate, last: NaiveDate) -> bool {
        let Some(spans) = &self.known else {
            return true;
        };
        let mut unknown = first;
        for (from, to) in spans {
            if (*from..=*to).contains(&unknown) {
                unknown = to.succ_opt().unwrap_or(*to);
            }
        }
        unknown > last
    }

    /// The last day of a deadline of `days` working days after `event`. Zero days end on the day itself.
    ///
    /// # Errors
    /// More than [`MOST_WORKING_DAYS`] days, or an end that is not found within a hundred years.
    pub fn add_working_days(&self, event: NaiveDate, days: u32) -> Result<Due, CalendarError> {
        self.add_with_stops(event, days, &[])
    }

    /// Like [`Self::add_working_days`], with spans in which the clock stands.
    ///
    /// # Errors
    /// More than [`MOST_WORKING_DAYS`] days, or an end that is not found within a hundred years.
    pub fn add_with_stops(&self, event: NaiveDate, days: u32, stops: &[Stop]) -> Result<Due, CalendarError> {
        if days > MOST_WORKING_DAYS {
            return Err(CalendarError::TooMany { days, most: MOST_WORKING_DAYS });
        }
        let stopped = |date| stops.iter().any(|(from, to)| (*from..=*to).contains(&date));
        let mut date = event;
        let mut left = days;
        while left > 0 {
            date = date
                .succ_opt()
                .filter(|date| date.year() - event.year() <= LONGEST_SEARCH_YEARS)
                .ok_or(CalendarError::Endless { event, years: LONGEST_SEARCH_YEARS })?;
            left -= u32::from(self.is_working(date) && !stopped(date));
        }
        let provisional = event.succ_opt().is_some_and(|first| first <= date && !self.knows(first, date));
        Ok(Due { date, provisional })
    }

    /// Working days after `event`, up to and with `until`; none if `until` is not later.
    pub fn working_days_between(&self, event: NaiveDate, until: NaiveDate) -> Elapsed {
        let Some(first) = event.succ_opt().filter(|first| *first <= until) else {
            return Elapsed { days: 0, provisional: false };
        };
        let dates = (until - event).num_days();
        let monday = i64::from(first.weekday().num_days_from_monday());
        let rest = (0..dates % 7).filter(|day| (monday + day) % 7 < 5).count() as i64;
        let weekdays = dates / 7 * 5 + rest;
        let moved: i64 = self
            .moved
            .range(first..=until)
            .map(|(date, worked)| i64::from(*worked) - i64::from(is_weekday(*date)))
            .sum();
        let days = u32::try_from(weekdays + moved).unwrap_or(0);
        Elapsed { days, provisional: !self.knows(first, until) }
    }
}

fn is_weekday(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}
