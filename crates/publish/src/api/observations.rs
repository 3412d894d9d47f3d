//! `GET /api/v1/observations`: series of published values.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use chrono::Duration;
use limpid_model::{Observation, Period, Statistic};
use limpid_store::{ObservationQuery, SeriesPosition};
use serde::Serialize;
use utoipa::ToSchema;

use super::cursor::Cursor;
use super::item::{OBSERVATION, ObservationItem, Row};
use super::openapi::ProblemBody;
use super::page;
use super::query::Query;
use crate::answer::{Failure, Format, blocking};
use crate::app::{App, Shared};
use crate::links;

const PATH: &str = "/api/v1/observations";
const KNOWN: &[&str] =
    &["station", "parameter", "period", "statistic", "from", "to", "as_of", "format", "cursor", "limit"];

/// One page of observations.
#[derive(Serialize, ToSchema)]
pub struct Observations {
    /// Ordered by station, parameter and start.
    pub items: Vec<ObservationItem>,
    /// Address of the next page; null on the last.
    pub next: Option<String>,
}

/// Published values of one period, of each the latest revision, ordered by station, parameter and start.
#[utoipa::path(
    get, path = PATH, tag = "data", operation_id = "observations",
    params(
        ("station" = Option<Vec<String>>, Query, description = "station ids, repeated or separated by commas; default all"),
        ("parameter" = Option<Vec<String>>, Query, description = "parameter ids, repeated or separated by commas; default all"),
        ("period" = Option<String>, Query, pattern = "^(PT0S|PT([1-9]|[12][0-9]|30)M|PT1H|PT8H|PT24H|P1D|P1M|P3M|P12M|P1Y)$", description = "PT0S, PT1M to PT30M, PT1H (default), PT8H, PT24H, P1D, P1M, P3M, P12M, P1Y"),
        ("statistic" = Option<String>, Query, pattern = "^(mean|max8h)$", description = "mean (default), or max8h with P1D"),
        ("from" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))?$", description = "first start, inclusive: RFC 3339 or a date of the authority's zone; default a span before `to` that fits the period"),
        ("to" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))?$", description = "last start, exclusive; default now"),
        ("as_of" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))?$", description = "what was published by this time"),
        ("format" = Option<String>, Query, pattern = "^(json|csv|parquet)$", description = "json (default), csv or parquet"),
        ("cursor" = Option<String>, Query, min_length = 1, description = "from `next` of the page before"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 50000, description = "items on a page, 1 to 50000, default 1000"),
    ),
    responses(
        (status = 200, description = "one page; `Link: rel=next` in every format", content((Observations = "application/json"), (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet"))),
        (status = 400, description = "a parameter is unknown or has a value that cannot be served", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, KNOWN)?;
    let format = Format::choose(query.one("format")?, &headers, Format::ROWS)?;
    let ask = ask(&app, &query)?;
    let (limit, zone) = (ask.limit, app.zone());
    let pinned = [("from", zone.format(ask.from)), ("to", zone.format(ask.to))];

    let _turn = app.turn().await?;
    // One more than a page tells whether there is a next one.
    let mut found = app.journal.observations(ObservationQuery { limit: limit + 1, ..ask }).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| {
        let Observation { station, parameter, start, .. } = &last.record;
        let position = SeriesPosition { station: station.clone(), parameter: Some(*parameter), start: *start };
        let cursor = Cursor { scheme: String::new(), position }.encode();
        let [from, to] = pinned;
        links::absolute(&headers, &query.with(PATH, &[from, to, ("cursor", cursor)]))
    });
    let work = app.clone();
    blocking(move || {
        let rows = Row::<Observation>::all(found, |record| &record.station, &work.pipeline);
        page(&headers, format, &rows, next, OBSERVATION, |row| ObservationItem::new(row, zone), zone)
    })
    .await
}

fn ask(app: &App, query: &Query) -> Result<ObservationQuery, Failure> {
    let period = query.period(|_| true, Period::KNOWN)?;
    let words = [Statistic::Mean, Statistic::Max8h].map(Statistic::as_str);
    let statistic = query.word("statistic", Statistic::parse, words)?.unwrap_or_default();
    if statistic == Statistic::Max8h && period != Period::Day {
        let detail = format!("max8h is a figure of a day and {period} was asked for; ask for period=P1D");
        return Err(Failure::value("statistic", detail, [Statistic::Mean.as_str()]));
    }
    let zone = app.zone();
    let (from, to) = query.range(zone, app.now(), usual_span(period))?;
    let after = query.cursor()?.map(|cursor| cursor.position);
    if after.as_ref().is_some_and(|after| after.parameter.is_none()) {
        return Err(Failure::value("cursor", "it belongs to another list", ["the one in `next` of the page before"]));
    }
    Ok(ObservationQuery {
        stations: query.stations(&app.pipeline)?,
        parameters: query.parameters()?,
        period,
        statistic,
        from,
        to,
        as_of: query.as_of(zone)?,
        after,
        limit: query.limit()?,
    })
}

/// How far back an answer goes when the query does not say.
fn usual_span(period: Period) -> Duration {
    Duration::days(match period {
        Period::Moment | Period::Minutes(_) => 1,
        Period::Hour | Period::Hours8 | Period::Hours24 => 7,
        Period::Day => 366,
        Period::Month | Period::Quarter | Period::Months12 => 3_660,
        Period::Year => 18_300,
    })
}
