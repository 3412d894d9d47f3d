//! The head of a frame: `##`, two to four digits, and the first key of the data segment.

/// What stands at a `#`.
pub(super) enum Look {
    /// The head of a frame.
    Head {
        /// Offset of the data segment from the first `#`.
        body: usize,
        /// LEN as written.
        len: usize,
    },
    /// The beginning of what may become a head when more bytes come.
    Partial,
    /// Something else.
    Other,
}

/// Longest key that a data segment may begin with. The standards' longest are `Flag` and `PNUM`.
const KEY: usize = 8;

/// Looks at bytes that begin with `#`.
///
/// A bare `##` may stand in a log text. Only with digits, a key and its `=` behind it is it taken for a head, and then
/// it ends whatever frame it stands in: no frame of the standard quotes another, and a frame that lost its end must
/// not swallow the next one.
pub(super) fn look(bytes: &[u8]) -> Look {
    if bytes.len() < 2 {
        return Look::Partial;
    }
    if bytes[1] != b'#' {
        return Look::Other;
    }
    let digits = bytes[2..].iter().take_while(|b| b.is_ascii_digit()).take(5).count();
    let body = 2 + digits;
    let key = bytes[body..].iter().take_while(|b| b.is_ascii_alphabetic()).take(KEY + 1).count();
    match bytes.get(body + key) {
        None if digits <= 4 && key <= KEY => Look::Partial,
        Some(b'=') if (2..=4).contains(&digits) && (2..=KEY).contains(&key) => {
            let len = bytes[2..body].iter().fold(0, |len, digit| len * 10 + usize::from(digit - b'0'));
            Look::Head { body, len }
        }
        _ => Look::Other,
    }
}
