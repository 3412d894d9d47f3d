//! Signatures of messages, as the Standard Webhooks specification (version 1.0) has them: HMAC-SHA256 over id, time and body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What the specification writes before a key in base64.
const PREFIX: &str = "whsec_";
/// A shorter key can be guessed.
const SHORTEST: usize = 16;

/// The key of a secret; `None` where it is too short or no base64 behind the prefix.
pub fn key(secret: &str) -> Option<Vec<u8>> {
    let key = match secret.strip_prefix(PREFIX) {
        Some(text) => STANDARD.decode(text).ok()?,
        None => secret.as_bytes().to_vec(),
    };
    (key.len() >= SHORTEST).then_some(key)
}

/// The value of `webhook-signature` for a message: its id, the time of the attempt in seconds since 1970, its body.
pub fn signature(key: &[u8], id: &str, time: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length is one");
    mac.update(format!("{id}.{time}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}
