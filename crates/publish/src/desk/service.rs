//! `/desk/service`: deadlines, stations, gaps, what was refused.

use axum::Extension;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response, StatusCode};
use limpid_model::VerdictKind;
use limpid_store::RefusalCount;
use maud::{Markup, html};

use super::frame;
use super::person::Person;
use crate::answer::Failure;
use crate::app::Shared;
use crate::pages::gaps::Missing;
use crate::pages::view::View;
use crate::pages::words::Lang;
use crate::pages::{registers, status};

/// The page.
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let shown = show(&app, &view, &person).await;
    shown.unwrap_or_else(|failure| frame::told(&app, &(uri, headers), Some(&person), failure))
}

async fn show(app: &Shared, view: &View, person: &Person) -> Result<Response<Body>, Failure> {
    let (lang, board) = (view.lang, app.board.now());
    let all = app.pipeline.stations.iter().map(|station| station.id.clone());
    let missing = Missing::read(app, all.collect()).await?;
    let main = html! {
        h1 { (lang.t("desk.service")) }
        (status::publications(app, view))
        @if !app.pipeline.registers.is_empty() {
            h2 { (lang.t("register.title")) }
            (registers::list::table(app, view).await?)
        }
        (refused(lang, &app.journal.refusals().await?))
        (status::stations(app, view, &board))
        p { (lang.t("desk.conformance")) " " code { "limpid conformance --station ID" } }
        (missing.of_all(app, view))
    };
    Ok(frame::page(app, view, Some(person), StatusCode::OK, lang.t("desk.service"), &main))
}

/// What was quarantined or rejected, by whom and why; the bytes are kept under the receipts.
fn refused(lang: Lang, refusals: &[RefusalCount]) -> Markup {
    html! {
        h2 { (lang.t("desk.refused")) }
        @if refusals.is_empty() { p { (lang.t("desk.nothing_waits")) } } @else {
            div.scroll tabindex="0" { table.stack {
                thead { tr {
                    th scope="col" { (lang.t("col.station")) } th scope="col" { (lang.t("desk.channel")) }
                    th scope="col" { (lang.t("col.state")) } th scope="col" { (lang.t("desk.why")) } th.n scope="col" { (lang.t("desk.count")) }
                } }
                tbody { @for one in refusals { tr {
                    th scope="row" { (one.station.as_ref().map_or(lang.t("desk.unknown_station"), |id| id.as_str())) }
                    td { (one.channel.as_str()) }
                    td { @if one.kind == VerdictKind::Quarantined { (lang.t("verdict.quarantined")) } @else { (lang.t("verdict.rejected")) } }
                    td { code { (one.reason) } }
                    td.n { (one.count) }
                } } }
            } }
        }
    }
}
