//! `/api/v1/registers`: records that an authority must publish, permits first.
//!
//! What is answered was redacted when it was released: this crate reads [`limpid_store::PublicEntry`] and nothing else of a
//! record.
//!
//! - `records`: a page of one register; `record`: one record with its revisions
//! - `catalogue`: the registers in the columns of the national template
//! - `write`: drafts, checks, releases, over HTTP

pub mod catalogue;
pub mod record;
pub mod records;
pub mod write;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use chrono::NaiveDate;
use limpid_model::register::{FieldKind, LinkTo, Notice, Register, TermState, Validity, Withheld};
use limpid_model::{Text, Zone};
use limpid_store::{PublicEntry, RegisterCount};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use self::catalogue::Sheet;
use super::query::Query;
use super::refusals::BadRequest;
use crate::answer::problem::cut;
use crate::answer::{Cache, Failure, Format, cache};
use crate::app::{App, Shared};

/// The registers.
#[derive(Serialize, ToSchema)]
pub struct RegisterList {
    /// In the order of their ids.
    pub registers: Vec<RegisterItem>,
}

/// A register.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Register)]
pub struct RegisterItem {
    /// Its name in addresses.
    pub id: String,
    /// Titles by language.
    #[schema(value_type = BTreeMap<String, String>)]
    pub title: Text,
    /// What it holds, by language; null where it is not said.
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    pub about: Option<Text>,
    /// The law that orders it.
    pub basis: Option<String>,
    /// Public records.
    pub count: u64,
    /// When the last one was released; null before the first.
    pub updated: Option<String>,
    /// How often it promises to be brought up to date: day, week, month, quarter or year.
    pub every: Option<&'static str>,
    /// By when a record must be published.
    pub deadline: Option<DeadlineItem>,
    /// The field that identifies a record.
    pub key: String,
    /// Its fields, those that are not public too, so that a reader knows what is kept back and why.
    pub fields: Vec<FieldItem>,
}

/// By when a record must be published.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadlineItem {
    /// So many working days of the publisher's calendar.
    pub working_days: u64,
    /// After the date in this field.
    pub after: String,
}

/// A field of a register.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisterField)]
pub struct FieldItem {
    /// Its name; `limits.value` of the column of a table.
    pub name: String,
    /// text, number, date, datetime, choice, link or file.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What people call it, by language.
    #[schema(value_type = BTreeMap<String, String>)]
    pub label: Text,
    /// Of a number.
    pub unit: Option<String>,
    /// Whether records can be filtered by it.
    pub filter: bool,
    /// public, on_request or withheld.
    pub disclosure: &'static str,
    /// Why it is withheld.
    pub reason: Option<&'static str>,
    /// The personal data that are masked or dropped in it.
    pub redacted: Option<&'static str>,
    /// Of a choice: what it may be, with labels.
    #[schema(value_type = Option<BTreeMap<String, BTreeMap<String, String>>>)]
    pub choices: Option<Map<String, Value>>,
    /// Of a link: station, url or register:ID.
    pub to: Option<String>,
}

/// The last day of a deadline in working days.
#[derive(Debug, Serialize, ToSchema)]
pub struct DueItem {
    /// The last day, inclusive.
    #[schema(value_type = String)]
    pub date: NaiveDate,
    /// Whether it may still move, because the holidays of a year are not announced yet.
    pub provisional: bool,
}

/// A record, as the public is shown it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisterRecord)]
pub struct RecordItem {
    /// Its key.
    pub id: String,
    /// Its title; null when it was withdrawn.
    pub name: Option<String>,
    /// The revision that is shown.
    pub revision: u32,
    /// When that was released.
    pub released: String,
    /// in_force, not_yet, expired, repealed, revoked, cancelled or withdrawn, today; null of a record that was withdrawn from
    /// the register, which `withdrawn` explains.
    pub status: Option<&'static str>,
    /// From when to when it is in force; days inclusive.
    #[schema(value_type = Object)]
    pub validity: Option<Validity>,
    /// Public fields by name; tables are lists of objects.
    #[schema(value_type = Object)]
    pub fields: Option<Map<String, Value>>,
    /// Fields that have a value that is not shown, or not all of it, with how and why.
    #[schema(value_type = Vec<Object>)]
    pub withheld: Vec<Withheld>,
    /// By when it had to be published, where the register says so and it has the date that counts.
    #[schema(value_type = Option<Object>)]
    pub due: Option<DueItem>,
    /// Terms that have begun: by when something must have happened, and whether it has.
    #[schema(value_type = Vec<Object>)]
    pub terms: Vec<TermState>,
    /// Since when it is withdrawn from the register, and why.
    #[schema(value_type = Option<Object>)]
    pub withdrawn: Option<Notice>,
    /// Since when it is repealed, and why.
    #[schema(value_type = Option<Object>)]
    pub repealed: Option<Notice>,
}

impl RecordItem {
    /// The object of a public record.
    pub fn new(register: &Register, entry: PublicEntry, app: &App) -> Self {
        let calendar = &app.pipeline.publisher.calendar;
        let due = entry.record.as_ref().and_then(|record| register.due(record, calendar));
        let terms = entry.record.as_ref().map(|record| register.terms_of(record, calendar)).unwrap_or_default();
        let shown = entry.record.is_some();
        let validity = entry.validity();
        let status = validity.on(app.zone().date_of(app.now())).as_str();
        let PublicEntry { id, revision, released, record, withdrawn, repealed, .. } = entry;
        Self {
            id,
            name: record.as_ref().map(|record| record.name().to_owned()),
            revision,
            released: app.zone().format(released),
            status: shown.then_some(status),
            validity: shown.then_some(validity),
            withheld: record.as_ref().map(|record| record.withheld().to_vec()).unwrap_or_default(),
            fields: record.map(|record| record.fields().clone()),
            due: due.map(|due| DueItem { date: due.date, provisional: due.provisional }),
            terms,
            withdrawn,
            repealed,
        }
    }
}

impl RegisterItem {
    fn new(register: &Register, count: Option<&RegisterCount>, zone: Zone) -> Self {
        Self {
            id: register.id.clone(),
            title: register.title.clone(),
            about: register.about.clone(),
            basis: register.basis.clone(),
            count: count.map_or(0, |count| count.count),
            updated: count.map(|count| zone.format(count.updated)),
            every: register.every.map(|every| every.as_str()),
            deadline: register
                .deadline
                .as_ref()
                .map(|deadline| DeadlineItem { working_days: deadline.working_days, after: deadline.after.clone() }),
            key: register.key.clone(),
            fields: register
                .leaves()
                .map(|(name, field, disclosure)| FieldItem {
                    name,
                    kind: field.kind.as_str(),
                    label: field.label.clone(),
                    unit: field.unit.clone(),
                    filter: field.filter && disclosure.is_public(),
                    disclosure: disclosure.as_str(),
                    reason: disclosure.reason().map(|reason| reason.as_str()),
                    redacted: field.redact.map(|redact| redact.kind.as_str()),
                    choices: match &field.kind {
                        FieldKind::Choice(choices) => Some(
                            choices
                                .iter()
                                .filter_map(|choice| {
                                    Some((choice.value.clone(), serde_json::to_value(&choice.label).ok()?))
                                })
                                .collect(),
                        ),
                        _ => None,
                    },
                    to: match &field.kind {
                        FieldKind::Link(LinkTo::Station) => Some("station".to_owned()),
                        FieldKind::Link(LinkTo::Url) => Some("url".to_owned()),
                        FieldKind::Link(LinkTo::Register(id)) => Some(format!("register:{id}")),
                        _ => None,
                    },
                })
                .collect(),
        }
    }
}

/// The register of this id.
///
/// # Errors
/// 404 with those that there are.
pub fn register(app: &App, id: &str) -> Result<Arc<Register>, Failure> {
    app.pipeline.registers.get(id).cloned().ok_or_else(|| {
        let known: Vec<&str> = app.pipeline.registers.iter().map(|one| one.id.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Failure::not_found(format!("there is no register {:?}; there are: {known}", cut(id)))
    })
}

/// The registers, with how many public records they have and what their fields are.
#[utoipa::path(
    get, path = "/api/v1/registers", tag = "registers", operation_id = "registers",
    params(("format" = Option<String>, Query, pattern = "^(json|csv|xlsx)$", description = "json (default); csv or xlsx is the catalogue in the columns of the national template")),
    responses(
        (status = 200, description = "the registers", content((RegisterList = "application/json"), (String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        BadRequest,
    )
)]
pub async fn list(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, &["format"])?;
    let sheet = |word: &str| match word {
        "json" => Some(None),
        "csv" => Some(Some(Sheet::Csv)),
        "xlsx" => Some(Some(Sheet::Xlsx)),
        _ => None,
    };
    if let Some(Some(sheet)) = query.word("format", sheet, ["json", "csv", "xlsx"])? {
        return catalogue::answer(&app.pipeline, &headers, sheet);
    }
    let counts = app.journal.registers().public_counts().await?;
    let item = |register: &Arc<Register>| {
        let count = counts.iter().find(|count| count.register == register.id);
        RegisterItem::new(register, count, app.zone())
    };
    let body = RegisterList { registers: app.pipeline.registers.iter().map(item).collect() };
    let body = serde_json::to_vec(&body).map_err(|error| Failure::internal("writing JSON", &error))?;
    Ok(cache::tagged(&headers, Cache::Revalidate, Format::Json.media_type(), body))
}
