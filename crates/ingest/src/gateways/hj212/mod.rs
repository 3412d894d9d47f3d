//! HJ 212 over TCP: stations of China's pollutant monitoring dial in and send frames; each is answered once it is
//! durable. Editions 2005 and 2017, and of 2025 what its predecessors share with it.
//!
//! - [`frame`]: bytes to frames and back; [`crc`] their check
//! - [`message`]: what a frame says
//! - [`codes`]: what commands and factor codes mean
//! - [`session`]: what a message means here, and the answer to it
//! - [`server`]: the sockets, and what waits for the journal
//! - [`downlink`]: what limpid says to stations by itself
//! - [`deviation`]: what departs from the standard; [`conformance`]: what a station's operator is told of it
//!
//! The first three know no clock, socket or configuration.

pub mod codes;
pub mod conformance;
pub mod crc;
pub mod deviation;
pub mod downlink;
mod event_page;
pub mod frame;
pub mod message;
pub mod server;
pub mod session;
#[cfg(test)]
mod testing;
#[cfg(test)]
pub(crate) mod vectors;

pub use server::serve;
