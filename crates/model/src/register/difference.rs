//! Two revisions of a record, field by field.

use serde::Serialize;
use serde_json::{Map, Value};

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The field; `limits[3].value` within the row of a table, counted from 1.
    pub field: String,
    /// Before; null where it was not there.
    pub before: Value,
    /// After; null where it is not there any more.
    pub after: Value,
}

/// What differs between two sets of fields. Rows of tables are compared in their order.
pub fn compare(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Change> {
    let mut changes = Vec::new();
    compare_maps(before, after, "", &mut changes);
    changes
}

fn compare_maps(before: &Map<String, Value>, after: &Map<String, Value>, at: &str, changes: &mut Vec<Change>) {
    let added = after.keys().filter(|name| !before.contains_key(*name));
    for name in before.keys().chain(added) {
        let (old, new) = (before.get(name).unwrap_or(&Value::Null), after.get(name).unwrap_or(&Value::Null));
        compare_values(old, new, format!("{at}{name}"), changes);
    }
}

fn compare_values(old: &Value, new: &Value, field: String, changes: &mut Vec<Change>) {
    match (old, new) {
        (old, new) if old == new => {}
        (Value::Array(old), Value::Array(new)) => {
            for row in 0..old.len().max(new.len()) {
                let (old, new) = (old.get(row).unwrap_or(&Value::Null), new.get(row).unwrap_or(&Value::Null));
                compare_values(old, new, format!("{field}[{}]", row + 1), changes);
            }
        }
        (Value::Object(old), Value::Object(new)) => compare_maps(old, new, &format!("{field}."), changes),
        _ => changes.push(Change { field, before: old.clone(), after: new.clone() }),
    }
}
