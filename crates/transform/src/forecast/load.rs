//! Hours for the models, read from the journal.

use std::sync::Arc;

use limpid_model::{Instant, Observation, ParameterId, Period, Pipeline, StationId, StationKind, Statistic};
use limpid_store::{Journal, ObservationQuery, Result, SeriesPosition};

use super::panel::{Blank, weather_parameters};

/// Observations read in one go.
pub(super) const PAGE: usize = 50_000;

/// The stations of the registry whose air is forecast, in its order.
pub fn stations(pipeline: &Pipeline) -> impl Iterator<Item = &StationId> {
    pipeline.stations.iter().filter(|station| station.kind == StationKind::Air).map(|station| &station.id)
}

/// The published hours of a station within `from..to`, of the parameters that are forecast and of the weather, as they
/// stand now.
///
/// # Errors
/// Those of the journal.
pub async fn station(
    journal: &Arc<dyn Journal>,
    station: &StationId,
    parameters: &[ParameterId],
    from: Instant,
    to: Instant,
) -> Result<Blank> {
    let hours = usize::try_from(to.signed_duration_since(from).num_hours()).unwrap_or(0);
    let mut blank = Blank::new(from, hours, parameters);
    let query = ObservationQuery {
        stations: vec![station.clone()],
        parameters: parameters.iter().copied().chain(weather_parameters()).collect(),
        period: Period::Hour,
        statistic: Statistic::Mean,
        from,
        to,
        as_of: None,
        after: None,
        limit: PAGE,
    };
    each(journal, query, |observation| blank.take(observation)).await?;
    Ok(blank)
}

/// Shows `see` everything that a query finds, `limit` at a time.
///
/// # Errors
/// Those of the journal.
pub(super) async fn each(
    journal: &Arc<dyn Journal>,
    mut query: ObservationQuery,
    mut see: impl FnMut(&Observation),
) -> Result<()> {
    loop {
        let page = journal.observations(query.clone()).await?;
        page.iter().for_each(|published| see(&published.record));
        let Some(last) = page.last().filter(|_| page.len() == query.limit) else { return Ok(()) };
        let Observation { station, parameter, start, .. } = &last.record;
        query.after = Some(SeriesPosition { station: station.clone(), parameter: Some(*parameter), start: *start });
    }
}
