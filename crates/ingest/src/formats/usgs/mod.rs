//! `usgs-nwis`: answers of waterservices.usgs.gov about American rivers, in RDB (tabs, comments, a row of types) and in
//! JSON (the one of WaterML 1.1): daily means, and values of one moment.
//!
//! A parameter has a code of five digits, which fixes its unit, and a statistic one too. Daily maxima and minima are
//! products, and no readings. A day is that of the publisher's zone.

mod json;
mod rdb;

use std::collections::HashMap;
use std::sync::LazyLock;

use limpid_model::reading::parse_value;
use limpid_model::receipt::Refusal;
use limpid_model::table::rows;
use limpid_model::{Instant, ParameterId, Period, Pipeline, Reason, Unit, VerdictKind};
use serde::Deserialize;

use super::long::short;
use super::{Row, unknown_parameter, unknown_station};
use crate::intake::RawReading;

pub(super) use json::read as read_json;
pub(super) use rdb::read as read_rdb;

#[derive(Deserialize)]
struct Measured {
    code: String,
    parameter: ParameterId,
    unit: Unit,
}

static MEASURED: LazyLock<HashMap<String, Measured>> = LazyLock::new(|| {
    let rows: Vec<Measured> = rows("usgs/parameters.csv", include_str!("../../../../../data/usgs/parameters.csv"));
    rows.into_iter().map(|row| (row.code.clone(), row)).collect()
});

/// Words in the place of a value that say why there is none (recalled; `Ice` and `Eqp` are the frequent ones).
const NO_VALUE: [&str; 11] = ["Ice", "Eqp", "Bkw", "Dis", "Dry", "Fld", "Mnt", "Rat", "Ssn", "ZFl", "***"];

/// What a value of this statistic is; `None` for a product of other values.
fn period(statistic: &str) -> Option<Period> {
    match statistic {
        "00003" => Some(Period::Day),
        // Of a moment: none is said, or it is said so.
        "" | "00000" | "00011" => Some(Period::Moment),
        _ => None,
    }
}

/// Where a value is from, and what it is of.
#[derive(Clone, Copy)]
struct Of<'a> {
    site: &'a str,
    code: &'a str,
    period: Period,
    start: Instant,
}

/// The reading of a value as it is written.
fn reading<'p>(pipeline: &'p Pipeline, of: Of<'_>, value: &str) -> Result<Row<'p>, Refusal> {
    let Of { site, code, period, start } = of;
    let station = pipeline.stations.by_id_or_name(site);
    // Under the name that the Water Quality Portal gives the same site.
    let station = station.or_else(|| pipeline.stations.get_str(&format!("USGS-{site}")));
    let station = station.ok_or_else(|| unknown_station(site))?;
    let measured = MEASURED.get(code).ok_or_else(|| unknown_parameter(code, ""))?;
    let value = if NO_VALUE.contains(&value.trim()) { Ok(None) } else { parse_value(value) };
    let value = value.map_err(|error| Refusal {
        kind: VerdictKind::Rejected,
        reason: Reason::NotANumber,
        detail: format!("{} of {}: {error}", short(code), short(site)),
    })?;
    let (parameter, unit) = (measured.parameter, Some(measured.unit));
    Ok(Row { station, reading: RawReading { parameter, period, start, value, unit, mark: None } })
}
