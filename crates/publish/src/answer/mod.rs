//! What every answer shares.
//!
//! - [`format`]: the formats that data are served in
//! - [`problem`]: failures as `application/problem+json`
//! - [`cache`]: entity tags and `Cache-Control`
//! - [`table`]: rows as CSV and Parquet, from one list of columns

pub mod cache;
pub mod format;
pub mod problem;
pub mod table;

pub use cache::Cache;
pub use format::Format;
pub use problem::Failure;

/// Runs work that takes longer than half a millisecond (serialising many rows) beside the executor.
///
/// # Errors
/// A [`Failure`] when the work panicked or the executor is going down.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Failure::internal("answering", &error)),
    }
}
