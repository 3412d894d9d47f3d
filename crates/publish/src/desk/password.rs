//! Passwords: what may be one (ASVS 2.1, NIST SP 800-63B 5.1.1.2), and how it is kept.

use std::collections::HashSet;
use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

/// The fewest letters of a password.
pub const SHORTEST: usize = 12;
/// The most.
pub const LONGEST: usize = 128;
/// Different letters that it has at least.
const DIFFERENT: usize = 5;

static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let list = include_str!("../../../../data/desk/common_passwords.txt");
    list.lines().filter(|line| !line.starts_with('#')).collect()
});

/// What is checked where there is no account, so that its answer takes as long.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash("nobody has this password").ok());

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Fewer than [`SHORTEST`] letters.
    #[error("a password has at least 12 letters, of any kind")]
    Short,
    /// More than [`LONGEST`].
    #[error("a password has at most 128 letters")]
    Long,
    /// It is among those that are tried first.
    #[error("this password is often chosen or easy to guess; take a few words that do not belong together")]
    Common,
    /// It has the name of the person or of this service in it.
    #[error("a password does not have your name or the name of this service in it")]
    Named,
}

/// The password could not be hashed: no randomness, or no memory.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct NotHashed(String);

/// Whether a password may be one. Spaces count, and nothing is asked of its letters (no digits, capitals, signs).
///
/// # Errors
/// Why not.
pub fn judge(password: &str, name: &str, publisher: &str) -> Result<(), Weak> {
    let letters = password.chars().count();
    if letters < SHORTEST {
        return Err(Weak::Short);
    }
    if letters > LONGEST {
        return Err(Weak::Long);
    }
    let small = password.to_lowercase();
    let different: HashSet<char> = small.chars().collect();
    if different.len() < DIFFERENT || COMMON.contains(small.as_str()) || repeats(&small) {
        return Err(Weak::Common);
    }
    let named = |word: &str| word.chars().count() > 1 && small.contains(&word.to_lowercase());
    if named(name) || named(publisher) || named("limpid") {
        return Err(Weak::Named);
    }
    Ok(())
}

/// Whether it is a shorter piece said again and again, or a common password said twice.
fn repeats(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=letters.len() / 2).any(|piece| letters.iter().zip(&letters[piece..]).all(|(one, other)| one == other))
}

/// Argon2id with what OWASP recommends as the least: 19 MiB, two passes, one lane.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// What is kept of a password, with a random salt. Takes some tenths of a second and 19 MiB.
///
/// # Errors
/// [`NotHashed`] where the system gives no randomness.
pub fn hash(password: &str) -> Result<String, NotHashed> {
    let hashed = hasher().hash_password(password.as_bytes()).map_err(|error| NotHashed(error.to_string()))?;
    Ok(hashed.to_string())
}

/// Whether it is the password of what was kept; where nothing was, false after the same time.
pub fn fits(password: &str, kept: Option<&str>) -> bool {
    let Some(hash) = kept.or(NOBODY.as_deref()) else { return false };
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    let fits = hasher().verify_password(password.as_bytes(), &hash).is_ok();
    fits && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_and_nothing_is_asked_of_the_letters() {
        let judge = |password: &str| judge(password, "李伟", "changning");
        assert_eq!(judge("elf letters"), Err(Weak::Short));
        for good in ["twelve signs", "一二三四五六七八九十甲乙", "correct horse battery", "abcdefghijklm"] {
            assert_eq!(judge(good), Ok(()), "{good}");
        }
        let words: String = ('a'..='z').cycle().take(127).collect();
        assert_eq!(judge(&format!("{words}!")), Ok(()));
        assert_eq!(judge(&format!("{words}!!")), Err(Weak::Long));
    }

    #[test]
    fn what_is_tried_first_is_no_password() {
        let judge = |password: &str| judge(password, "李伟", "changning");
        for common in ["1qaz2wsx3edc", "Password1234", "aaaaaaaaaaaa", "abababababab", "secret1secret1", "121212121212"]
        {
            assert_eq!(judge(common), Err(Weak::Common), "{common}");
        }
        for named in ["this is 李伟 again", "Limpid water 7", "in CHANGNING today"] {
            assert_eq!(judge(named), Err(Weak::Named), "{named}");
        }
        assert!(COMMON.len() > 200 && COMMON.iter().all(|word| word.chars().count() >= SHORTEST));
    }

    #[test]
    fn only_the_password_itself_fits() {
        let kept = hash("correct horse battery").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(hash("correct horse battery").unwrap(), kept, "each has a salt of its own");
        assert!(fits("correct horse battery", Some(&kept)));
        for wrong in ["Correct horse battery", "correct horse battery ", "", &kept] {
            assert!(!fits(wrong, Some(&kept)), "{wrong}");
        }
        assert!(!fits("nobody has this password", None) && !fits("x", Some("not a hash")));
    }

    /// The reference implementation (PyPI argon2-cffi 25.1.0 over libargon2) made this of the same words.
    #[test]
    fn hashes_of_the_reference_implementation_are_understood() {
        let kept = include_str!("tests/argon2-cffi.txt").trim();
        assert!(fits("correct horse battery", Some(kept)) && !fits("correct horse", Some(kept)));
    }
}
