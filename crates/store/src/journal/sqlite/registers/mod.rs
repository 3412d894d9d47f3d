//! Registers. See [`Registers`].
//!
//! - `write`: drafts and deeds, within the writer's transaction
//! - `public`: what the public is shown: written at a release, and made anew when rules change
//! - `search`: which public records a query is about; `tokens`: what its index is made of
//! - `read`: everything else that is read

mod public;
mod read;
mod search;
mod tokens;
mod write;

use async_trait::async_trait;
use limpid_model::Instant;
use limpid_model::privacy;
use limpid_model::register::{Deed, PublicRecord, Refusal, Register, Revision, Standing};
use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::SqliteJournal;
use super::compression;
use super::failure::damaged;
use super::queue::Work;
use super::time::micros;
use crate::error::{Result, StoreError};
use crate::journal::{
    Draft, Drafted, PublicEntry, PublicQuery, PublicRevision, RegisterCount, Registers, StandingQuery, Step, Withdrawal,
};

const TABLE: &str = "register_revisions";
/// Roughly what a record weighs on its way to the writer.
const WEIGHT: usize = 4096;
/// Revisions that are made public anew in one transaction.
const AT_ONCE: usize = 500;

/// Work on registers.
#[derive(Debug)]
pub(super) enum Task {
    /// Write drafts.
    Draft(Vec<Draft>),
    /// Do deeds.
    Steps(Vec<Step>),
    /// Put what is public in place of what was: record, revision.
    Disclose(Vec<(i64, u32, PublicRecord)>),
    /// Remember by which rules all of a register was disclosed.
    Rules(String, [u8; 32]),
}

/// What was done.
#[derive(Debug)]
pub(super) enum Answer {
    Drafted(Vec<Drafted>),
    Done(Vec<Result<u64, Refusal>>),
    Nothing,
}

/// Does work on registers within the writer's open transaction.
pub(super) fn perform(connection: &Connection, task: &Task) -> Result<Answer> {
    Ok(match task {
        Task::Draft(drafts) => {
            Answer::Drafted(drafts.iter().map(|draft| write::draft(connection, draft)).collect::<Result<_>>()?)
        }
        Task::Steps(steps) => {
            Answer::Done(steps.iter().map(|step| write::step(connection, step)).collect::<Result<_>>()?)
        }
        Task::Disclose(records) => {
            for (id, revision, record) in records {
                public::replace(connection, *id, *revision, record)?;
            }
            Answer::Nothing
        }
        Task::Rules(register, digest) => {
            public::note_rules(connection, register, digest)?;
            Answer::Nothing
        }
    })
}

/// Something as JSON, compressed, with its length before.
fn pack(value: &impl Serialize) -> Result<(i64, Vec<u8>)> {
    let text = serde_json::to_vec(value).map_err(|error| StoreError::io("writing a record as JSON", error))?;
    let length = i64::try_from(text.len()).map_err(|error| StoreError::io("measuring a record", error))?;
    Ok((length, compression::compress(&text)?))
}

/// What [`pack`] packed.
fn unpack<T: DeserializeOwned>(length: i64, body: &[u8]) -> Result<T> {
    let text = compression::restore(body, length)?;
    serde_json::from_slice(&text).map_err(|error| damaged(TABLE, error.to_string()))
}

impl SqliteJournal {
    async fn on_registers(&self, weight: usize, task: Task) -> Result<Answer> {
        self.queue()?.ask(weight, |reply| Work::Registers(task, reply)).await
    }
}

#[async_trait]
impl Registers for SqliteJournal {
    async fn draft(&self, drafts: Vec<Draft>) -> Result<Vec<Drafted>> {
        match self.on_registers(drafts.len() * WEIGHT, Task::Draft(drafts)).await? {
            Answer::Drafted(drafted) => Ok(drafted),
            _ => Err(StoreError::Closed),
        }
    }

    async fn do_steps(&self, steps: Vec<Step>) -> Result<Vec<Result<u64, Refusal>>> {
        match self.on_registers(steps.len() * WEIGHT, Task::Steps(steps)).await? {
            Answer::Done(done) => Ok(done),
            _ => Err(StoreError::Closed),
        }
    }

    async fn standing(&self, register: &str, record: &str) -> Result<Option<Standing>> {
        let (register, record) = (register.to_owned(), record.to_owned());
        self.readers.read(move |reader| read::standing(&reader.connection, &register, &record)).await
    }

    async fn standings(&self, query: StandingQuery) -> Result<Vec<(String, Standing)>> {
        self.readers.read(move |reader| read::standings(&reader.connection, &query)).await
    }

    async fn newest_revisions(&self, register: &str, records: Vec<String>) -> Result<Vec<Option<Revision>>> {
        let register = register.to_owned();
        self.readers
            .read(move |reader| {
                records.iter().map(|record| read::newest(&reader.connection, &register, record)).collect()
            })
            .await
    }

    async fn revisions(&self, register: &str, record: &str) -> Result<Vec<Revision>> {
        let (register, record) = (register.to_owned(), record.to_owned());
        self.readers.read(move |reader| read::revisions(&reader.connection, &register, &record)).await
    }

    async fn deeds(&self, register: &str, record: Option<&str>, after: u64, limit: usize) -> Result<Vec<Deed>> {
        let (register, record) = (register.to_owned(), record.map(str::to_owned));
        self.readers
            .read(move |reader| read::deeds(&reader.connection, &register, record.as_deref(), after, limit))
            .await
    }

    async fn due(&self, now: Instant) -> Result<Vec<(String, String)>> {
        self.readers.read(move |reader| read::due(&reader.connection, micros(now))).await
    }

    async fn public_records(&self, query: PublicQuery) -> Result<Vec<PublicEntry>> {
        self.readers.read(move |reader| search::find(&reader.connection, &query)).await
    }

    async fn public_record(&self, register: &str, record: &str) -> Result<Option<(PublicEntry, Vec<PublicRevision>)>> {
        let (register, record) = (register.to_owned(), record.to_owned());
        self.readers.read(move |reader| public::one(&reader.connection, &register, &record)).await
    }

    async fn public_latest(&self, register: &str, limit: usize) -> Result<Vec<PublicEntry>> {
        let register = register.to_owned();
        self.readers.read(move |reader| public::latest(&reader.connection, &register, limit)).await
    }

    async fn public_page(&self, register: &str, after: u64, limit: usize) -> Result<Vec<PublicEntry>> {
        let register = register.to_owned();
        self.readers.read(move |reader| public::page(&reader.connection, &register, after, limit)).await
    }

    async fn withdrawals(&self, register: &str) -> Result<Vec<Withdrawal>> {
        let register = register.to_owned();
        self.readers.read(move |reader| read::withdrawals(&reader.connection, &register)).await
    }

    async fn newest_deed(&self) -> Result<u64> {
        self.readers.read(|reader| read::newest_deed(&reader.connection)).await
    }

    async fn public_counts(&self) -> Result<Vec<RegisterCount>> {
        self.readers.read(|reader| public::counts(&reader.connection)).await
    }

    async fn public_terms(&self, register: &str, field: &str, limit: usize) -> Result<Vec<(String, u64)>> {
        let (register, field) = (register.to_owned(), field.to_owned());
        self.readers.read(move |reader| public::terms(&reader.connection, &register, &field, limit)).await
    }

    async fn disclose_by(&self, register: &Register) -> Result<usize> {
        let digest: [u8; 32] = Sha256::digest(format!("{} {register:?}", privacy::EDITION)).into();
        let id = register.id.clone();
        if self.readers.read(move |reader| public::rules(&reader.connection, &id)).await? == Some(digest) {
            return Ok(0);
        }
        let (mut after, mut made) = ((i64::MIN, 0), 0);
        loop {
            let id = register.id.clone();
            let page =
                self.readers.read(move |reader| public::written(&reader.connection, &id, after, AT_ONCE)).await?;
            let Some((number, revision, _)) = page.last() else { break };
            (after, made) = ((*number, *revision), made + page.len());
            let disclosed = page.into_iter().map(|(id, revision, values)| (id, revision, register.disclose(&values)));
            let disclosed: Vec<_> = disclosed.collect();
            self.on_registers(disclosed.len() * WEIGHT, Task::Disclose(disclosed)).await?;
        }
        self.on_registers(0, Task::Rules(register.id.clone(), digest)).await?;
        Ok(made)
    }
}
