//! `GET /api/v1/status`: every publication against its deadline, every register against its promise.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use limpid_model::register::Register;
use limpid_store::RegisterCount;
use serde::Serialize;
use utoipa::ToSchema;

use super::query::Query;
use super::refusals::BadRequest;
use crate::answer::{Cache, Failure, Format, cache};
use crate::app::{App, Shared};
use crate::freshness::{self, deadline, registers};

/// Every publication against its deadline.
#[derive(Serialize, ToSchema)]
pub struct Publications {
    /// By kind of station and period; then forecasts, and releases of datasets.
    pub publications: Vec<PublicationItem>,
    /// Registers, each with what it promises and when it was brought up to date.
    pub registers: Vec<RegisterStanding>,
}

/// How current a register is.
#[derive(Serialize, ToSchema)]
pub struct RegisterStanding {
    /// Its name in addresses.
    #[schema(example = "permits")]
    pub id: String,
    /// Records that are shown.
    pub records: u64,
    /// How often it promises to be brought up to date: `day`, `week`, `month`, `quarter` or `year`; null where it promises nothing.
    pub every: Option<String>,
    /// Within how many working days a record is published; null where none are set.
    pub working_days: Option<u64>,
    /// When a record was released last; null before the first.
    pub updated: Option<String>,
    /// By when the next release is due by its promise; null where none is, or before the first.
    pub due: Option<String>,
    /// Whether the promise is broken.
    pub late: bool,
}

impl RegisterStanding {
    fn new(register: &Register, count: Option<&RegisterCount>, app: &App) -> Self {
        let (zone, updated) = (app.zone(), count.map(|count| count.updated));
        Self {
            id: register.id.clone(),
            records: count.map_or(0, |count| count.count),
            every: register.every.map(|every| every.as_str().to_owned()),
            working_days: register.deadline.as_ref().map(|deadline| deadline.working_days),
            updated: updated.map(|at| zone.format(at)),
            due: registers::due(register, updated).map(|at| zone.format(at)),
            late: registers::late(register, updated, app.now()),
        }
    }
}

/// What is published, and by when.
#[derive(Serialize, ToSchema)]
#[schema(as = Publication)]
pub struct PublicationItem {
    /// Kind of station and rhythm; `forecast` for a forecast every day, `forecast-issue` for each scheduled one,
    /// `dataset-…` for releases.
    #[schema(example = "air-hourly")]
    pub id: String,
    /// By when the next must be there; of a late one, by when it should have been.
    pub deadline: String,
    /// The end of the newest period that was published; of forecasts and releases when it was. Null before the first.
    pub last: Option<String>,
    /// `met`: all that has ended is published; `due`: a period has ended, or a time has come, and the deadline lies ahead; `late`: a deadline has
    /// passed; `none`: nothing was published yet.
    pub state: deadline::State,
}

/// Whether what must be published is, and by when the next must be.
#[utoipa::path(
    get, path = "/api/v1/status", tag = "data", operation_id = "status",
    responses((status = 200, description = "every publication", body = Publications), BadRequest)
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    Query::parse(&uri, &[])?;
    let zone = app.zone();
    let item = |publication: freshness::Publication| PublicationItem {
        id: publication.id(),
        deadline: zone.format(publication.deadline),
        last: publication.last.map(|last| zone.format(last)),
        state: publication.state,
    };
    let publications = freshness::publications(&app).into_iter().map(item).collect();
    let counts = app.journal.registers().public_counts().await?;
    let standing = |register: &Arc<Register>| {
        RegisterStanding::new(register, counts.iter().find(|count| count.register == register.id), &app)
    };
    let registers = app.pipeline.registers.iter().map(standing).collect();
    let body = serde_json::to_vec(&Publications { publications, registers });
    let body = body.map_err(|error| Failure::internal("writing JSON", &error))?;
    Ok(cache::tagged(&headers, Cache::Revalidate, Format::Json.media_type(), body))
}
