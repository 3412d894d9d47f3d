//! What explains a release: to people (README, citation, licence), to `sha256sum`, and to programs that speak CSVW or
//! Croissant. Written once with the release and never changed.
//!
//! - `readme`, `citation`: in words
//! - `csvw`, `croissant`: in the words of other standards

mod citation;
mod croissant;
mod csvw;
mod readme;

use axum::http::HeaderValue;
use limpid_model::Pipeline;
use limpid_store::StoreError;
use limpid_store::lake::{Document, Resource};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::closed;

/// What differs from the release before, as [`changes`](super::changes) writes it.
pub const CHANGES: &str = "changes.csv.gz";
const SUMS: &str = "SHA256SUMS";

/// Every document of a release with its media type and what it is, in English.
pub const ALL: [(&str, &str, &str); 7] = [
    ("README.md", "text/markdown; charset=utf-8", "what the columns, units, flags and zones are"),
    ("CITATION.cff", "application/yaml", "how to cite it, for reference managers"),
    ("LICENSE.md", "text/markdown; charset=utf-8", "what may be done with it"),
    ("csvw-metadata.json", "application/csvm+json", "the columns in the words of CSV on the Web"),
    ("croissant.json", "application/ld+json", "the files and columns in the words of Croissant"),
    (CHANGES, "application/gzip", "what was added and changed since the release before"),
    (SUMS, "text/plain; charset=utf-8", "for `sha256sum --check`"),
];

/// The media type of a document of this name; `None` where releases have none of the name.
pub fn media_type(name: &str) -> Option<HeaderValue> {
    let known = ALL.iter().find(|known| known.0 == name);
    known.map(|known| HeaderValue::from_static(known.1))
}

/// A release about to be made.
struct Made<'a> {
    pipeline: &'a Pipeline,
    /// Its Data Package.
    package: &'a Value,
    resources: Vec<Resource>,
}

impl Made<'_> {
    /// A text of the package; empty where it is not there.
    fn text(&self, name: &str) -> &str {
        self.package[name].as_str().unwrap_or_default()
    }

    /// The columns of its files.
    fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        let fields = self.resources.first().and_then(|resource| resource.schema["fields"].as_array());
        fields.into_iter().flatten().map(|field| Field {
            name: field["name"].as_str().unwrap_or_default(),
            kind: field["type"].as_str().unwrap_or_default(),
            about: field["description"].as_str().unwrap_or_default(),
        })
    }

    /// Whether its rows are records of a register, or within them.
    fn is_of_records(&self) -> bool {
        self.package.get(closed::FIELD).is_some()
    }

    fn has(&self, column: &str) -> bool {
        // Columns of a register mean what the register says.
        !self.is_of_records() && self.fields().any(|field| field.name == column)
    }

    /// The columns that no two rows have alike.
    fn key(&self) -> Vec<&str> {
        let key = self.resources.first().and_then(|resource| resource.schema["primaryKey"].as_array());
        key.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Who publishes, in English.
    fn publisher(&self) -> &str {
        self.pipeline.publisher.name.get("en")
    }

    fn licence_address(&self) -> &str {
        self.package["licenses"][0]["path"].as_str().unwrap_or_default()
    }

    /// `2026-11-25`
    fn date(&self) -> &str {
        self.text("created").get(..10).unwrap_or_default()
    }

    /// The name by which a text cites it.
    fn citation(&self) -> String {
        let year = self.text("created").get(..4).unwrap_or_default();
        let (title, version, licence) = (self.text("title"), self.text("version"), &self.pipeline.publisher.licence);
        format!("{} ({year}): {title}, release {version}. {licence}.", self.publisher())
    }
}

/// A column.
struct Field<'a> {
    name: &'a str,
    /// Its type in Table Schema.
    kind: &'a str,
    about: &'a str,
}

/// The documents of a release; `changes` is the content of [`CHANGES`].
///
/// # Errors
/// When the package is not what this program writes.
pub fn write(pipeline: &Pipeline, package: &Value, changes: Vec<u8>) -> Result<Vec<Document>, StoreError> {
    let failed = |error| StoreError::io("writing the documents of a release", error);
    let resources = serde_json::from_value(package["resources"].clone()).map_err(failed)?;
    let made = Made { pipeline, package, resources };
    let json = |value: &Value| serde_json::to_vec_pretty(value).map_err(failed);
    let contents = [
        readme::readme(&made).into_bytes(),
        citation::cff(&made).into_bytes(),
        citation::licence(&made).into_bytes(),
        json(&csvw::metadata(&made))?,
        json(&croissant::metadata(&made))?,
        changes,
    ];
    let mut documents: Vec<Document> =
        ALL.iter().zip(contents).map(|(known, bytes)| Document { name: known.0.to_owned(), bytes }).collect();
    let mut sums: Vec<(String, String)> = vec![(sha256(&json(package)?), "datapackage.json".to_owned())];
    let hash = |resource: &Resource| resource.hash.trim_start_matches("sha256:").to_owned();
    sums.extend(made.resources.iter().map(|resource| (hash(resource), resource.path.clone())));
    sums.extend(documents.iter().map(|document| (sha256(&document.bytes), document.name.clone())));
    let sums: String = sums.iter().map(|(hash, path)| format!("{hash}  {path}\n")).collect();
    documents.push(Document { name: SUMS.to_owned(), bytes: sums.into_bytes() });
    Ok(documents)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
