//! What the derived description cannot say: how times look, which parameters, schemes, datasets and columns there are, and
//! which stations and areas the authority has.

use limpid_model::{ParameterId, Pipeline, SchemeChoice};
use serde_json::{Value, json};

use super::item::{ASSESSMENT, COMPLETENESS, FORECAST, GAP, OBSERVATION, SCORE};
use crate::answer::table::Column;
use crate::datasets::Dataset;

/// A day that the calendar has (but for the 29th of February, which no pattern can tell), with or without a time.
const TIME: &str = concat!(
    "^(19|20)[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))",
    "(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]))?$"
);
/// An id of a station.
const ID: &str = "^[A-Za-z0-9_.-]{1,64}$";
/// A registry with more is not listed: the description is to stay readable.
const LISTED: usize = 500;

/// What holds of every authority.
pub fn all(described: &mut Value) {
    let parameters: Vec<&str> = ParameterId::all().map(ParameterId::as_str).collect();
    let schemas = &mut described["components"]["schemas"];
    schemas["Time"] = json!({
        "type": "string",
        "description": "RFC 3339, or a date, which is its first moment in the zone",
        "pattern": TIME,
    });
    schemas["ParameterId"] = json!({ "type": "string", "description": "id of a parameter", "enum": parameters });
    schemas["StationId"] = json!({ "type": "string", "description": "id of a station", "pattern": ID });
    schemas["Area"] = json!({ "type": "string", "description": "area of the registry", "minLength": 1 });
    schemas["Zone"] = json!({ "type": "string", "description": "IANA zone", "examples": ["Asia/Shanghai", "UTC"] });
    for (list, item) in [("Observations", "Observation"), ("Assessments", "Assessment"), ("Gaps", "Gap")] {
        let part = format!("{item}Part");
        schemas[&part] = without_required(&schemas[item], schemas);
        schemas[&part]["description"] = json!("What `fields` leaves of it.");
        schemas[list]["properties"]["items"]["items"] = json!({ "anyOf": [reference(item), reference(&part)] });
    }
    schemas["Submission"]["properties"]["station"] = reference("StationId");
    for (path, operations) in described["paths"].as_object_mut().into_iter().flatten() {
        for operation in operations.as_object_mut().into_iter().flat_map(|path| path.values_mut()) {
            let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
            for parameter in parameters.into_iter().flatten() {
                refine(path, parameter);
            }
        }
    }
}

/// What holds of this authority.
pub fn of(pipeline: &Pipeline, described: &mut Value) {
    let stations: Vec<&str> = pipeline.stations.iter().map(|station| station.id.as_str()).collect();
    let areas: Vec<&str> = pipeline.area_names().into_iter().collect();
    let zones: Vec<&str> = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
    let schemas = &mut described["components"]["schemas"];
    schemas["Zone"]["enum"] = json!(zones);
    for (name, known) in [("StationId", stations), ("Area", areas)] {
        if (1..=LISTED).contains(&known.len()) {
            schemas[name]["enum"] = json!(known);
        }
    }
}

fn refine(path: &str, parameter: &mut Value) {
    let name = parameter["name"].as_str().unwrap_or_default().to_owned();
    let Some(schema) = parameter.get_mut("schema") else { return };
    // An optional parameter is left out: there is no way to write null in a query or a header.
    if let Some(Value::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [kind] = &kinds[..] {
            schema["type"] = kind.clone();
        }
    }
    let example = match name.as_str() {
        "from" => Some("2026-11-24"),
        "to" => Some("2026-11-25T08:00:00+08:00"),
        _ => None,
    };
    let known = match name.as_str() {
        "from" | "to" | "as_of" | "start" => reference("Time"),
        // What a page does not know it passes over.
        "station" if path.starts_with("/api/") => reference("StationId"),
        "window" => json!({ "type": "integer", "enum": [30, 90, 365] }),
        "id" if path.contains("/stations/") => reference("StationId"),
        "parameter" => reference("ParameterId"),
        "area" if path.starts_with("/api/") => reference("Area"),
        "tz" => reference("Zone"),
        "scheme" => json!({ "type": "string", "enum": SchemeChoice::known() }),
        "name" if path.starts_with("/datasets/") => {
            json!({
                "type": "string",
                "anyOf": [{ "enum": Dataset::shipped() }, { "pattern": "^register-[a-z0-9_-]+$" }],
            })
        }
        "fields" => json!({ "type": "string", "enum": columns(path) }),
        _ => return,
    };
    match schema.get_mut("items") {
        // One by one or separated by commas.
        Some(items) => *items = known,
        None => *schema = known,
    }
    if let Some(example) = example {
        parameter["example"] = json!(example);
    }
}

/// The same schema, in which nothing must be there. Depth is that of the derived structs.
fn without_required(schema: &Value, schemas: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        return without_required(&schemas[name], schemas);
    }
    let mut schema = schema.clone();
    if let Value::Object(keys) = &mut schema {
        keys.remove("required");
        for kind in ["allOf", "oneOf", "anyOf"] {
            for part in keys.get_mut(kind).and_then(Value::as_array_mut).into_iter().flatten() {
                *part = without_required(part, schemas);
            }
        }
    }
    schema
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The columns of a list.
fn columns(path: &str) -> Vec<&'static str> {
    fn names<R>(columns: &[Column<R>]) -> Vec<&'static str> {
        columns.iter().map(|column| column.name).collect()
    }
    match path {
        "/api/v1/observations" => names(OBSERVATION),
        "/api/v1/assessments" => names(ASSESSMENT),
        "/api/v1/gaps" => names(GAP),
        "/api/v1/forecasts" => names(FORECAST),
        "/api/v1/forecasts/scores" => names(SCORE),
        "/api/v1/completeness" => names(COMPLETENESS),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_with_fields_names_its_columns() {
        let mut seen = 0;
        let described = crate::api::openapi::described();
        for (path, operations) in described["paths"].as_object().unwrap() {
            for parameter in operations["get"]["parameters"].as_array().into_iter().flatten() {
                if parameter["name"] == "fields" {
                    assert!(!columns(path).is_empty(), "{path}");
                    seen += 1;
                }
            }
        }
        assert_eq!(seen, 5);
    }
}
