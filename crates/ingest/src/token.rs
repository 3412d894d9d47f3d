//! Upload tokens: secrets that are shown once and kept only as hashes.

use std::fmt::Write as _;
use std::sync::{Arc, PoisonError, RwLock};

use limpid_model::StationId;
use limpid_model::pipeline::{Officer, Reviewer, Token};
use rand::TryRng;
use rand::rngs::{SysError, SysRng};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What every secret starts with, so that one that leaked into a log or a repository can be found.
pub const PREFIX: &str = "lp_";

/// A new secret and its [`hash()`]. The secret is 256 bits of the operating system's randomness in hex behind
/// [`PREFIX`]: 67 characters, safe in a URL, a header and a shell.
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn generate() -> Result<(String, String), SysError> {
    let mut bytes = [0; 32];
    SysRng.try_fill_bytes(&mut bytes)?;
    let secret = format!("{PREFIX}{}", hex(&bytes));
    let hash = hash(&secret);
    Ok((secret, hash))
}

/// What `pipeline.toml` keeps of a secret: its SHA-256 in lower-case hex. A secret has 256 bits of its own, so a
/// slow password hash would add nothing but work for the server.
pub fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What the holder of a token may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    station: Option<StationId>,
    holder: String,
}

impl Grant {
    /// Whether it covers every station (`station = "*"`).
    pub fn covers_all(&self) -> bool {
        self.station.is_none()
    }

    /// The one station that it covers; `None` when it covers all.
    pub fn station(&self) -> Option<&StationId> {
        self.station.as_ref()
    }

    /// Whether it covers the station called `id`, known or not.
    pub fn covers(&self, id: &str) -> bool {
        self.station.as_ref().is_none_or(|own| own.as_str() == id)
    }

    /// The token's name in the journal and in logs: `token:` and the first 16 digits of its hash.
    pub fn holder(&self) -> &str {
        &self.holder
    }
}

/// The name of a token whose hash is this.
fn holder(hash: &str) -> String {
    format!("token:{}", hash.get(..16).unwrap_or(hash))
}

/// The tokens of a pipeline, and those that were issued while it runs. Clones share the latter.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    fixed: Vec<Token>,
    issued: Arc<RwLock<Vec<Token>>>,
}

impl Tokens {
    /// The tokens that `pipeline.toml` lists.
    pub fn new(tokens: &[Token]) -> Self {
        Self { fixed: tokens.to_vec(), issued: Arc::default() }
    }

    /// Puts these in the place of what was issued before.
    pub fn issue(&self, tokens: Vec<Token>) {
        *self.issued.write().unwrap_or_else(PoisonError::into_inner) = tokens;
    }

    /// What `secret` grants; `None` when it is no token's.
    ///
    /// Every hash is compared, and each in constant time: neither which token it nearly was nor how much of it was
    /// right can be learnt from the time that the answer takes.
    pub fn authorise(&self, secret: &str) -> Option<Grant> {
        let hash = hash(secret);
        let mut found = None;
        let issued = self.issued.read().unwrap_or_else(PoisonError::into_inner);
        for token in self.fixed.iter().chain(issued.iter()) {
            if bool::from(token.hash.as_bytes().ct_eq(hash.as_bytes())) {
                found = Some(token);
            }
        }
        found.map(|token| Grant { station: token.station.clone(), holder: holder(&token.hash) })
    }

    /// What the holders of the pipeline's tokens are called.
    pub fn holders(&self) -> impl Iterator<Item = String> {
        self.fixed.iter().map(|token| holder(&token.hash))
    }
}

/// Finds whose token a secret is, of people who may decide about values.
pub fn reviewer<'a>(reviewers: &'a [Reviewer], secret: &str) -> Option<&'a Reviewer> {
    holder_of(reviewers, |reviewer| &reviewer.hash, secret)
}

/// Finds whose token a secret is, of people who keep registers.
pub fn officer<'a>(officers: &'a [Officer], secret: &str) -> Option<&'a Officer> {
    holder_of(officers, |officer| &officer.hash, secret)
}

/// Every hash is compared, each in constant time.
fn holder_of<'a, T>(all: &'a [T], hash_of: impl Fn(&T) -> &str, secret: &str) -> Option<&'a T> {
    let hash = hash(secret);
    let mut found = None;
    for one in all {
        if bool::from(hash_of(one).as_bytes().ct_eq(hash.as_bytes())) {
            found = Some(one);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_recognisable_url_safe_and_never_the_same() {
        let ((one, hash), (other, _)) = (generate().unwrap(), generate().unwrap());
        assert_ne!(one, other);
        let tokens = Tokens::new(&[Token { station: None, hash }]);
        assert!(tokens.authorise(&one).is_some() && tokens.authorise(&other).is_none());
        assert!(one.starts_with("lp_") && one.len() == 3 + 64, "{}", one.len());
        assert!(one.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
    }

    #[test]
    fn hashes_are_sha_256() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_token_grants_its_own_station_or_all() {
        let station = StationId::parse("S1");
        let tokens = Tokens::new(&[
            Token { station: station.clone(), hash: hash("one") },
            Token { station: None, hash: hash("all") },
        ]);
        let one = tokens.authorise("one").unwrap();
        assert_eq!(one.station(), station.as_ref());
        assert!(one.covers("S1") && !one.covers("S2") && !one.covers("s1") && !one.covers_all());
        let all = tokens.authorise("all").unwrap();
        assert!(all.covers_all() && all.covers("S1") && all.covers("anything"));
        assert_ne!(one.holder(), all.holder());
        assert!(!one.holder().contains("one"), "a holder's name must not be the secret");
    }

    #[test]
    fn tokens_are_issued_and_revoked_while_it_runs() {
        let tokens = Tokens::new(&[Token { station: None, hash: hash("fixed") }]);
        let same = tokens.clone();
        assert_eq!(tokens.authorise("issued"), None);
        same.issue(vec![Token { station: StationId::parse("S1"), hash: hash("issued") }]);
        assert!(tokens.authorise("issued").unwrap().covers("S1") && !tokens.authorise("issued").unwrap().covers_all());
        same.issue(Vec::new());
        assert_eq!(tokens.authorise("issued"), None);
        assert!(tokens.authorise("fixed").is_some());
    }

    #[test]
    fn what_is_no_token_grants_nothing() {
        let tokens = Tokens::new(&[Token { station: None, hash: hash("right") }]);
        let itself = hash("right");
        for secret in ["", "wrong", "Right", "right ", itself.as_str()] {
            assert_eq!(tokens.authorise(secret), None, "{secret:?}");
        }
        assert_eq!(Tokens::default().authorise(""), None);
    }
}
