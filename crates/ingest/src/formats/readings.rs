//! History files for a simulator to play back.

use std::path::PathBuf;

use limpid_model::{Pipeline, StationId};

use super::file::Source;
use super::import::{ImportError, Summary};
use super::{Found, Layout};
use crate::intake::RawReading;

/// The readings of the registry's stations, in the order of the files and their lines, read as they are asked for.
/// What is no reading, or of no station of the registry, is left out.
///
/// An item is an error where a file cannot be read; the next file follows it.
pub fn readings<'p>(
    layout: &Layout,
    files: &[PathBuf],
    pipeline: &'p Pipeline,
) -> impl Iterator<Item = Result<(StationId, RawReading), ImportError>> + Send + use<'p> {
    let (files, layout) = (files.to_vec(), layout.clone());
    files.into_iter().flat_map(move |path| match Source::open(&path, &layout, pipeline) {
        Ok(source) => Played { source, found: Found::new().into_iter(), failure: None },
        Err(error) => Played { source: None, found: Found::new().into_iter(), failure: Some(error) },
    })
}

/// One file.
struct Played<'p> {
    source: Option<Source<'p>>,
    found: <Found<'p> as IntoIterator>::IntoIter,
    failure: Option<ImportError>,
}

impl Iterator for Played<'_> {
    type Item = Result<(StationId, RawReading), ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        loop {
            if let Some(row) = self.found.by_ref().flatten().next() {
                return Some(Ok((row.station.id.clone(), row.reading)));
            }
            let Some(source) = &mut self.source else { return self.failure.take().map(Err) };
            let mut found = Found::new();
            line.clear();
            match source.next(&mut line, &mut found) {
                Ok(true) => self.found = found.into_iter(),
                Ok(false) => self.source = None,
                Err(error) => {
                    let (place, done) = (source.place(), Summary::default().into());
                    self.failure = Some(ImportError::Read { place, done, source: error });
                    self.source = None;
                }
            }
        }
    }
}
