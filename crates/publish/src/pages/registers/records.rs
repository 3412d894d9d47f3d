//! `/registers/{id}`, and `/permits` for the register of that name: a search and a page of records.

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, Response};
use limpid_model::register::{FieldKind, Register, Status};
use limpid_store::{PublicEntry, PublicQuery};
use maud::{Markup, html};

use super::{address, badge, only, span, status, title};
use crate::answer::Failure;
use crate::api::query::escape;
use crate::api::registers::records::Asked;
use crate::app::{App, Shared};
use crate::pages::layout::{self, Page};
use crate::pages::not_found;
use crate::pages::view::View;

/// Parameters of the page beside the filters.
const KNOWN: [&str; 6] = ["q", "status", "bbox", "cursor", "lang", "view"];
/// Records on a page.
const SHOWN: usize = 50;

/// The register `permits`.
#[utoipa::path(
    get, path = "/permits", tag = "pages", operation_id = "permitsPage",
    params(
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column"),
    ),
    responses(
        (status = 200, description = "the discharge permits", content_type = "text/html", body = String),
        (status = 404, description = "there is no register of permits", content_type = "text/html", body = String),
    )
)]
pub async fn permits(state: State<Shared>, uri: OriginalUri, headers: HeaderMap) -> Result<Response<Body>, Failure> {
    get(state, Path("permits".to_owned()), uri, headers).await
}

/// The page. Every filter of the register is a parameter of its name, as in the API.
#[utoipa::path(
    get, path = "/registers/{id}", tag = "pages", operation_id = "registerPage",
    params(
        ("id" = String, Path, description = "id of the register"),
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column"),
    ),
    responses(
        (status = 200, description = "records of the register", content_type = "text/html", body = String),
        (status = 404, description = "there is no such register", content_type = "text/html", body = String),
    )
)]
pub async fn get(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let Some(register) = app.pipeline.registers.get(&id).cloned() else {
        return Ok(not_found::render(&app, &uri, &headers));
    };
    let filters: Vec<String> = register.filters().map(|(name, _)| name).collect();
    let known = |name: &str| KNOWN.contains(&name) || filters.iter().any(|filter| filter == name);
    let asked = Asked::read(&app, &register, &only(&uri, known), &["lang", "view"], SHOWN)?;
    let (found, next) = asked.page(&app).await?;
    let view = View::new(&app, &uri, &headers);
    let lang = view.lang;
    let view = match query_of(&asked.ask) {
        query if query.is_empty() => view,
        query => view.with_query(&query),
    };
    let api = format!("/api/v1/registers/{}", register.id);
    let today = app.zone().date_of(app.now());
    let main = html! {
        h1 { (title(&register, &view)) }
        @if let Some(about) = &register.about { p { (about.get(lang.code())) } }
        @if let Some(basis) = &register.basis { p.soft { (lang.t("register.basis")) ": " (basis) } }
        (form(&app, &register, &asked.ask, &view).await?)
        @if found.is_empty() {
            p { (lang.t("register.none")) }
        } @else {
            div.scroll tabindex="0" { table.stack {
                thead { tr {
                    th scope="col" { (register.field(&register.name).map_or("", |field| field.label.get(lang.code()))) }
                    th scope="col" { (register.field(&register.key).map_or("", |field| field.label.get(lang.code()))) }
                    @if register.validity.is_some() { th scope="col" { (lang.t("register.validity")) } }
                } }
                tbody { @for entry in &found { (row(&register, entry, today, &view)) } }
            } }
            @if let Some(next) = next {
                p { a href=(asked.address(uri.path(), next)) { (lang.t("register.next")) } }
            }
        }
        p { (lang.t("register.machine")) ": " a href=(api) { "JSON" } ", " a href=(format!("{api}?format=csv")) { "CSV" } ", "
            a href=(format!("/feeds/{}.atom", register.id)) { "Atom" } }
    };
    let page = Page { title: title(&register, &view), door: "/registers", live: false, main };
    Ok(layout::answer(&app, &view, &headers, page))
}

fn row(register: &Register, entry: &PublicEntry, today: chrono::NaiveDate, view: &View) -> Markup {
    let name = entry.record.as_ref().map_or("", |record| record.name());
    let name = if name.is_empty() { entry.id.as_str() } else { name };
    let validity = entry.validity();
    html! {
        tr {
            th scope="row" { a href=(view.link(&address(&register.id, &entry.id))) { (name) } }
            td { (entry.id) }
            @if register.validity.is_some() {
                td { (badge(view.lang, validity.on(today))) " " span.soft { (span(view.lang, &validity)) } }
            }
        }
    }
}

/// What was asked for, for the links in which language and type size change.
fn query_of(ask: &PublicQuery) -> String {
    let mut pairs: Vec<String> = Vec::new();
    if !ask.q.is_empty() {
        pairs.push(format!("q={}", escape(&ask.q)));
    }
    pairs.extend(ask.status.map(|(status, _)| format!("status={}", status.as_str())));
    pairs.extend(ask.filters.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))));
    pairs.join("&")
}

/// Values that a filter offers.
const OFFERED: usize = 100;

/// The search: words, status, and each filter with the values that there are.
async fn form(app: &App, register: &Register, ask: &PublicQuery, view: &View) -> Result<Markup, Failure> {
    let lang = view.lang;
    let chosen = |name: &str| ask.filters.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    let mut filters = Vec::new();
    for (name, field) in register.filters() {
        let values = app.journal.registers().public_terms(&register.id, &name, OFFERED).await?;
        let label = match name.split_once('.').and_then(|(table, _)| register.field(table)) {
            Some(table) => format!("{}: {}", table.label.get(lang.code()), field.label.get(lang.code())),
            None => field.label.get(lang.code()).to_owned(),
        };
        if !values.is_empty() {
            filters.push((name, label, field, values));
        }
    }
    let searchable = register.leaves().any(|(_, field, disclosure)| field.search && disclosure.is_public());
    Ok(html! {
        form.search method="get" role="search" {
            @for (name, value) in view.kept() { input type="hidden" name=(name) value=(value); }
            @if searchable {
                label { (lang.t("register.words")) input type="search" name="q" value=(ask.q); }
            }
            @if register.validity.is_some() {
                label { (lang.t("register.status"))
                    select name="status" {
                        option value="" { (lang.t("register.any")) }
                        @for one in Status::ALL {
                            option value=(one.as_str()) selected[ask.status.is_some_and(|(chosen, _)| chosen == one)] {
                                (status(lang, one))
                            }
                        }
                    }
                }
            }
            @if !filters.is_empty() { details open[!ask.filters.is_empty()] { summary { (lang.t("register.more")) }
              div.search { @for (name, label, field, values) in &filters {
                label { (label)
                    select name=(name) {
                        option value="" { (lang.t("register.any")) }
                        @for (value, count) in values {
                            @let shown = match &field.kind {
                                FieldKind::Choice(_) => field.choice_label(value, lang.code()),
                                _ => value.as_str(),
                            };
                            option value=(value) selected[chosen(name) == Some(value.as_str())] { (shown) " (" (count) ")" }
                        }
                    }
                }
              } } } }
            button type="submit" { (lang.t("register.search")) }
        }
    })
}
