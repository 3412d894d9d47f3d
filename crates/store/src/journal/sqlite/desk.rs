//! The operator's desk. See [`Desk`].

use async_trait::async_trait;
use rusqlite::{Connection, Row, params};

use super::failure::during;
use super::queue::Work;
use super::time::{instant, micros};
use super::{SqliteJournal, signed};
use crate::error::Result;
use crate::journal::{Desk, DeskAccount, DeskChange, DeskNote, DeskSession, DeskToken};

const ACCOUNT: &str = "SELECT name, password, changed, temporary, totp FROM desk_accounts";
const SESSION: &str = "SELECT id, name, begun, seen, address, agent FROM desk_sessions";
const NOTES: &str = "SELECT id, at, who, address, act, what FROM desk_log
                     WHERE (?1 IS NULL OR who = ?1) AND id < ?2 ORDER BY id DESC LIMIT ?3";
const TOKENS: &str = "SELECT hash, station, issued, who, revoked FROM desk_tokens ORDER BY issued DESC, hash";

#[async_trait]
impl Desk for SqliteJournal {
    async fn change(&self, changes: Vec<DeskChange>) -> Result<usize> {
        let weight = changes.len() * size_of::<DeskChange>();
        self.queue()?.ask(weight, |reply| Work::Desk(changes, reply)).await
    }

    async fn account(&self, name: &str) -> Result<Option<DeskAccount>> {
        let name = name.to_owned();
        let sql = format!("{ACCOUNT} WHERE name = ?");
        let found = self.readers.read(move |reader| rows(&reader.connection, &sql, [name], account)).await?;
        Ok(found.into_iter().next())
    }

    async fn accounts(&self) -> Result<Vec<DeskAccount>> {
        let sql = format!("{ACCOUNT} ORDER BY name");
        self.readers.read(move |reader| rows(&reader.connection, &sql, [], account)).await
    }

    async fn session(&self, id: [u8; 32]) -> Result<Option<DeskSession>> {
        let sql = format!("{SESSION} WHERE id = ?");
        let found = self.readers.read(move |reader| rows(&reader.connection, &sql, [id], session)).await?;
        Ok(found.into_iter().next())
    }

    async fn sessions(&self, name: &str) -> Result<Vec<DeskSession>> {
        let name = name.to_owned();
        let sql = format!("{SESSION} WHERE name = ? ORDER BY begun DESC, id");
        self.readers.read(move |reader| rows(&reader.connection, &sql, [name], session)).await
    }

    async fn notes(&self, who: Option<&str>, before: u64, limit: usize) -> Result<Vec<DeskNote>> {
        let bounds = (who.map(str::to_owned), signed(before), signed(limit as u64));
        self.readers.read(move |reader| rows(&reader.connection, NOTES, bounds, note)).await
    }

    async fn tokens(&self) -> Result<Vec<DeskToken>> {
        self.readers.read(|reader| rows(&reader.connection, TOKENS, [], token)).await
    }
}

/// Writes within the writer's open transaction, and gives how many rows changed.
pub(super) fn keep(connection: &Connection, changes: &[DeskChange]) -> Result<usize> {
    let mut changed = 0;
    for change in changes {
        changed += one(connection, change).map_err(during("writing what the desk keeps"))?;
    }
    Ok(changed)
}

fn one(connection: &Connection, change: &DeskChange) -> rusqlite::Result<usize> {
    let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| connection.prepare_cached(sql)?.execute(values);
    match change {
        DeskChange::Account(account) => run(
            "INSERT INTO desk_accounts (name, password, changed, temporary, totp) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (name) DO UPDATE SET password = excluded.password, changed = excluded.changed,
                 temporary = excluded.temporary, totp = excluded.totp",
            params![account.name, account.password, micros(account.changed), account.temporary, account.totp],
        ),
        DeskChange::Code(name, step) => run(
            "UPDATE desk_accounts SET totp_step = ?2 WHERE name = ?1 AND totp_step < ?2",
            params![name, signed(*step)],
        ),
        DeskChange::Begin(session) => run(
            "INSERT INTO desk_sessions (id, name, begun, seen, address, agent) VALUES (?, ?, ?, ?, ?, ?)",
            params![
                session.id,
                session.name,
                micros(session.begun),
                micros(session.seen),
                session.address,
                session.agent
            ],
        ),
        DeskChange::Seen(id, at) => run("UPDATE desk_sessions SET seen = ?2 WHERE id = ?1", params![id, micros(*at)]),
        DeskChange::End(id) => run("DELETE FROM desk_sessions WHERE id = ?", params![id]),
        DeskChange::EndOthers(name, keep) => {
            run("DELETE FROM desk_sessions WHERE name = ?1 AND (?2 IS NULL OR id <> ?2)", params![name, keep])
        }
        DeskChange::EndOld(begun, seen) => {
            run("DELETE FROM desk_sessions WHERE begun < ? OR seen < ?", params![micros(*begun), micros(*seen)])
        }
        DeskChange::Note(note) => run(
            "INSERT INTO desk_log (at, who, address, act, what) VALUES (?, ?, ?, ?, ?)",
            params![micros(note.at), note.who, note.address, note.act, note.what],
        ),
        DeskChange::Issue(token) => run(
            "INSERT INTO desk_tokens (hash, station, issued, who, revoked) VALUES (?, ?, ?, ?, ?)",
            params![token.hash, token.station, micros(token.issued), token.who, token.revoked.map(micros)],
        ),
        DeskChange::Revoke(hash, at) => {
            run("UPDATE desk_tokens SET revoked = ?2 WHERE hash = ?1 AND revoked IS NULL", params![hash, micros(*at)])
        }
    }
}

/// Every row of a query.
fn rows<T>(
    connection: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<Result<T>>,
) -> Result<Vec<T>> {
    let failed = during("reading what the desk keeps");
    let mut statement = connection.prepare_cached(sql).map_err(&failed)?;
    let mut rows = statement.query(values).map_err(&failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        found.push(read(row).map_err(&failed)??);
    }
    Ok(found)
}

fn account(row: &Row<'_>) -> rusqlite::Result<Result<DeskAccount>> {
    let (name, password, temporary, totp) = (row.get(0)?, row.get(1)?, row.get(3)?, row.get(4)?);
    Ok(instant(row.get(2)?).map(|changed| DeskAccount { name, password, changed, temporary, totp }))
}

fn session(row: &Row<'_>) -> rusqlite::Result<Result<DeskSession>> {
    let (id, name, address, agent) = (row.get(0)?, row.get(1)?, row.get(4)?, row.get(5)?);
    let (begun, seen) = (instant(row.get(2)?), instant(row.get(3)?));
    Ok(begun.and_then(|begun| Ok(DeskSession { id, name, begun, seen: seen?, address, agent })))
}

fn note(row: &Row<'_>) -> rusqlite::Result<Result<DeskNote>> {
    let id = row.get::<_, i64>(0)?.unsigned_abs();
    let (who, address, act, what) = (row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?);
    Ok(instant(row.get(1)?).map(|at| DeskNote { id, at, who, address, act, what }))
}

fn token(row: &Row<'_>) -> rusqlite::Result<Result<DeskToken>> {
    let (hash, station, who) = (row.get(0)?, row.get(1)?, row.get(3)?);
    let (issued, revoked) = (instant(row.get(2)?), row.get::<_, Option<i64>>(4)?.map(instant).transpose());
    Ok(issued.and_then(|issued| Ok(DeskToken { hash, station, issued, who, revoked: revoked? })))
}
