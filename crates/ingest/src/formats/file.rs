//! One history file, opened.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use limpid_model::{Pipeline, Reason};

use super::document::{self, Document};
use super::encoding::Encoding;
use super::import::ImportError;
use super::{Fault, Format, Found, Layout, Lines, bytes};

/// A file whose beginning is understood, read piece by piece.
pub(super) struct Source<'p> {
    /// The file's name without its folder: what the journal knows it by.
    pub(super) name: String,
    /// The header line as it stands in the file, with its line end and all lines above it.
    pub(super) header: Vec<u8>,
    /// What the bytes are.
    pub(super) media_type: &'static str,
    content: Content<'p>,
}

/// What is still to be read.
enum Content<'p> {
    Lines {
        lines: bytes::Lines<Input>,
        encoding: Encoding,
        parser: Box<dyn Lines<'p> + Send + 'p>,
        /// A first line that is no header.
        first: Option<Vec<u8>>,
    },
    /// A whole document, until it was given back.
    Document(Option<(Vec<u8>, Found<'p>)>),
}

/// A text file, or one that is packed with gzip.
type Input = BufReader<Box<dyn Read + Send>>;

impl<'p> Source<'p> {
    /// Opens a file and reads its header, or all of it where it is a document; `None` when it has no bytes at all.
    pub(super) fn open(path: &Path, layout: &Layout, pipeline: &'p Pipeline) -> Result<Option<Self>, ImportError> {
        let fail = |source| ImportError::Open { file: path.to_owned(), source };
        let wrong =
            |fault: Fault| ImportError::Header { file: path.to_owned(), format: layout.format, detail: fault.detail };
        let mut reader = input(path).map_err(fail)?;
        let sample = reader.fill_buf().map_err(fail)?;
        if sample.is_empty() {
            return Ok(None);
        }
        let name = path.file_name().map_or_else(|| "-".into(), |name| name.to_string_lossy().into_owned());
        if let Some(document) = Document::of(layout, sample).map_err(wrong)? {
            let mut bytes = Vec::new();
            reader.take(document::LARGEST + 1).read_to_end(&mut bytes).map_err(fail)?;
            if bytes.len() as u64 > document::LARGEST {
                let detail = format!("larger than {} MiB; split it, or save it as CSV", document::LARGEST >> 20);
                return Err(wrong(Fault::new(Reason::Damaged, detail)));
            }
            let found = document.read(&bytes, layout, path, pipeline).map_err(wrong)?;
            let (media_type, content) = (document.media_type(), Content::Document(Some((bytes, found))));
            return Ok(Some(Self { name, header: Vec::new(), media_type, content }));
        }
        let mut encoding = Encoding::guess(sample);
        let mut lines = bytes::Lines::new(reader);
        let (mut header, mut last) = (Vec::new(), 0);
        for _ in 0..=layout.mapping().map_or(0, |mapping| mapping.skip_rows) {
            last = header.len();
            match lines.next(&mut header).map_err(fail)? {
                Some(bytes::Line::Whole) => {}
                None => return Err(wrong(Fault::new(Reason::Damaged, "the file ends before its header"))),
                Some(_) => return Err(wrong(Fault::new(Reason::Damaged, "the first line does not end within 1 MiB"))),
            }
        }
        let opened = match encoding.decode(bytes::trim_end(&header[last..])) {
            Some(text) => layout.open(&text, path, pipeline),
            None => {
                Err(Fault::new(Reason::Damaged, "the first line is not UTF-8 nor GB 18030; save the file as UTF-8"))
            }
        };
        let opened = opened.map_err(wrong)?;
        let first = (!opened.headed).then(|| header.split_off(last));
        let content = Content::Lines { lines, encoding, parser: opened.lines, first };
        Ok(Some(Self { name, header, media_type: "text/csv", content }))
    }

    /// Reads the next line, or the document: appends its bytes to `bytes` and what it holds to `found`. A line that
    /// cannot be read is a refusal there, and reading goes on. `false` at the end of the file.
    pub(super) fn next(&mut self, bytes: &mut Vec<u8>, found: &mut Found<'p>) -> io::Result<bool> {
        let (lines, encoding, parser, first) = match &mut self.content {
            Content::Document(whole) => {
                let Some((whole, all)) = whole.take() else { return Ok(false) };
                bytes.extend(whole);
                found.extend(all);
                return Ok(true);
            }
            Content::Lines { lines, encoding, parser, first } => (lines, encoding, parser, first),
        };
        let start = bytes.len();
        let line = match first.take() {
            Some(first) => {
                bytes.extend(first);
                bytes::Line::Whole
            }
            None => match lines.next(bytes)? {
                Some(line) => line,
                None => return Ok(false),
            },
        };
        let fault = match line {
            bytes::Line::Rest => None,
            bytes::Line::TooLong => Some(Fault::new(Reason::Damaged, "the line does not end within 1 MiB")),
            bytes::Line::Whole => match encoding.decode(bytes::trim_end(&bytes[start..])) {
                Some(text) if text.trim().is_empty() => None,
                Some(text) => parser.line(&text, found).err(),
                None => Some(Fault::new(Reason::Damaged, format!("the line is not {encoding}"))),
            },
        };
        if let Some(fault) = fault {
            found.push(Err(fault.into()));
        }
        Ok(true)
    }

    /// Where what was read last stands, for people.
    pub(super) fn place(&self) -> String {
        match &self.content {
            Content::Lines { lines, .. } => format!("{}:{}", self.name, lines.number()),
            Content::Document(_) => self.name.clone(),
        }
    }
}

/// A file's bytes, unpacked where they are packed.
fn input(path: &Path) -> io::Result<Input> {
    let mut reader = BufReader::with_capacity(BUFFER, File::open(path)?);
    let packed = reader.fill_buf()?.starts_with(GZIP);
    let reader: Box<dyn Read + Send> =
        if packed { Box::new(flate2::bufread::MultiGzDecoder::new(reader)) } else { Box::new(reader) };
    Ok(BufReader::with_capacity(BUFFER, reader))
}

/// Bytes per read.
const BUFFER: usize = 256 << 10;

/// What a file begins with that is packed with gzip (RFC 1952, 2.3.1).
const GZIP: &[u8] = b"\x1f\x8b";

/// Opens every file once, so that a file that is missing or of another format is told before any is imported.
/// Gives back how many bytes they have in all, and which have none.
pub(super) fn check(
    files: &[PathBuf],
    layout: &Layout,
    pipeline: &Pipeline,
) -> Result<(u64, Vec<PathBuf>), ImportError> {
    let (mut total, mut empty) = (0, Vec::new());
    for path in files {
        let size = std::fs::metadata(path).map_err(|source| ImportError::Open { file: path.clone(), source })?.len();
        total += size;
        let empty_file = match layout.format {
            Format::Hj212Log => size == 0,
            _ => Source::open(path, layout, pipeline)?.is_none(),
        };
        if empty_file {
            empty.push(path.clone());
        }
    }
    Ok((total, empty))
}
