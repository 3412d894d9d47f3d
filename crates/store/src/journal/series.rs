//! Which series are published, and reading them from their end.

use async_trait::async_trait;
use limpid_model::{Instant, Observation, ParameterId, Period, Published, StationId, Statistic};

use super::ObservationQuery;
use crate::error::Result;

/// A series of published observations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedSeries {
    /// Where it is measured.
    pub station: StationId,
    /// What is measured.
    pub parameter: ParameterId,
    /// How long each value speaks for.
    pub period: Period,
    /// Which figure of the period it is.
    pub statistic: Statistic,
    /// Start of its earliest observation.
    pub first: Instant,
    /// Start of its latest observation.
    pub last: Instant,
}

/// What is known of series as a whole.
#[async_trait]
pub trait SeriesReads {
    /// Every series that has a published observation, ordered by station, parameter (by its canonical id as text), period
    /// and statistic.
    async fn published_series(&self) -> Result<Vec<PublishedSeries>>;

    /// The observations of a query in the opposite order: of each series the latest start first. `after` is then the place
    /// of the last item taken on the way back.
    async fn observations_back(&self, query: ObservationQuery) -> Result<Vec<Published<Observation>>>;
}
