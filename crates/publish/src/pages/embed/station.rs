//! `/embed/station/{id}`: one station as a card of its own, for a frame in another site. It needs no cookie and no script.

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, Response};
use maud::{Markup, html};

use crate::app::Shared;
use crate::pages::layout::{self, Page};
use crate::pages::view::View;
use crate::pages::{cards, not_found};

/// The card.
#[utoipa::path(
    get, path = "/embed/station/{id}", tag = "pages", operation_id = "stationCard",
    params(
        ("id" = String, Path, description = "station id"),
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type"),
    ),
    responses(
        (status = 200, description = "the station as it stands", content_type = "text/html", body = String),
        (status = 404, description = "there is no such station in operation", content_type = "text/html", body = String),
    )
)]
pub async fn get(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let board = app.board.now();
    let station = app.pipeline.stations.get_str(&id).and_then(|station| board.station(&station.id));
    let Some(now) = station else { return not_found::render(&app, &uri, &headers) };
    let lang = view.lang;
    let main: Markup = html! {
        h1 {
            a href=(view.link(&format!("/stations/{}", now.station.id))) { (now.station.name.get(lang.code())) }
            @if now.station.simulated { " " span.badge.warn { (lang.t("simulated.mark")) } }
        }
        (cards::untitled(&app, &view, now))
        (super::source(&app, lang))
    };
    let title = now.station.name.get(lang.code());
    layout::bare(&app, &view, &headers, Page { title, door: "", live: true, main })
}
