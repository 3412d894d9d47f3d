//! Drafts and deeds, within the writer's open transaction.

use limpid_model::register::{Act, Deed, Refusal, Standing, State, Values};
use rusqlite::{Connection, OptionalExtension, params};

use super::{TABLE, pack, public, read, unpack};
use crate::error::Result;
use crate::journal::sqlite::failure::{damaged, during};
use crate::journal::sqlite::signed;
use crate::journal::sqlite::time::micros;
use crate::journal::{Draft, Drafted, Step};

/// Writes a draft, unless the newest revision says the same.
pub(super) fn draft(connection: &Connection, draft: &Draft) -> Result<Drafted> {
    let failed = during("writing a draft");
    let found = read::place(connection, &draft.register, &draft.record)?;
    let (id, standing) = match found {
        Some((id, standing)) => (id, standing),
        None => {
            let id = connection
                .prepare_cached(
                    "INSERT INTO register_records (register, record, newest, state, editor) VALUES (?, ?, 0, ?, '')",
                )
                .and_then(|mut statement| {
                    statement.insert(params![draft.register, draft.record, State::Draft.as_str()])
                })
                .map_err(&failed)?;
            (id, read::UNWRITTEN)
        }
    };
    if standing.newest > 0 {
        let (length, body): (i64, Vec<u8>) = connection
            .prepare_cached("SELECT length, body FROM register_revisions WHERE record = ? AND revision = ?")
            .and_then(|mut statement| {
                statement.query_row(params![id, standing.newest], |row| Ok((row.get(0)?, row.get(1)?)))
            })
            .map_err(&failed)?;
        if unpack::<Values>(length, &body)? == draft.values {
            return Ok(Drafted { revision: standing.newest, written: false });
        }
    }
    let revision = standing.newest + 1;
    let (length, body) = pack(&draft.values)?;
    connection
        .prepare_cached("INSERT INTO register_revisions VALUES (?, ?, ?, ?, ?, ?, ?)")
        .and_then(|mut statement| {
            statement.execute(params![id, revision, micros(draft.at), draft.who, draft.why, length, body])
        })
        .map_err(&failed)?;
    let standing =
        Standing { newest: revision, state: State::Draft, editor: draft.who.clone(), release_at: None, ..standing };
    stand(connection, id, &standing)?;
    let deed = Deed {
        id: 0,
        register: String::new(),
        record: String::new(),
        revision,
        at: draft.at,
        who: draft.who.clone(),
        why: draft.why.clone(),
        act: Act::Draft,
    };
    log(connection, id, &deed)?;
    Ok(Drafted { revision, written: true })
}

/// Does a deed, where the record's standing allows it.
pub(super) fn step(connection: &Connection, step: &Step) -> Result<Result<u64, Refusal>> {
    let deed = &step.deed;
    let Some((id, standing)) = read::place(connection, &deed.register, &deed.record)? else {
        return Ok(Err(Refusal::Unknown));
    };
    let after = match standing.after(deed.revision, deed.act, &deed.who, step.four_eyes) {
        Ok(after) => after,
        Err(refusal) => return Ok(Err(refusal)),
    };
    match (deed.act, &step.public) {
        (Act::Release, Some(record)) => public::release(connection, id, deed, record)?,
        (Act::Release, None) => return Err(damaged(TABLE, "a release came without what becomes public")),
        (Act::Withdraw { on }, _) => public::withdraw(connection, id, on, &deed.why)?,
        (Act::Repeal { on }, _) => public::repeal(connection, id, on, &deed.why)?,
        _ => {}
    }
    stand(connection, id, &after)?;
    let number = log(connection, id, deed)?;
    if let Act::Withdraw { .. } = deed.act {
        note_withdrawal(connection, id, number)?;
    }
    Ok(Ok(number))
}

fn stand(connection: &Connection, id: i64, standing: &Standing) -> Result<()> {
    connection
        .prepare_cached(concat!(
            "UPDATE register_records SET newest = ?, state = ?, editor = ?, released = ?, withdrawn = ?, release_at = ? ",
            "WHERE id = ?"
        ))
        .and_then(|mut statement| {
            let release_at = standing.release_at.map(micros);
            statement.execute(params![
                standing.newest,
                standing.state.as_str(),
                standing.editor,
                standing.released,
                standing.withdrawn,
                release_at,
                id
            ])
        })
        .map(|_| ())
        .map_err(during("writing how far a record is"))
}

fn log(connection: &Connection, id: i64, deed: &Deed) -> Result<u64> {
    let act = serde_json::to_string(&deed.act).map_err(|error| damaged("register_deeds", error.to_string()))?;
    connection
        .prepare_cached("INSERT INTO register_deeds (record, revision, at, who, why, act) VALUES (?, ?, ?, ?, ?, ?)")
        .and_then(|mut statement| {
            statement.insert(params![id, deed.revision, micros(deed.at), deed.who, deed.why, act])
        })
        .map(i64::unsigned_abs)
        .map_err(during("writing the audit log"))
}

/// Notes since which release the record had been public that was withdrawn now.
fn note_withdrawal(connection: &Connection, id: i64, deed: u64) -> Result<()> {
    connection
        .prepare_cached(concat!(
            "INSERT INTO register_withdrawals SELECT ?1, coalesce(min(id), 0), ?2 FROM register_deeds WHERE record = ?1 ",
            "AND act ->> 'act' = 'release' ",
            "AND id > (SELECT coalesce(max(deed), 0) FROM register_withdrawals WHERE record = ?1)"
        ))
        .and_then(|mut statement| statement.execute(params![id, signed(deed)]))
        .map(|_| ())
        .map_err(during("noting a withdrawal"))
}

/// The number of a record.
pub(super) fn number(connection: &Connection, register: &str, record: &str) -> Result<Option<i64>> {
    connection
        .prepare_cached("SELECT id FROM register_records WHERE register = ? AND record = ?")
        .and_then(|mut statement| statement.query_row([register, record], |row| row.get(0)).optional())
        .map_err(during("looking up a record"))
}
