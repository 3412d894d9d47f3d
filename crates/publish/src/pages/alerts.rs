//! Alerts to the public: the banner on every page while one holds, and `/alerts`.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use limpid_model::Alert;
use limpid_model::alert::active;
use maud::{Markup, html};

use super::layout::{self, Page};
use super::say;
use super::view::View;
use super::words::Lang;
use crate::alerts::{AlertState, document_path};
use crate::app::{App, Shared};

/// Alerts on the page; the API has them all.
const SHOWN: usize = 50;

/// What holds now, above everything else. Nothing where nothing holds: what has expired is never shown as a warning.
pub fn banner(app: &App, view: &View) -> Markup {
    let (all, lang) = (app.alerts.load(), view.lang);
    html! {
        @for alert in active(all.iter(), app.now()) {
            @if let Some(info) = alert.info(lang.code()) {
                section.alert aria-labelledby=(format!("in-force-{}", alert.id)) {
                    p.word id=(format!("in-force-{}", alert.id)) {
                        strong { (lang.t("alerts.one")) } " "
                        a lang=(info.language) href=(format!("{}#alert-{}", view.link("/alerts"), alert.id)) {
                            (info.headline.as_deref().unwrap_or(&info.event))
                        }
                    }
                    @if let Some(instruction) = &info.instruction { p lang=(info.language) { (instruction) } }
                    p.soft { (source(app, lang, alert)) }
                }
            }
        }
    }
}

/// Who says it, for where, and until when.
fn source(app: &App, lang: Lang, alert: &Alert) -> String {
    let info = alert.info(lang.code());
    let sender = info.and_then(|info| info.sender_name.as_deref()).unwrap_or(&alert.sender);
    let until = say::moment(alert.ends(), app.zone());
    let areas = info.map(|info| info.areas.join(lang.t("list.comma"))).unwrap_or_default();
    let key = if alert.own { "alerts.own" } else { "alerts.relayed" };
    lang.fill(key, &[("sender", sender), ("areas", &areas), ("until", &until)])
}

/// How an alert stands, in words.
pub fn state_name(lang: Lang, state: AlertState) -> &'static str {
    match state {
        AlertState::Active => lang.t("alerts.active"),
        AlertState::Coming => lang.t("alerts.coming"),
        AlertState::Expired => lang.t("alerts.expired"),
        AlertState::Updated => lang.t("alerts.updated"),
        AlertState::Cancelled => lang.t("alerts.cancelled"),
        AlertState::Test => lang.t("alerts.test"),
    }
}

/// The newest alerts, and how they stand.
#[utoipa::path(
    get, path = "/alerts", tag = "pages", operation_id = "alertsPage",
    params(
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column"),
    ),
    responses((status = 200, description = "the newest alerts, and how they stand", content_type = "text/html", body = String))
)]
pub async fn get(State(app): State<Shared>, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let lang = view.lang;
    let (all, now) = (app.alerts.load(), app.now());
    let main = html! {
        h1 { (lang.t("alerts.title")) }
        p { (lang.t("alerts.about")) }
        @if all.is_empty() { p.word { (lang.t("alerts.none")) } }
        @for alert in all.iter().rev().take(SHOWN) {
            (one(&app, lang, alert, AlertState::of(alert, &all, now)))
        }
        p { a href="/api/v1/alerts" { (lang.t("alerts.all")) } " · " a href="/feeds/alerts.atom" { "Atom" } }
    };
    layout::answer(&app, &view, &headers, Page { title: lang.t("alerts.title"), door: "/alerts", live: true, main })
}

fn one(app: &App, lang: Lang, alert: &Alert, state: AlertState) -> Markup {
    let info = alert.info(lang.code());
    let title = info.map_or(alert.identifier.as_str(), |info| info.headline.as_deref().unwrap_or(&info.event));
    let said = info.map_or(lang.tag(), |info| info.language.as_str());
    html! {
        article.card id=(format!("alert-{}", alert.id)) aria-labelledby=(format!("title-{}", alert.id)) {
            h2 id=(format!("title-{}", alert.id)) lang=(said) { (title) }
            p { b { (state_name(lang, state)) } " · " (source(app, lang, alert)) }
            @if let Some(info) = info {
                div lang=(said) {
                    @if let Some(text) = &info.description { p { (text) } }
                    @if let Some(text) = &info.instruction { p { strong { (text) } } }
                }
            }
            p.soft {
                (lang.fill("alerts.issued", &[("time", &say::moment(alert.issued(), app.zone()))])) " · "
                @if alert.signed { (lang.t("alerts.signed")) " · " }
                a href=(document_path(alert.id)) { "CAP" }
            }
        }
    }
}
