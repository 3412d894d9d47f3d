//! `GET /api/v1/registers/{id}`: a page of public records.

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, Uri, header};
use limpid_model::geo::Bbox;
use limpid_model::register::{FieldKind, Register, Status};
use limpid_store::{PublicEntry, PublicQuery};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::RecordItem;
use crate::answer::table::disarmed;
use crate::answer::{Cache, Failure, Format, cache};
use crate::api::openapi::ProblemBody;
use crate::api::query::{Query, escape};
use crate::app::{App, Shared};
use crate::links;

/// Parameters beside the filters of a register.
const KNOWN: [&str; 6] = ["q", "status", "bbox", "limit", "cursor", "format"];
/// What records are served in.
const FORMATS: &[Format] = &[Format::Json, Format::Csv];

/// A page of records.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisterRecords)]
pub struct Records {
    /// The newest first.
    pub items: Vec<RecordItem>,
    /// The whole address of the next page.
    pub next: Option<String>,
}

/// What a query asks of a register.
pub struct Asked {
    query: Query,
    /// For the journal; one more than a page, to know whether there is a next.
    pub ask: PublicQuery,
    limit: usize,
}

impl Asked {
    /// Reads the query; `more` are parameters that the path has beside.
    ///
    /// # Errors
    /// 400 for what the register has no filter for, and for values that cannot be served.
    pub fn read(app: &App, register: &Register, uri: &Uri, more: &[&str], usual: usize) -> Result<Self, Failure> {
        let filters: Vec<String> = register.filters().map(|(name, _)| name).collect();
        let known: Vec<&str> = KNOWN.iter().chain(more).copied().chain(filters.iter().map(String::as_str)).collect();
        let query = Query::parse(uri, &known)?;
        let mut wanted = Vec::new();
        for (name, field) in register.filters() {
            let Some(value) = query.one(&name)? else { continue };
            if let FieldKind::Choice(choices) = &field.kind
                && !choices.iter().any(|choice| choice.value == value)
            {
                let known = choices.iter().map(|choice| choice.value.as_str());
                return Err(Failure::value(&name, "it is not one of the choices", known));
            }
            wanted.push((name, value.to_owned()));
        }
        let parse = |text: &str| Status::ALL.into_iter().find(|status| status.as_str() == text);
        let status = query.word("status", parse, Status::ALL.map(Status::as_str))?;
        let bbox = query.word("bbox", Bbox::parse, Bbox::FORMS)?;
        let before = query.word("cursor", |text| text.parse().ok(), ["the one in `next` of the page before"])?;
        let limit = if query.one("limit")?.is_some() { query.limit()? } else { usual };
        let ask = PublicQuery {
            register: register.id.clone(),
            q: query.one("q")?.unwrap_or_default().to_owned(),
            filters: wanted,
            status: status.map(|status| (status, app.zone().date_of(app.now()))),
            bbox,
            before,
            limit: limit + 1,
        };
        Ok(Self { query, ask, limit })
    }

    /// The records of the page, and the cursor of the next.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn page(&self, app: &App) -> Result<(Vec<PublicEntry>, Option<u64>), Failure> {
        let _turn = app.turn().await?;
        let mut found = app.journal.registers().public_records(self.ask.clone()).await?;
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        let next = found.last().map(|last| last.number).filter(|_| more);
        Ok((found, next))
    }

    /// The same query behind a place.
    pub fn address(&self, path: &str, cursor: u64) -> String {
        self.query.with(path, &[("cursor", cursor.to_string())])
    }
}

/// Public records of a register, the newest first. Every filter of the register is a parameter of its name.
#[utoipa::path(
    get, path = "/api/v1/registers/{id}", tag = "registers", operation_id = "records",
    params(
        ("id" = String, Path, description = "id of the register"),
        ("q" = Option<String>, Query, min_length = 1, description = "words that all must be in the fields that are searched"),
        ("status" = Option<String>, Query, pattern = "^(in_force|not_yet|expired|repealed|revoked|cancelled|withdrawn)$", description = "what they are today"),
        ("bbox" = Option<String>, Query, min_length = 7, description = "west,south,east,north in degrees, WGS 84; west may be larger than east"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 50000, description = "1 to 50,000, default 1000"),
        ("cursor" = Option<String>, Query, min_length = 1, description = "the one in `next` of the page before"),
        ("format" = Option<String>, Query, pattern = "^(json|csv)$", description = "json (default) or csv"),
    ),
    responses(
        (status = 200, description = "one page; `Link: rel=next` in every format", content((Records = "application/json"), (String = "text/csv"))),
        (status = 400, description = "a parameter is unknown or has a value that cannot be served", content_type = "application/problem+json", body = ProblemBody),
        (status = 404, description = "there is no such register", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn get(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let register = super::register(&app, &id)?;
    let asked = Asked::read(&app, &register, &uri, &[], crate::api::query::DEFAULT_LIMIT)?;
    let format = Format::choose(asked.query.one("format")?, &headers, FORMATS)?;
    let (found, next) = asked.page(&app).await?;
    let path = format!("/api/v1/registers/{}", escape(&register.id));
    let next = next.map(|cursor| links::absolute(&headers, &asked.address(&path, cursor)));
    let items: Vec<RecordItem> = found.into_iter().map(|entry| RecordItem::new(&register, entry, &app)).collect();
    let body = match format {
        Format::Csv => csv(&register, &items).map_err(|error| Failure::internal("writing CSV", &error))?,
        _ => {
            let body = serde_json::to_vec(&Records { items, next: next.clone() });
            body.map_err(|error| Failure::internal("writing JSON", &error))?
        }
    };
    let mut response = cache::tagged(&headers, Cache::Revalidate, format.media_type(), body);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept, host"));
    if let Some(link) = next.and_then(|next| HeaderValue::try_from(format!("<{next}>; rel=\"next\"")).ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// One line per record: public fields as columns, tables as JSON.
fn csv(register: &Register, items: &[RecordItem]) -> csv::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let fields: Vec<&str> =
        register.fields.iter().filter(|field| field.disclosure.is_public()).map(|field| field.name.as_str()).collect();
    writer.write_record(["id", "revision", "released", "status"].iter().chain(&fields))?;
    for item in items {
        writer.write_field(disarmed(item.id.clone()))?;
        writer.write_field(item.revision.to_string())?;
        writer.write_field(&item.released)?;
        writer.write_field(item.status.unwrap_or_default())?;
        for field in &fields {
            let cell = match item.fields.as_ref().and_then(|fields| fields.get(*field)) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => disarmed(text.clone()),
                Some(other) => other.to_string(),
            };
            writer.write_field(cell)?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}
