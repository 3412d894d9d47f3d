//! `GET /api/v1/registers/{id}/{record}`: one record with its revisions, and what differs between two of them.

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, Response};
use limpid_model::register::{Change, Validity, compare};
use limpid_store::PublicRevision;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::RecordItem;
use crate::answer::problem::cut;
use crate::answer::{Cache, Failure, Format, cache};
use crate::api::openapi::ProblemBody;
use crate::api::query::Query;
use crate::app::Shared;

/// A record with its revisions.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisterRecordWithRevisions)]
pub struct WithRevisions {
    /// As it stands.
    #[serde(flatten)]
    pub record: RecordItem,
    /// Every revision that is or was public, the oldest first; none when it was withdrawn.
    pub revisions: Vec<RevisionItem>,
    /// With `from` and `to`: what differs, field by field.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub changes: Option<Vec<Change>>,
}

/// A revision that is or was public.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisterRevision)]
pub struct RevisionItem {
    /// Its number.
    pub revision: u32,
    /// When it was released.
    pub released: String,
    /// From when to when it says that the record is in force.
    #[schema(value_type = Object)]
    pub validity: Validity,
    /// Public fields by name.
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
}

/// A public record with every revision of it; with `from` and `to`, what differs between two of them.
#[utoipa::path(
    get, path = "/api/v1/registers/{id}/{record}", tag = "registers", operation_id = "record",
    params(
        ("id" = String, Path, description = "id of the register"),
        ("record" = String, Path, description = "key of the record"),
        ("from" = Option<u32>, Query, minimum = 1, description = "compare this revision; default the one before `to`"),
        ("to" = Option<u32>, Query, minimum = 1, description = "with this one; default the newest"),
    ),
    responses(
        (status = 200, description = "the record", body = WithRevisions),
        (status = 400, description = "there is no such revision", content_type = "application/problem+json", body = ProblemBody),
        (status = 404, description = "there is no such register or public record", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn get(
    State(app): State<Shared>,
    Path((id, key)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let register = super::register(&app, &id)?;
    let query = Query::parse(&uri, &["from", "to"])?;
    let found = app.journal.registers().public_record(&register.id, &key).await?;
    let (entry, revisions) =
        found.ok_or_else(|| Failure::not_found(format!("{} has no public record {:?}", register.id, cut(&key))))?;
    let changes = changes(&query, &revisions)?;
    let revisions = revisions
        .into_iter()
        .map(|one| RevisionItem {
            revision: one.revision,
            released: app.zone().format(one.released),
            validity: one.record.validity(),
            fields: one.record.fields().clone(),
        })
        .collect();
    let body = WithRevisions { record: RecordItem::new(&register, entry, &app), revisions, changes };
    let body = serde_json::to_vec(&body).map_err(|error| Failure::internal("writing JSON", &error))?;
    Ok(cache::tagged(&headers, Cache::Revalidate, Format::Json.media_type(), body))
}

/// What differs between the two revisions that a query names; `None` where it names none.
///
/// # Errors
/// 400 for a revision that is not public.
pub fn changes(query: &Query, revisions: &[PublicRevision]) -> Result<Option<Vec<Change>>, Failure> {
    if query.one("from")?.is_none() && query.one("to")?.is_none() {
        return Ok(None);
    }
    let known = || revisions.iter().map(|one| one.revision.to_string());
    let place = |name: &str| {
        query.word(name, |text| revisions.iter().position(|one| one.revision.to_string() == text), known())
    };
    let to = place("to")?.unwrap_or(revisions.len().saturating_sub(1));
    let from = place("from")?.unwrap_or(to.saturating_sub(1));
    Ok(revisions.get(from).zip(revisions.get(to)).map(|(from, to)| compare(from.record.fields(), to.record.fields())))
}
