//! The parts of OpenAQ's answers that are read.

use chrono::{DateTime, TimeDelta, Utc};
use limpid_model::Instant;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub(super) struct Page<T> {
    pub results: Vec<T>,
}

#[derive(Deserialize)]
pub(super) struct Location {
    #[serde(default)]
    pub sensors: Vec<Sensor>,
}

#[derive(Deserialize)]
pub(super) struct Sensor {
    pub id: u64,
    pub parameter: Parameter,
}

#[derive(Deserialize)]
pub(super) struct Parameter {
    pub name: String,
    pub units: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Hour {
    pub value: Value,
    pub flag_info: Option<FlagInfo>,
    pub parameter: Parameter,
    period: Option<Period>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FlagInfo {
    pub has_flags: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Period {
    datetime_from: Option<Time>,
    datetime_to: Option<Time>,
}

#[derive(Deserialize)]
struct Time {
    utc: DateTime<Utc>,
}

impl Hour {
    /// Its beginning; `None` unless it is of one hour.
    pub fn start(&self) -> Option<Instant> {
        let period = self.period.as_ref()?;
        let (from, to) = (period.datetime_from.as_ref()?.utc, period.datetime_to.as_ref()?.utc);
        (to - from == TimeDelta::hours(1)).then_some(from)
    }
}
