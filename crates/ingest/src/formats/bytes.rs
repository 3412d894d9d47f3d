//! The lines of a file as bytes, none lost, each bounded.

use std::io::{self, BufRead, Read};

/// The longest line that is read as one: no format has lines near it, and a file without line ends must not fill
/// the memory.
pub(super) const LONGEST_LINE: usize = 1 << 20;

/// A line, or a piece of one that is too long.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A whole line.
    Whole,
    /// The first piece of a line that is longer than [`LONGEST_LINE`].
    TooLong,
    /// A further piece of it.
    Rest,
}

/// Reads lines one after the other and counts them.
pub(super) struct Lines<R> {
    reader: R,
    number: u64,
    within: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, number: 0, within: false }
    }

    /// The number of the line that was read last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Appends the next line's bytes, with its line end, to `bytes`; `None` at the end of the file.
    pub(super) fn next(&mut self, bytes: &mut Vec<u8>) -> io::Result<Option<Line>> {
        let read = (&mut self.reader).take(LONGEST_LINE as u64).read_until(b'\n', bytes)?;
        if read == 0 {
            return Ok(None);
        }
        let ended = bytes.ends_with(b"\n");
        // A last line of exactly the longest length has no line end either, but nothing follows it.
        let more = !ended && read == LONGEST_LINE && !self.reader.fill_buf()?.is_empty();
        let line = match (self.within, more) {
            (true, _) => Line::Rest,
            (false, true) => Line::TooLong,
            (false, false) => Line::Whole,
        };
        if !self.within {
            self.number += 1;
        }
        self.within = more;
        Ok(Some(line))
    }
}

/// The line without its line end, `\n` or `\r\n`.
pub(super) fn trim_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_is_lost_and_lines_are_counted() {
        let long = "x".repeat(2 * LONGEST_LINE + 5);
        let exact = "y".repeat(LONGEST_LINE);
        let text = format!("one\r\n\n{long}\nlast\n{exact}");
        let mut lines = Lines::new(text.as_bytes());
        let (mut bytes, mut seen) = (Vec::new(), Vec::new());
        while let Some(line) = lines.next(&mut bytes).unwrap() {
            seen.push((lines.number(), line));
        }
        assert_eq!(bytes, text.as_bytes());
        assert_eq!(
            seen,
            [
                (1, Line::Whole),
                (2, Line::Whole),
                (3, Line::TooLong),
                (3, Line::Rest),
                (3, Line::Rest),
                (4, Line::Whole),
                (5, Line::Whole)
            ]
        );
    }

    #[test]
    fn line_ends_are_taken_off_once() {
        assert_eq!(trim_end(b"a\r\n"), b"a");
        assert_eq!(trim_end(b"a\n"), b"a");
        assert_eq!(trim_end(b"a"), b"a");
        assert_eq!(trim_end(b"\r\r\n"), b"\r");
    }
}
