//! The same aggregates over a Parquet file of hours: years of a whole network in seconds.
//!
//! - [`file`]: row groups, decoded several at once
//! - [`grid`]: the hours of a station, one cell an hour
//! - [`station`]: what is made of them, by the same pure functions as everywhere else
//!
//! A station is worked up as soon as the file's row groups have nothing more of it, which their statistics tell, and then
//! forgotten: a file in the order of its stations needs the memory of a few row groups, whatever its length. In any other
//! order all hours are held, in 8 bytes each.

pub mod file;
pub mod grid;
pub mod station;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use limpid_model::{Scheme, Zone};
use parquet::errors::ParquetError;
use rayon::prelude::*;

use crate::standards::Rules;
use file::{HourFile, Run};
use grid::{Clock, Grid};
pub use station::{Day, Index, Series, StationHours};

/// What can be wrong with a file of hours.
#[derive(Debug, thiserror::Error)]
pub enum BulkError {
    /// It cannot be read.
    #[error("{path} cannot be read")]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// It is no Parquet file, or lacks a column: `station`, `parameter` (text), `start` (time, UTC), `value` (double).
    #[error("{path} is not a Parquet file of hours with columns station, parameter, start and value")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: ParquetError,
    },
    /// It has a parameter that limpid does not know.
    #[error("{path} has unknown parameter {name:?}")]
    Parameter {
        /// The file.
        path: PathBuf,
        /// As the file names it.
        name: String,
    },
    /// An hour stands twice, and nothing says which one is meant.
    #[error("{path} has {parameter} of station {station} twice at hour {start}, keep one of them")]
    Twice {
        /// The file.
        path: PathBuf,
        /// The station.
        station: String,
        /// The parameter.
        parameter: String,
        /// The hour.
        start: String,
    },
}

/// Moving means, days and the index of each day under `scheme`, of every station of a file of usable hours in canonical units,
/// in any order. `each` is given the stations one after the other, as they are done.
///
/// # Errors
/// See [`BulkError`]; what `each` was given until then holds.
pub fn stations(
    rules: &Rules,
    path: &Path,
    scheme: &Scheme,
    zone: Zone,
    mut each: impl FnMut(StationHours),
) -> Result<(), BulkError> {
    let file = HourFile::open(path)?;
    let mut open: BTreeMap<String, Vec<Grid>> = BTreeMap::new();
    let mut clock: Option<Clock> = None;
    // Two row groups for each thread keep all of them busy, and bound what is decoded and not yet in its grid.
    let at_once = 2 * rayon::current_num_threads();
    let groups: Vec<usize> = (0..file.groups()).collect();
    for chunk in groups.chunks(at_once) {
        let decoded: Result<Vec<Vec<Run>>, BulkError> = chunk.par_iter().map(|group| file.decode(*group)).collect();
        for run in decoded?.into_iter().flatten() {
            let clock = *clock.get_or_insert_with(|| Clock::of(zone, run.first_second()));
            grid::add(open.entry(run.station.clone()).or_default(), &run, clock).map_err(|hour| BulkError::Twice {
                path: path.to_owned(),
                station: run.station.clone(),
                parameter: run.parameter.to_string(),
                start: clock.start(hour).map_or_else(String::new, |at| at.to_rfc3339()),
            })?;
        }
        let Some(clock) = clock else { continue };
        let rest = chunk.last().map_or(0, |last| last + 1);
        let done: Vec<String> = open.keys().filter(|name| !file.has_from(rest, name)).cloned().collect();
        let done: Vec<(String, Vec<Grid>)> = done.into_iter().filter_map(|name| open.remove_entry(&name)).collect();
        let of_station = |(name, grids)| station::of(rules, scheme, zone, clock, name, grids);
        let done: Vec<StationHours> = done.into_par_iter().map(of_station).collect();
        done.into_iter().for_each(&mut each);
    }
    Ok(())
}
