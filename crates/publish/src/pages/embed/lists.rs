//! `/embed/{what}` and `/embed/area/{area}`: stations in lines.

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, Response};
use limpid_model::StationKind;
use maud::html;

use crate::answer::Failure;
use crate::app::{App, Shared};
use crate::board::StationNow;
use crate::pages::layout::{self, Page};
use crate::pages::view::View;
use crate::pages::{front, not_found, state};

/// Lines in a frame: what its height has room for.
pub const MOST: usize = 6;

/// One kind of stations, or the forecast.
#[utoipa::path(
    get, path = "/embed/{what}", tag = "pages", operation_id = "listCard",
    params(
        ("what" = String, Path, description = "air, water, noise or forecast"),
        ("station" = Option<String>, Query, description = "of the forecast: a station"),
        ("area" = Option<String>, Query, description = "of the forecast: an area; without either, the first that has one"),
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type"),
    ),
    responses(
        (status = 200, description = "the first stations as they stand, or the next days", content_type = "text/html", body = String),
        (status = 404, description = "there is nothing of that name", content_type = "text/html", body = String),
    )
)]
pub async fn kind(
    State(app): State<Shared>,
    Path(what): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let view = View::new(&app, &uri, &headers);
    let (kind, door) = match what.as_str() {
        "air" => (StationKind::Air, "/"),
        "water" => (StationKind::Water, "/water"),
        "noise" => (StationKind::Noise, "/noise"),
        "forecast" => return super::forecast::answer(&app, &view, &uri, &headers).await,
        _ => return Ok(not_found::render(&app, &uri, &headers)),
    };
    let board = app.board.now();
    let stations: Vec<&StationNow> = board.stations.iter().filter(|now| now.station.kind == kind).collect();
    let title = front::kind_name(view.lang, kind);
    Ok(listed(&app, &view, &headers, title, &stations, door))
}

/// Every kind of station of one area.
#[utoipa::path(
    get, path = "/embed/area/{area}", tag = "pages", operation_id = "areaCard",
    params(
        ("area" = String, Path, description = "area of stations.csv"),
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type"),
    ),
    responses(
        (status = 200, description = "the first stations as they stand", content_type = "text/html", body = String),
        (status = 404, description = "there is no such area", content_type = "text/html", body = String),
    )
)]
pub async fn area(
    State(app): State<Shared>,
    Path(area): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let board = app.board.now();
    let within = |now: &&StationNow| app.pipeline.areas_of(&now.station).any(|one| one == area);
    let stations: Vec<&StationNow> = board.stations.iter().filter(within).collect();
    if stations.is_empty() {
        return not_found::render(&app, &uri, &headers);
    }
    listed(&app, &view, &headers, &area, &stations, "/")
}

fn listed(
    app: &App,
    view: &View,
    headers: &HeaderMap,
    title: &str,
    stations: &[&StationNow],
    door: &str,
) -> Response<Body> {
    let lang = view.lang;
    // What says something of the present comes first.
    let (current, silent): (Vec<&StationNow>, Vec<_>) = stations.iter().copied().partition(|now| now.current());
    let ordered = [current, silent].concat();
    let main = html! {
        h1 { a href=(view.link(door)) { (title) } }
        @if stations.is_empty() { p { (lang.t("front.no_stations")) } }
        (state::list(app, view, &ordered[..ordered.len().min(MOST)], None))
        @if ordered.len() > MOST {
            p { a href=(view.link(door)) { (lang.fill("embed.all", &[("n", &ordered.len().to_string())])) } }
        }
        (super::source(app, lang))
    };
    layout::bare(app, view, headers, Page { title, door: "", live: true, main })
}
