//! HJ 212 over TCP.

pub mod crc;
pub mod deviation;
pub mod frame;
pub mod message;
#[cfg(test)]
pub(crate) mod vectors;
