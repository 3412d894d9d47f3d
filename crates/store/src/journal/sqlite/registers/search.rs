//! Which public records a query is about.
//!
//! Pages are cut by the record's number, the newest first, and every index gives numbers in that order: the one of words, the
//! one of a value, the one of the whole register. The narrowest is walked and the other conditions are asked of each record.

use limpid_model::register::Status;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::public::{COLUMNS, entry};
use crate::error::Result;
use crate::journal::sqlite::failure::during;
use crate::journal::sqlite::signed;
use crate::journal::{PublicEntry, PublicQuery};

/// A filter that fits no more records than this is walked, whatever else is asked for.
const NARROW: i64 = 5_000;
/// Letters that the index of words needs.
const TRIGRAM: usize = 3;

/// A statement that is put together, with its values.
#[derive(Default)]
struct Sql {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Sql {
    /// Adds a value and gives its place.
    fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }
}

pub(super) fn find(connection: &Connection, query: &PublicQuery) -> Result<Vec<PublicEntry>> {
    let failed = during("searching a register");
    let mut sql = Sql::default();
    let register = sql.value(query.register.clone());
    sql.conditions.push(format!("p.register = {register} AND p.gone_on IS NULL"));
    let words: Vec<String> = query.q.split_whitespace().map(str::to_lowercase).collect();
    let long = |word: &&String| word.chars().count() >= TRIGRAM;
    let phrase: Vec<String> =
        words.iter().filter(long).map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();

    let narrowest = narrowest(connection, query)?;
    let by_value = match narrowest {
        Some((place, count)) if count <= NARROW || phrase.is_empty() => Some(place),
        _ => None,
    };
    // CROSS JOIN: SQLite walks the first table, and looks into the second.
    let (from, number) = if let Some(place) = by_value {
        let (field, value) = &query.filters[place];
        let (field, value) = (sql.value(field.clone()), sql.value(value.clone()));
        sql.conditions.push(format!("t.register = {register} AND t.field = {field} AND t.value = {value}"));
        ("register_terms t CROSS JOIN register_public p ON p.id = t.record", "t.record")
    } else if phrase.is_empty() {
        ("register_public p", "p.id")
    } else {
        let phrase = sql.value(phrase.join(" AND "));
        sql.conditions.push(format!("register_search MATCH {phrase}"));
        ("register_search CROSS JOIN register_public p ON p.id = register_search.rowid", "register_search.rowid")
    };
    for word in words.iter().filter(|word| by_value.is_some() || !long(word)) {
        let word = sql.value(word.clone());
        sql.conditions.push(format!("instr(p.search, {word}) > 0"));
    }
    for (place, (field, value)) in query.filters.iter().enumerate() {
        if Some(place) != by_value {
            let (field, value) = (sql.value(field.clone()), sql.value(value.clone()));
            sql.conditions.push(format!(
                "EXISTS (SELECT 1 FROM register_terms f WHERE f.register = {register} AND f.field = {field} \
                 AND f.value = {value} AND f.record = p.id)"
            ));
        }
    }
    if let Some((status, day)) = query.status {
        let day = sql.value(day.to_string());
        sql.conditions.push(condition(status, &day));
    }
    if let Some([west, south, east, north]) = query.bbox {
        let [west, south, east, north] = [west, south, east, north].map(|degree| sql.value(degree));
        sql.conditions.push(format!("p.lat BETWEEN {south} AND {north} AND p.lon BETWEEN {west} AND {east}"));
    }
    let before = sql.value(query.before.map_or(i64::MAX, signed));
    let limit = sql.value(signed(query.limit as u64));
    let text = format!(
        "SELECT {COLUMNS} FROM {from} WHERE {} AND {number} < {before} ORDER BY {number} DESC LIMIT {limit}",
        sql.conditions.join(" AND ")
    );
    let mut statement = connection.prepare_cached(&text).map_err(&failed)?;
    let mut rows = statement.query(params_from_iter(sql.values)).map_err(&failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        found.push(entry(row)?);
    }
    Ok(found)
}

/// The filter that fits the fewest records, and how many; counted only as far as matters.
fn narrowest(connection: &Connection, query: &PublicQuery) -> Result<Option<(usize, i64)>> {
    let mut narrowest = None;
    for (place, (field, value)) in query.filters.iter().enumerate() {
        let count: i64 = connection
            .prepare_cached(concat!(
                "SELECT count(*) FROM (SELECT 1 FROM register_terms WHERE register = ? AND field = ? AND value = ? ",
                "LIMIT 5001)"
            ))
            .and_then(|mut statement| statement.query_row([&query.register, field, value], |row| row.get(0)))
            .map_err(during("searching a register"))?;
        if narrowest.is_none_or(|(_, least)| count < least) {
            narrowest = Some((place, count));
        }
    }
    Ok(narrowest)
}

/// `Validity::on` in SQL.
fn condition(status: Status, day: &str) -> String {
    let ended = format!("((p.ended IS NOT NULL AND p.ended <= {day}) OR (p.ended IS NULL AND p.end IS NOT NULL))");
    let begun = format!("(p.valid_from IS NULL OR p.valid_from <= {day})");
    match status {
        Status::InForce => format!("NOT {ended} AND {begun} AND (p.valid_to IS NULL OR p.valid_to >= {day})"),
        Status::NotYet => format!("NOT {ended} AND p.valid_from > {day}"),
        Status::Expired => format!("NOT {ended} AND {begun} AND p.valid_to < {day}"),
        Status::Repealed | Status::Revoked | Status::Cancelled | Status::Withdrawn => {
            format!("{ended} AND coalesce(p.end, 'cancelled') = '{}'", status.as_str())
        }
    }
}
