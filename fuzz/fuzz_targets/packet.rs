//! What is within an HJ 212 frame whose check is right: header, fields, and what the session makes of them.

#![no_main]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use limpid_fuzz::{INTAKE, check};
use limpid_ingest::gateways::hj212::frame::{Found, Framer, encode};
use limpid_ingest::gateways::hj212::message::{Message, answer, decode};
use limpid_ingest::gateways::hj212::session::Session;

/// Bytes of the longest data segment.
const LONGEST: usize = 9999;

static SESSION: LazyLock<Session> = LazyLock::new(|| Session::new(INTAKE.clone(), IpAddr::from(Ipv4Addr::LOCALHOST)));

fuzz_target!(|data: &[u8]| {
    if data.len() > LONGEST {
        return;
    }
    let (text, _) = decode(data);
    if let Some(message) = Message::parse(&text) {
        let _ = message.factors();
        assert!(Message::parse(&answer(&message, "9014")).is_none_or(|answer| !answer.wants_answer()));
    }
    let mut framer = Framer::default();
    framer.push(&encode(data));
    while let Some(found) = framer.find() {
        match found {
            Found::Frame(frame) => {
                let work = SESSION.take(&frame);
                assert_eq!(work.upload.body, frame.raw);
                check(&work.upload.entries);
                assert!(work.upload.entries.is_empty() || work.upload.events.is_empty());
                assert!(work.upload.events.iter().all(|event| event.text.len() <= LONGEST));
            }
            Found::Garbage(garbage) => check(&SESSION.keep(&garbage).upload.entries),
        }
    }
});
