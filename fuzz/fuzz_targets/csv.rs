//! History files line by line, the first byte says of which format; and the same bytes as an upload of `text/csv`.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use limpid_fuzz::{GRANT, INTAKE, check, check_detail};
use limpid_ingest::formats::layout::Opened;
use limpid_ingest::formats::{Fault, Format, Layout};
use limpid_ingest::gateways::http::{Shape, decode};
use limpid_model::Instant;

fuzz_target!(|input: &[u8]| {
    let Some((format, body)) = input.split_first() else { return };
    match decode(&INTAKE, &GRANT, Shape::Csv, body) {
        Ok(entries) => check(&entries),
        Err(problem) => check_detail(&problem.detail),
    }
    let Ok(text) = std::str::from_utf8(body) else { return };
    let format = Format::ALL[usize::from(*format) % Format::ALL.len()];
    let mut lines = text.lines();
    let mut reader = match open(format, lines.next().unwrap_or_default()) {
        Ok(opened) => opened.lines,
        Err(fault) => return check_detail(&fault.detail),
    };
    let mut found = Vec::new();
    for line in lines {
        let before = found.len();
        match reader.line(line, &mut found) {
            Ok(()) => {}
            Err(fault) => {
                check_detail(&fault.detail);
                assert_eq!(found.len(), before, "a line that cannot be read adds nothing");
            }
        }
    }
    for item in found {
        match item {
            Ok(row) => assert!(row.reading.value.is_none_or(f64::is_finite), "{row:?}"),
            Err(refusal) => check_detail(&refusal.detail),
        }
    }
});

/// Opens a file whose name says nothing; of one that names no station all is S1's.
fn open(format: Format, header: &str) -> Result<Opened<'static>, Fault> {
    let collected = "2026-03-01T00:00:00Z".parse().ok().map(|at: Instant| at.date_naive());
    let layout = Layout { collected, ..Layout::from(format) };
    let of_one = Layout { station: Some("S1".into()), ..layout.clone() };
    let path = Path::new("");
    layout.open(header, path, INTAKE.pipeline()).or_else(|_| of_one.open(header, path, INTAKE.pipeline()))
}
