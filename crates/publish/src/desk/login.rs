//! The way in and out.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::{Extension, response::IntoResponse};
use chrono::TimeDelta;
use limpid_model::pipeline::Desk as Rules;
use limpid_store::{DeskAccount, DeskChange, DeskNote, DeskSession};
use maud::html;

use super::guard::{Address, Fields};
use super::person::{Person, is_known};
use super::{Desk, frame, password, second, session};
use crate::answer::Failure;
use crate::app::{App, Shared};
use crate::pages::view::View;

/// Letters of a name that are looked at.
const NAME: usize = 80;
/// Letters kept of what a browser says it is.
const AGENT: usize = 120;

/// How an attempt ended that did not get in. Whether there is such an account is never told.
enum Refused {
    Wrong,
    Wait(TimeDelta),
}

/// The form.
pub async fn get(State(app): State<Shared>, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response<Body> {
    form(&app, &View::new(&app, &uri, &headers), None)
}

/// Logs in: always into a new session.
pub async fn post(
    State(desk): State<Desk>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(Address(address)): Extension<Address>,
    Extension(fields): Extension<Fields>,
) -> Response<Body> {
    let app = &desk.app;
    let view = View::new(app, &uri, &headers);
    let name: String = fields.get("name").trim().chars().take(NAME).collect();
    let outcome = match desk.throttle.begin(&name, address, app.now()) {
        Err(wait) => Ok(Err(Refused::Wait(wait))),
        Ok(()) => attempt(&desk, &name, &fields).await,
    };
    let answer = match outcome {
        Ok(Ok(account)) => {
            desk.throttle.succeeded(&name, address, app.now());
            begin(app, &view, &headers, &account, &address.to_string()).await
        }
        Ok(Err(refused)) => refuse(app, &view, &name, address.to_string(), refused).await,
        Err(failure) => Err(failure),
    };
    answer.unwrap_or_else(|failure| frame::told(app, &(uri, headers), None, failure))
}

/// Whose password and code these are. The same work is done for a name that nobody has.
async fn attempt(desk: &Desk, name: &str, fields: &Fields) -> Result<Result<DeskAccount, Refused>, Failure> {
    let app = &desk.app;
    let account = app.journal.desk().account(name).await?.filter(|account| is_known(app, &account.name));
    let kept = account.as_ref().map(|account| account.password.clone());
    if !fits(desk, fields.get("password"), kept).await? {
        return Ok(Err(Refused::Wrong));
    }
    let Some(account) = account else { return Ok(Err(Refused::Wrong)) };
    if let Some(secret) = &account.totp {
        let step = second::step(secret, fields.get("code"), app.now().timestamp());
        let Some(step) = step else { return Ok(Err(Refused::Wrong)) };
        // A code that was taken before changes nothing, and lets nobody in.
        if app.journal.desk().change(vec![DeskChange::Code(account.name.clone(), step)]).await? == 0 {
            return Ok(Err(Refused::Wrong));
        }
    }
    Ok(Ok(account))
}

/// Whether it is the password of what is kept; few at once, also of those whose browsers have gone, and on a thread of its own.
///
/// # Errors
/// 503 while the service stops.
pub async fn fits(desk: &Desk, password: &str, kept: Option<String>) -> Result<bool, Failure> {
    let stopping = || Failure::unavailable("the service is stopping");
    let turn = desk.hashes.clone().acquire_owned().await.map_err(|_| stopping())?;
    let password = password.to_owned();
    let judged = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        password.chars().count() <= password::LONGEST && password::fits(&password, kept.as_deref())
    });
    judged.await.map_err(|_| stopping())
}

async fn begin(
    app: &App,
    view: &View,
    headers: &HeaderMap,
    account: &DeskAccount,
    address: &str,
) -> Result<Response<Body>, Failure> {
    let (secret, now, rules) = (session::secret()?, app.now(), &app.pipeline.desk);
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let begun = DeskSession {
        id: session::id(&secret),
        name: account.name.clone(),
        begun: now,
        seen: now,
        address: address.to_owned(),
        agent: agent.chars().take(AGENT).collect(),
    };
    // What the browser held before ends, whoever put it there.
    let before = session::presented(rules, headers).map(|secret| DeskChange::End(session::id(secret)));
    let mut changes: Vec<DeskChange> = before.into_iter().collect();
    changes.push(session::end_old(app));
    changes.push(DeskChange::Begin(begun));
    changes.push(note(app, &account.name, address.to_owned(), "login"));
    app.journal.desk().change(changes).await?;
    tracing::info!(who = account.name, "somebody logged in at the desk");
    Ok(with_cookie(frame::done(view, "/desk"), rules, Some(&secret)))
}

async fn refuse(
    app: &App,
    view: &View,
    name: &str,
    address: String,
    refused: Refused,
) -> Result<Response<Body>, Failure> {
    metrics::counter!("limpid_desk_logins_failed_total").increment(1);
    // Whoever has to wait was written down before, and could fill the disk.
    if matches!(refused, Refused::Wrong) {
        // Of a name that nobody has nothing is written down: it may be a password in the wrong field.
        let who = if is_known(app, name) { name } else { "" };
        tracing::warn!("somebody did not get in at the desk");
        app.journal.desk().change(vec![note(app, who, address, "login_failed")]).await?;
    }
    Ok(form(app, view, Some(refused)))
}

fn note(app: &App, who: &str, address: String, act: &str) -> DeskChange {
    let (who, act) = (who.to_owned(), act.to_owned());
    DeskChange::Note(DeskNote { id: 0, at: app.now(), who, address, act, what: String::new() })
}

fn with_cookie(mut response: Response<Body>, rules: &Rules, secret: Option<&str>) -> Response<Body> {
    response.headers_mut().insert(header::SET_COOKIE, session::cookie(rules, secret));
    response
}

fn form(app: &App, view: &View, refused: Option<Refused>) -> Response<Body> {
    let lang = view.lang;
    let (status, wait) = match &refused {
        None => (StatusCode::OK, None),
        Some(Refused::Wrong) => (StatusCode::FORBIDDEN, None),
        Some(Refused::Wait(wait)) => (StatusCode::TOO_MANY_REQUESTS, Some(wait.num_seconds() + 1)),
    };
    let main = html! {
        h1 { (lang.t("desk.login")) }
        @if let Some(wait) = wait {
            p.note role="alert" { (lang.fill("desk.wait", &[("n", &wait.to_string())])) }
        } @else if refused.is_some() {
            p.note role="alert" { (lang.t("desk.wrong")) }
        }
        form.fill method="post" action=(view.link("/desk/login")) {
            label { (lang.t("desk.name")) input name="name" required autocomplete="username" maxlength=(NAME); }
            label { (lang.t("desk.password")) input type="password" name="password" required autocomplete="current-password"; }
            label { (lang.t("desk.code"))
                input name="code" inputmode="numeric" autocomplete="one-time-code";
            }
            button type="submit" { (lang.t("desk.enter")) }
        }
        p.soft { (lang.t("desk.forgotten")) }
    };
    let mut response = frame::page(app, view, None, status, lang.t("desk.login"), &main);
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
    }
    response
}

/// Logs out: the session is gone on both sides.
pub async fn logout(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
) -> Response<Body> {
    let ended = vec![DeskChange::End(person.session.id), person.note(&app, "logout", "")];
    match app.journal.desk().change(ended).await {
        Ok(_) => {
            let view = View::new(&app, &uri, &headers);
            with_cookie(frame::done(&view, "/desk/login"), &app.pipeline.desk, None).into_response()
        }
        Err(error) => frame::told(&app, &(uri, headers), Some(&person), error.into()),
    }
}
