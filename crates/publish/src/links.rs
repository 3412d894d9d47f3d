//! Absolute addresses of this service, as the client reached it.

use axum::http::{HeaderMap, header};
use limpid_model::address;

/// The address of `path` (with query, from the root of the service): absolute when the request says which host it was sent to, else path-absolute.
///
/// A `Host` that is no authority is not repeated; `X-Forwarded-Proto` of a proxy is believed when it is `https`.
pub fn absolute(headers: &HeaderMap, path: &str) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let secure = headers.get("x-forwarded-proto").is_some_and(|scheme| scheme.as_bytes() == b"https");
    address::absolute(host, secure, &format!("{}{path}", base(headers)))
}

/// The path under which the service stands, as [`crate::base::under`] tells it.
pub fn base(headers: &HeaderMap) -> &str {
    headers.get(address::PREFIX).and_then(|base| base.to_str().ok()).unwrap_or_default()
}

/// A page whose links, written from the root of the service, lead to where it stands. Attributes only: in the text of a
/// page quotation marks are escaped.
pub fn based(base: &str, page: String) -> String {
    if base.is_empty() {
        return page;
    }
    ["href", "src", "action"]
        .iter()
        .fold(page, |page, attribute| page.replace(&format!(" {attribute}=\"/"), &format!(" {attribute}=\"{base}/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_repeated_only_when_it_is_one() {
        let link = |host: &str, scheme: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            headers.insert("x-forwarded-proto", scheme.parse().unwrap());
            absolute(&headers, "/a?b=1")
        };
        assert_eq!(link("example.org:8080", "http"), "http://example.org:8080/a?b=1");
        assert_eq!(link("example.org", "https"), "https://example.org/a?b=1");
        assert_eq!(link("example.org", "javascript"), "http://example.org/a?b=1");
        assert_eq!(link("a/b", "https"), "/a?b=1");
        assert_eq!(link("user@evil", "https"), "/a?b=1");
        assert_eq!(absolute(&HeaderMap::new(), "/a"), "/a");
    }
}
