//! Which public records a query is about.
//!
//! Pages are cut by the record's number, the newest first, and every index gives numbers in that order: the one of words and
//! values together, the one of a value, the one of the whole register. Status and place are asked of each record that is walked.

use limpid_model::register::Status;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::public::{COLUMNS, entry};
use super::tokens;
use crate::error::Result;
use crate::journal::sqlite::failure::during;
use crate::journal::sqlite::signed;
use crate::journal::{PublicEntry, PublicQuery};

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
    let words = query.q.split_whitespace().map(|word| tokens::phrase(&word.to_lowercase()));
    let values = query.filters.iter().map(|(field, value)| format!("terms : \"{}\"", tokens::term(field, value)));
    let asked: Vec<String> = words.chain(values).collect();
    // CROSS JOIN: SQLite walks the first table, and looks into the second; where dates are asked of each record, into its index,
    // which has them without the body.
    let public = match query.status {
        Some(_) => "register_public p INDEXED BY register_public_by_register",
        None => "register_public p",
    };
    let (from, number) = match (asked.as_slice(), query.filters.as_slice()) {
        ([], _) => (public.to_owned(), "p.id"),
        ([_], [(field, value)]) => {
            let (field, value) = (sql.value(field.clone()), sql.value(value.clone()));
            sql.conditions.push(format!("t.register = {register} AND t.field = {field} AND t.value = {value}"));
            (format!("register_terms t CROSS JOIN {public} ON p.id = t.record"), "t.record")
        }
        _ => {
            let within = format!("terms : \"{}\"", tokens::of_register(&query.register));
            let asked = sql.value(format!("{} AND {within}", asked.join(" AND ")));
            sql.conditions.push(format!("register_search MATCH {asked}"));
            (format!("register_search CROSS JOIN {public} ON p.id = register_search.rowid"), "register_search.rowid")
        }
    };
    if let Some((status, day)) = query.status {
        let day = sql.value(day.to_string());
        sql.conditions.push(condition(status, &day));
    }
    if let Some(bbox) = query.bbox {
        let [west, south, east, north] = [bbox.west, bbox.south, bbox.east, bbox.north].map(|degree| sql.value(degree));
        let joined = if bbox.crosses() { "OR" } else { "AND" };
        sql.conditions
            .push(format!("p.lat BETWEEN {south} AND {north} AND (p.lon >= {west} {joined} p.lon <= {east})"));
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
