//! Gaps and completeness.

use limpid_model::{Completeness, Gap, Zone};
use serde::Serialize;
use utoipa::ToSchema;

use super::forecast::flag;
use super::{integer, optional_integer, text, time};
use crate::answer::table::{Cell, Column};

/// A gap with what its station adds to it.
#[derive(Debug, Clone)]
pub struct GapRow {
    /// The gap.
    pub gap: Gap,
    /// Its station is a simulated one.
    pub simulated: bool,
}

/// Consecutive hours without a value that may be used, of one cause.
#[derive(Serialize, ToSchema)]
#[schema(as = Gap)]
pub struct GapItem {
    /// Station id.
    pub station: String,
    /// Parameter id.
    pub parameter: &'static str,
    /// Start of the first hour.
    pub start: String,
    /// End of the last hour.
    pub end: String,
    /// How many hours.
    pub hours: i64,
    /// The first of these that holds: `instrument_mark`, `failed_check`, `sent_missing`, `platform_down`,
    /// `source_down`, `link_down`, `rejected`, `quarantined`, `incomplete`, `station_silent`.
    pub cause: &'static str,
    /// What exactly: the mark, the rule, the reason of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// True when the station is a simulated one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}

impl GapItem {
    /// The object of a row.
    pub fn new(row: &GapRow, zone: Zone) -> Self {
        let gap = &row.gap;
        Self {
            station: gap.station.to_string(),
            parameter: gap.parameter.as_str(),
            start: zone.format(gap.start),
            end: zone.format(gap.end),
            hours: gap.hours(),
            cause: gap.cause.as_str(),
            reason: gap.reason.clone(),
            simulated: row.simulated,
        }
    }
}

/// The columns of gaps.
pub const GAP: &[Column<GapRow>] = &[
    text("station", "station id", |row| Cell::text(row.gap.station.as_str())),
    text("parameter", "parameter id", |row| Cell::text(row.gap.parameter.as_str())),
    time("start", "start of the first hour", |row| Cell::Time(row.gap.start)),
    time("end", "end of the last hour", |row| Cell::Time(row.gap.end)),
    integer("hours", "how many hours", |row| Cell::Integer(row.gap.hours())),
    text("cause", "why there is no value that may be used", |row| Cell::text(row.gap.cause.as_str())),
    text("reason", "the mark, the rule, or the reason of the refusal", |row| {
        row.gap.reason.as_deref().map_or(Cell::Empty, Cell::text)
    }),
    flag("simulated", "true when the station is a simulated one", |row| Cell::Flag(row.simulated)),
];

/// How complete a year of one parameter at one station is.
#[derive(Serialize, ToSchema)]
#[schema(as = Completeness)]
pub struct CompletenessItem {
    /// Station id.
    pub station: String,
    /// Parameter id.
    pub parameter: &'static str,
    /// Calendar year.
    pub year: i32,
    /// Days up to here are counted.
    pub until: String,
    /// Days with a valid mean (ozone: with a valid largest 8-hour mean).
    pub valid_days: u32,
    /// Days that have passed, from the year's begin or the station's.
    pub passed_days: u32,
    /// Valid days that the year needs by law; null where no minimum is known.
    pub needed_days: Option<u32>,
    /// Months with as many valid days as a month needs; null where no minimum is known.
    pub valid_months: Option<u32>,
    /// How many such months the year needs.
    pub needed_months: Option<u32>,
    /// `met`, `possible`, `lost` (too many days, in the year or in a month), or `no_minimum`.
    pub prospect: &'static str,
    /// The months that have begun, January first.
    pub months: Vec<MonthItem>,
    /// The day that has not ended, of this year only.
    pub today: Option<DayItem>,
}

/// The values of a day that has not ended.
#[derive(Serialize, ToSchema)]
#[schema(as = DayToDate)]
pub struct DayItem {
    /// When it began: of a night of noise, the evening.
    pub start: String,
    /// When it ends.
    pub end: String,
    /// What is counted: hours (`PT1H`), or of ozone running means of 8 hours (`PT8H`).
    #[schema(pattern = "^PT[18]H$")]
    pub period: String,
    /// Those that may be used.
    pub valid: u32,
    /// Those that could have ended by now.
    pub passed: u32,
    /// How many a valid day needs.
    pub needed: u32,
    /// `met`, `possible` or `lost`.
    pub prospect: &'static str,
}

/// The days of a month.
#[derive(Serialize, ToSchema)]
#[schema(as = MonthDays)]
pub struct MonthItem {
    /// Days with a valid value.
    pub valid_days: u32,
    /// Days that have passed.
    pub passed_days: u32,
    /// Valid days that the month needs by law; null where no minimum is known.
    pub needed_days: Option<u32>,
}

impl CompletenessItem {
    /// The object of a row.
    pub fn new(row: &Completeness, zone: Zone) -> Self {
        let month = |month: &limpid_model::MonthDays| MonthItem {
            valid_days: month.valid,
            passed_days: month.passed,
            needed_days: month.needed,
        };
        Self {
            station: row.station.to_string(),
            parameter: row.parameter.as_str(),
            year: row.year,
            until: zone.format(row.until),
            valid_days: row.valid,
            passed_days: row.passed,
            needed_days: row.needed,
            valid_months: row.valid_months,
            needed_months: row.needed_months,
            prospect: row.prospect.as_str(),
            months: row.months.iter().map(month).collect(),
            today: row.today.map(|today| DayItem {
                start: zone.format(today.start),
                end: zone.format(today.end),
                period: today.period.to_string(),
                valid: today.valid,
                passed: today.passed,
                needed: today.needed,
                prospect: today.prospect.as_str(),
            }),
        }
    }
}

/// The columns of completeness.
pub const COMPLETENESS: &[Column<Completeness>] = &[
    text("station", "station id", |row| Cell::text(row.station.as_str())),
    text("parameter", "parameter id", |row| Cell::text(row.parameter.as_str())),
    integer("year", "calendar year", |row| Cell::Integer(row.year.into())),
    time("until", "days up to here are counted", |row| Cell::Time(row.until)),
    integer("valid_days", "days with a valid value", |row| Cell::Integer(row.valid.into())),
    integer("passed_days", "days that have passed", |row| Cell::Integer(row.passed.into())),
    optional_integer("needed_days", "valid days that the year needs by law", |row| Cell::integer(row.needed)),
    text("prospect", "met, possible, lost or no_minimum", |row| Cell::text(row.prospect.as_str())),
    optional_integer("valid_months", "months with the days that a month needs", |row| Cell::integer(row.valid_months)),
    optional_integer("needed_months", "such months that the year needs by law", |row| Cell::integer(row.needed_months)),
    optional_integer("today_valid", "values of the day that has not ended", |row| {
        Cell::integer(row.today.map(|today| today.valid))
    }),
    optional_integer("today_passed", "those that could have ended by now", |row| {
        Cell::integer(row.today.map(|today| today.passed))
    }),
    optional_integer("today_needed", "how many of them a valid day needs", |row| {
        Cell::integer(row.today.map(|today| today.needed))
    }),
];
