//! Registers for people: `/registers`, one of them with a search, one record with its validity and history first.

pub mod list;
pub mod one;
pub mod records;

use axum::http::Uri;
use chrono::NaiveDate;
use limpid_model::register::{Field, FieldKind, LinkTo, Register, Status, Validity};
use maud::{Markup, html};
use serde_json::Value;

use super::view::View;
use super::words::Lang;
use crate::api::query::escape;

/// What a record is today, in words.
pub fn status(lang: Lang, status: Status) -> &'static str {
    match status {
        Status::NotYet => lang.t("register.not_yet"),
        Status::InForce => lang.t("register.in_force"),
        Status::Expired => lang.t("register.expired"),
        Status::Repealed => lang.t("register.repealed"),
        Status::Revoked => lang.t("register.revoked"),
        Status::Cancelled => lang.t("register.cancelled"),
        Status::Withdrawn => lang.t("register.withdrawn"),
    }
}

/// The status as a badge: words, never colour alone.
fn badge(lang: Lang, now: Status) -> Markup {
    html! { span.badge.warn[now != Status::InForce] { (status(lang, now)) } }
}

/// From when to when, in words; empty where nothing is known.
fn span(lang: Lang, validity: &Validity) -> String {
    let day = |day: Option<NaiveDate>| day.map_or_else(|| "…".to_owned(), |day| day.to_string());
    let mut text = match (validity.from, validity.to) {
        (None, None) => String::new(),
        (from, to) => lang.fill("register.span", &[("from", &day(from)), ("to", &day(to))]),
    };
    if let Some(ended) = validity.ended {
        if !text.is_empty() {
            text.push_str(lang.t("list.comma"));
        }
        text.push_str(&lang.fill("register.ended", &[("day", &ended.to_string())]));
    }
    text
}

/// The page of a record.
fn address(register: &str, record: &str) -> String {
    format!("/registers/{}/{}", escape(register), escape(record))
}

/// A value as people read it.
fn value(view: &View, field: &Field, value: &Value) -> Markup {
    let lang = view.lang;
    html! {
        @match (value, &field.kind) {
            (Value::Null, _) => {}
            (Value::String(text), FieldKind::Choice(_)) => (field.choice_label(text, lang.code())),
            (Value::String(text), FieldKind::Link(LinkTo::Url)) => { a href=(text) rel="nofollow noopener" { (text) } }
            (Value::String(text), FieldKind::Link(LinkTo::Station)) => {
                a href=(view.link(&format!("/stations/{}", escape(text)))) { (text) }
            }
            (Value::String(text), FieldKind::Link(LinkTo::Register(id))) => { a href=(view.link(&address(id, text))) { (text) } }
            (Value::String(text), _) => (text),
            (other, _) => { (other) @if let Some(unit) = &field.unit { " " (unit) } }
        }
    }
}

/// A table of a record.
fn table(view: &View, columns: &[Field], rows: &[Value]) -> Markup {
    let shown: Vec<&Field> =
        columns.iter().filter(|column| rows.iter().any(|row| row.get(&column.name).is_some())).collect();
    html! {
        div.scroll tabindex="0" { table {
            thead { tr { @for column in &shown { th scope="col" { (column.label.get(view.lang.code())) } } } }
            tbody { @for row in rows { tr {
                @for column in &shown {
                    @let number = matches!(column.kind, FieldKind::Number);
                    td.n[number] { @if let Some(cell) = row.get(&column.name) { (value(view, column, cell)) } }
                }
            } } }
        } }
    }
}

/// An address with those parameters only that a page knows and that have a value: what is unknown in the query of a page is
/// passed over, and a form sends the fields that are left empty too.
fn only(uri: &Uri, known: impl Fn(&str) -> bool) -> Uri {
    let wanted = |pair: &&str| pair.split_once('=').is_some_and(|(name, value)| known(name) && !value.is_empty());
    let pairs: Vec<&str> = uri.query().unwrap_or_default().split('&').filter(wanted).collect();
    let text = if pairs.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), pairs.join("&")) };
    text.parse().unwrap_or_else(|_| uri.clone())
}

/// The title of a register.
fn title<'r>(register: &'r Register, view: &View) -> &'r str {
    register.title.get(view.lang.code())
}
