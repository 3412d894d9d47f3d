//! Observations and data arrays of SensorThings.

#![no_main]

use libfuzzer_sys::fuzz_target;
use limpid_fuzz::{GRANT, INTAKE, check, check_detail};
use limpid_ingest::gateways::http::{Shape, decode};

fuzz_target!(|body: &[u8]| {
    for shape in [Shape::Observation, Shape::DataArray] {
        match decode(&INTAKE, &GRANT, shape, body) {
            Ok(entries) => check(&entries),
            Err(problem) => check_detail(&problem.detail),
        }
    }
});
