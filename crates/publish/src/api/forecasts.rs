//! `GET /api/v1/forecasts`, `/forecasts/days` and `/forecasts/scores`: what was issued, and how good that was.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use limpid_model::forecast::{ForecastDay, Scored};
use limpid_model::parameter::AIR_INDEX;
use limpid_model::{Forecast, Instant, ParameterId, Pipeline, Scheme, Subject, Text, Zone};
use limpid_store::{ForecastQuery, SeriesPosition};
use serde::Serialize;
use utoipa::ToSchema;

use super::cursor::Cursor;
use super::item::{FORECAST, ForecastItem, ForecastRow, SCORE, ScoreItem, plain};
use super::page::{self, Page, Writer};
use super::query::Query;
use super::refusals::BadRequest;
use super::shape::{SeriesParameters, Shape, ShapeParameters};
use crate::answer::problem::cut;
use crate::answer::{Cache, Failure, Format, cache};
use crate::app::{App, Shared};
use crate::{links, remit};

const PATH: &str = "/api/v1/forecasts";
const KNOWN: &[&str] = &["station", "area", "parameter", "as_of", "tz", "fields", "format", "cursor", "limit"];
const KNOWN_OF_DAYS: &[&str] = &["station", "area", "as_of", "tz"];
const KNOWN_OF_SCORES: &[&str] =
    &["station", "area", "parameter", "lead_day", "window", "model", "tz", "fields", "format", "cursor", "limit"];

/// One page of hours.
#[derive(Serialize, ToSchema)]
pub struct Forecasts {
    /// Ordered by station, parameter and start.
    pub items: Vec<ForecastItem>,
    /// Address of the next page; null on the last.
    pub next: Option<String>,
}

/// What is expected of the next 72 hours: the newest issue of each station, or of an area. Issues are never changed; an
/// amended one is another issue.
#[utoipa::path(
    get, path = PATH, tag = "data", operation_id = "forecasts",
    params(
        SeriesParameters,
        ("area" = Option<String>, Query, min_length = 1, description = "an area of the registry instead of stations"),
        ("as_of" = Option<String>, Query, min_length = 10, description = "the newest issue at this time"),
        ShapeParameters,
        ("format" = Option<String>, Query, pattern = "^(json|csv|parquet|arrow)$", description = "json (default), csv, parquet or arrow (an IPC stream)"),
    ),
    responses(
        (status = 200, description = "one page; `Link: rel=next` in every format", content((Forecasts = "application/json"), (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet"), (Vec<u8> = "application/vnd.apache.arrow.stream"))),
        BadRequest,
    )
)]
pub async fn hours(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, KNOWN)?;
    let shape = Shape::read(&app, &query, &headers, Format::ROWS, FORECAST, &[])?;
    let (parameters, limit) = (query.parameters()?, query.limit()?);
    let after = query.cursor()?.map(|cursor| place(&cursor.position));
    let _turn = app.turn().await?;
    let mut rows = Vec::new();
    for forecast in newest(&app, &query, shape.zone).await? {
        let fits = |row: &ForecastRow| {
            (parameters.is_empty() || parameters.contains(&row.parameter))
                && after.as_ref().is_none_or(|after| key(row) > *after)
        };
        rows.extend(ForecastRow::all(&forecast).into_iter().filter(fits));
    }
    rows.sort_by_key(key);
    let page = Page::cut(rows, limit, |last| {
        let (station, parameter, start) = (name(&last.subject), Some(last.parameter), last.start);
        let position = SeriesPosition { station, parameter, start };
        let cursor = Cursor { scheme: String::new(), position }.encode();
        links::absolute(&headers, &query.with(PATH, &[("cursor", cursor)]))
    });
    let writer = Writer { columns: FORECAST, item: &|row| ForecastItem::new(row, shape.zone), place: None };
    page::write(&headers, &shape, page, &writer)
}

/// Where a row stands in the list.
type Key = (String, &'static str, Instant);

fn key(row: &ForecastRow) -> Key {
    (name(&row.subject).to_string(), row.parameter.as_str(), row.start)
}

fn place(position: &SeriesPosition) -> Key {
    (position.station.to_string(), position.parameter.map_or("", |one| one.as_str()), position.start)
}

/// A list is of stations or of one area, which needs no name in its cursor.
fn name(subject: &Subject) -> limpid_model::StationId {
    match subject {
        Subject::Station(id) => id.clone(),
        Subject::Area(_) => limpid_model::StationId::parse("area").expect("letters are an id"),
    }
}

/// The area of this name.
fn known_area(app: &App, area: &str) -> Result<Subject, Failure> {
    let known = app.pipeline.area_names();
    if !known.contains(area) {
        return Err(Failure::value("area", "there is no such area", known));
    }
    Ok(Subject::Area(area.to_owned()))
}

/// The newest issue of each subject that is asked for.
async fn newest(app: &App, query: &Query, zone: Zone) -> Result<Vec<Forecast>, Failure> {
    let to = query.as_of(zone)?.unwrap_or(Instant::MAX_UTC);
    let subjects = match query.one("area")? {
        Some(area) => vec![known_area(app, area)?],
        None => {
            let named = query.stations(&app.pipeline)?;
            let all = app.pipeline.stations.iter().map(|station| station.id.clone());
            let named = if named.is_empty() { all.collect() } else { named };
            named.into_iter().map(Subject::Station).collect()
        }
    };
    let ask = ForecastQuery { subjects, from: Instant::UNIX_EPOCH, to, newest: true, after: 0, limit: usize::MAX };
    Ok(app.journal.forecasts(ask).await?)
}

/// The days of the newest issues.
#[derive(Serialize, ToSchema)]
pub struct ForecastDays {
    /// By subject and day.
    pub items: Vec<DayItem>,
    /// Always null.
    pub next: Option<String>,
}

/// What is expected of a calendar day.
#[derive(Serialize, ToSchema)]
#[schema(as = ForecastDay)]
pub struct DayItem {
    /// Number of the issue.
    pub issue: u64,
    /// When it was issued.
    pub issued: String,
    /// Station id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub station: Option<String>,
    /// Area.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// Inclusive.
    pub start: String,
    /// Exclusive.
    pub end: String,
    /// The issue was made more than an hour after it was due.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// Days ahead.
    pub lead_day: u8,
    /// Id of the edition by which it is judged.
    pub scheme: String,
    /// The range that every second such day keeps within; null where it is withheld or cannot be given.
    pub index: Option<[u16; 2]>,
    /// The level that is announced.
    pub level: Option<u8>,
    /// Its name.
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    pub category: Option<Text>,
    /// The chance of each level, from level 1 on.
    pub chances: Vec<f64>,
    /// The pollutants that the index is expected to be made of.
    pub primary: Vec<&'static str>,
    /// `remit` where level and index are for a higher authority to give.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<&'static str>,
    /// One for each parameter.
    pub figures: Vec<FigureItem>,
    /// Why a forecaster amended the issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amended: Option<String>,
}

/// The figure of a day: the mean, of ozone the largest 8-hour mean.
#[derive(Serialize, ToSchema)]
#[schema(as = ForecastFigure)]
pub struct FigureItem {
    /// Parameter id.
    pub parameter: &'static str,
    /// `mean` or `max8h`.
    pub statistic: &'static str,
    /// The method.
    pub model: String,
    /// The expected value.
    pub value: f64,
    /// One of ten such days stays below.
    pub p10: f64,
    /// One of ten comes above.
    pub p90: f64,
    /// What is usual then.
    pub usual: f64,
    /// Canonical unit.
    pub unit: &'static str,
}

impl DayItem {
    fn new(pipeline: &Pipeline, forecast: &Forecast, day: &ForecastDay, zone: Zone) -> Self {
        let withheld = remit::withheld(pipeline, day);
        let level = day.level.filter(|_| !withheld);
        let category = level.and_then(|level| Scheme::parse(&day.scheme)?.level(level)).map(|level| level.category());
        let (station, area) = match &forecast.subject {
            Subject::Station(id) => (Some(id.to_string()), None),
            Subject::Area(name) => (None, Some(name.clone())),
        };
        let figures = day.figures.iter().map(|figure| FigureItem {
            parameter: figure.parameter.as_str(),
            statistic: figure.statistic.as_str(),
            model: figure.method.method.clone(),
            value: plain(figure.expected.mean),
            p10: plain(figure.expected.p10()),
            p90: plain(figure.expected.p90()),
            usual: plain(figure.expected.usual),
            unit: figure.parameter.unit().as_str(),
        });
        Self {
            issue: forecast.id,
            issued: zone.format(forecast.issued),
            station,
            area,
            start: zone.format(day.start),
            end: zone.format(day.end),
            late: forecast.late(),
            lead_day: day.lead_day,
            scheme: day.scheme.clone(),
            index: day.index.filter(|_| !withheld),
            level,
            category,
            chances: if withheld { Vec::new() } else { day.chances.iter().map(|chance| plain(*chance)).collect() },
            primary: day.primary.iter().map(|parameter| parameter.as_str()).collect(),
            withheld: withheld.then_some("remit"),
            figures: figures.collect(),
            amended: forecast.amends.as_ref().map(|amends| amends.why.clone()),
        }
    }
}

/// What is expected of the next seven days: figures, range of the index, level and primary pollutants.
#[utoipa::path(
    get, path = "/api/v1/forecasts/days", tag = "data", operation_id = "forecastDays",
    params(
        ("station" = Option<Vec<String>>, Query, description = "station ids, repeated or separated by commas; default all"),
        ("area" = Option<String>, Query, min_length = 1, description = "an area of the registry instead of stations"),
        ("as_of" = Option<String>, Query, min_length = 10, description = "the newest issue at this time"),
        ("tz" = Option<String>, Query, min_length = 1, description = "IANA zone of the times in the answer; default the authority's"),
    ),
    responses(
        (status = 200, description = "the days of the newest issues", body = ForecastDays),
        BadRequest,
    )
)]
pub async fn days(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, KNOWN_OF_DAYS)?;
    let zone = query.word("tz", Zone::parse, ["Asia/Shanghai", "UTC"])?.unwrap_or(app.zone());
    let _turn = app.turn().await?;
    let mut found = newest(&app, &query, zone).await?;
    found.sort_by(|a, b| a.subject.cmp(&b.subject));
    let days = found.iter().flat_map(|forecast| forecast.days.iter().map(move |day| (forecast, day)));
    let items = days.map(|(forecast, day)| DayItem::new(&app.pipeline, forecast, day, zone)).collect();
    let body = serde_json::to_vec(&ForecastDays { items, next: None });
    let body = body.map_err(|error| Failure::internal("writing JSON", &error))?;
    Ok(cache::tagged(&headers, Cache::Revalidate, Format::Json.media_type(), body))
}

/// An issue as an event of the stream: its days.
#[derive(Serialize)]
struct Issued {
    issue: u64,
    items: Vec<DayItem>,
}

/// The JSON of an issue for the stream.
pub fn event(pipeline: &Pipeline, forecast: &Forecast) -> String {
    let zone = pipeline.publisher.zone;
    let items = forecast.days.iter().map(|day| DayItem::new(pipeline, forecast, day, zone)).collect();
    serde_json::to_string(&Issued { issue: forecast.id, items }).expect("items are finite numbers and text")
}

/// How good what was issued has been.
#[derive(Serialize, ToSchema)]
pub struct ForecastScores {
    /// By station (all together first), model, parameter, lead day and span.
    pub items: Vec<ScoreItem>,
    /// Address of the next page; null on the last.
    pub next: Option<String>,
}

/// How good what was issued in the last 30, 90 and 365 days has been, for all stations together, for each and for each area:
/// worked out anew after each issue, against the truth as it stands then. `parameter=index` is the index of all pollutants
/// with its level and primary pollutant.
#[utoipa::path(
    get, path = "/api/v1/forecasts/scores", tag = "data", operation_id = "forecastScores",
    params(
        SeriesParameters,
        ("area" = Option<String>, Query, min_length = 1, description = "an area of the registry instead of stations"),
        ("lead_day" = Option<u8>, Query, minimum = 1, maximum = 7, description = "days ahead; default all"),
        ("window" = Option<u16>, Query, minimum = 30, maximum = 365, description = "30, 90 or 365 days; default all"),
        ("model" = Option<String>, Query, pattern = "^(issued|amended)$", description = "issued, or amended for what stood after forecasters amended it; default both"),
        ShapeParameters,
        ("format" = Option<String>, Query, pattern = "^(json|csv|parquet|arrow)$", description = "json (default), csv, parquet or arrow (an IPC stream)"),
    ),
    responses(
        (status = 200, description = "scores; of all stations together where neither station nor area is named", content((ForecastScores = "application/json"), (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet"), (Vec<u8> = "application/vnd.apache.arrow.stream"))),
        BadRequest,
    )
)]
pub async fn scores(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, KNOWN_OF_SCORES)?;
    let shape =
        Shape::read(&app, &query, &headers, Format::ROWS, SCORE, &["daily", "by_observed_level", "polluted", "heavy"])?;
    let limit = query.limit()?;
    let stations = query.stations(&app.pipeline)?.into_iter().map(Subject::Station);
    let area = query.one("area")?.map(|area| known_area(&app, area)).transpose()?;
    let subjects: Vec<Subject> = stations.chain(area).collect();
    let scored = scored(&query)?;
    let lead_day =
        query.word("lead_day", |text| text.parse::<u8>().ok().filter(|day| (1..=7).contains(day)), ["1 to 7"])?;
    let window = query.word(
        "window",
        |text| text.parse().ok().filter(|window| [30, 90, 365].contains(window)),
        ["30", "90", "365"],
    )?;
    let model = query.word(
        "model",
        |text| ["issued", "amended"].contains(&text).then(|| text.to_owned()),
        ["issued", "amended"],
    )?;
    let mut found = app.journal.forecast_scores().await?;
    found.retain(|score| {
        score.subject.as_ref().map_or(subjects.is_empty(), |subject| subjects.contains(subject))
            && (scored.is_empty() || scored.contains(&score.of))
            && lead_day.is_none_or(|day| day == score.lead_day)
            && window.is_none_or(|window: u16| window == score.window)
            && model.as_ref().is_none_or(|model| *model == score.model)
    });
    let after = query.word("cursor", |text| text.parse::<usize>().ok(), ["the one in `next` of the page before"])?;
    let first = after.unwrap_or(0);
    let found: Vec<_> = found.into_iter().skip(first).collect();
    let page = Page::cut(found, limit, |_| {
        let cursor = (first + limit).to_string();
        links::absolute(&headers, &query.with("/api/v1/forecasts/scores", &[("cursor", cursor)]))
    });
    let writer = Writer { columns: SCORE, item: &|row| ScoreItem::new(row, shape.zone), place: None };
    page::write(&headers, &shape, page, &writer)
}

/// `parameter`, of scores: parameters, or the index.
fn scored(query: &Query) -> Result<Vec<Scored>, Failure> {
    let parse = |name: &str| {
        let known = std::iter::once(Scored::Index).chain(AIR_INDEX.map(ParameterId::known).map(Scored::Parameter));
        let unknown = || {
            Failure::value("parameter", format!("there are no scores of {:?}", cut(name)), known.map(Scored::as_str))
        };
        Scored::parse(name).ok_or_else(unknown)
    };
    query.many("parameter").map(parse).collect()
}
