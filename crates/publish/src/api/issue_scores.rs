//! `GET /api/v1/forecasts/{issue}/scores`: how good one issue was.

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::item::ScoreItem;
use super::openapi::ProblemBody;
use super::query::Query;
use super::refusals::BadRequest;
use crate::answer::{Cache, Failure, Format, cache};
use crate::app::Shared;

/// How good one issue was, by what has come of it.
#[derive(Serialize, ToSchema)]
pub struct IssueScores {
    /// Number of the issue.
    pub issue: u64,
    /// When it was issued.
    pub issued: String,
    /// Number of the issue that it amends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amends: Option<u64>,
    /// By parameter and lead day; empty while nothing has come of it. `window` is 0, `from` and `to` are `issued`.
    pub items: Vec<ScoreItem>,
}

/// How good one issue was: worked out when it is asked for, against the truth as it stands. The number of an issue stands at
/// `/api/v1/forecasts/days` and in the datasets.
#[utoipa::path(
    get, path = "/api/v1/forecasts/{issue}/scores", tag = "data", operation_id = "forecastIssueScores",
    params(("issue" = u64, Path, minimum = 1, description = "number of an issue")),
    responses(
        (status = 200, description = "scores of the issue, one for each parameter and lead day of which anything has come", body = IssueScores),
        (status = 404, description = "there is no such issue", content_type = "application/problem+json", body = ProblemBody),
        BadRequest,
    )
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    Path(issue): Path<String>,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    Query::parse(&uri, &[])?;
    let unknown =
        || Failure::not_found(format!("there is no issue {:?} of a forecast", crate::answer::problem::cut(&issue)));
    let number = issue.parse::<u64>().ok().ok_or_else(unknown)?;
    let _turn = app.turn().await?;
    let (forecast, scores) = (app.score_issue)(number).await?.ok_or_else(unknown)?;
    let zone = app.zone();
    let scores = IssueScores {
        issue: number,
        issued: zone.format(forecast.issued),
        amends: forecast.amends.as_ref().map(|amends| amends.of),
        items: scores.iter().map(|score| ScoreItem::new(score, zone)).collect(),
    };
    let body = serde_json::to_vec(&scores).map_err(|error| Failure::internal("writing JSON", &error))?;
    Ok(cache::tagged(&headers, Cache::Revalidate, Format::Json.media_type(), body))
}
