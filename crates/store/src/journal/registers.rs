//! The part of the journal that keeps registers: records with revisions, what was done to them, and what the public may see.

use async_trait::async_trait;
use chrono::NaiveDate;
use limpid_model::Instant;
use limpid_model::geo::Bbox;
use limpid_model::register::{
    Act, Deed, Notice, PublicRecord, Refusal, Register, Revision, Standing, State, Status, Validity, Values,
};

use crate::error::Result;

/// A revision to write. Its number is the journal's to give.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The register.
    pub register: String,
    /// The record's key.
    pub record: String,
    /// When it was written.
    pub at: Instant,
    /// Who wrote it.
    pub who: String,
    /// Why.
    pub why: String,
    /// What it says.
    pub values: Values,
}

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drafted {
    /// The record's newest revision.
    pub revision: u32,
    /// Whether it was written now; a draft that says what the newest revision says changes nothing.
    pub written: bool,
}

/// Something to do to a record, and what that needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What, by whom, and why.
    pub deed: Deed,
    /// Whether whoever wrote a revision may not check it.
    pub four_eyes: bool,
    /// Of a release: what becomes public.
    pub public: Option<PublicRecord>,
}

/// What the public is shown of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicEntry {
    /// Its place in lists, the later the larger.
    pub number: u64,
    /// The record's key.
    pub id: String,
    /// The revision that is shown.
    pub revision: u32,
    /// When that was released.
    pub released: Instant,
    /// What it says; `None` of a record that was withdrawn.
    pub record: Option<PublicRecord>,
    /// Why it was withdrawn.
    pub withdrawn: Option<Notice>,
    /// Why it was put out of force.
    pub repealed: Option<Notice>,
}

impl PublicEntry {
    /// From when to when it is in force, a repeal included.
    pub fn validity(&self) -> Validity {
        let validity = self.record.as_ref().map(PublicRecord::validity).unwrap_or_default();
        match &self.repealed {
            Some(notice) => {
                let end = Some(limpid_model::register::End::Repealed);
                Validity { ended: Some(notice.on), end, ..validity }
            }
            None => validity,
        }
    }
}

/// A revision that is or was public.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicRevision {
    /// Its number.
    pub revision: u32,
    /// When it was released.
    pub released: Instant,
    /// What it says.
    pub record: PublicRecord,
}

/// Which public records to read. They come with the newest first; those that were withdrawn do not come.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PublicQuery {
    /// The register.
    pub register: String,
    /// Words that all must be in what a search looks into; empty for every record.
    pub q: String,
    /// Fields with the value that they must have.
    pub filters: Vec<(String, String)>,
    /// What they must be on a day.
    pub status: Option<(Status, NaiveDate)>,
    /// Where they must lie.
    pub bbox: Option<Bbox>,
    /// Behind this place.
    pub before: Option<u64>,
    /// At most so many.
    pub limit: usize,
}

/// A withdrawal of a record. Whatever was made of public records between its two deeds shows what is not public any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawal {
    /// The number of the release by which the record had become public.
    pub first: u64,
    /// The number of the deed that withdrew it.
    pub deed: u64,
}

/// What of a register is public, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterCount {
    /// The register.
    pub register: String,
    /// Records that are shown.
    pub count: u64,
    /// When the last revision was released.
    pub updated: Instant,
}

/// Which records to read on the inside, ordered by key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StandingQuery {
    /// The register.
    pub register: String,
    /// Whose newest revision is so far.
    pub state: Option<State>,
    /// Behind this key.
    pub after: String,
    /// At most so many.
    pub limit: usize,
}

/// Records of registers. Revisions and deeds are only ever added.
#[async_trait]
pub trait Registers: Send + Sync {
    /// Writes drafts, durably, all or none, and says what became of each.
    async fn draft(&self, drafts: Vec<Draft>) -> Result<Vec<Drafted>>;

    /// Does what is asked, durably, in its order; each with the number of its line in the audit log, or why it was refused.
    async fn do_steps(&self, steps: Vec<Step>) -> Result<Vec<Result<u64, Refusal>>>;

    /// The same for deeds on one register, with what they need: a check is given what the scan found, a release what becomes
    /// public.
    async fn act(&self, register: &Register, deeds: Vec<Deed>) -> Result<Vec<Result<u64, Refusal>>> {
        let newest =
            self.newest_revisions(&register.id, deeds.iter().map(|deed| deed.record.clone()).collect()).await?;
        let steps = deeds.into_iter().zip(newest).map(|(deed, newest)| {
            let public = newest.map(|newest| register.disclose(&newest.values));
            let act = match deed.act {
                Act::Check { passed, .. } => {
                    let findings = public.as_ref().map_or(0, |public| register.found_by_scan(public));
                    Act::Check { passed, findings }
                }
                act => act,
            };
            Step { deed: Deed { act, ..deed }, four_eyes: register.four_eyes, public }
        });
        self.do_steps(steps.collect()).await
    }

    /// How far a record is.
    async fn standing(&self, register: &str, record: &str) -> Result<Option<Standing>>;

    /// How far records are.
    async fn standings(&self, query: StandingQuery) -> Result<Vec<(String, Standing)>>;

    /// The newest revisions of these records, in their order; `None` of one that there is none of.
    async fn newest_revisions(&self, register: &str, records: Vec<String>) -> Result<Vec<Option<Revision>>>;

    /// Every revision of a record, the oldest first.
    async fn revisions(&self, register: &str, record: &str) -> Result<Vec<Revision>>;

    /// Lines of the audit log behind `after`, in their order; of one record where it is named.
    async fn deeds(&self, register: &str, record: Option<&str>, after: u64, limit: usize) -> Result<Vec<Deed>>;

    /// Records whose time of release has come.
    async fn due(&self, now: Instant) -> Result<Vec<(String, String)>>;

    /// Public records. See [`PublicQuery`].
    async fn public_records(&self, query: PublicQuery) -> Result<Vec<PublicEntry>>;

    /// What the public is shown of one record, and of every revision of it that is or was public, the oldest first; none of
    /// a record that was withdrawn.
    async fn public_record(&self, register: &str, record: &str) -> Result<Option<(PublicEntry, Vec<PublicRevision>)>>;

    /// The records of a register that were released last, those that were withdrawn too.
    async fn public_latest(&self, register: &str, limit: usize) -> Result<Vec<PublicEntry>>;

    /// What the public is shown of records behind the one numbered `after`, in the order of their numbers, those that were
    /// withdrawn too.
    async fn public_page(&self, register: &str, after: u64, limit: usize) -> Result<Vec<PublicEntry>>;

    /// Every withdrawal of a record of a register.
    async fn withdrawals(&self, register: &str) -> Result<Vec<Withdrawal>>;

    /// The number of the newest line of the audit log of all registers; 0 of none.
    async fn newest_deed(&self) -> Result<u64>;

    /// What is public, counted.
    async fn public_counts(&self) -> Result<Vec<RegisterCount>>;

    /// The values that public records of a register have in a filter, with how many records have them, the most first.
    async fn public_terms(&self, register: &str, field: &str, limit: usize) -> Result<Vec<(String, u64)>>;

    /// Makes anew what is public of a register whose rules have changed; gives how many revisions that were.
    async fn disclose_by(&self, register: &Register) -> Result<usize>;
}
