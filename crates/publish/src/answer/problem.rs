//! Failures and the status of each: the one place where they become `application/problem+json`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use limpid_model::Problem;
use limpid_store::StoreError;

use crate::error::PublishError;

/// Why a request was not answered as asked.
#[derive(Debug)]
pub struct Failure {
    problem: Box<Problem>,
    header: Option<(header::HeaderName, HeaderValue)>,
}

impl Failure {
    fn new(status: StatusCode, slug: &str, title: &str, detail: impl Into<String>) -> Self {
        Self { problem: Box::new(Problem::new(status.as_u16(), slug, title, detail)), header: None }
    }

    /// 400: the query parameter `field` has a value that cannot be served.
    pub fn value<T: Into<String>>(
        field: &str,
        detail: impl Into<String>,
        allowed: impl IntoIterator<Item = T>,
    ) -> Self {
        let mut failure = Self::new(StatusCode::BAD_REQUEST, "bad-value", "a value cannot be served", detail);
        failure.problem.field = Some(field.to_owned());
        failure.problem.allowed = Some(allowed.into_iter().map(Into::into).collect());
        failure
    }

    /// 400: there is no query parameter of this name here.
    pub fn unknown_parameter(field: &str, known: &[&str]) -> Self {
        let detail = format!("{:?} is not a query parameter of this path", cut(field));
        let mut failure =
            Self::new(StatusCode::BAD_REQUEST, "unknown-query-parameter", "unknown query parameter", detail);
        failure.problem.field = Some(cut(field));
        failure.problem.allowed = Some(known.iter().map(|name| (*name).to_owned()).collect());
        failure
    }

    /// 401: a release asks for a token that covers every station.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        let mut failure = Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "a token is needed", detail);
        failure.problem.field = Some("Authorization".to_owned());
        failure.header = Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        failure
    }

    /// 403.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "the token is for something else", detail)
    }

    /// 403: the law gives it to another authority.
    pub fn remit(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "remit", "this authority may not do that", detail)
    }

    /// 415.
    pub fn media_type<T: Into<String>>(found: &str, known: impl IntoIterator<Item = T>) -> Self {
        let detail = format!("Content-Type is {:?}", cut(found));
        let title = "this media type is not taken here";
        let mut failure = Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", title, detail);
        failure.problem.field = Some("Content-Type".to_owned());
        failure.problem.allowed = Some(known.into_iter().map(Into::into).collect());
        failure
    }

    /// 409.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "it cannot be done as things are", detail)
    }

    /// 422: the field of a body cannot be understood.
    pub fn body<T: Into<String>>(field: &str, detail: impl Into<String>, allowed: impl IntoIterator<Item = T>) -> Self {
        let title = "a field cannot be understood";
        let mut failure = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", title, detail);
        failure.problem.field = Some(field.to_owned());
        let allowed: Vec<String> = allowed.into_iter().map(Into::into).collect();
        failure.problem.allowed = Some(allowed).filter(|allowed| !allowed.is_empty());
        failure
    }

    /// 410: it was public and is not any more.
    pub fn gone(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::GONE, "gone", "it is not public any more", detail)
    }

    /// 404.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "there is nothing here", detail)
    }

    /// 405.
    pub fn method_not_allowed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "this path does not take this method", detail)
    }

    /// 416: the file ends before the range begins.
    pub fn range(bytes: u64) -> Self {
        let detail = format!("the file has {bytes} bytes");
        let mut failure =
            Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "range-not-satisfiable", "the range lies outside", detail);
        failure.problem.field = Some("Range".to_owned());
        let value = HeaderValue::try_from(format!("bytes */{bytes}")).expect("digits are a header value");
        failure.header = Some((header::CONTENT_RANGE, value));
        failure
    }

    /// 503: it may be tried again.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        let mut failure = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "not available now", detail);
        failure.header = Some((header::RETRY_AFTER, HeaderValue::from_static("10")));
        failure
    }

    /// 500: a fault of ours. What it was goes to the log and not to the client.
    pub fn internal(doing: &str, error: &dyn std::error::Error) -> Self {
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        tracing::error!(error = %error, cause, doing, "request failed");
        let detail = "the fault is on our side and is in our log; try again, and tell us if it stays";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong here", detail)
    }

    /// What went wrong, and what to do, in a sentence.
    pub fn detail(&self) -> &str {
        &self.problem.detail
    }

    /// The field at fault.
    pub fn field(&self) -> Option<&str> {
        self.problem.field.as_deref()
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { what } => Self::not_found(format!("{what} was not found")),
            StoreError::Closed => Self::unavailable("the service is stopping"),
            StoreError::Full(_) => {
                tracing::error!("no space left for the journal");
                Self::unavailable("the disk is full; nothing was changed")
            }
            error => Self::internal("reading the store", &error),
        }
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Store(error) => error.into(),
            error @ (PublishError::UnknownDataset { .. } | PublishError::NoRelease { .. }) => {
                Self::not_found(error.to_string())
            }
            error => Self::internal("working on a dataset", &error),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.problem).unwrap_or_default();
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(Problem::MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some((name, value)) = self.header {
            headers.insert(name, value);
        }
        response
    }
}

/// At most 80 characters of what a client sent, so that an answer stays small.
pub fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}
