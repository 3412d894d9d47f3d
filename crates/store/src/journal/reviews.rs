//! The part of the journal that remembers what people decided.

use async_trait::async_trait;
use limpid_model::{Instant, Review, StationId};

use crate::error::Result;

/// Which decisions to read. They come in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReviewQuery {
    /// Of this station; of all without.
    pub station: Option<StationId>,
    /// About hours at or after.
    pub from: Option<Instant>,
    /// About hours before.
    pub to: Option<Instant>,
    /// Behind this number.
    pub after: u64,
    /// At most so many.
    pub limit: usize,
}

/// Decisions of reviewers, kept for good.
#[async_trait]
pub trait Reviews {
    /// Keeps a decision, durably, and gives the number that it has from now on, whatever number it came with. `None`, and
    /// nothing is kept, when some of what it is about is final.
    async fn keep_review(&self, review: Review) -> Result<Option<u64>>;

    /// Decisions. See [`ReviewQuery`].
    async fn reviews(&self, query: ReviewQuery) -> Result<Vec<Review>>;
}
