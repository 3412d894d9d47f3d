//! Secrets that stand outside the pipeline's files: in an environment variable or a file of their own.

use std::io;
use std::path::{Path, PathBuf};

use limpid_model::pipeline::PasswordFrom;

/// Why a secret is not there.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The variable is not set.
    #[error("environment variable {name} is not set")]
    NotSet {
        /// The variable.
        name: String,
    },
    /// The file cannot be read.
    #[error("file {path} cannot be read: {why}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
}

impl SecretError {
    /// How the setting that names it ends: `env` or `file`.
    pub fn place(&self) -> &'static str {
        match self {
            Self::NotSet { .. } => "env",
            Self::File { .. } => "file",
        }
    }
}

/// Reads a secret; a relative path starts at the pipeline's `folder`, and the last line end does not count.
///
/// # Errors
/// When it is not there.
pub fn read(from: &PasswordFrom, folder: &Path) -> Result<String, SecretError> {
    match from {
        PasswordFrom::Env(name) => std::env::var(name).map_err(|_| SecretError::NotSet { name: name.clone() }),
        PasswordFrom::File(path) => {
            let path = folder.join(path);
            let text = std::fs::read_to_string(&path).map_err(|why| SecretError::File { path, why })?;
            let text = text.strip_suffix('\n').unwrap_or(&text);
            Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
        }
    }
}
