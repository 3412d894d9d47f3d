//! `GET /api/v1/stations`: the registry. Identities and passwords of the wire are not part of it.

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, header};
use limpid_model::geo::Bbox;
use limpid_model::station::{Change, Episode};
use limpid_model::{ParameterId, Station, StationId, StationKind, Text, Zone};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::openapi::ProblemBody;
use super::query::Query;
use crate::answer::problem::cut;
use crate::answer::table::{self, Cell, Column, Kind};
use crate::answer::{Cache, Failure, Format, cache};
use crate::app::Shared;

const PATH: &str = "/api/v1/stations";
const KNOWN: &[&str] = &["kind", "bbox", "format"];

/// The stations of the registry, in its order.
#[derive(Serialize, ToSchema)]
pub struct Stations {
    /// One per station.
    pub items: Vec<StationItem>,
}

/// A station.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Station)]
pub struct StationItem {
    /// Permanent id, never reused.
    #[schema(value_type = String)]
    pub id: StationId,
    /// What it watches.
    #[schema(value_type = String)]
    pub kind: StationKind,
    /// Names by language.
    #[schema(value_type = BTreeMap<String, String>)]
    pub name: Text,
    /// WGS 84, degrees north.
    pub lat: f64,
    /// WGS 84, degrees east.
    pub lon: f64,
    /// County, city or river.
    pub area: Option<String>,
    /// Functional zone, water target class or noise zone.
    pub class: Option<String>,
    /// The monitoring plan; empty when the registry does not state it.
    #[schema(value_type = Vec<String>)]
    pub parameters: Vec<ParameterId>,
    /// The station that this one took over from.
    #[schema(value_type = Option<String>)]
    pub successor_of: Option<StationId>,
    /// True when its readings are made up by a simulator.
    pub simulated: bool,
    /// Dated stretches of its life, the oldest first.
    pub episodes: Vec<EpisodeItem>,
}

/// A stretch of a station's life in which nothing of this changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Episode)]
pub struct EpisodeItem {
    /// Inclusive; null when the registry does not say.
    pub from: Option<String>,
    /// Exclusive; null while it lasts.
    pub to: Option<String>,
    /// What began it: opened, moved, renamed, instrument, successor or note; null when nothing is said of that.
    #[schema(value_type = Option<String>)]
    pub what: Option<Change>,
    /// Names then.
    #[schema(value_type = BTreeMap<String, String>)]
    pub name: Text,
    /// WGS 84, degrees north.
    pub lat: f64,
    /// WGS 84, degrees east.
    pub lon: f64,
    /// The instrument then, in the operator's words.
    pub instrument: Option<String>,
    /// A sentence about it.
    pub note: Option<String>,
}

impl StationItem {
    /// The object of a station of the registry.
    pub fn new(station: &Station, registry: &limpid_model::Stations, zone: Zone) -> Self {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let episode = |episode: Episode| EpisodeItem {
            from: episode.from.map(|at| zone.format(at)),
            to: episode.to.map(|at| zone.format(at)),
            what: episode.what,
            name: episode.name,
            lat: episode.lat,
            lon: episode.lon,
            instrument: some(&episode.instrument),
            note: some(&episode.note),
        };
        Self {
            id: station.id.clone(),
            kind: station.kind,
            name: station.name.clone(),
            lat: station.lat,
            lon: station.lon,
            area: some(&station.area),
            class: some(&station.class),
            parameters: station.parameters.clone(),
            successor_of: station.successor_of.clone(),
            simulated: station.simulated,
            episodes: registry.episodes(station).into_iter().map(episode).collect(),
        }
    }
}

/// The columns of stations, for the API and for the dataset.
pub const STATION: &[Column<Station>] = &[
    text("id", "permanent id", |station| Cell::text(station.id.as_str())),
    text("kind", "what it watches", |station| Cell::text(station.kind.as_str())),
    text("name_zh", "Chinese name", |station| Cell::text(station.name.get("zh"))),
    text("name_en", "English name", |station| Cell::text(station.name.get("en"))),
    number("lat", "WGS 84, degrees north", |station| Cell::Number(station.lat)),
    number("lon", "WGS 84, degrees east", |station| Cell::Number(station.lon)),
    text("area", "county, city or river", |station| Cell::text(&station.area)),
    text("class", "functional zone, water target class or noise zone", |station| Cell::text(&station.class)),
    text("parameters", "monitoring plan, separated by spaces", |station| {
        let names: Vec<&str> = station.parameters.iter().map(|parameter| parameter.as_str()).collect();
        Cell::text(&names.join(" "))
    }),
    time("from", "opened, inclusive", |station| station.from.map_or(Cell::Empty, Cell::Time)),
    time("to", "closed, exclusive", |station| station.to.map_or(Cell::Empty, Cell::Time)),
    text("successor_of", "the station that this one took over from", |station| {
        Cell::text(station.successor_of.as_ref().map_or("", StationId::as_str))
    }),
    Column {
        name: "simulated",
        kind: Kind::Flag,
        about: "true when its readings are made up by a simulator",
        cell: |station| Cell::Flag(station.simulated),
    },
];

const fn text(name: &'static str, about: &'static str, cell: fn(&Station) -> Cell) -> Column<Station> {
    Column { name, kind: Kind::Text, about, cell }
}

const fn number(name: &'static str, about: &'static str, cell: fn(&Station) -> Cell) -> Column<Station> {
    Column { name, kind: Kind::Number, about, cell }
}

const fn time(name: &'static str, about: &'static str, cell: fn(&Station) -> Cell) -> Column<Station> {
    Column { name, kind: Kind::Time, about, cell }
}

/// The registry of stations.
#[utoipa::path(
    get, path = PATH, tag = "data", operation_id = "stations",
    params(
        ("kind" = Option<String>, Query, pattern = "^(air|water|noise|outlet|radiation|soil)$", description = "air, water, noise, outlet, radiation or soil"),
        ("bbox" = Option<String>, Query, pattern = "^-?(180|(1[0-7][0-9]|[0-9]{1,2})([.][0-9]{1,9})?),-?(90|[0-8]?[0-9]([.][0-9]{1,9})?),-?(180|(1[0-7][0-9]|[0-9]{1,2})([.][0-9]{1,9})?),-?(90|[0-8]?[0-9]([.][0-9]{1,9})?)$", description = "west,south,east,north in degrees, WGS 84; west may be larger than east"),
        ("format" = Option<String>, Query, pattern = "^(json|geojson|csv)$", description = "json (default), geojson or csv"),
    ),
    responses(
        (status = 200, description = "the stations", content((Stations = "application/json"), (String = "text/csv"), (Object = "application/geo+json"))),
        (status = 400, description = "a parameter is unknown or has a value that cannot be served", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn list(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, KNOWN)?;
    let format = Format::choose(query.one("format")?, &headers, Format::PLACES)?;
    let kind = query.kind()?;
    let bbox = query.word("bbox", Bbox::parse, Bbox::FORMS)?;
    let zone = app.zone();
    let chosen: Vec<Station> = app
        .pipeline
        .stations
        .iter()
        .filter(|station| kind.is_none_or(|kind| station.kind == kind))
        .filter(|station| bbox.as_ref().is_none_or(|bbox| bbox.holds(station.place())))
        .cloned()
        .collect();
    let body = match format {
        Format::Csv => {
            table::csv(&table::all(STATION), &chosen, zone).map_err(|error| Failure::internal("writing CSV", &error))?
        }
        Format::GeoJson => to_bytes(&geojson(&chosen, &app.pipeline.stations, zone))?,
        _ => {
            let registry = &app.pipeline.stations;
            let item = |station| StationItem::new(station, registry, zone);
            to_bytes(&Stations { items: chosen.iter().map(item).collect() })?
        }
    };
    let mut response = cache::tagged(&headers, Cache::Minutes, format.media_type(), body);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// One station.
#[utoipa::path(
    get, path = "/api/v1/stations/{id}", tag = "data", operation_id = "station",
    params(("id" = String, Path, description = "station id")),
    responses(
        (status = 200, description = "the station", body = StationItem),
        (status = 404, description = "there is no such station", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn one(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    Query::parse(&uri, &[])?;
    let station = app.pipeline.stations.get_str(&id);
    let station = station.ok_or_else(|| Failure::not_found(format!("there is no station {:?}", cut(&id))))?;
    let body = to_bytes(&StationItem::new(station, &app.pipeline.stations, app.zone()))?;
    Ok(cache::tagged(&headers, Cache::Minutes, Format::Json.media_type(), body))
}

fn geojson(stations: &[Station], registry: &limpid_model::Stations, zone: Zone) -> serde_json::Value {
    let features: Vec<_> = stations
        .iter()
        .map(|station| {
            json!({
                "type": "Feature",
                "id": station.id,
                "geometry": { "type": "Point", "coordinates": [station.lon, station.lat] },
                "properties": StationItem::new(station, registry, zone),
            })
        })
        .collect();
    json!({ "type": "FeatureCollection", "features": features })
}

fn to_bytes(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|error| Failure::internal("writing JSON", &error))
}
