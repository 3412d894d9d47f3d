//! The task that issues forecasts at the times of the configuration, trains the model once a week, and works out how good
//! earlier issues were.

use std::sync::Arc;
use std::time::Duration as Wait;

use chrono::{Duration, Utc};
use limpid_model::forecast::LEAST_DAYS;
use limpid_model::{Forecast, Instant, Pipeline, Zone};
use limpid_store::{ForecastQuery, Journal, KeptModel, StoreError};
use tokio_util::sync::CancellationToken;

use super::panel::CARRY;
use super::train::{ModelError, Trained, train};
use super::weather::Ahead;
use super::{issue, load, scores};

/// Days after which a model is trained anew.
const WEEK: i64 = 7;
/// The kind of source that brings the weather to come.
const WEATHER: &str = "open-meteo-weather";
/// The clock is looked at this often.
const TICK: Wait = Wait::from_secs(30);
/// An issue that could not be made in time is made up for so long after it was due.
const LATE: Duration = Duration::hours(6);
/// Where nothing could be issued it is tried again after so long, and after twice as long each time: what is missing are
/// hours, and they do not come sooner for being asked for.
const NOTHING: Wait = Wait::from_secs(60);
/// At the most after so long.
const NOTHING_AT_MOST: Wait = Wait::from_secs(3600);
/// After a failure likewise.
const AGAIN: Wait = Wait::from_secs(300);
/// The last value stands for the present one for so long.
const CARRIED: Duration = Duration::hours(CARRY as i64);

/// Issues until `stop`. What fails is logged and tried again.
///
/// # Errors
/// [`StoreError::Closed`] when the journal was closed before `stop`.
pub async fn serve(
    pipeline: Arc<Pipeline>,
    journal: Arc<dyn Journal>,
    stop: CancellationToken,
) -> Result<(), StoreError> {
    let mut nothing = NOTHING;
    while !stop.is_cancelled() {
        let round = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            round = round(&pipeline, &journal, Utc::now()) => round,
        };
        let wait = match round {
            Ok(()) => {
                nothing = NOTHING;
                TICK
            }
            Err(ModelError::Journal(StoreError::Closed)) if stop.is_cancelled() => return Ok(()),
            Err(ModelError::Journal(StoreError::Closed)) => return Err(StoreError::Closed),
            Err(ModelError::Nothing) => {
                let wait = nothing;
                nothing = (nothing * 2).min(NOTHING_AT_MOST);
                tracing::info!(wait_ms = wait.as_millis() as u64, "nothing can be forecast yet, trying again");
                wait
            }
            Err(error) => {
                metrics::counter!("limpid_forecast_failures_total").increment(1);
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, wait_ms = AGAIN.as_millis() as u64, "no forecast issued, trying again");
                AGAIN
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
    Ok(())
}

/// Issues what is due at `now` and was not issued. The first issue of all is made as soon as there is enough to make it of,
/// in the place of the one that was due last.
async fn round(pipeline: &Arc<Pipeline>, journal: &Arc<dyn Journal>, now: Instant) -> Result<(), ModelError> {
    let Some(due) = pipeline.forecast.last_due(pipeline.publisher.zone, now) else { return Ok(()) };
    let first = *journal.forecast().borrow() == 0;
    if !first && now.signed_duration_since(due) >= LATE {
        return Ok(());
    }
    let query = ForecastQuery { subjects: Vec::new(), from: due, to: now, newest: false, after: 0, limit: 1 };
    if !journal.forecasts(query).await?.is_empty() || !enough(pipeline, journal, now).await? {
        return Ok(());
    }
    let issued = run(pipeline, journal, now, due).await?;
    let late = now.signed_duration_since(due);
    tracing::info!(forecasts = issued.len(), late_s = late.num_seconds(), "forecasts issued");
    if issued.is_empty() { Err(ModelError::Nothing) } else { Ok(()) }
}

/// Whether any air station has readings of so long, up to now.
async fn enough(pipeline: &Pipeline, journal: &Arc<dyn Journal>, now: Instant) -> Result<bool, StoreError> {
    let stations: Vec<_> = load::stations(pipeline).collect();
    let least = Duration::days(LEAST_DAYS);
    let has = |extent: &limpid_store::StationExtent| {
        extent.last - extent.first >= least && now.signed_duration_since(extent.last) < CARRIED
    };
    Ok(journal.extents().await?.iter().any(|extent| stations.contains(&&extent.station) && has(extent)))
}

/// Trains if need be, issues what was due at `due`, keeps that, and works the scores out.
///
/// # Errors
/// Those of the journal, and [`ModelError::Nothing`] where no station has hours.
pub async fn run(
    pipeline: &Arc<Pipeline>,
    journal: &Arc<dyn Journal>,
    now: Instant,
    due: Instant,
) -> Result<Vec<Forecast>, ModelError> {
    let model = match journal.forecast_model().await? {
        Some(model) if fresh(&model, now) && Trained::readable(&model) => model,
        _ => fit(pipeline, journal, now, Arc::new(|_, _| {})).await?,
    };
    let issued = issue(pipeline, journal, model, now, Some(due)).await?;
    scores::work_out(pipeline, journal, now).await?;
    Ok(issued)
}

fn fresh(model: &KeptModel, now: Instant) -> bool {
    now.signed_duration_since(model.note.until) < Duration::days(WEEK)
}

/// Trains on the hours before `now`, and keeps the model.
///
/// # Errors
/// Those of the journal, and [`ModelError::Nothing`] where no station has hours.
pub async fn fit(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    now: Instant,
    progress: Arc<dyn Fn(u64, u64) + Send + Sync>,
) -> Result<KeptModel, ModelError> {
    let weather = pipeline.sources.iter().any(|source| source.kind.name == WEATHER);
    let ahead = if pipeline.forecast.weather && weather { Ahead::Simulated } else { Ahead::None };
    let from = years_before(pipeline.publisher.zone, now, pipeline.forecast.train_years);
    let model = train(pipeline, journal, (from, now), ahead, progress).await?;
    tracing::info!(model.id = %model.note.id, bytes = model.body.len(), "forecast model trained");
    journal.keep_forecast_model(model.clone()).await?;
    Ok(model)
}

fn years_before(zone: Zone, now: Instant, years: u64) -> Instant {
    let months = chrono::Months::new(u32::try_from(years * 12).unwrap_or(u32::MAX));
    zone.date_of(now).checked_sub_months(months).map_or(now, |date| zone.start_of(date))
}

/// Issues by `model` at `now` what was due at `due`, and keeps it.
///
/// # Errors
/// Those of the journal, and [`ModelError::Unreadable`].
pub async fn issue(
    pipeline: &Arc<Pipeline>,
    journal: &Arc<dyn Journal>,
    model: KeptModel,
    now: Instant,
    due: Option<Instant>,
) -> Result<Vec<Forecast>, ModelError> {
    let inputs = issue::read(pipeline, journal, now).await?;
    let mut forecasts = issue::make(pipeline, model, inputs, now).await?;
    forecasts.iter_mut().for_each(|forecast| forecast.due = due);
    let ids = journal.keep_forecasts(forecasts.clone()).await?;
    for (forecast, id) in forecasts.iter_mut().zip(ids) {
        forecast.id = id;
        if let Some(proposal) = &forecast.proposal {
            // For the operator: nothing is announced by itself.
            let (level, indices) = (&proposal.level, &proposal.indices);
            tracing::warn!(subject = %forecast.subject, %level, ?indices, "a warning would be due: decide about it");
        }
    }
    metrics::gauge!("limpid_forecast_issued_seconds").set(now.timestamp() as f64);
    Ok(forecasts)
}
