//! Upstream systems that are asked on a schedule. One engine asks; an adapter a kind says what to ask and reads what was
//! answered, and each is a folder of the same shape: what is where (paths, units, labels), `Adapter`, tests.
//!
//! - `adapter`: what an adapter is; [`ADAPTERS`] lists them
//! - `client`: one bounded answer at a time; `round`: one round of a source; [`serve()`]: round after round;
//!   `repair`: gaps of the ledger are read again
//!
//! Every answer with something new is one submission, kept byte for byte. Each round reads a window back, so that late
//! hours come and changed ones become revisions; an answer that is known is not read again, over restarts too
//! ([`Fetches`](limpid_store::Fetches)). Stations of an upstream that are none of the pipeline's are passed over.

mod adapter;
mod airnow;
mod client;
mod cn_surface_water;
mod cnemc_air;
mod decode;
mod eea;
mod hubeau;
mod open_meteo;
mod openaq;
mod repair;
mod round;
mod serve;
mod summary;
#[cfg(test)]
mod tests;
mod wqp;

use std::path::Path;
use std::sync::Arc;

use limpid_model::pipeline::PullSource;
use limpid_model::{Instant, Pipeline};
use sha2::{Digest, Sha256};

use crate::every::all_or_errors;
use crate::intake::Intake;
use crate::secret::{self, SecretError};
use adapter::Adapter;
use client::Client;
use round::Patience;

pub use client::FetchError;
pub use round::RoundError;
pub use serve::{Resweep, ResweepError, serve};
pub use summary::{Report, Summary};

/// Every adapter, by the kind of `data/sources/kinds.csv` that it is for.
const ADAPTERS: &[(&str, &dyn Adapter)] = &[
    ("openaq", &openaq::OpenAq),
    ("airnow-hourly", &airnow::AirNow),
    ("eea", &eea::Eea),
    ("cnemc-air", &cnemc_air::CnemcAir),
    ("cn-surface-water", &cn_surface_water::CnSurfaceWater),
    ("open-meteo-weather", &open_meteo::WEATHER),
    ("open-meteo-air", &open_meteo::AIR),
    ("wqp", &wqp::Wqp),
    ("hubeau", &hubeau::HubEau),
];

/// First moment, and last, exclusive.
pub type Window = (Instant, Instant);

/// Why a source cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// `key_env` or `key_file` names something that is not there.
    #[error("pipeline.toml:{line}: source {id:?} has no key")]
    NoKey {
        /// Where the source stands in `pipeline.toml`.
        line: usize,
        /// The source.
        id: String,
        /// Why.
        #[source]
        source: SecretError,
    },
    /// The encryption library does not work.
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
    /// The model knows a kind that has no adapter.
    #[error("pipeline.toml:{line}: no adapter is for the kind {kind:?}; there are {}", ADAPTERS.iter().map(|(kind, _)| *kind).collect::<Vec<_>>().join(", "))]
    NoAdapter {
        /// Where the source stands in `pipeline.toml`.
        line: usize,
        /// The kind.
        kind: String,
    },
}

/// A source, ready to be asked.
struct Source {
    config: PullSource,
    adapter: &'static dyn Adapter,
    client: Client,
    patience: Patience,
    /// Digest of all on which the reading of an answer depends: what was read otherwise is read again.
    recipe: [u8; 32],
}

/// The sources of a pipeline, ready to be asked.
#[derive(Clone)]
pub struct Sources(Vec<Arc<Source>>);

impl Sources {
    /// The sources of `pipeline`, whose folder is `folder`. Reads their keys, once.
    ///
    /// # Errors
    /// Each key that is not there.
    pub fn new(pipeline: &Pipeline, folder: &Path) -> Result<Self, Vec<SourceError>> {
        let ready = |config: &PullSource| -> Result<Arc<Source>, SourceError> {
            let (kind, line) = (&config.kind.name, config.line);
            let adapter = ADAPTERS.iter().find(|(name, _)| name == kind).map(|(_, adapter)| *adapter);
            let adapter = adapter.ok_or_else(|| SourceError::NoAdapter { line, kind: kind.clone() })?;
            let key = config.key.as_ref().map(|from| secret::read(from, folder)).transpose();
            let key = key.map_err(|source| SourceError::NoKey { line, id: config.id.clone(), source })?;
            let client = Client::new(config, &pipeline.publisher.id, key)?;
            let recipe = recipe(config, pipeline);
            Ok(Arc::new(Source { config: config.clone(), adapter, client, patience: Patience::default(), recipe }))
        };
        all_or_errors(pipeline.sources.iter().map(ready)).map(Self)
    }

    /// The same, but what fails is asked again at once.
    #[cfg(test)]
    fn hasty(self) -> Self {
        let patience = Patience { wait: std::time::Duration::from_millis(1), ..Patience::default() };
        let hasty = |source: Arc<Source>| match Arc::try_unwrap(source) {
            Ok(source) => Arc::new(Source { patience, ..source }),
            Err(source) => source,
        };
        Self(self.0.into_iter().map(hasty).collect())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Their ids, in the order of the configuration.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|source| source.config.id.as_str())
    }

    /// Does one round of the source `id`: over its look-back, or afresh over `window`. `None` when there is no such
    /// source. `told` hears how many requests are answered, of how many that are known of.
    pub async fn pull(
        &self,
        intake: &Intake,
        id: &str,
        window: Option<Window>,
        told: &(dyn Fn(u64, u64) + Sync),
    ) -> Option<Report> {
        let source = self.0.iter().find(|source| source.config.id == id)?;
        let now = intake.now();
        let usual = (now - source.config.look_back, now);
        Some(round::round(source, intake, window.unwrap_or(usual), window.is_some(), told).await)
    }
}

fn recipe(config: &PullSource, pipeline: &Pipeline) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(env!("CARGO_PKG_VERSION"));
    digest.update(format!("{:?} {:?}", config.stations, config.parameters));
    digest.update(pipeline.publisher.zone.name());
    for station in pipeline.stations.iter() {
        digest.update(format!("{} {:?} {:?} {} {}", station.id, station.units, station.name, station.lat, station.lon));
    }
    digest.finalize().into()
}
