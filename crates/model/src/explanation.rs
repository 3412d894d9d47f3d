//! How a published figure came about: asked of whoever computes, shown by whoever publishes.

use crate::observation::{Flag, Observation, Statistic};
use crate::parameter::ParameterId;
use crate::reading::Mark;
use crate::receipt::ReceiptId;
use crate::record::Published;
use crate::station::StationId;
use crate::submission::Channel;
use crate::text::Text;
use crate::time::{Instant, Period};

/// Which figure is to be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Where.
    pub station: StationId,
    /// What.
    pub parameter: ParameterId,
    /// For how long.
    pub period: Period,
    /// Which figure of the period.
    pub statistic: Statistic,
    /// Its start, inclusive.
    pub start: Instant,
}

/// How a figure came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The figure as it is published.
    pub figure: Published<Observation>,
    /// The rules by which it has its value and flag, in the order in which they were applied.
    pub rules: Vec<RuleSaid>,
    /// Every automatic check that it went through, those that found nothing too; none of figures that are made of hours, which went
    /// through theirs.
    pub checks: Vec<Check>,
    /// What it is made of; of a value as sent, the reading with its revisions, the one used last.
    pub inputs: Vec<Input>,
    /// The arithmetic with the numbers put in.
    pub steps: Vec<Step>,
    /// The value that the same arithmetic gives now from what the journal has now.
    pub derived: Option<f64>,
    /// Whether value, flag and rules that come out now are those published.
    pub agrees: bool,
}

/// A rule, in words.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleSaid {
    /// Its id, as figures name it.
    pub id: String,
    /// What it says.
    pub text: Text,
    /// The standard with its clause, or what else it rests on, and where its numbers stand.
    pub source: String,
    /// `yes`, `no` (recalled, or from one transcription) or `ours` (set by limpid).
    pub verified: String,
    /// Its thresholds at this station, with numbers.
    pub thresholds: Option<String>,
}

/// An automatic check.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// A stable word: `range`.
    pub id: String,
    /// Its name.
    pub text: Text,
    /// Its thresholds at this station and in this month, in the parameter's canonical unit; of a mark the mark.
    pub thresholds: String,
    /// The rule by which it doubted the value; `None` where it did not.
    pub found: Option<String>,
}

/// A value that a figure is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// What.
    pub parameter: ParameterId,
    /// For how long.
    pub period: Period,
    /// Inclusive.
    pub start: Instant,
    /// Exclusive.
    pub end: Instant,
    /// In the canonical unit.
    pub value: Option<f64>,
    /// What entered the figure in its place, where it is a limit below which the true value lies.
    pub counted_as: Option<f64>,
    /// Its quality.
    pub flag: Flag,
    /// Whether it entered the figure.
    pub used: bool,
    /// Which revision of it: of a reading, as received; of a figure, as published.
    pub revision: u32,
    /// The instrument's own mark.
    pub mark: Option<Mark>,
    /// Rules that gave it its flag.
    pub rules: String,
    /// The upload that brought it, for a reading and for a figure that is one as sent.
    pub origin: Option<Origin>,
}

/// An upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Its receipt.
    pub receipt: ReceiptId,
    /// When it came; `None` where the journal no longer has it.
    pub received: Option<Instant>,
    /// How it came.
    pub channel: Option<Channel>,
    /// SHA-256 of its bytes, 64 hex digits.
    pub sha256: Option<String>,
}

/// A step of the arithmetic.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What is done.
    pub text: Text,
    /// With the numbers put in.
    pub formula: String,
}
