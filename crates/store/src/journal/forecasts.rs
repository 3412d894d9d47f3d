//! Issued forecasts, the models that made them, and how good they were.

use async_trait::async_trait;
use limpid_model::forecast::ModelNote;
use limpid_model::{Forecast, ForecastScore, Instant, Subject};
use tokio::sync::watch;

use crate::error::Result;

/// Which issues to read. They come in the order in which they were kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastQuery {
    /// Empty for all.
    pub subjects: Vec<Subject>,
    /// Issued at or after.
    pub from: Instant,
    /// Issued before.
    pub to: Instant,
    /// Only the last of these of each subject, an amendment before what it amends.
    pub newest: bool,
    /// Only issues with a larger number.
    pub after: u64,
    /// At most so many.
    pub limit: usize,
}

/// A trained model, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptModel {
    /// What it is.
    pub note: ModelNote,
    /// It, in the form that limpid-transform reads.
    pub body: Vec<u8>,
}

/// Forecasts as they were issued.
#[async_trait]
pub trait Forecasts {
    /// Keeps issues for good, and gives their numbers in the same order. It is durable then.
    async fn keep_forecasts(&self, forecasts: Vec<Forecast>) -> Result<Vec<u64>>;

    /// Issues. See [`ForecastQuery`].
    async fn forecasts(&self, query: ForecastQuery) -> Result<Vec<Forecast>>;

    /// The number of the newest issue; changes wake whoever waits.
    fn forecast(&self) -> watch::Receiver<u64>;

    /// Keeps a trained model; one of the same id is there already and stays.
    async fn keep_forecast_model(&self, model: KeptModel) -> Result<()>;

    /// The model that was kept last.
    async fn forecast_model(&self) -> Result<Option<KeptModel>>;

    /// Puts these scores in the place of all that there were: they are figures of what is kept, and can be made again.
    async fn set_forecast_scores(&self, scores: Vec<ForecastScore>) -> Result<()>;

    /// The scores as they were set.
    async fn forecast_scores(&self) -> Result<Vec<ForecastScore>>;
}
