//! The lines of a body that comes in pieces.

use limpid_model::Reason;
use memchr::memchr;

use super::failure::Failure;
use crate::formats::Fault;

/// The longest line in bytes: no reading needs more than a few hundred.
const LONGEST_LINE: usize = 4096;

/// A line that has begun, and how many there were.
#[derive(Default)]
pub(super) struct Lines {
    part: Vec<u8>,
    number: usize,
}

/// A line without its end, and its number from 1; or why it is none.
pub(super) type Line<'a> = (usize, Result<&'a [u8], Fault>);

impl Lines {
    /// Hands every line that ends in `bytes` to `read`.
    pub(super) fn push(
        &mut self,
        mut bytes: &[u8],
        mut read: impl FnMut(Line<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        while let Some(end) = memchr(b'\n', bytes) {
            let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
            bytes = rest;
            self.number += 1;
            if self.part.is_empty() {
                read((self.number, bounded(line)))?;
            } else {
                self.keep(line);
                read((self.number, bounded(&self.part)))?;
                self.part.clear();
            }
        }
        self.keep(bytes);
        if self.part.len() > LONGEST_LINE { read((self.number + 1, bounded(&self.part))) } else { Ok(()) }
    }

    /// Hands over the last line, whose end is that of the body; it may be empty.
    pub(super) fn finish(self, read: impl FnOnce(Line<'_>) -> Result<(), Failure>) -> Result<(), Failure> {
        read((self.number + 1, bounded(&self.part)))
    }

    /// Keeps of a line what tells whether it is too long.
    fn keep(&mut self, bytes: &[u8]) {
        let room = (LONGEST_LINE + 1).saturating_sub(self.part.len());
        self.part.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

fn bounded(line: &[u8]) -> Result<&[u8], Fault> {
    if line.len() > LONGEST_LINE {
        return Err(Fault::new(Reason::Damaged, format!("longer than {LONGEST_LINE} bytes")));
    }
    Ok(line)
}

/// The failure of a line, counted from 1.
pub(super) fn invalid(fault: Fault, line: usize, index: Option<usize>) -> Failure {
    let Fault { field, detail, allowed, .. } = fault;
    Failure::Invalid { field: field.map(str::to_owned), index, detail: format!("line {line}: {detail}"), allowed }
}
