//! Which files of a folder are ready.

use std::collections::HashMap;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Ends of the names under which programs write what they rename when it is whole.
const UNFINISHED: [&str; 5] = [".part", ".partial", ".tmp", ".crdownload", ".filepart"];

/// What a folder held when it was looked at last.
#[derive(Debug, Default)]
pub(super) struct Look {
    seen: HashMap<PathBuf, Seen>,
}

/// By what a file is told to be unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    size: u64,
    changed: Option<SystemTime>,
}

impl Seen {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self { size: metadata.len(), changed: metadata.modified().ok() }
    }
}

impl Look {
    /// The files that the look before found just as they are now, by their names.
    pub(super) fn ready(&mut self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let mut seen = HashMap::new();
        let mut ready = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let lower = name.to_lowercase();
            // A link may lead anywhere, and a pipe would hold up whoever opens it.
            if name.starts_with('.')
                || UNFINISHED.iter().any(|end| lower.ends_with(end))
                || !entry.file_type().is_ok_and(|kind| kind.is_file())
            {
                continue;
            }
            // One that is gone by now has no need to be looked at.
            let Ok(metadata) = entry.metadata() else { continue };
            let (path, now) = (entry.path(), Seen::of(&metadata));
            if self.seen.get(&path) == Some(&now) {
                ready.push(path.clone());
            }
            seen.insert(path, now);
        }
        self.seen = seen;
        ready.sort();
        Ok(ready)
    }
}
