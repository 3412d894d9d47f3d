//! TLS for a port: certificate and key from files.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use limpid_model::pipeline;
use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// Why a port cannot speak TLS: something that the configuration names is not there, or not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// `cert` cannot be read, or has no certificate.
    #[error("certificate {path} cannot be read, which {setting}.cert names; write a file with PEM certificates")]
    Cert {
        /// The table of the configuration.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: pem::Error,
    },
    /// `key` cannot be read, or has no key.
    #[error("key {path} cannot be read, which {setting}.key names; write a file with one PEM private key")]
    Key {
        /// The table of the configuration.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: pem::Error,
    },
    /// Certificate and key do not belong together, or are of a kind that is not supported.
    #[error("certificate and key of {setting} cannot be used together")]
    Pair {
        /// The table of the configuration.
        setting: &'static str,
        /// Why.
        #[source]
        source: rustls::Error,
    },
}

/// The port's end of TLS connections.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

impl Tls {
    /// With these files, read once; relative paths start at the pipeline's folder. `setting` is the table that names
    /// them, `protocols` what is offered to be spoken within (ALPN), the preferred one first.
    ///
    /// # Errors
    /// When the files are not there, or do not fit.
    pub fn new(
        files: &pipeline::Tls,
        folder: &Path,
        setting: &'static str,
        protocols: &[&str],
    ) -> Result<Self, TlsError> {
        let path = folder.join(&files.cert);
        let chain = CertificateDer::pem_file_iter(&path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let chain = chain.and_then(|chain| if chain.is_empty() { Err(pem::Error::NoItemsFound) } else { Ok(chain) });
        let chain = chain.map_err(|source| TlsError::Cert { setting, path, source })?;
        let path = folder.join(&files.key);
        let key = PrivateKeyDer::from_pem_file(&path).map_err(|source| TlsError::Key { setting, path, source })?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|versions| versions.with_no_client_auth().with_single_cert(chain, key));
        let mut config = config.map_err(|source| TlsError::Pair { setting, source })?;
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// The encrypted stream over a connection.
    ///
    /// # Errors
    /// When the other end does not speak TLS, or not one that fits.
    pub async fn accept<S>(&self, stream: S) -> io::Result<tokio_rustls::server::TlsStream<S>>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        self.0.accept(stream).await
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn files_that_cannot_be_used_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let pair = || rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (one, other) = (pair(), pair());
        fs::write(place("cert.pem"), one.cert.pem()).unwrap();
        fs::write(place("key.pem"), one.signing_key.serialize_pem()).unwrap();
        fs::write(place("other.pem"), other.signing_key.serialize_pem()).unwrap();
        fs::write(place("empty.pem"), "").unwrap();
        let outcome = |cert: &str, key: &str| {
            let files = pipeline::Tls { cert: cert.into(), key: key.into(), line: 1 };
            let tls = Tls::new(&files, folder.path(), "http.tls", &["h2"]);
            tls.map(|tls| tls.0.config().alpn_protocols.clone()).map_err(|error| error.to_string())
        };
        assert_eq!(outcome("cert.pem", "key.pem"), Ok(vec![b"h2".to_vec()]));
        for (cert, key, said) in [
            ("none.pem", "key.pem", "none.pem cannot be read"),
            ("empty.pem", "key.pem", "empty.pem cannot be read"),
            ("key.pem", "key.pem", "http.tls.cert"),
            ("cert.pem", "none.pem", "none.pem cannot be read"),
            ("cert.pem", "cert.pem", "http.tls.key"),
            ("cert.pem", "other.pem", "cannot be used together"),
        ] {
            let error = outcome(cert, key).unwrap_err();
            assert!(error.contains(said), "{cert} {key}: {error}");
        }
    }
}
