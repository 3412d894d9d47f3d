//! Hours for the models, read from the journal.

use std::sync::Arc;

use limpid_model::{Instant, Observation, ParameterId, Period, Pipeline, StationId, StationKind, Statistic};
use limpid_store::{Journal, ObservationQuery, Result, SeriesPosition};

use super::panel::{Blank, weather_parameters};

/// Observations read in one go.
const PAGE: usize = 50_000;

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
    let mut query = ObservationQuery {
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
    loop {
        let page = journal.observations(query.clone()).await?;
        for published in &page {
            blank.take(&published.record);
        }
        let Some(last) = page.last().filter(|_| page.len() == PAGE) else { return Ok(blank) };
        let Observation { station, parameter, start, .. } = &last.record;
        query.after = Some(SeriesPosition { station: station.clone(), parameter: Some(*parameter), start: *start });
    }
}
