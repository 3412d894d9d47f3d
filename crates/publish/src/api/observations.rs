//! `GET /api/v1/observations`: series of published values.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use chrono::Duration;
use limpid_model::{Observation, Period, Published, Statistic, Zone};
use limpid_store::{ObservationQuery, SeriesPosition};
use serde::Serialize;
use utoipa::ToSchema;

use super::cursor::Cursor;
use super::item::{OBSERVATION, ObservationItem, Row};
use super::page::{self, Page, Writer};
use super::query::{MAX_LIMIT, Query};
use super::refusals::BadRequest;
use super::shape::{Every, SeriesParameters, Shape, ShapeParameters, SpanParameters};
use crate::answer::{Failure, Format, blocking};
use crate::app::{App, Shared};

const PATH: &str = "/api/v1/observations";
const KNOWN: &[&str] = &[
    "station",
    "parameter",
    "period",
    "statistic",
    "every",
    "from",
    "to",
    "as_of",
    "tz",
    "fields",
    "count",
    "format",
    "cursor",
    "limit",
];
/// Records that are looked through for one page of a thinned series; a page may be shorter for it.
const LOOKED_THROUGH: usize = 500_000;

/// One page of observations.
#[derive(Serialize, ToSchema)]
pub struct Observations {
    /// Ordered by station, parameter and start.
    pub items: Vec<ObservationItem>,
    /// Address of the next page; null on the last.
    pub next: Option<String>,
    /// How many there are on all pages, with `count=true`.
    #[schema(required = false)]
    pub count: Option<u64>,
}

/// Published values of one period, of each the latest revision, ordered by station, parameter and start.
#[utoipa::path(
    get, path = PATH, tag = "data", operation_id = "observations",
    params(
        SeriesParameters,
        ("period" = Option<String>, Query, pattern = "^(PT0S|PT([1-9]|[12][0-9]|30)M|PT1H|PT8H|PT24H|P1D|P1M|P3M|P12M|P1Y)$", description = "PT0S, PT1M to PT30M, PT1H (default), PT8H, PT24H, P1D, P1M, P3M, P12M, P1Y", example = "PT1H"),
        ("statistic" = Option<String>, Query, pattern = "^(mean|max8h)$", description = "mean (default), or max8h with P1D"),
        ("every" = Option<String>, Query, pattern = "^(PT([1-9]|[1-5]0)M|PT([1-468]|12|24)H|P1D)$", description = "only items that start every so long behind midnight: minutes or hours that divide a day"),
        SpanParameters,
        ("count" = Option<bool>, Query, description = "true to be told how many there are on all pages; not with `every`"),
        ShapeParameters,
        ("format" = Option<String>, Query, pattern = "^(json|geojson|csv|parquet|arrow)$", description = "json (default), geojson, csv, parquet or arrow (an IPC stream)"),
    ),
    responses(
        (status = 200, description = "one page; `Link: rel=next` in every format", content((Observations = "application/json"), (Object = "application/geo+json"), (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet"), (Vec<u8> = "application/vnd.apache.arrow.stream"))),
        BadRequest,
    )
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, KNOWN)?;
    let shape = Shape::read(&app, &query, &headers, Format::PLACED_ROWS, OBSERVATION, &[])?;
    let ask = ask(&app, &query, shape.zone)?;
    let every = query.word("every", Every::parse, Every::KNOWN)?;
    let counted = query.flag("count")?;
    if counted && every.is_some() {
        let detail = "a thinned series is not counted; leave out `count` or `every`";
        return Err(Failure::value("count", detail, ["false"]));
    }

    let turn = app.turn().await?;
    let count = if counted { Some(app.journal.count_observations(ask.clone()).await?) } else { None };
    let (limit, span) = (ask.limit, (ask.from, ask.to));
    let next = |position: SeriesPosition| {
        let cursor = Cursor { scheme: String::new(), position }.encode();
        page::next_address(&headers, &query, PATH, span, shape.zone, cursor)
    };
    let page = match every {
        None => {
            let found = app.journal.observations(ObservationQuery { limit: limit + 1, ..ask }).await?;
            Page { count, ..Page::cut(found, limit, |last| next(position(&last.record))) }
        }
        Some(every) => {
            let (items, behind) = thinned(&app, ask, every, shape.zone).await?;
            Page { items, next: behind.map(next), count }
        }
    };
    let work = app.clone();
    blocking(move || {
        let _turn = turn;
        let stations = &work.pipeline.stations;
        let page = page.map(|found| Row::<Observation>::all(found, |record| &record.station, &work.pipeline));
        let writer = Writer {
            columns: OBSERVATION,
            item: &|row| ObservationItem::new(row, shape.zone),
            place: Some(&|row: &Row<Observation>| {
                stations.get(&row.published.record.station).map(|station| [station.lon, station.lat])
            }),
        };
        page::write(&headers, &shape, page, &writer)
    })
    .await
}

fn position(record: &Observation) -> SeriesPosition {
    SeriesPosition { station: record.station.clone(), parameter: Some(record.parameter), start: record.start }
}

/// The items of a page that `every` keeps, and the place behind which the next page begins.
async fn thinned(
    app: &App,
    mut ask: ObservationQuery,
    every: Every,
    zone: Zone,
) -> Result<(Vec<Published<Observation>>, Option<SeriesPosition>), Failure> {
    let mut kept = Vec::new();
    let limit = std::mem::replace(&mut ask.limit, MAX_LIMIT);
    for _ in 0..LOOKED_THROUGH / MAX_LIMIT {
        let found = app.journal.observations(ask.clone()).await?;
        let Some(last) = found.last() else { return Ok((kept, None)) };
        ask.after = Some(position(&last.record));
        let more = found.len() == MAX_LIMIT;
        kept.extend(found.into_iter().filter(|published| every.keeps(published.record.start, zone)));
        if kept.len() > limit {
            kept.truncate(limit);
            let behind = kept.last().map(|last| position(&last.record));
            return Ok((kept, behind));
        }
        if !more {
            return Ok((kept, None));
        }
    }
    Ok((kept, ask.after))
}

fn ask(app: &App, query: &Query, zone: Zone) -> Result<ObservationQuery, Failure> {
    let period = query.period(|_| true, Period::KNOWN)?;
    let words = [Statistic::Mean, Statistic::Max8h].map(Statistic::as_str);
    let statistic = query.word("statistic", Statistic::parse, words)?.unwrap_or_default();
    if statistic == Statistic::Max8h && period != Period::Day {
        let detail = format!("max8h is a figure of a day and {period} was asked for; ask for period=P1D");
        return Err(Failure::value("statistic", detail, [Statistic::Mean.as_str()]));
    }
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
