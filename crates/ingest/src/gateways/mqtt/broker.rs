//! How the broker is reached: address, identity, encryption.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use limpid_model::Pipeline;
use limpid_model::pipeline::{BrokerUrl, TopicFilter};
use rumqttc::v5::mqttbytes::v5::Login;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, InvalidDnsNameError, ServerName};
use rustls::{ClientConfig, RootCertStore};

use crate::secret::{self, SecretError};

/// Messages that the broker may send before the first of them is acknowledged (MQTT 5.0, 3.1.2.11.3). Each waits for
/// the journal, which takes all that wait at once: while some hundred share one fsync, as many more can come.
pub const IN_FLIGHT: u16 = 8192;

/// Bytes of messages that wait for the journal, [`LARGEST`] more at most: while so many do, nothing is read.
pub(super) const HELD: usize = 64 << 20;

/// The largest packet that the broker may send (MQTT 5.0, 3.1.2.11.4), some 2,000 readings.
pub const LARGEST: u32 = 256 << 10;

/// How long the broker keeps the subscription and what comes for it while limpid is away (MQTT 5.0, 3.1.2.11.2).
pub(super) const SESSION: Duration = Duration::from_secs(30 * 24 * 3600);

/// The broker of a pipeline, ready to be connected to.
#[derive(Clone)]
pub struct Broker {
    host: String,
    port: u16,
    /// The name under which the broker keeps what comes while limpid is away.
    pub(super) client_id: String,
    pub(super) login: Option<Login>,
    /// Set where the connection is encrypted: by what the broker is judged, and who it must be.
    pub(super) tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    pub(super) filter: TopicFilter,
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broker").field("address", &self.address()).field("topic", &self.filter).finish_non_exhaustive()
    }
}

/// Why the broker of a pipeline cannot be connected to: something that its configuration names is not there.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// `password_env` or `password_file` names something that is not there.
    #[error("{missing}, which ingest.mqtt.password_{} names", missing.place())]
    NoPassword {
        /// What is not there.
        missing: SecretError,
    },
    /// `ca_file` cannot be read.
    #[error("certificates of {path} cannot be read, which ingest.mqtt.ca_file names")]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: pem::Error,
    },
    /// There is nothing by which the broker's certificate could be judged.
    #[error("{place} has no usable certificate authority; write ingest.mqtt.ca_file")]
    NoCertificates {
        /// Where they were looked for.
        place: String,
    },
    /// No certificate can be of this host.
    #[error("{host:?} of ingest.mqtt.url is no name that a certificate could have; write a host name or an address")]
    Name {
        /// The host.
        host: String,
        /// Why.
        #[source]
        source: InvalidDnsNameError,
    },
    /// The encryption library does not work with these settings.
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
}

impl Broker {
    /// The broker of `pipeline`, whose folder is `folder`. Reads the password and the certificates, once.
    ///
    /// # Errors
    /// When one of these is not there.
    pub fn new(pipeline: &Pipeline, folder: &Path) -> Result<Self, BrokerError> {
        let config = &pipeline.ingest.mqtt;
        let client_id = config.client_id.clone().unwrap_or_else(|| format!("limpid-{}", pipeline.publisher.id));
        let login = match &config.username {
            None => None,
            Some(name) => {
                let password = config.password.as_ref().map(|from| secret::read(from, folder)).transpose();
                let password = password.map_err(|missing| BrokerError::NoPassword { missing })?;
                Some(Login { username: name.clone(), password: password.unwrap_or_default() })
            }
        };
        let BrokerUrl { host, port, tls } = config.url.clone();
        let tls = if tls {
            let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
            let name = ServerName::try_from(name).map_err(|source| BrokerError::Name { host: host.clone(), source })?;
            Some((Arc::new(client_config(config.ca_file.as_ref().map(|path| folder.join(path)))?), name))
        } else {
            None
        };
        Ok(Self { host, port, client_id, login, tls, filter: config.topic.clone() })
    }

    /// `host:port`.
    pub(super) fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

fn client_config(ca_file: Option<PathBuf>) -> Result<ClientConfig, BrokerError> {
    let mut roots = RootCertStore::empty();
    let place = match ca_file {
        Some(path) => {
            let read = CertificateDer::pem_file_iter(&path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            let place = path.display().to_string();
            roots.add_parsable_certificates(read.map_err(|source| BrokerError::CaFile { path, source })?);
            place
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            "the system".to_owned()
        }
    };
    if roots.is_empty() {
        return Err(BrokerError::NoCertificates { place });
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}
