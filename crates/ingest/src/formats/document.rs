//! Files that are read as a whole, not line by line: workbooks, XML, JSON, RDB. They become one submission each.

use std::path::Path;

use limpid_model::{Pipeline, Reason};

use super::mapped::workbook;
use super::{Fault, Format, Found, Layout, cnemc_air, uba, usgs};

/// The largest document that is read: it stands in the memory whole, with all that it holds.
pub(super) const LARGEST: u64 = 32 << 20;

/// The most readings that one document may hold, since they become one submission: a workbook of 32 MiB can claim
/// millions.
const MOST: usize = 400_000;

/// What a file that is not made of lines is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Document {
    Workbook,
    Xml,
    Json,
    /// Tabs, comments and tables of the US Geological Survey.
    Rdb,
}

/// Reads a document from memory, as it would be read from the file `path`; `None` where the bytes are lines.
///
/// # Errors
/// What is wrong with it as a whole, and what it should be.
pub fn read<'p>(
    bytes: &[u8],
    layout: &Layout,
    path: &Path,
    pipeline: &'p Pipeline,
) -> Result<Option<Found<'p>>, Fault> {
    Document::of(layout, bytes)?.map(|document| document.read(bytes, layout, path, pipeline)).transpose()
}

impl Document {
    /// What a file of `layout` is that begins with `sample`; `None` for lines.
    ///
    /// # Errors
    /// When the format has no such files.
    pub(super) fn of(layout: &Layout, sample: &[u8]) -> Result<Option<Self>, Fault> {
        let text = sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample);
        let document = match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
            _ if sample.starts_with(workbook::MAGIC) => Self::Workbook,
            Some(b'<') => Self::Xml,
            Some(b'{' | b'[') => Self::Json,
            Some(_) if layout.format == Format::UsgsNwis => Self::Rdb,
            _ => return Ok(None),
        };
        let known = match (layout.format, document) {
            (_, Self::Workbook) => layout.mapping().is_some(),
            (Format::CnemcAir, Self::Xml | Self::Json)
            | (Format::Uba, Self::Json)
            | (Format::UsgsNwis, Self::Json | Self::Rdb) => true,
            // A first cell may well be `[1]` or `<none>`.
            _ => return Ok(None),
        };
        if known {
            return Ok(Some(document));
        }
        let detail = "the file is a workbook; write a mapping for it and import it with --format mapped --mapping FILE";
        Err(Fault::new(Reason::Damaged, detail))
    }

    /// The media type under which its bytes are kept.
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Workbook => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Xml => "application/xml",
            Self::Json => "application/json",
            Self::Rdb => "text/tab-separated-values",
        }
    }

    /// Reads all that the file holds.
    ///
    /// # Errors
    /// What is wrong with it as a whole, and what it should be.
    pub(super) fn read<'p>(
        self,
        bytes: &[u8],
        layout: &Layout,
        path: &Path,
        pipeline: &'p Pipeline,
    ) -> Result<Found<'p>, Fault> {
        let found = match (self, layout.mapping(), layout.format) {
            (Self::Workbook, Some(mapping), _) => workbook::read(bytes, mapping, layout, path, pipeline),
            (Self::Xml, _, Format::CnemcAir) => cnemc_air::xml::read(bytes, pipeline),
            (Self::Json, _, Format::CnemcAir) => cnemc_air::json::read(bytes, pipeline),
            (Self::Json, _, Format::Uba) => uba::read(bytes, path, pipeline),
            (Self::Json, _, Format::UsgsNwis) => usgs::read_json(bytes, pipeline),
            (Self::Rdb, ..) => usgs::read_rdb(bytes, pipeline),
            (_, _, format) => Err(format.not_lines()),
        }?;
        if found.len() > MOST {
            let detail = format!("{} readings in one document, of at most {MOST}; split it", found.len());
            return Err(Fault::new(Reason::Damaged, detail));
        }
        Ok(found)
    }
}
