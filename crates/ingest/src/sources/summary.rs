//! What rounds did.

use limpid_model::{Counts, Receipt};
use serde::Serialize;

use super::round::RoundError;

/// What one round did.
#[derive(Debug, Default)]
pub struct Report {
    /// Requests that were made, each with its repetitions counted once.
    pub requests: u64,
    /// Answers that were known already.
    pub unchanged: u64,
    /// Files that are not there yet.
    pub absent: u64,
    /// Submissions that the journal took.
    pub submissions: u64,
    /// What became of their entries.
    pub counts: Counts,
    /// Issues of outside forecasts that say something new.
    pub outlooks: u64,
    /// Why it ended early. What came before is durable.
    pub error: Option<RoundError>,
}

impl Report {
    pub(super) fn add(&mut self, receipt: &Receipt) {
        self.submissions += 1;
        self.counts.merge(receipt.counts);
    }
}

/// What a round of every source did. As JSON it is the line that `limpid pull` ends with.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Submissions that the journal took.
    pub submissions: u64,
    /// Entries in them: the sum of the five counts.
    pub readings: u64,
    /// What became of the entries.
    #[serde(flatten)]
    pub counts: Counts,
    /// Issues of outside forecasts that say something new.
    pub outlooks: u64,
    /// Requests that were made.
    pub requests: u64,
    /// Answers that were known already.
    pub unchanged: u64,
    /// Sources whose round ended early.
    pub failed: Vec<String>,
}

impl Summary {
    /// Adds the round of the source `id`.
    pub fn add(&mut self, id: &str, report: &Report) {
        self.submissions += report.submissions;
        self.readings += report.counts.total();
        self.counts.merge(report.counts);
        self.outlooks += report.outlooks;
        self.requests += report.requests;
        self.unchanged += report.unchanged;
        if report.error.is_some() {
            self.failed.push(id.to_owned());
        }
    }
}
