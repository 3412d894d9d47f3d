//! Records in JSON: a list of them, or an object that has one somewhere near its root; each is an object, or what a
//! GeoJSON feature has as its properties. Values are texts or numbers.

use limpid_model::{Pipeline, Reason, Station};
use serde_json::{Map, Value};

use super::record;
use crate::formats::{Fault, Found};

/// How deep a list of records may lie within objects.
const DEPTH: usize = 4;

/// Reads a snapshot.
///
/// # Errors
/// When it is no JSON or has no list of records. A record that cannot be read is a refusal among what was found.
pub fn read<'p>(bytes: &[u8], pipeline: &'p Pipeline) -> Result<Found<'p>, Fault> {
    read_for(bytes, &|code| pipeline.stations.by_id_or_name(code))
}

/// The same, with the stations that `find` knows.
pub(crate) fn read_for<'p>(bytes: &[u8], find: &dyn Fn(&str) -> Option<&'p Station>) -> Result<Found<'p>, Fault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let root: Value =
        serde_json::from_slice(bytes).map_err(|error| Fault::new(Reason::Damaged, format!("not JSON: {error}")))?;
    let records = records(&root, DEPTH)
        .ok_or_else(|| Fault::new(Reason::Damaged, "no list of records with StationCode is in it"))?;
    let mut found = Found::new();
    for (at, item) in records.iter().enumerate() {
        let Some(fields) = fields(item) else { continue };
        let texts: Vec<(String, String)> =
            fields.iter().map(|(name, value)| (name.to_lowercase(), text(value))).collect();
        let field = |name: &str| texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
        let start = found.len();
        if let Err(fault) = record::read(field, find, &mut found) {
            found.push(Err(fault.into()));
        }
        for refusal in found[start..].iter_mut().filter_map(|item| item.as_mut().err()) {
            refusal.detail = format!("record {}: {}", at + 1, refusal.detail);
        }
    }
    Ok(found)
}

/// The fields of a record: its own, or those of its properties.
fn fields(item: &Value) -> Option<&Map<String, Value>> {
    let own = item.as_object()?;
    own.get("properties").and_then(Value::as_object).or(Some(own))
}

/// The first list whose first item has a station's code. An empty list is a snapshot without stations.
fn records(value: &Value, depth: usize) -> Option<&Vec<Value>> {
    match value {
        Value::Array(items) => {
            let of_records = |item: &Value| {
                fields(item).is_some_and(|fields| fields.keys().any(|key| key.eq_ignore_ascii_case("stationcode")))
            };
            items.first().is_none_or(of_records).then_some(items)
        }
        Value::Object(object) if depth > 0 => object.values().find_map(|value| records(value, depth - 1)),
        _ => None,
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        value => value.to_string(),
    }
}
