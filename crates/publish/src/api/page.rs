//! A page of a list: cut from what was read, and written in the format asked for.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use limpid_model::{Instant, Zone};
use limpid_store::lake::to_parquet;
use serde::Serialize;
use serde_json::{Value, json};

use super::query::Query;
use super::shape::Shape;
use crate::answer::table::{self, Column};
use crate::answer::{Cache, Failure, Format, cache};
use crate::links;

/// A page that was cut from a list.
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Address of the next page.
    pub next: Option<String>,
    /// How many there are on all pages, where that was asked for.
    pub count: Option<u64>,
}

impl<T> Page<T> {
    /// The first `limit` of what was found. Lists are read with one item more than a page has, which tells that there is
    /// a next page; `next` makes its address of the last item.
    pub fn cut(mut found: Vec<T>, limit: usize, next: impl FnOnce(&T) -> String) -> Self {
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(next);
        Self { items: found, next, count: None }
    }

    /// The same page of other items.
    pub fn map<U>(self, items: impl FnOnce(Vec<T>) -> Vec<U>) -> Page<U> {
        Page { items: items(self.items), next: self.next, count: self.count }
    }
}

/// The address of the page behind `cursor`: the same query with the span it had, which without `from` and `to` would
/// move on with the clock.
pub fn next_address(
    headers: &HeaderMap,
    query: &Query,
    path: &str,
    (from, to): (Instant, Instant),
    zone: Zone,
    cursor: String,
) -> String {
    let changes = [("from", zone.format(from)), ("to", zone.format(to)), ("cursor", cursor)];
    links::absolute(headers, &query.with(path, &changes))
}

/// Where a row is: longitude and latitude, WGS 84.
pub type Place<'a, R> = dyn Fn(&R) -> Option<[f64; 2]> + 'a;

/// How the rows of a list are written.
pub struct Writer<'a, R, I> {
    /// As columns.
    pub columns: &'a [Column<R>],
    /// As JSON objects.
    pub item: &'a dyn Fn(&R) -> I,
    /// For GeoJSON; `None` in lists that are not offered as such.
    pub place: Option<&'a Place<'a, R>>,
}

/// Rows as a table; `None` for a format of objects.
///
/// # Errors
/// 500 when it cannot be written; its cause is in the log.
pub fn tabular<R>(format: Format, columns: &[&Column<R>], rows: &[R], zone: Zone) -> Result<Option<Vec<u8>>, Failure> {
    let batch =
        || table::batch(columns, rows, zone).map_err(|error| Failure::internal("building a table of rows", &error));
    let body = match format {
        Format::Json | Format::GeoJson => return Ok(None),
        Format::Csv => table::csv(columns, rows, zone).map_err(|error| Failure::internal("writing CSV", &error))?,
        Format::Parquet => to_parquet(&[batch()?])?,
        Format::Arrow => table::arrow(&batch()?).map_err(|error| Failure::internal("writing Arrow", &error))?,
    };
    Ok(Some(body))
}

/// A page in the format asked for, with a `Link` to the next one.
///
/// # Errors
/// 500 when it cannot be written; its cause is in the log.
pub fn write<R, I: Serialize>(
    headers: &HeaderMap,
    shape: &Shape,
    page: Page<R>,
    writer: &Writer<'_, R, I>,
) -> Result<Response<Body>, Failure> {
    let (rows, zone) = (&page.items, shape.zone);
    let columns: Vec<&Column<R>> = writer.columns.iter().filter(|column| shape.wants(column.name)).collect();
    let body = match tabular(shape.format, &columns, rows, zone)? {
        Some(table) => table,
        None if shape.format == Format::Json => {
            let count = page.count;
            let bytes = if shape.fields.is_none() {
                let items: Vec<I> = rows.iter().map(writer.item).collect();
                serde_json::to_vec(&Envelope { items, next: page.next.as_deref(), count })
            } else {
                let items = properties(shape, rows, writer)?;
                serde_json::to_vec(&Envelope { items, next: page.next.as_deref(), count })
            };
            bytes.map_err(|error| Failure::internal("writing JSON", &error))?
        }
        None => {
            let features: Vec<Value> = rows
                .iter()
                .zip(properties(shape, rows, writer)?)
                .map(|(row, properties)| {
                    let place = writer.place.and_then(|place| place(row));
                    let geometry = place.map(|place| json!({ "type": "Point", "coordinates": place }));
                    json!({ "type": "Feature", "geometry": geometry, "properties": properties })
                })
                .collect();
            let mut collection = json!({ "type": "FeatureCollection", "features": features, "next": page.next });
            if let Some(count) = page.count {
                collection["count"] = count.into();
            }
            serde_json::to_vec(&collection).map_err(|error| Failure::internal("writing GeoJSON", &error))?
        }
    };
    let mut response = cache::tagged(headers, Cache::Revalidate, shape.format.media_type(), body);
    let fields = response.headers_mut();
    let link = page.next.and_then(|next| HeaderValue::try_from(format!("<{next}>; rel=\"next\"")).ok());
    if let Some(link) = link {
        fields.insert(header::LINK, link);
    }
    if let Some(count) = page.count {
        fields.insert("x-total-count", HeaderValue::from(count));
    }
    fields.insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// The JSON objects with the properties asked for. `sub_pm25` asks for that part of `sub`.
fn properties<R, I: Serialize>(shape: &Shape, rows: &[R], writer: &Writer<'_, R, I>) -> Result<Vec<Value>, Failure> {
    let wanted = |row: &R| {
        let mut value = serde_json::to_value((writer.item)(row))?;
        if let Value::Object(properties) = &mut value {
            let part = |name: &str, within: &str| shape.wants(&format!("{name}_{within}"));
            properties.retain(|name, value| {
                if shape.wants(name) {
                    return true;
                }
                let Value::Object(within) = value else { return false };
                within.retain(|key, _| part(name, key));
                !within.is_empty()
            });
        }
        Ok(value)
    };
    let values: serde_json::Result<Vec<Value>> = rows.iter().map(wanted).collect();
    values.map_err(|error| Failure::internal("writing JSON", &error))
}

#[derive(Serialize)]
struct Envelope<'a, I> {
    items: Vec<I>,
    next: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
}
