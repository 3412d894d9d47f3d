//! `/registers/{id}/{record}`: one record; whether it is in force and how it changed come first.

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, Response, StatusCode};
use limpid_model::register::{Change, FieldKind, PublicRecord, Register, TermKind, Withheld};
use limpid_store::{PublicEntry, PublicRevision};
use maud::{Markup, html};
use serde_json::Value;

use super::{address, badge, only, span, table, title, value};
use crate::answer::Failure;
use crate::api::openapi::ProblemBody;
use crate::api::query::{Query, escape};
use crate::api::registers::record::changes;
use crate::app::{App, Shared};
use crate::pages::layout::{self, Page};
use crate::pages::view::View;
use crate::pages::words::Lang;
use crate::pages::{not_found, say};

/// The page; with `from` and `to` it says what differs between two revisions.
#[utoipa::path(
    get, path = "/registers/{id}/{record}", tag = "pages", operation_id = "recordPage",
    params(
        ("id" = String, Path, description = "id of the register"),
        ("record" = String, Path, description = "key of the record"),
        ("from" = Option<u32>, Query, minimum = 1, description = "compare this revision"),
        ("to" = Option<u32>, Query, minimum = 1, description = "with this one"),
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column"),
    ),
    responses(
        (status = 200, description = "the record", content_type = "text/html", body = String),
        (status = 400, description = "`from` or `to` is no revision that was public", content_type = "application/problem+json", body = ProblemBody),
        (status = 404, description = "there is no such register or public record", content_type = "text/html", body = String),
        (status = 410, description = "it was withdrawn", content_type = "text/html", body = String),
    )
)]
pub async fn get(
    State(app): State<Shared>,
    Path((id, key)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let Some(register) = app.pipeline.registers.get(&id).cloned() else {
        return Ok(not_found::render(&app, &uri, &headers));
    };
    let Some((entry, revisions)) = app.journal.registers().public_record(&register.id, &key).await? else {
        return Ok(not_found::render(&app, &uri, &headers));
    };
    let view = View::new(&app, &uri, &headers);
    let lang = view.lang;
    let Some(record) = &entry.record else {
        let main = html! {
            h1 { (entry.id) }
            p { a href=(view.link(&format!("/registers/{}", register.id))) { (title(&register, &view)) } }
            @if let Some(notice) = &entry.withdrawn {
                p.note { strong { (lang.t("register.gone")) } " " (notice.on) ": " (notice.why) }
            }
        };
        let page = Page { title: &entry.id, door: "/registers", live: false, main };
        return Ok(layout::answer_with(&app, &view, StatusCode::GONE, page));
    };
    let query = Query::parse(&only(&uri, |name| ["from", "to"].contains(&name)), &["from", "to"])?;
    let compared = changes(&query, &revisions)?;
    let name = if record.name().is_empty() { entry.id.as_str() } else { record.name() };
    let validity = entry.validity();
    let today = app.zone().date_of(app.now());
    let api = format!("/api/v1{}", address(&register.id, &entry.id));
    let main = html! {
        h1 { (name) }
        p { a href=(view.link(&format!("/registers/{}", register.id))) { (title(&register, &view)) } " · " (entry.id) }
        @if register.validity.is_some() || entry.repealed.is_some() {
            p { strong { (badge(lang, validity.on(today))) } " " (span(lang, &validity)) }
        }
        @if let Some(notice) = &entry.repealed {
            p.note { strong { (lang.t("register.repealed")) } " " (notice.on) ": " (notice.why) }
        }
        (terms(&app, &register, record, &view))
        (history(&app, &register, &entry, &revisions, &view))
        @if let Some(compared) = &compared { (differences(lang, &register, compared)) }
        (contents(&register, record, &view))
        (kept_back(lang, &register, record.withheld()))
        p { (lang.t("register.machine")) ": " a href=(api) { "JSON" } }
    };
    Ok(layout::answer(&app, &view, &headers, Page { title: name, door: "/registers", live: false, main }))
}

/// By when it had to be published, and its terms.
fn terms(app: &App, register: &Register, record: &PublicRecord, view: &View) -> Markup {
    let (lang, calendar) = (view.lang, &app.pipeline.publisher.calendar);
    let by = |day: chrono::NaiveDate, provisional: bool| {
        let day = day.to_string();
        if provisional {
            lang.fill("register.by_provisional", &[("day", &day)])
        } else {
            lang.fill("register.by", &[("day", &day)])
        }
    };
    let terms = register.terms_of(record, calendar);
    let due = register.due(record, calendar);
    html! {
        @if due.is_some() || !terms.is_empty() {
            ul {
                @if let Some(due) = due { li { (lang.t("register.due")) ": " (by(due.date, due.provisional)) } }
                @for term in &terms { li {
                    (term.label.get(lang.code())) ": "
                    (match term.kind {
                        TermKind::Within => by(term.due, term.provisional),
                        TermKind::AtLeast => lang.fill("register.at_least", &[("day", &term.due.to_string())]),
                    })
                    @if let Some(met) = term.met { (lang.t("list.comma")) (lang.fill("register.met", &[("day", &met.to_string())])) }
                    @match term.kept {
                        Some(true) => { " " span.badge { (lang.t("register.kept")) } }
                        Some(false) => { " " span.badge.warn { (lang.t("register.missed")) } }
                        None => {}
                    }
                } }
            }
        }
    }
}

/// The revisions, the newest first.
fn history(app: &App, register: &Register, entry: &PublicEntry, revisions: &[PublicRevision], view: &View) -> Markup {
    let lang = view.lang;
    let page = format!("/registers/{}/{}", register.id, escape(&entry.id));
    html! {
        h2 { (lang.t("register.history")) }
        div.scroll tabindex="0" { table {
            tbody { @for (place, one) in revisions.iter().enumerate().rev() { tr {
                th scope="row" { (lang.fill("register.revision", &[("n", &one.revision.to_string())])) }
                td { (say::moment(one.released, app.zone())) }
                td { @if let Some(before) = place.checked_sub(1).and_then(|place| revisions.get(place)) {
                    a href=(view.link(&format!("{page}?from={}&to={}", before.revision, one.revision))) { (lang.t("register.compare")) }
                } }
            } } }
        } }
    }
}

/// What differs between two revisions.
fn differences(lang: Lang, register: &Register, changes: &[Change]) -> Markup {
    html! {
        h2 { (lang.t("register.changes")) }
        @if changes.is_empty() { p { (lang.t("register.no_changes")) } }
        @else {
            div.scroll tabindex="0" { table {
                thead { tr {
                    th scope="col" { (lang.t("register.field")) }
                    th scope="col" { (lang.t("register.before")) }
                    th scope="col" { (lang.t("register.after")) }
                } }
                tbody { @for change in changes { tr {
                    th scope="row" { (label(lang, register, &change.field)) }
                    td { (plain(&change.before)) }
                    td { (plain(&change.after)) }
                } } }
            } }
        }
    }
}

/// The label of `limits[3].value`, with the row.
pub fn label(lang: Lang, register: &Register, path: &str) -> String {
    let (table, rest) = path.split_once('[').unwrap_or((path, ""));
    let (row, column) = rest.split_once(']').unwrap_or(("", ""));
    let name =
        |path: &str| register.field_at(path).map_or(path.to_owned(), |field| field.label.get(lang.code()).to_owned());
    match (row, column.strip_prefix('.')) {
        ("", _) => name(table),
        (row, Some(column)) => format!("{} {row}: {}", name(table), name(&format!("{table}.{column}"))),
        (row, None) => format!("{} {row}", name(table)),
    }
}

/// A value of an inner field as text.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The fields, tables apart.
fn contents(register: &Register, record: &PublicRecord, view: &View) -> Markup {
    let lang = view.lang;
    let fields = || register.fields.iter().filter_map(|field| Some((field, record.fields().get(&field.name)?)));
    html! {
        h2 { (lang.t("register.contents")) }
        div.scroll tabindex="0" { table.fields {
            tbody { @for (field, found) in fields().filter(|(field, _)| !matches!(field.kind, FieldKind::Table(_))) { tr {
                th scope="row" { (field.label.get(lang.code())) }
                td { (value(view, field, found)) }
            } } }
        } }
        @for (field, found) in fields() {
            @if let (FieldKind::Table(columns), Value::Array(rows)) = (&field.kind, found) {
                h3 { (field.label.get(lang.code())) }
                (table(view, columns, rows))
            }
        }
    }
}

/// What is not shown, and why.
fn kept_back(lang: Lang, register: &Register, withheld: &[Withheld]) -> Markup {
    html! {
        @if !withheld.is_empty() {
            h2 { (lang.t("register.withheld")) }
            ul { @for one in withheld { li {
                (register.field_at(&one.field).map_or("", |field| field.label.get(lang.code()))) ": "
                (how(lang, &one.how))
                @if let Some(reason) = one.reason { " (" (reason_words(lang, reason)) ")" }
            } } }
        }
    }
}

/// How something is not shown, in words.
pub fn how(lang: Lang, how: &str) -> &'static str {
    match how {
        "on_request" => lang.t("register.on_request"),
        "masked" => lang.t("register.masked"),
        "dropped" => lang.t("register.dropped"),
        _ => lang.t("register.kept_back"),
    }
}

fn reason_words(lang: Lang, reason: limpid_model::register::Reason) -> &'static str {
    use limpid_model::register::Reason;
    match reason {
        Reason::StateSecret => lang.t("reason.state_secret"),
        Reason::LawForbids => lang.t("reason.law_forbids"),
        Reason::Security => lang.t("reason.security"),
        Reason::TradeSecret => lang.t("reason.trade_secret"),
        Reason::Privacy => lang.t("reason.privacy"),
        Reason::Internal => lang.t("reason.internal"),
        Reason::Process => lang.t("reason.process"),
        Reason::EnforcementFile => lang.t("reason.enforcement_file"),
    }
}
