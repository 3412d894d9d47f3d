//! `GET /api/v1/summaries`: figures of areas and of long periods.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration};
use limpid_model::{Instant, Period, Subject, SummaryBody, Zone};
use limpid_store::{KeptSummary, SummaryQuery};
use serde::Serialize;
use utoipa::ToSchema;

use super::page::{self, Page};
use super::query::Query;
use super::refusals::BadRequest;
use super::shape::SpanParameters;
use crate::answer::{Cache, Failure, cache};
use crate::app::{App, Shared};

const PATH: &str = "/api/v1/summaries";
const KNOWN: &[&str] = &["kind", "station", "area", "period", "from", "to", "as_of", "tz", "count", "cursor", "limit"];

/// One page of summaries.
#[derive(Serialize, ToSchema)]
pub struct SummaryPage {
    /// Ordered by area or station, and start.
    pub items: Vec<SummaryItem>,
    /// Address of the next page; null on the last.
    pub next: Option<String>,
    /// How many there are on all pages, with `count=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub count: Option<u64>,
}

/// One summary.
#[derive(Serialize, ToSchema)]
#[schema(as = Summary)]
pub struct SummaryItem {
    /// Of which station.
    pub station: Option<String>,
    /// Or of which area.
    pub area: Option<String>,
    /// PT1H, P1D, P1M, P3M, P12M or P1Y.
    #[schema(value_type = String)]
    pub period: Period,
    /// Inclusive.
    pub start: String,
    /// Exclusive; when it lies ahead the figures are those to date.
    pub end: String,
    /// 1 for the first.
    pub revision: u32,
    /// When this revision was published.
    pub published: String,
    /// `kind` and what it says. `index`: scheme, index, level, primary, reason and of each parameter the area's mean, from how
    /// many of how many stations, and which of them lie apart. `air`: of each parameter mean, percentile, three-year mean,
    /// limits, days over and whether limits are kept; composite index; good days; what of it is unverified. `water`: rivers and
    /// lakes with grade and sections, drinking-water sources. `noise`: rates by class and part of the day, graded mean levels.
    /// `permit`: an outlet's day against the concentrations of its permit, with exceedances; until `reviewed` it is automatic
    /// monitoring, not yet reviewed. `quantity`: its month and the twelve that end with it against permitted quantities.
    /// Of all: `status`, `flag`, `rules` and `event`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub body: SummaryBody,
}

impl SummaryItem {
    fn new(kept: KeptSummary, zone: Zone) -> Self {
        let (station, area) = match kept.summary.subject {
            Subject::Station(id) => (Some(id.to_string()), None),
            Subject::Area(name) => (None, Some(name)),
        };
        Self {
            station,
            area,
            period: kept.summary.period,
            start: zone.format(kept.summary.start),
            end: zone.format(kept.summary.end),
            revision: kept.revision,
            published: zone.format(kept.at),
            body: kept.summary.body,
        }
    }
}

/// The air quality index of an area (`kind=index`, PT1H or P1D), or what a month, quarter or year was like by HJ 663 and
/// GB 3095 at a station or in an area (`kind=air`, P1M, P3M or P1Y); grades of the waters of an area and how many of its drinking-water
/// sources meet the standard (`kind=water`), and how often its noise kept the limits (`kind=noise`), P1M, P3M, P12M or
/// P1Y; how a day of an
/// outlet kept to the concentrations of its permit (`kind=permit`, P1D), and how its month and the twelve that end with it kept to
/// the quantities (`kind=quantity`, P1M).
#[utoipa::path(
    get, path = PATH, tag = "data", operation_id = "summaries",
    params(
        ("kind" = Option<String>, Query, pattern = "^(index|air|water|noise|permit|quantity)$", description = "index (default), air, water, noise, permit or quantity"),
        ("station" = Option<Vec<String>>, Query, description = "station ids, repeated or separated by commas; default all, unless `area` is given"),
        ("area" = Option<String>, Query, min_length = 1, description = "one area of the registry"),
        ("period" = Option<String>, Query, pattern = "^(PT1H|P1D|P1M|P3M|P12M|P1Y)$", description = "PT1H (default) or P1D for index; P1M, P3M or P1Y for air (default P1Y), P1M, P3M, P12M or P1Y for water and noise (default P1Y); P1D for permit, P1M for quantity"),
        SpanParameters,
        ("tz" = Option<String>, Query, min_length = 1, description = "IANA zone of the times in the answer, and of dates in the query; default the authority's. Days and months stay those of the authority", example = "Asia/Shanghai"),
        ("count" = Option<bool>, Query, description = "true to be told how many there are on all pages"),
        ("cursor" = Option<String>, Query, min_length = 1, description = "from `next` of the page before"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 50000, description = "items on a page, 1 to 50000, default 1000"),
    ),
    responses(
        (status = 200, description = "one page", body = SummaryPage),
        BadRequest,
    )
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, KNOWN)?;
    let zone = query.zone(&app)?;
    let ask = ask(&app, &query, zone)?;
    let (limit, span) = (ask.limit, (ask.from, ask.to));
    let counted = query.flag("count")?;
    let _turn = app.turn().await?;
    let count = if counted { Some(app.journal.count_summaries(ask.clone()).await?) } else { None };
    let found = app.journal.summaries(SummaryQuery { limit: limit + 1, ..ask }).await?;
    let page = Page::cut(found, limit, |last| {
        let cursor = encode(&last.summary.subject, last.summary.start);
        page::next_address(&headers, &query, PATH, span, zone, cursor)
    });
    let items = page.items.into_iter().map(|kept| SummaryItem::new(kept, zone)).collect();
    let next = page.next;
    let body = serde_json::to_vec(&SummaryPage { items, next, count })
        .map_err(|error| Failure::internal("writing JSON", &error))?;
    Ok(cache::tagged(&headers, Cache::Revalidate, "application/json", body))
}

fn ask(app: &App, query: &Query, zone: Zone) -> Result<SummaryQuery, Failure> {
    let kinds = ["index", "air", "water", "noise", "permit", "quantity"];
    let known = |text: &str| kinds.into_iter().find(|kind| *kind == text);
    let kind = query.word("kind", known, kinds)?.unwrap_or("index");
    let index = kind == "index";
    let serves = |period| match period {
        Period::Hour => index,
        Period::Day => index || kind == "permit",
        Period::Quarter => !matches!(kind, "index" | "permit" | "quantity"),
        Period::Months12 => matches!(kind, "water" | "noise"),
        Period::Month => !index && kind != "permit",
        Period::Year => !matches!(kind, "index" | "permit" | "quantity"),
        _ => false,
    };
    let names = match kind {
        "index" => "PT1H, P1D",
        "air" => "P1M, P3M, P1Y",
        "permit" => "P1D",
        "quantity" => "P1M",
        _ => "P1M, P3M, P12M, P1Y",
    };
    let period = match query.one("period")? {
        None if kind == "permit" => Period::Day,
        None if kind == "quantity" => Period::Month,
        None if !index => Period::Year,
        _ => query.period(serves, names)?,
    };
    let mut subjects: Vec<Subject> = query.stations(&app.pipeline)?.into_iter().map(Subject::Station).collect();
    subjects.extend(query.area(&app.pipeline)?.map(Subject::Area));
    let after = query.word("cursor", decode, ["the one in `next` of the page before"])?;
    let days = match period {
        Period::Hour => 7,
        Period::Day => 366,
        _ => 3_660,
    };
    let (from, to) = query.range(zone, app.now(), Duration::days(days))?;
    let as_of = query.as_of(zone)?;
    let kind = kind.to_owned();
    Ok(SummaryQuery { subjects, kind, period, from, to, as_of, after, limit: query.limit()? })
}

/// The place of a summary in the list, as it stands in an address: base64url of `subject|milliseconds`.
fn encode(subject: &Subject, start: Instant) -> String {
    URL_SAFE_NO_PAD.encode(format!("{subject}|{}", start.timestamp_millis()))
}

/// Reads what [`encode`] wrote; `None` for anything else.
fn decode(text: &str) -> Option<(Subject, Instant)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (subject, start) = text.rsplit_once('|')?;
    Some((Subject::parse(subject)?, DateTime::from_timestamp_millis(start.parse().ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_the_way_there_and_back() {
        let start = "2026-11-25T00:00:00Z".parse().unwrap();
        let place = (Subject::Area("成华|区".into()), start);
        assert_eq!(decode(&encode(&place.0, place.1)), Some(place));
        for text in ["", "x", &URL_SAFE_NO_PAD.encode("river/1|5"), &URL_SAFE_NO_PAD.encode("area/a|x")] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
