//! Terms: by when something about a record must have happened, or until when it must at least be shown.

use chrono::{Days, NaiveDate};
use serde::Serialize;
use serde_json::{Map, Value};

use super::public::PublicRecord;
use super::schema::Register;
use crate::text::Text;
use crate::workdays::{Calendar, Due, Stop};

/// A term of every record of a register.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Its name in answers.
    pub name: String,
    /// What people call it.
    pub label: Text,
    /// Which side of its last day is right.
    pub kind: TermKind,
    /// How its last day is found.
    pub length: Length,
    /// The field with the day on which it happened, or was shown last.
    pub met: Option<String>,
}

/// Which side of the last day of a term is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TermKind {
    /// By the last day.
    Within,
    /// Not before the last day.
    AtLeast,
}

/// How the last day of a term is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Length {
    /// Working days of the publisher's calendar after the date in a field.
    WorkingDays {
        /// How many.
        days: u32,
        /// The field.
        after: String,
        /// What is added once it was noticed.
        extension: Option<Extension>,
        /// The table with columns `from` and `to`, dates between which the clock stands.
        stops: Option<String>,
    },
    /// Days of the calendar after the date in a field.
    Days {
        /// How many.
        days: u64,
        /// The field.
        after: String,
    },
    /// A day of the year after the year in a number field.
    By {
        /// 1 to 12.
        month: u32,
        /// 1 to 31.
        day: u32,
        /// The field.
        of: String,
    },
}

/// Working days that are added once a field has a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// How many.
    pub working_days: u32,
    /// The field.
    pub when: String,
}

/// A term of one record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TermState {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub label: Text,
    /// Which side of its last day is right.
    pub kind: TermKind,
    /// Its last day.
    pub due: NaiveDate,
    /// Whether that may still move, because the holidays of a year are not announced yet.
    pub provisional: bool,
    /// The day on which it happened; `None` where it did not yet, or is not public.
    pub met: Option<NaiveDate>,
    /// Whether it was kept; `None` until it happened.
    pub kept: Option<bool>,
}

impl Register {
    /// The terms of a record that have begun, as its public fields tell them.
    pub fn terms_of(&self, record: &PublicRecord, calendar: &Calendar) -> Vec<TermState> {
        self.terms.iter().filter_map(|term| term.of(record.fields(), calendar)).collect()
    }

    /// By when a record must be published; `None` where the register sets no deadline, or the record has no date to count
    /// from.
    pub fn due(&self, record: &PublicRecord, calendar: &Calendar) -> Option<Due> {
        let deadline = self.deadline.as_ref()?;
        let days = u32::try_from(deadline.working_days).ok()?;
        calendar.add_working_days(date(record.fields(), &deadline.after)?, days).ok()
    }
}

impl Term {
    fn of(&self, fields: &Map<String, Value>, calendar: &Calendar) -> Option<TermState> {
        let Due { date: due, provisional } = self.length.due(fields, calendar)?;
        let met = self.met.as_deref().and_then(|field| date(fields, field));
        let kept = met.map(|met| match self.kind {
            TermKind::Within => met <= due,
            TermKind::AtLeast => met >= due,
        });
        Some(TermState {
            name: self.name.clone(),
            label: self.label.clone(),
            kind: self.kind,
            due,
            provisional,
            met,
            kept,
        })
    }
}

impl Length {
    fn due(&self, fields: &Map<String, Value>, calendar: &Calendar) -> Option<Due> {
        match self {
            Self::WorkingDays { days, after, extension, stops } => {
                let added = extension.as_ref().filter(|one| date(fields, &one.when).is_some());
                let days = days + added.map_or(0, |one| one.working_days);
                let stops = stops.as_deref().map(|table| spans(fields, table)).unwrap_or_default();
                calendar.add_with_stops(date(fields, after)?, days, &stops).ok()
            }
            Self::Days { days, after } => {
                let due = date(fields, after)?.checked_add_days(Days::new(*days))?;
                Some(Due { date: due, provisional: false })
            }
            Self::By { month, day, of } => {
                let year = fields.get(of).and_then(Value::as_i64).and_then(|year| i32::try_from(year + 1).ok())?;
                Some(Due { date: NaiveDate::from_ymd_opt(year, *month, *day)?, provisional: false })
            }
        }
    }
}

/// The day in a field of dates or times, as it is written there.
fn date(fields: &Map<String, Value>, field: &str) -> Option<NaiveDate> {
    day(fields.get(field)?)
}

fn day(value: &Value) -> Option<NaiveDate> {
    value.as_str()?.get(..10)?.parse().ok()
}

fn spans(fields: &Map<String, Value>, table: &str) -> Vec<Stop> {
    let rows = fields.get(table).and_then(Value::as_array).into_iter().flatten();
    rows.filter_map(|row| Some((day(row.get("from")?)?, day(row.get("to")?)?))).collect()
}
