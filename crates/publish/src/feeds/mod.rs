//! Atom feeds (RFC 4287): the stations of a kind as they stand, and new releases of open data.
//!
//! - `atom`: the format
//! - `now`: `/feeds/air.atom`, `/feeds/water.atom`, `/feeds/noise.atom`
//! - `releases`: `/feeds/releases.atom`

mod atom;
mod now;
mod releases;
#[cfg(test)]
mod tests;

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, header};
use limpid_model::StationKind;

use self::atom::{Entry, Feed};
use crate::answer::problem::cut;
use crate::answer::{Cache, Failure, cache};
use crate::api::openapi::ProblemBody;
use crate::api::query::Query;
use crate::api::refusals::BadRequest;
use crate::app::{App, Shared};
use crate::links;
use crate::pages::words::Lang;

const MEDIA_TYPE: &str = "application/atom+xml";

/// An Atom feed: `air.atom`, `water.atom` and `noise.atom` have an entry for each station, which is updated when its level
/// changes or a new period comes; `releases.atom` one for each new release of a dataset.
#[utoipa::path(
    get, path = "/feeds/{feed}", tag = "data", operation_id = "feed",
    params(
        ("feed" = String, Path, pattern = "^(air|water|noise|releases)[.]atom$", description = "air.atom, water.atom, noise.atom or releases.atom", example = "air.atom"),
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
    let query = Query::parse(&uri, &["lang"])?;
    let lang = query.word("lang", Lang::parse, Lang::ALL.map(Lang::code))?;
    let first = app.pipeline.publisher.languages.first().and_then(|code| Lang::parse(code));
    let lang = lang.or(first).unwrap_or(Lang::En);
    let reader = Reader { app: &app, headers: &headers, lang };
    let feed = match name.as_str() {
        "air.atom" => now::feed(&reader, StationKind::Air),
        "water.atom" => now::feed(&reader, StationKind::Water),
        "noise.atom" => now::feed(&reader, StationKind::Noise),
        "releases.atom" => releases::feed(&reader).await?,
        _ => {
            let known = "there are air.atom, water.atom, noise.atom and releases.atom";
            return Err(Failure::not_found(format!("there is no feed {:?}; {known}", cut(&name))));
        }
    };
    let own = links::absolute(&headers, uri.path());
    let text = atom::write(&feed, &own, lang, app.zone());
    let mut response = cache::tagged(&headers, Cache::Revalidate, MEDIA_TYPE, text.into_bytes());
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("host"));
    Ok(response)
}

/// For whom a feed is made.
struct Reader<'a> {
    app: &'a App,
    headers: &'a HeaderMap,
    lang: Lang,
}

impl Reader<'_> {
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
