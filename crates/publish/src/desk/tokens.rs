//! `/desk/tokens`: upload tokens. A secret is shown once; what is kept is its hash. Those of `pipeline.toml` are listed too, and
//! go when their line does.

use axum::Extension;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response, StatusCode};
use limpid_store::{DeskChange, DeskToken};
use maud::{Markup, html};

use super::frame;
use super::guard::Fields;
use super::person::Person;
use crate::answer::Failure;
use crate::app::Shared;
use crate::pages::say;
use crate::pages::view::View;

/// Signs of a hash that name a token, in the journal and in logs too.
const NAME: usize = 16;

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

/// `fresh` is a secret that was just made.
async fn show(app: &Shared, view: &View, person: &Person, fresh: Option<&str>) -> Result<Response<Body>, Failure> {
    person.operates()?;
    let lang = view.lang;
    let issued = app.journal.desk().tokens().await?;
    let fixed = &app.pipeline.ingest.http.tokens;
    let station = |id: Option<&str>| id.unwrap_or("*").to_owned();
    let main = html! {
        h1 { (lang.t("desk.tokens")) }
        @if let Some(secret) = fresh { p.note role="status" { (lang.t("desk.secret")) " " code { (secret) } } }
        (issue(app, view, person))
        div.scroll tabindex="0" { table.stack {
            thead { tr {
                th scope="col" { (lang.t("desk.token")) } th scope="col" { (lang.t("col.station")) }
                th scope="col" { (lang.t("desk.token_from")) } th scope="col" { (lang.t("col.state")) }
            } }
            tbody {
                @for token in &issued { tr {
                    th scope="row" { code { (short(&token.hash)) } }
                    td { (station(token.station.as_deref())) }
                    td { (token.who) ", " (say::moment(token.issued, app.zone())) }
                    td { (state(app, view, person, token)) }
                } }
                @for token in fixed { tr {
                    th scope="row" { code { (short(&token.hash)) } }
                    td { (station(token.station.as_ref().map(|id| id.as_str()))) }
                    td { code { "pipeline.toml" } }
                    td { (lang.t("desk.token_line")) }
                } }
            }
        } }
    };
    Ok(frame::page(app, view, Some(person), StatusCode::OK, lang.t("desk.tokens"), &main))
}

fn short(hash: &str) -> &str {
    hash.get(..NAME).unwrap_or(hash)
}

fn issue(app: &Shared, view: &View, person: &Person) -> Markup {
    let lang = view.lang;
    html! {
        form.fill method="post" action=(view.link("/desk/tokens")) {
            (frame::csrf(person))
            label { (lang.t("col.station")) select name="station" required {
                @for station in app.pipeline.stations.iter() { option value=(station.id) { (station.name.get(lang.code())) " (" (station.id) ")" } }
                option value="*" { (lang.t("desk.every_station")) }
            } }
            button type="submit" name="act" value="issue" { (lang.t("desk.issue_token")) }
        }
    }
}

fn state(app: &Shared, view: &View, person: &Person, token: &DeskToken) -> Markup {
    let lang = view.lang;
    html! {
        @match token.revoked {
            Some(at) => (lang.fill("desk.revoked", &[("time", &say::moment(at, app.zone()))])),
            None => {
                form method="post" action=(view.link("/desk/tokens")) {
                    (frame::csrf(person))
                    input type="hidden" name="hash" value=(token.hash);
                    button.danger type="submit" name="act" value="revoke" { (lang.t("desk.revoke")) }
                }
            }
        }
    }
}

/// Issues or revokes a token. It counts from the next upload on.
pub async fn post(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
    Extension(fields): Extension<Fields>,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let done = perform(&app, &view, &person, &fields).await;
    done.unwrap_or_else(|failure| frame::told(&app, &(uri, headers), Some(&person), failure))
}

async fn perform(app: &Shared, view: &View, person: &Person, fields: &Fields) -> Result<Response<Body>, Failure> {
    person.operates()?;
    match fields.get("act") {
        "issue" => {
            let named = fields.get("station");
            let station = match named {
                "*" => None,
                id if app.pipeline.stations.get_str(id).is_some() => Some(id.to_owned()),
                _ => {
                    return Err(Failure::body(
                        "station",
                        "write a station of the registry, or *",
                        Vec::<String>::new(),
                    ));
                }
            };
            let made = (app.tokens.make)().map_err(|error| Failure::internal("making a token", &error))?;
            let (secret, hash) = made;
            let note = person.note(app, "token_issued", format!("{} for {named}", short(&hash)));
            let token = DeskToken { hash, station, issued: app.now(), who: person.name().to_owned(), revoked: None };
            app.journal.desk().change(vec![DeskChange::Issue(token), note]).await?;
            (app.tokens.changed)(app.journal.desk().tokens().await?);
            show(app, view, person, Some(&secret)).await
        }
        "revoke" => {
            let hash = fields.get("hash").to_owned();
            let known = app.journal.desk().tokens().await?;
            if !known.iter().any(|one| one.hash == hash && one.revoked.is_none()) {
                return Err(Failure::not_found("no such token is valid"));
            }
            let note = person.note(app, "token_revoked", short(&hash));
            app.journal.desk().change(vec![DeskChange::Revoke(hash, app.now()), note]).await?;
            (app.tokens.changed)(app.journal.desk().tokens().await?);
            Ok(frame::done(view, "/desk/tokens"))
        }
        _ => Err(Failure::body("act", "say what is to be done", ["issue", "revoke"])),
    }
}
