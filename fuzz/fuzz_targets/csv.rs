//! History files line by line, the first byte says of which format; and the same bytes as an upload of `text/csv`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use limpid_fuzz::{GRANT, INTAKE, check, check_detail};
use limpid_ingest::formats::Format;
use limpid_ingest::gateways::http::{Shape, decode};

fuzz_target!(|input: &[u8]| {
    let Some((format, body)) = input.split_first() else { return };
    match decode(&INTAKE, &GRANT, Shape::Csv, body) {
        Ok(entries) => check(&entries),
        Err(problem) => check_detail(&problem.detail),
    }
    let Ok(text) = std::str::from_utf8(body) else { return };
    let format = Format::ALL[usize::from(*format) % Format::ALL.len()];
    let mut lines = text.lines();
    let mut reader = match format.open(lines.next().unwrap_or_default(), INTAKE.pipeline()) {
        Ok(reader) => reader,
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
