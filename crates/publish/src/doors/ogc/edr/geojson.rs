//! Locations and values as features (19-086r6, requirements class "EDR GeoJSON").

use std::sync::Arc;

use axum::http::HeaderMap;
use limpid_model::geo::Point;
use limpid_model::{Observation, Station};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::ROOT;
use super::collection::{Collection, name};
use super::data::Series;
use crate::api::item::{ObservationItem, Row};
use crate::app::App;
use crate::links;

/// Stations, each with what it has and from when to when.
pub fn locations(app: &App, headers: &HeaderMap, collection: &Collection, stations: &[Arc<Station>]) -> Value {
    let zone = app.zone();
    let of = |station: &Arc<Station>| collection.stations.iter().find(|(one, _)| one.id == station.id);
    let features: Vec<Value> = stations
        .iter()
        .filter_map(of)
        .map(|(station, series)| {
            let first = series.iter().map(|one| one.first).min().unwrap_or_default();
            let last = series.iter().map(|one| one.last).max().unwrap_or_default();
            let time = format!("{}/{}", zone.format(first), zone.format(collection.period.end(last, zone)));
            let names: Vec<String> = series.iter().map(|one| name((one.parameter, one.statistic))).collect();
            let mut properties = told(headers, collection, station, time, names);
            properties.insert("name".to_owned(), json!(station.name));
            properties.insert("kind".to_owned(), json!(station.kind));
            properties.insert("simulated".to_owned(), json!(station.simulated));
            feature(station.id.as_str(), station, properties)
        })
        .collect();
    json!({ "type": "FeatureCollection", "features": features })
}

/// Each value, with all that `/api/v1/observations` says of it.
#[derive(Serialize)]
struct ValueFeature<'a> {
    r#type: &'static str,
    id: String,
    geometry: Geometry,
    properties: ValueProperties<'a>,
}

#[derive(Serialize)]
struct Geometry {
    r#type: &'static str,
    coordinates: Point,
}

/// What the standard wants of every feature, and what is known of the value.
#[derive(Serialize)]
struct ValueProperties<'a> {
    label: &'a str,
    datetime: String,
    #[serde(rename = "parameter-name")]
    parameter_name: [&'a str; 1],
    edrqueryendpoint: &'a str,
    #[serde(flatten)]
    item: ObservationItem,
}

/// Values as features, written one by one: an answer has up to [`MOST_VALUES`](super::data::MOST_VALUES).
///
/// # Errors
/// When one cannot be written.
pub fn values(
    app: &App,
    headers: &HeaderMap,
    collection: &Collection,
    series: Vec<Series>,
) -> serde_json::Result<Vec<u8>> {
    let zone = app.zone();
    let mut body = br#"{"type":"FeatureCollection","features":["#.to_vec();
    let begin = body.len();
    for Series { station, values } in series {
        let endpoint = endpoint(headers, collection, &station);
        for (measured, values) in values {
            let name = name(measured);
            for row in &Row::<Observation>::all(values, |record| &record.station, &app.pipeline) {
                let record = &row.published.record;
                let [start, end] = [record.start, record.end].map(|at| zone.format(at));
                if body.len() > begin {
                    body.push(b',');
                }
                let feature = ValueFeature {
                    r#type: "Feature",
                    id: format!("{}.{name}@{start}", record.station),
                    geometry: Geometry { r#type: "Point", coordinates: station.place() },
                    properties: ValueProperties {
                        label: station.name.get("en"),
                        datetime: format!("{start}/{end}"),
                        parameter_name: [&name],
                        edrqueryendpoint: &endpoint,
                        item: ObservationItem::new(row, zone),
                    },
                };
                serde_json::to_writer(&mut body, &feature)?;
            }
        }
    }
    body.extend(b"]}");
    Ok(body)
}

fn endpoint(headers: &HeaderMap, collection: &Collection, station: &Station) -> String {
    links::absolute(headers, &format!("{ROOT}/collections/{}/locations/{}", collection.id(), station.id))
}

/// What the standard wants of every feature.
fn told(
    headers: &HeaderMap,
    collection: &Collection,
    station: &Station,
    time: String,
    names: Vec<String>,
) -> Map<String, Value> {
    Map::from_iter([
        ("label".to_owned(), station.name.get("en").into()),
        ("datetime".to_owned(), time.into()),
        ("parameter-name".to_owned(), names.into()),
        ("edrqueryendpoint".to_owned(), endpoint(headers, collection, station).into()),
    ])
}

fn feature(id: &str, station: &Station, properties: Map<String, Value>) -> Value {
    let geometry = json!({ "type": "Point", "coordinates": station.place() });
    json!({ "type": "Feature", "id": id, "geometry": geometry, "properties": properties })
}
