//! `POST /datasets/{name}/releases`: a release now, not at its time.

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;

use super::definition::Dataset;
use super::files::package_path;
use super::list::{DatasetItem, Datasets};
use super::release::{Outcome, release};
use crate::answer::{Cache, Failure};
use crate::api::openapi::ProblemBody;
use crate::api::query::Query;
use crate::api::token::bearer;
use crate::app::Shared;
use crate::events::releases;
use crate::links;

/// Makes a release now. The token must be one that uploads for every station (`"*"`).
#[utoipa::path(
    post, path = "/datasets/{name}/releases", tag = "datasets", operation_id = "makeRelease", security(("token" = [])),
    params(("name" = String, Path, description = "id of the dataset")),
    responses(
        (status = 201, description = "a new release", body = Datasets),
        (status = 200, description = "nothing changed since the current release", body = Datasets),
        (status = 401, description = "no token, or not one for every station", content_type = "application/problem+json", body = ProblemBody),
        (status = 404, description = "there is no such dataset", content_type = "application/problem+json", body = ProblemBody),
        (status = 409, description = "there is nothing to release yet", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn make(
    State(app): State<Shared>,
    Path(name): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    Query::parse(&uri, &[])?;
    if !bearer(&headers).is_some_and(|token| (app.may_release)(token)) {
        return Err(Failure::unauthorized("send Authorization: Bearer with a token for all stations (\"*\")"));
    }
    let dataset = Dataset::parse(&app.pipeline, &name)?;
    let outcome = {
        let _one_at_a_time = app.releasing.lock().await;
        release(&app.pipeline, &*app.journal, &app.lake, &dataset, app.now(), &|_| {}).await
    };
    let (status, made) = match outcome? {
        Outcome::Made(release) => {
            releases::try_announce(&app).await;
            (StatusCode::CREATED, release)
        }
        Outcome::Unchanged(release) => (StatusCode::OK, release),
        Outcome::Empty => return Err(Failure::conflict(format!("{} has no data to release yet", dataset.id))),
    };
    let body = Datasets { datasets: vec![DatasetItem::read(&app, &dataset).await?] };
    let mut response = (status, axum::Json(body)).into_response();
    let location = links::absolute(&headers, &package_path(&dataset.id, &made.id));
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, Cache::NoStore.value());
    Ok(response)
}
