//! Tables as records: every row is a record, or, where the register's tables have columns in the file, all rows of one key
//! are, wherever they stand.

use limpid_model::pipeline::RecordMapping;
use limpid_model::register::{FieldProblem, Register};
use serde_json::{Map, Value};

use super::columns::Columns;
use super::{Candidate, ImportError};
use crate::formats::{decode_file, sheet_rows};

/// Rows of one file.
const ROWS: usize = 5_000_000;

/// A text file.
pub(super) fn read_text(
    bytes: &[u8],
    register: &Register,
    mapping: &RecordMapping,
    each: &mut dyn FnMut(Candidate) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let text = decode_file(bytes).ok_or_else(|| ImportError::File("it is neither UTF-8 nor GB 18030".to_owned()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let delimiter = mapping.delimiter.unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let wrong = |error: csv::Error| ImportError::File(error.to_string());
    let header: Vec<String> = reader.headers().map_err(wrong)?.iter().map(|name| name.trim().to_owned()).collect();
    let columns = Columns::find(&header, register, mapping)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        let at = record.position().map_or(0, |position| position.line() as usize);
        if rows.len() == ROWS {
            return Err(ImportError::File(format!("more than {ROWS} rows; cut the file")));
        }
        rows.push((at, record));
    }
    records(&rows, |row, at| row.get(at), header.len(), &columns, register, mapping, each)
}

/// A sheet of a workbook.
pub(super) fn read_workbook(
    bytes: &[u8],
    register: &Register,
    mapping: &RecordMapping,
    each: &mut dyn FnMut(Candidate) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let rows = sheet_rows(bytes, mapping.sheet.as_deref()).map_err(ImportError::File)?;
    let mut rows = rows.into_iter();
    let header: Vec<String> = rows.next().unwrap_or_default().iter().map(|name| name.trim().to_owned()).collect();
    let columns = Columns::find(&header, register, mapping)?;
    let rows: Vec<(usize, Vec<String>)> = (2..).zip(rows).collect();
    records(&rows, |row, at| row.get(at).map(String::as_str), header.len(), &columns, register, mapping, each)
}

fn records<R>(
    rows: &[(usize, R)],
    cell: impl Fn(&R, usize) -> Option<&str>,
    width: usize,
    columns: &Columns,
    register: &Register,
    mapping: &RecordMapping,
    each: &mut dyn FnMut(Candidate) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let by = mapping.by.as_deref().unwrap_or(&register.key);
    let key_at = columns.of(by);
    let text = |row: &R, at: usize| {
        let text = cell(row, at)?.trim();
        (!text.is_empty() && !mapping.missing.iter().any(|missing| missing == text)).then(|| text.to_owned())
    };
    let key = |row: &R| key_at.and_then(|at| text(row, at));
    let mut order: Vec<usize> =
        (0..rows.len()).filter(|place| (0..width).any(|at| text(&rows[*place].1, at).is_some())).collect();
    let grouped = !columns.tables.is_empty() && key_at.is_some();
    if grouped {
        order.sort_by_cached_key(|place| key(&rows[*place].1));
    }
    let same = |a: &usize, b: &usize| grouped && key(&rows[*a].1).is_some_and(|one| Some(one) == key(&rows[*b].1));
    for group in order.chunk_by(same) {
        let mut raw: Map<String, Value> = Map::new();
        let mut problems = Vec::new();
        for place in group {
            let (line, row) = &rows[*place];
            for (field, at) in &columns.fields {
                let Some(text) = text(row, *at) else { continue };
                match raw.get(field) {
                    None => {
                        raw.insert(field.clone(), Value::String(text));
                    }
                    Some(Value::String(first)) if *first != text => {
                        let what = format!("line {line} says something else than the line before of the same record");
                        problems.push(FieldProblem { field: field.clone(), what });
                    }
                    Some(_) => {}
                }
            }
            for table in &columns.tables {
                let Some(sub) = table.row(|at| text(row, at)) else { continue };
                if let Value::Array(list) = raw.entry(table.name.clone()).or_insert_with(|| Value::Array(Vec::new())) {
                    let sub = Value::Object(sub);
                    if !(table.unique && list.contains(&sub)) {
                        list.push(sub);
                    }
                }
            }
        }
        raw.extend(mapping.constant.iter().map(|(field, text)| (field.clone(), Value::String(text.clone()))));
        // What the file has a column for and no value is said to be missing, not left as it was.
        for (field, _) in &columns.fields {
            raw.entry(field.clone()).or_insert(Value::Null);
        }
        let at = group.first().map_or(0, |place| rows[*place].0);
        each(Candidate { at, raw, problems })?;
    }
    Ok(())
}
