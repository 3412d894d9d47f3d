//! `[deadlines]`: by when what is published must be there.

use chrono::NaiveTime;

use super::fields::{Fields, Source};

/// `[deadlines]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// An hour is published so many minutes after its end. Default 60.
    pub hourly_minutes: u64,
    /// A day is published by this time of the day after, in the publisher's zone. Default 12:00.
    pub daily: NaiveTime,
    /// A month is published by the end of this day of the month after. Default 10.
    pub monthly_day: u32,
    /// The operator is warned so many minutes before a deadline when what is owed is not there; 0 never. Default 15.
    pub warn_minutes: u64,
}

impl Default for Deadlines {
    fn default() -> Self {
        let daily = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
        Self { hourly_minutes: 60, daily, monthly_day: 10, warn_minutes: 15 }
    }
}

/// Reads the section.
pub(super) fn read(mut fields: Fields<'_>, source: &mut Source<'_>) -> Deadlines {
    let usual = Deadlines::default();
    let hourly_minutes = fields.integer(source, "hourly_minutes", 1..=1440).unwrap_or(usual.hourly_minutes);
    let daily = fields.string(source, "daily", "\"12:00\"").and_then(|(text, offset)| {
        let time = NaiveTime::parse_from_str(&text, "%H:%M").ok();
        if time.is_none() {
            source.mistake(offset, format!("`deadlines.daily` is {text:?}"), "write a time of the day: \"12:00\"");
        }
        time
    });
    let monthly_day = fields.integer(source, "monthly_day", 1..=28);
    let warn_minutes = fields.integer(source, "warn_minutes", 0..=1440).unwrap_or(usual.warn_minutes);
    fields.finish(source);
    let monthly_day = monthly_day.and_then(|day| u32::try_from(day).ok()).unwrap_or(usual.monthly_day);
    Deadlines { hourly_minutes, daily: daily.unwrap_or(usual.daily), monthly_day, warn_minutes }
}
