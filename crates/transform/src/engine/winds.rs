//! Months of wind directions, made of hours: the direction of a day says nothing of how steady its wind was, so that a sum of the
//! vectors of days would not be that of its hours. Of longer periods there are none.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use limpid_model::{Observation, ParameterId, Period, Record, Revised, Station, Statistic, Zone};
use limpid_store::{Journal, Result};

use crate::aggregate::How;
use crate::aggregate::vector::{Wind, vector_mean};
use crate::engine::calendar::{days_in, month_of, read};
use crate::fixed::Fixed;
use crate::standards::Rules;
use chrono::Datelike;

/// The directions of the months of `wanted` that have a day with one among `days`, from the station's published hours.
///
/// Valid with five of six of the month's hours, as a day is with 20 of 24. `n` and `expected` count hours.
///
/// # Errors
/// Those of the journal.
pub(super) async fn winds(
    rules: &Rules,
    journal: &Arc<dyn Journal>,
    station: &Station,
    zone: Zone,
    days: &[Observation],
    wanted: &BTreeSet<(Period, NaiveDate)>,
) -> Result<Vec<Record>> {
    let is_direction = |one: &&Observation| {
        let made = rules.aggregates.at(station.kind, one.parameter);
        made.calendar && made.how == How::Vector
    };
    let present: BTreeSet<(ParameterId, NaiveDate)> =
        days.iter().filter(is_direction).map(|day| (day.parameter, month_of(zone.date_of(day.start)))).collect();
    let mut records = Vec::new();
    for (direction, month) in present.into_iter().filter(|(_, month)| wanted.contains(&(Period::Month, *month))) {
        let start = zone.start_of(month);
        let span = (start, Period::Month.end(start, zone));
        let speed = ParameterId::known("wind_speed");
        let hours = read(journal, &station.id, vec![direction, speed], Period::Hour, span).await?;
        records.push(of_month(station, direction, speed, &hours, (month, span)).into());
    }
    Ok(records)
}

fn of_month(
    station: &Station,
    direction: ParameterId,
    speed: ParameterId,
    hours: &[Observation],
    (month, span): (NaiveDate, (limpid_model::Instant, limpid_model::Instant)),
) -> Observation {
    let usable = |one: &Observation| one.value.filter(|_| one.flag.usable()).and_then(Fixed::from_f64);
    let speeds: std::collections::BTreeMap<_, Fixed> =
        hours.iter().filter(|one| one.parameter == speed).filter_map(|one| Some((one.start, usable(one)?))).collect();
    let mut revised = Vec::new();
    let mut blowing = Vec::new();
    for one in hours.iter().filter(|one| one.parameter == direction) {
        let Some(direction) = usable(one) else { continue };
        blowing.push(Wind { direction, speed: speeds.get(&one.start).copied(), weight: 1 });
        one.revised.iter().for_each(|one| Revised::join(&mut revised, one.clone()));
    }
    let expected = (24 * days_in(month.year(), month.month0() as usize)) as u32;
    let made = vector_mean(&blowing, expected, expected * 5 / 6);
    made.observation(&station.id, (direction, Period::Month, Statistic::Mean), span, "month-vector").made_with(revised)
}
