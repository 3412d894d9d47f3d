//! The way of a record: draft, checked, released; revised, repealed, withdrawn. Who may do what, and what is refused.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::value::Values;
use crate::time::Instant;

/// What somebody may do with records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Writes drafts.
    Editor,
    /// Checks them for secrecy and privacy.
    Reviewer,
    /// Releases, withdraws and repeals.
    Publisher,
    /// Looks after the service: accounts, tokens, what was refused, the log of the desk.
    Operator,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Editor, Self::Reviewer, Self::Publisher, Self::Operator];

    /// The word in configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Editor => "editor",
            Self::Reviewer => "reviewer",
            Self::Publisher => "publisher",
            Self::Operator => "operator",
        }
    }
}

/// Where a revision is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Written, and not checked or sent back by the check.
    Draft,
    /// The check found nothing to withhold.
    Checked,
    /// Checked, and to be released at a time.
    Scheduled,
    /// Public.
    Released,
    /// It was public; a later revision stands in its place, or a later draft in its way.
    Revised,
}

impl State {
    /// All of them, in the order of the way.
    pub const ALL: [Self; 5] = [Self::Draft, Self::Checked, Self::Scheduled, Self::Released, Self::Revised];

    /// The word in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Checked => "checked",
            Self::Scheduled => "scheduled",
            Self::Released => "released",
            Self::Revised => "revised",
        }
    }
}

/// One revision of a record, as it was written. Never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// The register.
    pub register: String,
    /// The record's key.
    pub record: String,
    /// 1 for the first.
    pub revision: u32,
    /// When it was written.
    pub at: Instant,
    /// Who wrote it.
    pub who: String,
    /// Why.
    pub why: String,
    /// What it says.
    pub values: Values,
}

/// Something that somebody did to a record: a line of the audit log. It never repeats a value of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// Its number in the order in which deeds were done; 0 before that.
    pub id: u64,
    /// The register.
    pub register: String,
    /// The record's key.
    pub record: String,
    /// The revision that it was done to.
    pub revision: u32,
    /// When.
    pub at: Instant,
    /// Who.
    pub who: String,
    /// Why, or what was found.
    pub why: String,
    /// What.
    #[serde(flatten)]
    pub act: Act,
}

/// What can be done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// A revision was written.
    Draft,
    /// Reviewed for secrecy and privacy.
    Check {
        /// Whether it may be released.
        passed: bool,
        /// What the automatic scan found in public fields, and will be masked.
        findings: u32,
    },
    /// To be released at a time.
    Schedule {
        /// When.
        release_at: Instant,
    },
    /// Made public.
    Release,
    /// Put out of force; what was public stays, marked.
    Repeal {
        /// From this day.
        on: NaiveDate,
    },
    /// Taken out of public view; a tombstone with reason and date stays.
    Withdraw {
        /// On this day.
        on: NaiveDate,
    },
}

impl Act {
    /// The word in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Check { .. } => "check",
            Self::Schedule { .. } => "schedule",
            Self::Release => "release",
            Self::Repeal { .. } => "repeal",
            Self::Withdraw { .. } => "withdraw",
        }
    }

    /// The role that may do it.
    pub fn role(self) -> Role {
        match self {
            Self::Draft => Role::Editor,
            Self::Check { .. } => Role::Reviewer,
            Self::Schedule { .. } | Self::Release | Self::Repeal { .. } | Self::Withdraw { .. } => Role::Publisher,
        }
    }
}

/// How far a record is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its newest revision.
    pub newest: u32,
    /// How far that is.
    pub state: State,
    /// Who wrote it.
    pub editor: String,
    /// The revision that is public; `None` where none ever was.
    pub released: Option<u32>,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
    /// When it is to be released.
    pub release_at: Option<Instant>,
}

/// Why something may not be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such record or revision.
    #[error("there is no such record or revision")]
    Unknown,
    /// It is about a revision that is not the newest.
    #[error("a newer revision was written; look at that one")]
    Overtaken,
    /// Nobody checked it.
    #[error("it was not checked: a review for secrecy and privacy must be recorded before a release")]
    NotChecked,
    /// The reviewer wrote it.
    #[error("four eyes: whoever wrote a revision cannot check it")]
    FourEyes,
    /// It is public already.
    #[error("this revision is public already")]
    Released,
    /// It is not public.
    #[error("the record is not public")]
    NotPublic,
}

impl Refusal {
    /// The stable word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Overtaken => "overtaken",
            Self::NotChecked => "not_checked",
            Self::FourEyes => "four_eyes",
            Self::Released => "released",
            Self::NotPublic => "not_public",
        }
    }
}

impl Standing {
    /// Whether `who` may do this to the revision, and how far the record is afterwards.
    ///
    /// # Errors
    /// Why not.
    pub fn after(&self, revision: u32, act: Act, who: &str, four_eyes: bool) -> Result<Self, Refusal> {
        let public = self.released.is_some() && !self.withdrawn;
        let on_public = matches!(act, Act::Repeal { .. } | Act::Withdraw { .. });
        if !on_public && revision < self.newest {
            return Err(Refusal::Overtaken);
        }
        if revision > self.newest || revision == 0 {
            return Err(Refusal::Unknown);
        }
        let mut after = self.clone();
        match act {
            Act::Draft => return Err(Refusal::Released),
            Act::Check { passed, .. } => {
                if self.state == State::Released {
                    return Err(Refusal::Released);
                }
                if four_eyes && who == self.editor {
                    return Err(Refusal::FourEyes);
                }
                after.state = if passed { State::Checked } else { State::Draft };
                after.release_at = None;
            }
            Act::Schedule { .. } | Act::Release => {
                match self.state {
                    State::Released => return Err(Refusal::Released),
                    State::Checked | State::Scheduled => {}
                    State::Draft | State::Revised => return Err(Refusal::NotChecked),
                }
                if let Act::Schedule { release_at } = act {
                    (after.state, after.release_at) = (State::Scheduled, Some(release_at));
                } else {
                    (after.state, after.release_at) = (State::Released, None);
                    (after.released, after.withdrawn) = (Some(revision), false);
                }
            }
            Act::Repeal { .. } if !public => return Err(Refusal::NotPublic),
            Act::Withdraw { .. } if !public => return Err(Refusal::NotPublic),
            Act::Repeal { .. } => {}
            Act::Withdraw { .. } => after.withdrawn = true,
        }
        // A release that was planned before would undo it with nobody deciding so.
        if on_public && after.state == State::Scheduled {
            (after.state, after.release_at) = (State::Checked, None);
        }
        Ok(after)
    }
}
