//! Refusals that several paths share, in the words of `/openapi.json`.

use utoipa::IntoResponses;

use super::openapi::ProblemBody;

/// A query that cannot be served.
#[derive(IntoResponses)]
#[response(
    status = 400,
    description = "a parameter is unknown or has a value that cannot be served",
    content_type = "application/problem+json"
)]
#[expect(dead_code, reason = "carries the description")]
pub struct BadRequest(#[to_schema] ProblemBody);

/// An upload that is not taken.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "carries the description")]
pub enum Upload {
    #[response(
        status = 401,
        description = "no token, or one that is not known",
        content_type = "application/problem+json"
    )]
    Unknown(#[to_schema] ProblemBody),
    #[response(
        status = 403,
        description = "the token is of another station",
        content_type = "application/problem+json"
    )]
    OfAnother(#[to_schema] ProblemBody),
    #[response(
        status = 429,
        description = "this token uploads too often; `limit` names the setting, `Retry-After` says when to come again",
        content_type = "application/problem+json"
    )]
    TooOften(#[to_schema] ProblemBody),
    #[response(
        status = 503,
        description = "too many uploads at once, or the journal cannot be written; `Retry-After` says when to come again",
        content_type = "application/problem+json"
    )]
    NotNow(#[to_schema] ProblemBody),
}

/// Something of an uploader that is not shown.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "carries the description")]
pub enum Private {
    #[response(
        status = 401,
        description = "no token, or one that is not known",
        content_type = "application/problem+json"
    )]
    Unknown(#[to_schema] ProblemBody),
    #[response(
        status = 404,
        description = "there is none, or not for this token",
        content_type = "application/problem+json"
    )]
    None(#[to_schema] ProblemBody),
    #[response(status = 503, description = "the journal does not answer", content_type = "application/problem+json")]
    NotNow(#[to_schema] ProblemBody),
}
