//! The ways in that wait for stations to call, and the one that listens at a broker.
//!
//! - [`hj212`]: frames over TCP
//! - [`http`]: uploads over HTTP
//! - [`mqtt`]: messages of a broker
//! - [`places`]: how many may be connected; [`tls`]: what a port needs to be spoken to in secret
//! - `json`: the batch of readings that HTTP and MQTT carry

pub mod hj212;
pub mod http;
mod json;
pub mod mqtt;
pub mod places;
pub mod tls;
