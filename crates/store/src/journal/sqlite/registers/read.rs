//! Reading what is not public: how far records are, their revisions, and the audit log.

use limpid_model::register::{Deed, Revision, Standing, State};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{TABLE, unpack, write};
use crate::error::Result;
use crate::journal::sqlite::failure::{damaged, during};
use crate::journal::sqlite::signed;
use crate::journal::sqlite::time::instant;
use crate::journal::{StandingQuery, Withdrawal};

/// A record of which nothing is written yet.
pub(super) const UNWRITTEN: Standing = Standing {
    newest: 0,
    state: State::Draft,
    editor: String::new(),
    released: None,
    withdrawn: false,
    release_at: None,
};

const COLUMNS: &str = "newest, state, editor, released, withdrawn, release_at";

struct Raw(u32, String, String, Option<u32>, bool, Option<i64>);

fn raw(row: &Row<'_>, at: usize) -> rusqlite::Result<Raw> {
    Ok(Raw(row.get(at)?, row.get(at + 1)?, row.get(at + 2)?, row.get(at + 3)?, row.get(at + 4)?, row.get(at + 5)?))
}

impl Raw {
    fn standing(self) -> Result<Standing> {
        let Self(newest, state, editor, released, withdrawn, release_at) = self;
        let known = State::ALL.into_iter().find(|known| known.as_str() == state);
        let state = known.ok_or_else(|| damaged("register_records", format!("state {state:?}")))?;
        Ok(Standing { newest, state, editor, released, withdrawn, release_at: release_at.map(instant).transpose()? })
    }
}

/// The number of a record, and how far it is.
pub(super) fn place(connection: &Connection, register: &str, record: &str) -> Result<Option<(i64, Standing)>> {
    let sql = format!("SELECT id, {COLUMNS} FROM register_records WHERE register = ? AND record = ?");
    let found = connection
        .prepare_cached(&sql)
        .and_then(|mut statement| {
            statement.query_row([register, record], |row| Ok((row.get(0)?, raw(row, 1)?))).optional()
        })
        .map_err(during("looking up a record"))?;
    found.map(|(id, raw)| Ok((id, raw.standing()?))).transpose()
}

pub(super) fn standing(connection: &Connection, register: &str, record: &str) -> Result<Option<Standing>> {
    Ok(place(connection, register, record)?.map(|(_, standing)| standing))
}

pub(super) fn standings(connection: &Connection, query: &StandingQuery) -> Result<Vec<(String, Standing)>> {
    let failed = during("reading records");
    let sql = format!(
        "SELECT record, {COLUMNS} FROM register_records WHERE register = ?1 AND (?2 IS NULL OR state = ?2)
         AND record > ?3 ORDER BY record LIMIT ?4"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(&failed)?;
    let state = query.state.map(State::as_str);
    let rows = statement
        .query_map(params![query.register, state, query.after, signed(query.limit as u64)], |row| {
            Ok((row.get::<_, String>(0)?, raw(row, 1)?))
        })
        .map_err(&failed)?;
    rows.map(|row| {
        let (record, raw) = row.map_err(&failed)?;
        Ok((record, raw.standing()?))
    })
    .collect()
}

/// The newest revision of a record.
pub(super) fn newest(connection: &Connection, register: &str, record: &str) -> Result<Option<Revision>> {
    let Some((id, standing)) = place(connection, register, record)? else { return Ok(None) };
    Ok(select(connection, id, register, record, standing.newest)?.pop())
}

pub(super) fn revisions(connection: &Connection, register: &str, record: &str) -> Result<Vec<Revision>> {
    match write::number(connection, register, record)? {
        Some(id) => select(connection, id, register, record, 0),
        None => Ok(Vec::new()),
    }
}

/// The revisions of a record from this one on.
fn select(connection: &Connection, id: i64, register: &str, record: &str, from: u32) -> Result<Vec<Revision>> {
    let failed = during("reading revisions");
    let mut statement = connection
        .prepare_cached(concat!(
            "SELECT revision, at, who, why, length, body FROM register_revisions WHERE record = ? AND revision >= ? ",
            "ORDER BY revision"
        ))
        .map_err(&failed)?;
    let mut rows = statement.query(params![id, from]).map_err(&failed)?;
    let mut revisions = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        let body = row.get_ref(5).map_err(&failed)?;
        let body = body.as_blob().map_err(|error| damaged(TABLE, error.to_string()))?;
        revisions.push(Revision {
            register: register.to_owned(),
            record: record.to_owned(),
            revision: row.get(0).map_err(&failed)?,
            at: instant(row.get(1).map_err(&failed)?)?,
            who: row.get(2).map_err(&failed)?,
            why: row.get(3).map_err(&failed)?,
            values: unpack(row.get(4).map_err(&failed)?, body)?,
        });
    }
    Ok(revisions)
}

pub(super) fn deeds(
    connection: &Connection,
    register: &str,
    record: Option<&str>,
    after: u64,
    limit: usize,
) -> Result<Vec<Deed>> {
    let failed = during("reading the audit log");
    let mut statement = connection
        .prepare_cached(concat!(
            "SELECT d.id, r.record, d.revision, d.at, d.who, d.why, d.act FROM register_deeds d ",
            "JOIN register_records r ON r.id = d.record WHERE r.register = ?1 AND (?2 IS NULL OR r.record = ?2) ",
            "AND d.id > ?3 ORDER BY d.id LIMIT ?4"
        ))
        .map_err(&failed)?;
    let mut rows = statement.query(params![register, record, signed(after), signed(limit as u64)]).map_err(&failed)?;
    let mut deeds = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        let act: String = row.get(6).map_err(&failed)?;
        deeds.push(Deed {
            id: row.get::<_, i64>(0).map_err(&failed)?.unsigned_abs(),
            register: register.to_owned(),
            record: row.get(1).map_err(&failed)?,
            revision: row.get(2).map_err(&failed)?,
            at: instant(row.get(3).map_err(&failed)?)?,
            who: row.get(4).map_err(&failed)?,
            why: row.get(5).map_err(&failed)?,
            act: serde_json::from_str(&act).map_err(|error| damaged("register_deeds", error.to_string()))?,
        });
    }
    Ok(deeds)
}

pub(super) fn withdrawals(connection: &Connection, register: &str) -> Result<Vec<Withdrawal>> {
    let failed = during("reading withdrawals");
    let mut statement = connection
        .prepare_cached(concat!(
            "SELECT w.first, w.deed FROM register_withdrawals w CROSS JOIN register_records r ON r.id = w.record ",
            "WHERE r.register = ?"
        ))
        .map_err(&failed)?;
    let number = |row: &Row<'_>, at: usize| row.get::<_, i64>(at).map(i64::unsigned_abs);
    let rows = statement
        .query_map([register], |row| Ok(Withdrawal { first: number(row, 0)?, deed: number(row, 1)? }))
        .map_err(&failed)?;
    rows.collect::<rusqlite::Result<_>>().map_err(&failed)
}

pub(super) fn newest_deed(connection: &Connection) -> Result<u64> {
    connection
        .query_row("SELECT coalesce(max(id), 0) FROM register_deeds", [], |row| row.get::<_, i64>(0))
        .map(i64::unsigned_abs)
        .map_err(during("reading the audit log"))
}

pub(super) fn due(connection: &Connection, now: i64) -> Result<Vec<(String, String)>> {
    let failed = during("reading scheduled releases");
    let mut statement = connection
        .prepare_cached("SELECT register, record FROM register_records WHERE release_at <= ? ORDER BY release_at, id")
        .map_err(&failed)?;
    let rows = statement.query_map([now], |row| Ok((row.get(0)?, row.get(1)?))).map_err(&failed)?;
    rows.collect::<rusqlite::Result<_>>().map_err(&failed)
}
