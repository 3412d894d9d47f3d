//! `/data` and `/datasets`: what a researcher can take away, and how to cite it.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response, Uri};
use maud::{Markup, html};

use super::layout::{self, Page};
use super::say;
use super::view::View;
use crate::answer::Failure;
use crate::app::{App, Shared};
use crate::datasets::list::DatasetItem;
use crate::links;

/// `/data`
#[utoipa::path(
    get, path = "/data", tag = "pages", operation_id = "dataPage",
    params(
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column"),
    ),
    responses((status = 200, description = "datasets, licence, citation, examples", content_type = "text/html", body = String))
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let datasets = DatasetItem::all(&app).await?;
    Ok(render(&app, &uri, &headers, &datasets))
}

/// The page of these datasets.
pub fn render(app: &App, uri: &Uri, headers: &HeaderMap, datasets: &[DatasetItem]) -> Response<Body> {
    let view = View::new(app, uri, headers);
    let lang = view.lang;
    let main = html! {
        h1 { (lang.t("data.title")) }
        p { (lang.t("data.about")) }
        h2 { (lang.t("data.datasets")) }
        div.grid {
            @for dataset in datasets {
                article.card {
                    h3 { a href=(view.link(&format!("/datasets/{}", dataset.id))) { (dataset.title.get(lang.code())) } }
                    p { (dataset.description.get(lang.code())) }
                    p.soft.foot {
                        @match &dataset.created {
                            Some(_) => (size(app, &view, dataset)),
                            None => (lang.t("data.no_release")),
                        }
                    }
                    @if let Some(package) = &dataset.package {
                        p { a href=(package) { "datapackage.json" } }
                    }
                }
            }
        }
        (cite(app, &view))
        (examples(app, &view, headers))
    };
    layout::answer(app, &view, headers, Page { title: lang.t("data.title"), door: "/data", live: false, main })
}

/// When it was made and how large it is.
pub fn size(app: &App, view: &View, dataset: &DatasetItem) -> String {
    let created = dataset.made.map(|at| say::moment(at, app.zone())).unwrap_or_default();
    view.lang.fill(
        "data.size",
        &[
            ("created", &created),
            ("files", &dataset.files.to_string()),
            ("rows", &dataset.rows.to_string()),
            ("bytes", &say::bytes(dataset.bytes)),
        ],
    )
}

/// Licence and citation.
fn cite(app: &App, view: &View) -> Markup {
    let lang = view.lang;
    let publisher = &app.pipeline.publisher;
    html! {
        h2 { (lang.t("data.licence")) }
        p { (lang.fill("data.licence_about", &[("licence", &publisher.licence)])) }
        p {
            (lang.t("data.cite")) " "
            q { (lang.fill("data.citation", &[("publisher", publisher.name.get(lang.code()))])) }
        }
    }
}

fn examples(app: &App, view: &View, headers: &HeaderMap) -> Markup {
    let lang = view.lang;
    let station = app.pipeline.stations.iter().next().map_or("S1", |station| station.id.as_str());
    let date = app.zone().date_of(app.now());
    let address = |path: &str| links::absolute(headers, path);
    let commands = [
        ("data.example_latest", format!("curl '{}'", address("/api/v1/latest?kind=air"))),
        (
            "data.example_series",
            format!(
                "curl '{}'",
                address(&format!(
                    "/api/v1/observations?station={station}&parameter=pm25&period=PT1H&from={date}&format=csv"
                ))
            ),
        ),
        (
            "data.example_index",
            format!("curl '{}'", address(&format!("/api/v1/assessments?station={station}&period=P1D"))),
        ),
        ("data.example_stream", format!("curl -N '{}'", address("/api/v1/stream"))),
        (
            "data.example_file",
            format!("curl -L '{}'", address("/datasets/air-hourly/releases/latest/datapackage.json")),
        ),
    ];
    html! {
        h2 { (lang.t("data.api")) }
        p { (lang.t("data.api_about")) " " a href="/openapi.json" { "OpenAPI" } }
        @for (key, command) in &commands {
            p { (example(view, key)) }
            pre tabindex="0" { code { (command) } }
        }
    }
}

fn example(view: &View, key: &str) -> &'static str {
    match key {
        "data.example_latest" => view.lang.t("data.example_latest"),
        "data.example_series" => view.lang.t("data.example_series"),
        "data.example_index" => view.lang.t("data.example_index"),
        "data.example_stream" => view.lang.t("data.example_stream"),
        _ => view.lang.t("data.example_file"),
    }
}
