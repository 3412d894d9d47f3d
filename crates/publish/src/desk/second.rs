//! The second factor: codes of six digits that change every half minute (RFC 6238 with SHA-1, as the usual apps make them).

use rand::TryRng;
use rand::rngs::SysRng;
use totp_rs::{Builder, Secret, Totp};

use crate::answer::Failure;

/// Bytes of a secret, as RFC 4226 recommends.
const BYTES: usize = 20;
/// Seconds of a code.
const STEP: u64 = 30;
/// A clock may be a step behind or ahead (RFC 6238, 5.2).
const SKEW: u16 = 1;

/// A new secret in base32.
///
/// # Errors
/// 500 where the system gives no randomness.
pub fn secret() -> Result<String, Failure> {
    let mut bytes = [0; BYTES];
    SysRng.try_fill_bytes(&mut bytes).map_err(|error| Failure::internal("making a secret", &error))?;
    Ok(Secret::from(bytes).to_base32())
}

fn totp(secret: &str, issuer: &str, name: &str) -> Option<Totp> {
    let secret = Secret::try_from_base32(secret).ok()?;
    // Neither may hold a colon.
    let plain = |text: &str| text.replace(':', " ");
    let builder = Builder::new().with_secret(secret).with_skew(SKEW).with_step_duration(STEP);
    builder.with_issuer(Some(plain(issuer))).with_account_name(plain(name)).build().ok()
}

/// The address that an app reads a secret from.
pub fn address(secret: &str, issuer: &str, name: &str) -> Option<String> {
    totp(secret, issuer, name)?.to_url().ok()
}

/// The step whose code this is at a time in seconds; `None` where it is that of no step near. A code is good once: the caller
/// sees to that.
pub fn step(secret: &str, code: &str, seconds: i64) -> Option<u64> {
    let code: String = code.chars().filter(|sign| !sign.is_whitespace()).collect();
    let six = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    totp(secret, "limpid", "desk")?.check(&code, u64::try_from(seconds).ok()?).filter(|_| six)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the last six of the eight digits; the secret there is the ASCII of 12345678901234567890.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let own = u64::try_from(seconds).unwrap() / 30;
            assert_eq!(step(secret, code, seconds), Some(own), "{seconds}");
            assert_eq!(step(secret, code, seconds + 30), Some(own), "a clock half a minute ahead");
            assert_eq!(step(secret, code, seconds + 90), None, "and not more");
        }
        for wrong in ["", "28708", "2870820", "abcdef", "287083"] {
            assert_eq!(step(secret, wrong, 59), None, "{wrong}");
        }
        assert_eq!(step(secret, "287 082", 59), Some(1));
        assert_eq!(step("not base32!", "287082", 59), None);
    }

    #[test]
    fn an_app_is_told_who_and_where() {
        let (secret, other) = (secret().unwrap(), self::secret().unwrap());
        assert_ne!(secret, other);
        let address = address(&secret, "Bureau: county", "李伟").unwrap();
        assert!(address.starts_with("otpauth://totp/") && address.contains(&format!("secret={secret}")), "{address}");
    }
}
