//! Tables whose columns a mapping explains: `mapped`, with the mapping of whoever imports, and the formats that are
//! nothing but a mapping, which stand in `data/mappings/`. CSV or a sheet of a workbook, it is the same.
//!
//! A cell without a value is not stored, as in every other format: it says no more than that there is no reading. A
//! value below a limit (`<0.01`) is kept as the limit with the mark `<`.
//!
//! - `cells`: a row's cells, wherever they come from; `table`: a row's readings; `preset`: the formats that are mappings
//! - `workbook`: sheets of XLSX files

mod cells;
mod place;
mod preset;
mod table;
#[cfg(test)]
mod tests;
pub(super) mod workbook;

use std::path::Path;
use std::sync::Arc;

use limpid_model::Pipeline;
use limpid_model::pipeline::Mapping;

use super::fields::Fields;
use super::layout::{Layout, Opened};
use super::{Fault, Found, Lines};
use table::Table;

pub(super) use preset::preset;

struct Mapped<'p> {
    table: Table<'p>,
    fields: Fields,
    count: usize,
}

/// Reads the first line of a text file: its header, or its first row where the mapping names the columns and the line
/// does not.
///
/// # Errors
/// A column that the mapping names and the file has not; a station or a year that nobody names.
pub(super) fn open<'p>(
    mapping: Arc<Mapping>,
    header: &str,
    layout: &Layout,
    path: &Path,
    pipeline: &'p Pipeline,
) -> Result<Opened<'p>, Fault> {
    let mut fields = Fields::delimited(mapping.delimiter);
    fields.split(header);
    let first: Vec<&str> = fields.iter().collect();
    let named = mapping.columns.clone().filter(|names| *names != first);
    let headed = named.is_none();
    let names = named.unwrap_or_else(|| first.iter().map(|&name| name.to_owned()).collect());
    let table = Table::new(mapping, &names, layout, path, pipeline)?;
    Ok(Opened { lines: Box::new(Mapped { table, fields, count: names.len() }), headed })
}

impl<'p> Lines<'p> for Mapped<'p> {
    fn line(&mut self, line: &str, found: &mut Found<'p>) -> Result<(), Fault> {
        let count = self.fields.split(line);
        if count != self.count {
            return Err(Fault::count(count, self.count));
        }
        self.table.row(&self.fields, found)
    }
}
