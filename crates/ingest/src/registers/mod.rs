//! Importing files into registers: CSV, XLSX and JSON, with a mapping where their columns have other names.
//!
//! - `columns`: what each column of a table means; `rows`: tables as records, all rows of one key together
//! - `objects`: JSON as records, one after the other
//! - [`import`]: what each record changes, tried or done

mod columns;
mod import;
mod objects;
mod rows;
#[cfg(test)]
mod tests;

use std::path::Path;

use limpid_model::pipeline::RecordMapping;
use limpid_model::register::{FieldProblem, Register};
use serde_json::{Map, Value};

pub use import::{Import, ImportError, Line, Outcome, Summary, import};

/// Bytes of one file.
pub const FILE_BYTES: u64 = 1 << 30;

/// A record as a file has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Candidate {
    /// Where it begins: a line of a text file, a row of a sheet, the place in a JSON list; from 1.
    pub at: usize,
    /// Values by field; what the file does not say is not there.
    pub raw: Map<String, Value>,
    /// What is wrong with it before anybody looks at the register.
    pub problems: Vec<FieldProblem>,
}

/// Hands the records of a file over, one after the other.
fn read(
    path: &Path,
    register: &Register,
    mapping: &RecordMapping,
    each: &mut dyn FnMut(Candidate) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let failed = |error: std::io::Error| ImportError::File(format!("{} cannot be read: {error}", path.display()));
    let bytes = std::fs::metadata(path).map_err(failed)?.len();
    if bytes > FILE_BYTES {
        return Err(ImportError::File(format!("{bytes} bytes; {FILE_BYTES} are the most of one file")));
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_lowercase();
    match extension.as_str() {
        "json" => objects::read(std::io::BufReader::new(std::fs::File::open(path).map_err(failed)?), mapping, each),
        "xlsx" => rows::read_workbook(&std::fs::read(path).map_err(failed)?, register, mapping, each),
        "csv" | "tsv" | "txt" => rows::read_text(&std::fs::read(path).map_err(failed)?, register, mapping, each),
        _ => Err(ImportError::File(format!("files of registers end with .csv, .xlsx or .json, not .{extension}"))),
    }
}
