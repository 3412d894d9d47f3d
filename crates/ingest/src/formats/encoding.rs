//! What a text file's bytes mean: UTF-8, or GB 18030 (GBK and GB 2312 are parts of it), found out from the file.
//!
//! Only the reading of a line depends on it. What is kept of a file are its bytes as they are.

use std::borrow::Cow;
use std::fmt;

use encoding_rs::GB18030;

/// The encoding of one file; a file has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Nothing but ASCII so far, which is the same in both.
    Ascii,
    /// UTF-8.
    Utf8,
    /// GB 18030.
    Gb18030,
}

impl Encoding {
    /// Judges by the first bytes of a file, line by line, so that one damaged line does not decide for all: GB 18030
    /// where more lines are that and cannot be UTF-8 than are UTF-8.
    pub(super) fn guess(sample: &[u8]) -> Self {
        let (mut utf8, mut gb18030) = (0_usize, 0_usize);
        for line in sample.split_inclusive(|byte| *byte == b'\n') {
            // The last line may be cut within a character.
            if line.is_ascii() || (!line.ends_with(b"\n") && line.len() < sample.len()) {
                continue;
            }
            if std::str::from_utf8(line).is_ok() {
                utf8 += 1;
            } else if decode(line).is_some() {
                gb18030 += 1;
            }
        }
        match (utf8, gb18030) {
            (0, 0) => Self::Ascii,
            _ if gb18030 > utf8 => Self::Gb18030,
            _ => Self::Utf8,
        }
    }

    /// The text of a line; `None` where its bytes are not of the file's encoding. The first line that is more than
    /// ASCII decides for a file whose encoding is open.
    pub(super) fn decode<'l>(&mut self, line: &'l [u8]) -> Option<Cow<'l, str>> {
        if *self != Self::Gb18030 || line.is_ascii() {
            if let Ok(text) = std::str::from_utf8(line) {
                if *self == Self::Ascii && !line.is_ascii() {
                    *self = Self::Utf8;
                }
                return Some(Cow::Borrowed(text));
            }
            if *self == Self::Utf8 {
                return None;
            }
        }
        let text = decode(line)?;
        *self = Self::Gb18030;
        Some(text)
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ascii => "UTF-8 nor GB 18030",
            Self::Utf8 => "UTF-8, as the file is",
            Self::Gb18030 => "GB 18030, as the file is",
        })
    }
}

/// The text of a whole file; `None` where it is of neither encoding.
pub(crate) fn decode_file(bytes: &[u8]) -> Option<Cow<'_, str>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(_) => decode(bytes),
    }
}

fn decode(line: &[u8]) -> Option<Cow<'_, str>> {
    GB18030.decode_without_bom_handling_and_without_replacement(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    // 东四, 万寿西宫 in GBK and in UTF-8, from the code charts.
    const DONGSI_GBK: &[u8] = b"\xb6\xab\xcb\xc4,1\n";
    const WANSHOU_GBK: &[u8] = b"\xcd\xf2\xca\xd9\xce\xf7\xb9\xac,2\n";
    const DONGSI_UTF8: &[u8] = b"\xe4\xb8\x9c\xe5\x9b\x9b,1\n";

    #[test]
    fn a_file_is_what_most_of_its_lines_are() {
        let guess = |lines: &[&[u8]]| Encoding::guess(&lines.concat());
        let broken: &[u8] = b"\xe4\xb8,cut\n";
        for (lines, encoding) in [
            (vec![], Encoding::Ascii),
            (vec![b"a,b\n".as_slice()], Encoding::Ascii),
            (vec![DONGSI_GBK], Encoding::Gb18030),
            (vec![b"a\n", DONGSI_GBK, WANSHOU_GBK], Encoding::Gb18030),
            (vec![DONGSI_UTF8], Encoding::Utf8),
            // Two bytes of a character by themselves are a character of GBK: one such line decides nothing.
            (vec![broken, DONGSI_UTF8], Encoding::Utf8),
            (vec![DONGSI_UTF8, broken, DONGSI_UTF8], Encoding::Utf8),
            (vec![b"\xff\xff\n"], Encoding::Ascii),
            // Cut within 四, where the sample ends.
            (vec![DONGSI_UTF8, &DONGSI_UTF8[..5]], Encoding::Utf8),
            (vec![DONGSI_GBK, &DONGSI_UTF8[..4]], Encoding::Gb18030),
        ] {
            assert_eq!(guess(&lines), encoding, "{lines:?}");
        }
    }

    #[test]
    fn an_open_encoding_is_decided_by_the_first_line_that_can() {
        let mut encoding = Encoding::Ascii;
        assert_eq!(encoding.decode(b"date,hour").as_deref(), Some("date,hour"));
        assert_eq!((encoding.decode(b"\xff\xff"), encoding), (None, Encoding::Ascii));
        assert_eq!(encoding.decode(&DONGSI_GBK[..4]).as_deref(), Some("东四"));
        assert_eq!(encoding, Encoding::Gb18030);
        // The bytes of 模 in GBK are a character of UTF-8 too, ģ: the file has decided.
        assert_eq!(encoding.decode(b"\xc4\xa3").as_deref(), Some("模"));
        assert_eq!(encoding.decode(b"\xff\xff"), None);

        let mut encoding = Encoding::Ascii;
        assert_eq!(encoding.decode(&DONGSI_UTF8[..6]).as_deref(), Some("东四"));
        assert_eq!(encoding, Encoding::Utf8);
        assert_eq!(encoding.decode(&DONGSI_GBK[..4]), None);
    }

    #[test]
    fn four_byte_characters_of_gb_18030_are_read() {
        // U+20087, used in names of places, is 95 32 90 31 in GB 18030-2005.
        assert_eq!(Encoding::Gb18030.decode(b"\x95\x32\x90\x31").as_deref(), Some("\u{20087}"));
    }
}
