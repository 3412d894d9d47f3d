//! `cnemc-air`: China's national air feed, all sites of one hour, in the layouts in which it is found: the JSON of the national
//! site, that of GeoJSON archives, and the CSV of others.
//!
//! | what | where |
//! | --- | --- |
//! | the newest hour | `POST {url}/HourChangesPublish/GetAllAQIPublishLive`, no body |
//! | an hour before | `POST {url}/HourChangesPublish/GetAQIHistoryByConditionHis`, form `date=YYYY-MM-DD HH:00:00`, about two days back |
//! | a file of an archive | `GET {url}`, where that ends in `.json` or `.csv` |
//!
//! An hour is labelled by its end, in China Standard Time. Values are text, µg/m³ but CO in mg/m³; missing is an em dash, `NA`,
//! nothing, or `-;`. Only base values are read: index, level and moving means are the feed's own products.
//!
//! Ozone has two fields, the current hour and the day's running maximum, and they were exchanged: up to 2022 `O3` holds the
//! maximum and `O3_24h` the hour, and the index of the feed agrees. Whichever holds which, the hour is never larger than
//! the maximum, so that the smaller of both is the hour. Where only one of the two has a value it is kept aside.

mod record;

use std::sync::LazyLock;

use chrono::{DurationRound, TimeDelta};
use limpid_model::receipt::Refusal;
use limpid_model::{ParameterId, Period, Reason, VerdictKind, table};
use serde::Deserialize;

use super::adapter::{Adapter, Ask, Harvest, Media, Request};
use super::decode::{Cell, known_unit, text_number};
use super::round::rejected;
use crate::formats::Fault;
use crate::formats::long::short;
use record::Record;

/// China Standard Time is eight hours ahead of UTC, all the year.
const AHEAD: TimeDelta = TimeDelta::hours(8);

#[derive(Deserialize)]
struct Field {
    field: String,
    parameter: ParameterId,
    unit: String,
    most: String,
}

static FIELDS: LazyLock<Vec<Field>> =
    LazyLock::new(|| table::rows("sources/cnemc_air.csv", include_str!("../../../../../data/sources/cnemc_air.csv")));

/// See the module.
pub struct CnemcAir;

impl Adapter for CnemcAir {
    fn begin(&self, ask: &Ask<'_>) -> Vec<Request> {
        let url = &ask.source.url;
        if url.ends_with(".json") || url.ends_with(".csv") {
            return vec![Request::get("file", url, Media::Json)];
        }
        let live = format!("{url}/HourChangesPublish/GetAllAQIPublishLive");
        let form = "application/x-www-form-urlencoded";
        let mut requests = vec![Request::get("live", live, Media::Json).post(form, "")];
        let hour = TimeDelta::hours(1);
        let Ok(mut label) = ask.from.duration_trunc(hour) else { return requests };
        // The newest label is the live one.
        while label + hour < ask.to.min(ask.now) {
            let local = (label + AHEAD).format("%Y-%m-%d %H:00:00").to_string();
            let body = format!("date={}", local.replace(' ', "+").replace(':', "%3A"));
            let name = format!("history/{}", local.replace(' ', "T"));
            let url = format!("{url}/HourChangesPublish/GetAQIHistoryByConditionHis");
            requests.push(Request::get(name, url, Media::Json).post(form, body));
            label += hour;
        }
        requests
    }

    fn read<'p>(&self, ask: &Ask<'p>, _: &Request, body: &[u8], harvest: &mut Harvest<'p>) -> Result<(), Fault> {
        for record in record::records(body)? {
            let Some(station) = record.get("stationcode").and_then(|code| ask.roster.find(code)) else { continue };
            let Some(label) = record.time() else {
                let time = short(record.get("timepoint").unwrap_or(""));
                let detail = format!("{time:?} is no hour of {}", station.id);
                harvest.rows.push(Err(rejected(Reason::BadTime, detail)));
                continue;
            };
            let start = label - AHEAD - TimeDelta::hours(1);
            for field in &*FIELDS {
                let unit = known_unit(&field.unit);
                let cell = Cell { station, parameter: field.parameter, period: Period::Hour, start, unit, mark: None };
                if let Some(value) = value(&record, field).transpose() {
                    harvest.push(cell, value.map(Some));
                }
            }
        }
        Ok(())
    }
}

/// The hour's value; `None` where the feed has none, which is not worth a reading.
fn value(record: &Record, field: &Field) -> Result<Option<f64>, Refusal> {
    let number = |name: &str| record.get(name).map_or(Ok(None), text_number);
    let value = number(&field.field)?;
    if field.most.is_empty() || record.get(&field.most).is_none() {
        return Ok(value);
    }
    match (value, number(&field.most)?) {
        (Some(value), Some(most)) => Ok(Some(value.min(most))),
        (None, None) => Ok(None),
        (one, other) => {
            let found = one.or(other).unwrap_or_default();
            let detail =
                format!("only one of {} and {} has a value, {found}: it may be the maximum", field.field, field.most);
            Err(Refusal { kind: VerdictKind::Quarantined, reason: Reason::NotAReading, detail })
        }
    }
}

#[cfg(test)]
mod tests;
