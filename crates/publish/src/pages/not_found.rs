//! Where there is no page.

use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode, Uri};
use maud::html;

use super::layout::{self, Page};
use super::view::View;
use crate::app::App;

/// The answer to a path that leads nowhere, in the reader's language.
pub fn render(app: &App, uri: &Uri, headers: &HeaderMap) -> Response<Body> {
    let view = View::new(app, uri, headers);
    let lang = view.lang;
    let main = html! {
        h1 { (lang.t("missing.title")) }
        p { (lang.t("missing.about")) }
        p { a href=(view.link("/")) { (lang.t("missing.home")) } }
    };
    layout::answer_with(
        app,
        &view,
        StatusCode::NOT_FOUND,
        Page { title: lang.t("missing.title"), door: "", live: false, main },
    )
}
