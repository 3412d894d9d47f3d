//! `/embed/station/{id}/card.svg` and `card.png`: a station as a picture of 600 by 315 units, to be sent on and put into other
//! pages. A picture outlives its hour, so that date and time always stand on it.
//!
//! - `content`: what stands on it
//! - `scene`: where it stands, as shapes and lines of text
//! - `svg`, `png`: the same scene written and painted; `painted`: pictures that are kept

mod content;
mod font;
mod painted;
mod png;
mod scene;
mod svg;

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, header};

pub use self::painted::Painted;
use self::scene::Scene;
use super::not_found;
use super::view::View;
use crate::answer::{Cache, Failure, cache};
use crate::app::{App, Shared};

/// The picture as SVG.
#[utoipa::path(
    get, path = "/embed/station/{id}/card.svg", tag = "pages", operation_id = "stationCardSvg",
    params(
        ("id" = String, Path, description = "station id"),
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
    ),
    responses(
        (status = 200, description = "the station as it stands, 600 by 315", content_type = "image/svg+xml", body = String),
        (status = 404, description = "there is no such station in operation", content_type = "text/html", body = String),
    )
)]
pub async fn svg(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    match scene(&app, &view, &id) {
        Some(scene) => kept(cache::tagged(&headers, Cache::Revalidate, "image/svg+xml", svg::write(&scene))),
        None => not_found::render(&app, &uri, &headers),
    }
}

/// The picture as PNG.
#[utoipa::path(
    get, path = "/embed/station/{id}/card.png", tag = "pages", operation_id = "stationCardPng",
    params(
        ("id" = String, Path, description = "station id"),
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
    ),
    responses(
        (status = 200, description = "the station as it stands, 1200 by 630 pixels", content_type = "image/png", body = Vec<u8>),
        (status = 404, description = "there is no such station in operation", content_type = "text/html", body = String),
    )
)]
pub async fn png(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let view = View::new(&app, &uri, &headers);
    let Some(scene) = scene(&app, &view, &id) else { return Ok(not_found::render(&app, &uri, &headers)) };
    let written = svg::write(&scene);
    let tag = cache::weak_tag(&[b"png", written.as_bytes()]);
    let mut response = if cache::matches(&headers, &tag) {
        cache::not_modified()
    } else {
        let mut response = Response::new(Body::from(app.cards.get(&tag, scene).await?));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("image/png"));
        response
    };
    response.headers_mut().insert(header::ETAG, tag);
    Ok(kept(response))
}

fn scene(app: &App, view: &View, id: &str) -> Option<Scene> {
    let station = app.pipeline.stations.get_str(id)?;
    let board = app.board.now();
    let content = content::of(app, view.lang, board.station(&station.id)?);
    Some(Scene::of(content))
}

/// Asked about before each use; another for each language.
fn kept(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(header::CACHE_CONTROL, Cache::Revalidate.value());
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

#[cfg(test)]
mod tests;
