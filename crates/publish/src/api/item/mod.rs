//! Published records as JSON objects and as columns of CSV and Parquet. What the API, the stream and the datasets
//! show of a record is said here once.

mod assessment;
mod compliance;
mod figure;
mod forecast;
mod gap;
mod observation;
mod score;

use limpid_model::{Pipeline, Published, StationId};

pub use assessment::{ASSESSMENT, AssessmentItem, VerdictItem};
pub use figure::{DAY, DayRow, FIGURE, FigureRow};
pub use forecast::{FORECAST, ForecastItem, ForecastRow, plain};
pub use gap::{COMPLETENESS, CompletenessItem, GAP, GapItem, GapRow};
pub use observation::{OBSERVATION, ObservationItem};
pub use score::{SCORE, ScoreItem};

use crate::answer::table::{Cell, Column, Kind};

/// A published record with what its station adds to it.
#[derive(Debug, Clone)]
pub struct Row<T> {
    /// The record.
    pub published: Published<T>,
    /// Its station is a simulated one.
    pub simulated: bool,
}

impl<T> Row<T> {
    /// Adds what the registry knows of `station`.
    pub fn new(published: Published<T>, station: &StationId, pipeline: &Pipeline) -> Self {
        let simulated = pipeline.stations.get(station).is_some_and(|station| station.simulated);
        Self { published, simulated }
    }

    /// The same for a whole list; `station` tells of which station a record is.
    pub fn all(found: Vec<Published<T>>, station: fn(&T) -> &StationId, pipeline: &Pipeline) -> Vec<Self> {
        let row = |published: Published<T>| {
            let id = station(&published.record).clone();
            Self::new(published, &id, pipeline)
        };
        found.into_iter().map(row).collect()
    }
}

const fn text<R>(name: &'static str, about: &'static str, cell: fn(&R) -> Cell) -> Column<R> {
    Column { name, kind: Kind::Text, about, cell }
}

const fn integer<R>(name: &'static str, about: &'static str, cell: fn(&R) -> Cell) -> Column<R> {
    Column { name, kind: Kind::Integer, about, cell }
}

const fn optional_integer<R>(name: &'static str, about: &'static str, cell: fn(&R) -> Cell) -> Column<R> {
    Column { name, kind: Kind::OptionalInteger, about, cell }
}

const fn time<R>(name: &'static str, about: &'static str, cell: fn(&R) -> Cell) -> Column<R> {
    Column { name, kind: Kind::Time, about, cell }
}

/// The last column of every table of records.
const fn simulated<T>() -> Column<Row<T>> {
    let about = "true when the station is a simulated one";
    Column { name: "simulated", kind: Kind::Flag, about, cell: |row| Cell::Flag(row.simulated) }
}
