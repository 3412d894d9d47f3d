//! One's own account: password, second factor, sessions.

use axum::Extension;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response, StatusCode};
use limpid_store::{DeskAccount, DeskChange, DeskSession};
use maud::{Markup, html};

use super::guard::{Address, Fields};
use super::password::Weak;
use super::person::Person;
use super::{Desk, frame, login, password, second, session};
use crate::answer::Failure;
use crate::app::Shared;
use crate::pages::say;
use crate::pages::view::View;
use crate::pages::words::Lang;

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

/// `told` is why a form was not taken.
async fn show(app: &Shared, view: &View, person: &Person, told: Option<&str>) -> Result<Response<Body>, Failure> {
    let lang = view.lang;
    let sessions = app.journal.desk().sessions(person.name()).await?;
    let fresh = second::secret()?;
    let main = html! {
        h1 { (lang.t("desk.account")) }
        p { (lang.fill("desk.who", &[("name", person.name())])) }
        @if let Some(told) = told { p.note role="alert" { (told) } }
        @if person.account.temporary { p.note { (lang.t("desk.temporary")) } }
        @if person.account.totp.is_none() && app.pipeline.desk.second_factor { p.note { (lang.t("desk.second_needed")) } }
        h2 { (lang.t("desk.new_password")) }
        form.fill method="post" action=(view.link("/desk/account/password")) {
            (frame::csrf(person))
            (own_password(lang))
            label { (lang.t("desk.new_password")) input type="password" name="new" required minlength=(password::SHORTEST) maxlength=(password::LONGEST) autocomplete="new-password"; }
            p.soft { (lang.t("desk.password_rules")) }
            button type="submit" { (lang.t("desk.change")) }
        }
        h2 { (lang.t("desk.second")) }
        p { @if person.account.totp.is_some() { (lang.t("desk.second_on")) } @else { (lang.t("desk.second_off")) } }
        details open[person.account.totp.is_none()] { summary { (lang.t("desk.second_set")) }
            (enrolment(app, view, person, &fresh))
        }
        h2 { (lang.t("desk.sessions")) }
        (list(app, view, person, &sessions))
    };
    let status = if told.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(frame::page(app, view, Some(person), status, lang.t("desk.account"), &main))
}

fn own_password(lang: Lang) -> Markup {
    html! { label { (lang.t("desk.own_password")) input type="password" name="password" required autocomplete="current-password"; } }
}

fn enrolment(app: &Shared, view: &View, person: &Person, fresh: &str) -> Markup {
    let lang = view.lang;
    let address = second::address(fresh, app.pipeline.publisher.name.get(lang.code()), person.name());
    html! {
        form.fill method="post" action=(view.link("/desk/account/second")) {
            (frame::csrf(person))
            p { (lang.t("desk.second_how")) }
            p { code { (fresh) } }
            @if let Some(address) = address { p { a href=(address) { (lang.t("desk.second_link")) } } }
            input type="hidden" name="secret" value=(fresh);
            label { (lang.t("desk.code")) input name="code" required inputmode="numeric" autocomplete="one-time-code"; }
            (own_password(lang))
            button type="submit" { (lang.t("desk.second_set")) }
        }
    }
}

fn list(app: &Shared, view: &View, person: &Person, sessions: &[DeskSession]) -> Markup {
    let lang = view.lang;
    html! {
        form method="post" action=(view.link("/desk/account/sessions")) {
            (frame::csrf(person))
            div.scroll tabindex="0" { table.stack {
                thead { tr {
                    th scope="col" { (lang.t("desk.browser")) } th scope="col" { (lang.t("desk.address")) }
                    th scope="col" { (lang.t("desk.begun")) } th scope="col" { (lang.t("desk.seen")) } th scope="col" { (lang.t("desk.end")) }
                } }
                tbody { @for one in sessions { tr {
                    th scope="row" { (one.agent) }
                    td { (one.address) }
                    td { (say::moment(one.begun, app.zone())) }
                    td { (say::moment(one.seen, app.zone())) }
                    td {
                        @if one.id == person.session.id { (lang.t("desk.this_session")) }
                        @else { button type="submit" name="end" value=(session::hex(&one.id)) { (lang.t("desk.end")) } }
                    }
                } } }
            } }
            button type="submit" name="end" value="others" { (lang.t("desk.end_others")) }
        }
    }
}

/// What all forms of this page begin with: is it really they?
async fn proved(
    desk: &Desk,
    person: &Person,
    address: Address,
    fields: &Fields,
    lang: Lang,
) -> Result<Option<String>, Failure> {
    let now = desk.app.now();
    if let Err(wait) = desk.throttle.begin(person.name(), address.0, now) {
        return Ok(Some(lang.fill("desk.wait", &[("n", &(wait.num_seconds() + 1).to_string())])));
    }
    if !login::fits(desk, fields.get("password"), Some(person.account.password.clone())).await? {
        desk.app.journal.desk().change(vec![person.note(&desk.app, "password_wrong", "")]).await?;
        return Ok(Some(lang.t("desk.own_wrong").to_owned()));
    }
    desk.throttle.succeeded(person.name(), address.0, now);
    Ok(None)
}

/// Sets a new password; all other sessions end.
pub async fn password(
    State(desk): State<Desk>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
    Extension(address): Extension<Address>,
    Extension(fields): Extension<Fields>,
) -> Response<Body> {
    let view = View::new(&desk.app, &uri, &headers);
    let set = set_password(&desk, &view, &person, address, &fields).await;
    set.unwrap_or_else(|failure| frame::told(&desk.app, &(uri, headers), Some(&person), failure))
}

async fn set_password(
    desk: &Desk,
    view: &View,
    person: &Person,
    address: Address,
    fields: &Fields,
) -> Result<Response<Body>, Failure> {
    let (app, lang, new) = (&desk.app, view.lang, fields.get("new"));
    if let Some(told) = proved(desk, person, address, fields, lang).await? {
        return show(app, view, person, Some(&told)).await;
    }
    if let Err(weak) = password::judge(new, person.name(), &app.pipeline.publisher.id) {
        return show(app, view, person, Some(self::weak(lang, weak))).await;
    }
    if new == fields.get("password") {
        return show(app, view, person, Some(lang.t("desk.same_password"))).await;
    }
    let hash = hashed(desk, new).await?;
    let account = DeskAccount { password: hash, changed: app.now(), temporary: false, ..person.account.clone() };
    let others = DeskChange::EndOthers(person.name().to_owned(), Some(person.session.id));
    let changes = vec![DeskChange::Account(account), others, person.note(app, "password_changed", "")];
    app.journal.desk().change(changes).await?;
    Ok(frame::done(view, "/desk/account"))
}

/// A password as it is kept.
///
/// # Errors
/// 500 where it cannot be hashed.
pub async fn hashed(desk: &Desk, password: &str) -> Result<String, Failure> {
    let stopping = || Failure::unavailable("the service is stopping");
    let turn = desk.hashes.clone().acquire_owned().await.map_err(|_| stopping())?;
    let password = password.to_owned();
    let hashed = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        password::hash(&password)
    });
    let hashed = hashed.await.map_err(|_| stopping())?;
    hashed.map_err(|error| Failure::internal("hashing a password", &error))
}

/// Why a password is not taken, in words.
pub fn weak(lang: Lang, weak: Weak) -> &'static str {
    match weak {
        Weak::Short => lang.t("desk.weak_short"),
        Weak::Long => lang.t("desk.weak_long"),
        Weak::Common => lang.t("desk.weak_common"),
        Weak::Named => lang.t("desk.weak_named"),
    }
}

/// Sets up the second factor: the code shows that the app has the secret.
pub async fn second(
    State(desk): State<Desk>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
    Extension(address): Extension<Address>,
    Extension(fields): Extension<Fields>,
) -> Response<Body> {
    let view = View::new(&desk.app, &uri, &headers);
    let set = set_second(&desk, &view, &person, address, &fields).await;
    set.unwrap_or_else(|failure| frame::told(&desk.app, &(uri, headers), Some(&person), failure))
}

async fn set_second(
    desk: &Desk,
    view: &View,
    person: &Person,
    address: Address,
    fields: &Fields,
) -> Result<Response<Body>, Failure> {
    let (app, lang) = (&desk.app, view.lang);
    if let Some(told) = proved(desk, person, address, fields, lang).await? {
        return show(app, view, person, Some(&told)).await;
    }
    let secret = fields.get("secret").to_owned();
    let Some(step) = second::step(&secret, fields.get("code"), app.now().timestamp()) else {
        return show(app, view, person, Some(lang.t("desk.code_wrong"))).await;
    };
    let account = DeskAccount { totp: Some(secret), ..person.account.clone() };
    let others = DeskChange::EndOthers(person.name().to_owned(), Some(person.session.id));
    let code = DeskChange::Code(person.name().to_owned(), step);
    let changes = vec![DeskChange::Account(account), code, others, person.note(app, "second_factor_set", "")];
    app.journal.desk().change(changes).await?;
    Ok(frame::done(view, "/desk/account"))
}

/// Ends a session of one's own, or all but this one.
pub async fn sessions(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
    Extension(fields): Extension<Fields>,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    match end(&app, &person, fields.get("end")).await {
        Ok(()) => frame::done(&view, "/desk/account"),
        Err(failure) => frame::told(&app, &(uri, headers), Some(&person), failure),
    }
}

async fn end(app: &Shared, person: &Person, which: &str) -> Result<(), Failure> {
    let own = app.journal.desk().sessions(person.name()).await?;
    let changes: Vec<DeskChange> = match which {
        "others" => vec![DeskChange::EndOthers(person.name().to_owned(), Some(person.session.id))],
        // One of another person is not found among one's own.
        id => own.iter().filter(|one| session::hex(&one.id) == id).map(|one| DeskChange::End(one.id)).collect(),
    };
    if changes.is_empty() {
        return Err(Failure::not_found("this session is not yours, or has ended"));
    }
    let note = person.note(app, "sessions_ended", "");
    app.journal.desk().change(changes.into_iter().chain([note]).collect()).await?;
    Ok(())
}
