//! The bytes of a submission: digested, and compressed where that makes them smaller.

use std::cell::RefCell;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

use super::failure::damaged;
use crate::error::{Result, StoreError};

/// Fast: bodies are small, and they wait for their receipt.
const LEVEL: i32 = 1;

/// What uploads have in common, so that a body of a few hundred bytes is compressed to less, and faster: without it a
/// table of codes is made for each. Part of the journal's format (`data/journal/samples.py` says how it was made); each
/// compressed body names the dictionary that it needs.
const DICTIONARY: &[u8] = include_bytes!("../../../../../data/journal/bodies.dict");
static ENCODER: LazyLock<EncoderDictionary<'static>> = LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

thread_local! {
    // A context is large and slow to make; each thread keeps one.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

/// A body as it is stored.
#[derive(Debug)]
pub(super) struct Body {
    /// Of the bytes as received.
    pub sha256: [u8; 32],
    /// Length before compression; `None` when `stored` is the body itself.
    pub length: Option<i64>,
    /// What is stored.
    pub stored: Vec<u8>,
}

impl Body {
    /// Digests and compresses.
    pub fn new(bytes: Vec<u8>) -> Result<Self> {
        let sha256 = Sha256::digest(&bytes).into();
        let compressed = COMPRESSOR
            .with_borrow_mut(|slot| {
                let compressor = match slot {
                    Some(compressor) => compressor,
                    None => slot.insert(Compressor::with_prepared_dictionary(&ENCODER)?),
                };
                compressor.compress(&bytes)
            })
            .map_err(|error| StoreError::io("compressing a submission", error))?;
        if compressed.len() < bytes.len() {
            let length = i64::try_from(bytes.len()).map_err(|error| StoreError::io("measuring a submission", error))?;
            Ok(Self { sha256, length: Some(length), stored: compressed })
        } else {
            Ok(Self { sha256, length: None, stored: bytes })
        }
    }

    /// The bytes as received, checked against their digest.
    pub fn restore(self) -> Result<Vec<u8>> {
        let bytes = match self.length {
            None => self.stored,
            Some(length) => {
                let capacity = usize::try_from(length).map_err(|_| damaged("submissions", "negative length"))?;
                Decompressor::with_prepared_dictionary(&DECODER)
                    .and_then(|mut decompressor| decompressor.decompress(&self.stored, capacity))
                    .map_err(|error| damaged("submissions", format!("a body cannot be decompressed: {error}")))?
            }
        };
        if <[u8; 32]>::from(Sha256::digest(&bytes)) != self.sha256 {
            return Err(damaged("submissions", "a body does not have the digest that was stored with it"));
        }
        Ok(bytes)
    }
}
