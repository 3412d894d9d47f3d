//! JSON as records: a list of objects, read one after the other so that a large file is never in memory as a whole.

use std::fmt;
use std::io::Read;

use limpid_model::pipeline::{RecordMapping, TableMapping};
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::{Candidate, ImportError};

pub(super) fn read(
    input: impl Read,
    mapping: &RecordMapping,
    each: &mut dyn FnMut(Candidate) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let mut failure = None;
    let mut deserializer = serde_json::Deserializer::from_reader(input);
    let items = Items { mapping, each, failure: &mut failure };
    let read = items.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    match (failure, read) {
        (Some(failure), _) => Err(failure),
        (None, Err(error)) => Err(ImportError::File(format!("it is no JSON list of objects: {error}"))),
        (None, Ok(())) => Ok(()),
    }
}

struct Items<'a> {
    mapping: &'a RecordMapping,
    each: &'a mut dyn FnMut(Candidate) -> Result<(), ImportError>,
    failure: &'a mut Option<ImportError>,
}

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut at = 0;
        while let Some(object) = items.next_element::<Map<String, Value>>()? {
            at += 1;
            if let Err(failure) = (self.each)(record(at, object, self.mapping)) {
                *self.failure = Some(failure);
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

/// An object as the mapping reads it; without one, its keys are fields.
fn record(at: usize, object: Map<String, Value>, mapping: &RecordMapping) -> Candidate {
    if mapping.fields.is_empty() && mapping.tables.is_empty() {
        return Candidate { at, raw: object, problems: Vec::new() };
    }
    let mut raw = Map::new();
    for (field, path) in &mapping.fields {
        let value = path.split('.').try_fold(None, |found: Option<&Value>, key| {
            let next = match found {
                None => object.get(key),
                Some(value) => value.get(key),
            };
            next.map(Some)
        });
        raw.insert(field.clone(), value.flatten().map_or(Value::Null, |value| clean(value, mapping)));
    }
    raw.extend(mapping.constant.iter().map(|(field, text)| (field.clone(), Value::String(text.clone()))));
    for table in &mapping.tables {
        let mut rows = Vec::new();
        let levels: Vec<&str> = table.rows.as_deref().map(|rows| rows.split('.').collect()).unwrap_or_default();
        walk(&object, &levels, &mut Vec::new(), &mut |path: &[&Map<String, Value>]| {
            if let Some(row) = row(path, &levels, table, mapping) {
                let row = Value::Object(row);
                if !(table.unique && rows.contains(&row)) {
                    rows.push(row);
                }
            }
        });
        raw.insert(table.name.clone(), Value::Array(rows));
    }
    Candidate { at, raw, problems: Vec::new() }
}

/// What is done with an item and those that it lies in.
type Visit<'v, 'o> = dyn FnMut(&[&'o Map<String, Value>]) + 'v;

/// Visits every innermost item of nested lists, with those that it lies in before it.
fn walk<'o>(
    object: &'o Map<String, Value>,
    levels: &[&str],
    path: &mut Vec<&'o Map<String, Value>>,
    visit: &mut Visit<'_, 'o>,
) {
    path.push(object);
    match levels.split_first() {
        None => visit(path),
        Some((list, rest)) => {
            let items = object.get(*list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            items.iter().filter_map(Value::as_object).for_each(|item| walk(item, rest, path, visit));
        }
    }
    path.pop();
}

fn row(
    path: &[&Map<String, Value>],
    levels: &[&str],
    table: &TableMapping,
    mapping: &RecordMapping,
) -> Option<Map<String, Value>> {
    let mut row = Map::new();
    for (column, from) in &table.fields {
        let (lists, key) = from.rsplit_once('.').unwrap_or(("", from));
        let depth = (0..=levels.len()).find(|depth| levels[..*depth].join(".") == lists)?;
        let value =
            path.get(depth).and_then(|object| object.get(key)).map_or(Value::Null, |value| clean(value, mapping));
        if !value.is_null() {
            row.insert(column.clone(), value);
        }
    }
    if row.is_empty() {
        return None;
    }
    row.extend(table.constant.iter().map(|(name, text)| (name.clone(), Value::String(text.clone()))));
    Some(row)
}

fn clean(value: &Value, mapping: &RecordMapping) -> Value {
    match value {
        Value::String(text) if mapping.missing.iter().any(|missing| missing == text.trim()) => Value::Null,
        other => other.clone(),
    }
}
