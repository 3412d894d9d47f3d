//! `GET /api/v1/assessments`: indices under named standards.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use chrono::Duration;
use limpid_model::{Assessment, Instant, Period, Published, SchemeChoice, StationKind, Zone};
use limpid_store::{AssessmentQuery, SeriesPosition};
use serde::Serialize;
use utoipa::ToSchema;

use super::cursor::Cursor;
use super::item::{ASSESSMENT, AssessmentItem, Row};
use super::page::{self, Page, Writer};
use super::query::Query;
use super::refusals::BadRequest;
use super::shape::{Shape, ShapeParameters, SpanParameters};
use crate::answer::{Failure, Format, blocking};
use crate::app::{App, Shared};

const PATH: &str = "/api/v1/assessments";
const KNOWN: &[&str] = &[
    "scheme", "station", "area", "period", "from", "to", "as_of", "tz", "fields", "count", "format", "cursor", "limit",
];
/// Properties of the JSON objects that are several columns, or none.
const PROPERTIES: &[&str] = &["category", "colour", "sub"];

/// One page of assessments.
#[derive(Serialize, ToSchema)]
pub struct Assessments {
    /// Ordered by edition of the standard (the older first), station and start.
    pub items: Vec<AssessmentItem>,
    /// Address of the next page; null on the last.
    pub next: Option<String>,
    /// How many there are on all pages, with `count=true`.
    #[schema(required = false)]
    pub count: Option<u64>,
}

/// Indices and levels under a standard: of air, classes of water, days and nights of noise against their limits. A family such as `hj633` means the edition in force on the date of the data.
#[utoipa::path(
    get, path = PATH, tag = "data", operation_id = "assessments",
    params(
        ("scheme" = Option<String>, Query, min_length = 1, description = "edition or family of a standard; default the pipeline's"),
        ("station" = Option<Vec<String>>, Query, description = "station ids, repeated or separated by commas; default all"),
        ("area" = Option<String>, Query, min_length = 1, description = "only stations of this area of the registry"),
        ("period" = Option<String>, Query, pattern = "^(PT1H|P1D|P1M|P3M|P12M|P1Y)$", description = "PT1H (default) or P1D; of water and noise P1M, P3M, P12M and P1Y too, and of noise, which is judged by day and by night, P1D is the default"),
        SpanParameters,
        ("count" = Option<bool>, Query, description = "true to be told how many there are on all pages"),
        ShapeParameters,
        ("format" = Option<String>, Query, pattern = "^(json|geojson|csv|parquet|arrow)$", description = "json (default), geojson, csv, parquet or arrow (an IPC stream)"),
    ),
    responses(
        (status = 200, description = "one page; `Link: rel=next` in every format", content((Assessments = "application/json"), (Object = "application/geo+json"), (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet"), (Vec<u8> = "application/vnd.apache.arrow.stream"))),
        BadRequest,
    )
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, KNOWN)?;
    let shape = Shape::read(&app, &query, &headers, Format::PLACED_ROWS, ASSESSMENT, PROPERTIES)?;
    let ask = Ask::read(&app, &query, shape.zone)?;
    let (limit, counted) = (query.limit()?, query.flag("count")?);
    let turn = app.turn().await?;
    let count = if counted { Some(ask.count(&app).await?) } else { None };
    let found = ask.collect(&app, limit).await?;
    let page = Page::cut(found, limit, |last| {
        let Assessment { station, start, scheme, .. } = &last.record;
        let position = SeriesPosition { station: station.clone(), parameter: None, start: *start };
        let cursor = Cursor { scheme: scheme.id.clone(), position }.encode();
        page::next_address(&headers, &query, PATH, (ask.from, ask.to), shape.zone, cursor)
    });
    let page = Page { count, ..page };
    let work = app.clone();
    blocking(move || {
        let _turn = turn;
        let stations = &work.pipeline.stations;
        let page = page.map(|found| Row::<Assessment>::all(found, |record| &record.station, &work.pipeline));
        let writer = Writer {
            columns: ASSESSMENT,
            item: &|row| AssessmentItem::new(row, shape.zone),
            place: Some(&|row: &Row<Assessment>| {
                stations.get(&row.published.record.station).map(|station| [station.lon, station.lat])
            }),
        };
        page::write(&headers, &shape, page, &writer)
    })
    .await
}

struct Ask {
    scheme: SchemeChoice,
    /// `None` when a filter leaves no station.
    base: Option<AssessmentQuery>,
    from: Instant,
    to: Instant,
    after: Option<Cursor>,
}

impl Ask {
    fn read(app: &App, query: &Query, zone: Zone) -> Result<Self, Failure> {
        let serves = |period| {
            let long = matches!(period, Period::Month | Period::Quarter | Period::Months12 | Period::Year);
            long || matches!(period, Period::Hour | Period::Day)
        };
        let scheme = query.word("scheme", SchemeChoice::parse, SchemeChoice::known())?;
        let period = match (query.one("period")?, &scheme) {
            // Noise is judged by day and by night.
            (None, Some(scheme)) if scheme.kind() == StationKind::Noise => Period::Day,
            _ => query.period(serves, "PT1H, P1D, P1M, P3M, P12M, P1Y")?,
        };
        let days = match period {
            Period::Hour => 7,
            Period::Day => 366,
            _ => 3660,
        };
        let (from, to) = query.range(zone, app.now(), Duration::days(days))?;
        let after = query.cursor()?;
        if after.as_ref().is_some_and(|after| after.position.parameter.is_some()) {
            let from = ["the one in `next` of the page before"];
            return Err(Failure::value("cursor", "it belongs to another list", from));
        }
        let mut stations = query.stations(&app.pipeline)?;
        let area = query.area(&app.pipeline)?;
        if let Some(area) = &area {
            let named = std::mem::take(&mut stations);
            let of_area = app.pipeline.stations_in(area).map(|station| station.id.clone());
            stations = of_area.filter(|id| named.is_empty() || named.contains(id)).collect();
        }
        let none = area.is_some() && stations.is_empty();
        let as_of = query.as_of(zone)?;
        let base = AssessmentQuery { stations, scheme: String::new(), period, from, to, as_of, after: None, limit: 0 };
        Ok(Self {
            scheme: scheme.unwrap_or_else(|| app.pipeline.air.scheme.clone()),
            base: (!none).then_some(base),
            from,
            to,
            after,
        })
    }

    /// How many there are on all pages.
    async fn count(&self, app: &App) -> Result<u64, Failure> {
        let mut count = 0;
        let Some(base) = &self.base else { return Ok(count) };
        for (scheme, from, to) in self.scheme.spans(self.from, self.to, app.zone()) {
            let ask = AssessmentQuery { scheme: scheme.id.clone(), from, to, ..base.clone() };
            count += app.journal.count_assessments(ask).await?;
        }
        Ok(count)
    }

    /// Goes through the editions in the order in which they were in force until a page is full and one item over.
    async fn collect(&self, app: &App, limit: usize) -> Result<Vec<Published<Assessment>>, Failure> {
        let mut found: Vec<Published<Assessment>> = Vec::new();
        let Some(base) = &self.base else { return Ok(found) };
        let spans = self.scheme.spans(self.from, self.to, app.zone());
        let first = match &self.after {
            None => 0,
            Some(after) => spans.iter().position(|span| span.0.id == after.scheme).unwrap_or(spans.len()),
        };
        for (place, (scheme, from, to)) in spans.into_iter().enumerate().skip(first) {
            let after = self.after.as_ref().filter(|_| place == first).map(|after| after.position.clone());
            let limit_left = limit + 1 - found.len();
            let ask = AssessmentQuery { scheme: scheme.id.clone(), from, to, after, limit: limit_left, ..base.clone() };
            found.extend(app.journal.assessments(ask).await?);
            if found.len() > limit {
                break;
            }
        }
        Ok(found)
    }
}
