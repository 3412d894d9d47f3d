//! `GET /api/v1/completeness`: how complete a year is.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use chrono::Datelike;
use serde::Serialize;
use utoipa::ToSchema;

use super::item::{COMPLETENESS, CompletenessItem};
use super::page::{self, Page, Writer};
use super::query::Query;
use super::refusals::BadRequest;
use super::shape::{SeriesParameters, Shape};
use crate::answer::{Failure, Format};
use crate::app::Shared;

const PATH: &str = "/api/v1/completeness";
const KNOWN: &[&str] = &["station", "parameter", "year", "format"];

/// How complete a year is.
#[derive(Serialize, ToSchema)]
pub struct YearCompleteness {
    /// Ordered by station and parameter.
    pub items: Vec<CompletenessItem>,
    /// Always null: a year has one page.
    pub next: Option<String>,
}

/// Valid days of a year so far, in the year and in each month, and the values of today, against the legal minimum: of ambient
/// air GB 3095-2026 table 4, of water a sample in so many months; of noise days and nights are counted.
#[utoipa::path(
    get, path = PATH, tag = "data", operation_id = "completeness",
    params(
        SeriesParameters,
        ("year" = Option<u32>, Query, minimum = 1900, maximum = 2200, description = "calendar year, default this one"),
        ("format" = Option<String>, Query, pattern = "^(json|csv|parquet|arrow)$", description = "json (default), csv, parquet or arrow (an IPC stream)"),
    ),
    responses(
        (status = 200, description = "every station and parameter", content((YearCompleteness = "application/json"), (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet"), (Vec<u8> = "application/vnd.apache.arrow.stream"))),
        BadRequest,
    )
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, KNOWN)?;
    let shape = Shape::read(&app, &query, &headers, Format::ROWS, COMPLETENESS, &[])?;
    let (stations, parameters, zone) = (query.stations(&app.pipeline)?, query.parameters()?, app.zone());
    let parse = |text: &str| text.parse::<i32>().ok().filter(|year| (1900..=2200).contains(year));
    let year = query.word("year", parse, ["1900 to 2200"])?.unwrap_or_else(|| zone.date_of(app.now()).year());
    let mut found = app.journal.completeness(year).await?;
    found.retain(|one| {
        app.pipeline.stations.get(&one.station).is_some()
            && (stations.is_empty() || stations.contains(&one.station))
            && (parameters.is_empty() || parameters.contains(&one.parameter))
    });
    let writer = Writer { columns: COMPLETENESS, item: &|row| CompletenessItem::new(row, zone), place: None };
    page::write(&headers, &shape, Page { items: found, next: None, count: None }, &writer)
}
