//! `/desk/forecasts`: what is expected of the next days, proposals of warnings, and amendments, as
//! `POST /api/v1/forecasts/amendments` takes them. A forecast that nobody amends stands as it was issued.

use axum::Extension;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response, StatusCode};
use chrono::Duration;
use limpid_model::{Forecast, Subject};
use limpid_store::ForecastQuery;
use maud::{Markup, html};

use super::frame;
use super::guard::Fields;
use super::person::Person;
use crate::answer::Failure;
use crate::api::amendments::{self, NewAmendment};
use crate::app::Shared;
use crate::pages::say;
use crate::pages::view::View;

/// Issues that are shown.
const SHOWN: usize = 1000;

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
    let (lang, now) = (view.lang, app.now());
    let ask = ForecastQuery {
        subjects: Vec::new(),
        from: now - Duration::days(2),
        to: now + Duration::minutes(1),
        newest: true,
        after: 0,
        limit: SHOWN,
    };
    let mut issues = app.journal.forecasts(ask).await?;
    issues.retain(|issue| may_amend(person, &issue.subject));
    let main = html! {
        h1 { (lang.t("desk.forecasts")) }
        @if issues.is_empty() { p { (lang.t("desk.no_forecast")) } }
        @for issue in &issues { (one(app, view, person, issue)) }
    };
    Ok(frame::page(app, view, Some(person), StatusCode::OK, lang.t("desk.forecasts"), &main))
}

fn may_amend(person: &Person, subject: &Subject) -> bool {
    match subject {
        Subject::Station(id) => person.reviewer(Some(id.as_str())).is_ok(),
        Subject::Area(_) => person.reviewer(None).is_ok(),
    }
}

fn one(app: &Shared, view: &View, person: &Person, issue: &Forecast) -> Markup {
    let lang = view.lang;
    let (name, field, value) = match &issue.subject {
        Subject::Station(id) => {
            let name = app.pipeline.stations.get(id).map_or(id.as_str(), |station| station.name.get(lang.code()));
            (name.to_owned(), "station", id.to_string())
        }
        Subject::Area(area) => (area.clone(), "area", area.clone()),
    };
    html! {
        h2 { (name) }
        p { (lang.fill("desk.issued", &[("time", &say::moment(issue.issued, app.zone()))]))
            @if let Some(amends) = &issue.amends { " · " (lang.fill("desk.amended", &[("who", &amends.who)])) } }
        @if let Some(proposal) = &issue.proposal {
            p.note { strong { (lang.fill("desk.proposal", &[("level", &proposal.level)])) } " " (lang.t("desk.proposal_how")) }
        }
        form.fill method="post" action=(view.link("/desk/forecasts")) {
            (frame::csrf(person))
            input type="hidden" name=(field) value=(value);
            label { (lang.t("desk.figure")) select name="figure" required {
                @for day in &issue.days { @for figure in &day.figures {
                    @let date = app.zone().date_of(day.start);
                    option value=(format!("{date} {}", figure.parameter)) {
                        (date) " " (figure.parameter.name().get(lang.code())) ": "
                        (say::number(figure.parameter, f64::from(figure.expected.mean))) " " (say::unit(figure.parameter.unit()))
                    }
                } }
            } }
            label { (lang.t("desk.new_value")) input name="value" required inputmode="decimal"; }
            label { (lang.t("desk.public_why")) textarea name="why" required maxlength="2000" {} }
            button type="submit" { (lang.t("desk.amend")) }
        }
    }
}

/// Amends.
pub async fn post(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
    Extension(fields): Extension<Fields>,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    match amend(&app, &person, &fields).await {
        Ok(()) => frame::done(&view, "/desk/forecasts"),
        Err(failure) => frame::told(&app, &(uri, headers), Some(&person), failure),
    }
}

async fn amend(app: &Shared, person: &Person, fields: &Fields) -> Result<(), Failure> {
    let station = fields.some("station");
    let reviewer = person.reviewer(station.as_deref())?;
    let (day, parameter) = fields.get("figure").split_once(' ').unwrap_or_default();
    let value =
        fields.number("value")?.ok_or_else(|| Failure::body("value", "write a number", Vec::<String>::new()))?;
    let new = NewAmendment {
        station,
        area: fields.some("area"),
        parameter: parameter.to_owned(),
        day: day.to_owned(),
        value: value as f32,
        reason: fields.get("why").to_owned(),
    };
    let item = amendments::amend_as(app, reviewer, new).await?;
    app.journal.desk().change(vec![person.note(app, "forecast_amended", format!("issue {}", item.issue))]).await?;
    Ok(())
}
