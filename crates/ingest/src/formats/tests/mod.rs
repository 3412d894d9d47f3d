//! The formats against hostile lines, an import against the journal, and both against real files.

mod airnow;
mod bcn_noise;
mod encoding;
mod import;
mod lines;
mod real;
mod real_documents;
mod real_tables;
mod seeds;
mod sites;
mod usgs;
mod wqx;

use std::path::PathBuf;

use limpid_model::Pipeline;
use tempfile::TempDir;

use crate::formats::{Format, Found};
use crate::testing::{TWO, pipeline};

/// A file of this name in a folder of its own.
fn file(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// One text per item: `station parameter start value unit`, with `<` behind a limit, or `reason`; a fault of the whole line is `! reason`.
fn read(format: Format, pipeline: &Pipeline, text: &str) -> Vec<String> {
    let mut lines = text.lines();
    let mut reader = format.open(lines.next().unwrap(), pipeline).unwrap_or_else(|fault| panic!("{}", fault.detail));
    let mut items = Vec::new();
    for line in lines {
        let mut found = Found::new();
        if let Err(fault) = reader.line(line, &mut found) {
            assert!(found.is_empty(), "a line that fails adds nothing");
            items.push(format!("! {}", fault.reason.as_str()));
        }
        items.extend(found.into_iter().map(|item| match item {
            Ok(row) => {
                let raw = row.reading;
                let value = raw.value.map_or_else(|| "null".to_owned(), |value| value.to_string());
                let unit = raw.unit.map_or("-", limpid_model::Unit::as_str);
                let start = raw.start.format("%m-%dT%H:%MZ");
                let below = if raw.mark.is_some_and(limpid_model::Mark::is_below) { " <" } else { "" };
                format!("{} {} {start} {value} {unit}{below}", row.station.id, raw.parameter)
            }
            Err(refusal) => format!("{} {}", refusal.kind.as_str(), refusal.reason.as_str()),
        }));
    }
    items
}

fn header_fault(format: Format, header: &str) -> String {
    let pipeline = pipeline("Asia/Shanghai", TWO);
    format.open(header, &pipeline).err().map(|fault| fault.detail).unwrap_or_else(|| panic!("{header:?} was taken"))
}
