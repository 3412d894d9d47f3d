//! Stations as features.

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, header};
use limpid_model::Station;
use limpid_model::geo::Bbox;
use serde_json::{Value, json};

use super::super::common::{self, link};
use super::super::query::When;
use super::{ROOT, STATIONS, only_stations};
use crate::answer::problem::cut;
use crate::answer::{Failure, Format};
use crate::api::query::Query;
use crate::api::stations::StationItem;
use crate::app::{App, Shared};

/// Features on a page when the query does not say.
pub const DEFAULT_LIMIT: usize = 100;
/// Features on a page at most.
pub const MAX_LIMIT: usize = 10_000;

/// `GET …/items`
pub async fn list(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    only_stations(&id)?;
    let query = Query::parse(&uri, &["bbox", "datetime", "limit", "offset", "kind", "f"])?;
    query.word("f", |text| ["json", "geojson"].contains(&text).then_some(()), ["json", "geojson"])?;
    let bbox = query.word("bbox", Bbox::parse, Bbox::FORMS)?;
    let when = When::of(&query, app.zone())?;
    let kind = query.kind()?;
    let number = |name, from: usize, most: usize| {
        // More than a page holds is as much as a page holds (17-069r4, requirement 21).
        let read =
            |text: &str| text.parse().ok().filter(|number: &usize| *number >= from).map(|number| number.min(most));
        query.word(name, read, [format!("{from} to {most}")])
    };
    let limit = number("limit", 1, MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let offset = number("offset", 0, 1_000_000)?.unwrap_or(0);
    let chosen: Vec<&Station> = app
        .pipeline
        .stations
        .iter()
        .filter(|station| kind.is_none_or(|kind| station.kind == kind))
        .filter(|station| bbox.as_ref().is_none_or(|bbox| bbox.holds(station.place())))
        .filter(|station| when.is_none_or(|when| when.meets(station.from, station.to)))
        .collect();
    let features: Vec<Value> = chosen.iter().skip(offset).take(limit).map(|station| feature(station, &app)).collect();
    let this = uri.path_and_query().map_or(uri.path(), |path| path.as_str());
    let mut links = vec![link(&headers, "self", Format::GeoJson.media_type(), "this page", this), collection(&headers)];
    if offset + features.len() < chosen.len() {
        let next = query.with(uri.path(), &[("offset", (offset + limit).to_string()), ("limit", limit.to_string())]);
        links.push(link(&headers, "next", Format::GeoJson.media_type(), "the next page", &next));
    }
    let next = links.get(2).and_then(|link| link["href"].as_str()).map(|next| format!("<{next}>; rel=\"next\""));
    let page = json!({
        "type": "FeatureCollection",
        "numberMatched": chosen.len(),
        "numberReturned": features.len(),
        "features": features,
        "links": links,
    });
    let mut response = common::respond(&headers, Format::GeoJson.media_type(), &page)?;
    if let Some(next) = next.and_then(|next| HeaderValue::try_from(next).ok()) {
        response.headers_mut().insert(header::LINK, next);
    }
    Ok(response)
}

/// `GET …/items/{item}`
pub async fn one(
    State(app): State<Shared>,
    Path((id, item)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    common::json_only(&uri)?;
    only_stations(&id)?;
    let station = app.pipeline.stations.get_str(&item);
    let station = station.ok_or_else(|| Failure::not_found(format!("there is no station {:?}", cut(&item))))?;
    let mut told = feature(station, &app);
    told["links"] = json!([
        link(&headers, "self", Format::GeoJson.media_type(), "this station", uri.path()),
        collection(&headers),
        link(&headers, "alternate", "text/html", "its page", &format!("/stations/{}", station.id)),
    ]);
    common::respond(&headers, Format::GeoJson.media_type(), &told)
}

fn collection(headers: &HeaderMap) -> Value {
    link(headers, "collection", "application/json", "all stations", &format!("{ROOT}/collections/{STATIONS}"))
}

fn feature(station: &Station, app: &App) -> Value {
    json!({
        "type": "Feature",
        "id": station.id,
        "geometry": { "type": "Point", "coordinates": [station.lon, station.lat] },
        "properties": StationItem::new(station, &app.pipeline.stations, app.zone()),
    })
}
