//! Looking for personal data in text: numbers of identity cards, telephones and bank cards, and addresses for mail.
//!
//! What is looked for has a shape that can be told from other numbers: a check sign, a prefix, a length. Names and
//! addresses have none, and are the business of a register's schema and of the reviewer.

use crate::register::disclosure::Personal;

/// Personal data in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Personal,
    /// Where it starts, in bytes.
    pub start: usize,
    /// Where it ends, exclusive.
    pub end: usize,
}

/// Everything in a text that looks like personal data, in order and without overlap.
pub fn scan(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (start, run) in runs(text) {
        if let Some(kind) = kind(run) {
            found.push(Finding { kind, start, end: start + run.len() });
        }
    }
    found
}

/// The text with everything masked that [`scan`] finds, and what that was.
pub fn mask(text: &str) -> (String, Vec<Personal>) {
    let found = scan(text);
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for finding in &found {
        masked.push_str(&text[at..finding.start]);
        masked.push_str(&finding.kind.mask(&text[finding.start..finding.end]));
        at = finding.end;
    }
    masked.push_str(&text[at..]);
    (masked, found.into_iter().map(|finding| finding.kind).collect())
}

/// Stretches of ASCII letters and digits, each with its place: a number within a longer code is not one of its own.
fn runs(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(|sign: char| sign.is_ascii_alphanumeric())?;
        let rest = &text[start..];
        let length = rest.find(|sign: char| !sign.is_ascii_alphanumeric()).unwrap_or(rest.len());
        at = start + length;
        Some((start, &rest[..length]))
    })
}

fn kind(run: &str) -> Option<Personal> {
    let digits: Vec<u32> = run.chars().filter_map(|sign| sign.to_digit(10)).collect();
    match run.len() {
        11 if digits.len() == 11 && digits[0] == 1 && digits[1] >= 3 => Some(Personal::Phone),
        18 if identity_number(run, &digits) => Some(Personal::IdentityNumber),
        16..=19 if digits.len() == run.len() && luhn(&digits) => Some(Personal::BankAccount),
        _ => None,
    }
}

/// Seventeen digits and a check sign after ISO 7064 MOD 11-2, as GB 11643 has it.
fn identity_number(run: &str, digits: &[u32]) -> bool {
    let Some((body, last)) = run.split_at_checked(17) else { return false };
    if !body.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let sum: u32 = digits.iter().take(17).zip((1..18).rev()).map(|(digit, power)| digit * (1 << power) % 11).sum();
    let expected = (12 - sum % 11) % 11;
    let given =
        if last.eq_ignore_ascii_case("x") { Some(10) } else { last.chars().next().and_then(|l| l.to_digit(10)) };
    given == Some(expected)
}

/// ISO/IEC 7812-1, annex B.
fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 11010519491231002X is the example of GB 11643-1999; 4111111111111111 the test number of card networks.
    #[test]
    fn numbers_of_people_are_found_and_codes_of_firms_are_not() {
        let kinds = |text: &str| scan(text).into_iter().map(|finding| finding.kind).collect::<Vec<_>>();
        assert_eq!(kinds("身份证11010519491231002X，电话13800138000。"), [Personal::IdentityNumber, Personal::Phone]);
        assert_eq!(kinds("卡4111111111111111"), [Personal::BankAccount]);
        for text in ["91130200699229617X001P", "91130200699229617X", "11010519491231002", "4111111111111112", "12369"] {
            assert_eq!(kinds(text), [], "{text}");
        }
        assert_eq!(mask("电话13800138000。").0, "电话138***。");
    }
}
