//! Series of one kind of station and one period, as a collection (19-086r6, clause 8.2).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::HeaderMap;
use limpid_model::{Instant, ParameterId, Period, Station, StationKind, Statistic, Zone};
use limpid_store::PublishedSeries;
use serde_json::{Value, json};

use super::super::common::{CRS84, GREGORIAN, link};
use super::super::query::When;
use super::ROOT;
use super::data::Output;
use crate::answer::Failure;
use crate::answer::problem::cut;
use crate::app::{App, Shared};
use crate::datasets::extent::bounds_of;
use crate::links;

/// What is measured: a parameter and which figure of the period.
pub type Measured = (ParameterId, Statistic);

/// A collection.
pub struct Collection {
    /// Which stations.
    pub kind: StationKind,
    /// How long each value speaks for.
    pub period: Period,
    /// Its stations with their series, in the order of the registry.
    pub stations: Vec<(Arc<Station>, Vec<PublishedSeries>)>,
}

/// Every collection that has something in it, in the order of kinds and periods.
///
/// # Errors
/// Those of the journal.
pub async fn all(app: &Shared) -> Result<Vec<Collection>, Failure> {
    let series = app.known_series.get(&*app.journal).await?;
    let mut by_station: BTreeMap<&str, Vec<&PublishedSeries>> = BTreeMap::new();
    for one in series.iter() {
        by_station.entry(one.station.as_str()).or_default().push(one);
    }
    let mut collections: BTreeMap<(usize, Period), Collection> = BTreeMap::new();
    for station in app.pipeline.stations.shared() {
        for series in by_station.get(station.id.as_str()).into_iter().flatten() {
            let kind = StationKind::ALL.iter().position(|kind| *kind == station.kind).unwrap_or_default();
            let empty = || Collection { kind: station.kind, period: series.period, stations: Vec::new() };
            let stations = &mut collections.entry((kind, series.period)).or_insert_with(empty).stations;
            match stations.last_mut() {
                Some((last, known)) if last.id == station.id => known.push((*series).clone()),
                _ => stations.push((station.clone(), vec![(*series).clone()])),
            }
        }
    }
    Ok(collections.into_values().collect())
}

/// How a parameter is called in a collection: `pm25`, `o3-max8h`.
pub fn name((parameter, statistic): Measured) -> String {
    match statistic {
        Statistic::Mean => parameter.to_string(),
        other => format!("{parameter}-{}", other.as_str()),
    }
}

fn word(period: Period) -> String {
    match period {
        Period::Moment => "moments".to_owned(),
        Period::Minutes(minutes) => format!("{minutes}-minutes"),
        Period::Hour => "hourly".to_owned(),
        Period::Hours8 => "moving-8h".to_owned(),
        Period::Hours24 => "moving-24h".to_owned(),
        Period::Day => "daily".to_owned(),
        Period::Month => "monthly".to_owned(),
        Period::Quarter => "quarterly".to_owned(),
        Period::Months12 => "moving-12m".to_owned(),
        Period::Year => "yearly".to_owned(),
    }
}

impl Collection {
    /// The collection with this id.
    ///
    /// # Errors
    /// 404 where there is none; those of the journal.
    pub async fn find(app: &Shared, id: &str) -> Result<Self, Failure> {
        let mut collections = all(app).await?;
        let place = collections.iter().position(|collection| collection.id() == id);
        let place = place.ok_or_else(|| {
            let known: Vec<String> = collections.iter().map(Self::id).collect();
            Failure::not_found(format!("there is no collection {:?}; there are: {}", cut(id), known.join(", ")))
        })?;
        Ok(collections.swap_remove(place))
    }

    /// `air-hourly`
    pub fn id(&self) -> String {
        format!("{}-{}", self.kind.as_str(), word(self.period))
    }

    /// What is measured somewhere in it, in the order of parameters.
    pub fn measured(&self) -> Vec<Measured> {
        let series = self.stations.iter().flat_map(|(_, series)| series);
        let mut measured: Vec<Measured> = series.map(|one| (one.parameter, one.statistic)).collect();
        measured.sort_unstable();
        measured.dedup();
        measured
    }

    /// From the start of its first value to the end of its last.
    fn extent(&self, zone: Zone) -> (Instant, Instant) {
        let series = || self.stations.iter().flat_map(|(_, series)| series);
        let first = series().map(|one| one.first).min().unwrap_or_default();
        let last = series().map(|one| one.last).max().unwrap_or_default();
        (first, self.period.end(last, zone))
    }

    /// Whether a station has values in this time, as far as first and last of its series tell.
    pub fn has(&self, station: &Station, when: When, zone: Zone) -> bool {
        let series = self.stations.iter().filter(|(one, _)| one.id == station.id).flat_map(|(_, series)| series);
        series.into_iter().any(|one| when.meets(Some(one.first), Some(self.period.end(one.last, zone))))
    }

    /// The collection as the standard tells of it.
    pub fn describe(&self, app: &App, headers: &HeaderMap) -> Value {
        let (id, zone) = (self.id(), app.zone());
        let path = format!("{ROOT}/collections/{id}");
        let (first, last) = self.extent(zone);
        let (first, last) = (zone.format(first), zone.format(last));
        let what = format!("{}, {}", self.kind.as_str(), word(self.period));
        let query = |kind: &str, template: &str, formats: &[Output]| {
            let href = format!("{}{template}", links::absolute(headers, &format!("{path}/{kind}")));
            let formats: Vec<&str> = formats.iter().map(|format| format.name()).collect();
            json!({ "link": {
                "href": href,
                "rel": "data",
                "templated": !template.is_empty(),
                "variables": {
                    "title": format!("{kind} query"),
                    "query_type": kind,
                    "output_formats": formats,
                    "default_output_format": formats[0],
                    "crs_details": [{ "crs": "CRS84", "wkt": WGS84 }],
                },
            }})
        };
        let mut cube = query("cube", "?bbox={bbox}", &Output::ALL);
        cube["link"]["variables"]["height_units"] = json!(["m"]);
        let parameters: serde_json::Map<String, Value> =
            self.measured().into_iter().map(|one| (name(one), self.parameter(one, headers))).collect();
        json!({
            "id": id,
            "title": what,
            "description": format!(
                "what {} stations measured, {}; times are starts of periods, values as published, provisional ones among them",
                self.kind.as_str(), word(self.period)
            ),
            "keywords": [self.kind.as_str(), word(self.period)],
            "links": [
                link(headers, "self", "application/json", "this collection", &path),
                link(headers, "data", "application/geo+json", "its locations", &format!("{path}/locations")),
                link(headers, "license", "text/html", &app.pipeline.publisher.licence, "/about"),
            ],
            "extent": {
                "spatial": { "bbox": [bounds_of(self.stations.iter().map(|(station, _)| &**station))], "crs": CRS84 },
                "temporal": { "interval": [[first, last]], "values": [format!("{first}/{last}")], "trs": GREGORIAN },
            },
            "data_queries": {
                "position": query("position", "?coords={coords}", &Output::ALL),
                "area": query("area", "?coords={coords}", &Output::ALL),
                "cube": cube,
                "locations": query("locations", "", &Output::ALL),
            },
            "crs": ["CRS84"],
            "output_formats": Output::ALL.map(Output::name),
            "parameter_names": parameters,
        })
    }

    /// A parameter as the standard tells of it: texts in one language.
    fn parameter(&self, measured: Measured, headers: &HeaderMap) -> Value {
        let (parameter, statistic) = measured;
        let unit = parameter.unit().as_str();
        json!({
            "type": "Parameter",
            "id": name(measured),
            "label": parameter.name().get("zh"),
            "description": format!("{}, {}", parameter.name().get("en"), statistic.as_str()),
            "data-type": "float",
            "unit": { "label": unit, "symbol": unit },
            "observedProperty": { "id": property(parameter, headers), "label": parameter.name().get("en") },
            "measurementType": { "method": statistic.as_str(), "duration": self.period.to_string() },
        })
    }
}

/// Where a parameter is told of.
pub fn property(parameter: ParameterId, headers: &HeaderMap) -> String {
    links::absolute(headers, &format!("/sta/v1.1/ObservedProperties('{parameter}')"))
}

/// The reference system of all coordinates in well-known text (OGC 18-010r7), as the standard wants it beside its name.
const WGS84: &str = concat!(
    "GEOGCRS[\"WGS 84 (CRS84)\",DATUM[\"World Geodetic System 1984\",ELLIPSOID[\"WGS 84\",6378137,298.257223563]],",
    "CS[ellipsoidal,2],AXIS[\"longitude\",east],AXIS[\"latitude\",north],ANGLEUNIT[\"degree\",0.0174532925199433],",
    "ID[\"OGC\",\"CRS84\"]]"
);
