//! Summaries: figures of areas and of long periods.

use async_trait::async_trait;
use limpid_model::{Instant, Period, Subject, Summary};

use crate::error::Result;

/// Which summaries to read, ordered by subject and start; of each the newest revision, or with `as_of` the one that was the
/// newest then.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryQuery {
    /// Whose; empty for all.
    pub subjects: Vec<Subject>,
    /// `index` or `air`.
    pub kind: String,
    /// How long.
    pub period: Period,
    /// First start, inclusive.
    pub from: Instant,
    /// Last start, exclusive.
    pub to: Instant,
    /// What was kept by then.
    pub as_of: Option<Instant>,
    /// Only behind this place.
    pub after: Option<(Subject, Instant)>,
    /// At most so many.
    pub limit: usize,
}

/// A summary as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptSummary {
    /// 1 for the first of its subject, kind, period and start.
    pub revision: u32,
    /// When it was kept.
    pub at: Instant,
    /// What it says.
    pub summary: Summary,
}

/// Summaries, each revision kept.
#[async_trait]
pub trait Summaries {
    /// Keeps what differs from the newest revision of each, and moves the cursor in the same transaction. Says how many
    /// that were.
    async fn keep_summaries(&self, summaries: Vec<Summary>, cursor: Option<(&'static str, u64)>) -> Result<usize>;

    /// Summaries. See [`SummaryQuery`].
    async fn summaries(&self, query: SummaryQuery) -> Result<Vec<KeptSummary>>;
}
