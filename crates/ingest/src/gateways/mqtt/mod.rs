//! MQTT: stations publish to a broker, and limpid subscribes there (MQTT 5.0, QoS 1).
//!
//! - [`broker`]: how it is reached
//! - [`session`]: what a message means; [`senml`] one of the two payloads, the other is the JSON of all gateways
//! - [`server`]: the connection, kept up
//!
//! A message is acknowledged to the broker when it is durable, and not before. The broker keeps what was not
//! acknowledged, and what comes while limpid is away, and sends it again; the journal answers `same` to what it has.

pub mod broker;
pub mod senml;
pub mod server;
pub mod session;

pub use broker::{Broker, BrokerError};
pub use server::serve;
