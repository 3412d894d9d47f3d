//! The task that releases every dataset every few hours.

use std::time::Duration;

use chrono::TimeDelta;
use limpid_model::Instant;

use super::definition::{ALL, Dataset};
use super::release::{Outcome, release};
use crate::app::Shared;

/// How often it is looked whether a release is due.
const LOOK: Duration = Duration::from_secs(30);
/// After a failure, or while there is nothing to release, it is tried again after so long.
const AGAIN: TimeDelta = TimeDelta::minutes(10);

/// Releases what is due until the service stops. With `every_hours = 0` nothing is ever due.
pub async fn schedule(app: Shared) {
    let every = match i64::try_from(app.pipeline.datasets.every_hours) {
        Ok(hours @ 1..) => TimeDelta::hours(hours),
        _ => return,
    };
    let mut due: Vec<(&Dataset, Option<Instant>)> = ALL.iter().map(|dataset| (dataset, None)).collect();
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        for (dataset, at) in &mut due {
            let now = app.now();
            let when = match at {
                Some(at) => *at,
                None => first_due(&app, dataset, every).await.unwrap_or(now),
            };
            if when > now {
                *at = Some(when);
                continue;
            }
            tokio::select! {
                // A release that is cut short leaves files that no manifest names, and the current one as it was.
                () = app.stop.cancelled() => return,
                wait = release_now(&app, dataset, every) => *at = Some(now + wait),
            }
        }
    }
}

/// One period after the release that there is, when the process starts.
async fn first_due(app: &Shared, dataset: &Dataset, every: TimeDelta) -> Option<Instant> {
    let current = app.lake.current(dataset.id).await.ok().flatten()?;
    Some(current.created + every)
}

/// Releases a dataset, and says how long to wait before the next time.
async fn release_now(app: &Shared, dataset: &Dataset, every: TimeDelta) -> TimeDelta {
    let _one_at_a_time = app.releasing.lock().await;
    match release(&app.pipeline, &*app.journal, &app.lake, dataset, app.now(), &|_| {}).await {
        Ok(Outcome::Made(_) | Outcome::Unchanged(_)) => every,
        Ok(Outcome::Empty) => AGAIN,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            tracing::error!(dataset = dataset.id, error = %error, cause, "release failed, trying again in 10 minutes");
            metrics::counter!("limpid_release_errors_total", "dataset" => dataset.id).increment(1);
            AGAIN
        }
    }
}
