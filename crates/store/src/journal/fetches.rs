//! What is remembered of upstream answers, so that nothing is fetched or read twice for nothing, over restarts too.

use async_trait::async_trait;

use crate::error::Result;

/// The last answer to one request of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Id of the source.
    pub source: String,
    /// The request, by a name that stays while its window moves.
    pub request: String,
    /// The address it was asked at, without any key.
    pub url: String,
    /// `ETag` of the answer.
    pub etag: Option<String>,
    /// `Last-Modified` of the answer.
    pub last_modified: Option<String>,
    /// SHA-256 of the body and of how it was read: when either changes, the body is read again.
    pub digest: [u8; 32],
}

/// The memory of a polite client.
#[async_trait]
pub trait Fetches {
    /// Remembers an answer in the place of the one before it.
    async fn note_fetch(&self, fetch: Fetch) -> Result<()>;

    /// The last answer to this request.
    async fn fetch(&self, source: &str, request: &str) -> Result<Option<Fetch>>;
}
