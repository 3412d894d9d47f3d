//! The parts of Open-Meteo's answers that are read.

use std::collections::HashMap;

use chrono::{NaiveDateTime, TimeDelta};
use limpid_model::{Instant, Reason};
use serde::Deserialize;
use serde_json::Value;

use crate::formats::Fault;
use crate::formats::long::short;

#[derive(Deserialize)]
pub(super) struct Forecast {
    utc_offset_seconds: i64,
    hourly_units: HashMap<String, String>,
    hourly: HashMap<String, Vec<Value>>,
}

fn damaged(detail: String) -> Fault {
    Fault::new(Reason::Damaged, detail)
}

impl Forecast {
    /// The time of the first hour.
    ///
    /// # Errors
    /// Unless the times are hour after hour.
    pub fn first_hour(&self) -> Result<Instant, Fault> {
        let times = self.hourly.get("time").map_or(&[][..], Vec::as_slice);
        let time = |value: &Value| {
            let text = value.as_str().unwrap_or("");
            let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok();
            let local = local.ok_or_else(|| damaged(format!("{:?} is no time of an hour", short(text))))?;
            Ok::<_, Fault>(local.and_utc() - TimeDelta::seconds(self.utc_offset_seconds))
        };
        let first = time(times.first().ok_or_else(|| damaged("the answer has no hours".into()))?)?;
        for (hour, value) in (0..).zip(times) {
            if time(value)? != first + TimeDelta::hours(hour) {
                return Err(damaged(format!("{value} does not follow the hour before it")));
            }
        }
        Ok(first)
    }

    /// The values of a variable, one for each hour; `None` where there is no such variable.
    pub fn values(&self, variable: &str) -> Result<Option<Vec<Option<f64>>>, Fault> {
        let Some(values) = self.hourly.get(variable) else { return Ok(None) };
        let hours = self.hourly.get("time").map_or(0, Vec::len);
        if values.len() != hours {
            return Err(damaged(format!("{variable} has {} values for {hours} hours", values.len())));
        }
        let number = |value: &Value| match value {
            Value::Null => Ok(None),
            Value::Number(number) => Ok(number.as_f64()),
            other => Err(damaged(format!("{variable} has {}, which is no number", short(&other.to_string())))),
        };
        values.iter().map(number).collect::<Result<_, _>>().map(Some)
    }

    /// What the values of a variable are in; empty where it is not said.
    pub fn unit(&self, variable: &str) -> &str {
        self.hourly_units.get(variable).map_or("", String::as_str)
    }
}
