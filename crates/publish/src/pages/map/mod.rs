//! `/map`: where the stations are and how they stand, as a drawing and always as a list beside it.
//!
//! The drawing is an SVG that the server makes; Leaflet moves and zooms the same, where a script runs and it is asked for.
//!
//! No outline is shipped: a public map needs its reviewed number, so that the agency supplies file, attribution and number
//! (`[pages.map]`). Without them stations are sketched by their positions to each other, which is no map.

mod layout;
pub mod outline;
mod place;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use limpid_model::StationKind;
use maud::{Markup, html};

pub use self::layout::KeptLayout;
use self::place::{HEIGHT, Marker, WIDTH};
use super::front::kind_name;
use super::layout::{Page, answer};
use super::state::{self, State as Standing};
use super::view::View;
use crate::app::{App, Shared};
use crate::assets;
use crate::board::{Snapshot, StationNow};

/// The page.
#[utoipa::path(
    get, path = "/map", tag = "pages", operation_id = "mapPage",
    params(
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column, the list only"),
    ),
    responses((status = 200, description = "stations by place, and as a list", content_type = "text/html", body = String))
)]
pub async fn get(State(app): State<Shared>, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let lang = view.lang;
    let board = app.board.now();
    let groups = groups(&board);
    // The order of the list, by which stations are numbered, goes through all kinds.
    let ordered: Vec<&StationNow> = groups.iter().flat_map(|group| group.1.iter().copied()).collect();
    let title = if app.pipeline.pages.map.is_some() { lang.t("map.title") } else { lang.t("map.sketch") };
    let main = html! {
        h1 { (title) }
        @if ordered.is_empty() { p { (lang.t("front.no_stations")) } }
        div.beside {
            // Large type wants the list only.
            @if !view.elder && !ordered.is_empty() { (drawing(&app, &view, &ordered)) }
            div {
                @for (kind, stations, first) in &groups {
                    h2 { (kind_name(lang, *kind)) }
                    (state::list(&app, &view, stations, Some(*first)))
                }
            }
        }
    };
    answer(&app, &view, &headers, Page { title, door: "/map", live: true, main })
}

/// The stations of each kind there is, and the number of the first of them.
fn groups(board: &Snapshot) -> Vec<(StationKind, Vec<&StationNow>, usize)> {
    let mut groups = Vec::new();
    let mut first = 1;
    for kind in StationKind::ALL {
        let stations: Vec<&StationNow> = board.stations.iter().filter(|now| now.station.kind == kind).collect();
        let many = stations.len();
        if many > 0 {
            groups.push((kind, stations, first));
        }
        first += many;
    }
    groups
}

/// For the eye and the finger: whoever hears the page or goes by keyboard has the list, with the same links.
fn drawing(app: &App, view: &View, stations: &[&StationNow]) -> Markup {
    let lang = view.lang;
    let map = app.pipeline.pages.map.as_ref();
    let layout = app.layout.of(map, stations.iter().map(|now| now.station.place()).collect());
    html! {
        figure.map {
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) aria-hidden="true" focusable="false" {
                @if map.is_some() { path class="land" d=(layout.land) {} path class="stream" d=(layout.streams) {} }
                @for ((place, now), marker) in stations.iter().enumerate().zip(&layout.markers) {
                    (drawn(app, view, place + 1, now, marker))
                }
            }
            (zoom(app, view))
            figcaption {
                @match map {
                    Some(map) => {
                        (lang.fill("map.source", &[("source", map.attribution.get(lang.code())), ("number", &map.review_number)]))
                    }
                    None => (lang.t("map.sketch_about")),
                }
            }
        }
    }
}

/// The place of the map that moves, shown by its script; its parts are loaded on a tap.
fn zoom(app: &App, view: &View) -> Markup {
    let lang = view.lang;
    let outline = app.pipeline.pages.map.as_ref().map(|_| outline::PATH);
    html! {
        div #zoom hidden data-base=(app.pipeline.http.base_path) data-script=(assets::LEAFLET.path)
            data-style=(assets::LEAFLET_STYLE.path) data-outline=[outline] data-nearer=(lang.t("map.nearer"))
            data-farther=(lang.t("map.farther")) data-failed=(lang.t("map.failed")) {
            button type="button" { (lang.t("map.zoom")) }
            span role="status" {}
            div #leaflet hidden {}
        }
        script src=(assets::MAP.path) defer {}
    }
}

/// The sign of a station with its number in the list; where it was moved aside, a line leads to its place.
fn drawn(app: &App, view: &View, number: usize, now: &StationNow, marker: &Marker) -> Markup {
    let state = Standing::of(app, view.lang, now);
    let name = now.station.name.get(view.lang.code());
    let said = [Some(name.to_owned()), state.number, Some(state.words)];
    let said: Vec<String> = said.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let label = format!("{number}. {}", said.join(", "));
    html! {
        @if let Some([x, y]) = marker.moved_from {
            path class="lead" d=(format!("M{x:.1} {y:.1}L{:.1} {:.1}", marker.at[0], marker.at[1])) {}
        }
        a href=(view.link(&format!("/stations/{}", now.station.id))) tabindex="-1" data-lat=(now.station.lat) data-lon=(now.station.lon) {
            title { (label) }
            circle class="plate" cx=(format!("{:.1}", marker.at[0])) cy=(format!("{:.1}", marker.at[1])) r=(place::RADIUS) {}
            g transform=(format!("translate({:.1} {:.1}) scale(.45)", marker.at[0] - 14.4, marker.at[1] - 14.4)) { (state.sign.inner()) }
            text x=(format!("{:.1}", marker.at[0] + 12.0)) y=(format!("{:.1}", marker.at[1] + 19.0)) { (number) }
        }
    }
}

#[cfg(test)]
mod tests;
