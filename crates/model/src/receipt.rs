//! What a sender is told became of its upload.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::time::Instant;

/// Identity of a submission and its receipt: a ULID, so that receipts sort by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReceiptId(pub Ulid);

impl ReceiptId {
    /// An id for a submission received at `at`, with 80 bits of `entropy`.
    pub fn new(at: Instant, entropy: u128) -> Self {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        Self(Ulid::from_parts(millis, entropy & ((1 << 80) - 1)))
    }
}

impl fmt::Display for ReceiptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ReceiptId {
    type Err = ulid::DecodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ulid::from_string(text).map(Self)
    }
}

/// What became of one reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VerdictKind {
    /// New, and durable.
    Stored,
    /// Known already with the same value and mark; nothing changed.
    Same,
    /// Another value for a known reading: kept as its next revision.
    Corrected,
    /// Kept aside with its bytes until a person decides.
    Quarantined,
    /// Not a reading; its bytes are kept.
    Rejected,
}

impl VerdictKind {
    /// The word for it in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Same => "same",
            Self::Corrected => "corrected",
            Self::Quarantined => "quarantined",
            Self::Rejected => "rejected",
        }
    }
}

/// Why a reading was corrected, quarantined or rejected: stable words, part of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Another value was stored before.
    ValueChanged,
    /// No station of the registry has this identity.
    UnknownStation,
    /// HJ 212: the MN is known, the password is not its.
    WrongPassword,
    /// HJ 212: the MN is known, and may not be used from the sender's address.
    WrongAddress,
    /// No parameter has this id, code or alias.
    UnknownParameter,
    /// The unit cannot be carried into the parameter's.
    UnitNotConvertible,
    /// It starts more than ten minutes in the future.
    InFuture,
    /// It is older than the pipeline's horizon.
    BeforeHorizon,
    /// Its start does not lie on a boundary of its period.
    NotAligned,
    /// The value is neither a number nor a word for "missing".
    NotANumber,
    /// A laboratory found less than it can tell from nothing; `detail` names its limit.
    BelowDetection,
    /// The time cannot be read.
    BadTime,
    /// The same reading stands twice in one submission with different values.
    Conflict,
    /// The message carries no readings that limpid stores (a log, a status, an instrument's serial number).
    NotAReading,
    /// The frame or line is damaged: checksum, length or shape.
    Damaged,
    /// The token does not cover this station.
    Forbidden,
    /// HJ 212: the station is held to the standard, and the frame departs from it.
    NotConforming,
    /// MQTT: the message names another station than its topic.
    WrongTopic,
}

impl Reason {
    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ValueChanged => "value_changed",
            Self::UnknownStation => "unknown_station",
            Self::WrongPassword => "wrong_password",
            Self::WrongAddress => "wrong_address",
            Self::UnknownParameter => "unknown_parameter",
            Self::UnitNotConvertible => "unit_not_convertible",
            Self::InFuture => "in_future",
            Self::BeforeHorizon => "before_horizon",
            Self::NotAligned => "not_aligned",
            Self::NotANumber => "not_a_number",
            Self::BelowDetection => "below_detection",
            Self::BadTime => "bad_time",
            Self::Conflict => "conflict",
            Self::NotAReading => "not_a_reading",
            Self::Damaged => "damaged",
            Self::Forbidden => "forbidden",
            Self::NotConforming => "not_conforming",
            Self::WrongTopic => "wrong_topic",
        }
    }
}

/// A decision against storing, made before the journal: `kind` is `Quarantined` or `Rejected`.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// `Quarantined` or `Rejected`.
    pub kind: VerdictKind,
    /// The stable word.
    pub reason: Reason,
    /// A sentence for the person who mends it.
    pub detail: String,
}

/// What became of one entry of a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Position of the entry in the submission, from 0.
    pub index: usize,
    /// What became of it.
    pub verdict: VerdictKind,
    /// Why, unless `stored` or `same`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// A sentence, unless `stored` or `same`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// How many entries had each verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// New readings.
    pub stored: u64,
    /// Known already.
    pub same: u64,
    /// Stored as a further revision.
    pub corrected: u64,
    /// Kept aside.
    pub quarantined: u64,
    /// Refused.
    pub rejected: u64,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, kind: VerdictKind) {
        *match kind {
            VerdictKind::Stored => &mut self.stored,
            VerdictKind::Same => &mut self.same,
            VerdictKind::Corrected => &mut self.corrected,
            VerdictKind::Quarantined => &mut self.quarantined,
            VerdictKind::Rejected => &mut self.rejected,
        } += 1;
    }

    /// Adds another submission's counts.
    pub fn merge(&mut self, other: Counts) {
        self.stored += other.stored;
        self.same += other.same;
        self.corrected += other.corrected;
        self.quarantined += other.quarantined;
        self.rejected += other.rejected;
    }

    /// All entries.
    pub fn total(&self) -> u64 {
        self.stored + self.same + self.corrected + self.quarantined + self.rejected
    }
}

/// The answer to a submission. It is made only after the submission is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Identity.
    pub id: ReceiptId,
    /// When the submission arrived.
    pub received: Instant,
    /// One per entry, in order.
    pub verdicts: Vec<Verdict>,
    /// The verdicts, counted.
    pub counts: Counts,
}
