//! Atom feeds (RFC 4287): the stations of a kind, an area or one station as they stand, changes of level, alerts, and new
//! releases of open data.
//!
//! - `atom`: the format
//! - `now`: `/feeds/air.atom`, `/feeds/water.atom`, `/feeds/noise.atom`
//! - `levels`: `/feeds/levels.atom`, `/feeds/areas/{area}.atom`, `/feeds/stations/{id}.atom`
//! - `alerts`: `/feeds/alerts.atom`
//! - `registers`: `/feeds/ID.atom` of each register
//! - `releases`: `/feeds/releases.atom`

mod alerts;
mod atom;
mod levels;
mod now;
mod registers;
mod releases;
#[cfg(test)]
mod tests;

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, Uri, header};
use limpid_model::{StationId, StationKind};

pub use self::atom::escape;
use self::atom::{Entry, Feed};
use crate::answer::problem::cut;
use crate::answer::{Cache, Failure, cache};
use crate::api::openapi::ProblemBody;
use crate::api::query::{Query, escape as escape_path};
use crate::api::refusals::BadRequest;
use crate::app::{App, Shared};
use crate::links;
use crate::pages::words::Lang;

const MEDIA_TYPE: &str = "application/atom+xml";

/// An Atom feed: `air.atom`, `water.atom` and `noise.atom` have an entry for each station, which is updated when its level
/// changes or a new period comes; `levels.atom` one for each change of level; `alerts.atom` one for each alert to the public,
/// with its CAP document; `releases.atom` one for each new release of a dataset; the id of a register with `.atom` one for each
/// record that was released last.
#[utoipa::path(
    get, path = "/feeds/{feed}", tag = "data", operation_id = "feed",
    params(
        ("feed" = String, Path, pattern = "^[a-z0-9-]+[.]atom$", description = "air.atom, water.atom, noise.atom, levels.atom, alerts.atom, releases.atom, or the id of a register with .atom", example = "air.atom"),
        ("lang" = Option<String>, Query, pattern = "^(zh|en)$", description = "zh or en; default the publisher's first language"),
    ),
    responses(
        (status = 200, description = "the feed", content((String = "application/atom+xml"))),
        BadRequest,
        (status = 404, description = "there is no such feed", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn get(
    State(app): State<Shared>,
    Path(name): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let reader = Reader::new(&app, &uri, &headers)?;
    let feed = match name.as_str() {
        "air.atom" => now::feed(&reader, StationKind::Air),
        "water.atom" => now::feed(&reader, StationKind::Water),
        "noise.atom" => now::feed(&reader, StationKind::Noise),
        "levels.atom" => levels::feed(&reader).await?,
        "alerts.atom" => alerts::feed(&reader),
        "releases.atom" => releases::feed(&reader).await?,
        other => match other.strip_suffix(".atom").and_then(|id| app.pipeline.registers.get(id)) {
            Some(register) => registers::feed(&reader, register).await?,
            None => {
                let known = "there are air.atom, water.atom, noise.atom, levels.atom, alerts.atom, releases.atom and one of each register";
                return Err(Failure::not_found(format!("there is no feed {:?}; {known}", cut(&name))));
            }
        },
    };
    Ok(reader.answer(&uri, &feed))
}

/// An Atom feed of one station: as it stands, and its changes of level.
#[utoipa::path(
    get, path = "/feeds/stations/{feed}", tag = "data", operation_id = "stationFeed",
    params(
        ("feed" = String, Path, description = "the station's id and .atom", example = "S1.atom"),
        ("lang" = Option<String>, Query, pattern = "^(zh|en)$", description = "zh or en; default the publisher's first language"),
    ),
    responses(
        (status = 200, description = "the feed", content((String = "application/atom+xml"))),
        BadRequest,
        (status = 404, description = "there is no such station", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn station(
    State(app): State<Shared>,
    Path(name): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let reader = Reader::new(&app, &uri, &headers)?;
    let known = name.strip_suffix(".atom").and_then(|id| app.pipeline.stations.get_str(id));
    let none = || Failure::not_found(format!("there is no station of the feed {:?}", cut(&name)));
    let station = known.ok_or_else(none)?;
    let (id, page) = (format!("feed:station:{}", station.id), format!("/stations/{}", station.id));
    let title = station.name.get(reader.lang.code());
    let feed = levels::feed_of(&reader, std::slice::from_ref(&station.id), &id, title, &page).await?;
    Ok(reader.answer(&uri, &feed))
}

/// An Atom feed of an area of the registry: its stations as they stand, and their changes of level.
#[utoipa::path(
    get, path = "/feeds/areas/{feed}", tag = "data", operation_id = "areaFeed",
    params(
        ("feed" = String, Path, description = "the area's name and .atom"),
        ("lang" = Option<String>, Query, pattern = "^(zh|en)$", description = "zh or en; default the publisher's first language"),
    ),
    responses(
        (status = 200, description = "the feed", content((String = "application/atom+xml"))),
        BadRequest,
        (status = 404, description = "there is no such area", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn area(
    State(app): State<Shared>,
    Path(name): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let reader = Reader::new(&app, &uri, &headers)?;
    let area = name.strip_suffix(".atom").unwrap_or_default();
    let stations: Vec<StationId> = app.pipeline.stations_in(area).map(|station| station.id.clone()).collect();
    if stations.is_empty() {
        return Err(Failure::not_found(format!("there is no area of the feed {:?}", cut(&name))));
    }
    let feed = levels::feed_of(&reader, &stations, &format!("feed:area:{}", escape_path(area)), area, "/").await?;
    Ok(reader.answer(&uri, &feed))
}

/// For whom a feed is made.
struct Reader<'a> {
    app: &'a App,
    headers: &'a HeaderMap,
    lang: Lang,
}

impl<'a> Reader<'a> {
    fn new(app: &'a App, uri: &Uri, headers: &'a HeaderMap) -> Result<Self, Failure> {
        let query = Query::parse(uri, &["lang"])?;
        let lang = query.word("lang", Lang::parse, Lang::ALL.map(Lang::code))?;
        let first = app.pipeline.publisher.languages.first().and_then(|code| Lang::parse(code));
        Ok(Self { app, headers, lang: lang.or(first).unwrap_or(Lang::En) })
    }

    /// The feed as an answer.
    fn answer(&self, uri: &Uri, feed: &Feed) -> Response<Body> {
        let own = links::absolute(self.headers, uri.path());
        let text = atom::write(feed, &own, self.lang, self.app.zone());
        let mut response = cache::tagged(self.headers, Cache::Revalidate, MEDIA_TYPE, text.into_bytes());
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("host"));
        response
    }

    /// An address of this service.
    fn address(&self, path: &str) -> String {
        links::absolute(self.headers, path)
    }

    /// An id that stays the same wherever the service is reached: a tag URI (RFC 4151) of the publisher.
    fn id(&self, of: &str) -> String {
        format!("tag:{}.limpid.invalid,2026:{of}", self.app.pipeline.publisher.id)
    }

    /// A feed by the publisher.
    fn feed(&self, id: &str, title: &str, page: &str, entries: Vec<Entry>) -> Feed {
        let publisher = &self.app.pipeline.publisher;
        let name = publisher.name.get(self.lang.code()).to_owned();
        Feed {
            id: self.id(id),
            title: format!("{title} - {name}"),
            author: name,
            page: self.address(page),
            rights: publisher.licence.clone(),
            entries,
        }
    }
}
