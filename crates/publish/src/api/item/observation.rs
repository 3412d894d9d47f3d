//! Published values.

use limpid_model::{Observation, Published, Revised, StationId, Zone};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Row, integer, optional_integer, simulated, text, time};
use crate::answer::table::{Cell, Column, Kind};

/// One published value.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Observation)]
pub struct ObservationItem {
    /// Station id.
    #[schema(value_type = String)]
    pub station: StationId,
    /// Parameter id.
    pub parameter: &'static str,
    /// How long the value speaks for, ISO 8601.
    pub period: String,
    /// `mean`, or `max8h` for the largest moving 8-hour mean of a day.
    pub statistic: &'static str,
    /// Inclusive, with the authority's offset.
    pub start: String,
    /// Exclusive.
    pub end: String,
    /// In `unit`; null when there is no valid value.
    pub value: Option<f64>,
    /// The parameter's canonical unit.
    pub unit: &'static str,
    /// QARTOD: 1 pass, 2 not evaluated, 3 suspect, 4 fail, 9 missing.
    pub flag: u8,
    /// `provisional`, `reviewed` or `final`.
    pub status: &'static str,
    /// 1 for the first value published for this station, parameter, period and start.
    pub revision: u32,
    /// When this revision was published.
    pub published: String,
    /// The instrument's own mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// Usable values behind an aggregate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// Values that a complete period has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<u32>,
    /// `n` of `expected`, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completeness: Option<f64>,
    /// Rules that gave it its value and flag; `no-rule` where there is none for such values, `no-value` where there was
    /// nothing to apply any to.
    pub rules: String,
    /// Readings behind it that are not as first received; all others are of revision 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub revised: Vec<RevisedItem>,
    /// The receipt behind a value as sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// True when the station is a simulated one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}

/// A stretch of readings that are not as first received.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Revised)]
pub struct RevisedItem {
    /// What was measured.
    pub parameter: &'static str,
    /// Start of the first of them.
    pub from: String,
    /// End of the last of them.
    pub to: String,
    /// The revision of each reading that was used.
    pub revision: u32,
    /// Number of the reviewer's decision about them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<u64>,
}

impl RevisedItem {
    /// The object of a stretch.
    pub fn new(revised: &Revised, zone: Zone) -> Self {
        Self {
            parameter: revised.parameter.as_str(),
            from: zone.format(revised.from),
            to: zone.format(revised.to),
            revision: revised.revision,
            review: revised.review,
        }
    }
}

impl ObservationItem {
    /// The object of a row.
    pub fn new(row: &Row<Observation>, zone: Zone) -> Self {
        let Published { at, revision, record, .. } = &row.published;
        Self {
            station: record.station.clone(),
            parameter: record.parameter.as_str(),
            period: record.period.to_string(),
            statistic: record.statistic.as_str(),
            start: zone.format(record.start),
            end: zone.format(record.end),
            value: record.value,
            unit: record.parameter.unit().as_str(),
            flag: record.flag.code(),
            status: record.status.as_str(),
            revision: *revision,
            published: zone.format(*at),
            mark: record.mark.map(|mark| mark.as_str().to_owned()),
            n: record.n,
            expected: record.expected,
            completeness: record.completeness(),
            rules: record.rules.clone(),
            revised: record.revised.iter().map(|one| RevisedItem::new(one, zone)).collect(),
            from: record.from.map(|receipt| receipt.to_string()),
            simulated: row.simulated,
        }
    }
}

/// The columns of observations.
pub const OBSERVATION: &[Column<Row<Observation>>] = &[
    text("station", "station id", |row| Cell::text(row.published.record.station.as_str())),
    text("parameter", "parameter id", |row| Cell::text(row.published.record.parameter.as_str())),
    text("period", "how long the value speaks for, ISO 8601", |row| {
        Cell::Text(row.published.record.period.to_string())
    }),
    time("start", "inclusive", |row| Cell::Time(row.published.record.start)),
    time("end", "exclusive", |row| Cell::Time(row.published.record.end)),
    Column {
        name: "value",
        kind: Kind::Number,
        about: "in the unit beside it; empty when there is no valid value",
        cell: |row| Cell::number(row.published.record.value),
    },
    text("unit", "canonical unit of the parameter", |row| Cell::text(row.published.record.parameter.unit().as_str())),
    integer("flag", "QARTOD: 1 pass, 2 not evaluated, 3 suspect, 4 fail, 9 missing", |row| {
        Cell::Integer(row.published.record.flag.code().into())
    }),
    text("status", "provisional, reviewed or final", |row| Cell::text(row.published.record.status.as_str())),
    integer("revision", "1 for the first value published", |row| Cell::Integer(row.published.revision.into())),
    text("statistic", "mean, or max8h for the largest moving 8-hour mean of a day", |row| {
        Cell::text(row.published.record.statistic.as_str())
    }),
    time("published", "when this revision was published", |row| Cell::Time(row.published.at)),
    text("mark", "the instrument's own mark, as sent", |row| {
        row.published.record.mark.map_or(Cell::Empty, |mark| Cell::text(mark.as_str()))
    }),
    optional_integer("n", "usable values behind an aggregate", |row| Cell::integer(row.published.record.n)),
    optional_integer("expected", "values that a complete period has", |row| {
        Cell::integer(row.published.record.expected)
    }),
    Column {
        name: "completeness",
        kind: Kind::Number,
        about: "n of expected, 0 to 1",
        cell: |row| Cell::number(row.published.record.completeness()),
    },
    text("rules", "rules that gave it its value and flag", |row| Cell::text(&row.published.record.rules)),
    text(
        "revised",
        "readings behind it that are not as first received: parameter:from/to:revision[:review], UTC",
        |row| Cell::text(&row.published.record.revised.iter().map(Revised::to_string).collect::<Vec<_>>().join(" ")),
    ),
    text("from", "receipt behind a value as sent", |row| {
        row.published.record.from.map_or(Cell::Empty, |receipt| Cell::Text(receipt.to_string()))
    }),
    simulated(),
];
