//! `/openapi.json`: the API, described by the code that serves it.

use std::sync::OnceLock;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

use super::query::Query;
use super::{examples, refine};
use crate::answer::{Cache, Failure, Format, cache};
use crate::app::{App, Shared};

/// The body of every failure, as [`limpid_model::Problem`] writes it.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Stable address of the kind of problem.
    pub r#type: String,
    /// The same for every problem of the kind.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What went wrong this time, and what to do.
    pub detail: String,
    /// The parameter or header at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The values that it may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<String>>,
    /// Position of the entry at fault in a batch, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// The limit that was passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<LimitBody>,
}

/// A limit: the setting of the pipeline, and what is set.
#[derive(Serialize, ToSchema)]
#[schema(as = Limit)]
pub struct LimitBody {
    /// As in `pipeline.toml`.
    pub name: String,
    /// In the unit that the name says.
    pub value: u64,
}

/// The description of every path that is served on this port, those of the upload gateway among them.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "limpid",
        version = "1",
        description = "Environmental data of one authority. Times are RFC 3339 with the authority's offset; `start` is inclusive, `end` exclusive; values are in the parameter's canonical unit or null. Errors are application/problem+json (RFC 9457) and name the field and what it may be. v1 only grows: clients must ignore what they do not know.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/")),
    paths(
        super::stations::list,
        super::stations::one,
        super::latest::get,
        super::observations::get,
        super::assessments::get,
        super::alerts::list,
        super::alerts::create,
        super::alerts::document,
        super::gaps::get,
        super::forecasts::hours,
        super::forecasts::days,
        super::forecasts::scores,
        super::issue_scores::get,
        super::amendments::create,
        super::completeness::get,
        super::summaries::get,
        super::explain::get,
        super::reviews::list,
        super::reviews::create,
        super::registers::list,
        super::registers::records::get,
        super::registers::record::get,
        super::registers::write::draft,
        super::registers::write::act,
        super::registers::write::audit,
        super::status::get,
        super::stream::get,
        super::webhooks::get,
        super::uploads::submit,
        super::uploads::receipt,
        super::conformance::conformance,
        super::sensorthings::create,
        super::sensorthings::create_in,
        super::sensorthings::create_many,
        super::sensorthings::resource,
        crate::doors::sensorthings::landing,
        crate::doors::ogc::edr::landing,
        crate::doors::ogc::features::landing,
        crate::datasets::list::list,
        crate::datasets::list::one,
        crate::datasets::diff::get,
        crate::datasets::make::make,
        crate::datasets::files::file,
        crate::datasets::catalog::get,
        crate::datasets::catalog::get_turtle,
        crate::datasets::catalog::negotiated,
        get,
        super::health::alive,
        super::health::ready,
        super::health::metrics,
        crate::feeds::get,
        crate::feeds::station,
        crate::feeds::area,
        crate::pages::alerts::get,
        crate::assets::get,
        crate::pages::embed::lists::kind,
        crate::pages::embed::lists::area,
        crate::pages::embed::station::get,
        crate::pages::card::svg,
        crate::pages::card::png,
        crate::pages::find::get,
        crate::pages::map::get,
        crate::pages::map::outline::get,
        crate::pages::front::get,
        crate::pages::forecast::get,
        crate::pages::water::get,
        crate::pages::noise::get,
        crate::pages::station::get,
        crate::pages::explain::get,
        crate::pages::data::get,
        crate::pages::registers::list::get,
        crate::pages::registers::records::get,
        crate::pages::registers::records::permits,
        crate::pages::registers::one::get,
        crate::pages::api::get,
        crate::pages::about::get,
        crate::pages::status::get,
    ),
    modifiers(&Token),
    tags(
        (name = "data", description = "what is measured and judged"),
        (name = "alerts", description = "warnings to the public, in CAP 1.2"),
        (name = "registers", description = "records that the authority must publish"),
        (name = "uploads", description = "readings sent in by stations"),
        (name = "datasets", description = "releases for download"),
        (name = "standards", description = "the same data for clients of open standards; each describes itself further"),
        (name = "machines", description = "for machines that look after machines"),
        (name = "pages", description = "for people; `lang` is zh or en, and what is not known is passed over"),
    )
)]
pub struct Api;

/// The token of a station, or of all.
struct Token;

impl Modify for Token {
    fn modify(&self, described: &mut utoipa::openapi::OpenApi) {
        let mut token = Http::new(HttpAuthScheme::Bearer);
        token.description = Some("made by `limpid token new`; of one station, or of all".to_owned());
        let components = described.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(token));
    }
}

/// The description of the API, whoever the authority is; made once.
pub fn described() -> &'static Value {
    static DESCRIBED: OnceLock<Value> = OnceLock::new();
    DESCRIBED.get_or_init(|| {
        let mut described = serde_json::to_value(Api::openapi()).expect("the description is plain JSON");
        refine::all(&mut described);
        examples::add(&mut described);
        described
    })
}

/// This description.
#[utoipa::path(get, path = "/openapi.json", tag = "machines", operation_id = "openapi", responses((status = 200, description = "OpenAPI 3.1")))]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    Query::parse(&uri, &[])?;
    Ok(cache::tagged(&headers, Cache::Minutes, Format::Json.media_type(), Described::of(&app).text.clone()))
}

/// The description with the stations and areas that the authority has.
pub struct Described {
    /// As an object.
    pub value: Value,
    /// As it is sent.
    pub text: Bytes,
}

impl Described {
    /// That of a service, made when first asked for: the configuration does not change while it runs.
    pub fn of(app: &App) -> &Self {
        app.described.get_or_init(|| {
            let mut value = described().clone();
            refine::of(&app.pipeline, &mut value);
            value["servers"][0]["url"] = format!("{}/", app.pipeline.http.base_path).into();
            let text = value.to_string().into();
            Self { value, text }
        })
    }
}
