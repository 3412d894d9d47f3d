//! SenML packs, as messages of a broker for a station whose hours begin at their label and one whose hours end there.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use limpid_fuzz::{INTAKE, check};
use limpid_ingest::gateways::mqtt::session::Session;
use limpid_model::pipeline::TopicFilter;

static SESSION: LazyLock<Session> =
    LazyLock::new(|| Session::new(INTAKE.clone(), TopicFilter::parse("limpid/+/readings").expect("a filter")));

fuzz_target!(|body: &[u8]| {
    for topic in ["limpid/S1/readings", "limpid/S2/readings", "limpid/S9/readings", "elsewhere"] {
        let upload = SESSION.take(topic.as_bytes(), body.to_vec());
        assert_eq!(upload.body, body);
        assert!(!upload.entries.is_empty(), "a message that says nothing is refused, not passed over");
        check(&upload.entries);
    }
});
