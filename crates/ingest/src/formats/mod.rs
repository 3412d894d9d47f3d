//! History files. Each format is one file of the same shape: `open` reads a header line and gives back a [`Lines`],
//! which reads one line after the other into [`Row`]s and refusals.
//!
//! - [`quotsoft`], [`prsa`], [`airnow`], [`long`], [`bcn_noise`], [`wqx`], [`cnemc_air`], `uba`, `usgs`: the formats with a
//!   reader of their own; `mapped`: tables that a mapping explains, its author's or one of `data/mappings/`; [`Format`]
//!   lists them all
//! - [`sites`]: lists of sites, which are no readings: rows of a registry
//! - [`layout`]: a format and what must be said beside it; [`document`]: files that are not made of lines
//! - `file`: one opened file; `bytes`: its lines, bounded; `encoding`: UTF-8 or GB 18030; `fields`: cells of a line;
//!   `clock`: wall time to instants
//! - [`import()`]: files into the journal; [`readings()`]: files for a simulator to play back
//!
//! A file's own products (24 h means, an index) are never readings, and its units are named by its format, whatever
//! unit a station has on its wire.

pub mod airnow;
pub mod bcn_noise;
pub(crate) mod body;
mod bytes;
mod clock;
pub mod cnemc_air;
pub mod document;
mod encoding;
mod fields;
mod file;
pub(crate) mod flag;
pub mod import;
pub mod layout;
pub mod long;
mod mapped;
pub mod progress;
pub mod prsa;
pub mod quotsoft;
mod readings;
pub mod sites;
#[cfg(test)]
mod tests;
mod uba;
mod usgs;
pub mod wqx;

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use limpid_model::receipt::Refusal;
use limpid_model::{Pipeline, Reason, Station, VerdictKind};

use crate::intake::RawReading;

pub(crate) use encoding::decode_file;
pub use import::{ImportError, Summary, import};
pub use layout::Layout;
pub use progress::Progress;
pub use readings::readings;

/// A layout of history files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Wide Chinese city files: `date,hour,type`, then one column per station.
    Quotsoft,
    /// The UCI Beijing multi-site files.
    Prsa,
    /// US AirNow hourly observations, one site a line.
    AirnowHourly,
    /// `station,parameter,start,period,value[,unit][,flag]`, which `limpid export` writes.
    Long,
    /// The hourly LAeq files of Barcelona's noise monitors.
    BcnNoise,
    /// Results of water samples in the columns of WQX 3.0 or WQX 2.
    Wqx,
    /// Snapshots of China's national live feed of air stations.
    CnemcAir,
    /// Years of one of its stations.
    CnemcSite,
    /// Daily means of Chinese cities.
    CnemcCity,
    /// Tables of China's national automatic surface-water stations.
    WaterCnAuto,
    /// Hourly air of Beijing and London, as KDD Cup 2018 gave it.
    Kdd2018,
    /// OpenAQ measurements.
    OpenaqCsv,
    /// Hourly values of German stations in JSON.
    Uba,
    /// Daily means and moments of American rivers, in RDB or JSON.
    UsgsNwis,
    /// Daily weather of a German station.
    DwdDaily,
    /// One-minute LAeq of a monitor.
    Laeq1m,
    /// Frames as a receiver of HJ 212 wrote them down.
    Hj212Log,
    /// A table whose columns a mapping explains.
    Mapped,
}

impl Format {
    /// Every format, in the order in which they are listed to people.
    pub const ALL: [Self; 18] = [
        Self::Quotsoft,
        Self::Prsa,
        Self::AirnowHourly,
        Self::Long,
        Self::BcnNoise,
        Self::Wqx,
        Self::CnemcAir,
        Self::CnemcSite,
        Self::CnemcCity,
        Self::WaterCnAuto,
        Self::Kdd2018,
        Self::OpenaqCsv,
        Self::Uba,
        Self::UsgsNwis,
        Self::DwdDaily,
        Self::Laeq1m,
        Self::Hj212Log,
        Self::Mapped,
    ];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quotsoft => "quotsoft",
            Self::Prsa => "prsa",
            Self::AirnowHourly => "airnow-hourly",
            Self::Long => "long",
            Self::BcnNoise => "bcn-noise",
            Self::Wqx => "wqx",
            Self::CnemcAir => "cnemc-air",
            Self::CnemcSite => "cnemc-site",
            Self::CnemcCity => "cnemc-city",
            Self::WaterCnAuto => "water-cn-auto",
            Self::Kdd2018 => "kdd2018",
            Self::OpenaqCsv => "openaq-csv",
            Self::Uba => "uba",
            Self::UsgsNwis => "usgs-nwis",
            Self::DwdDaily => "dwd-daily",
            Self::Laeq1m => "laeq1m",
            Self::Hj212Log => "hj212-log",
            Self::Mapped => "mapped",
        }
    }

    /// Reads a header line, without its line end, of a file whose name does not matter.
    ///
    /// # Errors
    /// What is wrong with the header, and what it should be.
    pub fn open<'p>(self, header: &str, pipeline: &'p Pipeline) -> Result<Box<dyn Lines<'p> + Send + 'p>, Fault> {
        Layout::from(self).open(header, Path::new(""), pipeline).map(|opened| opened.lines)
    }

    /// The fault of a file that is read as lines, or as a document, and whose format has none.
    fn not_lines(self) -> Fault {
        let detail = match self {
            Self::Mapped => "no mapping says what the columns mean; name one with --mapping FILE",
            Self::UsgsNwis => "neither RDB nor JSON of waterservices.usgs.gov",
            Self::Uba => "not JSON; the files are objects from days to values",
            _ => "the files of this format are not made of such lines",
        };
        Fault::new(Reason::Damaged, detail)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// There is no such format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown format {0:?}; known are {known}", known = Format::ALL.map(Format::as_str).join(", "))]
pub struct UnknownFormat(pub String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|format| format.as_str() == text).ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

/// One reading of a file, at a station of the registry.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'p> {
    /// Where.
    pub station: &'p Station,
    /// What was read.
    pub reading: RawReading,
}

/// How a file's name of a station is understood.
pub(crate) type Finder<'p> = Box<dyn Fn(&str) -> Option<&'p Station> + Send + 'p>;

/// What a line holds: readings, and what is not taken as one, in the line's order.
pub type Found<'p> = Vec<Result<Row<'p>, Refusal>>;

/// Reads the lines of one file, in order.
pub trait Lines<'p> {
    /// Reads one line, without its line end, and adds what it holds to `found`.
    ///
    /// # Errors
    /// When the line as a whole cannot be read; nothing was added then.
    fn line(&mut self, line: &str, found: &mut Found<'p>) -> Result<(), Fault>;
}

/// What is wrong with a line or a field of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The column at fault, where it is one.
    pub field: Option<&'static str>,
    /// The stable word.
    pub reason: Reason,
    /// A sentence: what is wrong, and what to write instead.
    pub detail: String,
    /// What the field may be, where that is a list.
    pub allowed: Vec<String>,
}

impl Fault {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { field: None, reason, detail: detail.into(), allowed: Vec::new() }
    }

    pub(crate) fn field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    pub(crate) fn allowed<T: Into<String>>(mut self, allowed: impl IntoIterator<Item = T>) -> Self {
        self.allowed = allowed.into_iter().map(Into::into).collect();
        self
    }

    /// The number of fields is not the header's: a half-written line, whose last field may be half a number.
    pub(crate) fn count(found: usize, expected: usize) -> Self {
        let detail = format!("{found} fields where the header has {expected}; the whole line is left out");
        Self::new(Reason::Damaged, detail)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self { kind: VerdictKind::Rejected, reason: fault.reason, detail: fault.detail }
    }
}

/// The refusal of a reading whose station the registry does not have: kept aside, not dropped.
pub(crate) fn unknown_station(name: &str) -> Refusal {
    let name: String = name.chars().take(80).collect();
    let detail = format!("no station of the registry is {name:?}; add it to stations.csv and send again");
    Refusal { kind: VerdictKind::Quarantined, reason: Reason::UnknownStation, detail }
}

/// The refusal of a reading that limpid has no parameter for: kept aside until it has. `why` may say more.
pub(crate) fn unknown_parameter(name: &str, why: &str) -> Refusal {
    let name: String = name.chars().take(80).collect();
    let detail = format!("limpid has no parameter for {name:?}{why}");
    Refusal { kind: VerdictKind::Quarantined, reason: Reason::UnknownParameter, detail }
}

/// The rows of a workbook's sheet, or of its first, as text.
///
/// # Errors
/// In words, what is wrong with it.
pub(crate) fn sheet_rows(bytes: &[u8], sheet: Option<&str>) -> Result<Vec<Vec<String>>, String> {
    mapped::workbook::sheet_rows(bytes, sheet).map_err(|fault| Refusal::from(fault).detail)
}
