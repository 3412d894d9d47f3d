//! Alerts to the public in the Common Alerting Protocol (OASIS CAP 1.2): those of others, passed on as they came, and the
//! publisher's own where the law lets it give any.
//!
//! - [`cap`]: the format
//! - [`intake`]: taking alerts in
//! - `item`: an alert as JSON, and how it stands

pub(crate) mod cap;
pub mod intake;
mod item;

pub use intake::{NewAlert, NotTaken, issue, relay};
pub use item::{AlertItem, AlertState, alert_json, document_path};
