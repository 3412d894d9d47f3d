//! What the public is shown: written when a revision is released, and made anew when the rules change.

use chrono::NaiveDate;
use limpid_model::register::{Deed, End, Notice, PublicRecord, Values};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{pack, tokens, unpack, write};
use crate::error::Result;
use crate::journal::sqlite::failure::{damaged, during};
use crate::journal::sqlite::signed;
use crate::journal::sqlite::time::{instant, micros};
use crate::journal::{PublicEntry, PublicRevision, RegisterCount};

const TABLE: &str = "register_public";
const DOING: &str = "publishing a record";

/// The columns that [`entry`] reads.
pub(super) const COLUMNS: &str = "p.id, p.record, p.revision, p.released, p.gone_on, p.gone_why, p.repealed_on, \
                                  p.repealed_why, p.length, p.body";

/// Makes a revision public, in the place of the one before. What was withdrawn stays away: of a record that comes back,
/// earlier revisions are not public any more.
pub(super) fn release(connection: &Connection, id: i64, deed: &Deed, record: &PublicRecord) -> Result<()> {
    let released = micros(deed.at);
    connection
        .prepare_cached(concat!(
            "DELETE FROM register_public_revisions WHERE record = ?1 ",
            "AND EXISTS (SELECT 1 FROM register_public WHERE id = ?1 AND gone_on IS NOT NULL)"
        ))
        .and_then(|mut statement| statement.execute([id]))
        .map_err(during(DOING))?;
    connection
        .prepare_cached(concat!(
            "INSERT INTO register_public (id, register, record, revision, released, length, body) ",
            "VALUES (?, ?, ?, ?, ?, 0, x'') ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, ",
            "released = excluded.released, gone_on = NULL, gone_why = NULL, repealed_on = NULL, repealed_why = NULL"
        ))
        .and_then(|mut statement| statement.execute(params![id, deed.register, deed.record, deed.revision, released]))
        .map_err(during(DOING))?;
    connection
        .prepare_cached("INSERT INTO register_public_revisions VALUES (?, ?, ?, 0, x'')")
        .and_then(|mut statement| statement.execute(params![id, deed.revision, released]))
        .map_err(during(DOING))?;
    replace(connection, id, deed.revision, record)
}

/// Puts what is public of a revision in place of what was.
pub(super) fn replace(connection: &Connection, id: i64, revision: u32, record: &PublicRecord) -> Result<()> {
    let failed = during(DOING);
    let (length, body) = pack(record)?;
    connection
        .prepare_cached("UPDATE register_public_revisions SET length = ?, body = ? WHERE record = ? AND revision = ?")
        .and_then(|mut statement| statement.execute(params![length, body, id, revision]))
        .map_err(&failed)?;
    let (validity, place) = (record.validity(), record.place());
    // A record that was repealed keeps its end.
    let shown = connection
        .prepare_cached(concat!(
            "UPDATE register_public SET valid_from = ?3, valid_to = ?4, ",
            "ended = coalesce(repealed_on, ?5), end = CASE WHEN repealed_on IS NULL THEN ?6 ELSE 'repealed' END, ",
            "lat = ?7, lon = ?8, length = ?9, body = ?10 WHERE id = ?1 AND revision = ?2"
        ))
        .and_then(|mut statement| {
            statement.execute(params![
                id,
                revision,
                validity.from.map(|day| day.to_string()),
                validity.to.map(|day| day.to_string()),
                validity.ended.map(|day| day.to_string()),
                validity.end.map(End::as_str),
                place.map(|(lat, _)| lat),
                place.map(|(_, lon)| lon),
                length,
                body
            ])
        })
        .map_err(&failed)?;
    let findable: Option<String> = connection
        .prepare_cached("SELECT register FROM register_public WHERE id = ? AND revision = ? AND gone_on IS NULL")
        .and_then(|mut statement| statement.query_row(params![id, revision], |row| row.get(0)).optional())
        .map_err(&failed)?;
    let (1.., Some(register)) = (shown, findable) else { return Ok(()) };
    forget(connection, id)?;
    let mut insert = connection
        .prepare_cached("INSERT OR IGNORE INTO register_terms (register, field, value, record) VALUES (?, ?, ?, ?)")
        .map_err(&failed)?;
    for (field, value) in record.terms() {
        insert.execute(params![register, field, value, id]).map_err(&failed)?;
    }
    connection
        .prepare_cached("INSERT INTO register_search (rowid, text, terms) VALUES (?, ?, ?)")
        .and_then(|mut statement| {
            let text = tokens::of_text(&record.search().to_lowercase());
            statement.execute(params![id, text, tokens::of_terms(&register, record.terms())])
        })
        .map(|_| ())
        .map_err(&failed)
}

/// Takes a record out of searches and filters.
fn forget(connection: &Connection, id: i64) -> Result<()> {
    for sql in ["DELETE FROM register_terms WHERE record = ?", "DELETE FROM register_search WHERE rowid = ?"] {
        connection.prepare_cached(sql).and_then(|mut statement| statement.execute([id])).map_err(during(DOING))?;
    }
    Ok(())
}

/// Leaves of a record only that it was there, until when, and why no longer.
pub(super) fn withdraw(connection: &Connection, id: i64, on: NaiveDate, why: &str) -> Result<()> {
    let notice = Notice::new(on, why);
    connection
        .prepare_cached("UPDATE register_public SET gone_on = ?, gone_why = ? WHERE id = ?")
        .and_then(|mut statement| statement.execute(params![on.to_string(), notice.why, id]))
        .map_err(during(DOING))?;
    forget(connection, id)
}

/// Marks a record as put out of force.
pub(super) fn repeal(connection: &Connection, id: i64, on: NaiveDate, why: &str) -> Result<()> {
    let notice = Notice::new(on, why);
    connection
        .prepare_cached("UPDATE register_public SET repealed_on = ?1, repealed_why = ?2, ended = ?1, end = 'repealed' WHERE id = ?3")
        .and_then(|mut statement| statement.execute(params![on.to_string(), notice.why, id]))
        .map(|_| ())
        .map_err(during(DOING))
}

/// What the public is shown, of a row with [`COLUMNS`].
pub(super) fn entry(row: &Row<'_>) -> Result<PublicEntry> {
    let failed = during("reading public records");
    let notice = |on: usize| -> Result<Option<Notice>> {
        let day: Option<String> = row.get(on).map_err(during("reading public records"))?;
        let Some(day) = day else { return Ok(None) };
        let on_day = day.parse().map_err(|_| damaged(TABLE, format!("day {day:?}")))?;
        Ok(Some(Notice { on: on_day, why: row.get(on + 1).map_err(during("reading public records"))? }))
    };
    let (withdrawn, repealed) = (notice(4)?, notice(6)?);
    let body = row.get_ref(9).map_err(&failed)?;
    let body = body.as_blob().map_err(|error| damaged(TABLE, error.to_string()))?;
    let record = match withdrawn {
        Some(_) => None,
        None => Some(unpack(row.get(8).map_err(&failed)?, body)?),
    };
    Ok(PublicEntry {
        number: row.get::<_, i64>(0).map_err(&failed)?.unsigned_abs(),
        id: row.get(1).map_err(&failed)?,
        revision: row.get(2).map_err(&failed)?,
        released: instant(row.get(3).map_err(&failed)?)?,
        record,
        withdrawn,
        repealed,
    })
}

pub(super) fn one(
    connection: &Connection,
    register: &str,
    record: &str,
) -> Result<Option<(PublicEntry, Vec<PublicRevision>)>> {
    let failed = during("reading a public record");
    let Some(id) = write::number(connection, register, record)? else { return Ok(None) };
    let sql = format!("SELECT {COLUMNS} FROM register_public p WHERE p.id = ?");
    let mut statement = connection.prepare_cached(&sql).map_err(&failed)?;
    let mut rows = statement.query([id]).map_err(&failed)?;
    let Some(row) = rows.next().map_err(&failed)? else { return Ok(None) };
    let entry = entry(row)?;
    let mut revisions = Vec::new();
    if entry.record.is_some() {
        let mut statement = connection
            .prepare_cached("SELECT revision, released, length, body FROM register_public_revisions WHERE record = ? ORDER BY revision")
            .map_err(&failed)?;
        let mut rows = statement.query([id]).map_err(&failed)?;
        while let Some(row) = rows.next().map_err(&failed)? {
            let body: Vec<u8> = row.get(3).map_err(&failed)?;
            revisions.push(PublicRevision {
                revision: row.get(0).map_err(&failed)?,
                released: instant(row.get(1).map_err(&failed)?)?,
                record: unpack(row.get(2).map_err(&failed)?, &body)?,
            });
        }
    }
    Ok(Some((entry, revisions)))
}

pub(super) fn latest(connection: &Connection, register: &str, limit: usize) -> Result<Vec<PublicEntry>> {
    let failed = during("reading public records");
    let sql = format!(
        "SELECT {COLUMNS} FROM register_public p WHERE p.register = ? ORDER BY p.released DESC, p.id DESC LIMIT ?"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(&failed)?;
    let mut rows = statement.query(params![register, signed(limit as u64)]).map_err(&failed)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        entries.push(entry(row)?);
    }
    Ok(entries)
}

pub(super) fn page(connection: &Connection, register: &str, after: u64, limit: usize) -> Result<Vec<PublicEntry>> {
    let failed = during("reading public records");
    let sql =
        format!("SELECT {COLUMNS} FROM register_public p WHERE +p.register = ? AND p.id > ? ORDER BY p.id LIMIT ?");
    let mut statement = connection.prepare_cached(&sql).map_err(&failed)?;
    let mut rows = statement.query(params![register, signed(after), signed(limit as u64)]).map_err(&failed)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        entries.push(entry(row)?);
    }
    Ok(entries)
}

pub(super) fn counts(connection: &Connection) -> Result<Vec<RegisterCount>> {
    let failed = during("counting public records");
    let mut statement = connection
        .prepare_cached(concat!(
            "SELECT register, count(*) FILTER (WHERE gone_on IS NULL), max(released) FROM register_public ",
            "GROUP BY register ORDER BY register"
        ))
        .map_err(&failed)?;
    let mut rows = statement.query([]).map_err(&failed)?;
    let mut counts = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        counts.push(RegisterCount {
            register: row.get(0).map_err(&failed)?,
            count: row.get::<_, i64>(1).map_err(&failed)?.unsigned_abs(),
            updated: instant(row.get(2).map_err(&failed)?)?,
        });
    }
    Ok(counts)
}

pub(super) fn terms(connection: &Connection, register: &str, field: &str, limit: usize) -> Result<Vec<(String, u64)>> {
    let failed = during("counting values");
    let mut statement = connection
        .prepare_cached(concat!(
            "SELECT value, records FROM register_term_counts WHERE register = ? AND field = ? AND records > 0 ",
            "ORDER BY records DESC, value LIMIT ?"
        ))
        .map_err(&failed)?;
    let rows = statement
        .query_map(params![register, field, signed(limit as u64)], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
        })
        .map_err(&failed)?;
    rows.collect::<rusqlite::Result<_>>().map_err(&failed)
}

/// The digest of the rules by which a register was disclosed.
pub(super) fn rules(connection: &Connection, register: &str) -> Result<Option<[u8; 32]>> {
    connection
        .prepare_cached("SELECT digest FROM register_rules WHERE register = ?")
        .and_then(|mut statement| statement.query_row([register], |row| row.get(0)).optional())
        .map_err(during("reading the rules of a register"))
}

pub(super) fn note_rules(connection: &Connection, register: &str, digest: &[u8; 32]) -> Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO register_rules VALUES (?, ?)")
        .and_then(|mut statement| statement.execute(params![register, digest]))
        .map(|_| ())
        .map_err(during("noting the rules of a register"))
}

/// What was written in revisions that are or were public, behind a place.
pub(super) fn written(
    connection: &Connection,
    register: &str,
    after: (i64, u32),
    limit: usize,
) -> Result<Vec<(i64, u32, Values)>> {
    let failed = during("reading revisions");
    let mut statement = connection
        .prepare_cached(concat!(
            "SELECT r.record, r.revision, r.length, r.body FROM register_public_revisions p ",
            "JOIN register_revisions r ON (r.record, r.revision) = (p.record, p.revision) ",
            "JOIN register_records n ON n.id = p.record AND n.register = ?1 ",
            "WHERE (p.record, p.revision) > (?2, ?3) ORDER BY p.record, p.revision LIMIT ?4"
        ))
        .map_err(&failed)?;
    let mut rows = statement.query(params![register, after.0, after.1, signed(limit as u64)]).map_err(&failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        let body: Vec<u8> = row.get(3).map_err(&failed)?;
        let values = unpack(row.get(2).map_err(&failed)?, &body)?;
        found.push((row.get(0).map_err(&failed)?, row.get(1).map_err(&failed)?, values));
    }
    Ok(found)
}
