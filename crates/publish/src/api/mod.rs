//! The API, one resource a file.
//!
//! - [`query`]: query parameters, each checked, the unknown refused with the known
//! - [`cursor`]: the place in a list where the next page begins
//! - [`item`]: published records as JSON objects and as columns
//! - [`stations`], [`latest`], [`observations`], [`assessments`]: the data
//! - [`gaps`], [`completeness`]: what is missing
//! - [`explain`]: how a figure came about
//! - [`summaries`]: areas, and months to years
//! - [`stream`]: the same records, pushed
//! - [`reviews`]: what people decided about values
//! - [`uploads`], [`sensorthings`]: what the gateway of limpid-ingest serves beside, in the words of `/openapi.json`
//! - [`health`], [`openapi`]: for machines that look after machines

pub mod assessments;
pub mod completeness;
mod conformance;
pub mod cursor;
pub mod explain;
pub mod gaps;
pub mod health;
pub mod item;
pub mod latest;
pub mod observations;
pub mod openapi;
pub mod query;
pub mod reviews;
mod sensorthings;
pub mod stations;
pub mod stream;
pub mod summaries;
mod uploads;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use limpid_model::Zone;
use limpid_store::lake::to_parquet;
use serde::Serialize;

use crate::answer::table::{self, Column};
use crate::answer::{Cache, Failure, Format, cache};

/// A page of rows in the format asked for, with a `Link` to the next one.
///
/// # Errors
/// 500 when it cannot be written; its cause is in the log.
fn page<R, I: Serialize>(
    headers: &HeaderMap,
    format: Format,
    rows: &[R],
    next: Option<String>,
    columns: &[Column<R>],
    item: impl Fn(&R) -> I,
    zone: Zone,
) -> Result<Response<Body>, Failure> {
    let body = match format {
        Format::Csv => table::csv(columns, rows, zone).map_err(|error| Failure::internal("writing CSV", &error))?,
        Format::Parquet => {
            let batch =
                table::batch(columns, rows, zone).map_err(|error| Failure::internal("building Parquet", &error))?;
            to_parquet(&[batch])?
        }
        Format::Json | Format::GeoJson => {
            let items: Vec<I> = rows.iter().map(item).collect();
            let page = Page { items, next: next.as_deref() };
            serde_json::to_vec(&page).map_err(|error| Failure::internal("writing JSON", &error))?
        }
    };
    let mut response = cache::tagged(headers, Cache::Revalidate, format.media_type(), body);
    let link = next.and_then(|next| HeaderValue::try_from(format!("<{next}>; rel=\"next\"")).ok());
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

#[derive(Serialize)]
struct Page<'a, I> {
    items: Vec<I>,
    next: Option<&'a str>,
}
