//! What is made of a station's hours.

use chrono::NaiveDate;
use limpid_model::{ParameterId, Scheme, StationKind, Zone};

use crate::aggregate::Aggregate;
use crate::aggregate::max8h::max8h;
use crate::aggregate::mean::{mean, moving};
use crate::assess::gb3095::Class;
use crate::assess::{self, Daily, six};
use crate::engine::bulk::grid::{Clock, Grid};
use crate::fixed::Fixed;
use crate::standards::Rules;

/// What a station's hours came to.
#[derive(Debug, Clone, PartialEq)]
pub struct StationHours {
    /// As the file names it.
    pub station: String,
    /// One for each parameter that the file has of it.
    pub series: Vec<Series>,
    /// The index of each day with any row, in order; empty under a scheme of hours only.
    pub indices: Vec<Index>,
}

/// One parameter of a station.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The parameter.
    pub parameter: ParameterId,
    /// The moving means that `aggregates.csv` asks for (8 hours, 24 hours), one for each hour from the file's first on, of the
    /// hours that end with it.
    pub moving: Vec<Aggregate>,
    /// Days with at least one row, in order.
    pub days: Vec<Day>,
}

/// One day of one parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Day {
    /// In the zone asked for.
    pub date: NaiveDate,
    /// The day mean.
    pub mean: Aggregate,
    /// The largest 8-hour mean.
    pub max8h: Aggregate,
}

/// The index of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    /// In the zone asked for.
    pub date: NaiveDate,
    /// Sub-indices of the six.
    pub sub: assess::Six<Option<u16>>,
    /// The index; `None` where the standard gives none.
    pub index: Option<u16>,
}

/// Works up one station.
pub(super) fn of(
    rules: &Rules,
    scheme: &Scheme,
    zone: Zone,
    clock: Clock,
    station: String,
    grids: Vec<Grid>,
) -> StationHours {
    let mut series: Vec<Series> = Vec::new();
    let mut inputs: Vec<(NaiveDate, Daily)> = Vec::new();
    for grid in &grids {
        let values = grid.values();
        let days = days(rules, zone, clock, grid, &values, &mut inputs);
        let made = rules.aggregates.at(StationKind::Air, grid.parameter);
        let mut moved = Vec::new();
        if made.moving8 {
            moved.extend(moving(&values, 8, rules.validity.moving_8h_hours));
        }
        if made.moving24 {
            moved.extend(moving(&values, 24, rules.validity.moving_24h_hours));
        }
        match series.iter_mut().find(|one| one.parameter == grid.parameter) {
            Some(one) => {
                one.moving.extend(moved);
                one.days.extend(days);
            }
            None => series.push(Series { parameter: grid.parameter, moving: moved, days }),
        }
    }
    series.iter_mut().for_each(|one| one.days.sort_by_key(|day| day.date));
    let daily = assess::edition(scheme).and_then(|edition| edition.daily);
    let index = |(date, input): (NaiveDate, Daily)| {
        let verdict = daily?(rules, &input);
        Some(Index { date, sub: verdict.sub, index: verdict.index })
    };
    inputs.sort_by_key(|(date, _)| *date);
    StationHours { station, series, indices: inputs.into_iter().filter_map(index).collect() }
}

/// The days of one parameter, which are also taken into the inputs of the days' indices.
fn days(
    rules: &Rules,
    zone: Zone,
    clock: Clock,
    grid: &Grid,
    values: &[Option<Fixed>],
    inputs: &mut Vec<(NaiveDate, Daily)>,
) -> Vec<Day> {
    let place = six().iter().position(|one| *one == grid.parameter);
    let mut days = Vec::with_capacity(values.len() / 24 + 2);
    let mut hours: Vec<Option<Fixed>> = Vec::with_capacity(25);
    let Some(first) = clock.start(grid.first).map(|at| zone.date_of(at)) else { return days };
    let mut start = clock.ceil(zone.start_of(first));
    for (at, date) in first.iter_days().enumerate() {
        if start >= grid.end() {
            break;
        }
        let end = clock.ceil(zone.day(date).1);
        if grid.any(start, end) {
            hours.clear();
            // Hours before the first and behind the last that the file has are missing like any other.
            let cell = |hour: i64| usize::try_from(hour - grid.first).ok().and_then(|place| values.get(place).copied());
            hours.extend((start..end).map(|hour| cell(hour).flatten()));
            let needed = rules.validity.day_hours_of(grid.parameter, hours.len());
            // A file says nothing of the class of its stations.
            let largest = max8h(&hours, &rules.validity, Class::default());
            let all = mean(&hours, 1);
            let valid = Aggregate { mean: all.mean.filter(|_| all.n >= needed), ..all };
            let day = Day { date, mean: valid, max8h: largest };
            if let Some(place) = place {
                // Parameters of a station mostly begin on the same day.
                let input = match inputs.get(at).filter(|(of, _)| *of == date) {
                    Some(_) => at,
                    None => match inputs.binary_search_by_key(&date, |(of, _)| *of) {
                        Ok(found) => found,
                        Err(free) => {
                            inputs.insert(free, (date, Daily::default()));
                            free
                        }
                    },
                };
                inputs[input].1.hours(place, &hours, all, day.mean.mean, day.max8h.mean);
            }
            days.push(day);
        }
        start = end;
    }
    days
}
