//! One site's hour, whatever layout it came in.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime};
use limpid_model::Instant;
use limpid_model::Reason;
use serde_json::{Map, Value};

use crate::formats::Fault;
use crate::sources::decode::json;

/// Texts by the field's name in lower case.
pub(super) struct Record(HashMap<String, String>);

impl Record {
    /// The field's text; `None` where the layout has no such field.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// The hour that it is labelled with, as the clock on a Chinese wall shows it.
    pub fn time(&self) -> Option<Instant> {
        let text = self.get("timepoint").or_else(|| self.get("timepointstr"))?.trim();
        // The old way of the platform that the site was made with: milliseconds of UTC.
        if let Some(millis) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
            let millis: i64 = millis.split('+').next()?.parse().ok()?;
            return Some(DateTime::from_timestamp_millis(millis)? + super::AHEAD);
        }
        let layouts = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S"];
        let read = |layout| NaiveDateTime::parse_from_str(text, layout).ok();
        let chinese = || NaiveDateTime::parse_from_str(&format!("{text}00分"), "%Y年%m月%d日 %H时%M分").ok();
        Some(layouts.into_iter().find_map(read).or_else(chinese)?.and_utc())
    }
}

/// The records of an answer: JSON (a list, GeoJSON features, or a list under `data`), or CSV with a header.
pub(super) fn records(body: &[u8]) -> Result<Vec<Record>, Fault> {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    if text.starts_with(b"[") || text.starts_with(b"{") {
        return Ok(objects(json(body)?)?.into_iter().map(record).collect());
    }
    let damaged =
        |error: csv::Error| Fault::new(Reason::Damaged, format!("the answer is neither JSON nor CSV: {error}"));
    let mut reader = csv::Reader::from_reader(text);
    let header: Vec<String> =
        reader.headers().map_err(damaged)?.iter().map(|name| name.trim().to_lowercase()).collect();
    if !header.iter().any(|name| name == "stationcode") {
        return Err(Fault::new(Reason::Damaged, "the answer is neither JSON nor CSV with a column stationcode"));
    }
    let row = |row: Result<csv::StringRecord, csv::Error>| {
        let row = row.map_err(damaged)?;
        Ok(Record(header.iter().cloned().zip(row.iter().map(str::to_owned)).collect()))
    };
    reader.records().map(row).collect()
}

fn objects(answer: Value) -> Result<Vec<Map<String, Value>>, Fault> {
    let list = match answer {
        Value::Array(list) => list,
        Value::Object(mut object) => match object.remove("features").or_else(|| object.remove("data")) {
            Some(Value::Array(list)) => list,
            _ => return Err(Fault::new(Reason::Damaged, "the answer has no list of sites")),
        },
        _ => return Err(Fault::new(Reason::Damaged, "the answer has no list of sites")),
    };
    let object = |item| match item {
        Value::Object(mut object) => match object.remove("properties") {
            Some(Value::Object(properties)) => Some(properties),
            _ => Some(object),
        },
        _ => None,
    };
    let damaged = || Fault::new(Reason::Damaged, "the answer's list has something other than a site");
    list.into_iter().map(|item| object(item).ok_or_else(damaged)).collect()
}

fn record(object: Map<String, Value>) -> Record {
    let text = |value| match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    };
    Record(object.into_iter().map(|(name, value)| (name.to_lowercase(), text(value))).collect())
}
