//! `/api/v1/reviews`: what reviewers decided, and their way to decide.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use chrono::{DateTime, Duration};
use limpid_model::pipeline::Reviewer;
use limpid_model::review::Decision;
use limpid_model::{ParameterId, Review, Zone};
use limpid_store::ReviewQuery;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::openapi::ProblemBody;
use super::query::Query;
use super::token;
use crate::answer::problem::cut;
use crate::answer::{Cache, Failure};
use crate::app::Shared;
use crate::links;

/// Items on a page.
const PAGE: usize = 1000;
/// Numbers are those of a signed column of 64 bits.
const LAST: u64 = i64::MAX as u64;

/// The longest stretch that one decision is about: what it changes is derived in one go.
const LONGEST: Duration = Duration::days(366);

/// The longest reason.
const REASON: usize = 2000;

/// A decision to be taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewReview)]
pub struct NewReview {
    /// Station id.
    pub station: String,
    /// Parameter ids or aliases; empty or left out for all that the station measures.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// The start of the first hour that it is about, RFC 3339 with an offset.
    #[schema(example = "2026-11-25T08:00:00+08:00")]
    pub from: String,
    /// The end of the last hour.
    #[schema(example = "2026-11-25T12:00:00+08:00")]
    pub to: String,
    /// `accept`, `invalidate`, `correct`, `event` or `finalise`.
    #[schema(pattern = "^(accept|invalidate|correct|event|finalise)$")]
    pub decision: String,
    /// Of `correct`: what the value is multiplied with, 1 where it is left out.
    pub factor: Option<f64>,
    /// Of `correct`: what is added then, in the canonical unit, 0 where it is left out.
    pub offset: Option<f64>,
    /// Why, for everybody to read.
    pub reason: String,
}

/// A decision that was taken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Review)]
pub struct ReviewItem {
    /// Its number; later decisions have larger ones.
    pub id: u64,
    /// When.
    pub at: String,
    /// Who.
    pub who: String,
    /// Why.
    pub reason: String,
    /// Station id.
    pub station: String,
    /// Empty for all that the station measures.
    pub parameters: Vec<String>,
    /// Inclusive.
    pub from: String,
    /// Exclusive.
    pub to: String,
    /// What was decided.
    pub decision: String,
    /// Of `correct`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<f64>,
    /// Of `correct`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<f64>,
}

/// A page of decisions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reviews)]
pub struct ReviewPage {
    /// In the order in which they were taken.
    pub items: Vec<ReviewItem>,
    /// The address of the next page.
    pub next: Option<String>,
}

impl ReviewItem {
    fn of(review: Review, zone: Zone) -> Self {
        let (factor, offset) = match review.decision {
            Decision::Correct { factor, offset } => (Some(factor), Some(offset)),
            _ => (None, None),
        };
        Self {
            id: review.id,
            at: zone.format(review.at),
            who: review.who,
            reason: review.why,
            station: review.station.to_string(),
            parameters: review.parameters.iter().map(ToString::to_string).collect(),
            from: zone.format(review.from),
            to: zone.format(review.to),
            decision: review.decision.to_string(),
            factor,
            offset,
        }
    }
}

/// Decisions of reviewers, the oldest first.
#[utoipa::path(
    get, path = "/api/v1/reviews", tag = "reviews", operation_id = "reviews",
    params(
        ("station" = Option<String>, Query, description = "one station"),
        ("from" = Option<String>, Query, description = "about hours at or after; RFC 3339 or a date"),
        ("to" = Option<String>, Query, description = "about hours before"),
        ("after" = Option<u64>, Query, description = "behind this number"),
    ),
    responses(
        (status = 200, description = "decisions", body = ReviewPage),
        (status = 400, description = "a parameter that cannot be served", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn list(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, &["station", "from", "to", "after"])?;
    let mut stations = query.stations(&app.pipeline)?;
    if stations.len() > 1 {
        return Err(Failure::value("station", "one station at a time", Vec::<String>::new()));
    }
    let (from, to) = (query.time("from", app.zone())?, query.time("to", app.zone())?);
    let after =
        query.word("after", |text| text.parse().ok().filter(|after| *after <= LAST), ["a number"])?.unwrap_or(0);
    let asked = ReviewQuery { station: stations.pop(), from, to, after, limit: PAGE + 1 };
    let mut reviews = app.journal.reviews(asked).await?;
    let more = reviews.len() > PAGE;
    reviews.truncate(PAGE);
    let next = reviews.last().filter(|_| more).map(|last| links::absolute(&headers, &next(&uri, last.id)));
    let items = reviews.into_iter().map(|review| ReviewItem::of(review, app.zone())).collect();
    let mut response = Json(ReviewPage { items, next }).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, Cache::NoStore.value());
    Ok(response)
}

/// The address of the page behind the decision `after`.
fn next(uri: &axum::http::Uri, after: u64) -> String {
    let rest = uri.query().unwrap_or("").split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("after="));
    let pairs: Vec<String> = rest.map(str::to_owned).chain([format!("after={after}")]).collect();
    format!("{}?{}", uri.path(), pairs.join("&"))
}

/// Takes a decision. It is durable when this answers; figures follow within seconds.
#[utoipa::path(
    post, path = "/api/v1/reviews", tag = "reviews", operation_id = "review", security(("token" = [])),
    request_body = NewReview,
    responses(
        (status = 201, description = "kept", body = ReviewItem),
        (status = 401, description = "no reviewer's token", content_type = "application/problem+json", body = ProblemBody),
        (status = 403, description = "a token for another station", content_type = "application/problem+json", body = ProblemBody),
        (status = 409, description = "some of these hours are final", content_type = "application/problem+json", body = ProblemBody),
        (status = 422, description = "a field that cannot be understood", content_type = "application/problem+json", body = ProblemBody),
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
    let new: NewReview = serde_json::from_slice(&body)
        .map_err(|error| Failure::body("body", error.to_string(), Vec::<String>::new()))?;
    let item = decide(&app, &reviewer, new).await?;
    let id = item.id;
    let mut response = (StatusCode::CREATED, Json(item)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, Cache::NoStore.value());
    if let Ok(place) = HeaderValue::try_from(format!("/api/v1/reviews?after={}", id - 1)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Keeps a decision of a reviewer, however it came.
///
/// # Errors
/// 403, 409 and 422, as [`create`] says.
pub async fn decide(app: &Shared, reviewer: &Reviewer, new: NewReview) -> Result<ReviewItem, Failure> {
    token::may_decide(reviewer, Some(&new.station))?;
    let review = read(app, new, reviewer.name.clone())?;
    let Some(id) = app.journal.keep_review(review.clone()).await? else {
        return Err(Failure::conflict("some of these hours are final, and nothing was changed"));
    };
    tracing::info!(review = id, who = review.who, station.id = %review.station, decision = %review.decision, "a review was kept");
    Ok(ReviewItem::of(Review { id, ..review }, app.zone()))
}

/// A decision out of what was sent.
fn read(app: &Shared, new: NewReview, who: String) -> Result<Review, Failure> {
    let none = Vec::<String>::new;
    let station = app.pipeline.stations.get_str(&new.station).map(|station| station.id.clone());
    let station = station
        .ok_or_else(|| Failure::body("station", format!("there is no station {:?}", cut(&new.station)), none()))?;
    let mut parameters = Vec::new();
    for name in &new.parameters {
        let known = || ParameterId::all().map(|parameter| parameter.as_str().to_owned());
        let unknown = || Failure::body("parameters", format!("there is no parameter {:?}", cut(name)), known());
        let parameter = ParameterId::parse(name).ok_or_else(unknown)?;
        if !parameters.contains(&parameter) {
            parameters.push(parameter);
        }
    }
    let hour = |field: &str, text: &str| {
        let at = DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
        at.filter(|at| app.zone().floor_hour(*at) == *at).ok_or_else(|| {
            let detail = format!("{:?} is no whole hour; write 2026-11-25T08:00:00+08:00", cut(text));
            Failure::body(field, detail, none())
        })
    };
    let (from, to) = (hour("from", &new.from)?, hour("to", &new.to)?);
    if from >= to || to - from > LONGEST {
        let detail = format!("`to` must lie behind `from`, by {} days at most", LONGEST.num_days());
        return Err(Failure::body("to", detail, none()));
    }
    if to > app.now() + Duration::hours(1) {
        return Err(Failure::body("to", "these hours have not been yet", none()));
    }
    let decision = match new.decision.as_str() {
        "accept" => Decision::Accept,
        "invalidate" => Decision::Invalidate,
        "correct" => Decision::Correct { factor: new.factor.unwrap_or(1.0), offset: new.offset.unwrap_or(0.0) },
        "event" => Decision::Event,
        "finalise" => Decision::Finalise,
        other => {
            let detail = format!("{:?} is no decision", cut(other));
            return Err(Failure::body("decision", detail, Decision::KNOWN));
        }
    };
    if !matches!(decision, Decision::Correct { .. }) && (new.factor.is_some() || new.offset.is_some()) {
        return Err(Failure::body("factor", "factor and offset are those of the decision \"correct\"", none()));
    }
    if decision == (Decision::Correct { factor: 1.0, offset: 0.0 }) {
        return Err(Failure::body("factor", "a correction needs a factor or an offset", none()));
    }
    let why = new.reason.trim().to_owned();
    if why.is_empty() || why.chars().count() > REASON {
        return Err(Failure::body("reason", format!("say why, in {REASON} letters at most"), none()));
    }
    Ok(Review { id: 0, at: app.now(), who, why, station, parameters, from, to, decision })
}
