//! `/desk/log`: what was done at the desk. Operators see everything, others what they did themselves.

use axum::Extension;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response, StatusCode};
use limpid_store::DeskNote;
use maud::html;

use super::frame;
use super::person::Person;
use crate::answer::Failure;
use crate::app::Shared;
use crate::pages::say;
use crate::pages::view::View;

/// Lines on a page.
const SHOWN: usize = 100;

/// The page; `before` is the number of the line behind which it begins.
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let before = frame::asked(&uri, "before").and_then(|text| text.parse().ok()).unwrap_or(u64::MAX);
    match lines(&app, &person, before).await {
        Ok(lines) => show(&app, &view, &person, &lines),
        Err(failure) => frame::told(&app, &(uri, headers), Some(&person), failure),
    }
}

async fn lines(app: &Shared, person: &Person, before: u64) -> Result<Vec<DeskNote>, Failure> {
    let who = (!person.is_operator()).then(|| person.name());
    Ok(app.journal.desk().notes(who, before, SHOWN).await?)
}

fn show(app: &Shared, view: &View, person: &Person, lines: &[DeskNote]) -> Response<Body> {
    let lang = view.lang;
    let next = lines.last().filter(|_| lines.len() == SHOWN).map(|last| format!("/desk/log?before={}", last.id));
    let main = html! {
        h1 { (lang.t("desk.log")) }
        p { @if person.is_operator() { (lang.t("desk.log_all")) } @else { (lang.t("desk.log_own")) } }
        div.scroll tabindex="0" { table.stack {
            thead { tr {
                th scope="col" { (lang.t("desk.when")) } th scope="col" { (lang.t("desk.person")) }
                th scope="col" { (lang.t("desk.act")) } th scope="col" { (lang.t("desk.what")) } th scope="col" { (lang.t("desk.address")) }
            } }
            tbody { @for line in lines { tr {
                th scope="row" { (say::moment(line.at, app.zone())) }
                td { (line.who) } td { code { (line.act) } } td { (line.what) } td { (line.address) }
            } } }
        } }
        @if let Some(next) = next { p { a href=(view.link(&next)) { (lang.t("register.next")) } } }
    };
    frame::page(app, view, Some(person), StatusCode::OK, lang.t("desk.log"), &main)
}
