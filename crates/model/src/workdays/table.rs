//! Tables of days off and make-up days: columns `kind,from,to` and any more.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::Calendar;

/// The longest span of days off that one row may have.
const LONGEST_SPAN_DAYS: i64 = 60;

/// What keeps a calendar from being read or counted by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// A row of a table.
    #[error("{file}, line {line}: {what}")]
    Row {
        /// File name.
        file: String,
        /// From 1.
        line: u64,
        /// What is wrong, and what would be right.
        what: String,
    },
    /// A deadline that is too long to count.
    #[error("{days} working days are more than {most}")]
    TooMany {
        /// As asked for.
        days: u32,
        /// As may be asked for.
        most: u32,
    },
    /// The clock stands too long.
    #[error("a deadline after {event} does not end within {years} years")]
    Endless {
        /// Where counting began.
        event: NaiveDate,
        /// How far was looked.
        years: i32,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Year,
    Off,
    Work,
}

#[derive(Deserialize)]
struct Row {
    kind: Kind,
    from: NaiveDate,
    to: NaiveDate,
}

impl Calendar {
    /// Reads a table. Without a row of kind `year` every date counts as known, so that a list of holidays is a calendar.
    ///
    /// # Errors
    /// The first row that is no row of such a table, whose span runs backwards or is longer than 60 days (rows of kind
    /// `year` aside), or that says again what another row says of a date.
    pub fn parse(file: &str, text: &str) -> Result<Self, CalendarError> {
        let mut reader =
            csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(text.as_bytes());
        let (mut moved, mut known) = (BTreeMap::new(), Vec::new());
        let headers = reader.headers().cloned().map_err(|error| row_error(file, 1, error.to_string()))?;
        let mut record = csv::StringRecord::new();
        loop {
            let line = reader.position().line();
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Err(row_error(file, line, error.to_string())),
            }
            let line = record.position().map_or(line, csv::Position::line);
            let row: Row = record.deserialize(Some(&headers)).map_err(|error| {
                row_error(file, line, format!("{error}; write kind (year, off or work), from and to (2026-01-31)"))
            })?;
            let days = (row.to - row.from).num_days();
            match row.kind {
                _ if days < 0 => return Err(row_error(file, line, format!("{} is before {}", row.to, row.from))),
                Kind::Year => known.push((row.from, row.to)),
                _ if days > LONGEST_SPAN_DAYS => {
                    let what = format!("{} days are more than {LONGEST_SPAN_DAYS}; write several rows", days + 1);
                    return Err(row_error(file, line, what));
                }
                Kind::Off | Kind::Work => {
                    let worked = matches!(row.kind, Kind::Work);
                    for date in (0..=days.unsigned_abs()).filter_map(|day| row.from.checked_add_days(Days::new(day))) {
                        if moved.insert(date, worked).is_some() {
                            return Err(row_error(file, line, format!("{date} stands in an earlier row too")));
                        }
                    }
                }
            }
        }
        known.sort_unstable();
        Ok(Self { moved, known: (!known.is_empty()).then_some(known) })
    }
}

fn row_error(file: &str, line: u64, what: String) -> CalendarError {
    CalendarError::Row { file: file.to_owned(), line, what }
}
