//! Looking for personal data in text, and masking them.
//!
//! What is looked for has a shape that can be told from other text: a check sign, a prefix, a length, a label before it.
//! Numbers are read as people write them: with full-width or Chinese digits, with blanks, hyphens or dots between groups,
//! with signs of no width in between. Names and home addresses have no shape: a register's schema says which fields hold
//! them, and [`mask_known`] takes them out of the other texts of the same record.
//!
//! - [`scan`], [`mask`]: numbers of identity cards, telephones and bank cards, addresses for mail, number plates, labelled names
//! - [`places`]: coordinates of places that are not to be found
//! - [`identity`]: the check sign of an identity number

mod digits;
pub mod identity;
mod numbers;
pub mod places;
#[cfg(test)]
mod tests;
mod words;

use serde::Serialize;

use crate::register::disclosure::Personal;

/// Which edition of the scan and its masks this is. Raise it when they find or hide otherwise: what is public is then made anew.
pub const EDITION: u32 = 2;

/// Personal data in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is.
    pub kind: Personal,
    /// Where it starts, in bytes.
    pub start: usize,
    /// Where it ends, exclusive.
    pub end: usize,
    /// Whether its shape leaves little doubt: a check sign that fits, a prefix and a length. A doubtful one is masked too.
    pub sure: bool,
}

/// Everything in a text that looks like personal data, in order and without overlap.
pub fn scan(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    numbers::find(text, &mut found);
    words::find(text, &mut found);
    apart(found)
}

/// The text with everything masked that [`scan`] finds, and what that was.
pub fn mask(text: &str) -> (String, Vec<Personal>) {
    let found = scan(text);
    (masked(text, &found), found.into_iter().map(|finding| finding.kind).collect())
}

/// The text with every mention of `known` masked, each a value that another field of the record holds as personal, and
/// what was masked. Values of a single sign are not looked for.
pub fn mask_known(text: &str, known: &[(Personal, &str)]) -> (String, Vec<Personal>) {
    let mut found = Vec::new();
    for (kind, value) in known {
        let value = value.trim();
        if value.chars().nth(1).is_some() {
            found.extend(text.match_indices(value).map(|(start, value)| Finding {
                kind: *kind,
                start,
                end: start + value.len(),
                sure: true,
            }));
        }
    }
    let found = apart(found);
    (masked(text, &found), found.into_iter().map(|finding| finding.kind).collect())
}

/// Keeps of overlapping findings the surer, then the longer, then the earlier.
fn apart(mut found: Vec<Finding>) -> Vec<Finding> {
    found.sort_by_key(|one| (!one.sure, std::cmp::Reverse(one.end - one.start), one.start));
    let mut kept: Vec<Finding> = Vec::with_capacity(found.len());
    let mut by_start = std::collections::BTreeMap::new();
    for one in found {
        let before = by_start.range(..one.end).next_back().is_some_and(|(_, end)| *end > one.start);
        if !before {
            by_start.insert(one.start, one.end);
            kept.push(one);
        }
    }
    kept.sort_by_key(|one| one.start);
    kept
}

fn masked(text: &str, found: &[Finding]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for finding in found {
        masked.push_str(&text[at..finding.start]);
        masked.push_str(&finding.kind.mask(&text[finding.start..finding.end]));
        at = finding.end;
    }
    masked.push_str(&text[at..]);
    masked
}
