//! Locations and values as features (19-086r6, requirements class "EDR GeoJSON").

use std::sync::Arc;

use axum::http::HeaderMap;
use limpid_model::{Observation, Station};
use serde_json::{Map, Value, json};

use super::ROOT;
use super::collection::{Collection, name};
use super::data::{Series, place};
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
pub fn values(app: &App, headers: &HeaderMap, collection: &Collection, series: &[Series]) -> Value {
    let zone = app.zone();
    let mut features = Vec::new();
    for one in series {
        for (measured, values) in &one.values {
            let rows = Row::<Observation>::all(values.clone(), |record| &record.station, &app.pipeline);
            for row in &rows {
                let record = &row.published.record;
                let time = format!("{}/{}", zone.format(record.start), zone.format(record.end));
                let mut properties = told(headers, collection, &one.station, time, vec![name(*measured)]);
                if let Ok(Value::Object(item)) = serde_json::to_value(ObservationItem::new(row, zone)) {
                    properties.extend(item);
                }
                let id = format!("{}.{}@{}", record.station, name(*measured), zone.format(record.start));
                features.push(feature(&id, &one.station, properties));
            }
        }
    }
    json!({ "type": "FeatureCollection", "features": features })
}

/// What the standard wants of every feature.
fn told(
    headers: &HeaderMap,
    collection: &Collection,
    station: &Station,
    time: String,
    names: Vec<String>,
) -> Map<String, Value> {
    let path = format!("{ROOT}/collections/{}/locations/{}", collection.id(), station.id);
    Map::from_iter([
        ("label".to_owned(), station.name.get("en").into()),
        ("datetime".to_owned(), time.into()),
        ("parameter-name".to_owned(), names.into()),
        ("edrqueryendpoint".to_owned(), links::absolute(headers, &path).into()),
    ])
}

fn feature(id: &str, station: &Station, properties: Map<String, Value>) -> Value {
    let geometry = json!({ "type": "Point", "coordinates": place(station) });
    json!({ "type": "Feature", "id": id, "geometry": geometry, "properties": properties })
}
