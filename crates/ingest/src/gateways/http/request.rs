//! What the headers of an upload say.

use axum::http::{HeaderMap, HeaderName, header};
use limpid_model::submission::IdempotencyKey;

use super::coding::Coding;
use super::decoder::Decoder;
use super::failure::Failure;
use super::ndjson::Ndjson;
use super::object::Object;
use super::table::Table;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The longest idempotency key: four UUIDs and more.
const LONGEST_KEY: usize = 255;

/// The shape of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    Json,
    Ndjson,
    Csv,
}

impl Media {
    pub(super) const ALL: [Self; 3] = [Self::Json, Self::Ndjson, Self::Csv];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv",
        }
    }

    /// What reads a batch of this shape.
    pub(super) fn decoder(self) -> Box<dyn Decoder<()>> {
        match self {
            Self::Json => Box::<Object>::default(),
            Self::Ndjson => Box::<Ndjson>::default(),
            Self::Csv => Box::<Table>::default(),
        }
    }
}

/// The headers that matter, checked.
pub(super) struct Request {
    pub(super) media: Media,
    pub(super) coding: Coding,
    /// As declared; a chunked body declares none.
    pub(super) length: Option<u64>,
    key: Option<String>,
}

impl Request {
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, Failure> {
        let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?").trim());
        let essence = text(&header::CONTENT_TYPE).and_then(|text| text.split(';').next()).unwrap_or("").trim();
        let media = Media::ALL.into_iter().find(|media| media.as_str().eq_ignore_ascii_case(essence));
        let coding = Coding::parse(text(&header::CONTENT_ENCODING).unwrap_or("identity"));
        // Content-Encoding may stand on several lines, each of which would be one more layer.
        let single = headers.get_all(header::CONTENT_ENCODING).iter().count() <= 1;
        let key = match text(&KEY) {
            None => None,
            Some(key) if (1..=LONGEST_KEY).contains(&key.len()) && key != "?" => Some(key.to_owned()),
            Some(_) => return Err(Failure::Key),
        };
        Ok(Self {
            media: media.ok_or(Failure::Media)?,
            coding: coding.filter(|_| single).ok_or(Failure::Coding)?,
            length: text(&header::CONTENT_LENGTH).and_then(|text| text.parse().ok()),
            key,
        })
    }

    /// The key within what its holder sent: tokens do not meet each other's keys.
    pub(super) fn idempotency(self, holder: &str) -> Option<IdempotencyKey> {
        self.key.map(|key| IdempotencyKey { scope: holder.to_owned(), key })
    }
}

/// The secret of `Authorization: Bearer …`.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Failure> {
    let text = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let secret = text.and_then(|text| text.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    secret.map(|(_, secret)| secret.trim()).ok_or(Failure::Token { sent: false })
}
