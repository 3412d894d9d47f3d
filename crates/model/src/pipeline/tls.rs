//! The certificate that a server shows.

use std::path::PathBuf;

use super::fields::{Fields, Source};

/// `[http.tls]` and `[ingest.hj212.tls]`: the port speaks TLS, and only TLS. Relative paths start at the pipeline's
/// folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The server's certificate, and behind it those that vouch for it (PEM).
    pub cert: PathBuf,
    /// Its private key (PEM).
    pub key: PathBuf,
    /// Where it stands in `pipeline.toml`, a line from 1.
    pub line: usize,
}

/// Reads the table; an absent one says that there is no TLS.
pub(super) fn read(mut table: Fields<'_>, source: &mut Source<'_>) -> Option<Tls> {
    if !table.present() {
        return None;
    }
    let line = source.line(table.offset(""));
    let cert = table.required(source, "cert", "\"cert.pem\"");
    let key = table.required(source, "key", "\"key.pem\"");
    table.finish(source);
    Some(Tls { cert: cert?.0.into(), key: key?.0.into(), line })
}
