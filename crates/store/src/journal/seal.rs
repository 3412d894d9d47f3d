//! Long bodies that are digested and compressed as they arrive, so that they are never in memory as a whole.

use std::io::Write;

use limpid_model::Sealed;
use sha2::{Digest, Sha256};
use zstd::stream::write::Encoder;

use super::sqlite::compression;
use crate::error::{Result, StoreError};

/// A body on its way: bytes go in one piece after the other, and what the journal keeps of them comes out.
pub struct Seal {
    digest: Sha256,
    length: usize,
    packed: Encoder<'static, Vec<u8>>,
}

impl Seal {
    /// Memory that one takes beside what it has packed: the tables and the window of the compressor at its level.
    pub const OVERHEAD: usize = 2 << 20;

    /// An empty body.
    ///
    /// # Errors
    /// When the compressor cannot be made.
    pub fn new() -> Result<Self> {
        Ok(Self { digest: Sha256::new(), length: 0, packed: compression::encoder().map_err(failed)? })
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// When they cannot be compressed.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.digest.update(bytes);
        self.length += bytes.len();
        self.packed.write_all(bytes).map_err(failed)
    }

    /// The body that these bytes are.
    ///
    /// # Errors
    /// When they cannot be compressed.
    pub fn finish(self) -> Result<Sealed> {
        let packed = self.packed.finish().map_err(failed)?;
        Ok(Sealed { sha256: self.digest.finalize().into(), length: self.length, packed })
    }
}

fn failed(error: std::io::Error) -> StoreError {
    StoreError::io("compressing a submission", error)
}
