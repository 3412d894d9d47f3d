//! A batch as `text/csv`, with the columns of the `long` format. Each line may name its own station.

use limpid_model::Reason;

use super::batch::{Batch, Understood};
use super::decoder::Decoder;
use super::failure::Failure;
use super::lines::{Line, Lines, invalid};
use crate::formats::{Fault, long};
use crate::intake::Intake;
use crate::token::Grant;

/// Reads a batch as it comes; the first fault ends it, and nothing of it is stored.
#[derive(Default)]
pub(super) struct Table {
    lines: Lines,
    rows: Rows,
}

#[derive(Default)]
struct Rows {
    /// From the first line on.
    columns: Option<long::Table>,
    batch: Batch,
}

impl Decoder<()> for Table {
    fn push(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let Self { lines, rows } = self;
        lines.push(bytes, |line| rows.read(line))
    }

    fn finish(self: Box<Self>, intake: &Intake, grant: &Grant) -> Result<(Understood, ()), Failure> {
        let Self { lines, mut rows } = *self;
        lines.finish(|line| rows.read(line))?;
        Ok((rows.batch.understand(intake, grant)?, ()))
    }
}

impl Rows {
    fn read(&mut self, (number, line): Line<'_>) -> Result<(), Failure> {
        let line = line.map_err(|fault| invalid(fault, number, None))?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = std::str::from_utf8(line).map_err(|_| Failure::Broken { detail: "the body is not UTF-8".into() })?;
        let Some(columns) = &mut self.columns else {
            let header = line.strip_prefix('\u{feff}').unwrap_or(line);
            self.columns = Some(long::Table::new(header).map_err(|fault| invalid(fault, number, None))?);
            return Ok(());
        };
        if line.trim().is_empty() {
            return Ok(());
        }
        let index = self.batch.len();
        let (station, reading) = columns.line(line).map_err(|fault| invalid(fault, number, Some(index)))?;
        if station.is_empty() {
            let fault = Fault::new(Reason::Damaged, "empty; write the station's id").field("station");
            return Err(invalid(fault, number, Some(index)));
        }
        self.batch.add(station, reading)
    }
}
