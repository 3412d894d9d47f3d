//! `GET /datasets/{name}/diff`: what differs between any two releases.

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, header};
use futures::{StreamExt, TryStreamExt, stream};
use limpid_store::lake::{Release, Resource};
use serde::Serialize;
use utoipa::ToSchema;

use super::changes::{self, Tally};
use super::closed;
use super::definition::Dataset;
use crate::answer::problem::cut;
use crate::answer::{Cache, Failure, Format, cache};
use crate::api::openapi::ProblemBody;
use crate::api::query::{Query, escape};
use crate::app::{App, Shared};
use crate::links;

const KNOWN: &[&str] = &["from", "to", "format"];
const FORMATS: &[Format] = &[Format::Json, Format::Csv];

/// How two releases differ.
#[derive(Serialize, ToSchema)]
pub struct Difference {
    /// The earlier release.
    pub from: String,
    /// The later one.
    pub to: String,
    /// Over all parts.
    #[serde(flatten)]
    pub counts: Tally,
    /// Those in which something differs.
    pub parts: Vec<Part>,
    /// Every change, line by line, as CSV.
    pub changes: String,
}

/// A part of a dataset in which something differs.
#[derive(Serialize, ToSchema)]
#[schema(as = DifferentPart)]
pub struct Part {
    /// `year=2026/month=11`; empty for a dataset that is not partitioned.
    pub partition: String,
    /// How many rows differ.
    #[serde(flatten)]
    pub counts: Tally,
}

/// What was added and changed between two releases: counts as JSON, or every change as CSV with the value before, the
/// value now and the reason (`review`, `sent-again`, `checks`, `derived`, `registry`; of records `revised`, `repealed`, `withdrawn`, `released-again`,
/// `disclosure`, `record`).
#[utoipa::path(
    get, path = "/datasets/{name}/diff", tag = "datasets", operation_id = "difference",
    params(
        ("name" = String, Path, description = "id of the dataset"),
        ("from" = Option<String>, Query, min_length = 1, description = "the earlier release; default the one before `to`"),
        ("to" = Option<String>, Query, min_length = 1, description = "the later release; default the current one"),
        ("format" = Option<String>, Query, pattern = "^(json|csv)$", description = "json (default) or csv"),
    ),
    responses(
        (status = 200, description = "how they differ", content((Difference = "application/json"), (String = "text/csv"))),
        (status = 400, description = "a parameter is unknown or has a value that cannot be served", content_type = "application/problem+json", body = ProblemBody),
        (status = 410, description = "a release shows records or fields that are not public any more", content_type = "application/problem+json", body = ProblemBody),
        (status = 404, description = "there is no such dataset or release", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn get(
    State(app): State<Shared>,
    Path(name): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, KNOWN)?;
    let format = Format::choose(query.one("format")?, &headers, FORMATS)?;
    let dataset = Dataset::parse(&app.pipeline, &name)?;
    let (from, to) = releases(&app, &dataset, &query).await?;
    for release in [&from, &to] {
        closed::check(&app, &dataset, release).await?;
    }
    if format == Format::Csv {
        return lines(&app, &dataset, &from.resources, &to.resources);
    }
    let mut counts = Tally::default();
    let mut parts = Vec::new();
    for pair in changes::pairs(&from.resources, &to.resources) {
        let _turn = app.turn().await?;
        let partition = pair.partition.clone();
        let (_, of_part) = pair.changes(&app.lake, &dataset.id).await?;
        counts = counts.plus(of_part);
        parts.push(Part { partition, counts: of_part });
    }
    let path = format!("/datasets/{}/diff?from={}&to={}&format=csv", dataset.id, escape(&from.id), escape(&to.id));
    let changes = links::absolute(&headers, &path);
    let difference = Difference { from: from.id, to: to.id, counts, parts, changes };
    let body = serde_json::to_vec(&difference).map_err(|error| Failure::internal("writing JSON", &error))?;
    let mut response = cache::tagged(&headers, Cache::Revalidate, Format::Json.media_type(), body);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// The two releases asked for.
async fn releases(app: &App, dataset: &Dataset, query: &Query) -> Result<(Release, Release), Failure> {
    let ids = app.lake.releases(&dataset.id).await?;
    let missing = |id: &str| Failure::not_found(format!("{} has no release {:?}", dataset.id, cut(id)));
    let to = match query.one("to")? {
        Some(id) => app.lake.get(&dataset.id, id).await?.ok_or_else(|| missing(id))?,
        None => app.lake.current(&dataset.id).await?.ok_or_else(|| missing("latest"))?,
    };
    let from = match query.one("from")? {
        Some(id) => id,
        // Ids begin with the time at which they were made.
        None => ids
            .iter()
            .find(|id| **id < to.id)
            .ok_or_else(|| Failure::not_found(format!("{} has no release before {}", dataset.id, to.id)))?,
    };
    let from = app.lake.get(&dataset.id, from).await?.ok_or_else(|| missing(from))?;
    Ok((from, to))
}

/// Every change, part by part as it leaves: no more than one part is in memory.
fn lines(app: &Shared, dataset: &Dataset, from: &[Resource], to: &[Resource]) -> Result<Response<Body>, Failure> {
    let header = changes::header(from, to)?;
    let parts = stream::iter(changes::pairs(from, to)).then({
        let (app, dataset) = (app.clone(), dataset.id.clone());
        move |pair| {
            let (app, dataset) = (app.clone(), dataset.clone());
            async move {
                let _turn = app.turn().await.map_err(|_| std::io::Error::other("the service is stopping"))?;
                let (lines, _) = pair.changes(&app.lake, &dataset).await.map_err(|error| {
                    // The status has left already; the short body tells the client, the log tells us.
                    tracing::error!(dataset, error = %error, "comparing two releases failed");
                    std::io::Error::other(error)
                })?;
                Ok(lines.into())
            }
        }
    });
    let body = stream::once(async { Ok::<bytes::Bytes, std::io::Error>(header.into()) }).chain(parts);
    let mut response = Response::new(Body::from_stream(body.into_stream()));
    let fields = response.headers_mut();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(Format::Csv.media_type()));
    fields.insert(header::CACHE_CONTROL, Cache::Revalidate.value());
    fields.insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}
