//! How files are to be read: their format, and what whoever imports them says beside it.

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use limpid_model::Pipeline;
use limpid_model::pipeline::Mapping;

use super::{Fault, Format, Lines, airnow, bcn_noise, cnemc_air, long, mapped, prsa, quotsoft, wqx};

/// A format, and what is needed beside it to read files of it.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The format.
    pub format: Format,
    /// What the columns mean, for [`Format::Mapped`].
    pub mapping: Option<Arc<Mapping>>,
    /// The station that files are of which do not name one.
    pub station: Option<String>,
    /// The day on which files were collected whose times have no year and whose names have no date.
    pub collected: Option<NaiveDate>,
}

impl From<Format> for Layout {
    fn from(format: Format) -> Self {
        Self { format, mapping: None, station: None, collected: None }
    }
}

/// A file of lines whose first line is understood.
pub struct Opened<'p> {
    /// Reads the lines.
    pub lines: Box<dyn Lines<'p> + Send + 'p>,
    /// Whether the first line was a header; else it is data like the rest.
    pub headed: bool,
}

impl Layout {
    /// Reads the first line of the file `path`, without its line end.
    ///
    /// # Errors
    /// What is wrong with it, and what it should be.
    pub fn open<'p>(&self, header: &str, path: &Path, pipeline: &'p Pipeline) -> Result<Opened<'p>, Fault> {
        let header = header.strip_prefix('\u{feff}').unwrap_or(header);
        if let Some(mapping) = self.mapping() {
            return mapped::open(mapping, header, self, path, pipeline);
        }
        let lines: Box<dyn Lines<'p> + Send + 'p> = match self.format {
            Format::Quotsoft => Box::new(quotsoft::open(header, pipeline)?),
            Format::Prsa => Box::new(prsa::open(header, pipeline)?),
            Format::AirnowHourly => Box::new(airnow::open(header, pipeline)?),
            Format::Long => Box::new(long::open(header, pipeline)?),
            Format::BcnNoise => Box::new(bcn_noise::open(header, pipeline)?),
            Format::Wqx => Box::new(wqx::open(header, pipeline)?),
            Format::CnemcAir => Box::new(cnemc_air::csv::open(header, pipeline)?),
            format => return Err(format.not_lines()),
        };
        Ok(Opened { lines, headed: true })
    }

    /// The meaning of the columns: the one that was given, or the one that the format is.
    pub(super) fn mapping(&self) -> Option<Arc<Mapping>> {
        match &self.mapping {
            Some(mapping) if self.format == Format::Mapped => Some(mapping.clone()),
            _ => mapped::preset(self.format),
        }
    }
}
