//! Answers in JSON: series, each of one site, parameter and statistic.

use chrono::{DateTime, NaiveDateTime};
use limpid_model::{Instant, Period, Pipeline, Reason};
use serde::Deserialize;

use super::{Of, period, reading};
use crate::formats::long::short;
use crate::formats::{Fault, Found};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    value: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    time_series: Vec<Series>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Series {
    source_info: SourceInfo,
    variable: Variable,
    values: Vec<Method>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SourceInfo {
    site_code: Vec<Code>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variable {
    variable_code: Vec<Code>,
    options: Options,
    no_data_value: Option<f64>,
}

#[derive(Deserialize)]
struct Code {
    value: String,
}

#[derive(Deserialize)]
struct Options {
    option: Vec<Choice>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Choice {
    name: String,
    #[serde(default)]
    option_code: String,
}

/// Values of one instrument of the site.
#[derive(Deserialize)]
struct Method {
    value: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Value {
    value: String,
    date_time: String,
}

/// Reads an answer. Of a site with several instruments for one parameter the first counts, whose series is the official
/// one (recalled); two values of one time would contradict each other.
///
/// # Errors
/// When it is no such answer.
pub(in crate::formats) fn read<'p>(bytes: &[u8], pipeline: &'p Pipeline) -> Result<Found<'p>, Fault> {
    let answer: Answer = serde_json::from_slice(bytes)
        .map_err(|error| Fault::new(Reason::Damaged, format!("not an answer of waterservices.usgs.gov: {error}")))?;
    let mut found = Found::new();
    for series in &answer.value.time_series {
        let first = |codes: &'_ [Code]| codes.first().map(|code| code.value.clone()).unwrap_or_default();
        let (site, code) = (first(&series.source_info.site_code), first(&series.variable.variable_code));
        let statistic = series.variable.options.option.iter().find(|option| option.name == "Statistic");
        let Some(period) = period(statistic.map_or("", |option| &option.option_code)) else { continue };
        for value in series.values.iter().find(|method| !method.value.is_empty()).into_iter().flat_map(|one| &one.value)
        {
            let start = match start(&value.date_time, period, pipeline) {
                Ok(start) => start,
                Err(fault) => {
                    found.push(Err(fault.into()));
                    continue;
                }
            };
            let missing = value.value.trim().parse().ok() == series.variable.no_data_value;
            let text = if missing { "" } else { &value.value };
            found.push(reading(pipeline, Of { site: &site, code: &code, period, start }, text));
        }
    }
    Ok(found)
}

/// A moment has its offset; a day has none, and is written as its first moment.
fn start(text: &str, period: Period, pipeline: &Pipeline) -> Result<Instant, Fault> {
    let start = match period {
        Period::Day => {
            let local = text.parse::<NaiveDateTime>().ok().filter(|local| local.time() == chrono::NaiveTime::MIN);
            local.map(|local| pipeline.publisher.zone.start_of(local.date()))
        }
        _ => DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()),
    };
    start.ok_or_else(|| Fault::new(Reason::BadTime, format!("{:?} is no time of a {period} value", short(text))))
}
