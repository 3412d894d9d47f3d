//! Scores of forecasts.

use limpid_model::forecast::{Errors, Scored};
use limpid_model::{ForecastScore, Zone};
use serde::Serialize;
use utoipa::ToSchema;

use super::forecast::{area, number, station};
use super::{integer, text, time};
use crate::answer::table::{Cell, Column};

/// How good forecasts were, of one parameter or the index so many days ahead.
#[derive(Serialize, ToSchema)]
#[schema(as = ForecastScore)]
pub struct ScoreItem {
    /// `issued`, or `amended` for what stood after forecasters amended it.
    pub model: String,
    /// Parameter id, or `index` for the index of all pollutants.
    pub parameter: &'static str,
    /// Station id; null for an area, and for all stations together.
    pub station: Option<String>,
    /// Area; null for a station, and for all stations together.
    pub area: Option<String>,
    /// Days ahead.
    pub lead_day: u8,
    /// Days of the span: 30, 90 or 365; 0 of a single issue.
    pub window: u16,
    /// The first issue, inclusive.
    pub from: String,
    /// The last, exclusive.
    pub to: String,
    /// Hours: with `n` 0 (the index, and days 4 to 7) the others are null.
    #[serde(flatten)]
    pub hours: ErrorsItem,
    /// Figures of whole days; of the index in its points.
    pub daily: ErrorsItem,
    /// Days with a forecast and a truth.
    pub days: u64,
    /// Part of them whose level was the one announced.
    pub level_hit_rate: Option<f64>,
    /// Part whose level was that or the next.
    pub within_one_level: Option<f64>,
    /// Part whose level was that of the day before the issue, of the days of which that is known.
    pub persistence_hit_rate: Option<f64>,
    /// Part whose level was that of what is usual.
    pub climatology_hit_rate: Option<f64>,
    /// Part whose index lay in the range that was issued.
    pub range_hit_rate: Option<f64>,
    /// Of the index: part of the days with a primary pollutant on which one of them was forecast.
    pub primary_hit_rate: Option<f64>,
    /// By the level that came, from 1 on: days, and those that were announced as such.
    pub by_observed_level: Vec<LevelItem>,
    /// Days at level 3 or worse.
    pub polluted: ExceedanceItem,
    /// Days at level 5 or worse.
    pub heavy: ExceedanceItem,
}

/// How far off values were.
#[derive(Serialize, ToSchema)]
#[schema(as = ForecastErrors)]
pub struct ErrorsItem {
    /// Pairs of forecast and truth.
    pub n: u64,
    /// Mean absolute error.
    pub mae: Option<f64>,
    /// Root of the mean squared error.
    pub rmse: Option<f64>,
    /// Mean of forecast minus truth.
    pub bias: Option<f64>,
    /// Mean pinball loss over seven quantiles.
    pub pinball: Option<f64>,
    /// Part of the truths within the 80 % interval.
    pub cover80: Option<f64>,
    /// 1 less the RMSE as a part of that of persistence.
    pub skill_persistence: Option<f64>,
    /// 1 less the RMSE as a part of that of climatology.
    pub skill_climatology: Option<f64>,
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

impl ErrorsItem {
    fn new(errors: &Errors) -> Self {
        let some = |value: f64| (errors.n > 0).then_some(value);
        Self {
            n: errors.n,
            mae: some(errors.mae),
            rmse: some(errors.rmse),
            bias: some(errors.bias),
            pinball: some(errors.pinball),
            cover80: some(errors.cover80),
            skill_persistence: errors.skill_persistence,
            skill_climatology: errors.skill_climatology,
        }
    }
}

impl ScoreItem {
    /// The object of a score.
    pub fn new(score: &ForecastScore, zone: Zone) -> Self {
        let days = &score.days;
        let by_level = (1..).zip(&days.by_level);
        Self {
            model: score.model.clone(),
            parameter: score.of.as_str(),
            station: score.subject.as_ref().and_then(station).map(str::to_owned),
            area: score.subject.as_ref().and_then(area).map(str::to_owned),
            lead_day: score.lead_day,
            window: score.window,
            from: zone.format(score.from),
            to: zone.format(score.to),
            hours: ErrorsItem::new(&score.hours),
            daily: ErrorsItem::new(&score.daily),
            days: days.n,
            level_hit_rate: part(days.hits, days.n),
            within_one_level: part(days.near, days.n),
            persistence_hit_rate: part(days.persistence_hits, days.persistence_days),
            climatology_hit_rate: part(days.climatology_hits, days.n),
            range_hit_rate: part(days.in_range, days.n),
            primary_hit_rate: primary(score),
            by_observed_level: by_level
                .map(|(level, [days, hits])| LevelItem { level, days: *days, hits: *hits })
                .collect(),
            polluted: ExceedanceItem::new(days.polluted),
            heavy: ExceedanceItem::new(days.heavy),
        }
    }
}

/// Of one pollutant there is nothing to choose.
fn primary(score: &ForecastScore) -> Option<f64> {
    let [hits, days] = score.days.primary;
    part(hits, days).filter(|_| score.of == Scored::Index)
}

/// A figure of errors; none of no pairs.
fn of(errors: &Errors, figure: f64) -> Cell {
    Cell::number((errors.n > 0).then_some(figure))
}

/// Days and hits of an observed level.
fn level<const LEVEL: usize, const PLACE: usize>(row: &ForecastScore) -> Cell {
    let days = row.days.by_level.get(LEVEL - 1).map_or(0, |counts| counts[PLACE]);
    Cell::Integer(days.cast_signed())
}

/// The columns of scores.
pub const SCORE: &[Column<ForecastScore>] = &[
    text("subject", "whose: station/…, area/…, or all for all stations together", |row| {
        row.subject.as_ref().map_or_else(|| Cell::text("all"), |subject| Cell::Text(subject.to_string()))
    }),
    text("model", "issued, or amended for what stood after forecasters amended it", |row| Cell::text(&row.model)),
    text("parameter", "parameter id, or index for the index of all pollutants", |row| Cell::text(row.of.as_str())),
    text("station", "station id; empty of areas and of all stations together", |row| {
        row.subject.as_ref().and_then(station).map_or(Cell::Empty, Cell::text)
    }),
    text("area", "area; empty of stations and of all stations together", |row| {
        row.subject.as_ref().and_then(area).map_or(Cell::Empty, Cell::text)
    }),
    integer("lead_day", "days ahead", |row| Cell::Integer(row.lead_day.into())),
    integer("window", "days of the span", |row| Cell::Integer(row.window.into())),
    time("from", "the first issue", |row| Cell::Time(row.from)),
    time("to", "the last issue, exclusive", |row| Cell::Time(row.to)),
    integer("n", "hours with a forecast and a truth", |row| Cell::Integer(row.hours.n.cast_signed())),
    number("mae", "of hours: mean absolute error", |row| of(&row.hours, row.hours.mae)),
    number("rmse", "of hours: root of the mean squared error", |row| of(&row.hours, row.hours.rmse)),
    number("bias", "of hours: mean of forecast minus truth", |row| of(&row.hours, row.hours.bias)),
    number("pinball", "of hours: mean pinball loss over seven quantiles", |row| of(&row.hours, row.hours.pinball)),
    number("cover80", "of hours: part of the truths within the 80 % interval", |row| of(&row.hours, row.hours.cover80)),
    number("skill_persistence", "of hours: 1 less the RMSE as a part of that of persistence", |row| {
        Cell::number(row.hours.skill_persistence)
    }),
    number("skill_climatology", "of hours: 1 less the RMSE as a part of that of climatology", |row| {
        Cell::number(row.hours.skill_climatology)
    }),
    integer("daily_n", "figures of whole days with a forecast and a truth", |row| {
        Cell::Integer(row.daily.n.cast_signed())
    }),
    number("daily_mae", "of whole days: mean absolute error; of the index in its points", |row| {
        of(&row.daily, row.daily.mae)
    }),
    number("daily_rmse", "of whole days: root of the mean squared error", |row| of(&row.daily, row.daily.rmse)),
    number("daily_bias", "of whole days: mean of forecast minus truth", |row| of(&row.daily, row.daily.bias)),
    number("daily_pinball", "of whole days: mean pinball loss over seven quantiles", |row| {
        of(&row.daily, row.daily.pinball)
    }),
    number("daily_cover80", "of whole days: part of the truths within the 80 % interval", |row| {
        of(&row.daily, row.daily.cover80)
    }),
    number("daily_skill_persistence", "of whole days: 1 less the RMSE as a part of that of the day before", |row| {
        Cell::number(row.daily.skill_persistence)
    }),
    number("daily_skill_climatology", "of whole days: 1 less the RMSE as a part of that of climatology", |row| {
        Cell::number(row.daily.skill_climatology)
    }),
    integer("days", "days whose level was announced and came", |row| Cell::Integer(row.days.n.cast_signed())),
    integer("level_hits", "of them, days whose level was the one announced", |row| {
        Cell::Integer(row.days.hits.cast_signed())
    }),
    number("level_hit_rate", "part of the days whose level was the one announced", |row| {
        Cell::number(part(row.days.hits, row.days.n))
    }),
    number("within_one_level", "part whose level was that or the next", |row| {
        Cell::number(part(row.days.near, row.days.n))
    }),
    number("persistence_hit_rate", "part whose level was that of the day before the issue, where it is known", |row| {
        Cell::number(part(row.days.persistence_hits, row.days.persistence_days))
    }),
    number("climatology_hit_rate", "part whose level was that of what is usual", |row| {
        Cell::number(part(row.days.climatology_hits, row.days.n))
    }),
    number("range_hit_rate", "part whose index lay in the range that was issued", |row| {
        Cell::number(part(row.days.in_range, row.days.n))
    }),
    number(
        "primary_hit_rate",
        "of the index: part of the days with a primary pollutant on which it was forecast",
        |row| Cell::number(primary(row)),
    ),
    integer("level1_days", "days that came to level 1", level::<1, 0>),
    integer("level1_hits", "of them, days announced as such", level::<1, 1>),
    integer("level2_days", "days that came to level 2", level::<2, 0>),
    integer("level2_hits", "of them, days announced as such", level::<2, 1>),
    integer("level3_days", "days that came to level 3", level::<3, 0>),
    integer("level3_hits", "of them, days announced as such", level::<3, 1>),
    integer("level4_days", "days that came to level 4", level::<4, 0>),
    integer("level4_hits", "of them, days announced as such", level::<4, 1>),
    integer("level5_days", "days that came to level 5", level::<5, 0>),
    integer("level5_hits", "of them, days announced as such", level::<5, 1>),
    integer("level6_days", "days that came to level 6", level::<6, 0>),
    integer("level6_hits", "of them, days announced as such", level::<6, 1>),
    number("polluted_pod", "level 3 or worse: part of what came that was announced", |row| {
        Cell::number(ExceedanceItem::new(row.days.polluted).pod)
    }),
    number("polluted_far", "level 3 or worse: part of the announcements that were false", |row| {
        Cell::number(ExceedanceItem::new(row.days.polluted).far)
    }),
    number("polluted_csi", "level 3 or worse: part of all that came or was announced that was both", |row| {
        Cell::number(ExceedanceItem::new(row.days.polluted).csi)
    }),
    number("heavy_pod", "level 5 or worse, likewise", |row| Cell::number(ExceedanceItem::new(row.days.heavy).pod)),
    number("heavy_far", "level 5 or worse, likewise", |row| Cell::number(ExceedanceItem::new(row.days.heavy).far)),
    number("heavy_csi", "level 5 or worse, likewise", |row| Cell::number(ExceedanceItem::new(row.days.heavy).csi)),
];
