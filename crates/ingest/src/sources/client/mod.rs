//! The way to an upstream: one bounded answer at a time, politely.

mod failure;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use flate2::read::MultiGzDecoder;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use limpid_model::pipeline::{KeyPlace, PullSource};
use limpid_store::Fetch;
use rustls::{ClientConfig, RootCertStore};
use url::Url;

use super::adapter::Request;

use axum::http::{self, HeaderMap, Method, StatusCode, header};
pub use failure::FetchError;

/// More redirects than this lead nowhere.
const REDIRECTS: usize = 5;

/// More cookies than a page has.
const COOKIES: usize = 32;

/// What came of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Fetched {
    /// 304: what is known is still so.
    Same,
    /// 404, where that is no failure.
    Absent,
    /// A body, whole.
    Body {
        /// Its bytes, after `Content-Encoding`.
        bytes: Vec<u8>,
        /// `ETag`.
        etag: Option<String>,
        /// `Last-Modified`.
        last_modified: Option<String>,
    },
}

/// A client of one source.
#[derive(Debug, Clone)]
pub struct Client {
    http: HyperClient<HttpsConnector<HttpConnector>, Full<Bytes>>,
    host: Option<String>,
    user_agent: String,
    key: Option<Key>,
    limit: usize,
    seconds: u64,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

#[derive(Clone)]
struct Key {
    place: KeyPlace<'static>,
    secret: String,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Client {
    /// A client that asks with `key`.
    ///
    /// # Errors
    /// When the encryption library does not work.
    pub fn new(source: &PullSource, publisher: &str, key: Option<String>) -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector =
            hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().build();
        let ours = || format!("limpid/{} ({publisher})", env!("CARGO_PKG_VERSION"));
        Ok(Self {
            http: HyperClient::builder(TokioExecutor::new()).build(connector),
            host: host(&source.url),
            user_agent: source.user_agent.clone().unwrap_or_else(ours),
            key: source.kind.key().zip(key).map(|(place, secret)| Key { place, secret }),
            limit: source.max_body_bytes,
            seconds: source.timeout_seconds,
            cookies: Arc::default(),
        })
    }

    /// Asks once. With `known` only for what is newer.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn fetch(&self, request: &Request, known: Option<&Fetch>) -> Result<Fetched, FetchError> {
        let within = Duration::from_secs(self.seconds);
        let answer = tokio::time::timeout(within, self.follow(request, known)).await;
        answer.unwrap_or(Err(FetchError::TimedOut { seconds: self.seconds }))
    }

    async fn follow(&self, request: &Request, known: Option<&Fetch>) -> Result<Fetched, FetchError> {
        let mut url = Url::parse(&request.url).map_err(|error| FetchError::Request(error.into()))?;
        for _ in 0..=REDIRECTS {
            let answer = self.http.request(self.request(&url, request, known)?).await;
            let answer = answer.map_err(|error| {
                if error.is_connect() { FetchError::Connect(error.into()) } else { FetchError::CutShort(error.into()) }
            })?;
            let (head, body) = answer.into_parts();
            self.remember(&url, &head.headers);
            let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            match head.status {
                StatusCode::NOT_MODIFIED if known.is_some() => return Ok(Fetched::Same),
                StatusCode::NOT_FOUND if request.may_be_absent => return Ok(Fetched::Absent),
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT
                    if request.post.is_none() =>
                {
                    url = redirect(&url, &text(header::LOCATION).unwrap_or_default())?;
                    continue;
                }
                // 206: a page of a longer list, of which the answer itself names the next.
                StatusCode::OK | StatusCode::PARTIAL_CONTENT => {}
                status => {
                    let retry_after = retry_after(&head.headers, Utc::now());
                    return Err(FetchError::Status { status: status.as_u16(), retry_after });
                }
            }
            let found = text(header::CONTENT_TYPE).unwrap_or_default();
            if !request.media.fits(&found) {
                let found = found.chars().take(80).collect();
                return Err(FetchError::Media { found, wanted: request.media.as_str() });
            }
            let bytes = Limited::new(body, self.limit).collect().await.map_err(|error| {
                if error.is::<LengthLimitError>() {
                    FetchError::TooLarge { limit: self.limit }
                } else {
                    FetchError::CutShort(error)
                }
            })?;
            let bytes = bytes.to_bytes();
            let bytes = match text(header::CONTENT_ENCODING).as_deref() {
                Some("gzip" | "x-gzip") => self.unzip(bytes).await?,
                _ => bytes.into(),
            };
            return Ok(Fetched::Body { bytes, etag: text(header::ETAG), last_modified: text(header::LAST_MODIFIED) });
        }
        Err(FetchError::Redirect { place: format!("one place after another, {REDIRECTS} times") })
    }

    fn request(
        &self,
        url: &Url,
        request: &Request,
        known: Option<&Fetch>,
    ) -> Result<http::Request<Full<Bytes>>, FetchError> {
        let mut url = url.clone();
        // A source's key is for the source: not for the storage elsewhere that it may refer to.
        let key = self.key.as_ref().filter(|_| host(url.as_str()) == self.host);
        if let Some(Key { place: KeyPlace::Query(name), secret }) = key {
            url.query_pairs_mut().append_pair(name, secret);
        }
        let method = if request.post.is_some() { Method::POST } else { Method::GET };
        let mut built = http::Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(header::USER_AGENT, &self.user_agent)
            .header(header::ACCEPT, format!("{}, */*;q=0.1", request.media.as_str()))
            .header(header::ACCEPT_ENCODING, "gzip");
        if let Some(Key { place: KeyPlace::Header(name), secret }) = key {
            built = built.header(*name, secret);
        }
        if let Some(cookies) = self.cookies(&url) {
            built = built.header(header::COOKIE, cookies);
        }
        if let Some(etag) = known.and_then(|known| known.etag.as_ref()) {
            built = built.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(time) = known.and_then(|known| known.last_modified.as_ref()) {
            built = built.header(header::IF_MODIFIED_SINCE, time);
        }
        let body = match &request.post {
            Some(post) => {
                built = built.header(header::CONTENT_TYPE, post.media_type);
                Bytes::from(post.body.clone())
            }
            None => Bytes::new(),
        };
        built.body(Full::new(body)).map_err(|error| FetchError::Request(error.into()))
    }

    /// Takes the cookies of the source's own host: some pages answer only who opened them.
    fn remember(&self, url: &Url, headers: &HeaderMap) {
        if host(url.as_str()) != self.host {
            return;
        }
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        for cookie in headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().ok().and_then(|text| text.split(';').next()?.split_once('='));
            if let Some((name, value)) = pair.filter(|_| cookies.len() < COOKIES) {
                cookies.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }

    fn cookies(&self, url: &Url) -> Option<String> {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty() && host(url.as_str()) == self.host).then(|| pairs.join("; "))
    }

    /// Unpacks on a blocking thread; a small file may hold a large one.
    async fn unzip(&self, packed: Bytes) -> Result<Vec<u8>, FetchError> {
        let limit = self.limit;
        let unpack = move || {
            let mut bytes = Vec::new();
            let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
            let read = MultiGzDecoder::new(packed.as_ref()).take(most).read_to_end(&mut bytes);
            read.map_err(|error| FetchError::CutShort(error.into()))?;
            if bytes.len() > limit { Err(FetchError::TooLarge { limit }) } else { Ok(bytes) }
        };
        let unpacked = tokio::task::spawn_blocking(unpack).await;
        unpacked.unwrap_or_else(|error| Err(FetchError::CutShort(error.into())))
    }
}

/// Scheme, name and port, where a key may be told.
fn host(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    Some(format!("{} {} {:?}", url.scheme(), url.host_str()?, url.port_or_known_default()))
}

/// Where a redirect leads: within its own host only, and never from encryption to none.
fn redirect(from: &Url, location: &str) -> Result<Url, FetchError> {
    let wrong = |place: String| FetchError::Redirect { place };
    let to = from.join(location).map_err(|_| wrong("an address that is none".into()))?;
    let upgraded = from.scheme() == "http" && to.scheme() == "https" && from.host_str() == to.host_str();
    if host(to.as_str()) == host(from.as_str()) || upgraded {
        return Ok(to);
    }
    Err(wrong(format!("{}://{}", to.scheme(), to.host_str().unwrap_or_default())))
}

/// `Retry-After`: seconds or an HTTP date (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    Some((at.to_utc() - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests;
