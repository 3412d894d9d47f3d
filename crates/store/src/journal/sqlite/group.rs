//! Submissions in groups: those that one transaction takes in stand together in few rows, compressed as one.
//!
//! Stations say nearly the same as one another, and as themselves a minute ago. So a group is a tenth of its bodies,
//! the database is told one row instead of a hundred, and the compressor is started once. What is asked for often,
//! whose a reading is and when it came, stands uncompressed beside it.

use limpid_model::{Counts, Instant, ReceiptId};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_bytes::Bytes;
use ulid::Ulid;

use super::compression;
use super::failure::{damaged, during};
use super::time::{instant, micros};
use crate::error::{Result, StoreError};

/// A group that has reached so many bytes is written, and a further one begun: whoever reads one submission
/// decompresses a whole group.
const FULL: usize = 64 * 1024;

/// Ids of one group lie at most so many milliseconds apart, so that an id is looked for in few groups whatever the
/// clock did.
const SPAN_MS: u64 = 10_000;

/// A submission as it stands in its group.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept<'a> {
    /// Verdicts, counted.
    pub counts: Counts,
    /// A letter per entry; `None` where all have the same verdict.
    #[serde(borrow)]
    pub kinds: Option<&'a str>,
    /// JSON `[[index, reason, detail], …]`.
    pub exceptions: Option<&'a str>,
    /// How it came.
    pub channel: &'a str,
    /// Who sent it.
    pub sender: &'a str,
    /// The station it is from, where known.
    pub station: Option<&'a str>,
    /// What the bytes are.
    pub media_type: &'a str,
    /// SHA-256 of the bytes.
    pub sha256: &'a Bytes,
    /// The readings stored from it (`pack`).
    pub readings: &'a Bytes,
    /// The bytes; `None` where they are long and stand in `bodies`.
    pub body: Option<&'a Bytes>,
}

/// Which submission, and when it came. Fixed in size, so that a group's members are found by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    /// Its number.
    pub number: i64,
    /// Its receipt.
    pub id: ReceiptId,
    /// When it was received.
    pub received: Instant,
}

impl Member {
    const BYTES: usize = 32;

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.number.to_le_bytes());
        bytes.extend_from_slice(&self.id.0.to_bytes());
        bytes.extend_from_slice(&micros(self.received).to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Result<Self> {
        let field = |from: usize| bytes.get(from..from + 8).and_then(|bytes| bytes.try_into().ok());
        let id = bytes.get(8..24).and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
        let (Some(number), Some(id), Some(received)) = (field(0), id, field(24)) else { return Err(broken()) };
        Ok(Self {
            number: i64::from_le_bytes(number),
            id: ReceiptId(Ulid::from_bytes(id)),
            received: instant(i64::from_le_bytes(received))?,
        })
    }
}

/// The group that the writer is filling. It is written before its transaction is committed.
#[derive(Debug, Default)]
pub(super) struct Open {
    first: i64,
    newest_reading: i64,
    last: i64,
    ids: Option<(ReceiptId, ReceiptId)>,
    members: Vec<u8>,
    content: Vec<u8>,
}

impl Open {
    /// Adds a submission whose readings have the numbers up to `last`.
    pub fn add(&mut self, connection: &Connection, member: &Member, last: i64, kept: &Kept<'_>) -> Result<()> {
        let id = member.id;
        let (mut low, mut high) = self.ids.unwrap_or((id, id));
        (low, high) = (low.min(id), high.max(id));
        if high.0.timestamp_ms() - low.0.timestamp_ms() > SPAN_MS {
            self.write(connection)?;
            (low, high) = (id, id);
        }
        if self.ids.is_none() {
            self.first = member.number;
        }
        self.ids = Some((low, high));
        self.last = last;
        if last > member.number {
            self.newest_reading = last;
        }
        member.write(&mut self.members);
        postcard::to_io(kept, &mut self.content).map_err(|error| StoreError::io("writing a submission", error))?;
        if self.content.len() >= FULL { self.write(connection) } else { Ok(()) }
    }

    /// Whether the submission of this number is still in here.
    pub fn holds(&self, number: i64) -> bool {
        self.ids.is_some() && number >= self.first
    }

    /// Writes what there is, within the writer's open transaction.
    pub fn write(&mut self, connection: &Connection) -> Result<()> {
        let Some((low, high)) = self.ids.take() else { return Ok(()) };
        let length = i64::try_from(self.content.len()).unwrap_or(i64::MAX);
        let content = compression::compress(&self.content)?;
        connection
            .prepare_cached("INSERT INTO groups VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .and_then(|mut statement| {
                statement.execute(params![
                    self.first,
                    self.last,
                    self.newest_reading,
                    low.0.to_bytes(),
                    high.0.to_bytes(),
                    self.members,
                    length,
                    content
                ])
            })
            .map_err(during("writing submissions"))?;
        self.newest_reading = 0;
        self.members.clear();
        self.content.clear();
        Ok(())
    }
}

/// A group as it was read.
pub(super) struct Group {
    members: Vec<u8>,
    content: Vec<u8>,
}

impl Group {
    /// Of a row of `members, length, content`.
    pub fn of(row: &Row<'_>) -> Result<Self> {
        let failed = during("reading submissions");
        let length: i64 = row.get(1).map_err(&failed)?;
        let content = row.get_ref(2).map_err(&failed)?;
        let content = content.as_blob().map_err(|error| damaged("groups", error.to_string()))?;
        Ok(Self { members: row.get(0).map_err(&failed)?, content: compression::restore(content, length)? })
    }

    /// Its submissions, in the order of their numbers. Nothing follows an error.
    pub fn submissions(&self) -> impl Iterator<Item = Result<(Member, Kept<'_>)>> {
        let (mut members, mut content) = (self.members.as_slice(), self.content.as_slice());
        std::iter::from_fn(move || {
            if members.is_empty() && content.is_empty() {
                return None;
            }
            let next = members.split_at_checked(Member::BYTES).ok_or_else(broken).and_then(|(member, behind)| {
                let member = Member::read(member)?;
                let (kept, rest) = postcard::take_from_bytes(content).map_err(|_| broken())?;
                (members, content) = (behind, rest);
                Ok((member, kept))
            });
            if next.is_err() {
                (members, content) = (&[], &[]);
            }
            Some(next)
        })
    }
}

/// The members of the group that has this submission, without its content.
pub(super) fn members(connection: &Connection, number: i64) -> Result<Vec<Member>> {
    let bytes: Vec<u8> = connection
        .prepare_cached("SELECT members FROM groups WHERE number <= ? ORDER BY number DESC LIMIT 1")
        .and_then(|mut statement| statement.query_row([number], |row| row.get(0)).optional())
        .map_err(during("reading a submission"))?
        .unwrap_or_default();
    bytes.chunks(Member::BYTES).map(Member::read).collect()
}

/// Hands the submission of this number to `read`; `None` where there is none.
pub(super) fn by_number<T>(
    connection: &Connection,
    number: i64,
    read: impl FnOnce(Member, Kept<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let failed = during("reading a submission");
    let sql = "SELECT members, length, content FROM groups WHERE number <= ? ORDER BY number DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql).map_err(&failed)?;
    let group = statement.query_row([number], |row| Ok(Group::of(row))).optional().map_err(&failed)?.transpose()?;
    find(group.as_ref(), read, |member| member.number == number)
}

/// The same for the submission with this id.
pub(super) fn by_id<T>(
    connection: &Connection,
    id: ReceiptId,
    read: impl FnOnce(Member, Kept<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let failed = during("reading a submission");
    // A group that has the id ends at most SPAN_MS behind it.
    let furthest = Ulid::from_parts(id.0.timestamp_ms().saturating_add(SPAN_MS + 1), 0);
    let sql = "SELECT members, length, content FROM groups WHERE last_id BETWEEN ?1 AND ?2 AND first_id <= ?1";
    let mut statement = connection.prepare_cached(sql).map_err(&failed)?;
    let mut rows = statement.query([id.0.to_bytes(), furthest.to_bytes()]).map_err(&failed)?;
    while let Some(row) = rows.next().map_err(&failed)? {
        let group = Group::of(row)?;
        if group.members.chunks(Member::BYTES).any(|member| member.get(8..24) == Some(&id.0.to_bytes()[..])) {
            return find(Some(&group), read, |member| member.id == id);
        }
    }
    Ok(None)
}

fn find<T>(
    group: Option<&Group>,
    read: impl FnOnce(Member, Kept<'_>) -> Result<T>,
    wanted: impl Fn(&Member) -> bool,
) -> Result<Option<T>> {
    for submission in group.into_iter().flat_map(Group::submissions) {
        let (member, kept) = submission?;
        if wanted(&member) {
            return read(member, kept).map(Some);
        }
    }
    Ok(None)
}

fn broken() -> StoreError {
    damaged("groups", "a group of submissions cannot be read")
}
