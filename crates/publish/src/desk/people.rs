//! `/desk/people`: who the pipeline names, and their accounts. Roles are the pipeline's; here an operator lets people in.

use std::collections::BTreeSet;

use axum::Extension;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response, StatusCode};
use limpid_store::{DeskAccount, DeskChange};
use maud::{Markup, html};

use super::guard::Fields;
use super::person::{Person, is_known};
use super::{Desk, account, frame, second};
use crate::answer::Failure;
use crate::app::Shared;
use crate::pages::say;
use crate::pages::view::View;

/// The page.
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let shown = show(&app, &view, &person, None).await;
    shown.unwrap_or_else(|failure| frame::told(&app, &(uri, headers), Some(&person), failure))
}

/// `given` is a password that was just set, with whose it is.
async fn show(
    app: &Shared,
    view: &View,
    person: &Person,
    given: Option<(&str, &str)>,
) -> Result<Response<Body>, Failure> {
    person.operates()?;
    let lang = view.lang;
    let accounts = app.journal.desk().accounts().await?;
    let officers = app.pipeline.officers.iter().map(|one| one.name.as_str());
    let names: BTreeSet<&str> = officers.chain(app.pipeline.reviewers.iter().map(|one| one.name.as_str())).collect();
    let main = html! {
        h1 { (lang.t("desk.people")) }
        p { (lang.t("desk.people_about")) }
        @if let Some((name, password)) = given {
            p.note role="status" { (lang.fill("desk.given", &[("name", name)])) " " code { (password) } }
        }
        div.scroll tabindex="0" { table.stack {
            thead { tr {
                th scope="col" { (lang.t("desk.name")) } th scope="col" { (lang.t("desk.roles")) }
                th scope="col" { (lang.t("desk.state")) } th scope="col" { (lang.t("desk.act")) }
            } }
            tbody { @for name in names {
                @let account = accounts.iter().find(|one| one.name == name);
                tr {
                    th scope="row" { (name) }
                    td { (roles(app, view, name)) }
                    td { @match account {
                        None => (lang.t("desk.no_account")),
                        Some(account) => {
                            (lang.fill("desk.set", &[("time", &say::moment(account.changed, app.zone()))]))
                            @if account.temporary { " " span.badge.warn { (lang.t("desk.is_temporary")) } }
                            @if account.totp.is_some() { " " span.badge { (lang.t("desk.second")) } }
                        }
                    } }
                    td { (acts(view, person, name, account)) }
                }
            } }
        } }
    };
    Ok(frame::page(app, view, Some(person), StatusCode::OK, lang.t("desk.people"), &main))
}

fn roles(app: &Shared, view: &View, name: &str) -> String {
    let officers = app.pipeline.officers.iter().filter(|one| one.name == name);
    let mut words: Vec<&str> = officers.flat_map(|one| one.roles.iter().map(|role| role.as_str())).collect();
    if app.pipeline.reviewers.iter().any(|one| one.name == name) {
        words.push(view.lang.t("desk.of_readings"));
    }
    words.join(" ")
}

fn acts(view: &View, person: &Person, name: &str, account: Option<&DeskAccount>) -> Markup {
    let lang = view.lang;
    html! {
        form method="post" action=(view.link("/desk/people")) {
            (frame::csrf(person))
            input type="hidden" name="name" value=(name);
            button type="submit" name="act" value="password" { (lang.t("desk.give_password")) }
            @if account.is_some_and(|account| account.totp.is_some()) {
                button type="submit" name="act" value="second" { (lang.t("desk.reset_second")) }
            }
            @if account.is_some() { button type="submit" name="act" value="sessions" { (lang.t("desk.end_sessions")) } }
        }
    }
}

/// Sets a temporary password, takes the second factor away, or ends the sessions of somebody.
pub async fn post(
    State(desk): State<Desk>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
    Extension(fields): Extension<Fields>,
) -> Response<Body> {
    let view = View::new(&desk.app, &uri, &headers);
    let done = perform(&desk, &view, &person, fields.get("name"), fields.get("act")).await;
    done.unwrap_or_else(|failure| frame::told(&desk.app, &(uri, headers), Some(&person), failure))
}

async fn perform(desk: &Desk, view: &View, person: &Person, name: &str, act: &str) -> Result<Response<Body>, Failure> {
    person.operates()?;
    let app = &desk.app;
    if !is_known(app, name) {
        return Err(Failure::not_found("the pipeline names nobody so"));
    }
    let before = app.journal.desk().account(name).await?;
    let none = || Failure::not_found("there is no account of this name");
    let ended = DeskChange::EndOthers(name.to_owned(), None);
    let note = |act: &str| person.note(app, act, name);
    match act {
        "password" => {
            let secret = second::secret()?;
            let password = account::hashed(desk, &secret).await?;
            let totp = before.and_then(|account| account.totp);
            let account = DeskAccount { name: name.to_owned(), password, changed: app.now(), temporary: true, totp };
            app.journal.desk().change(vec![DeskChange::Account(account), ended, note("password_given")]).await?;
            show(app, view, person, Some((name, &secret))).await
        }
        "second" => {
            let account = DeskAccount { totp: None, ..before.ok_or_else(none)? };
            app.journal.desk().change(vec![DeskChange::Account(account), ended, note("second_factor_reset")]).await?;
            Ok(frame::done(view, "/desk/people"))
        }
        "sessions" => {
            before.ok_or_else(none)?;
            app.journal.desk().change(vec![ended, note("sessions_ended")]).await?;
            Ok(frame::done(view, "/desk/people"))
        }
        _ => Err(Failure::body("act", "say what is to be done", ["password", "second", "sessions"])),
    }
}
