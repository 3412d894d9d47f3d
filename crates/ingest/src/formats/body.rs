//! A file that came as one answer: read as it would be from disk, in memory.

use std::io::Cursor;

use limpid_model::Reason;

use super::encoding::Encoding;
use super::{Fault, Found, Lines, bytes};

/// Reads a whole file whose header line `open` understands. A line that cannot be read is a refusal in what is found.
///
/// # Errors
/// When there is no header, or none that `open` understands.
pub(crate) fn read<'p, L: Lines<'p>>(
    body: &[u8],
    open: impl FnOnce(&str) -> Result<L, Fault>,
    found: &mut Found<'p>,
) -> Result<(), Fault> {
    let damaged = |detail: &str| Fault::new(Reason::Damaged, detail);
    let mut encoding = Encoding::guess(body);
    let mut lines = bytes::Lines::new(Cursor::new(body));
    let mut open = Some(open);
    let mut reader: Option<L> = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        // Memory can be read.
        let Ok(Some(kind)) = lines.next(&mut line) else { break };
        let fault = match (kind, encoding.decode(bytes::trim_end(&line))) {
            (bytes::Line::Rest, _) => continue,
            (bytes::Line::TooLong, _) => damaged("the line does not end within 1 MiB"),
            (bytes::Line::Whole, None) => damaged("the line is neither UTF-8 nor GB 18030"),
            (bytes::Line::Whole, Some(text)) => match (&mut reader, open.take()) {
                (None, Some(open)) => {
                    reader = Some(open(text.strip_prefix('\u{feff}').unwrap_or(&text))?);
                    continue;
                }
                (Some(_), _) if text.trim().is_empty() => continue,
                (Some(reader), _) => match reader.line(&text, found) {
                    Ok(()) => continue,
                    Err(fault) => fault,
                },
                (None, None) => continue,
            },
        };
        if reader.is_none() {
            return Err(fault);
        }
        let detail = format!("line {}: {}", lines.number(), fault.detail);
        found.push(Err(Fault { detail, ..fault }.into()));
    }
    if reader.is_none() { Err(damaged("the answer is empty")) } else { Ok(()) }
}
