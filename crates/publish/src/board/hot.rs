//! The bodies that most readers ask for: written and compressed once for a snapshot, when somebody first asks, and sent as they are.
//!
//! A board is rebuilt up to five times a second, and most boards pass without a reader; of ten thousand stations a body
//! is 16 MB, and takes a good part of a second in all encodings.

use std::io::Write;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use bytes::Bytes;
use limpid_model::StationKind;
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use super::snapshot::{Snapshot, StationNow};
use crate::answer::{Cache, Failure, Format, cache, format};
use crate::api::latest;

/// How a body is compressed.
struct Encoding {
    name: &'static str,
    /// Empty when it failed.
    compress: fn(&[u8]) -> Bytes,
}

/// Those held, the preferred first where a client wants several equally.
const ENCODINGS: [Encoding; 3] = [
    Encoding { name: "br", compress: brotli },
    Encoding { name: "zstd", compress: zstd },
    Encoding { name: "gzip", compress: gzip },
];

/// `/api/v1/latest` without a filter and for each kind.
#[derive(Default)]
pub struct HotBodies {
    all: HotBody,
    kinds: [HotBody; StationKind::ALL.len()],
    /// Where all stations are of one kind its body is that without a filter.
    only: Option<StationKind>,
}

/// One body in every encoding that was asked for.
#[derive(Default)]
struct HotBody {
    plain: OnceCell<Plain>,
    encoded: [OnceCell<Bytes>; ENCODINGS.len()],
}

#[derive(Clone)]
struct Plain {
    tag: HeaderValue,
    body: Bytes,
}

impl HotBodies {
    /// Of these stations; nothing is written yet.
    pub fn new(stations: &[StationNow]) -> Self {
        let first = stations.first().map(|now| now.station.kind);
        let only = first.filter(|kind| stations.iter().all(|now| now.station.kind == *kind));
        Self { only, ..Self::default() }
    }

    fn of(&self, kind: Option<StationKind>) -> &HotBody {
        let kind = kind.filter(|kind| self.only != Some(*kind));
        let place = kind.and_then(|kind| StationKind::ALL.iter().position(|one| *one == kind));
        place.map_or(&self.all, |place| &self.kinds[place])
    }
}

/// The answer to a request for the board with these headers.
///
/// # Errors
/// While the service stops.
pub async fn answer(
    board: &Arc<Snapshot>,
    kind: Option<StationKind>,
    headers: &HeaderMap,
) -> Result<Response<Body>, Failure> {
    let Plain { tag, body } = plain(board, kind).await?;
    let mut response = if cache::matches(headers, &tag) {
        cache::not_modified()
    } else {
        let encoded = encoded(board, kind, &body, headers).await?;
        let mut response = Response::new(Body::from(encoded.as_ref().map_or(body, |(body, _)| body.clone())));
        let fields = response.headers_mut();
        fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(Format::Json.media_type()));
        if let Some((_, encoding)) = encoded {
            fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    };
    let fields = response.headers_mut();
    fields.insert(header::ETAG, tag);
    fields.insert(header::CACHE_CONTROL, Cache::Revalidate.value());
    fields.insert(header::VARY, HeaderValue::from_static("accept, accept-encoding"));
    Ok(response)
}

/// The body as it is; whoever asks first has it written, others wait for that.
async fn plain(board: &Arc<Snapshot>, kind: Option<StationKind>) -> Result<Plain, Failure> {
    let write = || async {
        let board = Arc::clone(board);
        let written = spawn_blocking(move || {
            let chosen = board.stations.iter().filter(|now| kind.is_none_or(|kind| now.station.kind == kind));
            latest::write(chosen, board.generated, board.zone)
        });
        let (body, tag) =
            written.await.map_err(stopping)?.map_err(|error| Failure::internal("writing JSON", &error))?;
        Ok(Plain { tag, body: body.into() })
    };
    board.hot.of(kind).plain.get_or_try_init(write).await.cloned()
}

/// The body in the encoding that the client likes best, if it is one of ours.
async fn encoded(
    board: &Arc<Snapshot>,
    kind: Option<StationKind>,
    plain: &Bytes,
    headers: &HeaderMap,
) -> Result<Option<(Bytes, &'static str)>, Failure> {
    let Some(place) = preferred(headers) else { return Ok(None) };
    let Encoding { name, compress } = ENCODINGS[place];
    let compress = || async {
        let plain = plain.clone();
        spawn_blocking(move || compress(&plain)).await.map_err(stopping)
    };
    let body = board.hot.of(kind).encoded[place].get_or_try_init(compress).await?;
    // One that came out empty failed; an empty body is never compressed.
    Ok((!body.is_empty()).then(|| (body.clone(), name)))
}

/// Which of the encodings the client likes best.
fn preferred(headers: &HeaderMap) -> Option<usize> {
    let accept = headers.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
    let wanted = format::preferences(accept);
    let best = wanted.first()?.1;
    let asked = |encoding: &Encoding| {
        wanted.iter().any(|(name, q)| *q > 0.0 && *q == best && name.eq_ignore_ascii_case(encoding.name))
    };
    ENCODINGS.iter().position(asked)
}

fn stopping(_: tokio::task::JoinError) -> Failure {
    Failure::unavailable("the service is stopping")
}

fn gzip(plain: &[u8]) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let written = encoder.write_all(plain).and_then(|()| encoder.finish());
    written.unwrap_or_default().into()
}

fn brotli(plain: &[u8]) -> Bytes {
    let params = brotli::enc::BrotliEncoderParams { quality: 4, lgwin: 20, ..Default::default() };
    let mut encoded = Vec::new();
    match brotli::BrotliCompress(&mut &plain[..], &mut encoded, &params) {
        Ok(_) => encoded.into(),
        Err(_) => Bytes::new(),
    }
}

fn zstd(plain: &[u8]) -> Bytes {
    zstd::bulk::compress(plain, 3).unwrap_or_default().into()
}
