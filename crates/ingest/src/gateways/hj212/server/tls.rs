//! TLS for the port: certificate and key of `[ingest.hj212.tls]`.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use limpid_model::Pipeline;
use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// Why the port cannot speak TLS: something that the configuration names is not there, or not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// `cert` cannot be read, or has no certificate.
    #[error("certificate {path} cannot be read, which ingest.hj212.tls.cert names; write a file with PEM certificates")]
    Cert {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: pem::Error,
    },
    /// `key` cannot be read, or has no key.
    #[error("key {path} cannot be read, which ingest.hj212.tls.key names; write a file with one PEM private key")]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: pem::Error,
    },
    /// Certificate and key do not belong together, or are of a kind that is not supported.
    #[error("certificate and key of ingest.hj212.tls cannot be used together")]
    Pair(#[from] rustls::Error),
}

/// The port's end of TLS connections.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

impl Tls {
    /// As `pipeline` says, whose folder is `folder`; `None` where the port speaks plain TCP. Reads the files, once.
    ///
    /// # Errors
    /// When they are not there, or do not fit.
    pub fn new(pipeline: &Pipeline, folder: &Path) -> Result<Option<Self>, TlsError> {
        let Some(files) = &pipeline.ingest.hj212.tls else { return Ok(None) };
        let path = folder.join(&files.cert);
        let chain = CertificateDer::pem_file_iter(&path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let chain = chain.and_then(|chain| if chain.is_empty() { Err(pem::Error::NoItemsFound) } else { Ok(chain) });
        let chain = chain.map_err(|source| TlsError::Cert { path, source })?;
        let path = folder.join(&files.key);
        let key = PrivateKeyDer::from_pem_file(&path).map_err(|source| TlsError::Key { path, source })?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let config = versions.with_no_client_auth().with_single_cert(chain, key)?;
        Ok(Some(Self(TlsAcceptor::from(Arc::new(config)))))
    }

    /// The encrypted stream over a connection.
    pub(super) async fn accept<S>(&self, stream: S) -> io::Result<tokio_rustls::server::TlsStream<S>>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        self.0.accept(stream).await
    }
}
