//! A batch as `application/x-ndjson`: one reading a line, each an object that names its station.

use super::batch::{Batch, Understood};
use super::decoder::Decoder;
use super::failure::Failure;
use super::lines::{Line, Lines, invalid};
use crate::gateways::json::{self, Invalid};
use crate::intake::Intake;
use crate::token::Grant;

/// Reads a batch as it comes; the first fault ends it, and nothing of it is stored.
#[derive(Default)]
pub(super) struct Ndjson {
    lines: Lines,
    batch: Batch,
}

impl Decoder<()> for Ndjson {
    fn push(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let Self { lines, batch } = self;
        lines.push(bytes, |line| read(batch, line))
    }

    fn finish(self: Box<Self>, intake: &Intake, grant: &Grant) -> Result<(Understood, ()), Failure> {
        let Self { lines, mut batch } = *self;
        lines.finish(|line| read(&mut batch, line))?;
        Ok((batch.understand(intake, grant)?, ()))
    }
}

fn read(batch: &mut Batch, (number, line): Line<'_>) -> Result<(), Failure> {
    let index = batch.len();
    let line = line.map_err(|fault| invalid(fault, number, Some(index)))?;
    // An empty line is passed over, the end of the last one too.
    if line.trim_ascii().is_empty() {
        return Ok(());
    }
    let (station, reading) = json::line(line).map_err(|invalid| match invalid {
        Invalid::TooMany => Failure::TooMany,
        Invalid::At { field, detail, allowed, .. } => {
            Failure::Invalid { field, index: Some(index), detail: format!("line {number}: {detail}"), allowed }
        }
    })?;
    batch.add(&station, reading)
}
