//! `/search`: a station by its name, in Chinese, English or pinyin; and the form that leads there.

mod places;

use axum::body::Body;
use axum::extract::{OriginalUri, Query, State};
use axum::http::{HeaderMap, Response};
use maud::{Markup, html};
use serde::Deserialize;

pub use self::places::Places;
use super::layout::{self, Page};
use super::state;
use super::view::View;
use crate::api::query::escape;
use crate::app::Shared;
use crate::board::StationNow;

/// Stations that one answer lists.
const MOST: usize = 50;

/// What is looked for.
#[derive(Deserialize, Default)]
pub struct Question {
    #[serde(default)]
    q: String,
}

/// The page.
#[utoipa::path(
    get, path = "/search", tag = "pages", operation_id = "searchPage",
    params(
        ("q" = Option<String>, Query, description = "a name or a part of it, in Chinese, English or pinyin (in full or first letters), an id or an area"),
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column"),
    ),
    responses((status = 200, description = "stations that fit", content_type = "text/html", body = String))
)]
pub async fn get(State(app): State<Shared>, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response<Body> {
    let asked = Query::<Question>::try_from_uri(&uri).map(|question| question.0.q).unwrap_or_default();
    let view = View::new(&app, &uri, &headers);
    let view = if asked.is_empty() { view } else { view.with_query(&format!("q={}", escape(&asked))) };
    let lang = view.lang;
    let board = app.board.now();
    let found: Vec<&StationNow> = app.places.find(&asked).into_iter().filter_map(|id| board.station(id)).collect();
    let shown = &found[..found.len().min(MOST)];
    let main = html! {
        h1 { (lang.t("find.title")) }
        (form(&view, &asked))
        @if !asked.trim().is_empty() {
            p role="status" { (match found.len() {
                0 => lang.fill("find.none", &[("q", &asked)]),
                n => lang.fill("find.some", &[("q", &asked), ("n", &n.to_string())]),
            }) }
            (state::list(&app, &view, shown, None))
            @if found.len() > MOST { p { (lang.t("find.more")) } }
        }
    };
    layout::answer(&app, &view, &headers, Page { title: lang.t("find.title"), door: "", live: false, main })
}

/// The form. Where a script runs, it also offers the nearest station.
pub fn form(view: &View, asked: &str) -> Markup {
    let lang = view.lang;
    html! {
        search #find {
            form action="/search" {
                label for="q" { (lang.t("find.label")) }
                input #q type="search" name="q" value=(asked) maxlength="100" autocomplete="off" placeholder=(lang.t("find.example"));
                @for (name, value) in view.kept() { input type="hidden" name=(name) value=(value); }
                button { (lang.t("find.go")) }
                button #near type="button" hidden data-found=(lang.t("near.found")) data-asking=(lang.t("near.asking"))
                    data-failed=(lang.t("near.failed")) { (lang.t("near.go")) }
            }
            p #nearest role="status" hidden {}
        }
    }
}
