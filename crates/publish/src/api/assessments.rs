//! `GET /api/v1/assessments`: indices under named standards.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use chrono::Duration;
use limpid_model::{Assessment, Instant, Period, Published, SchemeChoice, StationKind};
use limpid_store::{AssessmentQuery, SeriesPosition};
use serde::Serialize;
use utoipa::ToSchema;

use super::cursor::Cursor;
use super::item::{ASSESSMENT, AssessmentItem, Row};
use super::openapi::ProblemBody;
use super::page;
use super::query::Query;
use crate::answer::{Failure, Format, blocking};
use crate::app::{App, Shared};
use crate::links;

const PATH: &str = "/api/v1/assessments";
const KNOWN: &[&str] = &["scheme", "station", "area", "period", "from", "to", "as_of", "format", "cursor", "limit"];

/// One page of assessments.
#[derive(Serialize, ToSchema)]
pub struct Assessments {
    /// Ordered by edition of the standard (the older first), station and start.
    pub items: Vec<AssessmentItem>,
    /// Address of the next page; null on the last.
    pub next: Option<String>,
}

/// Indices and levels under a standard: of air, classes of water, days and nights of noise against their limits. A family such as `hj633` means the edition in force on the date of the data.
#[utoipa::path(
    get, path = PATH, tag = "data", operation_id = "assessments",
    params(
        ("scheme" = Option<String>, Query, min_length = 1, description = "edition or family of a standard; default the pipeline's"),
        ("station" = Option<Vec<String>>, Query, description = "station ids, repeated or separated by commas; default all"),
        ("area" = Option<String>, Query, min_length = 1, description = "only stations of this area of the registry"),
        ("period" = Option<String>, Query, pattern = "^(PT1H|P1D|P1M|P1Y)$", description = "PT1H (default) or P1D; of water and noise P1M and P1Y too, and of noise, which is judged by day and by night, P1D is the default"),
        ("from" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))?$", description = "first start, inclusive: RFC 3339 or a date of the authority's zone; default a span before `to` that fits the period"),
        ("to" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))?$", description = "last start, exclusive; default now"),
        ("as_of" = Option<String>, Query, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))?$", description = "what was published by this time"),
        ("format" = Option<String>, Query, pattern = "^(json|csv|parquet)$", description = "json (default), csv or parquet"),
        ("cursor" = Option<String>, Query, min_length = 1, description = "from `next` of the page before"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 50000, description = "items on a page, 1 to 50000, default 1000"),
    ),
    responses(
        (status = 200, description = "one page; `Link: rel=next` in every format", content((Assessments = "application/json"), (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet"))),
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
    let zone = app.zone();
    let ask = Ask::read(&app, &query)?;
    let limit = query.limit()?;
    let _turn = app.turn().await?;
    let (mut found, cursor) = ask.collect(&app, limit).await?;
    found.truncate(limit);
    let next = cursor.map(|cursor| {
        let changes = [("from", zone.format(ask.from)), ("to", zone.format(ask.to)), ("cursor", cursor.encode())];
        links::absolute(&headers, &query.with(PATH, &changes))
    });
    let work = app.clone();
    blocking(move || {
        let rows = Row::<Assessment>::all(found, |record| &record.station, &work.pipeline);
        page(&headers, format, &rows, next, ASSESSMENT, |row| AssessmentItem::new(row, zone), zone)
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
    fn read(app: &App, query: &Query) -> Result<Self, Failure> {
        let serves = |period| matches!(period, Period::Hour | Period::Day | Period::Month | Period::Year);
        let scheme = query.word("scheme", SchemeChoice::parse, SchemeChoice::known())?;
        let period = match (query.one("period")?, &scheme) {
            // Noise is judged by day and by night.
            (None, Some(scheme)) if scheme.kind() == StationKind::Noise => Period::Day,
            _ => query.period(serves, "PT1H, P1D, P1M, P1Y")?,
        };
        let days = match period {
            Period::Hour => 7,
            Period::Day => 366,
            _ => 3660,
        };
        let zone = app.zone();
        let (from, to) = query.range(zone, app.now(), Duration::days(days))?;
        let after = query.cursor()?;
        if after.as_ref().is_some_and(|after| after.position.parameter.is_some()) {
            let from = ["the one in `next` of the page before"];
            return Err(Failure::value("cursor", "it belongs to another list", from));
        }
        let mut stations = query.stations(&app.pipeline)?;
        let mut none = false;
        if let Some(area) = query.one("area")? {
            let of_area = app.pipeline.stations.iter().filter(|station| station.area == area);
            let of_area: Vec<_> = of_area.map(|station| station.id.clone()).collect();
            let named = !stations.is_empty();
            stations = of_area.into_iter().filter(|id| !named || stations.contains(id)).collect();
            none = stations.is_empty();
        }
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

    /// Goes through the editions in the order in which they were in force until the page is full and one item over,
    /// which tells that there is a next page; the cursor for it comes with the items.
    async fn collect(&self, app: &App, limit: usize) -> Result<(Vec<Published<Assessment>>, Option<Cursor>), Failure> {
        let mut found: Vec<Published<Assessment>> = Vec::new();
        let Some(base) = &self.base else { return Ok((found, None)) };
        let spans = self.scheme.spans(self.from, self.to, app.zone());
        let first = match &self.after {
            None => 0,
            Some(after) => spans.iter().position(|span| span.0.id == after.scheme).unwrap_or(spans.len()),
        };
        for (place, (scheme, from, to)) in spans.into_iter().enumerate().skip(first) {
            let after = self.after.as_ref().filter(|_| place == first).map(|after| after.position.clone());
            let ask = AssessmentQuery {
                scheme: scheme.id.clone(),
                from,
                to,
                after,
                limit: limit + 1 - found.len(),
                ..base.clone()
            };
            found.extend(app.journal.assessments(ask).await?);
            if found.len() > limit {
                let last = &found[limit - 1].record;
                let position = SeriesPosition { station: last.station.clone(), parameter: None, start: last.start };
                let cursor = Cursor { scheme: last.scheme.id.clone(), position };
                return Ok((found, Some(cursor)));
            }
        }
        Ok((found, None))
    }
}
