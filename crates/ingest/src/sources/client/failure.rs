//! Why an upstream did not answer as it should.

use std::error::Error;
use std::time::Duration;

/// Why there is no usable answer. Its text names no address: upstream addresses may carry keys.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Nobody listens, or no name, or no trusted certificate.
    #[error("no connection")]
    Connect(#[source] Box<dyn Error + Send + Sync>),
    /// No whole answer in time.
    #[error("no whole answer within {seconds} s")]
    TimedOut {
        /// What `timeout_seconds` allows.
        seconds: u64,
    },
    /// An answer that is no success.
    #[error("answered {status}")]
    Status {
        /// HTTP status.
        status: u16,
        /// When to come again, where it says so.
        retry_after: Option<Duration>,
    },
    /// It sends us elsewhere.
    #[error("redirects to {place}; write the address that is meant as `url`")]
    Redirect {
        /// Where to: scheme and host, or what is wrong with it.
        place: String,
    },
    /// Too much.
    #[error("answer is larger than {limit} bytes; raise max_body_bytes if that is right")]
    TooLarge {
        /// What `max_body_bytes` allows.
        limit: usize,
    },
    /// The answer ended early, or is not what its encoding says.
    #[error("answer is cut short")]
    CutShort(#[source] Box<dyn Error + Send + Sync>),
    /// Something other than data.
    #[error("answered {found:?} where {wanted} was asked for")]
    Media {
        /// Its `Content-Type`.
        found: String,
        /// What was wanted.
        wanted: &'static str,
    },
    /// The request itself cannot be made.
    #[error("request cannot be made")]
    Request(#[source] Box<dyn Error + Send + Sync>),
}

impl FetchError {
    /// Whether the same request may be answered a moment later.
    pub fn passes(&self) -> bool {
        match self {
            Self::Connect(_) | Self::TimedOut { .. } | Self::CutShort(_) => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            _ => false,
        }
    }

    /// When the source wants to be asked again, where it says so.
    pub fn retry_after(&self) -> Option<Duration> {
        if let Self::Status { retry_after, .. } = self { *retry_after } else { None }
    }
}
