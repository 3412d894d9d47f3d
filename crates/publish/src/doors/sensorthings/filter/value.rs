//! What expressions are about.

use std::cmp::Ordering;

use chrono::TimeDelta;
use limpid_model::Instant;
use serde_json::Value;

use super::super::time::Interval;
use crate::doors::geometry::Geometry;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Val {
    /// There is none.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// An instant or an interval.
    Time(Interval),
    /// A length of time.
    Span(TimeDelta),
    /// A point or an area.
    Place(Geometry),
    /// An object or a list, of which only parts can be compared.
    Json(Value),
}

impl Val {
    /// The value of a plain JSON value.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => number.as_f64().map_or(Self::Null, Self::Number),
            Value::String(text) => Self::Text(text.clone()),
            other => Self::Json(other.clone()),
        }
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, where it is one.
    pub fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// The time, where it is one or a text that says one.
    pub fn time(&self) -> Option<Interval> {
        match self {
            Self::Time(time) => Some(*time),
            Self::Text(text) => Interval::parse(text),
            _ => None,
        }
    }

    /// Its start, where it is a time.
    pub fn start(&self) -> Option<Instant> {
        self.time().map(|time| time.start)
    }

    /// Which is the greater; `None` where two values cannot be compared. Times are compared by their starts.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Null, Self::Null) => Some(Ordering::Equal),
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Span(a), Self::Span(b)) => Some(a.cmp(b)),
            (Self::Time(_), _) | (_, Self::Time(_)) => Some(self.start()?.cmp(&other.start()?)),
            (Self::Place(a), Self::Place(b)) | (Self::Place(b), Self::Place(a)) if a == b => Some(Ordering::Equal),
            _ => None,
        }
    }

    /// Their order in a sorted list: nulls first, what cannot be compared as equals.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Null, Self::Null) => Ordering::Equal,
            (Self::Null, _) => Ordering::Less,
            (_, Self::Null) => Ordering::Greater,
            _ => self.compare(other).unwrap_or(Ordering::Equal),
        }
    }
}
