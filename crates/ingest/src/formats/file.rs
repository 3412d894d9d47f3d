//! One history file, opened.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use limpid_model::{Pipeline, Reason};

use super::encoding::Encoding;
use super::import::ImportError;
use super::{Fault, Format, Found, Lines, bytes};

/// A file whose header is understood, read line by line.
pub(super) struct Source<'p> {
    /// The file's name without its folder: what the journal knows it by.
    pub(super) name: String,
    /// The header line as it stands in the file, with its line end.
    pub(super) header: Vec<u8>,
    lines: bytes::Lines<BufReader<File>>,
    encoding: Encoding,
    parser: Box<dyn Lines<'p> + Send + 'p>,
}

impl<'p> Source<'p> {
    /// Opens a file and reads its header; `None` when it has no bytes at all.
    pub(super) fn open(path: &Path, format: Format, pipeline: &'p Pipeline) -> Result<Option<Self>, ImportError> {
        let fail = |source| ImportError::Open { file: path.to_owned(), source };
        let file = File::open(path).map_err(fail)?;
        let mut reader = BufReader::with_capacity(256 << 10, file);
        let mut encoding = Encoding::guess(reader.fill_buf().map_err(fail)?);
        let mut lines = bytes::Lines::new(reader);
        let mut header = Vec::new();
        let Some(first) = lines.next(&mut header).map_err(fail)? else { return Ok(None) };
        let parser = match (first, encoding.decode(bytes::trim_end(&header))) {
            (bytes::Line::Whole, Some(text)) => format.open(&text, pipeline),
            (bytes::Line::Whole, None) => {
                Err(Fault::new(Reason::Damaged, "the first line is not UTF-8 nor GB 18030; save the file as UTF-8"))
            }
            _ => Err(Fault::new(Reason::Damaged, "the first line does not end within 1 MiB")),
        };
        let parser =
            parser.map_err(|fault| ImportError::Header { file: path.to_owned(), format, detail: fault.detail })?;
        let name = path.file_name().map_or_else(|| "-".into(), |name| name.to_string_lossy().into_owned());
        Ok(Some(Self { name, header, lines, encoding, parser }))
    }

    /// Reads the next line: appends its bytes to `bytes` and what it holds to `found`. A line that cannot be read
    /// is a refusal there, and reading goes on. `false` at the end of the file.
    pub(super) fn next(&mut self, bytes: &mut Vec<u8>, found: &mut Found<'p>) -> io::Result<bool> {
        let start = bytes.len();
        let Some(line) = self.lines.next(bytes)? else { return Ok(false) };
        let fault = match line {
            bytes::Line::Rest => None,
            bytes::Line::TooLong => Some(Fault::new(Reason::Damaged, "the line does not end within 1 MiB")),
            bytes::Line::Whole => match self.encoding.decode(bytes::trim_end(&bytes[start..])) {
                Some(text) if text.trim().is_empty() => None,
                Some(text) => self.parser.line(&text, found).err(),
                None => Some(Fault::new(Reason::Damaged, format!("the line is not {}", self.encoding))),
            },
        };
        if let Some(fault) = fault {
            found.push(Err(fault.into()));
        }
        Ok(true)
    }

    /// Where the line that was read last stands, for people.
    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.name, self.lines.number())
    }
}

/// Opens every file once, so that a file that is missing or of another format is told before any is imported.
/// Gives back how many bytes they have in all, and which have none.
pub(super) fn check(
    files: &[PathBuf],
    format: Format,
    pipeline: &Pipeline,
) -> Result<(u64, Vec<PathBuf>), ImportError> {
    let (mut total, mut empty) = (0, Vec::new());
    for path in files {
        let size = std::fs::metadata(path).map_err(|source| ImportError::Open { file: path.clone(), source })?.len();
        total += size;
        if Source::open(path, format, pipeline)?.is_none() {
            empty.push(path.clone());
        }
    }
    Ok((total, empty))
}
