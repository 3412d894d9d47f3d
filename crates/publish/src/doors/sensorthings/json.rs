//! Properties of entities as JSON, and as values of expressions.

use limpid_model::{Mark, ParameterId, Period, Station, Text};
use serde_json::{Map, Value, json};

use super::entity::{Entity, Place, Stream};
use super::filter::Val;
use super::time::Interval;
use super::world::World;
use crate::doors::geometry::Geometry;

/// An observation of a number (18-088, table 12; ISO 19156).
const MEASUREMENT: &str = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement";
const GEOJSON: &str = "application/geo+json";

/// The properties of an entity, in the order of the standard; links apart.
pub fn properties(entity: &Entity, world: &World) -> Map<String, Value> {
    let made = match entity {
        Entity::Thing(station) => thing(station, world),
        Entity::Location(place) => placed(place, "location", world),
        Entity::FeatureOfInterest(place) => placed(place, "feature", world),
        Entity::HistoricalLocation(_, from) => json!({ "time": world.zone().format(*from) }),
        Entity::Sensor(station) => sensor(station, world),
        Entity::ObservedProperty(parameter) => observed(*parameter, world),
        Entity::Datastream(stream) => datastream(stream, world),
        Entity::Observation(_, published) => {
            let record = &published.record;
            json!({
                "phenomenonTime": Interval { start: record.start, end: record.end }.format(world.zone()),
                "resultTime": world.zone().format(published.at),
                "result": record.value,
                "resultQuality": record.flag.code(),
                "parameters": parameters(entity),
            })
        }
    };
    match made {
        Value::Object(properties) => properties,
        _ => Map::new(),
    }
}

/// A property as a value of an expression; `rest` are its parts.
pub fn value(entity: &Entity, name: &str, rest: &[String], world: &World) -> Val {
    let moment = |at| Val::Time(Interval::at(at));
    match (entity, name) {
        (_, "id") => Val::Text(entity.id()),
        (_, "selfLink") => Val::Text(world.link(entity)),
        (Entity::Observation(_, published), "phenomenonTime") => {
            Val::Time(Interval { start: published.record.start, end: published.record.end })
        }
        (Entity::Observation(_, published), "resultTime") => moment(published.at),
        (Entity::Observation(_, published), "result") => published.record.value.map_or(Val::Null, Val::Number),
        (Entity::Observation(_, published), "resultQuality") => Val::Number(published.record.flag.code().into()),
        (Entity::HistoricalLocation(_, from), "time") => moment(*from),
        (Entity::Location(place) | Entity::FeatureOfInterest(place), "location" | "feature") if rest.is_empty() => {
            Val::Place(Geometry::Point([place.lon, place.lat]))
        }
        (Entity::Datastream(stream), "observedArea") if rest.is_empty() => {
            Val::Place(Geometry::Point([stream.station.lon, stream.station.lat]))
        }
        (Entity::Datastream(stream), "phenomenonTime") => Val::Time(extent(stream, world)),
        _ => {
            let properties = properties(entity, world);
            let part =
                rest.iter().try_fold(properties.get(name).unwrap_or(&Value::Null), |value, part| value.get(part));
            part.map_or(Val::Null, Val::of)
        }
    }
}

/// A text in the first of the publisher's languages; the others are under `properties`.
fn said<'a>(text: &'a Text, world: &World) -> &'a str {
    text.get(world.app.pipeline.publisher.languages.first().map_or("zh", String::as_str))
}

fn thing(station: &Station, world: &World) -> Value {
    let zone = world.zone();
    json!({
        "name": said(&station.name, world),
        "description": format!("{} station {}", station.kind.as_str(), station.name.get("en")),
        "properties": {
            "kind": station.kind,
            "name": station.name,
            "area": some(&station.area),
            "class": some(&station.class),
            "from": station.from.map(|at| zone.format(at)),
            "to": station.to.map(|at| zone.format(at)),
            "successorOf": station.successor_of,
            "simulated": station.simulated,
        },
    })
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn placed(place: &Place, name: &str, world: &World) -> Value {
    json!({
        "name": said(&place.name, world),
        "description": format!("where station {} is or was", place.name.get("en")),
        "encodingType": GEOJSON,
        name: point(place.lon, place.lat),
        "properties": { "name": place.name },
    })
}

fn point(lon: f64, lat: f64) -> Value {
    json!({ "type": "Point", "coordinates": [lon, lat] })
}

fn sensor(station: &Station, world: &World) -> Value {
    let episodes = world.app.pipeline.stations.episodes(station);
    let instrument = episodes.last().map(|episode| episode.instrument.as_str()).and_then(some);
    json!({
        "name": instrument.map_or_else(|| format!("instruments of {}", station.name.get("en")), str::to_owned),
        "description": format!("what measures at station {}", station.name.get("en")),
        "encodingType": "text/html",
        "metadata": format!("{}/stations/{}", world.site(), station.id),
        "properties": { "instrument": instrument },
    })
}

fn observed(parameter: ParameterId, world: &World) -> Value {
    json!({
        "name": said(parameter.name(), world),
        "definition": world.link(&Entity::ObservedProperty(parameter)),
        "description": parameter.name().get("en"),
        "properties": { "name": parameter.name(), "unit": parameter.unit().as_str() },
    })
}

/// From the start of its first observation to the end of its last.
fn extent(stream: &Stream, world: &World) -> Interval {
    let series = &stream.series;
    Interval { start: series.first, end: series.period.end(series.last, world.zone()) }
}

fn datastream(stream: &Stream, world: &World) -> Value {
    let (station, series) = (&stream.station, &stream.series);
    let unit = series.parameter.unit().as_str();
    let what = match series.period {
        Period::Moment => "values of a moment".to_owned(),
        period => format!("{} of {period}", series.statistic.as_str()),
    };
    let observed = world.link(&Entity::ObservedProperty(series.parameter));
    let name = format!("{} {} {what}", said(&station.name, world), said(series.parameter.name(), world));
    json!({
        "name": name,
        "description": format!("{}, {what}, at station {}", series.parameter.name().get("en"), station.name.get("en")),
        "observationType": MEASUREMENT,
        "unitOfMeasurement": { "name": unit, "symbol": unit, "definition": format!("{observed}/properties/unit") },
        "observedArea": point(station.lon, station.lat),
        "phenomenonTime": extent(stream, world).format(world.zone()),
        "properties": {
            "period": series.period,
            "statistic": series.statistic.as_str(),
            "parameter": series.parameter,
            "station": series.station,
            "licence": world.app.pipeline.publisher.licence,
            "simulated": station.simulated,
        },
    })
}

/// What the API says of an observation beside its value.
fn parameters(entity: &Entity) -> Value {
    let Entity::Observation(stream, published) = entity else { return Value::Null };
    let record = &published.record;
    let mut said = json!({
        "status": record.status.as_str(),
        "revision": published.revision,
        "rules": record.rules,
    });
    for (name, value) in [
        ("mark", record.mark.as_ref().map(Mark::as_str).map(Value::from)),
        ("n", record.n.map(Value::from)),
        ("expected", record.expected.map(Value::from)),
        ("simulated", Some(Value::from(true)).filter(|_| stream.station.simulated)),
    ] {
        if let Some(value) = value {
            said[name] = value;
        }
    }
    said
}
