//! What the index of searches is made of. SQLite's own tokenizers cut at blanks, of which Chinese has none, or want three signs
//! of a word, of which Chinese words have two.

use sha2::{Digest, Sha256};

/// Stands for what the tokenizer would cut at: in a private-use area, where it cuts at nothing.
const OTHERS: u32 = 0xE000;

/// A text as tokens: every two signs in a row, the last sign of a line alone.
pub(super) fn of_text(text: &str) -> String {
    let mut tokens = String::with_capacity(text.len() * 3);
    for line in text.split('\n') {
        let signs: Vec<char> = line.chars().map(sign).collect();
        for (place, one) in signs.iter().enumerate() {
            tokens.push(*one);
            tokens.extend(signs.get(place + 1));
            tokens.push(' ');
        }
    }
    tokens
}

/// What a text with this word in it has, in the language of the index.
pub(super) fn phrase(word: &str) -> String {
    let signs: Vec<char> = word.chars().map(sign).collect();
    match signs.as_slice() {
        [one] => format!("text : \"{one}\" *"),
        signs => {
            let pairs: Vec<String> = signs.windows(2).map(|pair| pair.iter().collect()).collect();
            format!("text : \"{}\"", pairs.join(" "))
        }
    }
}

/// The register and fields with values as tokens.
pub(super) fn of_terms(register: &str, terms: &[(String, String)]) -> String {
    let mut tokens = vec![of_register(register)];
    tokens.extend(terms.iter().map(|(field, value)| term(field, value)));
    tokens.join(" ")
}

/// What every record of a register has, and none of another.
pub(super) fn of_register(register: &str) -> String {
    term("", register)
}

/// A field with its value as a token: eight bytes of a digest, so that two are alike by chance in no register.
pub(super) fn term(field: &str, value: &str) -> String {
    let digest = Sha256::digest(format!("{field}\u{1f}{value}"));
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn sign(sign: char) -> char {
    if sign.is_ascii() && !sign.is_ascii_alphanumeric() {
        return char::from_u32(OTHERS + u32::from(sign)).unwrap_or(sign);
    }
    sign
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_its_pairs_and_a_word_is_the_phrase_of_its_pairs() {
        assert_eq!(of_text("江口水\nab"), "江口 口水 水 ab b ");
        assert_eq!(phrase("江口水"), "text : \"江口 口水\"");
        assert_eq!(phrase("江"), "text : \"江\" *");
        assert!(!of_text("a-b \"c\"").contains(['-', '"']));
    }
}
