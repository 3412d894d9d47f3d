//! What a query asks for, and reading it.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, Uri, header};
use chrono::Duration;
use limpid_model::geo::{Bbox, metres};
use limpid_model::{Instant, Observation, Period, Published, Station};
use limpid_store::ObservationQuery;

use super::super::query::When;
use super::collection::{Collection, Measured, name};
use super::{coverage, geojson};
use crate::answer::problem::cut;
use crate::answer::table;
use crate::answer::{Cache, Failure, Format, blocking, cache, format};
use crate::api::item::{OBSERVATION, Row};
use crate::api::page;
use crate::api::query::Query;
use crate::app::{App, Shared};
use crate::doors::geometry::Geometry;

/// Values of one answer at most.
pub const MOST_VALUES: usize = 200_000;
/// How far from a position its nearest station may be.
pub const NEAREST_METRES: f64 = 50_000.0;

/// What an answer is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Coverages.
    CoverageJson,
    /// One feature for each value.
    GeoJson,
    /// The columns of `/api/v1/observations`.
    Csv,
}

impl Output {
    /// All of them, the usual one first.
    pub const ALL: [Self; 3] = [Self::CoverageJson, Self::GeoJson, Self::Csv];

    /// The name in `f`.
    pub fn name(self) -> &'static str {
        match self {
            Self::CoverageJson => "CoverageJSON",
            Self::GeoJson => "GeoJSON",
            Self::Csv => "CSV",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::CoverageJson => "application/prs.coverage+json",
            Self::GeoJson => Format::GeoJson.media_type(),
            Self::Csv => Format::Csv.media_type(),
        }
    }

    fn choose(query: &Query, headers: &HeaderMap) -> Result<Self, Failure> {
        let named = |text: &str| Self::ALL.into_iter().find(|one| one.name().eq_ignore_ascii_case(text));
        if let Some(output) = query.word("f", named, Self::ALL.map(Self::name))? {
            return Ok(output);
        }
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = |one: Self| one.media_type().split(';').next().unwrap_or_default();
        let wanted = format::preferences(accept);
        let best = wanted.iter().find_map(|(media, q)| {
            Self::ALL.into_iter().find(|one| *q > 0.0 && essence(*one).eq_ignore_ascii_case(media))
        });
        Ok(best.unwrap_or(Self::CoverageJson))
    }
}

/// The stations that a query is about.
pub enum Where {
    /// One, which was named or is the nearest.
    One(Arc<Station>),
    /// All within an area, perhaps none.
    Some(Vec<Arc<Station>>),
}

impl Where {
    /// The station of this id.
    pub fn location(collection: &Collection, id: &str) -> Result<Self, Failure> {
        let found = collection.stations.iter().find(|(station, _)| station.id.as_str() == id);
        let found = found.ok_or_else(|| {
            Failure::not_found(format!("the collection has no location {:?}; /locations lists them", cut(id)))
        })?;
        Ok(Self::One(found.0.clone()))
    }

    /// The station next to a point.
    pub fn position(collection: &Collection, query: &Query) -> Result<Self, Failure> {
        let coords = geometry(query, "POINT(104.9 28.5)")?;
        let Geometry::Point(point) = coords else { return Err(not(&["POINT(104.9 28.5)"])) };
        let far = |station: &Station| metres(point, station.place());
        let nearest = collection.stations.iter().map(|(station, _)| station).min_by(|a, b| far(a).total_cmp(&far(b)));
        let nearest = nearest.filter(|station| far(station) <= NEAREST_METRES).ok_or_else(|| {
            Failure::not_found(format!("there is no station of this collection within {} km", NEAREST_METRES / 1000.0))
        })?;
        Ok(Self::One(nearest.clone()))
    }

    /// The stations in a polygon.
    pub fn area(collection: &Collection, query: &Query) -> Result<Self, Failure> {
        let example = "POLYGON((104.5 28.1,105.2 28.1,105.2 28.9,104.5 28.9,104.5 28.1))";
        let coords = geometry(query, example)?;
        if matches!(coords, Geometry::Point(_)) {
            return Err(not(&[example]));
        }
        let stations = collection.stations.iter().map(|(station, _)| station);
        Ok(Self::Some(stations.filter(|station| coords.holds(station.place())).cloned().collect()))
    }

    /// The stations in a box.
    pub fn cube(collection: &Collection, query: &Query) -> Result<Self, Failure> {
        if query.one("bbox")?.is_none() {
            return Err(Failure::value("bbox", "it is needed here", Bbox::FORMS));
        }
        Ok(Self::Some(in_bbox(collection, query)?))
    }
}

fn geometry(query: &Query, example: &str) -> Result<Geometry, Failure> {
    let coords = query.word("coords", Geometry::parse, [example])?;
    coords.ok_or_else(|| Failure::value("coords", "it is needed here", [example]))
}

fn not(allowed: &[&str]) -> Failure {
    Failure::value("coords", "another kind of geometry is needed here", allowed.to_vec())
}

/// The stations of a collection in the box of a query; all without one.
///
/// # Errors
/// 400 where the box is none.
pub fn in_bbox(collection: &Collection, query: &Query) -> Result<Vec<Arc<Station>>, Failure> {
    let bbox = query.word("bbox", Bbox::parse, Bbox::FORMS)?;
    let stations = collection.stations.iter().map(|(station, _)| station);
    let within = |station: &&Arc<Station>| bbox.as_ref().is_none_or(|bbox| bbox.holds(station.place()));
    Ok(stations.filter(within).cloned().collect())
}

/// The values of one station.
pub struct Series {
    /// Where.
    pub station: Arc<Station>,
    /// What, each with its values in the order of time.
    pub values: Vec<(Measured, Vec<Published<Observation>>)>,
}

/// Answers a query about the stations that `find` finds.
///
/// # Errors
/// 400 for a value that cannot be served, 404 where there is no such collection or nothing in it; those of the journal.
pub async fn answer(
    app: Shared,
    id: &str,
    uri: &Uri,
    headers: HeaderMap,
    more: &[&str],
    find: impl FnOnce(&Collection, &Query) -> Result<Where, Failure>,
) -> Result<Response<Body>, Failure> {
    // owslib sends `parameter_names`.
    let known = [&["datetime", "parameter-name", "parameter_names", "crs", "f"], more].concat();
    let query = Query::parse(uri, &known)?;
    let output = Output::choose(&query, &headers)?;
    query.word("crs", |text| ["CRS84", super::super::common::CRS84].contains(&text).then_some(()), ["CRS84"])?;
    let collection = Collection::find(&app, id).await?;
    let measured = measured(&collection, &query)?;
    let when = When::of(&query, app.zone())?;
    let (stations, single) = match find(&collection, &query)? {
        Where::One(station) => (vec![station], true),
        Where::Some(stations) => (stations, false),
    };
    let turn = app.turn().await?;
    let series = read(&app, &collection, &stations, &measured, when).await?;
    if single && series.is_empty() {
        return Err(Failure::not_found("the station has no values of these parameters in this time"));
    }
    let work = app.clone();
    blocking(move || {
        let (app, _turn) = (work, turn);
        let body = match output {
            Output::CoverageJson => coverage::write(&app, &headers, &collection, &series, single),
            Output::GeoJson => {
                let body = geojson::values(&app, &headers, &collection, series);
                let body = body.map_err(|error| Failure::internal("writing JSON", &error))?;
                return Ok(tagged(&headers, output, body));
            }
            Output::Csv => return csv(&app, &headers, series),
        };
        let body = serde_json::to_vec(&body).map_err(|error| Failure::internal("writing JSON", &error))?;
        Ok(tagged(&headers, output, body))
    })
    .await
}

fn csv(app: &App, headers: &HeaderMap, series: Vec<Series>) -> Result<Response<Body>, Failure> {
    let found = series.into_iter().flat_map(|one| one.values).flat_map(|(_, values)| values).collect();
    let rows = Row::<Observation>::all(found, |record| &record.station, &app.pipeline);
    let body = page::tabular(Format::Csv, &table::all(OBSERVATION), &rows, app.zone())?;
    Ok(tagged(headers, Output::Csv, body.unwrap_or_default()))
}

fn tagged(headers: &HeaderMap, output: Output, body: Vec<u8>) -> Response<Body> {
    let mut response = cache::tagged(headers, Cache::Revalidate, output.media_type(), body);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    response
}

/// `parameter-name`: some of the collection's, all without it.
fn measured(collection: &Collection, query: &Query) -> Result<Vec<Measured>, Failure> {
    let all = collection.measured();
    let mut chosen: Vec<Measured> = Vec::new();
    for option in ["parameter-name", "parameter_names"] {
        for text in query.many(option) {
            let found = all.iter().find(|one| name(**one) == text).ok_or_else(|| {
                let detail = format!("the collection has no parameter {:?}", cut(text));
                Failure::value(option, detail, all.iter().map(|one| name(*one)))
            })?;
            chosen.push(*found);
        }
    }
    if chosen.is_empty() {
        return Ok(all);
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen)
}

/// Reads the values; stations and parameters without any are left out.
async fn read(
    app: &App,
    collection: &Collection,
    stations: &[Arc<Station>],
    measured: &[Measured],
    when: Option<When>,
) -> Result<Vec<Series>, Failure> {
    let (from, to) = starts(when, collection.period);
    let mut left = MOST_VALUES;
    let mut found = Vec::new();
    let of = |station: &Arc<Station>| collection.stations.iter().find(|(one, _)| one.id == station.id);
    for (station, published) in stations.iter().filter_map(of) {
        let mut values = Vec::new();
        for one in published.iter().filter(|one| measured.contains(&(one.parameter, one.statistic))) {
            let query = ObservationQuery {
                stations: vec![station.id.clone()],
                parameters: vec![one.parameter],
                period: one.period,
                statistic: one.statistic,
                from,
                to,
                as_of: None,
                after: None,
                limit: left + 1,
            };
            let mut read = app.journal.observations(query).await?;
            if let Some(When::At(at)) = when {
                read.retain(|published| holds(&published.record, at));
            }
            left = left.checked_sub(read.len()).ok_or_else(too_many)?;
            if !read.is_empty() {
                values.push(((one.parameter, one.statistic), read));
            }
        }
        if !values.is_empty() {
            found.push(Series { station: station.clone(), values });
        }
    }
    Ok(found)
}

fn too_many() -> Failure {
    let detail = format!(
        "the answer would have more than {MOST_VALUES} values; ask for a shorter time, fewer parameters or a smaller area"
    );
    Failure::value("datetime", detail, When::FORMS)
}

/// The starts of values that may be meant: of a moment, as far back as a period can reach.
fn starts(when: Option<When>, period: Period) -> (Instant, Instant) {
    let tick = Duration::microseconds(1);
    match when {
        None => (Instant::MIN_UTC, Instant::MAX_UTC),
        Some(When::Between(from, to)) => (from, to.checked_add_signed(tick).unwrap_or(Instant::MAX_UTC)),
        Some(When::At(at)) => (at - period.fixed().unwrap_or(Duration::days(367)), at + tick),
    }
}

/// Whether a value speaks for a moment.
fn holds(record: &Observation, at: Instant) -> bool {
    record.start == at || (record.start <= at && at < record.end)
}

/// Whether a value may be told without the flag beside it.
pub fn sound(record: &Observation) -> Option<f64> {
    record.value.filter(|_| record.flag.usable())
}
