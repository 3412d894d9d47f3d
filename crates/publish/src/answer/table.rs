//! Rows as CSV and Parquet. A kind of row says its columns once; both formats, and the schema of datasets, follow.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampMillisecondBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use limpid_model::{Instant, Zone};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A number.
    Number,
    /// A whole number, in every row.
    Integer,
    /// A whole number, or nothing.
    OptionalInteger,
    /// An instant: RFC 3339 in CSV, milliseconds with the zone in Parquet.
    Time,
    /// True or false.
    Flag,
}

/// One value. An empty cell of any kind is `Cell::Empty`: nothing in CSV, null in Parquet.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// No value.
    Empty,
    /// For [`Kind::Text`].
    Text(String),
    /// For [`Kind::Number`].
    Number(f64),
    /// For [`Kind::Integer`] and [`Kind::OptionalInteger`].
    Integer(i64),
    /// For [`Kind::Time`].
    Time(Instant),
    /// For [`Kind::Flag`].
    Flag(bool),
}

impl Cell {
    /// A text cell; empty for the empty text.
    pub fn text(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }

    /// A number or nothing.
    pub fn number(value: Option<f64>) -> Self {
        value.map_or(Self::Empty, Self::Number)
    }

    /// A whole number or nothing.
    pub fn integer(value: Option<impl Into<i64>>) -> Self {
        value.map_or(Self::Empty, |value| Self::Integer(value.into()))
    }
}

/// One column of rows `R`.
pub struct Column<R> {
    /// Name in the header row, in Parquet and in schemas.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What it means, in English, for schemas.
    pub about: &'static str,
    /// Its cell of a row.
    pub cell: fn(&R) -> Cell,
}

/// Every column of a table.
pub fn all<R>(columns: &[Column<R>]) -> Vec<&Column<R>> {
    columns.iter().collect()
}

/// Rows as CSV (RFC 4180), header row first, times in `zone`.
///
/// Text is [`disarmed`]; numbers are numbers.
pub fn csv<R>(columns: &[&Column<R>], rows: &[R], zone: Zone) -> csv::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(columns.iter().map(|column| column.name))?;
    for row in rows {
        for column in columns {
            let field = match (column.cell)(row) {
                Cell::Empty => String::new(),
                Cell::Text(text) => disarmed(text),
                Cell::Number(value) => value.to_string(),
                Cell::Integer(value) => value.to_string(),
                Cell::Time(at) => zone.format(at),
                Cell::Flag(value) => value.to_string(),
            };
            writer.write_field(field)?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// Text that a spreadsheet would run as a formula, with an apostrophe before it (OWASP, CSV injection); other text as it is.
pub fn disarmed(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

/// The Arrow schema of the columns.
pub fn schema<R>(columns: &[&Column<R>], zone: Zone) -> Arc<Schema> {
    let fields: Vec<Field> = columns.iter().map(|column| field(column.name, column.kind, zone)).collect();
    Arc::new(Schema::new(fields))
}

/// A column in the words of Arrow.
pub fn field(name: &str, kind: Kind, zone: Zone) -> Field {
    let kind = match kind {
        Kind::Text => DataType::Utf8,
        Kind::Number => DataType::Float64,
        Kind::Integer | Kind::OptionalInteger => DataType::Int64,
        Kind::Time => DataType::Timestamp(TimeUnit::Millisecond, Some(zone.name().into())),
        Kind::Flag => DataType::Boolean,
    };
    Field::new(name, kind, true)
}

/// Rows as one Arrow batch.
pub fn batch<R>(columns: &[&Column<R>], rows: &[R], zone: Zone) -> Result<RecordBatch, ArrowError> {
    let arrays = columns.iter().map(|column| array(column.kind, rows.iter().map(column.cell), zone)).collect();
    RecordBatch::try_new(schema(columns, zone), arrays)
}

/// A batch as an Arrow IPC stream.
pub fn arrow(batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
    let mut writer = StreamWriter::try_new(Vec::new(), batch.schema_ref())?;
    writer.write(batch)?;
    writer.into_inner()
}

/// The cells of one column as an array of its kind; what is of another kind is null.
pub fn array(kind: Kind, cells: impl Iterator<Item = Cell>, zone: Zone) -> ArrayRef {
    match kind {
        Kind::Text => {
            let mut builder = StringBuilder::new();
            cells.for_each(|cell| builder.append_option(if let Cell::Text(text) = cell { Some(text) } else { None }));
            Arc::new(builder.finish())
        }
        Kind::Number => {
            let mut builder = Float64Builder::new();
            cells.for_each(|cell| {
                builder.append_option(if let Cell::Number(value) = cell { Some(value) } else { None })
            });
            Arc::new(builder.finish())
        }
        Kind::Integer | Kind::OptionalInteger => {
            let mut builder = Int64Builder::new();
            cells.for_each(|cell| {
                builder.append_option(if let Cell::Integer(value) = cell { Some(value) } else { None })
            });
            Arc::new(builder.finish())
        }
        Kind::Time => {
            let mut builder = TimestampMillisecondBuilder::new().with_timezone(zone.name());
            cells.for_each(|cell| {
                builder.append_option(if let Cell::Time(at) = cell { Some(at.timestamp_millis()) } else { None });
            });
            Arc::new(builder.finish())
        }
        Kind::Flag => {
            let mut builder = BooleanBuilder::new();
            cells.for_each(|cell| builder.append_option(if let Cell::Flag(value) = cell { Some(value) } else { None }));
            Arc::new(builder.finish())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column<(&str, Option<f64>)>] = &[
        Column { name: "name", kind: Kind::Text, about: "", cell: |row| Cell::text(row.0) },
        Column { name: "value", kind: Kind::Number, about: "", cell: |row| Cell::number(row.1) },
    ];

    #[test]
    fn csv_quotes_and_disarms_text_and_leaves_numbers_alone() {
        let rows = [("=1+1", Some(-2.5)), ("a \"b\", c", None), ("line\nbreak", Some(0.1)), ("@x", Some(23.0))];
        let zone = Zone::parse("Asia/Shanghai").unwrap();
        let text = String::from_utf8(csv(&all(COLUMNS), &rows, zone).unwrap()).unwrap();
        assert_eq!(text, "name,value\r\n'=1+1,-2.5\r\n\"a \"\"b\"\", c\",\r\n\"line\nbreak\",0.1\r\n'@x,23\r\n");
    }

    #[test]
    fn a_missing_value_is_null_and_not_zero() {
        let batch = batch(&all(COLUMNS), &[("a", None), ("", Some(0.0))], Zone::parse("UTC").unwrap()).unwrap();
        assert_eq!((batch.column(1).null_count(), batch.column(0).null_count()), (1, 1));
        assert!(batch.column(1).is_null(0) && batch.column(0).is_null(1));
    }
}
