//! History files that are read as a whole: JSON, XML and RDB. The first byte says of which format.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use limpid_fuzz::{INTAKE, check_detail};
use limpid_ingest::formats::{Format, Layout, document};

fuzz_target!(|input: &[u8]| {
    let Some((format, body)) = input.split_first() else { return };
    let layout = Layout::from(Format::ALL[usize::from(*format) % Format::ALL.len()]);
    // A file of German stations is told by its folders.
    match document::read(body, &layout, Path::new("202601/S1/NO2/1SMW.json"), INTAKE.pipeline()) {
        Ok(None) => {}
        Ok(Some(found)) => {
            for item in found {
                match item {
                    Ok(row) => assert!(row.reading.value.is_none_or(f64::is_finite), "{row:?}"),
                    Err(refusal) => check_detail(&refusal.detail),
                }
            }
        }
        Err(fault) => check_detail(&fault.detail),
    }
});
