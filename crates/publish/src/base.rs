//! The path under which the service stands, behind a proxy of a larger site: `/hb` for `https://county.gov.cn/hb/`.
//!
//! A proxy may pass the path on or take it off; both arrive at the same route. Handlers write every link from the root
//! of the service; [`crate::links`] and the layer here lead them to where it stands.

use axum::Router;
use axum::extract::{OriginalUri, Request};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use axum::middleware::map_request;
use limpid_model::address;
use tower::ServiceExt;

/// The routes of `router` under `base` (empty for the root) as well as without it.
pub fn under(base: &str, router: Router) -> Router {
    if base.is_empty() {
        return router.layer(map_request(|request: Request| async { inner("", request) }));
    }
    let base = base.to_owned();
    Router::new().fallback(move |request: Request| {
        let (base, router) = (base.clone(), router.clone());
        async move {
            let Ok(mut response) = router.oneshot(inner(&base, request)).await;
            outward(&base, response.headers_mut());
            response
        }
    })
}

/// The request as the routes know it.
fn inner(base: &str, mut request: Request) -> Request {
    let headers = request.headers_mut();
    headers.remove(address::PREFIX);
    if let Ok(value) = HeaderValue::from_str(base)
        && !base.is_empty()
    {
        headers.insert(HeaderName::from_static(address::PREFIX), value);
    }
    if let Some(uri) = stripped(base, request.uri()) {
        request.extensions_mut().insert(OriginalUri(uri.clone()));
        *request.uri_mut() = uri;
    }
    request
}

/// The address without the base; `None` where it has none.
fn stripped(base: &str, uri: &Uri) -> Option<Uri> {
    let whole = uri.path_and_query()?.as_str();
    let rest = whole.strip_prefix(base).filter(|_| !base.is_empty())?;
    let rest = match rest.chars().next() {
        Some('/') => rest.to_owned(),
        None | Some('?') => format!("/{rest}"),
        Some(_) => return None,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(rest).ok()?);
    Uri::from_parts(parts).ok()
}

/// Headers that name paths from the root of the service.
fn outward(base: &str, headers: &mut HeaderMap) {
    for name in [header::LOCATION, header::CONTENT_LOCATION] {
        rewrite(headers, &name, |path| path.starts_with('/').then(|| format!("{base}{path}")));
    }
    rewrite(headers, &header::LINK, |links| links.contains("</").then(|| links.replace("</", &format!("<{base}/"))));
}

fn rewrite(headers: &mut HeaderMap, name: &HeaderName, change: impl Fn(&str) -> Option<String>) {
    let changed = headers.get(name).and_then(|value| value.to_str().ok()).and_then(change);
    if let Some(value) = changed.and_then(|text| HeaderValue::try_from(text).ok()) {
        headers.insert(name.clone(), value);
    }
}

#[cfg(test)]
mod tests;
