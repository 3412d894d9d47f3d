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
    /// A forecast is issued by this time of every day, in the publisher's zone. Default 20:00.
    pub forecast: NaiveTime,
    /// A month is published by the end of this day of the month after. Default 10.
    pub monthly_day: u32,
    /// The operator is warned so many minutes before a deadline when what is owed is not there; 0 never. Default 15.
    pub warn_minutes: u64,
}

impl Default for Deadlines {
    fn default() -> Self {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        Self { hourly_minutes: 60, daily: hour(12), forecast: hour(20), monthly_day: 10, warn_minutes: 15 }
    }
}

/// Reads the section.
pub(super) fn read(mut fields: Fields<'_>, source: &mut Source<'_>) -> Deadlines {
    let usual = Deadlines::default();
    let hourly_minutes = fields.integer(source, "hourly_minutes", 1..=1440).unwrap_or(usual.hourly_minutes);
    let daily = time(&mut fields, source, "daily", usual.daily);
    let forecast = time(&mut fields, source, "forecast", usual.forecast);
    let monthly_day = fields.integer(source, "monthly_day", 1..=28);
    let warn_minutes = fields.integer(source, "warn_minutes", 0..=1440).unwrap_or(usual.warn_minutes);
    fields.finish(source);
    let monthly_day = monthly_day.and_then(|day| u32::try_from(day).ok()).unwrap_or(usual.monthly_day);
    Deadlines { hourly_minutes, daily, forecast, monthly_day, warn_minutes }
}

/// A time of the day.
fn time(fields: &mut Fields<'_>, source: &mut Source<'_>, name: &'static str, usual: NaiveTime) -> NaiveTime {
    let example = format!("\"{}\"", usual.format("%H:%M"));
    let Some((text, offset)) = fields.string(source, name, &example) else { return usual };
    NaiveTime::parse_from_str(&text, "%H:%M").unwrap_or_else(|_| {
        source.mistake(
            offset,
            format!("`deadlines.{name}` is {text:?}"),
            format!("write a time of the day: {example}"),
        );
        usual
    })
}
