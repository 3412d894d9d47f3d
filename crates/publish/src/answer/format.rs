//! The formats that data are served in. Name, media type and file extension are said here and nowhere else.

use axum::http::{HeaderMap, header};

use super::problem::Failure;

/// A format of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Objects under `items`.
    Json,
    /// Flat, one line per item, header row first.
    Csv,
    /// The same columns as CSV, typed.
    Parquet,
    /// A feature collection (RFC 7946).
    GeoJson,
    /// The columns of Parquet as a stream of Arrow record batches.
    Arrow,
}

impl Format {
    const ALL: [Self; 5] = [Self::Json, Self::Csv, Self::Parquet, Self::GeoJson, Self::Arrow];

    /// What series are served in.
    pub const ROWS: &'static [Self] = &[Self::Json, Self::Csv, Self::Parquet, Self::Arrow];

    /// What series of stations are served in, which have a place.
    pub const PLACED_ROWS: &'static [Self] = &Self::ALL;

    /// What places are served in.
    pub const PLACES: &'static [Self] = &[Self::Json, Self::GeoJson, Self::Csv];

    /// The name in `format=`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::GeoJson => "geojson",
            Self::Arrow => "arrow",
        }
    }

    /// The value of `Content-Type`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::GeoJson => "application/geo+json",
            Self::Arrow => "application/vnd.apache.arrow.stream",
        }
    }

    /// Whether it has columns and no objects.
    pub fn is_table(self) -> bool {
        matches!(self, Self::Csv | Self::Parquet | Self::Arrow)
    }

    /// The media type without parameters, as `Accept` names it.
    fn essence(self) -> &'static str {
        self.media_type().split(';').next().unwrap_or_default()
    }

    /// The format asked for: `format=` wins, then the best of `Accept` that is offered, then the first offered.
    ///
    /// # Errors
    /// 400 for a name that is not offered. An `Accept` that nothing matches is answered in the first format, which
    /// RFC 9110 §12.5.1 allows and which is kinder than 406.
    pub fn choose(named: Option<&str>, headers: &HeaderMap, offered: &[Self]) -> Result<Self, Failure> {
        if let Some(name) = named {
            let names = || offered.iter().map(|format| format.name());
            return Self::ALL
                .into_iter()
                .find(|format| format.name() == name && offered.contains(format))
                .ok_or_else(|| Failure::value("format", format!("{name:?} is not a format of this answer"), names()));
        }
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let wanted = preferences(accept);
        let best = wanted.iter().find_map(|(media, q)| {
            offered.iter().copied().find(|format| *q > 0.0 && format.essence().eq_ignore_ascii_case(media))
        });
        Ok(best.unwrap_or(offered[0]))
    }
}

/// The entries of an `Accept…` header with their weights, the most wanted first; equals keep their order.
pub fn preferences(header: &str) -> Vec<(&str, f32)> {
    let mut entries: Vec<(&str, f32)> = header
        .split(',')
        .filter_map(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let name = parts.next().filter(|name| !name.is_empty())?;
            let q = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            Some((name, q.and_then(|q| q.parse().ok()).filter(|q| (0.0..=1.0).contains(q)).unwrap_or(1.0)))
        })
        .collect();
    entries.sort_by(|a, b| b.1.total_cmp(&a.1));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(named: Option<&str>, accept: &str) -> Result<&'static str, u16> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        Format::choose(named, &headers, Format::ROWS).map(Format::name).map_err(|failure| failure.status().as_u16())
    }

    #[test]
    fn the_parameter_wins_over_the_header() {
        assert_eq!(choose(Some("csv"), "application/json"), Ok("csv"));
        assert_eq!(choose(None, "text/csv;q=0.5, application/vnd.apache.parquet"), Ok("parquet"));
        assert_eq!(choose(None, "text/csv;q=0, */*"), Ok("json"));
        assert_eq!(choose(None, "text/html,application/xhtml+xml,*/*;q=0.8"), Ok("json"));
        assert_eq!(choose(Some("geojson"), "*/*"), Err(400));
        assert_eq!(choose(Some("CSV"), "*/*"), Err(400));
    }

    #[test]
    fn odd_weights_are_taken_as_one() {
        assert_eq!(preferences("a;q=x, b;q=0.9, c;q=7"), [("a", 1.0), ("c", 1.0), ("b", 0.9)]);
        assert_eq!(preferences(" , ;q=1,"), []);
    }
}
