//! `/desk`: what waits for the person who is here.

use axum::Extension;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response, StatusCode};
use chrono::Duration;
use limpid_model::register::{Role, State as Far};
use limpid_model::{Gap, VerdictKind};
use limpid_store::{ForecastQuery, GapQuery, StandingQuery};
use maud::html;

use super::frame;
use super::person::Person;
use super::records::{COUNTED, far};
use crate::answer::Failure;
use crate::app::{App, Shared};
use crate::freshness::{self, deadline::State as Standing};
use crate::pages::view::View;
use crate::pages::words::Lang;

/// Something that waits: what, how many, and where.
struct Waiting {
    what: String,
    count: String,
    path: String,
}

/// The page.
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Extension(person): Extension<Person>,
) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let lang = view.lang;
    let (records, service) = match (of_records(&app, lang, &person).await, of_service(&app, lang).await) {
        (Ok(records), Ok(service)) => (records, service),
        (Err(failure), _) | (_, Err(failure)) => return frame::told(&app, &(uri, headers), Some(&person), failure),
    };
    let main = html! {
        h1 { (lang.t("desk.home")) }
        @for (title, waiting) in [(lang.t("desk.records"), records), (lang.t("desk.service"), service)] {
            h2 { (title) }
            @if waiting.is_empty() { p { (lang.t("desk.nothing_waits")) } } @else {
                div.scroll tabindex="0" { table.stack { tbody { @for one in &waiting { tr {
                    th scope="row" { a href=(view.link(&one.path)) { (one.what) } } td.n { (one.count) }
                } } } } }
            }
        }
    };
    frame::page(&app, &view, Some(&person), StatusCode::OK, lang.t("desk.home"), &main)
}

/// Records that wait for a role of this person.
async fn of_records(app: &App, lang: Lang, person: &Person) -> Result<Vec<Waiting>, Failure> {
    let mut waiting = Vec::new();
    for register in app.pipeline.registers.iter() {
        let steps = [
            (Role::Reviewer, Far::Draft),
            (Role::Reviewer, Far::Revised),
            (Role::Publisher, Far::Checked),
            (Role::Publisher, Far::Scheduled),
        ];
        for (_, state) in steps.into_iter().filter(|(role, _)| person.officer(*role, &register.id).is_ok()) {
            let query = StandingQuery {
                register: register.id.clone(),
                state: Some(state),
                after: String::new(),
                limit: COUNTED,
            };
            let found = app.journal.registers().standings(query).await?.len();
            if found > 0 {
                let what = format!("{}: {}", register.title.get(lang.code()), far(lang, state));
                let count = if found < COUNTED { found.to_string() } else { format!("{COUNTED}+") };
                waiting.push(Waiting {
                    what,
                    count,
                    path: format!("/desk/records/{}?state={}", register.id, state.as_str()),
                });
            }
        }
    }
    Ok(waiting)
}

/// What the service itself waits for.
async fn of_service(app: &App, lang: Lang) -> Result<Vec<Waiting>, Failure> {
    let now = app.now();
    let of = |standing| freshness::publications(app).iter().filter(|one| one.state == standing).count();
    let ask = GapQuery {
        stations: Vec::new(),
        parameters: Vec::new(),
        causes: Vec::new(),
        from: now - Duration::days(1),
        to: now,
        after: None,
        limit: 50_000,
    };
    let hours: i64 = app.journal.gaps(ask).await?.iter().map(Gap::hours).sum();
    let refusals = app.journal.refusals().await?;
    let quarantined: u64 =
        refusals.iter().filter(|one| one.kind == VerdictKind::Quarantined).map(|one| one.count).sum();
    let newest = ForecastQuery {
        subjects: Vec::new(),
        from: now - Duration::days(2),
        to: now,
        newest: true,
        after: 0,
        limit: 10_000,
    };
    let proposals = app.journal.forecasts(newest).await?.iter().filter(|one| one.proposal.is_some()).count();
    let all = [
        (lang.t("desk.late"), of(Standing::Late).to_string(), "/desk/service"),
        (lang.t("desk.due"), of(Standing::Due).to_string(), "/desk/service"),
        (lang.t("desk.gap_hours"), hours.to_string(), "/desk/service"),
        (lang.t("desk.quarantined"), quarantined.to_string(), "/desk/service"),
        (lang.t("desk.proposals"), proposals.to_string(), "/desk/forecasts"),
    ];
    let waits = all.into_iter().filter(|(_, count, _)| count != "0");
    Ok(waits.map(|(what, count, path)| Waiting { what: what.to_owned(), count, path: path.to_owned() }).collect())
}
