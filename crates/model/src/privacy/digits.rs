//! Digits as people write them: groups of digits of one script, and what stands between the groups.

/// Which digits a group is written in; a number is in one script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Decimal,
    Chinese,
}

/// Digits without anything between them.
#[derive(Debug, Clone)]
pub(super) struct Group {
    script: Script,
    /// As ASCII.
    pub digits: Vec<u8>,
    /// Place in the text, in bytes.
    pub start: usize,
    /// Exclusive.
    pub end: usize,
    /// What leads on to the next group: `None` where something else than separators stands between.
    pub link: Option<Link>,
    /// Where an `X` that stands right behind ends, blanks or hyphens let aside: the check sign of an identity number.
    pub x: Option<usize>,
}

/// What stands between two groups of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// Once or more the same separator, as a class: blank, hyphen, dot, middle dot, line end.
    One(char),
    /// Brackets, or separators of several kinds.
    Mixed,
}

/// The most separators between two groups.
const MOST_BETWEEN: usize = 3;

/// The groups of digits of a text.
pub(super) fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    // Separators since the last digit; `None` once anything else stood there.
    let mut between: Option<Vec<char>> = None;
    let mut signs = text.char_indices().filter(|(_, sign)| !without_width(*sign)).peekable();
    while let Some((at, sign)) = signs.next() {
        let end = at + sign.len_utf8();
        if let Some((script, digit)) = digit(sign) {
            match groups.last_mut() {
                Some(last) if last.script == script && between.as_ref().is_some_and(Vec::is_empty) => {
                    last.digits.push(digit);
                    last.end = end;
                }
                last => {
                    if let (Some(last), Some(between)) = (last, &between)
                        && last.script == script
                    {
                        last.link = Some(link(between));
                    }
                    groups.push(Group { script, digits: vec![digit], start: at, end, link: None, x: None });
                }
            }
            between = Some(Vec::new());
        } else if let Some(class) = separator(sign) {
            match &mut between {
                Some(run) if run.len() < MOST_BETWEEN => run.push(class),
                other => *other = None,
            }
        } else {
            let follows = signs.peek().map(|(_, next)| *next);
            if matches!(sign, 'X' | 'x' | 'Ｘ' | 'ｘ')
                && between.as_ref().is_some_and(|run| run.iter().all(|class| matches!(class, ' ' | '-')))
                && !follows.is_some_and(|next| next.is_ascii_alphanumeric())
                && let Some(last) = groups.last_mut()
            {
                last.x = Some(end);
            }
            between = None;
        }
    }
    groups
}

fn link(between: &[char]) -> Link {
    match between.split_first() {
        Some((first, rest)) if *first != '(' && rest.iter().all(|class| class == first) => Link::One(*first),
        _ => Link::Mixed,
    }
}

fn digit(sign: char) -> Option<(Script, u8)> {
    const CHINESE: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    // Arabic-Indic, Persian, full-width and mathematical digits lie in rows of ten.
    let of_row = |first: u32, last: u32| {
        let code = u32::from(sign);
        (first..=last).contains(&code).then(|| b'0' + ((code - first) % 10) as u8)
    };
    let chinese = || match sign {
        '零' | '○' => Some(b'0'),
        _ => CHINESE.iter().position(|one| *one == sign).map(|digit| b'0' + digit as u8),
    };
    [(0x30, 0x39), (0xFF10, 0xFF19), (0x0660, 0x0669), (0x06F0, 0x06F9), (0x1D7CE, 0x1D7FF)]
        .into_iter()
        .find_map(|(first, last)| of_row(first, last))
        .map(|digit| (Script::Decimal, digit))
        .or_else(|| chinese().map(|digit| (Script::Chinese, digit)))
}

/// The class of a separator within numbers.
fn separator(sign: char) -> Option<char> {
    match sign {
        ' ' | '\t' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => Some(' '),
        '-' | '－' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '﹣' | '～' | '~' | '_' => Some('-'),
        '.' | '．' => Some('.'),
        '·' | '・' | '•' | '、' | ',' | '，' | '/' => Some('·'),
        '\n' | '\r' => Some('\n'),
        '(' | ')' | '（' | '）' | '[' | ']' | '【' | '】' => Some('('),
        _ => None,
    }
}

fn without_width(sign: char) -> bool {
    matches!(sign, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
