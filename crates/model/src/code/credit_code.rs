//! The unified social credit code of China, GB 32100-2015: registrar, kind, six digits of region, nine signs of the
//! organisation code, and a check sign.

use super::Doubt;

/// Signs of a code.
pub const LENGTH: usize = 18;
/// The signs in the order of their values, without `I O S V Z`.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// What looks wrong about a code; the first of several.
pub fn doubt(code: &str) -> Option<Doubt> {
    let mut sum = 0;
    // Powers of three modulo 31 are the weights of GB 32100, table 4.
    let mut weight = 1;
    let has = code.chars().count();
    if has != LENGTH {
        return Some(Doubt::Length { has, should: LENGTH });
    }
    for (place, sign) in (1..).zip(code.chars()) {
        let region = (3..=8).contains(&place);
        let value = ALPHABET.iter().position(|one| char::from(*one) == sign);
        let Some(value) = value.filter(|value| !region || *value < 10) else {
            let should = if region { "a digit of the region" } else { "a digit or capital letter but I, O, S, V, Z" };
            return Some(Doubt::Sign { place, sign, should });
        };
        if place == LENGTH {
            let should = char::from(ALPHABET[(31 - sum % 31) % 31]);
            return (sign != should).then_some(Doubt::Check { has: sign, should });
        }
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    None
}
