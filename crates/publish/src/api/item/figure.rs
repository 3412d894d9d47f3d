//! Everything that an issue says, as rows of datasets: its figures, and the index of its days.

use limpid_model::forecast::{Expected, ForecastDay, MethodNote, ModelNote, QUANTILES};
use limpid_model::{Forecast, Instant, ParameterId, Period, Pipeline, Statistic, Subject};

use super::forecast::{area, flag, number, plain, station};
use super::{integer, optional_integer, text, time};
use crate::answer::table::{Cell, Column};
use crate::remit;

/// What all rows of an issue share.
#[derive(Debug, Clone)]
pub struct Issue {
    id: u64,
    amends: Option<u64>,
    issued: Instant,
    due: Option<Instant>,
    origin: Instant,
    subject: Subject,
    model: ModelNote,
    data: u64,
    young: bool,
    simulated: bool,
}

impl Issue {
    fn new(forecast: &Forecast, pipeline: &Pipeline) -> Self {
        let simulated = match &forecast.subject {
            Subject::Station(id) => pipeline.stations.get(id).is_some_and(|station| station.simulated),
            Subject::Area(name) => pipeline.stations_in(name).any(|one| one.simulated),
        };
        Self {
            id: forecast.id,
            amends: forecast.amends.as_ref().map(|amends| amends.of),
            issued: forecast.issued,
            due: forecast.due,
            origin: forecast.origin,
            subject: forecast.subject.clone(),
            model: forecast.model.clone(),
            data: forecast.published,
            young: forecast.young,
            simulated,
        }
    }
}

/// One figure of an issue: of an hour or of a day.
#[derive(Debug, Clone)]
pub struct FigureRow {
    issue: Issue,
    method: MethodNote,
    parameter: ParameterId,
    period: Period,
    statistic: Statistic,
    lead_day: u8,
    start: Instant,
    end: Instant,
    expected: Expected,
}

/// Hours of a lead day.
const DAY_HOURS: i64 = 24;

impl FigureRow {
    /// The rows of an issue: hours, then days.
    pub fn all(forecast: &Forecast, pipeline: &Pipeline) -> Vec<Self> {
        let issue = Issue::new(forecast, pipeline);
        let mut rows = Vec::new();
        for series in &forecast.hours {
            for (hour, expected) in (0_i64..).zip(&series.hours) {
                let day = hour / DAY_HOURS;
                let method = usize::try_from(day).ok().and_then(|day| series.methods.get(day));
                let (Some(expected), Some(method)) = (expected, method.or(series.methods.last())) else { continue };
                let start = series.start + chrono::Duration::hours(hour);
                rows.push(Self {
                    issue: issue.clone(),
                    method: method.clone(),
                    parameter: series.parameter,
                    period: Period::Hour,
                    statistic: Statistic::Mean,
                    lead_day: u8::try_from(day + 1).unwrap_or(u8::MAX),
                    start,
                    end: start + chrono::Duration::hours(1),
                    expected: *expected,
                });
            }
        }
        for day in &forecast.days {
            rows.extend(day.figures.iter().map(|figure| Self {
                issue: issue.clone(),
                method: figure.method.clone(),
                parameter: figure.parameter,
                period: Period::Day,
                statistic: figure.statistic,
                lead_day: day.lead_day,
                start: day.start,
                end: day.end,
                expected: figure.expected,
            }));
        }
        rows
    }

    fn quantile(&self, place: usize) -> Cell {
        Cell::Number(plain(self.expected.quantiles[place]))
    }
}

const _: () = assert!(QUANTILES[0] == 50 && QUANTILES[1] == 100 && QUANTILES[3] == 500 && QUANTILES[6] == 950);

/// The columns of figures.
pub const FIGURE: &[Column<FigureRow>] = &[
    integer("issue", "number of the issue: of one station or area at one time", |row| {
        Cell::Integer(row.issue.id.cast_signed())
    }),
    optional_integer("amends", "number of the issue that a forecaster put this in the place of", |row| {
        Cell::integer(row.issue.amends.map(u64::cast_signed))
    }),
    time("issued", "when it was issued", |row| Cell::Time(row.issue.issued)),
    time("due", "when it was due; empty of one that was asked for, and of those before limpid kept it", |row| {
        row.issue.due.map_or(Cell::Empty, Cell::Time)
    }),
    time("origin", "end of the last hour that was known", |row| Cell::Time(row.issue.origin)),
    text("station", "station id; empty of areas", |row| station(&row.issue.subject).map_or(Cell::Empty, Cell::text)),
    text("area", "area; empty of stations", |row| area(&row.issue.subject).map_or(Cell::Empty, Cell::text)),
    text("parameter", "parameter id", |row| Cell::text(row.parameter.as_str())),
    text("period", "PT1H for an hour, P1D for a day", |row| Cell::Text(row.period.to_string())),
    text("statistic", "mean, or max8h for the largest 8-hour mean of a day", |row| Cell::text(row.statistic.as_str())),
    integer("lead_day", "days ahead: of hours 24 at a time from the origin, of days calendar days", |row| {
        Cell::Integer(row.lead_day.into())
    }),
    integer("lead_hours", "hours from the origin to the end", |row| {
        Cell::Integer(row.end.signed_duration_since(row.issue.origin).num_hours())
    }),
    time("start", "start of the hour or day", |row| Cell::Time(row.start)),
    time("end", "end of the hour or day", |row| Cell::Time(row.end)),
    number("value", "the expected value", |row| Cell::Number(plain(row.expected.mean))),
    number("p05", "one of twenty stays below", |row| row.quantile(0)),
    number("p10", "one of ten stays below", |row| row.quantile(1)),
    number("p25", "one of four stays below", |row| row.quantile(2)),
    number("p50", "the median", |row| row.quantile(3)),
    number("p75", "one of four comes above", |row| row.quantile(4)),
    number("p90", "one of ten comes above", |row| row.quantile(5)),
    number("p95", "one of twenty comes above", |row| row.quantile(6)),
    number("usual", "what is usual then", |row| Cell::Number(plain(row.expected.usual))),
    text("unit", "canonical unit", |row| Cell::text(row.parameter.unit().as_str())),
    text("method", "ridge, ridge-weather, damped-anomaly, climatology or external", |row| {
        Cell::text(&row.method.method)
    }),
    flag("fell_back", "the method that is usually best had lost to climatology and made way", |row| {
        Cell::Flag(row.method.fell_back)
    }),
    text("model_id", "id of the trained model: the first 16 digits of its SHA-256", |row| {
        Cell::text(&row.issue.model.id)
    }),
    text("model_version", "version of limpid that trained it", |row| Cell::text(&row.issue.model.version)),
    time("trained_from", "start of the first hour that it was trained on", |row| Cell::Time(row.issue.model.from)),
    time("trained_until", "end of the last", |row| Cell::Time(row.issue.model.until)),
    integer("data", "number of the newest published record that went in", |row| {
        Cell::Integer(row.issue.data.cast_signed())
    }),
    flag(
        "young",
        "a station with less than 60 days of its own: what is usual there is that of its neighbours",
        |row| Cell::Flag(row.issue.young),
    ),
    flag("simulated", "true when the station, or one of the area, is a simulated one", |row| {
        Cell::Flag(row.issue.simulated)
    }),
];

/// The index of one day of an issue.
#[derive(Debug, Clone)]
pub struct DayRow {
    issue: Issue,
    day: ForecastDay,
    withheld: bool,
}

impl DayRow {
    /// The days of an issue. What is not the authority's to give is left out.
    pub fn all(forecast: &Forecast, pipeline: &Pipeline) -> Vec<Self> {
        let issue = Issue::new(forecast, pipeline);
        let row = |day: &ForecastDay| {
            let (issue, withheld) = (issue.clone(), remit::withheld(pipeline, day));
            Self { issue, day: day.clone(), withheld }
        };
        forecast.days.iter().map(row).collect()
    }

    fn given<T>(&self, value: Option<T>) -> Option<T> {
        value.filter(|_| !self.withheld)
    }
}

fn chance<const LEVEL: usize>(row: &DayRow) -> Cell {
    Cell::number(row.given(row.day.chances.get(LEVEL - 1).map(|chance| plain(*chance))))
}

/// The columns of days.
pub const DAY: &[Column<DayRow>] = &[
    integer("issue", "number of the issue: of one station or area at one time", |row| {
        Cell::Integer(row.issue.id.cast_signed())
    }),
    optional_integer("amends", "number of the issue that a forecaster put this in the place of", |row| {
        Cell::integer(row.issue.amends.map(u64::cast_signed))
    }),
    time("issued", "when it was issued", |row| Cell::Time(row.issue.issued)),
    text("station", "station id; empty of areas", |row| station(&row.issue.subject).map_or(Cell::Empty, Cell::text)),
    text("area", "area; empty of stations", |row| area(&row.issue.subject).map_or(Cell::Empty, Cell::text)),
    integer("lead_day", "days ahead", |row| Cell::Integer(row.day.lead_day.into())),
    time("start", "start of the day", |row| Cell::Time(row.day.start)),
    time("end", "end of the day", |row| Cell::Time(row.day.end)),
    text("scheme", "id of the edition by which it is judged", |row| Cell::text(&row.day.scheme)),
    optional_integer("index_low", "one of four such days stays below", |row| {
        Cell::integer(row.given(row.day.index.map(|[low, _]| low)))
    }),
    optional_integer("index", "the index that every second such day comes above", |row| {
        Cell::integer(row.given(row.day.median))
    }),
    optional_integer("index_high", "one of four comes above", |row| {
        Cell::integer(row.given(row.day.index.map(|[_, high]| high)))
    }),
    optional_integer("level", "the level that is announced", |row| Cell::integer(row.given(row.day.level))),
    text("primary", "the pollutants that the index is expected to be made of", |row| {
        let names: Vec<&str> = row.day.primary.iter().map(|parameter| parameter.as_str()).collect();
        Cell::text(&names.join(" "))
    }),
    number("chance1", "chance of level 1, 0 to 1", chance::<1>),
    number("chance2", "chance of level 2", chance::<2>),
    number("chance3", "chance of level 3", chance::<3>),
    number("chance4", "chance of level 4", chance::<4>),
    number("chance5", "chance of level 5", chance::<5>),
    number("chance6", "chance of level 6", chance::<6>),
    flag("withheld", "index and level are for a higher authority to give", |row| Cell::Flag(row.withheld)),
    text("model_id", "id of the trained model", |row| Cell::text(&row.issue.model.id)),
    flag("simulated", "true when the station, or one of the area, is a simulated one", |row| {
        Cell::Flag(row.issue.simulated)
    }),
];
