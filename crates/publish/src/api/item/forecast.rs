//! Forecasts.

use limpid_model::forecast::{Expected, MethodNote};
use limpid_model::{Forecast, Instant, ParameterId, Subject, Zone};
use serde::Serialize;
use utoipa::ToSchema;

use super::{integer, text, time};
use crate::answer::table::{Cell, Column, Kind};

/// One hour of one parameter of an issue.
#[derive(Debug, Clone)]
pub struct ForecastRow {
    /// Number of the issue.
    pub id: u64,
    /// When it was issued.
    pub issued: Instant,
    /// Its subject.
    pub subject: Subject,
    /// Id of the model.
    pub model: String,
    /// The issue amends another.
    pub amended: bool,
    /// What is usual here is that of the neighbours.
    pub young: bool,
    /// It was issued more than an hour after it was due.
    pub late: bool,
    /// Its method.
    pub method: MethodNote,
    /// Of what.
    pub parameter: ParameterId,
    /// Inclusive.
    pub start: Instant,
    /// What is expected.
    pub expected: Expected,
}

impl ForecastRow {
    /// The rows of an issue, by parameter and hour.
    pub fn all(forecast: &Forecast) -> Vec<Self> {
        let mut rows = Vec::new();
        for series in &forecast.hours {
            for (hour, expected) in (0_i64..).zip(&series.hours) {
                let method = usize::try_from(hour / 24).ok().and_then(|day| series.methods.get(day));
                let (Some(expected), Some(method)) = (expected, method.or(series.methods.last())) else { continue };
                rows.push(Self {
                    id: forecast.id,
                    issued: forecast.issued,
                    subject: forecast.subject.clone(),
                    model: forecast.model.id.clone(),
                    amended: forecast.amends.is_some(),
                    young: forecast.young,
                    late: forecast.late(),
                    method: method.clone(),
                    parameter: series.parameter,
                    start: series.start + chrono::Duration::hours(hour),
                    expected: *expected,
                });
            }
        }
        rows
    }

    /// The end of its hour.
    pub fn end(&self) -> Instant {
        self.start + chrono::Duration::hours(1)
    }
}

/// What is expected of one hour.
#[derive(Serialize, ToSchema)]
#[schema(as = Forecast)]
pub struct ForecastItem {
    /// Number of the issue.
    pub issue: u64,
    /// When it was issued.
    pub issued: String,
    /// The method: `ridge`, `ridge-weather`, `damped-anomaly`, `climatology` or `external`.
    pub model: String,
    /// Id of the trained model.
    pub model_id: String,
    /// Station id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub station: Option<String>,
    /// Area.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// Parameter id.
    pub parameter: &'static str,
    /// Inclusive.
    pub start: String,
    /// Exclusive.
    pub end: String,
    /// The expected value.
    pub value: f64,
    /// One of ten such hours stays below.
    pub p10: f64,
    /// The median.
    pub p50: f64,
    /// One of ten comes above.
    pub p90: f64,
    /// What is usual then.
    pub usual: f64,
    /// Canonical unit.
    pub unit: &'static str,
    /// The method that is usually best had lost to climatology, and made way.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fell_back: bool,
    /// The station has less than 60 days of its own.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub young: bool,
    /// It was issued more than an hour after it was due.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// A forecaster changed the issue.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub amended: bool,
}

/// Single precision without the digits that it does not have.
pub fn plain(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| f64::from(value))
}

/// The id, of a station.
pub(super) fn station(subject: &Subject) -> Option<&str> {
    match subject {
        Subject::Station(id) => Some(id.as_str()),
        Subject::Area(_) => None,
    }
}

/// The name, of an area.
pub(super) fn area(subject: &Subject) -> Option<&str> {
    match subject {
        Subject::Station(_) => None,
        Subject::Area(name) => Some(name),
    }
}

impl ForecastItem {
    /// The object of a row.
    pub fn new(row: &ForecastRow, zone: Zone) -> Self {
        Self {
            issue: row.id,
            issued: zone.format(row.issued),
            model: row.method.method.clone(),
            model_id: row.model.clone(),
            station: station(&row.subject).map(str::to_owned),
            area: area(&row.subject).map(str::to_owned),
            parameter: row.parameter.as_str(),
            start: zone.format(row.start),
            end: zone.format(row.end()),
            value: plain(row.expected.mean),
            p10: plain(row.expected.p10()),
            p50: plain(row.expected.quantiles[3]),
            p90: plain(row.expected.p90()),
            usual: plain(row.expected.usual),
            unit: row.parameter.unit().as_str(),
            fell_back: row.method.fell_back,
            young: row.young,
            late: row.late,
            amended: row.amended,
        }
    }
}

pub(super) const fn number<R>(name: &'static str, about: &'static str, cell: fn(&R) -> Cell) -> Column<R> {
    Column { name, kind: Kind::Number, about, cell }
}

pub(super) const fn flag<R>(name: &'static str, about: &'static str, cell: fn(&R) -> Cell) -> Column<R> {
    Column { name, kind: Kind::Flag, about, cell }
}

/// The columns of forecasts.
pub const FORECAST: &[Column<ForecastRow>] = &[
    integer("issue", "number of the issue", |row| Cell::Integer(row.id.cast_signed())),
    time("issued", "when it was issued", |row| Cell::Time(row.issued)),
    text("model", "the method", |row| Cell::text(&row.method.method)),
    text("model_id", "id of the trained model", |row| Cell::text(&row.model)),
    text("station", "station id", |row| station(&row.subject).map_or(Cell::Empty, Cell::text)),
    text("area", "area", |row| area(&row.subject).map_or(Cell::Empty, Cell::text)),
    text("parameter", "parameter id", |row| Cell::text(row.parameter.as_str())),
    time("start", "start of the hour", |row| Cell::Time(row.start)),
    time("end", "end of the hour", |row| Cell::Time(row.end())),
    number("value", "the expected value", |row| Cell::Number(plain(row.expected.mean))),
    number("p10", "one of ten such hours stays below", |row| Cell::Number(plain(row.expected.p10()))),
    number("p50", "the median", |row| Cell::Number(plain(row.expected.quantiles[3]))),
    number("p90", "one of ten comes above", |row| Cell::Number(plain(row.expected.p90()))),
    number("usual", "what is usual then", |row| Cell::Number(plain(row.expected.usual))),
    text("unit", "canonical unit", |row| Cell::text(row.parameter.unit().as_str())),
    flag("fell_back", "the method that is usually best had lost to climatology", |row| {
        Cell::Flag(row.method.fell_back)
    }),
    flag("young", "the station has less than 60 days of its own", |row| Cell::Flag(row.young)),
    flag("late", "issued more than an hour after it was due", |row| Cell::Flag(row.late)),
    flag("amended", "a forecaster changed the issue", |row| Cell::Flag(row.amended)),
];
