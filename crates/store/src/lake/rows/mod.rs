//! Published records as columns, one table a file.

mod assessments;
mod observations;

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow_schema::{Field, Schema};
use limpid_model::Instant;

use super::schema::{DESCRIPTION, PRIMARY_KEY};
use crate::error::{Result, StoreError};

pub use self::assessments::assessment_rows;
pub use self::observations::observation_rows;

/// A column: its name, whether every row has a value, what it is, and the values.
type Column = (&'static str, bool, &'static str, ArrayRef);

const REQUIRED: bool = true;
const OPTIONAL: bool = false;

/// A table with its key. Each metadata map has one entry, so that it is always written in the same order.
fn table(key: &str, columns: Vec<Column>) -> Result<RecordBatch> {
    let mut fields = Vec::with_capacity(columns.len());
    let mut arrays = Vec::with_capacity(columns.len());
    for (name, required, description, array) in columns {
        let description = HashMap::from([(DESCRIPTION.to_owned(), description.to_owned())]);
        fields.push(Field::new(name, array.data_type().clone(), !required).with_metadata(description));
        arrays.push(array);
    }
    let key = HashMap::from([(PRIMARY_KEY.to_owned(), key.to_owned())]);
    let schema = Arc::new(Schema::new_with_metadata(fields, key));
    RecordBatch::try_new(schema, arrays).map_err(|error| StoreError::io("arranging rows in columns", error))
}

fn texts<T: AsRef<str>>(values: impl Iterator<Item = T>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn instants(values: impl Iterator<Item = Instant>, zone: &str) -> ArrayRef {
    let micros = TimestampMicrosecondArray::from_iter_values(values.map(|at| at.timestamp_micros()));
    Arc::new(micros.with_timezone(zone))
}
