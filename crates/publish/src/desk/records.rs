//! `/desk/records`: registers, their records by how far they are, and one record with all that can be done to it.

use std::str::FromStr;

use axum::Extension;
use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, Response, StatusCode};
use limpid_model::register::{Act, Deed, FieldKind, Register, Revision, Role, Standing, State as Far, compare};
use limpid_store::StandingQuery;
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::frame;
use super::guard::Fields;
use super::person::Person;
use crate::answer::Failure;
use crate::api::query::escape;
use crate::api::registers as api;
use crate::api::registers::write::{self, NewDeed};
use crate::app::Shared;
use crate::pages::registers::one::{how, label, plain};
use crate::pages::say;
use crate::pages::view::View;
use crate::pages::words::Lang;

/// Records on a page.
const SHOWN: usize = 100;
/// Records that are counted; more are "this many and more".
pub const COUNTED: usize = 1000;

/// Where a record is found at the desk.
pub fn address(register: &str, record: &str) -> String {
    format!("/desk/records/{}/{}", escape(register), escape(record))
}

/// How far a record is, in words.
pub fn far(lang: Lang, state: Far) -> &'static str {
    match state {
        Far::Draft => lang.t("desk.draft"),
        Far::Checked => lang.t("desk.checked"),
        Far::Scheduled => lang.t("desk.scheduled"),
        Far::Released => lang.t("desk.released"),
        Far::Revised => lang.t("desk.revised"),
    }
}

/// The registers that a person keeps.
pub async fn registers(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let lang = view.lang;
    let main = html! {
        h1 { (lang.t("desk.records")) }
        ul { @for register in app.pipeline.registers.iter().filter(|register| person.keeps(&register.id)) {
            li { a href=(view.link(&format!("/desk/records/{}", register.id))) { (register.title.get(lang.code())) } }
        } }
    };
    frame::page(&app, &view, Some(&person), StatusCode::OK, lang.t("desk.records"), &main)
}

/// A register that a person keeps.
///
/// # Errors
/// 404 and 403.
pub fn kept(app: &Shared, person: &Person, id: &str) -> Result<std::sync::Arc<Register>, Failure> {
    let register = api::register(app, id)?;
    if person.keeps(&register.id) { Ok(register) } else { Err(Failure::forbidden("you do not keep this register")) }
}

/// Records of one register, with `state` those that are so far.
pub async fn list(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let state = frame::asked(&uri, "state").and_then(|text| Far::ALL.into_iter().find(|far| far.as_str() == text));
    let after = frame::asked(&uri, "after").unwrap_or_default();
    let shown = show_list(&app, &view, &person, &id, state, after).await;
    shown.unwrap_or_else(|failure| frame::told(&app, &(uri, headers), Some(&person), failure))
}

async fn show_list(
    app: &Shared,
    view: &View,
    person: &Person,
    id: &str,
    state: Option<Far>,
    after: String,
) -> Result<Response<Body>, Failure> {
    let register = kept(app, person, id)?;
    let lang = view.lang;
    let query = StandingQuery { register: register.id.clone(), state, after, limit: SHOWN };
    let found = app.journal.registers().standings(query).await?;
    let page = format!("/desk/records/{}", register.id);
    let of = |state: Option<Far>| state.map_or_else(|| page.clone(), |far| format!("{page}?state={}", far.as_str()));
    let next = found.last().filter(|_| found.len() == SHOWN).map(|(last, _)| {
        let begins = of(state);
        format!("{begins}{}after={}", if state.is_some() { "&" } else { "?" }, escape(last))
    });
    let title = register.title.get(lang.code());
    let main = html! {
        h1 { (title) }
        @if person.officer(Role::Editor, &register.id).is_ok() {
            p { a href=(view.link(&format!("/desk/draft/{}", register.id))) { (lang.t("desk.new_record")) } }
        }
        p { a href=(view.link(&of(None))) aria-current=[state.is_none().then_some("true")] { (lang.t("register.any")) }
            @for far in Far::ALL { " · " a href=(view.link(&of(Some(far)))) aria-current=[(state == Some(far)).then_some("true")] { (self::far(lang, far)) } } }
        @if found.is_empty() { p { (lang.t("register.none")) } } @else {
            div.scroll tabindex="0" { table.stack {
                thead { tr {
                    th scope="col" { (register.field(&register.key).map_or("", |field| field.label.get(lang.code()))) }
                    th scope="col" { (lang.t("col.state")) } th scope="col" { (lang.t("desk.newest")) } th scope="col" { (lang.t("desk.editor")) }
                } }
                tbody { @for (record, standing) in &found { tr {
                    th scope="row" { a href=(view.link(&address(&register.id, record))) { (record) } }
                    td { span.badge.warn[standing.state != Far::Released] { (self::far(lang, standing.state)) } }
                    td { (lang.fill("register.revision", &[("n", &standing.newest.to_string())])) }
                    td { (standing.editor) }
                } } }
            } }
        }
        @if let Some(next) = next { p { a href=(view.link(&next)) { (lang.t("register.next")) } } }
    };
    Ok(frame::page(app, view, Some(person), StatusCode::OK, title, &main))
}

/// One record.
pub async fn one(
    State(app): State<Shared>,
    Path((id, record)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let shown = show_one(&app, &view, &person, &id, &record).await;
    shown.unwrap_or_else(|failure| frame::told(&app, &(uri, headers), Some(&person), failure))
}

async fn show_one(
    app: &Shared,
    view: &View,
    person: &Person,
    id: &str,
    record: &str,
) -> Result<Response<Body>, Failure> {
    let register = kept(app, person, id)?;
    let (lang, registers) = (view.lang, app.journal.registers());
    let none = || Failure::not_found("there is no such record");
    let standing = registers.standing(&register.id, record).await?.ok_or_else(none)?;
    let revisions = registers.revisions(&register.id, record).await?;
    let newest = revisions.last().ok_or_else(none)?;
    let deeds = registers.deeds(&register.id, Some(record), 0, COUNTED).await?;
    let main = html! {
        h1 { (record) }
        p { a href=(view.link(&format!("/desk/records/{}", register.id))) { (register.title.get(lang.code())) } " · "
            span.badge.warn[standing.state != Far::Released] { (far(lang, standing.state)) } " "
            (lang.fill("register.revision", &[("n", &standing.newest.to_string())])) " · " (lang.t("desk.editor")) ": " (standing.editor)
            @if let Some(at) = standing.release_at { " · " (lang.fill("desk.comes", &[("time", &say::moment(at, app.zone()))])) } }
        @if standing.withdrawn { p.note { (lang.t("register.gone")) } }
        (acts(app, view, person, &register, record, &standing))
        (findings(lang, &register, newest))
        (values(lang, &register, newest))
        @if let Some(before) = revisions.len().checked_sub(2).and_then(|place| revisions.get(place)) {
            (differences(lang, &register, before, newest))
        }
        (history(app, lang, &deeds))
    };
    Ok(frame::page(app, view, Some(person), StatusCode::OK, record, &main))
}

/// What this person may do to the record as it stands; the server asks again when they do.
fn acts(app: &Shared, view: &View, person: &Person, register: &Register, record: &str, standing: &Standing) -> Markup {
    let lang = view.lang;
    let is = |role| person.officer(role, &register.id).is_ok();
    let waits = standing.state == Far::Draft || standing.state == Far::Revised;
    let own = register.four_eyes && standing.editor == person.name();
    let ready = matches!(standing.state, Far::Checked | Far::Scheduled);
    let public = standing.released.is_some() && !standing.withdrawn;
    let form = |act: &str, inner: Markup| {
        html! {
            form.fill method="post" action=(view.link(&format!("{}/{act}", address(&register.id, record)))) {
                (frame::csrf(person))
                input type="hidden" name="revision" value=(standing.newest);
                (inner)
            }
        }
    };
    let why = |needed: bool| {
        html! {
            label { (lang.t("desk.why")) textarea name="why" required[needed] maxlength="2000" {} }
        }
    };
    let today = app.zone().date_of(app.now());
    html! {
        @if is(Role::Editor) {
            p { a href=(view.link(&format!("/desk/draft/{}?record={}", register.id, escape(record)))) { (lang.t("desk.edit")) } }
        }
        @if is(Role::Reviewer) && waits {
            @if own { p.note { (lang.t("desk.four_eyes")) } } @else {
                h2 { (lang.t("desk.check")) }
                (form("check", html! {
                    (why(false))
                    button type="submit" name="result" value="pass" { (lang.t("desk.pass")) }
                    button.danger type="submit" name="result" value="fail" { (lang.t("desk.fail")) }
                }))
            }
        }
        @if is(Role::Publisher) && ready {
            h2 { (lang.t("desk.release")) }
            (form("release", html! {
                label { (lang.t("desk.release_at")) input type="datetime-local" name="release_at"; }
                (why(false))
                button type="submit" { (lang.t("desk.release")) }
            }))
        }
        @if is(Role::Publisher) && public {
            @for (act, title) in [("repeal", lang.t("desk.repeal")), ("withdraw", lang.t("desk.withdraw"))] {
                details { summary { (title) }
                    (form(act, html! {
                        label { (lang.t("desk.on")) input type="date" name="on" value=(today); }
                        (why(true))
                        button.danger type="submit" { (title) }
                    }))
                }
            }
        }
    }
}

/// What the public would be shown less of, so that who checks can look there.
fn findings(lang: Lang, register: &Register, newest: &Revision) -> Markup {
    let public = register.disclose(&newest.values);
    let found = register.found_by_scan(&public);
    let doubts = register.doubts(&newest.values);
    html! {
        h2 { (lang.t("desk.privacy")) }
        p.note[found > 0] { (lang.fill("desk.found", &[("n", &found.to_string())])) }
        ul { @for one in public.withheld() {
            li { (register.field_at(&one.field).map_or(one.field.as_str(), |field| field.label.get(lang.code()))) ": "
                (how(lang, &one.how)) }
        } }
        @if !doubts.is_empty() {
            p { (lang.t("desk.doubts")) }
            ul lang="en" { @for (field, doubt) in &doubts { li { code { (field) } ": " (doubt) } } }
        }
    }
}

/// Everything that the newest revision says, and who may see it.
fn values(lang: Lang, register: &Register, newest: &Revision) -> Markup {
    let shown = register.fields.iter().filter_map(|field| Some((field, newest.values.get(&field.name)?)));
    html! {
        h2 { (lang.t("register.contents")) }
        div.scroll tabindex="0" { table.fields { tbody { @for (field, value) in shown { tr {
            th scope="row" { (field.label.get(lang.code()))
                @if !field.disclosure.is_public() { " " span.badge.warn { (lang.t("desk.not_public")) } } }
            td { @match (&field.kind, value) {
                (FieldKind::Table(columns), Value::Array(rows)) => {
                    table { thead { tr { @for column in columns { th scope="col" { (column.label.get(lang.code())) } } } }
                        tbody { @for row in rows { tr { @for column in columns {
                            td { (row.get(&column.name).map_or_else(String::new, plain)) }
                        } } } } }
                }
                (FieldKind::Choice(_), Value::String(text)) => (field.choice_label(text, lang.code())),
                _ => (plain(value)),
            } }
        } } } } }
    }
}

fn differences(lang: Lang, register: &Register, before: &Revision, newest: &Revision) -> Markup {
    let changes = compare(&before.values.with(Map::new()), &newest.values.with(Map::new()));
    html! {
        h2 { (lang.t("register.changes")) }
        p { (lang.fill("register.revision", &[("n", &before.revision.to_string())])) " → " (lang.fill("register.revision", &[("n", &newest.revision.to_string())])) }
        div.scroll tabindex="0" { table {
            thead { tr { th scope="col" { (lang.t("register.field")) } th scope="col" { (lang.t("register.before")) } th scope="col" { (lang.t("register.after")) } } }
            tbody { @for change in &changes { tr {
                th scope="row" { (label(lang, register, &change.field)) } td { (plain(&change.before)) } td { (plain(&change.after)) }
            } } }
        } }
    }
}

fn history(app: &Shared, lang: Lang, deeds: &[Deed]) -> Markup {
    html! {
        h2 { (lang.t("register.history")) }
        div.scroll tabindex="0" { table.stack {
            thead { tr { th scope="col" { (lang.t("desk.when")) } th scope="col" { (lang.t("desk.act")) } th scope="col" { (lang.t("desk.person")) } th scope="col" { (lang.t("desk.why")) } } }
            tbody { @for deed in deeds.iter().rev() { tr {
                th scope="row" { (say::moment(deed.at, app.zone())) }
                td { (act_name(lang, deed.act)) " (" (lang.fill("register.revision", &[("n", &deed.revision.to_string())])) ")" }
                td { (deed.who) } td { (deed.why) }
            } } }
        } }
    }
}

fn act_name(lang: Lang, act: Act) -> String {
    match act {
        Act::Draft => lang.t("desk.draft").to_owned(),
        Act::Check { passed, findings } => {
            let word = if passed { lang.t("desk.pass") } else { lang.t("desk.fail") };
            format!("{word}, {}", lang.fill("desk.found", &[("n", &findings.to_string())]))
        }
        Act::Schedule { .. } => lang.t("desk.scheduled").to_owned(),
        Act::Release => lang.t("desk.released").to_owned(),
        Act::Repeal { .. } => lang.t("desk.repeal").to_owned(),
        Act::Withdraw { .. } => lang.t("desk.withdraw").to_owned(),
    }
}

/// Checks, releases, repeals or withdraws, as the API does.
pub async fn act(
    State(app): State<Shared>,
    Path((id, record, word)): Path<(String, String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
    Extension(fields): Extension<Fields>,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    match perform(&app, &person, &id, &record, &word, &fields).await {
        Ok(()) => frame::done(&view, &address(&id, &record)),
        Err(failure) => frame::told(&app, &(uri, headers), Some(&person), failure),
    }
}

async fn perform(
    app: &Shared,
    person: &Person,
    id: &str,
    record: &str,
    word: &str,
    fields: &Fields,
) -> Result<(), Failure> {
    let register = api::register(app, id)?;
    let officer = person.officer(write::role_of(word)?, &register.id)?;
    let release_at = fields.some("release_at").map(|text| local_time(app, &text)).transpose()?;
    let new = NewDeed {
        revision: u32::from_str(fields.get("revision")).unwrap_or_default(),
        result: fields.some("result"),
        why: fields.get("why").to_owned(),
        release_at,
        on: fields.some("on"),
    };
    let item = write::perform(app, officer, &register, record.to_owned(), word, &new).await?;
    let what = format!("{id}/{record} revision {}", item.revision);
    app.journal.desk().change(vec![person.note(app, &format!("record_{word}"), what)]).await?;
    Ok(())
}

/// A time of the authority's zone as a browser writes it, with its offset.
///
/// # Errors
/// 422.
pub fn local_time(app: &Shared, text: &str) -> Result<String, Failure> {
    let local = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    let time = local.iter().find_map(|format| chrono::NaiveDateTime::parse_from_str(text, format).ok());
    time.map(|time| app.zone().format(app.zone().at(time)))
        .ok_or_else(|| Failure::body("time", "write a time such as 2026-11-30T08:00", Vec::<String>::new()))
}
