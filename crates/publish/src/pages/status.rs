//! `/status`: whether data arrive, station by station, and what was refused.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use maud::{Markup, html};

use super::gaps::Missing;
use super::layout::{self, Page};
use super::view::View;
use super::words::Lang;
use super::{front, registers, say};
use crate::answer::Failure;
use crate::app::{App, Shared};
use crate::board::Snapshot;
use crate::datasets::Dataset;
use crate::freshness::deadline::State as Standing;
use crate::freshness::{self, Published};

/// The page.
#[utoipa::path(
    get, path = "/status", tag = "pages", operation_id = "statusPage",
    params(
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column"),
    ),
    responses((status = 200, description = "whether data arrive", content_type = "text/html", body = String))
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let view = View::new(&app, &uri, &headers);
    let lang = view.lang;
    let board = app.board.now();
    let all = app.pipeline.stations.iter().map(|station| station.id.clone());
    let missing = Missing::read(&app, all.collect()).await?;
    let counts = app.journal.counts().await?;
    let numbers = [
        (lang.t("verdict.stored"), counts.stored),
        (lang.t("verdict.same"), counts.same),
        (lang.t("verdict.corrected"), counts.corrected),
        (lang.t("verdict.quarantined"), counts.quarantined),
        (lang.t("verdict.rejected"), counts.rejected),
    ];
    let main = html! {
        h1 { (lang.t("status.title")) }
        p { (lang.fill("status.board", &[("time", &say::moment(board.generated, app.zone()))])) }
        (publications(&app, &view))
        (stations(&app, &view, &board))
        (missing.of_all(&app, &view))
        @if !app.pipeline.registers.is_empty() {
            h2 { (lang.t("register.title")) }
            (registers::list::table(&app, &view).await?)
        }
        h2 { (lang.t("status.received")) }
        p { (lang.t("status.received_about")) }
        div.scroll tabindex="0" { table {
            tbody { @for (name, count) in numbers { tr { th scope="row" { (name) } td.n { (count) } } } }
        } }
        p { a href="/healthz" { "/healthz" } " · " a href="/readyz" { "/readyz" } " · " a href="/metrics" { "/metrics" } }
    };
    Ok(layout::answer(&app, &view, &headers, Page { title: lang.t("status.title"), door: "/status", live: true, main }))
}

/// What must be published, and by when.
/// Publications against their deadlines.
pub fn publications(app: &App, view: &View) -> Markup {
    let (lang, zone) = (view.lang, app.zone());
    let publications = freshness::publications(app);
    html! {
        @if !publications.is_empty() {
            h2 { (lang.t("status.publications")) }
            div.scroll tabindex="0" { table.stack {
                thead { tr {
                    th scope="col" { (lang.t("col.publication")) }
                    th scope="col" { (lang.t("col.state")) }
                    th scope="col" { (lang.t("col.last")) }
                    th scope="col" { (lang.t("col.deadline")) }
                } }
                tbody { @for publication in &publications {
                    tr.old[publication.state == Standing::Late] {
                        th scope="row" { (name(app, lang, &publication.what)) }
                        td data-label=(lang.t("col.state")) { (match publication.state {
                            Standing::Met => lang.t("state.met"),
                            Standing::Due => lang.t("state.due"),
                            Standing::Late => lang.t("state.late"),
                            Standing::None => lang.t("state.none"),
                        }) }
                        td data-label=(lang.t("col.last")) { (publication.last.map_or(lang.t("none.ever").to_owned(), |last| say::moment(last, zone))) }
                        td data-label=(lang.t("col.deadline")) { (say::moment(publication.deadline, zone)) }
                    }
                } }
            } }
        }
    }
}

fn name(app: &App, lang: Lang, what: &Published) -> Markup {
    html! { @match what {
        Published::Records(kind, rhythm) => { (front::kind_name(lang, *kind)) " " (say::period(lang, rhythm.period())) }
        Published::Forecast => (lang.t("publication.forecast")),
        Published::ForecastIssue => (lang.t("publication.forecast_issue")),
        Published::Dataset(id) => {
            @let title = Dataset::parse(&app.pipeline, id).map_or_else(|_| id.clone(), |one| one.title().get(lang.code()).to_owned());
            (lang.fill("publication.dataset", &[("title", &title)]))
        }
    } }
}

/// The stations, and what came of each last.
pub fn stations(app: &App, view: &View, board: &Snapshot) -> Markup {
    let lang = view.lang;
    html! {
        h2 { (lang.t("status.stations")) }
        div.scroll tabindex="0" { table.stack {
            thead { tr {
                th scope="col" { (lang.t("col.station")) }
                th scope="col" { (lang.t("about.kind")) }
                th scope="col" { (lang.t("col.state")) }
                th scope="col" { (lang.t("col.last")) }
            } }
            tbody { @for now in &board.stations {
                tr.old[!now.freshness.current()] {
                    th scope="row" {
                        a href=(view.link(&format!("/stations/{}", now.station.id))) {
                            (now.station.name.get(lang.code()))
                        }
                        @if now.station.simulated { " " span.badge.warn { (lang.t("simulated.mark")) } }
                    }
                    td { (front::kind_name(lang, now.station.kind)) }
                    td { (say::freshness(lang, now.freshness)) }
                    td {
                        @match now.newest().map(|value| value.published.record.end) {
                            Some(last) => { (say::moment(last, app.zone())) " " span.whole { "(" (say::age(lang, app.now() - last)) ")" } }
                            None => (lang.t("none.ever")),
                        }
                    }
                }
            } }
        } }
    }
}
