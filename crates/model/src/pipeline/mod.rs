//! One authority's configuration: a folder with `pipeline.toml`, `stations.csv` and `registers/*.toml`.
//!
//! [`Pipeline::parse`] takes the texts of the files and gives back the whole configuration, or everything that is
//! wrong with it at once, each with file, line and remedy. Reading the folder is the caller's business.

mod alerts;
mod areas;
mod composite;
mod config;
mod deadlines;
mod desk;
mod drop;
mod episodes;
mod events;
mod fields;
mod forecast;
mod gaps;
mod hj212;
mod hj212_station;
mod http;
pub mod mapping;
mod mistake;
mod mqtt;
mod network;
mod noise;
mod officer;
mod outlet;
mod pages;
mod per_address;
mod pull;
mod register;
mod reviewer;
mod stations;
mod tls;
mod validation;
mod water;
mod webhook;

pub use alerts::AlertRules;
pub use composite::CompositeRule;
pub use config::{Air, Authority, Datasets, Ingest, Pipeline, Publisher};
pub use deadlines::Deadlines;
pub use desk::Desk;
pub use drop::DropFolder;
pub use events::EventRules;
pub use forecast::ForecastRules;
pub use gaps::GapRules;
pub use hj212::{Hj212, UnknownMn};
pub use hj212_station::{Crc, Edition, Encoding, Hj212Station, Hj212Stations};
pub use http::{HttpIngest, HttpServer, Rate, Token};
pub use mapping::Mapping;
pub use mistake::{Mistake, Mistakes, nearest};
pub use mqtt::{BrokerUrl, Mqtt, NotABroker, PasswordFrom, TopicFilter};
pub use network::{Network, NotANetwork};
pub use noise::Noise;
pub use officer::Officer;
pub use outlet::Outlet;
pub use pages::{FooterEntry, FooterKind, MapFile, Pages};
pub use per_address::PerAddress;
pub use pull::{KeyPlace, PullSource, SourceKind};
pub use register::{RecordMapping, Registers, TableMapping};
pub use reviewer::Reviewer;
pub use stations::Stations;
pub use tls::Tls;
pub use validation::SetLimit;
pub use water::{BlackOdorous, Water};
pub use webhook::{EVENTS, Webhook};

/// The texts of a pipeline folder.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// `pipeline.toml`.
    pub pipeline: String,
    /// `stations.csv`.
    pub stations: String,
}
