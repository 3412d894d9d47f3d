//! `/desk/readings`: decisions about values, as `POST /api/v1/reviews` takes them.

use axum::Extension;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response, StatusCode};
use limpid_model::Review;
use limpid_model::review::Decision;
use limpid_store::ReviewQuery;
use maud::{Markup, html};

use super::frame;
use super::guard::Fields;
use super::person::Person;
use super::records::local_time;
use crate::answer::Failure;
use crate::api::reviews::{self, NewReview};
use crate::app::Shared;
use crate::pages::say;
use crate::pages::view::View;
use crate::pages::words::Lang;

/// Decisions that are read, and shown of them.
const READ: usize = 10_000;
const SHOWN: usize = 50;

/// The page.
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let shown = show(&app, &view, &person).await;
    shown.unwrap_or_else(|failure| frame::told(&app, &(uri, headers), Some(&person), failure))
}

async fn show(app: &Shared, view: &View, person: &Person) -> Result<Response<Body>, Failure> {
    if !person.is_reviewer() {
        return Err(Failure::forbidden("this needs a reviewer, which you are not"));
    }
    let (lang, mut after, mut all) = (view.lang, 0, Vec::new());
    loop {
        let page = app.journal.reviews(ReviewQuery { after, limit: READ, ..ReviewQuery::default() }).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        all.extend(page);
        all.drain(..all.len().saturating_sub(SHOWN));
    }
    let main = html! {
        h1 { (lang.t("desk.readings")) }
        (form(app, view, person))
        h2 { (lang.t("desk.decisions")) }
        (decided(app, view, &all))
    };
    Ok(frame::page(app, view, Some(person), StatusCode::OK, lang.t("desk.readings"), &main))
}

/// A decision in words.
fn word(lang: Lang, decision: &str) -> &'static str {
    match decision {
        "accept" => lang.t("desk.accept"),
        "invalidate" => lang.t("desk.invalidate"),
        "correct" => lang.t("desk.correct"),
        "event" => lang.t("desk.event"),
        _ => lang.t("desk.finalise"),
    }
}

fn form(app: &Shared, view: &View, person: &Person) -> Markup {
    let lang = view.lang;
    let own = app.pipeline.stations.iter().filter(|station| person.reviewer(Some(station.id.as_str())).is_ok());
    html! {
        form.fill method="post" action=(view.link("/desk/readings")) {
            (frame::csrf(person))
            label { (lang.t("col.station")) select name="station" required {
                @for station in own { option value=(station.id) { (station.name.get(lang.code())) " (" (station.id) ")" } }
            } }
            label { (lang.t("desk.parameters")) input name="parameters" placeholder="pm25 o3"; }
            label { (lang.t("desk.from_hour")) input type="datetime-local" name="from" step="3600" required; }
            label { (lang.t("desk.to_hour")) input type="datetime-local" name="to" step="3600" required; }
            label { (lang.t("desk.decision")) select name="decision" required {
                @for decision in Decision::KNOWN { option value=(decision) { (word(lang, decision)) } }
            } }
            label { (lang.t("desk.factor")) input name="factor" inputmode="decimal"; }
            label { (lang.t("desk.offset")) input name="offset" inputmode="decimal"; }
            label { (lang.t("desk.public_why")) textarea name="why" required maxlength="2000" {} }
            button type="submit" { (lang.t("desk.decide")) }
        }
    }
}

fn decided(app: &Shared, view: &View, all: &[Review]) -> Markup {
    let lang = view.lang;
    html! {
        @if all.is_empty() { p { (lang.t("desk.nothing_waits")) } } @else {
            div.scroll tabindex="0" { table.stack {
                thead { tr {
                    th scope="col" { (lang.t("col.station")) } th scope="col" { (lang.t("desk.from_hour")) } th scope="col" { (lang.t("desk.to_hour")) }
                    th scope="col" { (lang.t("desk.decision")) } th scope="col" { (lang.t("desk.person")) } th scope="col" { (lang.t("desk.why")) }
                } }
                tbody { @for one in all.iter().rev() { tr {
                    th scope="row" { (one.station) @for parameter in &one.parameters { " " (parameter.name().get(lang.code())) } }
                    td { (say::moment(one.from, app.zone())) } td { (say::moment(one.to, app.zone())) }
                    td { (word(lang, one.decision.as_str())) } td { (one.who) } td { (one.why) }
                } } }
            } }
        }
    }
}

/// Takes a decision.
pub async fn post(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
    Extension(fields): Extension<Fields>,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    match decide(&app, &person, &fields).await {
        Ok(()) => frame::done(&view, "/desk/readings"),
        Err(failure) => frame::told(&app, &(uri, headers), Some(&person), failure),
    }
}

async fn decide(app: &Shared, person: &Person, fields: &Fields) -> Result<(), Failure> {
    let station = fields.get("station").to_owned();
    let reviewer = person.reviewer(Some(&station))?;
    let new = NewReview {
        parameters: fields
            .get("parameters")
            .split([' ', ','])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
        from: local_time(app, fields.get("from"))?,
        to: local_time(app, fields.get("to"))?,
        decision: fields.get("decision").to_owned(),
        factor: fields.number("factor")?,
        offset: fields.number("offset")?,
        reason: fields.get("why").to_owned(),
        station,
    };
    let item = reviews::decide(app, reviewer, new).await?;
    let what = format!("{} review {}: {}", item.station, item.id, item.decision);
    app.journal.desk().change(vec![person.note(app, "review", what)]).await?;
    Ok(())
}
