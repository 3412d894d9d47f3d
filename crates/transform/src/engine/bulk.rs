//! The same aggregates over a Parquet file of hours: years of a whole network in seconds.
//!
//! The file is decoded by polars in slices, its rows are packed per station, and each station goes through the same
//! pure functions as everywhere else, in parallel. Besides a slice, all hours are held in 16 bytes each.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Days, NaiveDate};
use limpid_model::{Instant, ParameterId, Scheme, Zone};
use polars::prelude::{DataFrame, ParquetReader, PolarsError, SerReader, TimeUnit};
use rayon::prelude::*;

use crate::aggregate::max8h::max8h;
use crate::aggregate::mean::mean;
use crate::aggregate::{Aggregate, Validity};
use crate::assess::{self, Daily, six};
use crate::fixed::Fixed;
use crate::standards::Rules;

/// Rows decoded at once: about 40 MB. Row groups that are larger are decoded whole.
const SLICE: usize = 1 << 20;

/// Columns that the file must have.
const COLUMNS: [&str; 3] = ["station", "start", "value"];

/// What can be wrong with a file of hours.
#[derive(Debug, thiserror::Error)]
pub enum BulkError {
    /// It cannot be read, or lacks one of the columns `station` (text), `start` (time, UTC), `value` (double).
    #[error("{path} is not a Parquet file of hours with columns station, start and value")]
    File {
        /// The file.
        path: PathBuf,
        /// What polars says.
        #[source]
        source: PolarsError,
    },
    /// An hour stands twice, and nothing says which one is meant.
    #[error("{path} has station {station} twice at hour {start}, keep one of them")]
    Twice {
        /// The file.
        path: PathBuf,
        /// The station.
        station: String,
        /// The hour.
        start: String,
    },
}

/// The days of one station.
#[derive(Debug, Clone, PartialEq)]
pub struct StationDays {
    /// As the file names it.
    pub station: String,
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
    /// The sub-index of the day; `None` under a scheme of hours only too.
    pub sub: Option<u16>,
}

/// An hour of a [`Grid`] and its value.
type Row = (i64, Option<Fixed>);

/// Day means, largest 8-hour means and sub-indices of one parameter, from a file of usable hours in canonical units,
/// in any order. Stations come in the order of their names. For ozone the sub-index is that of the largest 8-hour mean.
///
/// # Errors
/// See [`BulkError`].
pub fn days(
    rules: &Rules,
    path: &Path,
    parameter: ParameterId,
    scheme: &Scheme,
    zone: Zone,
) -> Result<Vec<StationDays>, BulkError> {
    let failed = |source| BulkError::File { path: path.to_owned(), source };
    let mut packed = Packed::default();
    for frame in slices(path) {
        packed.add(&frame.map_err(failed)?, zone).map_err(failed)?;
    }
    let Packed { mut stations, grid, .. } = packed;
    stations.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let grid = grid.unwrap_or(Grid(0));
    let calendar = Calendar::of(&stations, zone, grid);
    let of_station = |(station, mut rows): (String, Vec<Row>)| {
        rows.sort_unstable_by_key(|row| row.0);
        if let Some(pair) = rows.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let start = grid.start(pair[0].0).map_or_else(String::new, |at| at.to_rfc3339());
            return Err(BulkError::Twice { path: path.to_owned(), station, start });
        }
        Ok(StationDays { days: station_days(rules, &rows, &calendar, parameter, scheme), station })
    };
    stations.into_par_iter().map(of_station).collect()
}

/// The file in slices.
fn slices(path: &Path) -> impl Iterator<Item = Result<DataFrame, PolarsError>> {
    let columns = || Some(COLUMNS.map(str::to_owned).to_vec());
    let rows = File::open(path).map_err(PolarsError::from).and_then(|file| ParquetReader::new(file).num_rows());
    let (rows, failed) = match rows {
        Ok(rows) => (rows, None),
        Err(error) => (0, Some(Err(error))),
    };
    let slice = move |offset| {
        let file = File::open(path)?;
        ParquetReader::new(file).with_columns(columns()).with_slice(Some((offset, SLICE))).finish()
    };
    failed.into_iter().chain((0..rows).step_by(SLICE).map(slice))
}

/// Hours are counted from 1970 in the zone's standard time: its offset in seconds, for all of the file that of the first
/// row.
#[derive(Debug, Clone, Copy)]
struct Grid(i64);

impl Grid {
    fn hour(self, seconds: i64) -> i64 {
        (seconds + self.0).div_euclid(3600)
    }

    fn ceil(self, at: Instant) -> i64 {
        self.hour(at.timestamp() + 3599)
    }

    fn start(self, hour: i64) -> Option<Instant> {
        DateTime::from_timestamp(hour * 3600 - self.0, 0)
    }
}

/// The rows of every station.
#[derive(Default)]
struct Packed {
    stations: Vec<(String, Vec<Row>)>,
    by_name: HashMap<String, usize>,
    grid: Option<Grid>,
}

impl Packed {
    /// Adds a slice's rows.
    fn add(&mut self, frame: &DataFrame, zone: Zone) -> Result<(), PolarsError> {
        let start = frame.column("start")?.datetime()?;
        let a_second = match start.time_unit() {
            TimeUnit::Milliseconds => 1_000,
            TimeUnit::Microseconds => 1_000_000,
            TimeUnit::Nanoseconds => 1_000_000_000,
        };
        let names = frame.column("station")?.str()?.iter();
        let values = frame.column("value")?.f64()?.iter();
        // Rows of a station mostly stand together, so the last one is tried before the map.
        let mut last: Option<usize> = None;
        for ((name, start), value) in names.zip(start.physical().iter()).zip(values) {
            let (Some(name), Some(start)) = (name, start) else { continue };
            let seconds = start.div_euclid(a_second);
            let grid = *self.grid.get_or_insert_with(|| {
                let at = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
                Grid(zone.standard_offset(at).num_seconds())
            });
            let place = match last.filter(|place| self.stations[*place].0 == name) {
                Some(place) => place,
                None => *self.by_name.entry(name.to_owned()).or_insert_with(|| {
                    self.stations.push((name.to_owned(), Vec::new()));
                    self.stations.len() - 1
                }),
            };
            last = Some(place);
            self.stations[place].1.push((grid.hour(seconds), value.and_then(Fixed::from_f64)));
        }
        Ok(())
    }
}

/// The days from the first hour of any station to the last, each with the hours that start within it.
struct Calendar(Vec<(NaiveDate, i64, i64)>);

impl Calendar {
    fn of(stations: &[(String, Vec<Row>)], zone: Zone, grid: Grid) -> Self {
        let hours = || stations.iter().flat_map(|(_, rows)| rows.iter().map(|row| row.0));
        let date = |hour: i64| grid.start(hour).map(|at| zone.date_of(at));
        let (Some(first), Some(last)) = (hours().min().and_then(date), hours().max().and_then(date)) else {
            return Self(Vec::new());
        };
        let day = |date| (date, grid.ceil(zone.start_of(date)), grid.ceil(zone.start_of(date + Days::new(1))));
        Self(first.iter_days().take_while(|date| *date <= last).map(day).collect())
    }
}

fn station_days(rules: &Rules, rows: &[Row], calendar: &Calendar, parameter: ParameterId, scheme: &Scheme) -> Vec<Day> {
    let validity: &Validity = &rules.validity;
    let position = six().iter().position(|one| *one == parameter);
    let daily = assess::edition(scheme).and_then(|edition| edition.daily);
    let mut days = Vec::new();
    let mut rest = rows;
    let mut hours: Vec<Option<Fixed>> = Vec::with_capacity(25);
    for (date, start, end) in &calendar.0 {
        let (of_day, later) = rest.split_at(rest.partition_point(|row| row.0 < *end));
        rest = later;
        if of_day.is_empty() {
            continue;
        }
        hours.clear();
        hours.resize((end - start) as usize, None);
        for (hour, value) in of_day {
            hours[(hour - start) as usize] = *value;
        }
        let (mean, max8h) = (mean(&hours, validity.day_hours), max8h(&hours, validity));
        let sub = position.zip(daily).and_then(|(position, daily)| {
            let mut input = Daily::default();
            input.hours(position, &hours, mean.mean, max8h.mean);
            daily(rules, &input).sub[position]
        });
        days.push(Day { date: *date, mean, max8h, sub });
    }
    days
}
