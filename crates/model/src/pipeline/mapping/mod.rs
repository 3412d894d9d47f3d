//! A column mapping: what the columns of somebody's table mean, so that a CSV file or a spreadsheet that no format
//! knows can be imported. One TOML file; `docs/formats.md` says what may stand in it.

mod read;
#[cfg(test)]
mod tests;
mod time;

use std::collections::BTreeMap;

use crate::parameter::ParameterId;
use crate::station::HourLabel;
use crate::time::{Period, Zone};
use crate::unit::Unit;

pub use time::{Clockless, TimeFormat};

/// What the columns of a table mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// The sheet of a workbook. Default: its first.
    pub sheet: Option<String>,
    /// Lines above the header that say nothing to a machine. Default 0.
    pub skip_rows: usize,
    /// The names of the columns, for files that may have no header line.
    pub columns: Option<Vec<String>>,
    /// What stands between two cells of a text file. Default a comma.
    pub delimiter: u8,
    /// Texts that mean "missing" here, beside those that always do.
    pub missing: Vec<String>,
    /// How long each value speaks for.
    pub period: Period,
    /// Which end of its period a time names. Default: what the station's `hour_label` says.
    pub label: Option<HourLabel>,
    /// Zone of times without offset. Default: the publisher's.
    pub zone: Option<Zone>,
    /// Which station a line is of.
    pub station: StationFrom,
    /// Columns whose cells, with a blank between them, are the time.
    pub time_columns: Vec<String>,
    /// How that time is written; the first that fits counts.
    pub time_formats: Vec<TimeFormat>,
    /// Where the values stand.
    pub values: Values,
}

/// Where a line says which station it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StationFrom {
    /// In these columns: their cells with `/` between them, or the last cell alone, are an id or a name.
    Columns(Vec<String>),
    /// In the file's name, where the star stands: what is before it and what is after it.
    FileName(String, String),
    /// Nowhere: the file is of one station, which whoever imports it names.
    Given,
}

/// Where the values stand.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// A column or more for each parameter.
    Wide(Vec<ValueColumn>),
    /// One value a line, beside the name of its parameter.
    Long(LongColumns),
}

/// `[[value]]`
#[derive(Debug, Clone, PartialEq)]
pub struct ValueColumn {
    /// The columns that may hold it; the first that has a value on a line counts. A file needs one of them.
    pub columns: Vec<String>,
    /// What.
    pub parameter: ParameterId,
    /// In which unit; without it the station's configuration decides.
    pub unit: Option<Unit>,
    /// The column of its flags.
    pub flag: Option<String>,
}

/// `[long]`
#[derive(Debug, Clone, PartialEq)]
pub struct LongColumns {
    /// The column that names the parameter.
    pub parameter: String,
    /// The column of the value.
    pub value: String,
    /// The column that names the unit.
    pub unit: Option<String>,
    /// The column of the flag.
    pub flag: Option<String>,
    /// What the file calls parameters that it does not call by a name that limpid knows.
    pub parameters: BTreeMap<String, ParameterId>,
    /// Units, where no column names them.
    pub units: BTreeMap<ParameterId, Unit>,
}

impl LongColumns {
    /// The parameter that the file calls `name`.
    pub fn parameter(&self, name: &str) -> Option<ParameterId> {
        self.parameters.get(name).copied().or_else(|| ParameterId::parse(name))
    }
}

impl Mapping {
    /// Whether a text means that there is no value, beside those that always mean it.
    pub fn is_missing(&self, text: &str) -> bool {
        self.missing.iter().any(|word| word == text)
    }

    /// Whether a time of this mapping has no year, so that the day on which the file was collected is needed.
    pub fn needs_year(&self) -> bool {
        self.time_formats.iter().any(|format| !format.has_year())
    }
}
