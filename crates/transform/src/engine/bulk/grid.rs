//! The hours of one station and parameter, one cell an hour.

use chrono::DateTime;
use limpid_model::{Instant, ParameterId, Zone};

use crate::engine::bulk::file::Run;
use crate::fixed::Fixed;

/// Hours counted from 1970 in the zone's standard time: its offset in seconds, for all of the file that of the first row.
#[derive(Debug, Clone, Copy)]
pub struct Clock(i64);

impl Clock {
    /// The clock of a file whose first row starts at these seconds since 1970.
    pub fn of(zone: Zone, first_second: i64) -> Self {
        let at = DateTime::from_timestamp(first_second, 0).unwrap_or_default();
        Self(zone.standard_offset(at).num_seconds())
    }

    /// The hour within which a second lies.
    pub fn hour(self, second: i64) -> i64 {
        (second + self.0).div_euclid(3600)
    }

    /// The first hour that starts at or after an instant.
    pub fn ceil(self, at: Instant) -> i64 {
        self.hour(at.timestamp() + 3599)
    }

    /// When an hour starts.
    pub fn start(self, hour: i64) -> Option<Instant> {
        DateTime::from_timestamp(hour * 3600 - self.0, 0)
    }
}

/// A cell in 8 bytes: a value in millionths, or one of two numbers that no value has.
const ABSENT: i64 = i64::MIN;
const MISSING: i64 = i64::MIN + 1;

/// More cells than any series has: 200 years. Hours further apart are held apart.
const LONGEST: i64 = 200 * 8_784;

/// The hours of one parameter from the first to the last that the file has.
#[derive(Debug, Clone)]
pub struct Grid {
    /// The parameter.
    pub parameter: ParameterId,
    /// The first hour.
    pub first: i64,
    cells: Vec<i64>,
}

/// Adds a run to the grids of its station.
///
/// # Errors
/// The hour that stands twice.
pub fn add(grids: &mut Vec<Grid>, run: &Run, clock: Clock) -> Result<(), i64> {
    let mut current: Option<usize> = None;
    for (second, value) in &run.hours {
        let hour = clock.hour(*second);
        let fits = |grid: &Grid| {
            let end = grid.first + grid.cells.len() as i64;
            grid.parameter == run.parameter && hour.max(end) - hour.min(grid.first) < LONGEST
        };
        let place = match current.filter(|place| fits(&grids[*place])) {
            Some(place) => place,
            None => match grids.iter().position(fits) {
                Some(place) => place,
                None => {
                    let cells = Vec::with_capacity(run.hours.len());
                    grids.push(Grid { parameter: run.parameter, first: hour, cells });
                    grids.len() - 1
                }
            },
        };
        current = Some(place);
        if grids[place].set(hour, *value) {
            return Err(hour);
        }
    }
    Ok(())
}

impl Grid {
    /// Fills a cell; true when it was filled before.
    fn set(&mut self, hour: i64, value: Option<Fixed>) -> bool {
        if hour < self.first {
            let more = (self.first - hour) as usize;
            self.cells.splice(0..0, std::iter::repeat_n(ABSENT, more));
            self.first = hour;
        }
        let place = (hour - self.first) as usize;
        if place >= self.cells.len() {
            self.cells.resize(place + 1, ABSENT);
        }
        let before = std::mem::replace(&mut self.cells[place], value.map_or(MISSING, Fixed::millionths));
        before != ABSENT
    }

    /// The hour behind the last one.
    pub fn end(&self) -> i64 {
        self.first + self.cells.len() as i64
    }

    /// Whether the file has any row of the hours within `from..to`.
    pub fn any(&self, from: i64, to: i64) -> bool {
        let place = |hour: i64| (hour.clamp(self.first, self.end()) - self.first) as usize;
        self.cells[place(from)..place(to)].iter().any(|cell| *cell != ABSENT)
    }

    /// The values of all hours, one cell an hour.
    pub fn values(&self) -> Vec<Option<Fixed>> {
        self.cells.iter().map(|cell| (*cell > MISSING).then(|| Fixed::of_millionths(*cell))).collect()
    }
}
