//! A forecaster who knows better: another issue in the place of one, with a reason. Both are kept, and both are scored.

use std::sync::Arc;

use limpid_model::forecast::{Amendment, Change};
use limpid_model::{Forecast, Instant, ParameterId, Subject};
use limpid_store::{ForecastQuery, Journal, StoreError};

use super::judge::judge;

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AmendError {
    /// Of the journal.
    #[error(transparent)]
    Journal(#[from] StoreError),
    /// There is no issue to amend.
    #[error("there is no forecast for {0}")]
    NoIssue(Subject),
    /// The newest issue says nothing about it.
    #[error("the newest forecast for {0} says nothing of {1} on that day")]
    NotForecast(Subject, ParameterId),
    /// The figure is none that can be expected.
    #[error("the value must be a number from 0 to 100000")]
    Value,
}

/// Issues the newest forecast of a subject anew with one day's figure changed, and gives that back with its number.
///
/// # Errors
/// [`AmendError::NoIssue`] and [`AmendError::NotForecast`] where there is nothing to change.
pub async fn amend(journal: &Arc<dyn Journal>, change: Change, now: Instant) -> Result<Forecast, AmendError> {
    let query = ForecastQuery {
        subjects: vec![change.subject.clone()],
        from: Instant::UNIX_EPOCH,
        to: Instant::MAX_UTC,
        newest: true,
        after: 0,
        limit: 1,
    };
    let newest = journal.forecasts(query).await?.pop().ok_or_else(|| AmendError::NoIssue(change.subject.clone()))?;
    let mut amended = changed(newest, &change, now)?;
    let ids = journal.keep_forecasts(vec![amended.clone()]).await?;
    amended.id = ids.first().copied().unwrap_or_default();
    Ok(amended)
}

/// The issue with the change: the day's figure, its quantiles and its hours, all in the same proportion.
fn changed(forecast: Forecast, change: &Change, now: Instant) -> Result<Forecast, AmendError> {
    if !(0.0..=100_000.0).contains(&change.value) {
        return Err(AmendError::Value);
    }
    let mut amended = Forecast { id: 0, issued: now, ..forecast };
    amended.amends = Some(Amendment { of: forecast.id, who: change.who.clone(), why: change.why.clone() });
    let not_forecast = || AmendError::NotForecast(change.subject.clone(), change.parameter);
    let day = amended.days.iter_mut().find(|day| day.start <= change.day && change.day < day.end);
    let day = day.ok_or_else(not_forecast)?;
    let figure = day.figures.iter_mut().find(|figure| figure.parameter == change.parameter).ok_or_else(not_forecast)?;
    if figure.expected.mean <= 0.0 {
        return Err(not_forecast());
    }
    let factor = change.value / figure.expected.mean;
    figure.expected = figure.expected.scaled(factor);
    let (start, end) = (day.start, day.end);
    judge(day);
    for series in amended.hours.iter_mut().filter(|series| series.parameter == change.parameter) {
        let first = series.start;
        for (hour, expected) in (0..).zip(&mut series.hours) {
            let at = first + chrono::Duration::hours(hour);
            if (start..end).contains(&at) {
                *expected = expected.map(|one| one.scaled(factor));
            }
        }
    }
    Ok(amended)
}
