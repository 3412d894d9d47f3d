//! Keeping registers over HTTP: drafts, checks, releases, ends, and the audit log. Each needs a token with the role for it.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::response::IntoResponse;
use chrono::{DateTime, NaiveDate};
use limpid_model::pipeline::Officer;
use limpid_model::register::{Act, Deed, FieldProblem, Refusal, Register, Role, as_text};
use limpid_store::{Draft, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::answer::{Cache, Failure};
use crate::api::openapi::ProblemBody;
use crate::api::query::Query;
use crate::api::token;
use crate::app::Shared;

/// The longest reason.
const REASON: usize = 2000;
/// Lines of the audit log of one record.
const LINES: usize = 10_000;

/// A draft to write.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRecord)]
pub struct NewRecord {
    /// Values by field. Of a record that the register has, fields that are not named stay, and null takes one away.
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
    /// Why, for the audit log.
    #[serde(default)]
    pub why: String,
}

/// What became of a draft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DraftedRecord)]
pub struct DraftedItem {
    /// The record's key.
    pub record: String,
    /// Its newest revision.
    pub revision: u32,
    /// False when the newest revision said the same already.
    pub written: bool,
}

/// Something to do to a record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDeed)]
pub struct NewDeed {
    /// The revision that it is done to: the newest that its author has seen.
    pub revision: u32,
    /// Of a check: `pass` or `fail`.
    pub result: Option<String>,
    /// Why, or what was found. Of `repeal` and `withdraw` it must be said, and everybody can read it.
    #[serde(default)]
    pub why: String,
    /// Of a release: not now but then, RFC 3339.
    pub release_at: Option<String>,
    /// Of `repeal` and `withdraw`: from this day; default today.
    pub on: Option<String>,
}

/// A line of the audit log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Deed)]
pub struct DeedItem {
    /// Its number.
    pub id: u64,
    /// The record.
    pub record: String,
    /// The revision that it was done to.
    pub revision: u32,
    /// When.
    pub at: String,
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
    /// draft, check, schedule, release, repeal or withdraw.
    pub act: &'static str,
    /// Of a check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
    /// Of a check: public fields in which the scan found personal data that the schema does not expect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<u32>,
}

/// The audit log of a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditLog)]
pub struct AuditLog {
    /// The oldest first.
    pub items: Vec<DeedItem>,
}

/// Writes a draft. Nothing of it is public before it was checked and released.
#[utoipa::path(
    post, path = "/api/v1/registers/{id}", tag = "registers", operation_id = "draft", security(("token" = [])),
    params(("id" = String, Path, description = "id of the register")),
    request_body = NewRecord,
    responses(
        (status = 201, description = "durable", body = DraftedItem),
        (status = 401, description = "no officer's token", content_type = "application/problem+json", body = ProblemBody),
        (status = 403, description = "the token has not the role of an editor here", content_type = "application/problem+json", body = ProblemBody),
        (status = 404, description = "there is no such register", content_type = "application/problem+json", body = ProblemBody),
        (status = 422, description = "a field that cannot be understood", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn draft(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response<Body>, Failure> {
    Query::parse(&uri, &[])?;
    let officer = token::officer(&app, &headers)?;
    let register = super::register(&app, &id)?;
    may(&officer, Role::Editor, &register.id)?;
    let drafted = draft_as(&app, &officer, &register, read(&body)?).await?;
    Ok(unkept((StatusCode::CREATED, Json(drafted)).into_response()))
}

/// Why a draft was not written.
#[derive(Debug)]
pub enum NotDrafted {
    /// Fields cannot be understood: all of them.
    Wrong(Vec<FieldProblem>),
    /// Something else.
    Failed(Failure),
}

impl From<Failure> for NotDrafted {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<StoreError> for NotDrafted {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<NotDrafted> for Failure {
    fn from(not: NotDrafted) -> Self {
        match not {
            NotDrafted::Failed(failure) => failure,
            NotDrafted::Wrong(problems) => {
                let all: Vec<String> = problems.iter().map(|one| format!("{}: {}", one.field, one.what)).collect();
                let field = problems.first().map_or("fields", |one| one.field.as_str());
                Self::body(field, all.join("; "), Vec::<String>::new())
            }
        }
    }
}

/// Writes a draft of an editor, however it came.
///
/// # Errors
/// [`NotDrafted`].
pub async fn draft_as(
    app: &Shared,
    officer: &Officer,
    register: &Register,
    new: NewRecord,
) -> Result<DraftedItem, NotDrafted> {
    let why = reason(&new.why, false)?;
    let key = new.fields.get(&register.key).and_then(as_text).unwrap_or_default();
    let registers = app.journal.registers();
    let newest = registers.newest_revisions(&register.id, vec![key]).await?.pop().flatten();
    let whole = match newest {
        Some(newest) => newest.values.with(new.fields),
        None => new.fields,
    };
    let values = register.take(whole).map_err(NotDrafted::Wrong)?;
    let record = register.key_of(&values).to_owned();
    let draft = Draft {
        register: register.id.clone(),
        record: record.clone(),
        at: app.now(),
        who: officer.name.clone(),
        why,
        values,
    };
    let Some(drafted) = registers.draft(vec![draft]).await?.pop() else {
        return Err(Failure::unavailable("the journal gave no answer").into());
    };
    Ok(DraftedItem { record, revision: drafted.revision, written: drafted.written })
}

/// Checks, releases, repeals or withdraws a record. A release without a check that passed is refused, and by default a check
/// by whoever wrote the revision.
#[utoipa::path(
    post, path = "/api/v1/registers/{id}/{record}/{act}", tag = "registers", operation_id = "act", security(("token" = [])),
    params(
        ("id" = String, Path, description = "id of the register"),
        ("record" = String, Path, description = "key of the record"),
        ("act" = String, Path, pattern = "^(check|release|repeal|withdraw)$", description = "check, release, repeal or withdraw"),
    ),
    request_body = NewDeed,
    responses(
        (status = 201, description = "durable", body = DeedItem),
        (status = 401, description = "no officer's token", content_type = "application/problem+json", body = ProblemBody),
        (status = 403, description = "the token has not the role for it", content_type = "application/problem+json", body = ProblemBody),
        (status = 404, description = "there is no such register, record or act", content_type = "application/problem+json", body = ProblemBody),
        (status = 409, description = "not as things are: not checked, overtaken, or one's own draft", content_type = "application/problem+json", body = ProblemBody),
        (status = 422, description = "a field that cannot be understood", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn act(
    State(app): State<Shared>,
    Path((id, record, word)): Path<(String, String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response<Body>, Failure> {
    Query::parse(&uri, &[])?;
    let officer = token::officer(&app, &headers)?;
    let register = super::register(&app, &id)?;
    may(&officer, role_of(&word)?, &register.id)?;
    let item = perform(&app, &officer, &register, record, &word, &read(&body)?).await?;
    Ok(unkept((StatusCode::CREATED, Json(item)).into_response()))
}

/// The role that something needs which is done to a record.
///
/// # Errors
/// 404 for what is not done to records.
pub fn role_of(word: &str) -> Result<Role, Failure> {
    match word {
        "check" => Ok(Role::Reviewer),
        "release" | "repeal" | "withdraw" => Ok(Role::Publisher),
        _ => Err(Failure::not_found("what is done to a record is check, release, repeal or withdraw")),
    }
}

/// Does to a record what an officer with the role for it wants, however that came.
///
/// # Errors
/// 404, 409 and 422, as [`act`] says.
pub async fn perform(
    app: &Shared,
    officer: &Officer,
    register: &Register,
    record: String,
    word: &str,
    new: &NewDeed,
) -> Result<DeedItem, Failure> {
    let act = wanted(app, word, new)?;
    let why = reason(&new.why, matches!(act, Act::Repeal { .. } | Act::Withdraw { .. }))?;
    let deed = Deed {
        id: 0,
        register: register.id.clone(),
        record,
        revision: new.revision,
        at: app.now(),
        who: officer.name.clone(),
        why,
        act,
    };
    match app.journal.registers().act(register, vec![deed.clone()]).await?.pop() {
        Some(Ok(number)) => {
            tracing::info!(register = register.id, deed = number, act = act.as_str(), "a record was worked on");
            let kept = app.journal.registers().deeds(&register.id, Some(&deed.record), number - 1, 1).await?.pop();
            Ok(item(kept.unwrap_or(Deed { id: number, ..deed }), app))
        }
        Some(Err(Refusal::Unknown)) => Err(Failure::not_found(Refusal::Unknown.to_string())),
        Some(Err(refusal)) => Err(Failure::conflict(format!("{}: {refusal}", refusal.as_str()))),
        None => Err(Failure::unavailable("the journal gave no answer")),
    }
}

/// Who did what to a record, the oldest first; for officers.
#[utoipa::path(
    get, path = "/api/v1/registers/{id}/{record}/audit", tag = "registers", operation_id = "audit", security(("token" = [])),
    params(
        ("id" = String, Path, description = "id of the register"),
        ("record" = String, Path, description = "key of the record"),
    ),
    responses(
        (status = 200, description = "the audit log", body = AuditLog),
        (status = 401, description = "no officer's token", content_type = "application/problem+json", body = ProblemBody),
        (status = 403, description = "the token is for other registers", content_type = "application/problem+json", body = ProblemBody),
        (status = 404, description = "there is no such register", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn audit(
    State(app): State<Shared>,
    Path((id, record)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    Query::parse(&uri, &[])?;
    let officer = token::officer(&app, &headers)?;
    let register = super::register(&app, &id)?;
    if !Role::ALL.into_iter().any(|role| officer.may(role, &register.id)) {
        return Err(Failure::forbidden("this token is for other registers"));
    }
    let deeds = app.journal.registers().deeds(&register.id, Some(&record), 0, LINES).await?;
    let items = deeds.into_iter().map(|deed| item(deed, &app)).collect();
    Ok(unkept(Json(AuditLog { items }).into_response()))
}

fn may(officer: &Officer, role: Role, register: &str) -> Result<(), Failure> {
    if officer.may(role, register) {
        return Ok(());
    }
    Err(Failure::forbidden(format!("this needs the role {} for {register}, which this token has not", role.as_str())))
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|error| Failure::body("body", error.to_string(), Vec::<String>::new()))
}

fn reason(text: &str, needed: bool) -> Result<String, Failure> {
    let text = text.trim();
    if (needed && text.is_empty()) || text.chars().count() > REASON {
        let detail = format!("say why, in {REASON} letters at most");
        return Err(Failure::body("why", detail, Vec::<String>::new()));
    }
    Ok(text.to_owned())
}

fn wanted(app: &Shared, word: &str, new: &NewDeed) -> Result<Act, Failure> {
    let on = || match &new.on {
        None => Ok(app.zone().date_of(app.now())),
        Some(text) => text.parse::<NaiveDate>().map_err(|_| Failure::body("on", "write a day", ["2026-11-30"])),
    };
    Ok(match word {
        "check" => match new.result.as_deref() {
            Some("pass") => Act::Check { passed: true, findings: 0 },
            Some("fail") => Act::Check { passed: false, findings: 0 },
            _ => return Err(Failure::body("result", "say what the check came to", ["pass", "fail"])),
        },
        "release" => match &new.release_at {
            None => Act::Release,
            Some(text) => {
                let at = DateTime::parse_from_rfc3339(text);
                let wrong = |_| Failure::body("release_at", "write a time", ["2026-12-01T08:00:00+08:00"]);
                Act::Schedule { release_at: at.map_err(wrong)?.to_utc() }
            }
        },
        "repeal" => Act::Repeal { on: on()? },
        _ => Act::Withdraw { on: on()? },
    })
}

fn item(deed: Deed, app: &Shared) -> DeedItem {
    let (passed, findings) = match deed.act {
        Act::Check { passed, findings } => (Some(passed), Some(findings)),
        _ => (None, None),
    };
    DeedItem {
        id: deed.id,
        record: deed.record,
        revision: deed.revision,
        at: app.zone().format(deed.at),
        who: deed.who,
        why: deed.why,
        act: deed.act.as_str(),
        passed,
        findings,
    }
}

/// Not for caches: what officers are answered is for them.
fn unkept(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(header::CACHE_CONTROL, Cache::NoStore.value());
    response
}
