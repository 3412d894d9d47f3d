//! Numbers of discharge permits, HJ 608-2017: the credit code of the holder, three digits for the site, and a sign whose
//! meaning the standard does not tell (it is no check sign). The trial rules of 2016 number holders without a credit code
//! as `H9`, six digits of region, nine signs and a small letter, so that the case of a number must be kept.

use super::{Doubt, credit_code};

/// Signs of a number.
pub const LENGTH: usize = 22;
const DIGITS_OF_SITE: &str = "a digit of the site's sequence";

/// What looks wrong about a permit's number.
pub fn doubts(number: &str) -> Vec<Doubt> {
    let signs: Vec<char> = number.chars().collect();
    if signs.len() != LENGTH {
        return vec![Doubt::Length { has: signs.len(), should: LENGTH }];
    }
    let (holder, rest) = signs.split_at(credit_code::LENGTH);
    let mut doubts = Vec::new();
    if holder.starts_with(&['H', '9']) {
        doubts.extend(without_credit_code(holder));
    } else {
        doubts.extend(credit_code::doubt(&holder.iter().collect::<String>()));
    }
    for (place, sign) in (credit_code::LENGTH + 1..).zip(rest) {
        let last = place == LENGTH;
        let fits = sign.is_ascii_digit() || last && sign.is_ascii_uppercase();
        if !fits {
            let should = if last { "a digit or capital letter" } else { DIGITS_OF_SITE };
            doubts.push(Doubt::Sign { place, sign: *sign, should });
        }
    }
    doubts
}

fn without_credit_code(holder: &[char]) -> Option<Doubt> {
    (3..).zip(holder.iter().skip(2)).find_map(|(place, sign)| {
        let (fits, should) = match place {
            3..=8 => (sign.is_ascii_digit(), "a digit of the region"),
            credit_code::LENGTH => {
                (sign.is_ascii_lowercase() && !matches!(sign, 'i' | 'o'), "a small letter but i and o")
            }
            _ => (sign.is_ascii_digit() || sign.is_ascii_uppercase(), "a digit or capital letter"),
        };
        (!fits).then_some(Doubt::Sign { place, sign: *sign, should })
    })
}

/// What looks wrong about a code within a permit: outlets `DA001` (air), `DW001` (water), `YS001` (rain); treatment `TA001`,
/// `TW001`, `TN001` (noise), `TS001` (solid waste); production `MF0001`.
pub fn item_doubt(code: &str) -> Option<Doubt> {
    let digits = |prefix: &str, count: usize| {
        code.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() == count && rest.bytes().all(|sign| sign.is_ascii_digit()))
    };
    let known = ["DA", "DW", "YS", "TA", "TW", "TN", "TS"].iter().any(|prefix| digits(prefix, 3)) || digits("MF", 4);
    (!known).then_some(Doubt::Shape { should: "DA001, DW001, YS001, TA001, TW001, TN001, TS001 or MF0001" })
}
