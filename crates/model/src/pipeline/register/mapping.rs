//! What the columns of a file mean in a register, as whoever imports it says in a TOML file.

use toml::de::DeTable;

use crate::pipeline::fields::{Fields, Source};
use crate::pipeline::mistake::{Mistakes, list, nearest};
use crate::register::{FieldKind, Register};

/// Where the values of records stand in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordMapping {
    /// The field by which a record is found that the register has already; `None`: by its key.
    pub by: Option<String>,
    /// Between the cells of a text file. Default `,`.
    pub delimiter: Option<u8>,
    /// The sheet of a workbook. Default the first.
    pub sheet: Option<String>,
    /// Cells that mean that there is no value.
    pub missing: Vec<String>,
    /// How dates are written, in the letters of `strftime`, beside the usual ways.
    pub date_format: Option<String>,
    /// Fields and the columns, or keys of a JSON object, that they are taken from.
    pub fields: Vec<(String, String)>,
    /// Fields that have the same value in every record.
    pub constant: Vec<(String, String)>,
    /// Tables of the register.
    pub tables: Vec<TableMapping>,
}

/// Where the rows of a table stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableMapping {
    /// The field.
    pub name: String,
    /// In JSON: the lists within a record whose items are the rows, from the outermost, `outlets.pollutants`.
    pub rows: Option<String>,
    /// Whether a row that says what one before said is left out.
    pub unique: bool,
    /// Columns of the table and of the file; in JSON with the lists before them, `outlets.name`.
    pub fields: Vec<(String, String)>,
    /// Columns that have the same value in every row.
    pub constant: Vec<(String, String)>,
}

impl RecordMapping {
    /// Reads a mapping for a register; `file` is its path as it was given.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(file: &str, text: &str, register: &Register) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let source = &mut Source { file, text, mistakes: &mut mistakes };
        match DeTable::parse(text) {
            Ok(table) => {
                let mapping = read(Fields::root(table.get_ref()), register, source);
                mistakes.0.sort_by_key(|mistake| mistake.line);
                if mistakes.0.is_empty() { Ok(mapping) } else { Err(mistakes) }
            }
            Err(error) => {
                let offset = error.span().map_or(0, |span| span.start);
                source.mistake(offset, error.message().to_owned(), "mend the TOML syntax on this line");
                Err(mistakes)
            }
        }
    }
}

fn read(mut root: Fields<'_>, register: &Register, source: &mut Source<'_>) -> RecordMapping {
    let names: Vec<&str> = register.fields.iter().map(|field| field.name.as_str()).collect();
    let by = root.parsed(source, "match", &names, |word| names.contains(&word).then(|| word.to_owned()));
    let delimiter = root.parsed(source, "delimiter", &[",", ";", "\t", "|"], |word| match word.as_bytes() {
        [one] => Some(*one),
        _ => None,
    });
    let sheet = root.string(source, "sheet", "\"Sheet1\"").map(|(sheet, _)| sheet);
    let missing = root.strings(source, "missing", r#"["-"]"#).unwrap_or_default();
    let date_format = root.string(source, "date_format", "\"%m/%d/%Y\"").map(|(format, _)| format);
    let fields = words(&mut root, source, "fields", &names);
    let constant = words(&mut root, source, "constant", &names);
    let tables = root.tables(source, "table").into_iter().filter_map(|one| table(one, register, source)).collect();
    root.finish(source);
    let missing = missing.into_iter().map(|(word, _)| word).collect();
    RecordMapping { by, delimiter, sheet, missing, date_format, fields, constant, tables }
}

fn table(mut fields: Fields<'_>, register: &Register, source: &mut Source<'_>) -> Option<TableMapping> {
    let tables = || register.fields.iter().filter(|field| matches!(field.kind, FieldKind::Table(_)));
    let known: Vec<&str> = tables().map(|field| field.name.as_str()).collect();
    let name = fields.parsed(source, "name", &known, |word| known.iter().find(|one| **one == word).copied());
    if !fields.has("name") {
        source.mistake(
            fields.offset(""),
            "`table.name` is missing",
            format!("write name = one of: {}", list(known.clone())),
        );
    }
    let columns: Vec<&str> = match name.and_then(|name| register.field(name)).map(|field| &field.kind) {
        Some(FieldKind::Table(columns)) => columns.iter().map(|column| column.name.as_str()).collect(),
        _ => Vec::new(),
    };
    let rows = fields.string(source, "rows", "\"outlets.pollutants\"").map(|(rows, _)| rows);
    let unique = fields.boolean(source, "unique").unwrap_or(false);
    let taken = words(&mut fields, source, "fields", &columns);
    let constant = words(&mut fields, source, "constant", &columns);
    fields.finish(source);
    Some(TableMapping { name: name?.to_owned(), rows, unique, fields: taken, constant })
}

/// A table of strings under names that must be known.
fn words(fields: &mut Fields<'_>, source: &mut Source<'_>, key: &'static str, known: &[&str]) -> Vec<(String, String)> {
    let mut words = Vec::new();
    for (name, word, offset) in fields.words(source, key, r#"{ number = "…" }"#) {
        if known.contains(&name.as_str()) {
            words.push((name, word));
        } else {
            let remedy = match nearest(&name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("fields are: {}", list(known.iter().copied())),
            };
            source.mistake(offset, format!("the register has no field `{name}`"), remedy);
        }
    }
    words
}
