//! The task that releases every dataset every few hours.

use std::time::Duration;

use chrono::TimeDelta;
use limpid_model::{Instant, Pipeline};

use super::closed;
use super::definition::Dataset;
use super::release::{Outcome, release};
use crate::app::{App, Shared};
use crate::events::releases;
use crate::freshness::{Released, Releases};

/// How often it is looked whether a release is due.
const LOOK: Duration = Duration::from_secs(30);
/// While there is nothing to release it is looked again after so long: a new service soon has its first release.
const EMPTY: TimeDelta = TimeDelta::minutes(1);
/// After a failure it is tried again after so long.
const FAILED: TimeDelta = TimeDelta::minutes(10);

/// Releases what is due until the service stops. With `every_hours = 0` nothing is ever due.
pub async fn schedule(app: Shared) {
    let every = TimeDelta::hours(i64::try_from(app.pipeline.datasets.every_hours).unwrap_or(0));
    let mut schedule = Schedule::new(&app.pipeline, every);
    releases::try_announce(&app).await;
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK), if every > TimeDelta::zero() => {}
        }
        tokio::select! {
            // A release that is cut short leaves files that no manifest names, and the current one as it was.
            () = app.stop.cancelled() => return,
            () = schedule.look(&app) => {}
        }
    }
}

/// When each dataset is due.
struct Schedule {
    every: TimeDelta,
    due: Vec<(Dataset, Option<Instant>)>,
}

impl Schedule {
    fn new(pipeline: &Pipeline, every: TimeDelta) -> Self {
        Self { every, due: Dataset::all(pipeline).into_iter().map(|dataset| (dataset, None)).collect() }
    }

    /// Releases what is due now, and notes how each dataset stands.
    async fn look(&mut self, app: &App) {
        let mut releases = Releases::clone(&app.releases.load());
        for (dataset, due) in &mut self.due {
            let now = app.now();
            let when = match *due {
                Some(when) => when,
                // After a start: one period after the release that there is, or now.
                None => match app.lake.current(&dataset.id).await {
                    Ok(Some(current)) => {
                        let due = (current.created + self.every).max(now);
                        releases.insert(dataset.id.clone(), Released { last: Some(current.created), due });
                        current.created + self.every
                    }
                    _ => now,
                },
            };
            *due = Some(when);
            // What is not public any more is not waited with.
            if when > now && closed::is_current(app, dataset).await {
                continue;
            }
            let (wait, made) = attempt(app, dataset, self.every).await;
            *due = Some(now + wait);
            if made {
                releases.insert(dataset.id.clone(), Released { last: Some(now), due: now + wait });
            }
        }
        app.releases.store(releases.into());
    }
}

/// Releases a dataset, and says how long to wait before the next time, and whether the newest release is as the data are.
async fn attempt(app: &App, dataset: &Dataset, every: TimeDelta) -> (TimeDelta, bool) {
    let _one_at_a_time = app.releasing.lock().await;
    match release(&app.pipeline, &*app.journal, &app.lake, dataset, app.now(), &|_| {}).await {
        Ok(Outcome::Made(_)) => {
            releases::try_announce(app).await;
            (every, true)
        }
        Ok(Outcome::Unchanged(_)) => (every, true),
        Ok(Outcome::Empty) => (EMPTY, false),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            tracing::error!(dataset = %dataset.id, error = %error, cause, "release failed, trying again in 10 minutes");
            metrics::counter!("limpid_release_errors_total", "dataset" => dataset.id.clone()).increment(1);
            (FAILED, false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, Service, at, hour};

    async fn releases(service: &Service, dataset: &str) -> usize {
        service.lake.releases(dataset).await.unwrap().len()
    }

    #[tokio::test]
    async fn a_release_is_made_when_due_and_only_if_something_changed() {
        let first = hour("S1", "pm25", "2026-11-25T01:00:00Z", 60.0);
        let service = Service::with(vec![first.clone().into()]).await;
        let mut schedule = Schedule::new(&service.pipeline, TimeDelta::hours(24));
        schedule.look(&service.app).await;
        assert_eq!(releases(&service, "air-hourly").await, 0, "no readings yet");
        assert_eq!(releases(&service, "stations").await, 1);

        service.accept(&[first]).await;
        schedule.look(&service.app).await;
        assert_eq!(releases(&service, "air-hourly").await, 0, "not before it is due again");
        service.set_now(at(NOW) + EMPTY);
        schedule.look(&service.app).await;
        assert_eq!(releases(&service, "air-hourly").await, 1);

        let correction = hour("S1", "pm25", "2026-11-25T01:00:00Z", 61.0);
        service.journal.publish(vec![correction.into()], None).await.unwrap();
        schedule.look(&service.app).await;
        assert_eq!(releases(&service, "air-hourly").await, 1, "a day has not passed");
        // After a restart the release that there is decides.
        let mut schedule = Schedule::new(&service.pipeline, TimeDelta::hours(24));
        schedule.look(&service.app).await;
        assert_eq!(releases(&service, "air-hourly").await, 1);
        let stands = async || {
            let page = service.get("/api/v1/status").await.json();
            let all = page["publications"].as_array().unwrap().clone();
            let one = all.into_iter().find(|one| one["id"] == "dataset-air-hourly").unwrap();
            (
                one["last"].as_str().unwrap().to_owned(),
                one["deadline"].as_str().unwrap().to_owned(),
                one["state"].clone(),
            )
        };
        // Made at 09:13, due a day later, an hour's grace.
        let (made, deadline) = ("2026-11-25T09:13:00+08:00".to_owned(), "2026-11-26T10:13:00+08:00".to_owned());
        assert_eq!(stands().await, (made.clone(), deadline.clone(), "met".into()));
        service.set_now(at(NOW) + EMPTY + TimeDelta::hours(24));
        assert_eq!(stands().await, (made.clone(), deadline.clone(), "due".into()));
        service.set_now(at(NOW) + EMPTY + TimeDelta::hours(25));
        assert_eq!(stands().await, (made, deadline, "late".into()));
        service.set_now(at(NOW) + EMPTY + TimeDelta::hours(24));
        schedule.look(&service.app).await;
        assert_eq!(releases(&service, "air-hourly").await, 2);
        assert_eq!(releases(&service, "stations").await, 1, "nothing changed in the registry");
    }
}
