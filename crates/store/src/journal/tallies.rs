//! How much of something there is, without reading it.

use async_trait::async_trait;

use super::{AssessmentQuery, ObservationQuery, SummaryQuery};
use crate::error::Result;

/// How many records a query finds over all its pages: its `after` and `limit` count for nothing.
#[async_trait]
pub trait Tallies {
    /// Observations. See [`ObservationQuery`].
    async fn count_observations(&self, query: ObservationQuery) -> Result<u64>;

    /// Assessments. See [`AssessmentQuery`].
    async fn count_assessments(&self, query: AssessmentQuery) -> Result<u64>;

    /// Summaries. See [`SummaryQuery`].
    async fn count_summaries(&self, query: SummaryQuery) -> Result<u64>;
}
