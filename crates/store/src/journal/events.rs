//! The event log: everything that happened, in one order.
//!
//! Published records are in it as they stand in the journal; only what is no record is noted, and of what the journal keeps
//! anyway (forecasts, alerts) only the number. So the log costs nothing, and has no second truth.

use async_trait::async_trait;
use limpid_model::{Instant, Logged, Note, NoteKind};
use tokio::sync::watch;

use crate::error::Result;

/// A note in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// Its place in the log.
    pub seq: u64,
    /// When it was noted.
    pub at: Instant,
    /// What.
    pub note: Note,
}

/// Which notes to read; they come with the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteQuery {
    /// Of which kind.
    pub kind: NoteKind,
    /// Empty for all.
    pub subjects: Vec<String>,
    /// At most so many.
    pub limit: usize,
}

/// The event log. Its numbers are one sequence with those of published records.
#[async_trait]
pub trait Events {
    /// What happened after `after`, in order, at most `limit`.
    async fn log(&self, after: u64, limit: usize) -> Result<Vec<Logged>>;

    /// The number of the newest entry; changes wake whoever waits.
    fn logged(&self) -> watch::Receiver<u64>;

    /// The largest number from which on nothing is missing that happened at or after `since`: whoever has seen it can go on
    /// behind it.
    async fn log_floor(&self, since: Instant) -> Result<u64>;

    /// Writes notes in order; with `cursor` its name is moved to its number in the same transaction. It is durable then.
    async fn note(&self, notes: Vec<Note>, cursor: Option<(String, u64)>) -> Result<()>;

    /// Notes of one kind. See [`NoteQuery`].
    async fn notes(&self, query: NoteQuery) -> Result<Vec<Noted>>;

    /// The newest note of each subject of one kind.
    async fn newest_notes(&self, kind: NoteKind) -> Result<Vec<Noted>>;

    /// Drops notes from before `before`, save the newest of each kind and subject, and says how many. What they were about
    /// stays.
    async fn forget_notes(&self, before: Instant) -> Result<usize>;
}
