//! Outside forecasts, as they were issued.

use async_trait::async_trait;
use limpid_model::{Instant, Outlook, ParameterId, StationId};

use crate::error::Result;

/// Which issues to read. They come ordered by station, parameter, model and time of issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlookQuery {
    /// Empty for all.
    pub stations: Vec<StationId>,
    /// Empty for all.
    pub parameters: Vec<ParameterId>,
    /// Issued at or after.
    pub from: Instant,
    /// Issued before.
    pub to: Instant,
    /// Only the last of these issues of each station, parameter and model: what stood at `to`.
    pub newest: bool,
}

/// Outside forecasts, kept unchanged under the time of their issue.
#[async_trait]
pub trait Outlooks {
    /// Keeps what differs from the issue before it of the same station, parameter and model, and says how many that
    /// were. It is durable then. An issue that is known, by station, parameter, model and time, is never changed.
    async fn keep_outlooks(&self, outlooks: Vec<Outlook>) -> Result<usize>;

    /// Issues. See [`OutlookQuery`].
    async fn outlooks(&self, query: OutlookQuery) -> Result<Vec<Outlook>>;
}
