//! `croissant.json`: Croissant 1.0 (MLCommons, 2024), which is schema.org's `Dataset` with files and columns.

use serde_json::{Value, json};

use super::Made;

/// The set of Parquet files that the rows are read from.
const FILES: &str = "parquet-files";
const ROWS: &str = "rows";
/// How Croissant names Parquet, whose registered name it does not know.
const PARQUET: &str = "application/x-parquet";

/// The description of the release. Addresses are relative to it.
pub fn metadata(made: &Made<'_>) -> Value {
    let mut distribution: Vec<Value> = made
        .resources
        .iter()
        .map(|resource| {
            let format = if resource.is_parquet() { PARQUET } else { "application/gzip" };
            json!({
                "@type": "cr:FileObject",
                "@id": resource.name,
                "name": resource.name,
                "contentUrl": resource.path,
                "contentSize": format!("{} B", resource.bytes),
                "encodingFormat": format,
                "sha256": resource.hash.trim_start_matches("sha256:"),
            })
        })
        .collect();
    distribution.push(json!({
        "@type": "cr:FileSet",
        "@id": FILES,
        "name": FILES,
        "description": "the Parquet files above, beside this one",
        "encodingFormat": PARQUET,
        "includes": "*.parquet",
    }));
    let id = |name: &str| format!("{ROWS}/{name}");
    let fields: Vec<Value> = made
        .fields()
        .map(|field| {
            json!({
                "@type": "cr:Field",
                "@id": id(field.name),
                "name": field.name,
                "description": field.about,
                "dataType": datatype(field.kind),
                "source": { "fileSet": { "@id": FILES }, "extract": { "column": field.name } },
            })
        })
        .collect();
    let key: Vec<Value> = made.key().into_iter().map(|name| json!({ "@id": id(name) })).collect();
    json!({
        "@context": context(),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": made.text("name"),
        "alternateName": made.text("title"),
        "description": made.text("description"),
        "license": made.licence_address(),
        "creator": { "@type": "sc:Organization", "name": made.publisher() },
        "publisher": { "@type": "sc:Organization", "name": made.publisher() },
        "datePublished": made.date(),
        // Semantic versioning is asked for: the columns only grow, the release is the build.
        "version": format!("1.0.0+{}", made.text("version")),
        "citeAs": made.citation(),
        "url": "datapackage.json",
        "keywords": made.package["keywords"],
        "isLiveDataset": false,
        "distribution": distribution,
        "recordSet": [{ "@type": "cr:RecordSet", "@id": ROWS, "name": ROWS, "key": key, "field": fields }],
    })
}

fn datatype(kind: &str) -> &'static str {
    match kind {
        "number" => "sc:Float",
        "integer" => "sc:Integer",
        "boolean" => "sc:Boolean",
        "datetime" => "sc:DateTime",
        _ => "sc:Text",
    }
}

/// The terms of the vocabulary, as appendix 1 of the specification wants them stated.
fn context() -> Value {
    let term = |name: &str| Value::from(format!("cr:{name}"));
    let mut context = json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "dct": "http://purl.org/dc/terms/",
        "sc": "https://schema.org/",
        "conformsTo": "dct:conformsTo",
        "data": { "@id": "cr:data", "@type": "@json" },
        "dataType": { "@id": "cr:dataType", "@type": "@vocab" },
        "examples": { "@id": "cr:examples", "@type": "@json" },
    });
    for name in [
        "citeAs",
        "column",
        "equivalentProperty",
        "extract",
        "field",
        "fileProperty",
        "fileObject",
        "fileSet",
        "format",
        "includes",
        "isLiveDataset",
        "jsonPath",
        "key",
        "md5",
        "parentField",
        "path",
        "recordSet",
        "references",
        "regex",
        "repeated",
        "replace",
        "samplingRate",
        "separator",
        "source",
        "subField",
        "transform",
    ] {
        context[name] = term(name);
    }
    context
}
