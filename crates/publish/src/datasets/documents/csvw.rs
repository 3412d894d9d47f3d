//! `csvw-metadata.json`: CSV on the Web (W3C, 2015). It describes the CSV files as they are served without gzip, at the
//! path of a `.csv.gz` without its `.gz`.

use serde_json::{Value, json};

use super::Made;

/// The metadata of the group of tables.
pub fn metadata(made: &Made<'_>) -> Value {
    let key = made.key();
    let columns: Vec<Value> = made
        .fields()
        .map(|field| {
            json!({
                "name": field.name,
                "titles": field.name,
                "datatype": datatype(field.kind),
                "required": key.contains(&field.name),
                "dc:description": field.about,
            })
        })
        .collect();
    let schema = json!({ "columns": columns, "primaryKey": key });
    let tables: Vec<Value> = made
        .resources
        .iter()
        .filter_map(|resource| resource.path.strip_suffix(".gz"))
        .map(|url| json!({ "url": url, "tableSchema": schema }))
        .collect();
    json!({
        "@context": ["http://www.w3.org/ns/csvw", { "@language": "en" }],
        "dc:title": made.text("title"),
        "dc:description": made.text("description"),
        "dc:publisher": made.publisher(),
        "dc:license": { "@id": made.licence_address() },
        "dc:issued": made.date(),
        "tables": tables,
    })
}

/// The XSD type of a type of Table Schema.
fn datatype(kind: &str) -> &'static str {
    match kind {
        "number" => "double",
        "integer" => "integer",
        "boolean" => "boolean",
        "datetime" => "dateTimeStamp",
        _ => "string",
    }
}
