//! How long the log is kept.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::TimeDelta;
use limpid_store::Result;

use crate::app::{App, Shared};

/// How often old notes are dropped.
const EVERY: Duration = Duration::from_secs(3600);

/// Drops what is too old until the service stops.
pub async fn watch(app: Shared) {
    loop {
        if let Err(error) = forget(&app).await {
            tracing::warn!(error = %error, "old events cannot be dropped, trying again in an hour");
        }
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Drops what is too old, and looks from where on the log is whole.
///
/// # Errors
/// Those of the journal.
pub async fn forget(app: &App) -> Result<()> {
    let days = i64::try_from(app.pipeline.events.keep_days).unwrap_or(i64::MAX);
    let since = app.now() - TimeDelta::try_days(days).unwrap_or(TimeDelta::days(366));
    // Whoever reads in between finds the log shorter than it is, not with a hole.
    app.floor.store(app.journal.log_floor(since).await?, Ordering::Release);
    app.journal.forget_notes(since).await.map(|_| ())
}
