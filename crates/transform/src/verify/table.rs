//! The two tables of figures that releases have: by which columns a row is known, and which are compared.

use std::collections::BTreeSet;

use limpid_model::{Assessment, Observation, Record};
use polars::prelude::{AnyValue, DataFrame, DataType, PolarsResult, TimeUnit};

use super::frame;

/// A table of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// Values.
    Observations,
    /// Judgements.
    Assessments,
}

/// Of what a file has rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    /// Stations.
    pub stations: BTreeSet<String>,
    /// Period and statistic of values; scheme and period of judgements.
    pub subjects: BTreeSet<(String, String)>,
}

impl Table {
    /// What a file is by its columns; `None` where it has no figures.
    pub fn of(file: &DataFrame) -> Option<Self> {
        let has = |table: Self| table.key().iter().all(|name| file.column(name).is_ok());
        [Self::Observations, Self::Assessments].into_iter().find(|table| has(*table))
    }

    /// Columns by which a row is known. The second and third are those of [`Scope::subjects`].
    pub fn key(self) -> &'static [&'static str] {
        match self {
            Self::Observations => &["station", "period", "statistic", "start", "parameter"],
            Self::Assessments => &["station", "scheme", "period", "start"],
        }
    }

    /// Whether a column is compared: all that are derived are, not when a revision was published and which it is.
    pub fn compares(self, column: &str) -> bool {
        !self.key().contains(&column) && !["revision", "published", "simulated"].contains(&column)
    }

    /// The file with its times as milliseconds.
    pub fn plain(self, mut file: DataFrame) -> PolarsResult<DataFrame> {
        let times: Vec<String> = file
            .columns()
            .iter()
            .filter(|column| matches!(column.dtype(), DataType::Datetime(..)))
            .map(|column| column.name().to_string())
            .collect();
        for name in times {
            let times = file.column(&name)?;
            let DataType::Datetime(_, zone) = times.dtype() else { continue };
            let millis = times.cast(&DataType::Datetime(TimeUnit::Milliseconds, zone.clone()))?;
            file.with_column(millis.cast(&DataType::Int64)?)?;
        }
        Ok(file)
    }

    /// Of what the file has rows.
    pub fn scope(self, file: &DataFrame) -> PolarsResult<Scope> {
        let names = self.key();
        let [station, first, second] = [names[0], names[1], names[2]].map(|name| file.column(name));
        let (station, first, second) = (station?, first?, second?);
        let mut scope = Scope::default();
        let text = |value: AnyValue<'_>| value.str_value().into_owned();
        for row in 0..file.height() {
            scope.stations.insert(text(station.get(row)?));
            scope.subjects.insert((text(first.get(row)?), text(second.get(row)?)));
        }
        Ok(scope)
    }

    /// Whether a record is of the file's subjects; which stations are meant is for the caller.
    pub fn wants(self, scope: &Scope, record: &Record) -> bool {
        let subject = match (self, record) {
            (Self::Observations, Record::Observation(Observation { period, statistic, .. })) => {
                (period.to_string(), statistic.as_str().to_owned())
            }
            (Self::Assessments, Record::Assessment(Assessment { scheme, period, .. })) => {
                (scheme.id.clone(), period.to_string())
            }
            _ => return false,
        };
        scope.subjects.contains(&subject)
    }

    /// Records in the columns of the file.
    pub fn frame(self, records: &[Record]) -> PolarsResult<DataFrame> {
        match self {
            Self::Observations => frame::observations(records),
            Self::Assessments => frame::assessments(records),
        }
    }
}
