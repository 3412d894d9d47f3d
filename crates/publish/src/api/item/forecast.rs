//! Forecasts and their scores.

use limpid_model::forecast::{Expected, MethodNote};
use limpid_model::{Forecast, ForecastScore, Instant, ParameterId, Subject, Zone};
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
    /// A forecaster changed the issue.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub amended: bool,
}

/// Single precision without the digits that it does not have.
pub fn plain(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| f64::from(value))
}

fn station(subject: &Subject) -> Option<&str> {
    match subject {
        Subject::Station(id) => Some(id.as_str()),
        Subject::Area(_) => None,
    }
}

fn area(subject: &Subject) -> Option<&str> {
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
            amended: row.amended,
        }
    }
}

const fn number<R>(name: &'static str, about: &'static str, cell: fn(&R) -> Cell) -> Column<R> {
    Column { name, kind: Kind::Number, about, cell }
}

const fn flag<R>(name: &'static str, about: &'static str, cell: fn(&R) -> Cell) -> Column<R> {
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
    flag("amended", "a forecaster changed the issue", |row| Cell::Flag(row.amended)),
];

/// How good forecasts were, of one parameter so many days ahead.
#[derive(Serialize, ToSchema)]
#[schema(as = ForecastScore)]
pub struct ScoreItem {
    /// `issued`, or `amended` for what stood after forecasters amended it.
    pub model: String,
    /// Parameter id.
    pub parameter: &'static str,
    /// Station id; null for all stations together.
    pub station: Option<String>,
    /// Days ahead.
    pub lead_day: u8,
    /// Days of the span: 30, 90 or 365.
    pub window: u16,
    /// The first issue, inclusive.
    pub from: String,
    /// The last, exclusive.
    pub to: String,
    /// Hours with a forecast and a truth.
    pub n: u64,
    /// Mean absolute error.
    pub mae: f64,
    /// Root of the mean squared error.
    pub rmse: f64,
    /// Mean of forecast minus truth.
    pub bias: f64,
    /// Mean pinball loss over seven quantiles.
    pub pinball: f64,
    /// Part of the truths within the 80 % interval.
    pub cover80: f64,
    /// 1 less the RMSE as a part of that of persistence.
    pub skill_persistence: Option<f64>,
    /// 1 less the RMSE as a part of that of climatology.
    pub skill_climatology: Option<f64>,
    /// Days with a forecast and a truth.
    pub days: u64,
    /// Part of them whose level was the one announced.
    pub level_hit_rate: Option<f64>,
    /// Part whose level was that or the next.
    pub within_one_level: Option<f64>,
    /// Part whose level was that of the day before the issue.
    pub persistence_hit_rate: Option<f64>,
    /// Part whose index lay in the range that was issued.
    pub range_hit_rate: Option<f64>,
    /// By the level that came, from 1 on: days, and those that were announced as such.
    pub by_observed_level: Vec<LevelItem>,
    /// Days at level 3 or worse.
    pub polluted: ExceedanceItem,
    /// Days at level 5 or worse.
    pub heavy: ExceedanceItem,
}

/// How one level was forecast.
#[derive(Serialize, ToSchema)]
#[schema(as = ForecastLevelScore)]
pub struct LevelItem {
    /// The level that came.
    pub level: usize,
    /// Days.
    pub days: u64,
    /// Days that were announced as such.
    pub hits: u64,
}

/// How exceedances were announced.
#[derive(Serialize, ToSchema)]
#[schema(as = ForecastExceedance)]
pub struct ExceedanceItem {
    /// Announced, and came.
    pub hits: u64,
    /// Came unannounced.
    pub misses: u64,
    /// Announced, and did not come.
    pub false_alarms: u64,
    /// Part of what came that was announced.
    pub pod: Option<f64>,
    /// Part of the announcements that were false.
    pub far: Option<f64>,
    /// Part of all that came or was announced that was both.
    pub csi: Option<f64>,
}

fn part(hits: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| hits as f64 / of as f64)
}

impl ExceedanceItem {
    fn new([hits, misses, false_alarms]: [u64; 3]) -> Self {
        let (pod, far) = (part(hits, hits + misses), part(false_alarms, hits + false_alarms));
        Self { hits, misses, false_alarms, pod, far, csi: part(hits, hits + misses + false_alarms) }
    }
}

impl ScoreItem {
    /// The object of a score.
    pub fn new(score: &ForecastScore, zone: Zone) -> Self {
        let days = &score.days;
        let by_level = (1..).zip(&days.by_level);
        Self {
            model: score.model.clone(),
            parameter: score.parameter.as_str(),
            station: score.subject.as_ref().and_then(station).map(str::to_owned),
            lead_day: score.lead_day,
            window: score.window,
            from: zone.format(score.from),
            to: zone.format(score.to),
            n: score.n,
            mae: score.mae,
            rmse: score.rmse,
            bias: score.bias,
            pinball: score.pinball,
            cover80: score.cover80,
            skill_persistence: score.skill_persistence,
            skill_climatology: score.skill_climatology,
            days: days.n,
            level_hit_rate: part(days.hits, days.n),
            within_one_level: part(days.near, days.n),
            persistence_hit_rate: part(days.persistence_hits, days.n),
            range_hit_rate: part(days.in_range, days.n),
            by_observed_level: by_level
                .map(|(level, [days, hits])| LevelItem { level, days: *days, hits: *hits })
                .collect(),
            polluted: ExceedanceItem::new(days.polluted),
            heavy: ExceedanceItem::new(days.heavy),
        }
    }
}

/// The columns of scores.
pub const SCORE: &[Column<ForecastScore>] = &[
    text("model", "issued, or amended for what stood after forecasters amended it", |row| Cell::text(&row.model)),
    text("parameter", "parameter id", |row| Cell::text(row.parameter.as_str())),
    text("station", "station id; empty for all stations together", |row| {
        row.subject.as_ref().and_then(station).map_or(Cell::Empty, Cell::text)
    }),
    integer("lead_day", "days ahead", |row| Cell::Integer(row.lead_day.into())),
    integer("window", "days of the span", |row| Cell::Integer(row.window.into())),
    time("from", "the first issue", |row| Cell::Time(row.from)),
    time("to", "the last issue, exclusive", |row| Cell::Time(row.to)),
    integer("n", "hours with a forecast and a truth", |row| Cell::Integer(row.n.cast_signed())),
    number("mae", "mean absolute error", |row| Cell::Number(row.mae)),
    number("rmse", "root of the mean squared error", |row| Cell::Number(row.rmse)),
    number("bias", "mean of forecast minus truth", |row| Cell::Number(row.bias)),
    number("pinball", "mean pinball loss over seven quantiles", |row| Cell::Number(row.pinball)),
    number("cover80", "part of the truths within the 80 % interval", |row| Cell::Number(row.cover80)),
    number("skill_persistence", "1 less the RMSE as a part of that of persistence", |row| {
        Cell::number(row.skill_persistence)
    }),
    number("skill_climatology", "1 less the RMSE as a part of that of climatology", |row| {
        Cell::number(row.skill_climatology)
    }),
    integer("days", "days with a forecast and a truth", |row| Cell::Integer(row.days.n.cast_signed())),
    number("level_hit_rate", "part of the days whose level was the one announced", |row| {
        Cell::number(part(row.days.hits, row.days.n))
    }),
    number("within_one_level", "part whose level was that or the next", |row| {
        Cell::number(part(row.days.near, row.days.n))
    }),
    number("persistence_hit_rate", "part whose level was that of the day before the issue", |row| {
        Cell::number(part(row.days.persistence_hits, row.days.n))
    }),
    number("range_hit_rate", "part whose index lay in the range that was issued", |row| {
        Cell::number(part(row.days.in_range, row.days.n))
    }),
    number("polluted_csi", "level 3 or worse: part of all that came or was announced that was both", |row| {
        Cell::number(ExceedanceItem::new(row.days.polluted).csi)
    }),
    number("heavy_csi", "level 5 or worse, likewise", |row| Cell::number(ExceedanceItem::new(row.days.heavy).csi)),
];
