//! What a pipeline's files point to beside themselves: certificates, keys, passwords, mappings. Read once, before
//! anything is opened.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use limpid_ingest::drops::DropFolder;
use limpid_ingest::gateways::mqtt::Broker;
use limpid_ingest::gateways::tls::Tls;
use limpid_ingest::secret;
use limpid_ingest::sources::Sources;
use limpid_model::{Pipeline, pipeline};
use limpid_publish::mqtt::Outlet;
use limpid_publish::webhooks::Webhook;

use crate::server;

/// All of it, ready for use.
pub struct Outside {
    /// The broker that readings are taken from, where one is configured.
    pub broker: Option<Broker>,
    /// TLS of the stations' port.
    pub hj212: Option<Tls>,
    /// TLS of uploads, API and pages.
    pub http: Option<Tls>,
    /// What is fetched from.
    pub sources: Sources,
    /// The addresses that are told what happens.
    pub webhooks: Vec<Arc<Webhook>>,
    /// The broker to which what happens is published.
    pub outlet: Option<Arc<Outlet>>,
    /// The folders whose files are imported.
    pub drops: Vec<DropFolder>,
}

impl Outside {
    /// Reads it for the pipeline whose folder is `folder`.
    ///
    /// # Errors
    /// Everything that is not there or not right, one a line, with its place in `pipeline.toml`.
    pub fn read(pipeline: &Pipeline, folder: &Path) -> Result<Self, String> {
        let mut wrong = Vec::new();
        let mqtt = &pipeline.ingest.mqtt;
        let broker = mqtt.enabled.then(|| Broker::new(pipeline, folder)).transpose();
        let broker = broker.map_err(|error| wrong.push(at(mqtt.line, error))).ok().flatten();
        let mut tls = |files: &Option<pipeline::Tls>, table: &'static str, protocols: &[&str]| {
            let files = files.as_ref()?;
            let tls = Tls::new(files, folder, table, protocols);
            tls.map_err(|error| wrong.push(at(files.line, error))).ok()
        };
        let hj212 = tls(&pipeline.ingest.hj212.tls, "ingest.hj212.tls", &[]);
        let http = tls(&pipeline.http.tls, "http.tls", &server::PROTOCOLS);
        // Errors of these name their places.
        let sources = Sources::new(pipeline, folder).map_err(|errors| wrong.extend(errors.into_iter().map(told))).ok();
        let drops = DropFolder::all(pipeline, folder).map_err(|errors| wrong.extend(errors.into_iter().map(told))).ok();
        let webhooks = pipeline.webhooks.iter().filter_map(|config| {
            let webhook = webhook(config, folder);
            webhook.map_err(|error| wrong.push(format!("pipeline.toml:{}: {error}", config.line))).ok()
        });
        let webhooks = webhooks.collect();
        let outlet = pipeline.outlet.as_ref().map(|config| outlet(config, folder)).transpose();
        let outlet = outlet.map_err(|error| wrong.push(error)).ok().flatten();
        match (sources, drops) {
            (Some(sources), Some(drops)) if wrong.is_empty() => {
                Ok(Self { broker, hj212, http, sources, webhooks, outlet, drops })
            }
            _ => Err(wrong.join("\n")),
        }
    }
}

/// A webhook with the secret that its configuration points to.
fn webhook(config: &pipeline::Webhook, folder: &Path) -> Result<Arc<Webhook>, String> {
    let secret = secret::read(&config.secret, folder).map_err(|error| format!("webhook.secret: {}", told(error)))?;
    Webhook::new(config.clone(), &secret).map_err(|error| format!("webhook {}: {}", config.name, told(error)))
}

/// The broker that is published to, with the password that its configuration points to.
fn outlet(config: &pipeline::Outlet, folder: &Path) -> Result<Arc<Outlet>, String> {
    let password = config.password.as_ref().map(|from| secret::read(from, folder)).transpose();
    let password = password.map_err(|error| format!("pipeline.toml:{}: publish.mqtt: {}", config.line, told(error)))?;
    Outlet::new(config.clone(), password.unwrap_or_default()).map_err(|error| at(config.line, error))
}

/// An error that something at a line of `pipeline.toml` led to.
fn at(line: usize, error: impl Error + Send + Sync + 'static) -> String {
    format!("pipeline.toml:{line}: {}", told(error))
}

/// An error with what is behind it.
fn told(error: impl Error + Send + Sync + 'static) -> String {
    format!("{:#}", anyhow::Error::new(error))
}
