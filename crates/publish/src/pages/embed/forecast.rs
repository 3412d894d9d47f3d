//! `/embed/forecast`: the next days.

use axum::body::Body;
use axum::http::{HeaderMap, Response, Uri};
use maud::html;

use crate::answer::Failure;
use crate::app::App;
use crate::pages::forecast;
use crate::pages::layout::{self, Page};
use crate::pages::view::View;

/// The days of the subject that the address names, else of the first.
pub async fn answer(app: &App, view: &View, uri: &Uri, headers: &HeaderMap) -> Result<Response<Body>, Failure> {
    let lang = view.lang;
    let issues = forecast::issues(app).await?;
    let chosen = forecast::chosen(&issues, uri);
    let title = chosen.map_or(lang.t("forecast.title").to_owned(), |issue| forecast::title(app, lang, issue));
    let main = html! {
        h1 { a href=(view.link("/forecast")) { (title) } }
        @match chosen {
            Some(issue) => (forecast::days(app, lang, issue)),
            None => p { (lang.t("forecast.none")) },
        }
        (super::source(app, lang))
    };
    Ok(layout::bare(app, view, headers, Page { title: &title, door: "", live: true, main }))
}
