//! `POST /api/v1/forecasts/amendments`: a forecaster who knows better.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::response::IntoResponse;
use chrono::NaiveDate;
use limpid_model::forecast::Change;
use limpid_model::pipeline::Reviewer;
use limpid_model::{ParameterId, Subject};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::openapi::ProblemBody;
use super::query::Query;
use super::token;
use crate::answer::problem::cut;
use crate::answer::{Cache, Failure};
use crate::app::{App, NotAmended, Shared};

/// The longest reason.
const REASON: usize = 2000;

/// What is to be changed in the newest issue for a station or an area.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAmendment)]
pub struct NewAmendment {
    /// Station id; or `area`.
    pub station: Option<String>,
    /// An area of the registry.
    pub area: Option<String>,
    /// Parameter id or alias.
    pub parameter: String,
    /// The day, of the authority's zone.
    #[schema(example = "2026-11-26")]
    pub day: String,
    /// The mean of the day that is expected, of ozone the largest 8-hour mean, in the canonical unit.
    pub value: f32,
    /// Why, for everybody to read.
    pub reason: String,
}

/// What stands now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Amendment)]
pub struct AmendmentItem {
    /// Number of the new issue.
    pub issue: u64,
    /// Number of the issue that it stands in place of; that one is kept, and both are scored.
    pub amends: u64,
    /// When.
    pub issued: String,
    /// Who.
    pub who: String,
    /// Why.
    pub reason: String,
}

/// Issues the newest forecast of a station or area anew with one day's figure changed, its quantiles and hours in the same
/// proportion. Areas need a token for all stations.
#[utoipa::path(
    post, path = "/api/v1/forecasts/amendments", tag = "reviews", operation_id = "amendForecast", security(("token" = [])),
    request_body = NewAmendment,
    responses(
        (status = 201, description = "issued", body = AmendmentItem),
        (status = 401, description = "no reviewer's token", content_type = "application/problem+json", body = ProblemBody),
        (status = 403, description = "a token for another station", content_type = "application/problem+json", body = ProblemBody),
        (status = 422, description = "a field that cannot be understood, or nothing is forecast that it could change", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn create(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response<Body>, Failure> {
    Query::parse(&uri, &[])?;
    let reviewer = token::reviewer(&app, &headers)?;
    let new: NewAmendment = serde_json::from_slice(&body)
        .map_err(|error| Failure::body("body", error.to_string(), Vec::<String>::new()))?;
    let item = amend_as(&app, &reviewer, new).await?;
    let mut response = (StatusCode::CREATED, Json(item)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, Cache::NoStore.value());
    Ok(response)
}

/// Amends a forecast for a reviewer, however that came.
///
/// # Errors
/// 403 and 422, as [`create`] says.
pub async fn amend_as(app: &Shared, reviewer: &Reviewer, new: NewAmendment) -> Result<AmendmentItem, Failure> {
    token::may_decide(reviewer, new.station.as_deref())?;
    let change = read(app, new, reviewer.name.clone())?;
    let amended = (app.amend)(change.clone()).await.map_err(|failed| match failed {
        NotAmended::Refused(why) => Failure::body("body", why, Vec::<String>::new()),
        NotAmended::Failed(error) => error.into(),
    })?;
    Ok(AmendmentItem {
        issue: amended.id,
        amends: amended.amends.as_ref().map_or(0, |amends| amends.of),
        issued: app.zone().format(amended.issued),
        who: change.who,
        reason: change.why,
    })
}

fn read(app: &App, new: NewAmendment, who: String) -> Result<Change, Failure> {
    let none = Vec::<String>::new;
    let subject = match (&new.station, &new.area) {
        (Some(id), None) => {
            let known = app.pipeline.stations.get_str(id).map(|station| Subject::Station(station.id.clone()));
            known.ok_or_else(|| Failure::body("station", format!("there is no station {:?}", cut(id)), none()))?
        }
        (None, Some(area)) if app.pipeline.area_names().contains(area.as_str()) => Subject::Area(area.clone()),
        (None, Some(area)) => return Err(Failure::body("area", format!("there is no area {:?}", cut(area)), none())),
        _ => return Err(Failure::body("station", "name a station or an area, and not both", none())),
    };
    let parameter = ParameterId::parse(&new.parameter);
    let parameter = parameter.ok_or_else(|| {
        Failure::body("parameter", format!("there is no parameter {:?}", cut(&new.parameter)), none())
    })?;
    let day = new.day.parse::<NaiveDate>().ok();
    let day = day.ok_or_else(|| Failure::body("day", "write a date: 2026-11-26", none()))?;
    let why = new.reason.trim().to_owned();
    if why.is_empty() || why.chars().count() > REASON {
        return Err(Failure::body("reason", format!("say why, in {REASON} letters at most"), none()));
    }
    Ok(Change { subject, parameter, day: app.zone().start_of(day), value: new.value, who, why })
}
