//! The formats against hostile lines, an import against the journal, and both against real files.

mod import;
mod lines;
mod real;

use std::path::PathBuf;

use tempfile::TempDir;

/// A file of this name in a folder of its own.
fn file(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}
