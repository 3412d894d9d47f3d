//! `/openapi.json`: the API, described by the code that serves it.

use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::OriginalUri;
use axum::http::{HeaderMap, Response};
use utoipa::OpenApi;

use super::query::Query;
use crate::answer::{Cache, Failure, Format, cache};

/// The description. Pages for people are not part of it; uploads are described with the gateway that takes them.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "limpid",
        version = "1",
        description = "Environmental data of one authority. Times are RFC 3339 with the authority's offset; `start` is inclusive, `end` exclusive; values are in the parameter's canonical unit or null. Errors are application/problem+json (RFC 9457) and name the field and what it may be. v1 only grows: clients must ignore what they do not know.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/")),
    paths(
        super::stations::list,
        super::stations::one,
        super::latest::get,
        super::observations::get,
        super::assessments::get,
        super::stream::get,
        crate::datasets::list::list,
        crate::datasets::list::one,
        crate::datasets::make::make,
        crate::datasets::files::file,
        get,
        super::health::alive,
        super::health::ready,
        super::health::metrics,
    ),
    tags(
        (name = "data", description = "what is measured and judged"),
        (name = "datasets", description = "releases for download"),
        (name = "machines", description = "for machines that look after machines"),
    )
)]
pub struct Api;

static TEXT: LazyLock<Vec<u8>> =
    LazyLock::new(|| Api::openapi().to_pretty_json().expect("the description is plain JSON").into_bytes());

/// This description.
#[utoipa::path(get, path = "/openapi.json", tag = "machines", operation_id = "openapi", responses((status = 200, description = "OpenAPI 3.1")))]
pub async fn get(OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Result<Response<Body>, Failure> {
    Query::parse(&uri, &[])?;
    Ok(cache::tagged(&headers, Cache::Minutes, Format::Json.media_type(), TEXT.clone()))
}
