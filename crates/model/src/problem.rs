//! Errors as they leave by HTTP: RFC 9457, `application/problem+json`.

use serde::Serialize;

/// A problem. `kind` is stable and part of the API; it is served as a relative `type` under `/problems/`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Problem {
    /// Stable word for the kind of problem, served as `/problems/<kind>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same for every problem of the kind.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What went wrong this time, and what to do.
    pub detail: String,
    /// The field, parameter or header at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The values that it may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<String>>,
    /// Position of the entry at fault in a batch, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// The limit that was passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
}

/// A limit: the setting that it has in the configuration, and what is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// As in `pipeline.toml`, `ingest.http.rate_per_minute`.
    pub name: &'static str,
    /// In the unit that the name says.
    pub value: u64,
}

impl Problem {
    /// The media type of its body.
    pub const MEDIA_TYPE: &'static str = "application/problem+json";

    /// A problem of the kind that `slug` names.
    pub fn new(status: u16, slug: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{slug}"),
            title: title.to_owned(),
            status,
            detail: detail.into(),
            field: None,
            allowed: None,
            index: None,
            limit: None,
        }
    }

    /// Names the field at fault.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Lists what would be accepted.
    #[must_use]
    pub fn allowed<T: Into<String>>(mut self, allowed: impl IntoIterator<Item = T>) -> Self {
        self.allowed = Some(allowed.into_iter().map(Into::into).collect());
        self
    }

    /// Names the entry at fault.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.index = Some(index);
        self
    }

    /// Names the limit that was passed.
    #[must_use]
    pub fn limit(mut self, name: &'static str, value: u64) -> Self {
        self.limit = Some(Limit { name, value });
        self
    }
}
