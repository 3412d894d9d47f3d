//! Values as CoverageJSON (OGC 21-069r2): of each station a series at a point.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use limpid_model::{Instant, Zone};
use serde_json::{Map, Value, json};

use super::super::common::CRS84;
use super::collection::{Collection, Measured, name, property};
use super::data::{Series, sound};
use crate::app::App;

/// One station as a coverage, several as a collection of them.
pub fn write(app: &App, headers: &HeaderMap, collection: &Collection, series: &[Series], single: bool) -> Value {
    let parameters = |measured: &mut dyn Iterator<Item = Measured>| -> Map<String, Value> {
        measured.map(|one| (name(one), parameter(one, collection, headers))).collect()
    };
    if single {
        let one = &series[0];
        let mut coverage = coverage(one, app.zone());
        coverage["parameters"] = parameters(&mut one.values.iter().map(|(measured, _)| *measured)).into();
        coverage["domain"]["referencing"] = referencing();
        return coverage;
    }
    let mut measured: Vec<Measured> = series.iter().flat_map(|one| one.values.iter().map(|(one, _)| *one)).collect();
    measured.sort_unstable();
    measured.dedup();
    json!({
        "type": "CoverageCollection",
        "domainType": "PointSeries",
        "parameters": parameters(&mut measured.into_iter()),
        "referencing": referencing(),
        "coverages": series.iter().map(|one| coverage(one, app.zone())).collect::<Vec<_>>(),
    })
}

/// A value counts where its flag lets it: the format has no place for a flag beside it.
fn coverage(series: &Series, zone: Zone) -> Value {
    let mut times: BTreeMap<Instant, Instant> = BTreeMap::new();
    for (_, values) in &series.values {
        times.extend(values.iter().map(|published| (published.record.start, published.record.end)));
    }
    let place: BTreeMap<Instant, usize> = times.keys().enumerate().map(|(place, start)| (*start, place)).collect();
    let ranges: Map<String, Value> = series
        .values
        .iter()
        .map(|(measured, values)| {
            let mut line: Vec<Option<f64>> = vec![None; times.len()];
            for published in values {
                line[place[&published.record.start]] = sound(&published.record);
            }
            let range = json!({
                "type": "NdArray",
                "dataType": "float",
                "axisNames": ["t"],
                "shape": [line.len()],
                "values": line,
            });
            (name(*measured), range)
        })
        .collect();
    let starts: Vec<String> = times.keys().map(|start| zone.format(*start)).collect();
    let bounds: Vec<String> = times.iter().flat_map(|(start, end)| [zone.format(*start), zone.format(*end)]).collect();
    json!({
        "type": "Coverage",
        "id": series.station.id,
        "domain": {
            "type": "Domain",
            "domainType": "PointSeries",
            "axes": {
                "x": { "values": [series.station.lon] },
                "y": { "values": [series.station.lat] },
                "t": { "values": starts, "bounds": bounds },
            },
        },
        "ranges": ranges,
    })
}

fn referencing() -> Value {
    json!([
        { "coordinates": ["x", "y"], "system": { "type": "GeographicCRS", "id": CRS84 } },
        { "coordinates": ["t"], "system": { "type": "TemporalRS", "calendar": "Gregorian" } },
    ])
}

/// A parameter as this format tells of it: texts by language.
fn parameter(measured: Measured, collection: &Collection, headers: &HeaderMap) -> Value {
    let (parameter, statistic) = measured;
    let unit = parameter.unit().as_str();
    json!({
        "type": "Parameter",
        "id": name(measured),
        "label": parameter.name(),
        "description": { "en": format!("{} of {}, as far as checks let it count", statistic.as_str(), collection.period) },
        "unit": { "label": { "en": unit }, "symbol": unit },
        "observedProperty": { "id": property(parameter, headers), "label": parameter.name() },
    })
}
