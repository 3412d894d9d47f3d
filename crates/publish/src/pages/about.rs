//! `/about`: who publishes, how figures are made, and what the words mean.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use limpid_model::pipeline::Authority;
use limpid_model::{Flag, Scheme, StationKind};
use maud::html;

use super::layout::{self, Page};
use super::say;
use super::view::View;
use super::words::Lang;
use crate::app::Shared;

/// The page.
#[utoipa::path(
    get, path = "/about", tag = "pages", operation_id = "aboutPage",
    params(
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column"),
    ),
    responses((status = 200, description = "who publishes, and how figures are made", content_type = "text/html", body = String))
)]
pub async fn get(State(app): State<Shared>, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let lang = view.lang;
    let publisher = &app.pipeline.publisher;
    let kinds: BTreeSet<StationKind> = app.pipeline.stations.iter().map(|station| station.kind).collect();
    let main = html! {
        h1 { (lang.t("about.title")) }
        h2 { (lang.t("about.who")) }
        dl {
            dt { (lang.t("about.publisher")) } dd { (publisher.name.get(lang.code())) " (" (authority(lang, publisher.authority)) ")" }
            dt { (lang.t("about.zone")) } dd { (publisher.zone.name()) }
            dt { (lang.t("data.licence")) } dd { (publisher.licence) }
        }
        h2 { (lang.t("about.method")) }
        p { (lang.t("about.method_1")) }
        p { (lang.t("about.method_2")) }
        p { (lang.t("about.method_3")) }
        h2 { (lang.t("about.stale")) }
        p { (lang.t("about.stale_1")) }
        div.scroll tabindex="0" { table.stack {
            thead { tr { th scope="col" { (lang.t("col.age")) } th scope="col" { (lang.t("col.shown")) } } }
            tbody {
                tr { th scope="row" { (lang.t("stale.rule_1")) } td { (lang.t("stale.shown_1")) } }
                tr { th scope="row" { (lang.t("stale.rule_2")) } td { (lang.t("stale.shown_2")) } }
                tr { th scope="row" { (lang.t("stale.rule_3")) } td { (lang.t("stale.shown_3")) } }
                tr { th scope="row" { (lang.t("stale.rule_4")) } td { (lang.t("stale.shown_4")) } }
            }
        } }
        p { (lang.t("about.stale_2")) }
        h2 { (lang.t("about.flags")) }
        div.scroll tabindex="0" { table {
            thead { tr { th.n scope="col" { (lang.t("col.flag")) } th scope="col" { (lang.t("col.meaning")) } } }
            tbody {
                @for flag in [Flag::Pass, Flag::NotEvaluated, Flag::Suspect, Flag::Fail, Flag::Missing] {
                    tr { td.n { (flag.code()) } td { (say::flag(lang, flag)) } }
                }
            }
        } }
        p { (lang.t("about.flags_1")) }
        p { (lang.t("about.status_1")) }
        h2 { (lang.t("about.standards")) }
        ul {
            @for scheme in Scheme::all().iter().filter(|scheme| kinds.contains(&scheme.kind)) {
                li {
                    (scheme.title.get(lang.code())) ", " code { (scheme.id) } ": " (scheme.from()) " - "
                    @if let Some(to) = scheme.to().and_then(|to| to.pred_opt()) { (to) } @else { (lang.t("about.today")) }
                }
            }
        }
    };
    layout::answer(&app, &view, &headers, Page { title: lang.t("about.title"), door: "/about", live: false, main })
}

fn authority(lang: Lang, authority: Authority) -> &'static str {
    match authority {
        Authority::County => lang.t("authority.county"),
        Authority::City => lang.t("authority.city"),
        Authority::Province => lang.t("authority.province"),
        Authority::National => lang.t("authority.national"),
    }
}
