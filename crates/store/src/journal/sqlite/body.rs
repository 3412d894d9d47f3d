//! The bytes of a submission: short ones stand in its group, long ones in a row of their own.

use limpid_model::{Body as Received, Sealed};
use rusqlite::{Connection, OptionalExtension, params};
use serde_bytes::Bytes;
use sha2::{Digest, Sha256};

use super::compression;
use super::failure::{damaged, during};
use super::group::Kept;
use crate::error::{Result, StoreError};

/// A longer body is compressed by itself, beside the writer, and does not make its group slow to read.
const SHORT: usize = 4096;

/// A body on its way into the journal.
#[derive(Debug)]
pub(super) struct Body {
    /// Of the bytes as received.
    pub sha256: [u8; 32],
    length: usize,
    stored: Vec<u8>,
}

impl Body {
    /// Digests, and compresses what is long and comes plain.
    pub fn new(received: Received) -> Result<Self> {
        let bytes = match received {
            Received::Plain(bytes) => bytes,
            Received::Sealed(Sealed { sha256, length, packed }) if length > SHORT => {
                return Ok(Self { sha256, length, stored: packed });
            }
            Received::Sealed(Sealed { length, packed, .. }) => compression::unpack(&packed, length)?,
        };
        let (sha256, length) = (Sha256::digest(&bytes).into(), bytes.len());
        let stored = if length > SHORT { compression::compress(&bytes)? } else { bytes };
        Ok(Self { sha256, length, stored })
    }

    /// Bytes of memory.
    pub fn size(&self) -> usize {
        self.stored.len()
    }

    /// What stands in the group.
    pub fn short(&self) -> Option<&Bytes> {
        (self.length <= SHORT).then(|| Bytes::new(&self.stored))
    }

    /// Writes a long one, within the writer's open transaction.
    pub fn write(&self, connection: &Connection, submission: i64) -> Result<()> {
        if self.length <= SHORT {
            return Ok(());
        }
        let length = i64::try_from(self.length).map_err(|error| StoreError::io("measuring a submission", error))?;
        connection
            .prepare_cached("INSERT INTO bodies VALUES (?, ?, ?)")
            .and_then(|mut statement| statement.execute(params![submission, length, self.stored]))
            .map(|_| ())
            .map_err(during("writing a body"))
    }
}

/// The bytes of the submission of this number as received, checked against their digest.
pub(super) fn restore(connection: &Connection, submission: i64, kept: &Kept<'_>) -> Result<Vec<u8>> {
    let bytes = match kept.body {
        Some(short) => short.to_vec(),
        None => {
            let failed = during("reading a body");
            let (length, stored): (i64, Vec<u8>) = connection
                .prepare_cached("SELECT length, body FROM bodies WHERE submission = ?")
                .and_then(|mut statement| {
                    statement.query_row([submission], |row| Ok((row.get(0)?, row.get(1)?))).optional()
                })
                .map_err(&failed)?
                .ok_or_else(|| damaged("bodies", format!("that of submission {submission} is missing")))?;
            compression::restore(&stored, length)?
        }
    };
    if <[u8; 32]>::from(Sha256::digest(&bytes))[..] != kept.sha256[..] {
        return Err(damaged("groups", "a body does not have the digest that was stored with it"));
    }
    Ok(bytes)
}
