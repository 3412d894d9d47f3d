//! A batch as `application/x-ndjson`: one reading a line, each an object that names its station.

use limpid_model::Reason;

use super::batch::Batch;
use super::failure::Failure;
use super::table::{LONGEST_LINE, invalid};
use crate::formats::Fault;
use crate::gateways::json::{self, Invalid};

/// Reads a batch; the first fault ends it, and nothing of it is stored.
pub(super) fn parse(body: &[u8]) -> Result<Batch, Failure> {
    let mut batch = Batch::default();
    for (at, line) in body.split(|byte| *byte == b'\n').enumerate() {
        // An empty line is passed over, the end of the last one too.
        if line.trim_ascii().is_empty() {
            continue;
        }
        let index = batch.len();
        if line.len() > LONGEST_LINE {
            let fault = Fault::new(Reason::Damaged, format!("longer than {LONGEST_LINE} bytes"));
            return Err(invalid(fault, at + 1, Some(index)));
        }
        let (station, reading) = json::line(line).map_err(|invalid| match invalid {
            Invalid::TooMany => Failure::TooMany,
            Invalid::At { field, detail, allowed, .. } => {
                Failure::Invalid { field, index: Some(index), detail: format!("line {}: {detail}", at + 1), allowed }
            }
        })?;
        batch.add(&station, reading)?;
    }
    Ok(batch)
}
