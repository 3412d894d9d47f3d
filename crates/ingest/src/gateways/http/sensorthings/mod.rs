//! OGC SensorThings API 1.1 (18-088), the part by which observations are created, so that loggers and bridges that speak
//! it to a FROST server can be pointed here: `POST /sta/v1.1/Observations`, `…/Datastreams('ID')/Observations` and
//! `…/CreateObservations` (data arrays). Tokens, rate and durability are those of the upload.
//!
//! - `datastream`: what an id names; `observation`: one observation; `array`: a data array
//!
//! Entities are not created here: a Datastream is a station and a parameter of the registry. Where the standard leaves
//! something open, or limpid is narrower, docs/sensorthings.md says so.

pub(super) mod array;
mod datastream;
pub(super) mod observation;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use limpid_model::{Entry, Receipt, VerdictKind, address};
use serde_json::{Value, json};

use super::batch::Understood;
use super::decoder::{Decoder, Whole};
use super::failure::Failure;
use super::request::Media;
use super::rooms::{Hold, SHORT};
use super::{Gate, INLINE_VERDICTS, off_thread, only, receive};
use crate::intake::Intake;
use crate::token::Grant;
use datastream::Named;

const ROOT: &str = "/sta/v1.1";

/// The routes, under [`ROOT`].
pub(super) fn routes() -> Router<Arc<Gate>> {
    Router::new()
        .route("/sta/v1.1/Observations", only(post(create), "POST"))
        .route("/sta/v1.1/CreateObservations", only(post(create_many), "POST"))
        .route("/sta/v1.1/{datastream}/Observations", only(post(create_in), "POST"))
        .route("/sta/v1.1/{observation}", only(get(one), "GET, HEAD"))
}

/// A failure as the standard has it: what cannot be understood is a 400 (18-088, 10.1).
pub(super) struct Refusal(Failure);

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.0.respond(StatusCode::BAD_REQUEST)
    }
}

async fn create(State(gate): State<Arc<Gate>>, request: Request) -> Result<Response, Refusal> {
    create_one(gate, request, None).await
}

async fn create_in(
    State(gate): State<Arc<Gate>>,
    place: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Refusal> {
    let id = place.ok().and_then(|Path(place)| within(&place, "Datastreams"));
    let Some(id) = id else { return Err(nowhere().into()) };
    create_one(gate, request, Some(id)).await
}

/// `201` with the address of the observation, or why there is none.
async fn create_one(gate: Arc<Gate>, request: Request, id: Option<String>) -> Result<Response, Refusal> {
    let headers = request.headers().clone();
    let limit = SHORT.min(gate.limit());
    let read = Whole::new(limit, move |intake: &Intake, grant: &Grant, body: &[u8]| {
        let understood = observation::read(intake, grant, id.as_deref(), body)?;
        let names = names(&understood);
        Ok((understood, names))
    });
    let (receipt, mut names) = receive(&gate, request, Hold::Whole, |media| json_only(media, read)).await?;
    let name = names.pop().flatten();
    match (name, receipt.verdicts.first()) {
        (Some(name), Some(verdict)) if created(verdict.verdict) => {
            let link = link(&headers, &name);
            let body = json!({ "@iot.id": name, "@iot.selfLink": link });
            let mut answer = answer(&receipt, &body);
            if let Ok(link) = link.parse() {
                answer.headers_mut().insert(header::LOCATION, link);
            }
            Ok(answer)
        }
        (_, verdict) => {
            let detail = verdict.and_then(|verdict| verdict.detail.clone()).unwrap_or_default();
            let reason = verdict.and_then(|verdict| verdict.reason).map_or("rejected", |reason| reason.as_str());
            Err(Failure::NotCreated { receipt: receipt.id, reason, detail }.into())
        }
    }
}

/// `201` with an address for each observation, in their order, or `"error"` for one that was not created.
async fn create_many(State(gate): State<Arc<Gate>>, request: Request) -> Result<Response, Refusal> {
    let headers = request.headers().clone();
    let read = Whole::new(gate.limit(), |intake: &Intake, grant: &Grant, body: &[u8]| {
        let understood = array::read(intake, grant, body)?;
        let names = names(&understood);
        Ok((understood, names))
    });
    let (receipt, names) = receive(&gate, request, Hold::Whole, |media| json_only(media, read)).await?;
    let large = receipt.verdicts.len() > INLINE_VERDICTS;
    let written = move || {
        let lines = receipt.verdicts.iter().zip(names).map(|(verdict, name)| match name {
            Some(name) if created(verdict.verdict) => link(&headers, &name),
            _ => "error".to_owned(),
        });
        let lines: Value = lines.collect();
        answer(&receipt, &lines)
    };
    Ok(off_thread(large, written).await)
}

/// One observation as it was accepted last, for a token that may upload it.
async fn one(
    State(gate): State<Arc<Gate>>,
    place: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let grant = gate.authorise(&headers)?;
    let place = place.ok().and_then(|Path(place)| within(&place, "Observations"));
    let Some(named) = place.as_deref().and_then(Named::parse).filter(|named| grant.covers(named.station.as_str()))
    else {
        return Err(nowhere().into());
    };
    let journal = gate.intake.journal();
    let until = named.start + chrono::Duration::milliseconds(1);
    let found = journal.window(&named.station, named.start, until, None).await.map_err(Failure::from)?;
    let same = |reading: &limpid_model::Reading| reading.parameter == named.parameter && reading.period == named.period;
    let Some(accepted) = found.into_iter().find(|accepted| same(&accepted.reading)) else {
        return Err(nowhere().into());
    };
    let zone = gate.intake.pipeline().publisher.zone;
    let (start, end) = (accepted.reading.start, accepted.reading.period.end(accepted.reading.start, zone));
    let name = named.to_string();
    let body = json!({
        "@iot.id": name,
        "@iot.selfLink": link(&headers, &name),
        "phenomenonTime": format!("{}/{}", zone.format(start), zone.format(end)),
        "resultTime": zone.format(accepted.received),
        "result": accepted.reading.value,
    });
    Ok(axum::Json(body).into_response())
}

fn nowhere() -> Failure {
    Failure::NotFound { what: "there is nothing at this path, or nothing that this token may see" }
}

fn json_only<T>(media: Media, read: impl Decoder<T> + 'static) -> Result<Box<dyn Decoder<T>>, Failure> {
    if media == Media::Json { Ok(Box::new(read)) } else { Err(Failure::Media) }
}

/// The id in `Entities('ID')`.
fn within(place: &str, entities: &str) -> Option<String> {
    let id = place.strip_prefix(entities)?.strip_prefix("('")?.strip_suffix("')")?;
    // A quote within is written twice (OData 4.0, 5.1.1.6.1).
    Some(id.replace("''", "'"))
}

/// Whether an observation is there afterwards.
fn created(verdict: VerdictKind) -> bool {
    matches!(verdict, VerdictKind::Stored | VerdictKind::Same | VerdictKind::Corrected)
}

/// The id of each observation that an entry would be.
fn names(understood: &Understood) -> Vec<Option<String>> {
    let name = |entry: &Entry| match entry {
        Entry::Reading(reading) => Some(Named::of(reading).to_string()),
        Entry::Refused(_) => None,
    };
    understood.entries.iter().map(name).collect()
}

/// The address of an observation.
fn link(headers: &HeaderMap, name: &str) -> String {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let secure = text(HeaderName::from_static("x-forwarded-proto")) == Some("https");
    let base = text(HeaderName::from_static(address::PREFIX)).unwrap_or_default();
    address::absolute(text(header::HOST), secure, &format!("{base}{ROOT}/Observations('{name}')"))
}

fn answer(receipt: &Receipt, body: &Value) -> Response {
    let mut response = (StatusCode::CREATED, axum::Json(body)).into_response();
    // Where the verdict of each line is told in full.
    if let Ok(link) = HeaderValue::try_from(format!("</api/v1/receipts/{}>; rel=\"describedby\"", receipt.id)) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}
