//! `GET /api/v1/latest`: the board.

mod lines;

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, Response, header};
use limpid_model::{Instant, StationId, StationKind, Text, Zone};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::item::VerdictItem;
use super::openapi::ProblemBody;
use super::page;
use super::query::Query;
use crate::answer::{Cache, Failure, Format, cache, table};
use crate::app::Shared;
use crate::board::{StationNow, ValueNow, hot};
use crate::stale::Freshness;

const PATH: &str = "/api/v1/latest";
const KNOWN: &[&str] = &["kind", "station", "tz", "count", "format"];

/// The current state.
#[derive(Clone, Serialize, ToSchema)]
pub struct Latest {
    /// When it was judged what is stale; at most 15 seconds ago.
    pub generated: String,
    /// The stations in operation, in the order of the registry.
    pub items: Vec<LatestItem>,
    /// How many stations that are, with `count=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub count: Option<usize>,
}

/// The current state of one station.
#[derive(Clone, Serialize, ToSchema)]
pub struct LatestItem {
    /// Station id.
    #[schema(value_type = String)]
    pub station: StationId,
    /// Names by language.
    #[schema(value_type = BTreeMap<String, String>)]
    pub name: Text,
    /// What it watches.
    #[schema(value_type = String)]
    pub kind: StationKind,
    /// Of its newest value, whatever its age; null before its first.
    pub start: Option<String>,
    /// Of its newest value, exclusive.
    pub end: Option<String>,
    /// Whole minutes from `end` to `generated`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_minutes: Option<i64>,
    /// True when no value is current: there is none, or all are older than 3 periods. Then nothing here may stand for
    /// the present, and no colour be painted.
    pub stale: bool,
    /// That of its freshest value.
    pub freshness: Freshness,
    /// The newest value of each parameter, whatever its age: the hour, or the minute or moment after it.
    pub values: Vec<LatestValue>,
    /// The newest hour under the pipeline's scheme, whatever its age; null for stations without an index.
    pub assessment: Option<LatestAssessment>,
    /// True when its readings are made up by a simulator.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}

/// The newest value of one parameter.
#[derive(Clone, Serialize, ToSchema)]
pub struct LatestValue {
    /// Parameter id.
    pub parameter: &'static str,
    /// In `unit`; null when there is no valid value.
    pub value: Option<f64>,
    /// The parameter's canonical unit.
    pub unit: &'static str,
    /// QARTOD: 1 pass, 2 not evaluated, 3 suspect, 4 fail, 9 missing.
    pub flag: u8,
    /// Rules that gave it its value and flag.
    pub rules: String,
    /// The instrument's own mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// Usable values behind an aggregate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// Values that a complete period has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<u32>,
    /// `provisional`, `reviewed` or `final`.
    pub status: &'static str,
    /// How long the value speaks for, ISO 8601.
    pub period: String,
    /// Inclusive.
    pub start: String,
    /// Exclusive.
    pub end: String,
    /// How current it is.
    pub freshness: Freshness,
}

/// The newest index.
#[derive(Clone, Serialize, ToSchema)]
pub struct LatestAssessment {
    /// Edition of the standard.
    pub scheme: &'static str,
    /// The judgement.
    #[serde(flatten)]
    pub verdict: VerdictItem,
    /// `provisional`, `reviewed` or `final`.
    pub status: &'static str,
    /// `PT1H`
    pub period: String,
    /// Inclusive.
    pub start: String,
    /// Exclusive.
    pub end: String,
    /// How current it is. The colour of an index that is `stale` or `none` is not that of the present.
    pub freshness: Freshness,
}

impl Latest {
    /// The state of these stations.
    pub fn new<'a>(stations: impl Iterator<Item = &'a StationNow>, now: Instant, zone: Zone) -> Self {
        let items = stations.map(|station| LatestItem::new(station, now, zone)).collect();
        Self { generated: zone.format(now), items, count: None }
    }
}

/// [`Latest`] as JSON, with an entity tag of all but the time and the ages that follow from it. One item is held at a
/// time: of ten thousand stations all of them would be several times the body.
pub fn write<'a>(
    stations: impl Iterator<Item = &'a StationNow> + Clone,
    now: Instant,
    zone: Zone,
) -> serde_json::Result<(Vec<u8>, HeaderValue)> {
    let items = stations.map(|station| LatestItem::new(station, now, zone));
    let (mut hash, mut one) = (Sha256::new(), Vec::new());
    for item in items.clone() {
        one.clear();
        serde_json::to_writer(&mut one, &LatestItem { age_minutes: None, ..item })?;
        hash.update(&one);
    }
    let body = serde_json::to_vec(&Written { generated: zone.format(now), items: Each(items) })?;
    Ok((body, cache::weak_tag_of(hash)))
}

/// [`Latest`] whose items are made while they are written.
#[derive(Serialize)]
struct Written<I> {
    generated: String,
    items: I,
}

struct Each<I>(I);

impl<I: Iterator<Item = LatestItem> + Clone> Serialize for Each<I> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

impl LatestItem {
    fn new(now: &StationNow, generated: Instant, zone: Zone) -> Self {
        let newest = now.newest().map(|value| &value.published.record);
        let assessment = now.assessment.as_ref().map(|assessment| {
            let record = &assessment.published.record;
            LatestAssessment {
                scheme: &record.scheme.id,
                verdict: VerdictItem::new(record, zone),
                status: record.status.as_str(),
                period: record.period.to_string(),
                start: zone.format(record.start),
                end: zone.format(record.end),
                freshness: assessment.freshness,
            }
        });
        Self {
            station: now.station.id.clone(),
            name: now.station.name.clone(),
            kind: now.station.kind,
            start: newest.map(|record| zone.format(record.start)),
            end: newest.map(|record| zone.format(record.end)),
            age_minutes: newest.map(|record| (generated - record.end).num_minutes()),
            stale: !now.freshness.current(),
            freshness: now.freshness,
            values: now.values.iter().map(|value| LatestValue::new(value, zone)).collect(),
            assessment,
            simulated: now.station.simulated,
        }
    }
}

impl LatestValue {
    fn new(value: &ValueNow, zone: Zone) -> Self {
        let record = &value.published.record;
        Self {
            parameter: record.parameter.as_str(),
            value: record.value,
            unit: record.parameter.unit().as_str(),
            flag: record.flag.code(),
            rules: record.rules.clone(),
            mark: record.mark.map(|mark| mark.as_str().to_owned()),
            n: record.n,
            expected: record.expected,
            status: record.status.as_str(),
            period: record.period.to_string(),
            start: zone.format(record.start),
            end: zone.format(record.end),
            freshness: value.freshness,
        }
    }
}

/// The newest values and the newest index of every station in operation.
///
/// Of each parameter the hour is shown, or the minute or moment that ended after it. Nothing is carried forward: each
/// value and the index say of what time they are, and how current that is. When more than three periods have passed
/// since its end a value is `stale`, after 24 hours `none`; a station of which nothing is newer has `stale` true.
/// Pages for people show nothing that is older than 24 hours.
#[utoipa::path(
    get, path = PATH, tag = "data", operation_id = "latest",
    params(
        ("kind" = Option<String>, Query, pattern = "^(air|water|noise|outlet|radiation|soil)$", description = "air, water, noise, outlet, radiation or soil"),
        ("station" = Option<Vec<String>>, Query, description = "station ids, repeated or separated by commas; default all"),
        ("tz" = Option<String>, Query, min_length = 1, description = "IANA zone of the times in the answer; default the authority's", example = "Asia/Shanghai"),
        ("count" = Option<bool>, Query, description = "true to be told how many stations there are"),
        ("format" = Option<String>, Query, pattern = "^(json|csv|parquet|arrow)$", description = "json (default), or a table with one line per value, and one without a value for a station without data: csv, parquet or arrow"),
    ),
    responses(
        (status = 200, description = "the current state", content((Latest = "application/json"), (String = "text/csv"), (String = "application/vnd.apache.parquet"), (String = "application/vnd.apache.arrow.stream"))),
        (status = 400, description = "a parameter is unknown or has a value that cannot be served", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, KNOWN)?;
    let format = Format::choose(query.one("format")?, &headers, Format::ROWS)?;
    let kind = query.kind()?;
    let stations = query.stations(&app.pipeline)?;
    let (zone, counted) = (query.zone(&app)?, query.flag("count")?);
    let board = app.board.now();
    if format == Format::Json && stations.is_empty() && zone == app.zone() && !counted {
        return hot::answer(&board, kind, &headers).await;
    }
    let chosen = board
        .stations
        .iter()
        .filter(|now| kind.is_none_or(|kind| now.station.kind == kind))
        .filter(|now| stations.is_empty() || stations.contains(&now.station.id));
    let mut latest = Latest::new(chosen, board.generated, zone);
    latest.count = counted.then_some(latest.items.len());
    let body = match page::tabular(format, &table::all(&lines::columns()), &lines::of(&latest), zone)? {
        Some(table) => table,
        None => serde_json::to_vec(&latest).map_err(|error| Failure::internal("writing JSON", &error))?,
    };
    let mut response = cache::tagged(&headers, Cache::Revalidate, format.media_type(), body);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}
