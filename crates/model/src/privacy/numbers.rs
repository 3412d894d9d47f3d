//! Numbers of people: identity cards, telephones, bank cards.

use super::Finding;
use super::digits::{Group, Link, groups};
use super::identity::{self, Shape};
use crate::register::disclosure::Personal;

/// The most digits that any of these numbers has, with a country's code before it.
const MOST_DIGITS: usize = 19;
/// How far before a number a word for a telephone or an identity card is looked for, in signs.
const LABEL_REACH: usize = 12;
const PHONE_LABELS: [&str; 12] =
    ["电话", "电 话", "手机", "联系", "座机", "固话", "传真", "热线", "tel", "phone", "mobile", "fax"];
const IDENTITY_LABELS: [&str; 4] = ["身份证", "证件号", "公民身份", "identity"];

/// Adds every number of a person that stands in the text.
pub(super) fn find(text: &str, found: &mut Vec<Finding>) {
    let groups = groups(text);
    for (first, group) in groups.iter().enumerate() {
        let mut candidate = Candidate { text, groups: &groups[first..=first], digits: group.digits.clone() };
        loop {
            candidate.find(found);
            let count = candidate.groups.len();
            let Some(next) = groups.get(first + count).filter(|_| candidate.last().link.is_some()) else { break };
            if candidate.digits.len() + next.digits.len() > MOST_DIGITS {
                break;
            }
            candidate.digits.extend_from_slice(&next.digits);
            candidate.groups = &groups[first..=first + count];
        }
    }
}

/// Groups that may together be one number.
struct Candidate<'t> {
    text: &'t str,
    groups: &'t [Group],
    digits: Vec<u8>,
}

impl Candidate<'_> {
    fn first(&self) -> &Group {
        &self.groups[0]
    }

    fn last(&self) -> &Group {
        &self.groups[self.groups.len() - 1]
    }

    fn find(&self, found: &mut Vec<Finding>) {
        if self.digits.len() > MOST_DIGITS {
            return;
        }
        let (start, end) = (self.first().start, self.last().end);
        let mut add = |kind, end, sure| found.push(Finding { kind, start, end, sure });
        if let Some((end, sure)) = self.identity() {
            add(Personal::IdentityNumber, end, sure);
        } else if self.bank_card() {
            add(Personal::BankAccount, end, true);
        } else if let Some(sure) = self.phone() {
            add(Personal::Phone, end, sure);
        }
    }

    /// Where the number ends, and whether its check sign fits.
    fn identity(&self) -> Option<(usize, bool)> {
        if !matches!(self.digits.len(), 15 | 17 | 18) {
            return None;
        }
        let mut signs = self.digits.clone();
        let end = match (signs.len(), self.last().x) {
            (17, Some(end)) => {
                signs.push(b'X');
                end
            }
            (15 | 18, _) => self.last().end,
            _ => return None,
        };
        let shape = identity::shape(&signs)?;
        let labelled = shape == Shape::Checked || self.labelled(&IDENTITY_LABELS);
        (labelled || self.groups.len() == 1).then_some((end, labelled))
    }

    /// A card of a bank by ISO/IEC 7812: an issuer's prefix, a length and a check digit; written without breaks or in
    /// groups of four and more.
    fn bank_card(&self) -> bool {
        let prefix = |length: usize| {
            self.digits.get(..length).map_or(0, |part| part.iter().fold(0, |all, one| all * 10 + u32::from(one - b'0')))
        };
        let issued = match self.digits.len() {
            15 => matches!(prefix(2), 34 | 37),
            // UnionPay 62 and the older prefixes of Chinese banks, Visa, Mastercard, JCB, Discover.
            16..=19 => matches!(
                (prefix(2), prefix(4)),
                (40..=49 | 51..=55 | 60 | 62 | 64 | 65 | 81, _) | (_, 2221..=2720 | 3528..=3589 | 9558 | 9559)
            ),
            _ => false,
        };
        issued && self.regular(4) && identity::luhn(&self.digits)
    }

    /// Whether the number is a telephone's, and surely.
    fn phone(&self) -> Option<bool> {
        if self.decimals() {
            return None;
        }
        let national = self.digits.strip_prefix(b"0086").or_else(|| self.digits.strip_prefix(b"86"));
        let mobile = |digits: &[u8]| digits.len() == 11 && digits[0] == b'1' && digits[1] >= b'3';
        if mobile(&self.digits) && self.regular(3) || national.is_some_and(mobile) && self.regular(2) {
            return Some(true);
        }
        if self.landline() {
            return Some(self.groups.len() > 1 || self.labelled(&PHONE_LABELS));
        }
        let signs = self.digits.len();
        if self.international() && (8..=15).contains(&signs) && self.digits[0] != b'0' {
            return Some(true);
        }
        ((7..=8).contains(&signs) && self.digits[0] > b'1' && self.regular(3) && self.labelled(&PHONE_LABELS))
            .then_some(true)
    }

    /// Whether the number is what stands behind a decimal point.
    fn decimals(&self) -> bool {
        let before = self.text[..self.first().start].strip_suffix('.');
        before.is_some_and(|whole| whole.ends_with(|sign: char| sign.is_ascii_digit()))
    }

    /// An area code and seven or eight digits: `0831-2345678`, `(028) 8765 4321`, `02887654321`.
    fn landline(&self) -> bool {
        let [b'0', second, ..] = self.digits[..] else { return false };
        let code = if matches!(second, b'1' | b'2') { 3 } else { 4 };
        let local = self.digits.len().saturating_sub(code);
        let first = self.first().digits.len();
        let broken_well = first == code || self.groups.len() == 1;
        let no_dots = self.groups.iter().rev().skip(1).all(|group| group.link != Some(Link::One('.')));
        second != b'0' && (7..=8).contains(&local) && self.digits[code] > b'1' && broken_well && no_dots
    }

    /// Whether a plus stands before it, and what breaks it is what breaks telephone numbers.
    fn international(&self) -> bool {
        let before = &self.text[..self.first().start];
        let inner = &self.groups[..self.groups.len() - 1];
        before.trim_end().ends_with(['+', '＋'])
            && inner.iter().all(|group| matches!(group.link, Some(Link::One(' ' | '-') | Link::Mixed)))
    }

    /// Whether the number is written without breaks, or with the same break everywhere: between groups of at least `least`
    /// digits (the last may be shorter), or after every one or two digits.
    fn regular(&self, least: usize) -> bool {
        let Some((_, inner)) = self.groups.split_last() else { return false };
        let Some(first) = inner.first() else { return true };
        let lengths = || inner.iter().map(|group| group.digits.len());
        let same = matches!(first.link, Some(Link::One(_))) && inner.iter().all(|group| group.link == first.link);
        // A single dot is a decimal point.
        let point = inner.len() == 1 && first.link == Some(Link::One('.'));
        same && !point && (lengths().all(|length| length >= least) || lengths().all(|length| length <= 2))
    }

    /// Whether one of the words stands shortly before the number.
    fn labelled(&self, labels: &[&str]) -> bool {
        let before = &self.text[..self.first().start];
        let from = before.char_indices().rev().nth(LABEL_REACH - 1).map_or(0, |(at, _)| at);
        let near = before[from..].to_lowercase();
        labels.iter().any(|label| near.contains(label))
    }
}
