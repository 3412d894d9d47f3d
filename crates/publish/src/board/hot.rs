//! Bodies that most readers ask for: serialised and compressed once, sent as they are.

use std::io::Write;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use bytes::Bytes;
use limpid_model::{Instant, StationKind, Zone};

use super::snapshot::StationNow;
use crate::answer::{Cache, Format, cache, format};
use crate::api::latest::Latest;

/// Encodings held, the preferred first where a client wants several equally.
const ENCODINGS: [&str; 3] = ["br", "zstd", "gzip"];

/// `/api/v1/latest` without a filter and for each kind.
pub struct HotBodies {
    all: HotBody,
    kinds: Vec<(StationKind, HotBody)>,
}

impl HotBodies {
    /// Serialises and compresses them.
    pub fn build(stations: &[StationNow], now: Instant, zone: Zone) -> Self {
        let build = |kind: Option<StationKind>| {
            let chosen = stations.iter().filter(|now| kind.is_none_or(|kind| now.station.kind == kind));
            HotBody::build(&Latest::new(chosen, now, zone))
        };
        let all = build(None);
        let kinds = StationKind::ALL.map(|kind| {
            // Where all stations are of one kind its body is that without a filter.
            let only = !stations.is_empty() && stations.iter().all(|now| now.station.kind == kind);
            (kind, if only { all.clone() } else { build(Some(kind)) })
        });
        Self { all, kinds: kinds.into() }
    }

    /// The body for a filter.
    pub fn of(&self, kind: Option<StationKind>) -> &HotBody {
        let of_kind = kind.and_then(|kind| self.kinds.iter().find(|body| body.0 == kind));
        of_kind.map_or(&self.all, |body| &body.1)
    }
}

/// One body in every encoding.
#[derive(Clone)]
pub struct HotBody {
    tag: HeaderValue,
    plain: Bytes,
    encoded: [Bytes; ENCODINGS.len()],
}

impl HotBody {
    fn build(latest: &Latest) -> Self {
        let plain = serde_json::to_vec(latest).expect("maps with text keys and finite numbers are JSON");
        let encoded = [brotli(&plain), zstd(&plain), gzip(&plain)];
        Self { tag: latest.tag(), plain: plain.into(), encoded }
    }

    /// The answer to a request with these headers.
    pub fn answer(&self, headers: &HeaderMap) -> Response<Body> {
        let mut response = if cache::matches(headers, &self.tag) {
            cache::not_modified()
        } else {
            let (body, encoding) = self.choose(headers);
            let mut response = Response::new(Body::from(body));
            let fields = response.headers_mut();
            fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(Format::Json.media_type()));
            if let Some(encoding) = encoding {
                fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            response
        };
        let fields = response.headers_mut();
        fields.insert(header::ETAG, self.tag.clone());
        fields.insert(header::CACHE_CONTROL, Cache::Revalidate.value());
        fields.insert(header::VARY, HeaderValue::from_static("accept, accept-encoding"));
        response
    }

    fn choose(&self, headers: &HeaderMap) -> (Bytes, Option<&'static str>) {
        let accept = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let wanted = format::preferences(accept);
        let best = wanted.first().map_or(0.0, |entry| entry.1);
        for (place, encoding) in ENCODINGS.into_iter().enumerate() {
            let asked = wanted.iter().any(|(name, q)| *q > 0.0 && *q == best && name.eq_ignore_ascii_case(encoding));
            // An encoding that came out empty failed; an empty body is never compressed.
            if asked && !self.encoded[place].is_empty() {
                return (self.encoded[place].clone(), Some(encoding));
            }
        }
        (self.plain.clone(), None)
    }
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
