//! Rows as gzipped CSV (RFC 4180, UTF-8, header row first). The same rows give the same bytes.
//!
//! Text goes out exactly as it stands in Parquet: these files are read by programs, and must hold the same.

use std::borrow::Cow;
use std::io::Write;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow_schema::{DataType, TimeUnit};
use chrono::DateTime;
use flate2::{Compression, GzBuilder};
use limpid_model::Zone;

use crate::error::{Result, StoreError};

/// Level 6 of zlib: a month of hours of 200 stations in seconds, a twentieth of its size.
const LEVEL: u32 = 6;

/// Rows as CSV under gzip. Times carry the offset of the column's zone; a missing value is an empty field.
///
/// # Errors
/// [`StoreError::Io`] for a kind of column that datasets do not have.
pub(super) fn to_csv_gz(rows: &[RecordBatch]) -> Result<Vec<u8>> {
    // Neither a name nor a time goes into the header of gzip.
    let gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(LEVEL));
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(gzip);
    let failed = |error: csv::Error| StoreError::io("writing CSV", error);
    if let Some(first) = rows.first() {
        writer.write_record(first.schema().fields().iter().map(|field| field.name())).map_err(failed)?;
    }
    for batch in rows {
        write_batch(&mut writer, batch)?;
    }
    let gzip = writer.into_inner().map_err(|error| StoreError::io("writing CSV", error.into_error()))?;
    gzip.finish().map_err(|error| StoreError::io("writing CSV", error))
}

fn write_batch(writer: &mut csv::Writer<impl Write>, batch: &RecordBatch) -> Result<()> {
    let columns: Vec<Cells<'_>> = batch.columns().iter().map(|column| Cells::of(column)).collect::<Result<_>>()?;
    let failed = |error: csv::Error| StoreError::io("writing CSV", error);
    for row in 0..batch.num_rows() {
        for column in &columns {
            writer.write_field(column.text(row)?.as_ref()).map_err(failed)?;
        }
        writer.write_record(None::<&[u8]>).map_err(failed)?;
    }
    Ok(())
}

/// A column whose cells are read as the texts that stand in CSV.
pub enum Cells<'a> {
    /// As it is.
    Text(&'a StringArray),
    /// The shortest digits that give the same number.
    Number(&'a Float64Array),
    /// Digits.
    Integer(&'a Int64Array),
    /// `true` or `false`.
    Flag(&'a BooleanArray),
    /// RFC 3339 with the zone's offset.
    Time(&'a TimestampMillisecondArray, Zone),
}

impl<'a> Cells<'a> {
    /// The cells of a column.
    ///
    /// # Errors
    /// [`StoreError::Io`] for a kind of column that datasets do not have.
    pub fn of(column: &'a dyn Array) -> Result<Self> {
        let unknown = || StoreError::io("writing CSV", format!("columns of {} are not served", column.data_type()));
        Ok(match column.data_type() {
            DataType::Utf8 => Self::Text(column.as_string()),
            DataType::Float64 => Self::Number(column.as_primitive::<Float64Type>()),
            DataType::Int64 => Self::Integer(column.as_primitive::<Int64Type>()),
            DataType::Boolean => Self::Flag(column.as_boolean()),
            DataType::Timestamp(TimeUnit::Millisecond, Some(zone)) => {
                let zone = Zone::parse(zone).ok_or_else(unknown)?;
                Self::Time(column.as_primitive::<TimestampMillisecondType>(), zone)
            }
            _ => return Err(unknown()),
        })
    }

    fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Text(values) => values.is_null(row),
            Self::Number(values) => values.is_null(row),
            Self::Integer(values) => values.is_null(row),
            Self::Flag(values) => values.is_null(row),
            Self::Time(values, _) => values.is_null(row),
        }
    }

    /// The text of a row's cell; empty for none.
    ///
    /// # Errors
    /// [`StoreError::Io`] for a time outside the calendar.
    pub fn text(&self, row: usize) -> Result<Cow<'a, str>> {
        if self.is_null(row) {
            return Ok(Cow::Borrowed(""));
        }
        Ok(match self {
            Self::Text(values) => Cow::Borrowed(values.value(row)),
            Self::Number(values) => values.value(row).to_string().into(),
            Self::Integer(values) => values.value(row).to_string().into(),
            Self::Flag(values) => Cow::Borrowed(if values.value(row) { "true" } else { "false" }),
            Self::Time(values, zone) => {
                let at = DateTime::from_timestamp_millis(values.value(row));
                zone.format(at.ok_or_else(|| StoreError::io("writing CSV", "a time outside the calendar"))?).into()
            }
        })
    }
}
