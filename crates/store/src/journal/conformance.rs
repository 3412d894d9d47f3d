//! The part of the journal that remembers how the form of uploads departs from their protocol's standard.

use async_trait::async_trait;
use limpid_model::{Instant, ReceiptId, StationId};

use crate::error::Result;

/// How often a station's uploads departed from the standard in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviationCount {
    /// The stable word for it.
    pub name: String,
    /// In how many submissions.
    pub count: u64,
    /// When the first of them arrived.
    pub first: Instant,
    /// When the last of them arrived.
    pub last: Instant,
    /// The last of them.
    pub example: ReceiptId,
}

/// What [`Submission::deviations`](limpid_model::Submission::deviations) says, counted per station. The
/// counts of a few stations are durable with their submissions. Those of a crowd follow within seconds, and a kill may
/// lose them: they tell what is wrong with a device, which its next upload tells again.
#[async_trait]
pub trait Conformance: Send + Sync {
    /// Every way in which the station's uploads departed from the standard, ordered by name.
    async fn deviations(&self, station: &StationId) -> Result<Vec<DeviationCount>>;
}
