//! What happens, published to an MQTT broker: the same events as everywhere, each acknowledged (QoS 1), the newest of each
//! topic retained.
//!
//! - `topic`: which topic an event has, and whether it is the newest there
//! - `serve`: the task, from the log to the broker, with a cursor; `send`: a batch of messages

mod send;
mod serve;
mod topic;

use std::sync::Arc;

use limpid_model::pipeline;
use rustls::{ClientConfig, RootCertStore};

pub use serve::{CURSOR, serve};

/// A broker with what is needed to reach it.
pub struct Outlet {
    config: pipeline::Outlet,
    password: String,
    /// Where the connection is encrypted: by what the broker is judged.
    tls: Option<Arc<ClientConfig>>,
}

impl Outlet {
    /// A broker of the configuration, with the password that it points to.
    ///
    /// # Errors
    /// When the encryption library does not work.
    pub fn new(config: pipeline::Outlet, password: String) -> Result<Arc<Self>, rustls::Error> {
        let tls = config.url.tls.then(client_config).transpose()?;
        Ok(Arc::new(Self { config, password, tls }))
    }
}

/// Certificates are judged by those of the system.
///
/// # Errors
/// When the encryption library does not work.
pub fn client_config() -> Result<Arc<ClientConfig>, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
