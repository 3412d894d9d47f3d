//! `GET /api/v1/gaps`: what is missing, and why.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use chrono::Duration;
use limpid_model::{GapCause, StationId, Zone};
use limpid_store::{GapQuery, SeriesPosition};
use serde::Serialize;
use utoipa::ToSchema;

use super::cursor::Cursor;
use super::item::{GAP, GapItem, GapRow};
use super::page::{self, Page, Writer};
use super::query::Query;
use super::refusals::BadRequest;
use super::shape::{SeriesParameters, Shape, ShapeParameters};
use crate::answer::{Failure, Format};
use crate::app::{App, Shared};

const PATH: &str = "/api/v1/gaps";
const KNOWN: &[&str] =
    &["station", "parameter", "kind", "cause", "from", "to", "tz", "fields", "format", "cursor", "limit"];

/// How far back an answer goes when the query does not say.
const USUAL: Duration = Duration::days(30);

/// One page of gaps.
#[derive(Serialize, ToSchema)]
pub struct Gaps {
    /// Ordered by station, parameter and start.
    pub items: Vec<GapItem>,
    /// Address of the next page; null on the last.
    pub next: Option<String>,
}

/// Expected hours that have no value that may be used, each with one cause; consecutive hours of one cause are one item,
/// given whole where any of it lies in the time asked for. An hour is looked at some time after its end, and again
/// whenever data of it come.
#[utoipa::path(
    get, path = PATH, tag = "data", operation_id = "gaps",
    params(
        SeriesParameters,
        ("kind" = Option<String>, Query, pattern = "^(air|water|noise|outlet|radiation|soil)$", description = "kind of station; default all"),
        ("cause" = Option<String>, Query, pattern = "^(instrument_mark|failed_check|sent_missing|platform_down|source_down|link_down|rejected|quarantined|incomplete|station_silent)$", description = "only gaps of this cause"),
        ("from" = Option<String>, Query, min_length = 10, description = "only gaps that end later: RFC 3339 or a date of the authority's zone; default 30 days before `to`"),
        ("to" = Option<String>, Query, min_length = 10, description = "only gaps that start earlier; default now"),
        ShapeParameters,
        ("format" = Option<String>, Query, pattern = "^(json|csv|parquet|arrow)$", description = "json (default), csv, parquet or arrow (an IPC stream)"),
    ),
    responses(
        (status = 200, description = "one page; `Link: rel=next` in every format", content((Gaps = "application/json"), (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet"), (Vec<u8> = "application/vnd.apache.arrow.stream"))),
        BadRequest,
    )
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, KNOWN)?;
    let shape = Shape::read(&app, &query, &headers, Format::ROWS, GAP, &[])?;
    let ask = ask(&app, &query, shape.zone)?;
    let (limit, span) = (ask.limit, (ask.from, ask.to));
    let _turn = app.turn().await?;
    let found = app.journal.gaps(GapQuery { limit: limit + 1, ..ask }).await?;
    let page = Page::cut(found, limit, |last| {
        let parameter = Some(last.parameter);
        let position = SeriesPosition { station: last.station.clone(), parameter, start: last.start };
        let cursor = Cursor { scheme: String::new(), position }.encode();
        page::next_address(&headers, &query, PATH, span, shape.zone, cursor)
    });
    let simulated = |id: &StationId| app.pipeline.stations.get(id).is_some_and(|station| station.simulated);
    let row = |gap: limpid_model::Gap| GapRow { simulated: simulated(&gap.station), gap };
    let page = page.map(|found| found.into_iter().map(row).collect());
    let writer = Writer { columns: GAP, item: &|row| GapItem::new(row, shape.zone), place: None };
    page::write(&headers, &shape, page, &writer)
}

fn ask(app: &App, query: &Query, zone: Zone) -> Result<GapQuery, Failure> {
    let (from, to) = query.range(zone, app.now(), USUAL)?;
    let (named, kind) = (query.stations(&app.pipeline)?, query.kind()?);
    let wanted = app
        .pipeline
        .stations
        .iter()
        .filter(|station| named.is_empty() || named.contains(&station.id))
        .filter(|station| kind.is_none_or(|kind| station.kind == kind));
    let cause = query.word("cause", |text| text.parse().ok(), GapCause::ALL.map(GapCause::as_str))?;
    let after = query.cursor()?.map(|cursor| cursor.position);
    if after.as_ref().is_some_and(|after| after.parameter.is_none()) {
        return Err(Failure::value("cursor", "it belongs to another list", ["the one in `next` of the page before"]));
    }
    Ok(GapQuery {
        stations: wanted.map(|station| station.id.clone()).collect(),
        parameters: query.parameters()?,
        causes: cause.into_iter().collect(),
        from,
        to,
        after,
        limit: query.limit()?,
    })
}
