//! `/registers`: what registers there are, and how current.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use limpid_model::register::Every;
use maud::{Markup, html};

use crate::answer::Failure;
use crate::app::{App, Shared};
use crate::freshness::registers;
use crate::pages::layout::{self, Page};
use crate::pages::say;
use crate::pages::view::View;
use crate::pages::words::Lang;

/// The page.
#[utoipa::path(
    get, path = "/registers", tag = "pages", operation_id = "registersPage",
    params(
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column"),
    ),
    responses((status = 200, description = "the registers", content_type = "text/html", body = String))
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let view = View::new(&app, &uri, &headers);
    let lang = view.lang;
    let main = html! {
        h1 { (lang.t("register.title")) }
        p { (lang.t("register.about")) }
        (table(&app, &view).await?)
        p { (lang.t("register.machine")) ": " a href="/api/v1/registers" { "JSON" } }
        p { (lang.t("register.catalogue")) ": " a href="/api/v1/registers?format=xlsx" { "XLSX" } ", "
            a href="/api/v1/registers?format=csv" { "CSV" } }
    };
    Ok(layout::answer(
        &app,
        &view,
        &headers,
        Page { title: lang.t("register.title"), door: "/registers", live: false, main },
    ))
}

/// Every register with what it promises and when it was brought up to date; for `/status` too.
///
/// # Errors
/// Those of the journal.
pub async fn table(app: &App, view: &View) -> Result<Markup, Failure> {
    let (lang, zone, now) = (view.lang, app.zone(), app.now());
    let counts = app.journal.registers().public_counts().await?;
    Ok(html! {
        @if app.pipeline.registers.is_empty() { p { (lang.t("register.no_registers")) } }
        @else {
            div.scroll tabindex="0" { table.stack {
                thead { tr {
                    th scope="col" { (lang.t("register.name")) }
                    th.n scope="col" { (lang.t("register.records")) }
                    th scope="col" { (lang.t("register.promised")) }
                    th scope="col" { (lang.t("register.updated")) }
                } }
                tbody { @for register in app.pipeline.registers.iter() {
                    @let count = counts.iter().find(|count| count.register == register.id);
                    @let late = registers::late(register, count.map(|count| count.updated), now);
                    tr.old[late] {
                        th scope="row" { a href=(view.link(&format!("/registers/{}", register.id))) { (super::title(register, view)) } }
                        td.n { (count.map_or(0, |count| count.count)) }
                        td {
                            @if let Some(every) = register.every { (self::every(lang, every)) }
                            @if let Some(deadline) = &register.deadline {
                                @if register.every.is_some() { (lang.t("list.comma")) }
                                (lang.fill("register.deadline", &[("n", &deadline.working_days.to_string())]))
                            }
                        }
                        td {
                            (count.map_or(lang.t("none.ever").to_owned(), |count| say::moment(count.updated, zone)))
                            @if late { " " span.badge.warn { (lang.t("state.late")) } }
                        }
                    }
                } }
            } }
        }
    })
}

fn every(lang: Lang, every: Every) -> &'static str {
    match every {
        Every::Day => lang.t("register.every_day"),
        Every::Week => lang.t("register.every_week"),
        Every::Month => lang.t("register.every_month"),
        Every::Quarter => lang.t("register.every_quarter"),
        Every::Year => lang.t("register.every_year"),
    }
}
