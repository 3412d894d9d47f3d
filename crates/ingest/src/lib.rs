//! How readings come in. Every way in turns its input into a [`Submission`](limpid_model::Submission) and hands it
//! to the one door, [`Intake`]; nothing here judges values beyond syntax, units and identity.
//!
//! - [`intake`]: the door to the journal
//! - [`gateways`]: HJ 212 over TCP, HTTP, and MQTT
//! - [`formats`]: history files; [`drops`]: folders whose files are imported as they come
//! - [`presence`]: which connections stand, and the platform's sign of life
//! - [`sources`]: upstream systems that are asked on a schedule; [`secret`]: the keys for that
//! - [`registers`]: files into registers
//! - [`token`]: upload tokens
//! - [`simulate`]: stations that really connect and speak these protocols

pub mod drops;
mod every;
pub mod formats;
pub mod gateways;
pub mod intake;
pub mod presence;
pub mod registers;
pub mod secret;
pub mod simulate;
pub mod sources;
#[cfg(test)]
mod testing;
pub mod token;

pub use intake::{Intake, RawReading, Upload};
