//! The one way from a record to what the public may see.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::disclosure::{Disclosure, How, Personal, Reason};
use super::field::{Field, FieldKind};
use super::schema::Register;
use super::validity::Validity;
use super::value::Values;
use crate::privacy::{self, places, places::WithheldPlace};

/// Metres from a withheld place within which coordinates give it away. Of our own choosing: no rule names a distance.
const GIVES_AWAY_M: f64 = 1_000.0;

/// What the public may see of one revision of a record. [`Register::disclose`] makes it and nothing else does, so that
/// whatever takes one can publish it; reading one back gives what was made before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublicRecord {
    id: String,
    name: String,
    fields: Map<String, Value>,
    validity: Validity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<(f64, f64)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    withheld: Vec<Withheld>,
    search: String,
    terms: Vec<(String, String)>,
}

/// A field that has a value, of which not everything is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// The field, `outlets.contact` of a column.
    pub field: String,
    /// `on_request`, `withheld`, `masked` or `dropped`.
    pub how: String,
    /// Why.
    pub reason: Option<Reason>,
}

impl PublicRecord {
    /// The record's key.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its title.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public fields that have a value, in their order.
    pub fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// From when to when it is in force.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// Degrees north and east, WGS 84.
    pub fn place(&self) -> Option<(f64, f64)> {
        self.place
    }

    /// What is not shown, and why.
    pub fn withheld(&self) -> &[Withheld] {
        &self.withheld
    }

    /// What a search looks into.
    pub fn search(&self) -> &str {
        &self.search
    }

    /// Fields and values by which it is found, `("limits.pollutant", "cod")`, each once.
    pub fn terms(&self) -> &[(String, String)] {
        &self.terms
    }
}

impl Register {
    /// What the public may see of these values: public fields only, with personal data masked or dropped, whether the
    /// schema says that a field holds them or a scan finds them.
    pub fn disclose(&self, values: &Values) -> PublicRecord {
        let mut screen = Screen { known: self.personal(values), hidden: self.hidden(values), withheld: Vec::new() };
        let mut fields = Map::new();
        for field in &self.fields {
            if let Some(value) = values.get(&field.name)
                && let Some(shown) = screen.show(field, field.disclosure, value, &field.name)
            {
                fields.insert(field.name.clone(), shown);
            }
        }
        let text = |name: &str| fields.get(name).map(plain).unwrap_or_default();
        let degrees = |name: &str| fields.get(name).and_then(Value::as_f64);
        let place = self.place.as_ref().and_then(|place| Some((degrees(&place.lat)?, degrees(&place.lon)?)));
        let public = Values::of_public(&fields);
        let mut search = Vec::new();
        let (mut terms, mut seen) = (Vec::new(), HashSet::new());
        for (name, field, _) in self.leaves() {
            for found in leaf(&fields, &name) {
                if field.search {
                    search.push(found.clone());
                }
                if field.filter && seen.insert((name.clone(), found.clone())) {
                    terms.push((name.clone(), found));
                }
            }
        }
        search.dedup();
        PublicRecord {
            id: self.key_of(values).to_owned(),
            name: text(&self.name),
            validity: self.validity.as_ref().map(|rule| rule.of(&public)).unwrap_or_default(),
            place,
            withheld: screen.withheld,
            search: search.join("\n"),
            terms,
            fields,
        }
    }
}

impl Register {
    /// In how many public fields the scan found personal data that the schema does not expect there.
    pub fn found_by_scan(&self, record: &PublicRecord) -> u32 {
        let unexpected = |one: &&Withheld| {
            one.how == "masked" && self.field_at(&one.field).is_some_and(|field| field.redact.is_none())
        };
        u32::try_from(record.withheld.iter().filter(unexpected).count()).unwrap_or(u32::MAX)
    }
}

impl Values {
    /// Public fields, read as values: what is made of them cannot tell more than they do.
    fn of_public(fields: &Map<String, Value>) -> Self {
        serde_json::from_value(Value::Object(fields.clone())).unwrap_or_default()
    }
}

/// A value as text, as a search and a filter compare it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Every value that public fields have under the name of a leaf.
fn leaf(fields: &Map<String, Value>, name: &str) -> Vec<String> {
    match name.split_once('.') {
        None => fields.get(name).map(plain).into_iter().collect(),
        Some((table, column)) => match fields.get(table) {
            Some(Value::Array(rows)) => rows.iter().filter_map(|row| row.get(column)).map(plain).collect(),
            _ => Vec::new(),
        },
    }
}

/// Stands between values and the public.
struct Screen<'v> {
    /// Personal data of the record by the fields that hold them; no other text of it may repeat them.
    known: Vec<(Personal, &'v str)>,
    /// The record's place where the schema withholds it, and why; no text of it may give it away.
    hidden: Option<(WithheldPlace, Option<Reason>)>,
    /// What is not shown.
    withheld: Vec<Withheld>,
}

impl Screen<'_> {
    /// What of a value is shown; what is not is noted once for each field.
    fn show(&mut self, field: &Field, disclosure: Disclosure, value: &Value, name: &str) -> Option<Value> {
        if !disclosure.is_public() {
            self.note(name, disclosure.as_str(), disclosure.reason());
            return None;
        }
        if let (FieldKind::Table(columns), Value::Array(rows)) = (&field.kind, value) {
            // A row stays where it was even when nothing of it is shown: others may count on its place.
            return Some(Value::Array(rows.iter().map(|row| self.row(columns, disclosure, row, name)).collect()));
        }
        if let Some(redaction) = field.redact {
            return match (redaction.how, value) {
                (How::Mask, Value::String(text)) if redaction.kind != Personal::Complainant => {
                    self.note(name, "masked", Some(Reason::Privacy));
                    Some(Value::String(redaction.kind.mask(text)))
                }
                _ => {
                    self.note(name, "dropped", Some(Reason::Privacy));
                    None
                }
            };
        }
        match (value, &field.kind) {
            (Value::String(text), FieldKind::Text | FieldKind::Link(_)) => {
                let (mut shown, mut found) = privacy::mask_known(text, &self.known);
                if field.scan {
                    let (masked, more) = privacy::mask(&shown);
                    (shown, found) = (masked, [found, more].concat());
                }
                if !found.is_empty() {
                    self.note(name, "masked", Some(Reason::Privacy));
                }
                if let Some((place, reason)) = self.hidden
                    && let Some(masked) = places::mask(&shown, &[place])
                {
                    self.note(name, "masked", reason);
                    shown = masked;
                }
                Some(Value::String(shown))
            }
            (Value::Number(number), _)
                if field.scan && privacy::scan(&number.to_string()).iter().any(|one| one.sure) =>
            {
                self.note(name, "dropped", Some(Reason::Privacy));
                None
            }
            _ => Some(value.clone()),
        }
    }

    fn row(&mut self, columns: &[Field], disclosure: Disclosure, row: &Value, name: &str) -> Value {
        let mut cells = Map::new();
        for column in columns {
            let place = format!("{name}.{}", column.name);
            if let Some(cell) = row.get(&column.name)
                && let Some(cell) = self.show(column, disclosure.and(column.disclosure), cell, &place)
            {
                cells.insert(column.name.clone(), cell);
            }
        }
        Value::Object(cells)
    }

    fn note(&mut self, field: &str, how: &str, reason: Option<Reason>) {
        let one = Withheld { field: field.to_owned(), how: how.to_owned(), reason };
        if !self.withheld.contains(&one) {
            self.withheld.push(one);
        }
    }
}

impl Register {
    /// The place of a record whose schema does not let everybody see it, and why.
    fn hidden(&self, values: &Values) -> Option<(WithheldPlace, Option<Reason>)> {
        let place = self.place.as_ref()?;
        let fields = [&place.lat, &place.lon].map(|name| self.field(name));
        let withheld = fields.into_iter().flatten().map(|field| field.disclosure).find(|one| !one.is_public())?;
        let degrees = |name: &str| values.get(name).and_then(Value::as_f64);
        let (lat, lon) = (degrees(&place.lat)?, degrees(&place.lon)?);
        Some((WithheldPlace { lat, lon, radius_m: GIVES_AWAY_M }, withheld.reason()))
    }

    /// The texts that fields of personal data hold: those with a redaction, and those withheld for privacy.
    pub(super) fn personal<'v>(&self, values: &'v Values) -> Vec<(Personal, &'v str)> {
        let mut known = Vec::new();
        for (name, field, disclosure) in self.leaves() {
            let private = disclosure.reason() == Some(Reason::Privacy);
            // What is withheld leaves nothing; a complainant's mask keeps nothing.
            let kind = field.redact.map(|redaction| redaction.kind).or(private.then_some(Personal::Complainant));
            if let Some(kind) = kind {
                known.extend(values.leaf(&name).into_iter().filter_map(Value::as_str).map(|text| (kind, text)));
            }
        }
        known.sort_unstable();
        known.dedup();
        known
    }
}

/// Why something public was taken away or put out of force, in words that the public is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// From this day.
    pub on: NaiveDate,
    /// Why, with personal data masked.
    pub why: String,
}

impl Notice {
    /// Masks what the scan finds in the reason.
    pub fn new(on: NaiveDate, why: &str) -> Self {
        Self { on, why: privacy::mask(why).0 }
    }
}
