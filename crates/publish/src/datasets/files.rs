//! Files of releases: immutable, in ranges where asked (RFC 9110 §14).

use std::io::{self, Write};

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use flate2::write::GzDecoder;
use futures::{StreamExt, stream};
use limpid_store::Lake;
use limpid_store::lake::Resource;

use super::closed;
use super::definition::Dataset;
use super::documents;
use crate::answer::format::preferences;
use crate::answer::problem::cut;
use crate::answer::{Cache, Failure, Format, cache};
use crate::api::openapi::ProblemBody;
use crate::api::query::Query;
use crate::app::Shared;

/// A file leaves in pieces of so many bytes, so that a large one costs no more memory than a small one.
const PIECE: u64 = 1 << 20;

/// The path of a release's manifest.
pub fn package_path(dataset: &str, release: &str) -> String {
    format!("/datasets/{dataset}/releases/{release}/datapackage.json")
}

/// A file of a release: `datapackage.json`, a path that its `resources` name (of a `.csv.gz` also without `.gz`), or one of
/// `README.md`, `CITATION.cff`, `LICENSE.md`, `csvw-metadata.json`, `croissant.json`, `changes.csv.gz` and `SHA256SUMS`.
/// Never changes; ranges of `resources` are served.
/// `latest` as the release leads to the current one.
#[utoipa::path(
    get, path = "/datasets/{name}/releases/{release}/{path}", tag = "datasets", operation_id = "releasedFile",
    params(
        ("name" = String, Path, description = "id of the dataset"),
        ("release" = String, Path, description = "id of the release, or latest"),
        ("path" = String, Path, description = "datapackage.json, a path of its resources, slashes included, or a document"),
        ("Range" = Option<String>, Header, description = "one range of bytes"),
    ),
    responses(
        (status = 200, description = "the file", content((Vec<u8> = "application/vnd.apache.parquet"), (Vec<u8> = "application/gzip"), (String = "text/csv"), (String = "text/markdown"), (String = "text/plain"), (String = "application/yaml"), (Object = "application/ld+json"), (Object = "application/csvm+json"), (Object = "application/json"))),
        (status = 206, description = "the range asked for"),
        (status = 307, description = "`latest` leads to the current release"),
        (status = 404, description = "there is no such dataset, release or file", content_type = "application/problem+json", body = ProblemBody),
        (status = 410, description = "the release shows records or fields that are not public any more", content_type = "application/problem+json", body = ProblemBody),
        (status = 416, description = "the range lies outside the file", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn file(
    State(app): State<Shared>,
    Path((name, id, path)): Path<(String, String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    Query::parse(&uri, &[])?;
    let dataset = Dataset::parse(&app.pipeline, &name)?;
    let no_release = || Failure::not_found(format!("{} has no release {:?}", dataset.id, cut(&id)));
    if id == "latest" {
        let current = app.lake.current(&dataset.id).await?.ok_or_else(no_release)?;
        let target = format!("/datasets/{}/releases/{}/{path}", dataset.id, current.id);
        let target = HeaderValue::try_from(target).map_err(|_| no_release())?;
        let fields = [(header::LOCATION, target), (header::CACHE_CONTROL, Cache::NoStore.value())];
        return Ok((StatusCode::TEMPORARY_REDIRECT, fields).into_response());
    }
    let release = app.lake.get(&dataset.id, &id).await?.ok_or_else(no_release)?;
    if path == "datapackage.json" {
        let body = serde_json::to_vec_pretty(&release.package)
            .map_err(|error| Failure::internal("writing a Data Package", &error))?;
        return Ok(cache::tagged(&headers, Cache::Immutable, Format::Json.media_type(), body));
    }
    let resource =
        release.resources.iter().any(|resource| path.trim_end_matches(".gz") == resource.path.trim_end_matches(".gz"));
    if resource || path == documents::CHANGES {
        closed::check(&app, &dataset, &release).await?;
    }
    if let Some(media_type) = documents::media_type(&path)
        && let Some(document) = app.lake.document(&dataset.id, &release.id, &path).await?
    {
        let mut response = cache::tagged(&headers, Cache::Immutable, "", document);
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
        return Ok(response);
    }
    let no_file = || Failure::not_found(format!("release {} has no file {:?}", cut(&id), cut(&path)));
    let find = |path: &str| release.resources.iter().find(|resource| resource.path == path).cloned();
    if let Some(resource) = find(&path) {
        return serve(app.lake.clone(), &dataset.id, resource, &headers);
    }
    let packed = path.ends_with(".csv").then(|| find(&format!("{path}.gz"))).flatten();
    Ok(unpacked(app.lake.clone(), &dataset.id, packed.ok_or_else(no_file)?, &headers))
}

/// The CSV in a `.csv.gz`: as it is where the client takes gzip, else unpacked as it leaves.
fn unpacked(lake: Lake, dataset: &str, resource: Resource, headers: &HeaderMap) -> Response<Body> {
    let tag = HeaderValue::try_from(format!("W/\"{}\"", resource.hash.trim_start_matches("sha256:")));
    let tag = tag.expect("hex digits are a header value");
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let gzip = preferences(accepted).iter().any(|(coding, q)| *q > 0.0 && coding.eq_ignore_ascii_case("gzip"));
    let mut response = if cache::matches(headers, &tag) {
        cache::not_modified()
    } else {
        let packed = pieces(lake, dataset.to_owned(), resource.path, 0, resource.bytes);
        let body = if gzip { Body::from_stream(packed) } else { Body::from_stream(unpack(packed)) };
        let mut response = Response::new(body);
        if gzip {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    };
    let fields = response.headers_mut();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(Format::Csv.media_type()));
    fields.insert(header::ETAG, tag);
    fields.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    fields.insert(header::CACHE_CONTROL, Cache::Immutable.value());
    response
}

/// Unpacks gzip piece by piece: no more than what comes out of one piece is in memory.
fn unpack(
    packed: impl futures::Stream<Item = io::Result<bytes::Bytes>>,
) -> impl futures::Stream<Item = io::Result<bytes::Bytes>> {
    let mut decoder = GzDecoder::new(Vec::new());
    packed.map(move |piece| {
        decoder.write_all(&piece?)?;
        decoder.flush()?;
        Ok(std::mem::take(decoder.get_mut()).into())
    })
}

fn serve(lake: Lake, dataset: &str, resource: Resource, headers: &HeaderMap) -> Result<Response<Body>, Failure> {
    let hash = resource.hash.trim_start_matches("sha256:");
    let tag = HeaderValue::try_from(format!("\"{hash}\"")).expect("hex digits are a header value");
    let mut response = if cache::matches(headers, &tag) {
        cache::not_modified()
    } else {
        let whole = Range { first: 0, end: resource.bytes };
        let range = if if_range(headers, &tag) { Range::parse(headers, resource.bytes)? } else { None };
        let Range { first, end } = range.unwrap_or(whole);
        let parquet = resource.is_parquet();
        let mut response =
            Response::new(Body::from_stream(pieces(lake, dataset.to_owned(), resource.path, first, end)));
        let fields = response.headers_mut();
        let media_type = if parquet { Format::Parquet.media_type() } else { "application/gzip" };
        fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        fields.insert(header::CONTENT_LENGTH, HeaderValue::from(end - first));
        if range.is_some() {
            let value = format!("bytes {first}-{}/{}", end - 1, resource.bytes);
            fields.insert(header::CONTENT_RANGE, HeaderValue::try_from(value).expect("digits are a header value"));
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        }
        response
    };
    let fields = response.headers_mut();
    fields.insert(header::ETAG, tag);
    fields.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    fields.insert(header::CACHE_CONTROL, Cache::Immutable.value());
    Ok(response)
}

/// Whether a range may be served: there is no `If-Range`, or it names this very file.
fn if_range(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    headers.get(header::IF_RANGE).is_none_or(|value| value == tag)
}

/// The bytes from `first` to `end`, read as they leave.
fn pieces(
    lake: Lake,
    dataset: String,
    path: String,
    first: u64,
    end: u64,
) -> impl futures::Stream<Item = io::Result<bytes::Bytes>> {
    stream::try_unfold((lake, dataset, path, first), move |(lake, dataset, path, at)| async move {
        if at >= end {
            return Ok(None);
        }
        let next = end.min(at + PIECE);
        let piece = lake.read(&dataset, &path, Some(at..next)).await.map_err(|error| {
            // The status has left already; the short body tells the client, the log tells us.
            tracing::error!(dataset, path, error = %error, "reading a released file failed");
            io::Error::other(error)
        })?;
        Ok(Some((piece, (lake, dataset, path, next))))
    })
}

/// A range of bytes, `end` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    first: u64,
    end: u64,
}

impl Range {
    /// The range asked for. Several ranges, other units and what is not a range are answered with the whole file,
    /// as RFC 9110 §14.2 allows.
    ///
    /// # Errors
    /// 416 for a range that begins behind the end.
    fn parse(headers: &HeaderMap, bytes: u64) -> Result<Option<Self>, Failure> {
        let Some(text) = headers.get(header::RANGE).and_then(|value| value.to_str().ok()) else { return Ok(None) };
        let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else {
            return Ok(None);
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(first) || !digits(last) {
            return Ok(None);
        }
        let range = match (first.parse::<u64>(), last.parse::<u64>()) {
            (Ok(first), Ok(last)) if first <= last => Self { first, end: last.saturating_add(1).min(bytes) },
            (Ok(first), Err(_)) if last.is_empty() => Self { first, end: bytes },
            (Err(_), Ok(suffix)) if first.is_empty() => Self { first: bytes.saturating_sub(suffix), end: bytes },
            _ => return Ok(None),
        };
        if range.first >= range.end {
            return Err(Failure::range(bytes));
        }
        Ok(Some(range))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        let range = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, text.parse().unwrap());
            Range::parse(&headers, 100).map(|range| range.map(|range| (range.first, range.end))).map_err(|_| 416)
        };
        // The examples of RFC 9110 §14.1.2, for a file of 100 bytes.
        assert_eq!(range("bytes=0-49"), Ok(Some((0, 50))));
        assert_eq!(range("bytes=50-"), Ok(Some((50, 100))));
        assert_eq!(range("bytes=-10"), Ok(Some((90, 100))));
        assert_eq!(range("bytes=-500"), Ok(Some((0, 100))));
        assert_eq!(range("bytes=99-500"), Ok(Some((99, 100))));
        assert_eq!(range("bytes=100-"), Err(416));
        assert_eq!(range("bytes=-0"), Err(416));
        for whole in ["bytes=5-4", "bytes=0-1,3-4", "bytes=-", "bytes=a-b", "items=0-1", "bytes=+1-2"] {
            assert_eq!(range(whole), Ok(None), "{whole}");
        }
    }
}
