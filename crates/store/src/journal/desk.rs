//! The part of the journal that keeps what the operator's desk needs: accounts, sessions, its log, tokens.

use async_trait::async_trait;
use limpid_model::Instant;

use crate::error::Result;

/// Who may log in, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskAccount {
    /// The name of an officer or reviewer of the pipeline.
    pub name: String,
    /// PHC string of the password.
    pub password: String,
    /// When it was set.
    pub changed: Instant,
    /// Whether somebody else set it, so that it must be changed before anything else.
    pub temporary: bool,
    /// Secret of the second factor, in base32.
    pub totp: Option<String>,
}

/// A session that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskSession {
    /// SHA-256 of what the cookie holds.
    pub id: [u8; 32],
    /// Whose it is.
    pub name: String,
    /// When it began.
    pub begun: Instant,
    /// When it was used last, to the minute.
    pub seen: Instant,
    /// Where it began.
    pub address: String,
    /// What the browser says it is.
    pub agent: String,
}

/// A line of the desk's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskNote {
    /// Its number; 0 before it is kept.
    pub id: u64,
    /// When.
    pub at: Instant,
    /// Who; empty of somebody whom nobody knows.
    pub who: String,
    /// From where.
    pub address: String,
    /// What was done: a stable word.
    pub act: String,
    /// To what, without any value of a record.
    pub what: String,
}

/// An upload token that was issued at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskToken {
    /// SHA-256 of the secret, in lower-case hex.
    pub hash: String,
    /// The station that it uploads for; `None` for every station.
    pub station: Option<String>,
    /// When it was issued.
    pub issued: Instant,
    /// Who issued it.
    pub who: String,
    /// When it was revoked.
    pub revoked: Option<Instant>,
}

/// Something to write. What is handed over together is written together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeskChange {
    /// Make an account, or set its password and second factor anew.
    Account(DeskAccount),
    /// Take a code of the second factor, by the number of its time step; changes nothing where that or a later one was taken.
    Code(String, u64),
    /// Begin a session.
    Begin(DeskSession),
    /// Note that a session was used.
    Seen([u8; 32], Instant),
    /// End a session.
    End([u8; 32]),
    /// End all sessions of a name but one.
    EndOthers(String, Option<[u8; 32]>),
    /// End sessions that began before, or were used last before.
    EndOld(Instant, Instant),
    /// Add to the log.
    Note(DeskNote),
    /// Issue a token.
    Issue(DeskToken),
    /// Revoke the token with this hash.
    Revoke(String, Instant),
}

/// What the desk keeps.
#[async_trait]
pub trait Desk: Send + Sync {
    /// Writes changes, durably, all or none; gives how many rows changed.
    async fn change(&self, changes: Vec<DeskChange>) -> Result<usize>;

    /// The account of this name.
    async fn account(&self, name: &str) -> Result<Option<DeskAccount>>;

    /// The names that have an account, in their order.
    async fn accounts(&self) -> Result<Vec<DeskAccount>>;

    /// The session with this id.
    async fn session(&self, id: [u8; 32]) -> Result<Option<DeskSession>>;

    /// Sessions of a name, the newest first.
    async fn sessions(&self, name: &str) -> Result<Vec<DeskSession>>;

    /// Lines of the log before a number, the newest first; of one person where one is named.
    async fn notes(&self, who: Option<&str>, before: u64, limit: usize) -> Result<Vec<DeskNote>>;

    /// Tokens, the newest first.
    async fn tokens(&self) -> Result<Vec<DeskToken>>;
}
