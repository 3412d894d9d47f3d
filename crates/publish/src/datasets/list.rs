//! `/datasets` and `/datasets/{name}`: what there is, as a page or as JSON.

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, Uri, header};
use limpid_model::{Instant, Text};
use serde::Serialize;
use utoipa::ToSchema;

use super::definition::Dataset;
use super::files::package_path;
use crate::answer::format::preferences;
use crate::answer::{Cache, Failure, Format, cache};
use crate::api::openapi::ProblemBody;
use crate::api::query::Query;
use crate::app::{App, Shared};
use crate::pages;

const KNOWN: &[&str] = &["format", "lang", "view"];

/// The datasets.
#[derive(Serialize, ToSchema)]
pub struct Datasets {
    /// One per dataset.
    pub datasets: Vec<DatasetItem>,
}

/// A dataset.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Dataset)]
pub struct DatasetItem {
    /// Its name in addresses.
    pub id: String,
    /// Titles by language.
    #[schema(value_type = BTreeMap<String, String>)]
    pub title: Text,
    /// What it holds, by language.
    #[schema(value_type = BTreeMap<String, String>)]
    pub description: Text,
    /// SPDX id.
    pub licence: String,
    /// Id of the current release; null before the first.
    pub latest: Option<String>,
    /// Address of its Data Package.
    pub package: Option<String>,
    /// When it was made.
    pub created: Option<String>,
    /// The same, for the page.
    #[serde(skip)]
    pub made: Option<Instant>,
    /// Files of the current release.
    pub files: usize,
    /// Their size together.
    pub bytes: u64,
    /// Their rows together.
    pub rows: u64,
    /// Ids of all releases, the newest first.
    pub releases: Vec<String>,
}

impl DatasetItem {
    /// Every dataset.
    pub async fn all(app: &App) -> Result<Vec<Self>, Failure> {
        let mut datasets = Vec::new();
        for dataset in Dataset::all(&app.pipeline) {
            datasets.push(Self::read(app, &dataset).await?);
        }
        Ok(datasets)
    }

    /// What there is of a dataset now.
    pub async fn read(app: &App, dataset: &Dataset) -> Result<Self, Failure> {
        let current = app.lake.current(&dataset.id).await?;
        let resources = || current.iter().flat_map(|release| &release.resources);
        Ok(Self {
            id: dataset.id.clone(),
            title: dataset.title().clone(),
            description: dataset.about().clone(),
            licence: app.pipeline.publisher.licence.clone(),
            latest: current.as_ref().map(|release| release.id.clone()),
            package: current.as_ref().map(|release| package_path(&dataset.id, &release.id)),
            created: current.as_ref().map(|release| app.zone().format(release.created)),
            made: current.as_ref().map(|release| release.created),
            files: resources().count(),
            bytes: resources().map(|resource| resource.bytes).sum(),
            // Each row is in a Parquet file, and again in a CSV file.
            rows: resources().filter(|resource| resource.is_parquet()).map(|resource| resource.rows).sum(),
            releases: app.lake.releases(&dataset.id).await?,
        })
    }
}

/// The datasets with their releases: a page, or JSON where `Accept` or `format=json` asks for it.
#[utoipa::path(
    get, path = "/datasets", tag = "datasets", operation_id = "datasets",
    params(
        ("format" = Option<String>, Query, pattern = "^(html|json)$", description = "html (default) or json"),
        ("lang" = Option<String>, Query, min_length = 1, description = "language of the page"),
        ("view" = Option<String>, Query, min_length = 1, description = "elder for large type"),
    ),
    responses(
        (status = 200, description = "the datasets", content((Datasets = "application/json"), (String = "text/html"))),
        (status = 400, description = "a parameter is unknown or has a value that cannot be served", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn list(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let datasets = DatasetItem::all(&app).await?;
    if wants_json(&uri, &headers)? {
        return as_json(&headers, &Datasets { datasets });
    }
    Ok(pages::data::render(&app, &uri, &headers, &datasets))
}

/// One dataset, in the same shape as the list.
#[utoipa::path(
    get, path = "/datasets/{name}", tag = "datasets", operation_id = "dataset",
    params(
        ("name" = String, Path, description = "id of the dataset"),
        ("format" = Option<String>, Query, pattern = "^(html|json)$", description = "html (default) or json"),
        ("lang" = Option<String>, Query, min_length = 1, description = "language of the page"),
        ("view" = Option<String>, Query, min_length = 1, description = "elder for large type"),
    ),
    responses(
        (status = 200, description = "the dataset", content((Datasets = "application/json"), (String = "text/html"))),
        (status = 400, description = "a parameter is unknown or has a value that cannot be served", content_type = "application/problem+json", body = ProblemBody),
        (status = 404, description = "there is no such dataset", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn one(
    State(app): State<Shared>,
    Path(name): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let dataset = Dataset::parse(&app.pipeline, &name)?;
    let item = DatasetItem::read(&app, &dataset).await?;
    if wants_json(&uri, &headers)? {
        return as_json(&headers, &Datasets { datasets: vec![item] });
    }
    let current = app.lake.current(&dataset.id).await?;
    let resources = current.map(|release| release.resources).unwrap_or_default();
    Ok(pages::dataset::render(&app, &uri, &headers, &item, &resources))
}

fn as_json(headers: &HeaderMap, datasets: &Datasets) -> Result<Response<Body>, Failure> {
    let body = serde_json::to_vec(datasets).map_err(|error| Failure::internal("writing JSON", &error))?;
    let mut response = cache::tagged(headers, Cache::Revalidate, Format::Json.media_type(), body);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept, accept-language"));
    Ok(response)
}

/// A page, unless `format=json` or an `Accept` that wants JSON more than HTML says otherwise.
fn wants_json(uri: &Uri, headers: &HeaderMap) -> Result<bool, Failure> {
    let query = Query::parse(uri, KNOWN)?;
    let word = |text: &str| match text {
        "json" => Some(true),
        "html" => Some(false),
        _ => None,
    };
    if let Some(json) = query.word("format", word, ["html", "json"])? {
        return Ok(json);
    }
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wanted = preferences(accept);
    let first = wanted.iter().find(|(media, q)| *q > 0.0 && (*media == "application/json" || *media == "text/html"));
    Ok(first.is_some_and(|(media, _)| *media == "application/json"))
}
