//! The Common Alerting Protocol 1.2 (OASIS Standard, 1 July 2010).
//!
//! - `tree`: XML as a small tree, bounded
//! - `read`: what a document says
//! - `write`: a document of the publisher's own

mod read;
#[cfg(test)]
mod tests;
mod tree;
mod write;

pub use read::{NotCap, read};
pub use write::{Draft, write};

/// Namespaces that are read; the first is written.
pub const NAMESPACES: [&str; 2] = ["urn:oasis:names:tc:emergency:cap:1.2", "urn:oasis:names:tc:emergency:cap:1.1"];
/// The media type of a document.
pub const MEDIA_TYPE: &str = "application/cap+xml";

/// The words that `status` may be.
pub const STATUS: [&str; 5] = ["Actual", "Exercise", "System", "Test", "Draft"];
/// The words that `msgType` may be. `Ack` and `Error` answer an alert and are not for the public.
pub const MESSAGE: [&str; 3] = ["Alert", "Update", "Cancel"];
/// The words that `scope` may be.
pub const SCOPE: [&str; 3] = ["Public", "Restricted", "Private"];
/// The words that `category` may be.
pub const CATEGORY: [&str; 12] =
    ["Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"];
/// The words that `urgency` may be.
pub const URGENCY: [&str; 5] = ["Immediate", "Expected", "Future", "Past", "Unknown"];
/// The words that `severity` may be.
pub const SEVERITY: [&str; 5] = ["Extreme", "Severe", "Moderate", "Minor", "Unknown"];
/// The words that `certainty` may be; the last one is that of CAP 1.0 for `Likely`, which 1.1 and 1.2 still let be read.
pub const CERTAINTY: [&str; 6] = ["Observed", "Likely", "Possible", "Unlikely", "Unknown", "Very Likely"];
