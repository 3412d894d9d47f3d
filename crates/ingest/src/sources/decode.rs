//! What adapters share in reading answers.

use limpid_model::reading::{is_sentinel, parse_value};
use limpid_model::receipt::Refusal;
use limpid_model::{Instant, Mark, ParameterId, Period, Reason, Station, Unit};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::adapter::Harvest;
use super::round::rejected;
use crate::formats::long::short;
use crate::formats::{Fault, Row};
use crate::intake::RawReading;

/// The JSON of an answer, which may begin with a byte order mark.
///
/// # Errors
/// Where it is none of the shape `T`.
pub(super) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    serde_json::from_slice(body)
        .map_err(|error| Fault::new(Reason::Damaged, format!("the answer is not the JSON it should be: {error}")))
}

/// A number as JSON has it or, as some do, as text; `None` for the ways of saying "missing".
pub(super) fn number(value: &Value) -> Result<Option<f64>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::Number(number) => Ok(number.as_f64().filter(|number| !is_sentinel(*number))),
        Value::String(text) => text_number(text),
        other => Err(rejected(Reason::NotANumber, format!("{} is not a number", short(&other.to_string())))),
    }
}

/// A number as text. Besides the usual ways of saying "missing" there are dashes with a semicolon, left over from pages.
pub(super) fn text_number(text: &str) -> Result<Option<f64>, Refusal> {
    const LEFT_OVER: [&str; 5] = ["&mdash;", "&#8212;", "&nbsp;", "*", ";"];
    let text = text.trim();
    let dash = text.strip_suffix(';').unwrap_or(text);
    if LEFT_OVER.contains(&text) || ["-", "--", "—"].contains(&dash) {
        return Ok(None);
    }
    parse_value(text).map_err(|error| rejected(Reason::NotANumber, error.to_string()))
}

/// A value in the making.
pub(super) struct Cell<'p> {
    pub station: &'p Station,
    pub parameter: ParameterId,
    pub period: Period,
    pub start: Instant,
    pub unit: Unit,
    pub mark: Option<Mark>,
}

impl<'p> Harvest<'p> {
    /// Adds a value, `None` for one that the source says is missing, or the reason why there is none.
    pub(super) fn push(&mut self, cell: Cell<'p>, value: Result<Option<f64>, Refusal>) {
        let Cell { station, parameter, period, start, unit, mark } = cell;
        let row = value.map(|value| {
            let reading = RawReading { parameter, period, start, value, unit: Some(unit), mark };
            Row { station, reading }
        });
        self.rows.push(row.map_err(|refusal| Refusal {
            detail: format!("{parameter} of {}: {}", station.id, refusal.detail),
            ..refusal
        }));
    }
}

/// A unit of a table of facts.
pub(super) fn known_unit(text: &str) -> Unit {
    Unit::parse(text).expect("the table is part of the program, and a test reads it")
}
