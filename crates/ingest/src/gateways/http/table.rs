//! A batch as `text/csv`, with the columns of the `long` format. Each line may name its own station.

use limpid_model::Reason;

use super::batch::Batch;
use super::failure::Failure;
use crate::formats::{Fault, long};

/// The longest line in bytes: no reading needs more than a few hundred.
pub(super) const LONGEST_LINE: usize = 4096;

/// Reads a batch; the first fault ends it, and nothing of it is stored.
pub(super) fn parse(body: &[u8]) -> Result<Batch, Failure> {
    let body = std::str::from_utf8(body).map_err(|_| Failure::Broken { detail: "the body is not UTF-8".into() })?;
    let body = body.strip_prefix('\u{feff}').unwrap_or(body);
    let mut lines = body.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).enumerate();
    let (_, header) = lines.next().unwrap_or_default();
    if let Some(at) = body.split('\n').position(|line| line.len() > LONGEST_LINE) {
        let fault = Fault::new(Reason::Damaged, format!("longer than {LONGEST_LINE} bytes"));
        return Err(invalid(fault, at + 1, None));
    }
    let mut table = long::Table::new(header).map_err(|fault| invalid(fault, 1, None))?;
    let mut batch = Batch::default();
    for (at, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let index = batch.len();
        let (station, reading) = table.line(line).map_err(|fault| invalid(fault, at + 1, Some(index)))?;
        if station.is_empty() {
            let fault = Fault::new(Reason::Damaged, "empty; write the station's id").field("station");
            return Err(invalid(fault, at + 1, Some(index)));
        }
        batch.add(station, reading)?;
    }
    Ok(batch)
}

/// The failure of a line, counted from 1.
pub(super) fn invalid(fault: Fault, line: usize, index: Option<usize>) -> Failure {
    let Fault { field, detail, allowed, .. } = fault;
    Failure::Invalid { field: field.map(str::to_owned), index, detail: format!("line {line}: {detail}"), allowed }
}
