//! What each column of a table means.

use limpid_model::pipeline::{RecordMapping, nearest};
use limpid_model::register::{Field, FieldKind, Register};
use serde_json::{Map, Value};

use super::ImportError;

/// Where the cells of records stand.
pub(super) struct Columns {
    /// Of fields.
    pub fields: Vec<(String, usize)>,
    /// Of tables.
    pub tables: Vec<TableColumns>,
}

/// Where the cells of a table's rows stand.
pub(super) struct TableColumns {
    pub name: String,
    pub unique: bool,
    pub columns: Vec<(String, usize)>,
    pub constant: Vec<(String, String)>,
}

impl Columns {
    /// Finds the columns of the mapping; without one, a column is of the field whose name or label it bears, and of the
    /// column `limits.value` of a table.
    ///
    /// # Errors
    /// A column that is missing, or that nothing is called by.
    pub fn find(header: &[String], register: &Register, mapping: &RecordMapping) -> Result<Self, ImportError> {
        if mapping.fields.is_empty() && mapping.tables.is_empty() {
            return Self::by_name(header, register);
        }
        let place = |column: &str| {
            let found = header.iter().position(|name| name == column);
            found.ok_or_else(|| {
                let hint = match nearest(column, header.iter().map(String::as_str)) {
                    Some(near) => format!("did the mapping mean {near:?}?"),
                    None => format!("the file has {}", header.join(", ")),
                };
                ImportError::File(format!("column {column:?} is missing; {hint}"))
            })
        };
        let places = |pairs: &[(String, String)]| {
            pairs
                .iter()
                .map(|(field, column)| Ok((field.clone(), place(column)?)))
                .collect::<Result<Vec<_>, ImportError>>()
        };
        let tables = mapping.tables.iter().map(|table| {
            Ok(TableColumns {
                name: table.name.clone(),
                unique: table.unique,
                columns: places(&table.fields)?,
                constant: table.constant.clone(),
            })
        });
        Ok(Self { fields: places(&mapping.fields)?, tables: tables.collect::<Result<_, ImportError>>()? })
    }

    fn by_name(header: &[String], register: &Register) -> Result<Self, ImportError> {
        let mut columns = Self { fields: Vec::new(), tables: Vec::new() };
        for (at, name) in header.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            let (table, column) = match name.split_once('.') {
                Some((table, column)) => (Some(table), column),
                None => (None, name.as_str()),
            };
            let found = match table {
                None => called(&register.fields, column),
                Some(table) => match called(&register.fields, table).map(|field| (field, &field.kind)) {
                    Some((field, FieldKind::Table(inner))) => {
                        let Some(inner) = called(inner, column) else { return Err(unknown(name, register)) };
                        columns.table(&field.name).columns.push((inner.name.clone(), at));
                        continue;
                    }
                    _ => None,
                },
            };
            match found {
                Some(field) => columns.fields.push((field.name.clone(), at)),
                None => return Err(unknown(name, register)),
            }
        }
        Ok(columns)
    }

    fn table(&mut self, name: &str) -> &mut TableColumns {
        let at = self.tables.iter().position(|table| table.name == name).unwrap_or_else(|| {
            let (name, columns, constant) = (name.to_owned(), Vec::new(), Vec::new());
            self.tables.push(TableColumns { name, unique: false, columns, constant });
            self.tables.len() - 1
        });
        &mut self.tables[at]
    }

    /// Where the cells of a field stand.
    pub fn of(&self, field: &str) -> Option<usize> {
        self.fields.iter().find(|(name, _)| name == field).map(|(_, at)| *at)
    }
}

impl TableColumns {
    /// The row of the table that a row of the file has; `None` where it has none.
    pub fn row(&self, cell: impl Fn(usize) -> Option<String>) -> Option<Map<String, Value>> {
        let mut row: Map<String, Value> = Map::new();
        for (name, at) in &self.columns {
            if let Some(text) = cell(*at) {
                row.insert(name.clone(), Value::String(text));
            }
        }
        if row.is_empty() {
            return None;
        }
        row.extend(self.constant.iter().map(|(name, text)| (name.clone(), Value::String(text.clone()))));
        Some(row)
    }
}

fn called<'f>(fields: &'f [Field], name: &str) -> Option<&'f Field> {
    let fits = |field: &&Field| field.name == name || field.label.iter().any(|(_, label)| label == name);
    fields.iter().find(fits)
}

fn unknown(name: &str, register: &Register) -> ImportError {
    let known: Vec<String> = register.leaves().map(|(name, ..)| name).collect();
    let hint = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("fields are: {}", known.join(", ")),
    };
    ImportError::File(format!("the register has no field for column {name:?}; {hint} A mapping says what columns mean"))
}
