//! JSON and NDJSON uploads, and the same bytes as a message of a broker. Beyond "no panic": what the strict reader takes,
//! the one that takes each reading by itself takes too, and the same.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use limpid_fuzz::{GRANT, INTAKE, check, check_detail};
use limpid_ingest::gateways::http::{Shape, decode};
use limpid_ingest::gateways::mqtt::session::Session;
use limpid_model::Entry;
use limpid_model::pipeline::TopicFilter;

static SESSION: LazyLock<Session> =
    LazyLock::new(|| Session::new(INTAKE.clone(), TopicFilter::parse("limpid/+/readings").expect("a filter")));

fuzz_target!(|body: &[u8]| {
    match decode(&INTAKE, &GRANT, Shape::Ndjson, body) {
        Ok(entries) => check(&entries),
        Err(problem) => check_detail(&problem.detail),
    }
    let message = SESSION.take(b"limpid/S1/readings", body.to_vec());
    assert_eq!(message.body, body);
    check(&message.entries);
    match decode(&INTAKE, &GRANT, Shape::Json, body) {
        Ok(entries) => {
            check(&entries);
            let of_topic = |entry: &Entry| matches!(entry, Entry::Reading(reading) if reading.station.as_str() == "S1");
            if !entries.is_empty() && entries.iter().all(of_topic) {
                assert_eq!(message.entries, entries);
            }
        }
        Err(problem) => check_detail(&problem.detail),
    }
});
