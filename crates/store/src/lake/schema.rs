//! What the columns of a file are, as a Table Schema of Data Package version 2.

use arrow_schema::{DataType, Field, Schema};
use serde_json::{Value, json};

/// Key of a column's metadata that says what it is.
pub(super) const DESCRIPTION: &str = "description";
/// Key of the table's metadata that names its key columns, separated by spaces.
pub(super) const PRIMARY_KEY: &str = "primary_key";

/// The Table Schema of these columns: name, type, description, and whether every row has a value.
pub fn table_schema(schema: &Schema) -> Value {
    let fields: Vec<Value> = schema.fields().iter().map(|field| table_field(field)).collect();
    let mut table = json!({ "fields": fields });
    if let Some(key) = schema.metadata().get(PRIMARY_KEY) {
        table["primaryKey"] = key.split(' ').collect();
    }
    table
}

fn table_field(field: &Field) -> Value {
    let kind = match field.data_type() {
        DataType::Utf8 => "string",
        DataType::Boolean => "boolean",
        DataType::Timestamp(..) => "datetime",
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => "integer",
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => "integer",
        DataType::Float32 | DataType::Float64 => "number",
        _ => "any",
    };
    let mut described = json!({ "name": field.name(), "type": kind });
    if let Some(description) = field.metadata().get(DESCRIPTION) {
        described["description"] = description.as_str().into();
    }
    if !field.is_nullable() {
        described["constraints"] = json!({ "required": true });
    }
    described
}
