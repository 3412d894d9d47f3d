//! How groups and long bodies are compressed.

use std::cell::RefCell;
use std::sync::LazyLock;

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::stream::write::Encoder;

use super::failure::damaged;
use crate::error::{Result, StoreError};

/// Fast: what is compressed waits for its receipt.
const LEVEL: i32 = 1;

/// What uploads have in common, so that a single one of a few hundred bytes is compressed to less, and faster: without
/// it a table of codes is made for each. Part of the journal's format (`data/journal/samples.py` says how it was made);
/// whatever is compressed names the dictionary that it needs.
const DICTIONARY: &[u8] = include_bytes!("../../../../../data/journal/bodies.dict");
static ENCODER: LazyLock<EncoderDictionary<'static>> = LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

thread_local! {
    // A context is large and slow to make; each thread keeps one.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Compresses.
pub(super) fn compress(bytes: &[u8]) -> Result<Vec<u8>> {
    COMPRESSOR
        .with_borrow_mut(|slot| {
            let compressor = match slot {
                Some(compressor) => compressor,
                None => slot.insert(Compressor::with_prepared_dictionary(&ENCODER)?),
            };
            compressor.compress(bytes)
        })
        .map_err(|error| StoreError::io("compressing a submission", error))
}

/// Compresses what comes piece by piece.
pub(in crate::journal) fn encoder() -> std::io::Result<Encoder<'static, Vec<u8>>> {
    Encoder::with_prepared_dictionary(Vec::new(), &ENCODER)
}

/// The bytes that were compressed, `length` of them.
pub(super) fn restore(compressed: &[u8], length: i64) -> Result<Vec<u8>> {
    unpack(compressed, usize::try_from(length).map_err(|_| damaged("groups", "negative length"))?)
}

/// The same for a length that is known to be one.
pub(super) fn unpack(compressed: &[u8], length: usize) -> Result<Vec<u8>> {
    DECOMPRESSOR
        .with_borrow_mut(|slot| {
            let decompressor = match slot {
                Some(decompressor) => decompressor,
                None => slot.insert(Decompressor::with_prepared_dictionary(&DECODER)?),
            };
            decompressor.decompress(compressed, length)
        })
        .map_err(|error| damaged("groups", format!("submissions cannot be decompressed: {error}")))
}
