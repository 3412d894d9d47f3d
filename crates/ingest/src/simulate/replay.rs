//! Readings of files, played back in the order of time.

use std::collections::HashMap;

use limpid_model::{Instant, Pipeline, Station, StationId};

use super::clock::Clock;
use super::schedule::{Dispatch, Schedule, Value};
use super::{Readings, SimulateError};
use crate::RawReading;

/// What each of `stations` sends of `readings`, and a clock that begins with the earliest of them. Readings of other
/// stations are left out.
pub(super) fn schedules(
    readings: Readings,
    pipeline: &Pipeline,
    speed: f64,
    stations: Vec<Station>,
) -> Result<(Clock, Vec<(Station, Schedule)>), SimulateError> {
    let mut by_station: HashMap<StationId, Vec<RawReading>> =
        stations.iter().map(|station| (station.id.clone(), Vec::new())).collect();
    for item in readings {
        let (station, reading) = item.map_err(SimulateError::Source)?;
        if let Some(readings) = by_station.get_mut(&station) {
            readings.push(reading);
        }
    }
    let first = by_station.values().flatten().map(|reading| reading.start).min();
    let Some(first) = first else {
        return Err(SimulateError::Source("they hold none of a station that is simulated".into()));
    };
    let schedule = |station: Station| {
        let readings = by_station.remove(&station.id).unwrap_or_default();
        let zone = pipeline.publisher.zone;
        let end = move |reading: &RawReading| reading.period.end(reading.start, zone);
        let schedule: Schedule = Box::new(dispatches(station.clone(), readings, end));
        (station, schedule)
    };
    Ok((Clock::free(first, speed), stations.into_iter().map(schedule).collect()))
}

/// Messages of the readings that share a period and a start, in the order in which they may be sent.
fn dispatches(
    station: Station,
    mut readings: Vec<RawReading>,
    end: impl Fn(&RawReading) -> Instant + Send + 'static,
) -> impl Iterator<Item = Dispatch> + Send {
    readings.sort_by_cached_key(|reading| (end(reading), reading.start, reading.period));
    let mut readings = readings.into_iter().peekable();
    std::iter::from_fn(move || {
        let first = readings.next()?;
        let (period, start, due) = (first.period, first.start, end(&first));
        let mut values = vec![value(&station, first)];
        while let Some(next) = readings.next_if(|next| next.period == period && next.start == start) {
            values.push(value(&station, next));
        }
        Some(Dispatch { due, period, start, values })
    })
}

/// In the canonical unit; what cannot be carried into it is sent as missing.
fn value(station: &Station, reading: RawReading) -> Value {
    let unit = reading.unit.unwrap_or_else(|| station.wire_unit(reading.parameter));
    let canonical = |value| unit.convert(value, reading.parameter.unit(), reading.parameter);
    let value = reading.value.and_then(canonical).map(|converted| converted.value);
    Value { parameter: reading.parameter, value, mark: reading.mark }
}
