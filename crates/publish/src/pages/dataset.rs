//! `/datasets/{name}`: one dataset with its columns, files and releases.

use axum::body::Body;
use axum::http::{HeaderMap, Response, Uri};
use limpid_store::lake::Resource;
use maud::{Markup, PreEscaped, html};

use super::data::size;
use super::layout::{self, Page};
use super::linked::linked;
use super::say;
use super::view::View;
use crate::app::App;
use crate::datasets::documents;
use crate::datasets::files::package_path;
use crate::datasets::list::DatasetItem;

/// Files that the page lists; the manifest lists all.
const FILES: usize = 60;
/// Releases that the page lists; the JSON lists all.
const RELEASES: usize = 60;

/// The page of a dataset.
pub fn render(
    app: &App,
    uri: &Uri,
    headers: &HeaderMap,
    dataset: &DatasetItem,
    resources: &[Resource],
) -> Response<Body> {
    let view = View::new(app, uri, headers);
    let lang = view.lang;
    let title = dataset.title.get(lang.code());
    let main = html! {
        script type="application/ld+json" { (PreEscaped(linked(app, headers, dataset, resources))) }
        h1 { (title) }
        p { (dataset.description.get(lang.code())) }
        p { (lang.fill("data.licence_about", &[("licence", &dataset.licence)])) }
        @match (&dataset.latest, &dataset.package) {
            (Some(latest), Some(package)) => {
                h2 { (lang.t("data.latest")) " " code { (latest) } }
                p { (size(app, &view, dataset)) }
                p { a href=(package) { "datapackage.json" } " - " (lang.t("data.package_about")) }
                (documents(&view, &dataset.id, latest))
                (columns(&view, resources))
                (files(&view, &dataset.id, latest, resources))
                h2 { (lang.t("data.releases")) }
                p { (lang.t("data.releases_about")) }
                @if dataset.releases.len() > 1 {
                    p { a href=(format!("/datasets/{}/diff?format=csv", dataset.id)) { (lang.t("data.diff")) } }
                }
                ul {
                    @for id in dataset.releases.iter().take(RELEASES) {
                        li { a href=(package_path(&dataset.id, id)) { code { (id) } } }
                    }
                }
            }
            _ => p.note { (lang.t("data.no_release")) }
        }
    };
    layout::answer(app, &view, headers, Page { title, door: "/data", live: false, main })
}

/// What explains the release, and what differs from the one before.
fn documents(view: &View, dataset: &str, release: &str) -> Markup {
    let lang = view.lang;
    html! {
        h2 { (lang.t("data.documents")) }
        ul {
            @for (name, _, _) in documents::ALL {
                li {
                    a href=(format!("/datasets/{dataset}/releases/{release}/{name}")) { (name) } " - "
                    (match name {
                        "README.md" => lang.t("doc.readme"),
                        "CITATION.cff" => lang.t("doc.citation"),
                        "LICENSE.md" => lang.t("doc.licence"),
                        "csvw-metadata.json" => lang.t("doc.csvw"),
                        "croissant.json" => lang.t("doc.croissant"),
                        "SHA256SUMS" => lang.t("doc.sums"),
                        _ => lang.t("doc.changes"),
                    })
                }
            }
        }
    }
}

fn columns(view: &View, resources: &[Resource]) -> Markup {
    let lang = view.lang;
    let fields = resources.first().and_then(|resource| resource.schema.get("fields")?.as_array());
    let text = |field: &serde_json::Value, name: &str| {
        field.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
    };
    html! {
        h2 { (lang.t("data.columns")) }
        div.scroll tabindex="0" { table.stack {
            thead { tr {
                th scope="col" { (lang.t("col.name")) }
                th scope="col" { (lang.t("col.type")) }
                th scope="col" { (lang.t("col.meaning")) }
            } }
            tbody { @for field in fields.into_iter().flatten() {
                tr {
                    th scope="row" { code { (text(field, "name")) } }
                    td.soft { (text(field, "type")) }
                    td lang="en" { (text(field, "description")) }
                }
            } }
        } }
    }
}

fn files(view: &View, dataset: &str, release: &str, resources: &[Resource]) -> Markup {
    let lang = view.lang;
    let months: Vec<&Resource> = resources.iter().filter(|resource| resource.is_parquet()).collect();
    // The same rows under the same name and the word csv.
    let csv_of = |parquet: &Resource| {
        resources.iter().find(|other| other.name.strip_suffix("-csv") == Some(parquet.name.as_str()))
    };
    let file = |resource: &Resource, name: &str| {
        html! {
            a href=(format!("/datasets/{dataset}/releases/{release}/{}", resource.path)) {
                (name) " (" (say::bytes(resource.bytes)) ")"
            }
        }
    };
    html! {
        h2 { (lang.t("data.files")) }
        div.scroll tabindex="0" { table {
            thead { tr {
                th scope="col" { (lang.t("col.part")) }
                th scope="col" { (lang.t("col.file")) }
                th.n scope="col" { (lang.t("col.rows")) }
            } }
            // The newest months first.
            tbody { @for parquet in months.iter().rev().take(FILES) {
                tr {
                    th scope="row" { (parquet.path.rsplit_once('/').map_or(dataset, |(folder, _)| folder)) }
                    td {
                        (file(parquet, "Parquet"))
                        @if let Some(csv) = csv_of(parquet) { " " (file(csv, "CSV")) }
                    }
                    td.n { (parquet.rows) }
                }
            } }
        } }
        @if months.len() > FILES { p { (lang.t("data.more_files")) } }
    }
}
