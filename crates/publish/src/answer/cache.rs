//! Entity tags and `Cache-Control`.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// How long an answer may be kept. Which path has which rule is tested in `router`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// Kept, but asked about before each use: whatever follows the journal.
    Revalidate,
    /// Good for five minutes: what changes with configuration only.
    Minutes,
    /// Never changes under this address: files of a release.
    Immutable,
    /// Never kept.
    NoStore,
}

impl Cache {
    /// The value of `Cache-Control`.
    pub fn value(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Revalidate => "public, no-cache",
            Self::Minutes => "public, max-age=300",
            Self::Immutable => "public, max-age=31536000, immutable",
            Self::NoStore => "no-store",
        })
    }
}

/// A weak entity tag of these bytes: weak, because the same content goes out in several encodings.
pub fn weak_tag(parts: &[&[u8]]) -> HeaderValue {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    weak_tag_of(hash)
}

/// The same of what was hashed.
pub fn weak_tag_of(hash: Sha256) -> HeaderValue {
    let hex: String = hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::try_from(format!("W/\"{hex}\"")).expect("hex digits are a header value")
}

/// Whether `If-None-Match` names this tag (weak comparison, RFC 9110 §13.1.2).
pub fn matches(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let plain = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Ok(tag) = tag.to_str().map(plain) else { return false };
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|candidate| candidate.trim() == "*" || plain(candidate) == tag)
}

/// An answer with its tag; `304` without a body when the client has it already.
pub fn tagged(headers: &HeaderMap, cache: Cache, media_type: &'static str, body: impl Into<Bytes>) -> Response<Body> {
    let body = body.into();
    let tag = weak_tag(&[&body]);
    let mut response = if matches(headers, &tag) {
        not_modified()
    } else {
        let mut response = Response::new(Body::from(body));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        response
    };
    response.headers_mut().insert(header::ETAG, tag);
    response.headers_mut().insert(header::CACHE_CONTROL, cache.value());
    response
}

/// A bare `304`.
pub fn not_modified() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_weakly_and_one_by_one() {
        let tag = HeaderValue::from_static("W/\"abc\"");
        let given = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, value.parse().unwrap());
            matches(&headers, &tag)
        };
        assert!(given("\"abc\"") && given("W/\"abc\"") && given("\"x\", W/\"abc\"") && given("*"));
        assert!(!given("\"ab\"") && !given("abc") && !given(""));
    }
}
