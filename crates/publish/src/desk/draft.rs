//! `/desk/draft/{register}`: a form made from the register's schema, with the rows of its tables.

use axum::Extension;
use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, Response, StatusCode};
use limpid_model::register::{Field, FieldKind, Register, Role};
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::frame;
use super::guard::Fields;
use super::person::Person;
use super::records::address;
use crate::answer::Failure;
use crate::api::registers as api;
use crate::api::registers::write::{self, NewRecord, NotDrafted};
use crate::app::Shared;
use crate::pages::registers::one::{label, plain};
use crate::pages::view::View;
use crate::pages::words::Lang;

/// Empty rows below those that a table has.
const EMPTY: usize = 3;

/// A form as it is to be shown.
struct Form {
    values: Map<String, Value>,
    why: String,
    /// Fields at fault, with what is wrong.
    wrong: Vec<(String, String)>,
    /// More empty rows, for one table.
    more: Option<String>,
    /// Whether the record is there already: its key stays.
    known: bool,
}

/// The form; with `record` of a record that there is.
pub async fn get(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let shown = open(&app, &view, &person, &id, frame::asked(&uri, "record")).await;
    shown.unwrap_or_else(|failure| frame::told(&app, &(uri, headers), Some(&person), failure))
}

async fn open(
    app: &Shared,
    view: &View,
    person: &Person,
    id: &str,
    record: Option<String>,
) -> Result<Response<Body>, Failure> {
    let register = api::register(app, id)?;
    person.officer(Role::Editor, &register.id)?;
    let known = record.is_some();
    let values = match record {
        None => Map::new(),
        Some(record) => {
            let newest = app.journal.registers().newest_revisions(&register.id, vec![record]).await?.pop().flatten();
            newest.ok_or_else(|| Failure::not_found("there is no such record"))?.values.with(Map::new())
        }
    };
    let form = Form { values, why: String::new(), wrong: Vec::new(), more: None, known };
    Ok(show(app, view, person, &register, &form))
}

/// Writes a draft, or shows the form again with more rows, or with what is wrong.
pub async fn post(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
    Extension(fields): Extension<Fields>,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let taken = take(&app, &view, &person, &id, &fields).await;
    taken.unwrap_or_else(|failure| frame::told(&app, &(uri, headers), Some(&person), failure))
}

async fn take(
    app: &Shared,
    view: &View,
    person: &Person,
    id: &str,
    fields: &Fields,
) -> Result<Response<Body>, Failure> {
    let register = api::register(app, id)?;
    let officer = person.officer(Role::Editor, &register.id)?;
    let (values, why) = (read(&register, fields), fields.get("why").to_owned());
    let known = fields.get("known") == "yes";
    if let Some(table) = fields.some("more") {
        let form = Form { values, why, wrong: Vec::new(), more: Some(table), known };
        return Ok(show(app, view, person, &register, &form));
    }
    let new = NewRecord { fields: values.clone(), why: why.clone() };
    match write::draft_as(app, officer, &register, new).await {
        Ok(drafted) => {
            let what = format!("{id}/{} revision {}", drafted.record, drafted.revision);
            app.journal.desk().change(vec![person.note(app, "record_draft", what)]).await?;
            Ok(frame::done(view, &address(&register.id, &drafted.record)))
        }
        Err(NotDrafted::Wrong(problems)) => {
            let wrong = problems.into_iter().map(|one| (one.field, one.what)).collect();
            Ok(show(app, view, person, &register, &Form { values, why, wrong, more: None, known }))
        }
        Err(NotDrafted::Failed(failure)) => Err(failure),
    }
}

/// The values of a form: every field of the register, null where it is empty; `limits.0.value` is a cell of a table.
fn read(register: &Register, fields: &Fields) -> Map<String, Value> {
    let value = |text: &str| if text.trim().is_empty() { Value::Null } else { Value::String(lines(text)) };
    let mut values = Map::new();
    for field in &register.fields {
        let taken = match &field.kind {
            FieldKind::Table(columns) => Value::Array(rows(&field.name, columns, fields)),
            _ => value(fields.get(&field.name)),
        };
        values.insert(field.name.clone(), taken);
    }
    values
}

/// Browsers send lines with both signs at their ends.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn rows(table: &str, columns: &[Field], fields: &Fields) -> Vec<Value> {
    let mut rows = std::collections::BTreeMap::<usize, Map<String, Value>>::new();
    for (name, text) in fields.0.iter().filter(|(_, text)| !text.trim().is_empty()) {
        let cell =
            name.strip_prefix(table).and_then(|rest| rest.strip_prefix('.')).and_then(|rest| rest.split_once('.'));
        let Some((Ok(row), column)) = cell.map(|(row, column)| (row.parse(), column)) else { continue };
        if columns.iter().any(|one| one.name == column) {
            rows.entry(row).or_default().insert(column.to_owned(), Value::String(lines(text)));
        }
    }
    rows.into_values().map(Value::Object).collect()
}

fn show(app: &Shared, view: &View, person: &Person, register: &Register, form: &Form) -> Response<Body> {
    let lang = view.lang;
    let title = register.title.get(lang.code());
    let status = if form.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let main = html! {
        h1 { (title) ": " @if form.known { (lang.t("desk.edit")) } @else { (lang.t("desk.new_record")) } }
        @if !form.wrong.is_empty() {
            div.note role="alert" { p { (lang.fill("desk.problems", &[("n", &form.wrong.len().to_string())])) }
                ul { @for (field, what) in &form.wrong { li { strong { (label(lang, register, field)) } ": " span lang="en" { (what) } } } }
            }
        }
        form.fill method="post" action=(view.link(&format!("/desk/draft/{}", register.id))) {
            (frame::csrf(person))
            @if form.known { input type="hidden" name="known" value="yes"; }
            @for field in &register.fields { (one(lang, register, field, form)) }
            label { (lang.t("desk.why")) textarea name="why" maxlength="2000" { (form.why) } }
            button type="submit" { (lang.t("desk.save")) }
        }
    };
    frame::page(app, view, Some(person), status, title, &main)
}

/// A field, or a table.
fn one(lang: Lang, register: &Register, field: &Field, form: &Form) -> Markup {
    let found = form.values.get(&field.name).unwrap_or(&Value::Null);
    let wrong = form.wrong.iter().any(|(name, _)| name == &field.name);
    let FieldKind::Table(columns) = &field.kind else {
        return html! {
            label.wrong[wrong] {
                span { (field.label.get(lang.code()))
                    @if field.required || field.name == register.key { " " span.badge { (lang.t("desk.required")) } }
                    @if !field.disclosure.is_public() { " " span.badge.warn { (lang.t("desk.not_public")) } }
                    @if let Some(unit) = &field.unit { " (" (unit) ")" } }
                (input(lang, field, &field.name, found, form.known && field.name == register.key, None))
            }
        };
    };
    let none = Vec::new();
    let rows = found.as_array().unwrap_or(&none);
    let shown = rows.len() + if form.more.as_deref() == Some(&field.name) { 4 * EMPTY } else { EMPTY };
    html! {
        fieldset { legend { (field.label.get(lang.code())) }
            div.scroll tabindex="0" { table {
                thead { tr { @for column in columns { th scope="col" { (column.label.get(lang.code())) @if let Some(unit) = &column.unit { " (" (unit) ")" } } } } }
                tbody { @for row in 0..shown { tr { @for column in columns {
                    @let cell = rows.get(row).and_then(|row| row.get(&column.name)).unwrap_or(&Value::Null);
                    @let label = format!("{} {}", column.label.get(lang.code()), row + 1);
                    td { (input(lang, column, &format!("{}.{row}.{}", field.name, column.name), cell, false, Some(&label))) }
                } } } }
            } }
            button type="submit" name="more" value=(field.name) formnovalidate { (lang.t("desk.more_rows")) }
        }
    }
}

/// What a value is written into; `label` where no label surrounds it.
fn input(lang: Lang, field: &Field, name: &str, value: &Value, fixed: bool, label: Option<&str>) -> Markup {
    let text = if value.is_null() { String::new() } else { plain(value) };
    let long = text.contains('\n') || text.chars().count() > 80;
    html! {
        @match &field.kind {
            FieldKind::Choice(choices) => select name=(name) aria-label=[label] {
                option value="" {}
                @for choice in choices {
                    option value=(choice.value) selected[choice.value == text || choice.label.iter().any(|(_, label)| label == text)] { (choice.label.get(lang.code())) }
                }
            },
            FieldKind::Date => input type="date" name=(name) value=(text) aria-label=[label];,
            FieldKind::Number => input inputmode="decimal" name=(name) value=(text) aria-label=[label];,
            FieldKind::Text if label.is_none() && !fixed && (long || !(field.filter || field.required || field.check.is_some())) => {
                textarea name=(name) { "\n" (text) }
            }
            _ => input name=(name) value=(text) readonly[fixed] aria-label=[label];,
        }
    }
}
