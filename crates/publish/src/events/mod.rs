//! What happens, as it is pushed: the live stream, webhooks and messages all read the journal's one event log.
//!
//! - [`event`]: an entry of the log as it leaves: its name and its JSON
//! - `cursor`: places of readers of the log
//! - `levels`: notes when a station's level is another one
//! - `releases`: notes when a dataset was released
//! - `keep`: drops notes that are too old, and knows how far back the log is whole

pub mod cursor;
pub mod event;
pub mod keep;
pub mod levels;
pub mod releases;

pub use event::Event;
