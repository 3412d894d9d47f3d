//! How the broker is reached: address, identity, encryption.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use limpid_model::Pipeline;
use limpid_model::pipeline::TopicFilter;
use rumqttc::v5::MqttOptions;
use rumqttc::{NetworkOptions, TlsConfiguration, Transport};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls::{ClientConfig, RootCertStore};

use crate::secret::{self, SecretError};

/// Messages that the broker may send before the first of them is acknowledged (MQTT 5.0, 3.1.2.11.3). Each waits for
/// the journal, which takes all that wait at once, so that this many share one fsync; at [`LARGEST`] each they hold
/// 64 MiB at most.
pub const IN_FLIGHT: u16 = 256;

/// The largest packet that the broker may send (MQTT 5.0, 3.1.2.11.4), some 2,000 readings.
pub const LARGEST: u32 = 256 << 10;

/// How long the broker keeps the subscription and what comes for it while limpid is away (MQTT 5.0, 3.1.2.11.2).
const SESSION: Duration = Duration::from_secs(30 * 24 * 3600);

/// A connection over which nothing comes is tried so often; two tries without an answer, and it is taken for lost.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// For a connection to stand, with TLS and the broker's answer.
const CONNECT: Duration = Duration::from_secs(10);

/// The broker of a pipeline, ready to be connected to.
#[derive(Clone)]
pub struct Broker {
    pub(super) options: MqttOptions,
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
        let id = config.client_id.clone().unwrap_or_else(|| format!("limpid-{}", pipeline.publisher.id));
        let mut options = MqttOptions::new(id, &config.url.host, config.url.port);
        let mut network = NetworkOptions::new();
        network.set_tcp_nodelay(true);
        options
            .set_network_options(network)
            .set_connection_timeout(CONNECT.as_secs())
            .set_keep_alive(KEEP_ALIVE)
            .set_clean_start(false)
            .set_session_expiry_interval(u32::try_from(SESSION.as_secs()).ok())
            .set_receive_maximum(Some(IN_FLIGHT))
            .set_max_packet_size(Some(LARGEST))
            .set_manual_acks(true)
            // Nothing is published from here; the default is a table of 65,535 places.
            .set_outgoing_inflight_upper_limit(1);
        if let Some(name) = &config.username {
            let password = config.password.as_ref().map(|from| secret::read(from, folder)).transpose();
            let password = password.map_err(|missing| BrokerError::NoPassword { missing })?;
            options.set_credentials(name, password.unwrap_or_default());
        }
        if config.url.tls {
            let tls = client_config(config.ca_file.as_ref().map(|path| folder.join(path)))?;
            options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(Arc::new(tls))));
        }
        Ok(Self { options, filter: config.topic.clone() })
    }

    /// `host:port`, for the log.
    pub(super) fn address(&self) -> String {
        let (host, port) = self.options.broker_address();
        format!("{host}:{port}")
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
