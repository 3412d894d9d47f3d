//! What a page says to search engines: a dataset as JSON-LD in the words of schema.org.

use axum::http::HeaderMap;
use limpid_store::lake::Resource;
use serde_json::{Value, json};

use crate::app::App;
use crate::datasets::extent;
use crate::datasets::licence_address;
use crate::datasets::list::DatasetItem;
use crate::links;

/// Files that are named; the manifest names all.
const FILES: usize = 60;

/// The text for `<script type="application/ld+json">`.
pub fn linked(app: &App, headers: &HeaderMap, dataset: &DatasetItem, resources: &[Resource]) -> String {
    let address = |path: &str| links::absolute(headers, path);
    let publisher = &app.pipeline.publisher;
    let mut linked = json!({
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": address(&format!("/datasets/{}", dataset.id)),
        "name": dataset.title.get("en"),
        "alternateName": dataset.title.get("zh"),
        "description": dataset.description.get("en"),
        "identifier": dataset.id,
        "license": licence_address(&dataset.licence),
        "isAccessibleForFree": true,
        "creator": { "@type": "Organization", "name": publisher.name.get("en") },
        "includedInDataCatalog": { "@type": "DataCatalog", "url": address("/catalog.jsonld") },
    });
    if let Some(release) = &dataset.latest {
        linked["version"] = release.as_str().into();
        linked["dateModified"] = json!(dataset.created);
        let base = format!("/datasets/{}/releases/{release}", dataset.id);
        let files = resources.iter().rev().take(FILES).map(|resource| {
            json!({
                "@type": "DataDownload",
                "name": resource.name,
                "encodingFormat": resource.mediatype,
                "contentUrl": address(&format!("{base}/{}", resource.path)),
                "contentSize": format!("{} B", resource.bytes),
                "sha256": resource.hash.trim_start_matches("sha256:"),
            })
        });
        linked["distribution"] = files.collect::<Vec<Value>>().into();
    }
    if let Some((from, to)) = extent::temporal(resources) {
        linked["temporalCoverage"] = format!("{from}/{to}").into();
    }
    if let Some([west, south, east, north]) = extent::bounds(&app.pipeline) {
        let shape = json!({ "@type": "GeoShape", "box": format!("{south} {west} {north} {east}") });
        linked["spatialCoverage"] = json!({ "@type": "Place", "geo": shape });
    }
    escaped(&linked)
}

/// JSON that cannot end the element it stands in.
fn escaped(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_cannot_leave_its_element() {
        let value = json!({ "name": "</script><b>&" });
        let text = escaped(&value);
        assert!(!text.contains('<'), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
