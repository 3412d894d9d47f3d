//! End-to-end tests: the built program, spoken to from outside as stations, residents and researchers do.
//!
//! Cargo does not look into `tests/` of a workspace; `crates/limpid/Cargo.toml` names this file.

mod api;
mod browser;
mod calendar;
mod codes;
mod conformance;
mod crowd;
mod cuts;
mod datasets;
mod desk;
mod doors;
mod downlink;
mod drops;
mod feeds;
mod figures;
mod forecast;
mod gaps;
mod guide;
mod house;
mod import;
mod intake;
mod kill;
mod memory;
mod mistakes;
// What only the tests of the gateway call.
#[allow(dead_code)]
#[path = "../crates/ingest/src/gateways/mqtt/server/tests/mosquitto.rs"]
mod mosquitto;
mod mqtt;
mod outage;
mod pages;
mod privacy;
mod pull;
mod push;
mod python;
mod registers;
mod reviews;
mod support;
mod verify;
