//! OGC SensorThings is read and written under the same paths: `publish` answers what is published, `ingest` takes
//! observations in and tells a token what became of one. Here they share the door.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{Method, Response, StatusCode, header};
use axum::routing::any;
use tower::util::ServiceExt;

const ROOT: &str = "/sta/v1.1";

/// The door of those that there are.
pub fn door(read: Option<Router>, written: Option<Router>) -> Router {
    match (read, written) {
        (Some(read), Some(written)) => shared(read, written),
        (read, written) => read.or(written).unwrap_or_default(),
    }
}

fn shared(read: Router, written: Router) -> Router {
    let answer = any(move |request: Request| choose(read.clone(), written.clone(), fresh(request)));
    Router::new()
        .route(ROOT, answer.clone())
        .route(&format!("{ROOT}/"), answer.clone())
        .route(&format!("{ROOT}/{{*path}}"), answer)
}

/// The request as it came: what this router noted of its path would be taken for parts of their paths.
fn fresh(mut request: Request) -> Request {
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>().cloned();
    request.extensions_mut().clear();
    if let Some(from) = from {
        request.extensions_mut().insert(from);
    }
    request
}

/// What is sent goes to `written`, and everything else to `read`; except that a token is told of an observation as it was
/// accepted, where it is of one that it may upload. What `written` has no place for, `read` refuses as it refuses any method.
async fn choose(read: Router, written: Router, request: Request) -> Response<Body> {
    let asks = request.method() == Method::OPTIONS;
    let sent = request.method() == Method::POST;
    let own = !asks
        && request.uri().path().starts_with("/sta/v1.1/Observations(")
        && request.headers().contains_key(header::AUTHORIZATION);
    if !sent && !own {
        let mut answer = answered(read, request).await;
        if asks {
            // Each knows its own methods only.
            answer.headers_mut().remove(header::ALLOW);
        }
        return answer;
    }
    let again = without_body(&request);
    let of_datastream = request.uri().path().ends_with("/Observations");
    let answer = answered(written, request).await;
    let theirs =
        if sent { answer.status() == StatusCode::NOT_FOUND && !of_datastream } else { !answer.status().is_success() };
    if theirs { answered(read, again).await } else { answer }
}

fn without_body(request: &Request) -> Request {
    let mut again = Request::new(Body::empty());
    *again.method_mut() = request.method().clone();
    *again.uri_mut() = request.uri().clone();
    *again.headers_mut() = request.headers().clone();
    *again.extensions_mut() = request.extensions().clone();
    again
}

async fn answered(router: Router, request: Request) -> Response<Body> {
    router.oneshot(request).await.unwrap_or_else(|never| match never {})
}
