//! Personal data that are no numbers: addresses for mail, number plates, names behind a label.

use super::Finding;
use crate::register::disclosure::Personal;

/// First sign of a number plate: the short name of a province (GA 36).
const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
/// Words behind which the name of a person stands, with a colon.
const NAME_LABELS: [&str; 13] = [
    "举报人",
    "投诉人",
    "信访人",
    "申请人",
    "联系人",
    "经办人",
    "姓名",
    "被询问人",
    "当事人",
    "complainant",
    "reporter",
    "contact",
    "applicant",
];
/// The longest name of a person in Chinese signs, without a middle dot.
const LONGEST_NAME: usize = 4;

/// Adds every address for mail, number plate and labelled name of the text.
pub(super) fn find(text: &str, found: &mut Vec<Finding>) {
    for (at, sign) in text.char_indices() {
        match sign {
            '@' | '＠' => found.extend(email(text, at, at + sign.len_utf8())),
            ':' | '：' => found.extend(name(text, at, at + sign.len_utf8())),
            _ if PROVINCES.contains(sign) => found.extend(plate(text, at, at + sign.len_utf8())),
            _ => {}
        }
    }
}

/// `local@domain.tld` around the sign that stands at `at..after`.
fn email(text: &str, at: usize, after: usize) -> Option<Finding> {
    let local = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '_' | '%' | '+' | '-');
    let start = text[..at].char_indices().rev().take_while(|(_, sign)| local(*sign)).last()?.0;
    let domain = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-' | '．');
    let length: usize = text[after..].chars().take_while(|sign| domain(*sign)).map(char::len_utf8).sum();
    let host = text[after..after + length].trim_end_matches(['.', '-', '．']);
    let dotted = host.contains(['.', '．']) && !host.starts_with(['.', '-', '．']);
    dotted.then_some(Finding { kind: Personal::Email, start, end: after + host.len(), sure: true })
}

/// `川Q·12345`, `川QD12345`: province, letter, five or six letters and digits, of which three digits at least.
fn plate(text: &str, start: usize, after: usize) -> Option<Finding> {
    let mut signs = text[after..].char_indices().map(|(at, sign)| (after + at, narrow(sign))).peekable();
    let letter = |sign: char| sign.is_ascii_uppercase() && !matches!(sign, 'I' | 'O');
    signs.next().filter(|(_, sign)| letter(*sign))?;
    signs.next_if(|(_, sign)| matches!(sign, '·' | '•' | '・' | '.' | '-' | ' '));
    let body: Vec<(usize, char)> =
        std::iter::from_fn(|| signs.next_if(|(_, sign)| sign.is_ascii_alphanumeric())).collect();
    let digits = body.iter().filter(|(_, sign)| sign.is_ascii_digit()).count();
    let shaped =
        matches!(body.len(), 5 | 6) && digits >= 3 && body.iter().all(|(_, s)| s.is_ascii_digit() || letter(*s));
    let end = body.last().map(|(at, _)| at + text[*at..].chars().next().map_or(0, char::len_utf8))?;
    shaped.then_some(Finding { kind: Personal::PlateNumber, start, end, sure: true })
}

/// A full-width sign as the usual one.
fn narrow(sign: char) -> char {
    match sign {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
        other => other,
    }
}

/// A name behind a label and a colon that stands at `at..after`: two to four Chinese signs, or capitalised words.
fn name(text: &str, at: usize, after: usize) -> Option<Finding> {
    let before = text[..at].trim_end();
    let end = |label: &str| before.len().checked_sub(label.len()).and_then(|from| before.get(from..));
    if !NAME_LABELS.iter().any(|label| end(label).is_some_and(|end| end.eq_ignore_ascii_case(label))) {
        return None;
    }
    let rest = &text[after..];
    let start = after + (rest.len() - rest.trim_start().len());
    let rest = &text[start..];
    let chinese =
        |sign: char| matches!(sign, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{3ffff}');
    let length = rest.chars().take_while(|sign| chinese(*sign) || matches!(sign, '·' | '•')).count();
    let dotted = rest.chars().take(length).any(|sign| matches!(sign, '·' | '•'));
    let end = if (2..=LONGEST_NAME).contains(&length) || dotted && length > 2 {
        start + rest.chars().take(length).map(char::len_utf8).sum::<usize>()
    } else if length == 0 {
        let words = rest.split_inclusive(' ').take_while(|word| word.starts_with(char::is_uppercase)).take(3);
        start + words.map(str::len).sum::<usize>()
    } else {
        return None;
    };
    let end = start + text[start..end].trim_end_matches([' ', ',', '.', ';']).len();
    (end > start).then_some(Finding { kind: Personal::PersonalName, start, end, sure: false })
}
