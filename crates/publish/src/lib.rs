//! What people and machines are shown: the API, the live stream, the pages and the open datasets.
//!
//! Nothing is computed here: every figure was published into the journal before this crate sees it.
//!
//! - [`start`]: the entry point; builds the board, starts the tasks, gives the router
//! - `base`: the path under which the service stands, behind a proxy of a larger site
//! - `router`: the list of routes, and what surrounds them
//! - `board/`: the current state in memory, kept up by following the journal
//! - [`stale`]: when a value is late, stale or gone
//! - `api/`: one resource a file
//! - `answer/`: what every answer shares: formats, problems, caching, tables
//! - `due`: registers in the background: changed rules, scheduled releases
//! - `remit`: what of a forecast an authority may put in words
//! - `freshness/`: publications against their deadlines
//! - `events/`: what happens, as it is pushed
//! - [`webhooks`]: addresses that are told
//! - [`mqtt`]: the same, published to a broker
//! - `feeds/`: Atom
//! - `doors/`: the same data behind open standards
//! - [`datasets`]: what is released as open data, when, and how it is served
//! - `desk/`: the operator's desk, with a login
//! - `assets`: files that pages load on a tap
//! - `pages/`: HTML for people, in their language

mod alerts;
mod answer;
mod api;
mod app;
mod assets;
mod base;
mod board;
pub mod datasets;
mod desk;
mod doors;
mod due;
pub mod error;
mod events;
mod feeds;
mod freshness;
mod links;
pub mod mqtt;
mod pages;
mod remit;
mod router;
pub mod stale;
pub mod start;
#[cfg(test)]
mod testing;
pub mod webhooks;

pub use alerts::{NewAlert, NotTaken, alert_json, issue, relay};
pub use api::health::without_board;
pub use api::registers::catalogue::{Sheet, catalogue};
pub use app::{IssuedTokens, NotAmended};
pub use base::under;
pub use datasets::{Exported, export, release_all};
pub use desk::password;
pub use error::PublishError;
pub use start::{Config, Publish};
