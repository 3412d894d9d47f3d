//! Sheets of XLSX workbooks.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use calamine::{Data, DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use limpid_model::pipeline::{Mapping, nearest};
use limpid_model::receipt::Refusal;
use limpid_model::{Pipeline, Reason};

use super::table::Table;
use crate::formats::layout::Layout;
use crate::formats::{Fault, Found};

/// What a workbook begins with: it is a ZIP file.
pub(in crate::formats) const MAGIC: &[u8] = b"PK\x03\x04";

/// The most cells that are read of a sheet: with some 40 bytes each, a few hundred megabytes. A small file can claim
/// to hold far more.
const MAX_CELLS: usize = 4_000_000;

/// Reads a sheet: the mapping's, or the first.
///
/// # Errors
/// When it is no workbook, has no such sheet, or the mapping names a column that the sheet has not.
pub(in crate::formats) fn read<'p>(
    bytes: &[u8],
    mapping: Arc<Mapping>,
    layout: &Layout,
    path: &Path,
    pipeline: &'p Pipeline,
) -> Result<Found<'p>, Fault> {
    let rows = sheet_rows(bytes, mapping.sheet.as_deref())?;
    let mut rows = rows.into_iter().enumerate().skip(mapping.skip_rows);
    let first = rows.next().map(|(_, cells)| cells).unwrap_or_default();
    let first: Vec<String> = first.iter().map(|cell| cell.trim().to_owned()).collect();
    let named = mapping.columns.clone().filter(|names| *names != first);
    let mut found = Found::new();
    let mut table = Table::new(mapping, named.as_ref().unwrap_or(&first), layout, path, pipeline)?;
    let data = named.is_some().then_some((0, first));
    for (at, cells) in data.into_iter().chain(rows) {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let start = found.len();
        if let Err(fault) = table.row(&cells, &mut found) {
            found.push(Err(fault.into()));
        }
        for item in &mut found[start..] {
            if let Err(Refusal { detail, .. }) = item {
                *detail = format!("row {}: {detail}", at + 1);
            }
        }
    }
    Ok(found)
}

/// The rows of a sheet, or of the first: what [`rows`] gives.
///
/// # Errors
/// When it is no workbook, has no such sheet, or too many cells.
pub(in crate::formats) fn sheet_rows(bytes: &[u8], wanted: Option<&str>) -> Result<Vec<Vec<String>>, Fault> {
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheet = sheet(&book.sheet_names(), wanted)?;
    rows(&mut book, &sheet)
}

fn sheet(sheets: &[String], wanted: Option<&str>) -> Result<String, Fault> {
    let found = match wanted {
        Some(wanted) => sheets.iter().find(|name| *name == wanted),
        None => sheets.first(),
    };
    found.cloned().ok_or_else(|| {
        let wanted = wanted.unwrap_or("");
        let hint = nearest(wanted, sheets.iter().map(String::as_str));
        let hint =
            hint.map_or_else(|| format!("it has {}", sheets.join(", ")), |name| format!("did you mean {name:?}?"));
        Fault::new(Reason::Damaged, format!("the workbook has no sheet {wanted:?}; {hint}"))
    })
}

/// The rows of a sheet from its first, the empty ones too, each to its last cell that has something.
fn rows(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Result<Vec<Vec<String>>, Fault> {
    let mut reader = book.worksheet_cells_reader(sheet).map_err(broken)?;
    let (mut rows, mut cells): (Vec<Vec<String>>, usize) = (Vec::new(), 0);
    while let Some(cell) = reader.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        let text = text(cell.get_value());
        if text.is_empty() {
            continue;
        }
        if rows.len() <= row {
            cells += row + 1 - rows.len();
            if cells <= MAX_CELLS {
                rows.resize(row + 1, Vec::new());
            }
        }
        // Counted before anything is made room for: one cell far out claims all that lie before it.
        let width = rows.get(row).map_or(0, Vec::len);
        cells += (column + 1).saturating_sub(width);
        if cells > MAX_CELLS {
            let detail = format!("sheet {sheet:?} has more than {MAX_CELLS} cells; save it as CSV and import that");
            return Err(Fault::new(Reason::Damaged, detail));
        }
        let cells = &mut rows[row];
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = text;
    }
    Ok(rows)
}

/// A cell as a text file would have it.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::DateTime(time) if time.is_datetime() => self::time(time).unwrap_or_default(),
        // What a formula failed at is no value and no text.
        DataRef::Error(_) => String::new(),
        value => Data::from(value.clone()).to_string(),
    }
}

/// A time in ISO 8601, to the second; a midnight is a day.
fn time(time: &ExcelDateTime) -> Option<String> {
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let date = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())?;
    let exact = date.and_hms_milli_opt(hour.into(), minute.into(), second.into(), milli.into())?;
    // Times are fractions of a day there: 08:00 may stand as 07:59:59.9999.
    let whole: NaiveDateTime =
        exact + TimeDelta::milliseconds(if milli >= 500 { 1000 - i64::from(milli) } else { -i64::from(milli) });
    Some(if whole.time() == NaiveTime::MIN {
        whole.date().to_string()
    } else {
        whole.format("%Y-%m-%dT%H:%M:%S").to_string()
    })
}

fn broken(error: XlsxError) -> Fault {
    Fault::new(Reason::Damaged, format!("not a workbook that can be read: {error}; open it and save it as XLSX again"))
}
