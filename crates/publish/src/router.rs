//! The list of routes, and what surrounds them.

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, OriginalUri, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, header};
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::cors::{Any, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::answer::Failure;
use crate::api;
use crate::app::Shared;
use crate::assets;
use crate::datasets;
use crate::doors;
use crate::feeds;
use crate::pages;

/// Every route of this crate but those of [`sensorthings`]. `POST /api/v1/submissions` and `GET /api/v1/receipts/{id}` are
/// those of limpid-ingest.
pub fn router(app: Shared) -> Router {
    let site = Router::new()
        .route("/api/v1/stations", get(api::stations::list))
        .route("/api/v1/stations/{id}", get(api::stations::one))
        .route("/api/v1/latest", get(api::latest::get))
        .route("/api/v1/observations", get(api::observations::get))
        .route("/api/v1/assessments", get(api::assessments::get))
        .route("/api/v1/alerts", get(api::alerts::list).post(api::alerts::create))
        .route("/api/v1/forecasts", get(api::forecasts::hours))
        .route("/api/v1/forecasts/amendments", post(api::amendments::create))
        .route("/api/v1/forecasts/days", get(api::forecasts::days))
        .route("/api/v1/forecasts/scores", get(api::forecasts::scores))
        .route("/api/v1/forecasts/{issue}/scores", get(api::issue_scores::get))
        .route("/api/v1/gaps", get(api::gaps::get))
        .route("/api/v1/completeness", get(api::completeness::get))
        .route("/api/v1/explain", get(api::explain::get))
        .route("/api/v1/summaries", get(api::summaries::get))
        .route("/api/v1/reviews", get(api::reviews::list).post(api::reviews::create))
        .route("/api/v1/registers", get(api::registers::list))
        .route("/api/v1/registers/{id}", get(api::registers::records::get).post(api::registers::write::draft))
        .route("/api/v1/registers/{id}/{record}", get(api::registers::record::get))
        .route("/api/v1/registers/{id}/{record}/audit", get(api::registers::write::audit))
        .route("/api/v1/registers/{id}/{record}/{act}", post(api::registers::write::act))
        .route("/api/v1/status", get(api::status::get))
        .route("/api/v1/stream", get(api::stream::get))
        .route("/api/v1/webhooks", get(api::webhooks::get))
        .route("/datasets", get(datasets::list::list))
        .route("/datasets/{name}", get(datasets::list::one))
        .route("/datasets/{name}/diff", get(datasets::diff::get))
        .route("/datasets/{name}/releases", post(datasets::make::make))
        .route("/datasets/{name}/releases/{release}/{*path}", get(datasets::files::file))
        .route("/catalog", get(datasets::catalog::negotiated))
        .route("/catalog.jsonld", get(datasets::catalog::get))
        .route("/catalog.ttl", get(datasets::catalog::get_turtle))
        .route("/openapi.json", get(api::openapi::get))
        .route("/healthz", get(api::health::alive))
        .route("/readyz", get(api::health::ready))
        .route("/metrics", get(api::health::metrics))
        .route("/", get(pages::front::get))
        .route("/feeds/{feed}", get(feeds::get))
        .route("/feeds/stations/{feed}", get(feeds::station))
        .route("/feeds/areas/{feed}", get(feeds::area))
        .route("/alerts", get(pages::alerts::get))
        .route("/alerts/{file}", get(api::alerts::document))
        .route("/assets/{file}", get(assets::get))
        .route("/embed/{what}", get(pages::embed::lists::kind))
        .route("/embed/area/{area}", get(pages::embed::lists::area))
        .route("/embed/station/{id}", get(pages::embed::station::get))
        .route("/embed/station/{id}/card.png", get(pages::card::png))
        .route("/embed/station/{id}/card.svg", get(pages::card::svg))
        .route("/stations/{id}", get(pages::station::get))
        .route("/search", get(pages::find::get))
        .route("/map", get(pages::map::get))
        .route("/map/outline.json", get(pages::map::outline::get))
        .route("/forecast", get(pages::forecast::get))
        .route("/water", get(pages::water::get))
        .route("/noise", get(pages::noise::get))
        .route("/explain", get(pages::explain::get))
        .route("/data", get(pages::data::get))
        .route("/permits", get(pages::registers::records::permits))
        .route("/registers", get(pages::registers::list::get))
        .route("/registers/{id}", get(pages::registers::records::get))
        .route("/registers/{id}/{record}", get(pages::registers::one::get))
        .route("/api", get(pages::api::get))
        .route("/about", get(pages::about::get))
        .route("/status", get(pages::status::get))
        .merge(doors::ogc::edr::routes())
        .merge(doors::ogc::features::routes())
        .fallback(not_found);
    surrounded(site, app)
}

/// What clients of OGC SensorThings read. Apart from the rest, for limpid-ingest takes observations under the same paths.
pub fn sensorthings(app: Shared) -> Router {
    surrounded(doors::sensorthings::routes(), app)
}

/// Routes with all that answers go through on their way out.
fn surrounded(routes: Router<Shared>, app: Shared) -> Router {
    routes
        .method_not_allowed_fallback(not_allowed)
        .layer(middleware::from_fn(count))
        .layer(
            CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(
                DefaultPredicate::new()
                    .and(NotForContentType::const_new("application/vnd.apache"))
                    .and(NotForContentType::const_new("application/gzip")),
            ),
        )
        .layer(cors())
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(CatchPanicLayer::custom(panicked))
        .with_state(app)
}

/// Routes whose requests are counted and whose panics are answered: for those that share nothing else with the site.
pub fn counted<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    routes
        .method_not_allowed_fallback(not_allowed)
        .layer(middleware::from_fn(count))
        .layer(CatchPanicLayer::custom(panicked))
}

/// Reads are open to every origin, and so are the headers that a reader needs.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::OPTIONS])
        .allow_headers(Any)
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::CONTENT_RANGE,
            header::ACCEPT_RANGES,
            HeaderName::from_static("retry-after"),
            HeaderName::from_static("x-total-count"),
        ])
}

async fn not_found(State(app): State<Shared>, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response<Body> {
    let machine = ["/api/", "/edr/", "/ogc/"].iter().any(|root| uri.path().starts_with(root));
    if machine {
        let detail = "there is no such path; /openapi.json lists those that there are";
        return Failure::not_found(detail).into_response();
    }
    pages::not_found::render(&app, &uri, &headers)
}

async fn not_allowed(method: Method) -> Response<Body> {
    Failure::method_not_allowed(format!("{method} does nothing here; `Allow` names what does")).into_response()
}

/// A panic is a fault of ours that is answered like any other.
fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response<Body> {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown");
    metrics::counter!("limpid_http_panics_total").increment(1);
    Failure::internal("answering", &std::io::Error::other(text.to_owned())).into_response()
}

/// Counts requests by route and status; the route and not the path, so that clients cannot make up label values.
async fn count(path: Option<MatchedPath>, request: Request, next: Next) -> Response<Body> {
    let route = path.map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let begun = tokio::time::Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!("limpid_http_requests_total", "route" => route.clone(), "status" => status).increment(1);
    metrics::histogram!("limpid_http_seconds", "route" => route).record(begun.elapsed().as_secs_f64());
    response
}

#[cfg(test)]
pub(crate) mod tests;
