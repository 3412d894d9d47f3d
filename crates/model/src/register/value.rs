//! The values of a record, checked against its register.

use chrono::{DateTime, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::field::{Field, FieldKind, LinkTo};
use super::schema::Register;
use super::validity::End;
use crate::code::Doubt;
use crate::pipeline::nearest;
use crate::privacy;
use crate::station::StationId;

/// Letters of a record's key.
pub const KEY_LENGTH: usize = 200;
/// Bytes of one text.
pub const TEXT_BYTES: usize = 64 * 1024;
/// Rows of one table.
pub const TABLE_ROWS: usize = 10_000;
/// Bytes of a whole record, as JSON.
pub const RECORD_BYTES: usize = 4 * 1024 * 1024;

/// Values by field, in the order of the register's fields; what is missing is not there. Texts, dates and choices are
/// strings, numbers numbers, tables lists of objects.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Values(Map<String, Value>);

/// What is wrong with a field of a record. It never repeats the value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldProblem {
    /// The field, `outlets[2].code` within a table (rows counted from 1).
    pub field: String,
    /// What is wrong with it, and what to write instead.
    pub what: String,
}

impl Values {
    /// What a field holds.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field)
    }

    /// What a field holds, where that is a string.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.0.get(field).and_then(Value::as_str)
    }

    /// Every value under the name of a leaf: of `outlets.contact` that of each row.
    pub(super) fn leaf(&self, name: &str) -> Vec<&Value> {
        match name.split_once('.') {
            None => self.0.get(name).into_iter().collect(),
            Some((table, column)) => {
                let rows = self.0.get(table).and_then(Value::as_array).into_iter().flatten();
                rows.map(|row| row.get(column).unwrap_or(&Value::Null)).collect()
            }
        }
    }

    /// Every field that holds something.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The same with `changes` over it: a field that they do not name stays, one that they give as null goes.
    pub fn with(&self, changes: Map<String, Value>) -> Map<String, Value> {
        let mut all = self.0.clone();
        all.extend(changes);
        all
    }
}

impl Register {
    /// Takes values as they were handed in: everything may be a string, as tables have them. Labels of a choice count as
    /// the choice.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn take(&self, mut raw: Map<String, Value>) -> Result<Values, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let values = Values(take_fields(&self.fields, &mut raw, "", &mut problems));
        unknown(&self.fields, &raw, "", &mut problems);
        if let Some(key) = values.text(&self.key) {
            let field = self.field(&self.key);
            if key.chars().count() > KEY_LENGTH || key.chars().any(char::is_control) {
                problems.push(problem(&self.key, format!("the key is one line of at most {KEY_LENGTH} letters")));
            } else if field.is_some_and(|field| field.scan) && !privacy::scan(key).is_empty()
                || !privacy::mask_known(key, &self.personal(&values)).1.is_empty()
            {
                problems.push(problem(&self.key, "the key looks like personal data, and a key cannot be masked"));
            }
        }
        let written = serde_json::to_string(&values.0).map_or(0, |text| text.len());
        if written > RECORD_BYTES {
            problems.push(problem("", format!("the record has {written} bytes; {RECORD_BYTES} are the most")));
        }
        if problems.is_empty() { Ok(values) } else { Err(problems) }
    }

    /// What looks wrong about the codes of a record, each with its field, `outlets[2].code` within a table. Whoever imports
    /// it is told; nothing is refused for it.
    pub fn doubts(&self, values: &Values) -> Vec<(String, Doubt)> {
        let mut doubts = Vec::new();
        for (name, field, _) in self.leaves() {
            let Some(kind) = field.check else { continue };
            for (number, value) in (1..).zip(values.leaf(&name)) {
                let place = match name.split_once('.') {
                    Some((table, column)) => format!("{table}[{number}].{column}"),
                    None => name.clone(),
                };
                let Some(code) = value.as_str() else { continue };
                doubts.extend(kind.doubts(code).into_iter().map(|doubt| (place.clone(), doubt)));
            }
        }
        doubts
    }

    /// The key of a record with these values. [`Register::take`] saw to it that there is one.
    pub fn key_of<'v>(&self, values: &'v Values) -> &'v str {
        values.text(&self.key).unwrap_or_default()
    }
}

fn problem(field: impl Into<String>, what: impl Into<String>) -> FieldProblem {
    FieldProblem { field: field.into(), what: what.into() }
}

fn take_fields(
    fields: &[Field],
    raw: &mut Map<String, Value>,
    at: &str,
    problems: &mut Vec<FieldProblem>,
) -> Map<String, Value> {
    let mut taken = Map::new();
    for field in fields {
        let place = format!("{at}{}", field.name);
        let found = raw.remove(&field.name).filter(|value| !is_missing(value));
        let value = match (found, &field.kind) {
            (None, _) => None,
            (Some(Value::Array(rows)), FieldKind::Table(columns)) => take_rows(columns, rows, &place, problems),
            (Some(value), _) => match take_one(field, &value) {
                Ok(value) => Some(value),
                Err(what) => {
                    problems.push(problem(&place, what));
                    continue;
                }
            },
        };
        match value {
            Some(value) => {
                taken.insert(field.name.clone(), value);
            }
            None if field.required => problems.push(problem(place, "it is required and missing")),
            None => {}
        }
    }
    taken
}

fn take_rows(columns: &[Field], rows: Vec<Value>, place: &str, problems: &mut Vec<FieldProblem>) -> Option<Value> {
    if rows.len() > TABLE_ROWS {
        problems.push(problem(place, format!("{} rows; {TABLE_ROWS} are the most", rows.len())));
        return None;
    }
    let mut taken = Vec::with_capacity(rows.len());
    for (number, row) in (1..).zip(rows) {
        let at = format!("{place}[{number}].");
        let Value::Object(mut row) = row else {
            problems.push(problem(format!("{place}[{number}]"), "write an object with the columns of the table"));
            continue;
        };
        if row.values().all(is_missing) {
            continue;
        }
        let fields = take_fields(columns, &mut row, &at, problems);
        unknown(columns, &row, &at, problems);
        taken.push(Value::Object(fields));
    }
    (!taken.is_empty()).then_some(Value::Array(taken))
}

/// Names what no field is there for.
fn unknown(fields: &[Field], rest: &Map<String, Value>, at: &str, problems: &mut Vec<FieldProblem>) {
    for name in rest.keys() {
        let known = || fields.iter().map(|field| field.name.as_str());
        let remedy = match nearest(name, known()) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("known are: {}", known().collect::<Vec<_>>().join(", ")),
        };
        let name: String = name.chars().take(80).collect();
        problems.push(problem(format!("{at}{name}"), format!("there is no such field; {remedy}")));
    }
}

fn is_missing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(rows) => rows.is_empty(),
        _ => false,
    }
}

/// A scalar as the text that [`Register::take`] makes of it; `None` of lists, objects and null.
pub fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn take_one(field: &Field, value: &Value) -> Result<Value, String> {
    let text = as_text(value).ok_or_else(|| format!("write a {}", field.kind.as_str()))?;
    match &field.kind {
        FieldKind::Text => checked_text(text),
        FieldKind::Number => number(&text).ok_or_else(|| "write a number such as 12.5".to_owned()),
        FieldKind::Date => date(&text)
            .map(|date| Value::String(date.to_string()))
            .ok_or_else(|| "write a day of the calendar: 2026-11-25".to_owned()),
        FieldKind::DateTime => {
            let at = DateTime::parse_from_rfc3339(&text).ok();
            at.map(|at| Value::String(at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)))
                .ok_or_else(|| "write a time with its offset: 2026-11-25T08:00:00+08:00".to_owned())
        }
        FieldKind::Choice(choices) => {
            let named = |choice: &&super::Choice| {
                choice.value == text || choice.label.iter().any(|(_, label)| label.eq_ignore_ascii_case(&text))
            };
            choices.iter().find(named).map(|choice| Value::String(choice.value.clone())).ok_or_else(|| {
                let known: Vec<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
                format!("write one of: {}", known.join(", "))
            })
        }
        FieldKind::Link(LinkTo::Station) => match StationId::parse(&text) {
            Some(_) => Ok(Value::String(text)),
            None => Err("write the id of a station".to_owned()),
        },
        FieldKind::Link(LinkTo::Url) => {
            let web = text.starts_with("https://") || text.starts_with("http://");
            if web && !text.chars().any(|sign| sign.is_control() || sign.is_whitespace()) {
                checked_text(text)
            } else {
                Err("write an address that starts with https:// or http://".to_owned())
            }
        }
        FieldKind::Link(LinkTo::Register(_)) => checked_text(text),
        FieldKind::File => {
            let digest = text.to_lowercase();
            let fits = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
            if fits { Ok(Value::String(digest)) } else { Err("write the SHA-256 that the upload was answered".into()) }
        }
        FieldKind::Table(_) => Err("write a list of rows".to_owned()),
    }
}

fn checked_text(text: String) -> Result<Value, String> {
    if text.len() > TEXT_BYTES {
        return Err(format!("{} bytes; {TEXT_BYTES} are the most", text.len()));
    }
    if text.chars().any(|sign| sign.is_control() && !matches!(sign, '\n' | '\r' | '\t')) {
        return Err("it has control characters; remove them".to_owned());
    }
    Ok(Value::String(text))
}

fn number(text: &str) -> Option<Value> {
    let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    // A whole number stays one, so that 50 and 50.0 are the same value.
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return Some(Value::from(number as i64));
    }
    serde_json::Number::from_f64(number).map(Value::Number)
}

/// A day as tables write it: `2026-11-25`, `2026/11/25`, `20261125`, `2026年11月25日`, with or without a time of day behind.
fn date(text: &str) -> Option<NaiveDate> {
    let day = text.split(['T', ' ']).next().unwrap_or(text);
    ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(day, format).ok())
        .filter(|day| (1800..=2200).contains(&chrono::Datelike::year(day)))
}

/// Whether the values of a choice are all words for an end.
pub(crate) fn are_ends(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Choice(choices) if choices.iter().all(|choice| End::parse(&choice.value).is_some()))
}
