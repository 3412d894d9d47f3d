//! Query parameters: each is checked, and one that the path does not know is refused with those it knows, so that a
//! typing mistake never silently widens an answer.

use axum::extract::Query as Pairs;
use axum::http::Uri;
use chrono::{DateTime, NaiveDate};
use limpid_model::{Instant, ParameterId, Period, Pipeline, StationId, StationKind, Zone};

use super::cursor::Cursor;
use crate::answer::Failure;
use crate::answer::problem::cut;
use crate::app::App;

/// Items on a page when the query does not say.
pub const DEFAULT_LIMIT: usize = 1000;
/// Items on a page at most.
pub const MAX_LIMIT: usize = 50_000;

/// The query of one request.
#[derive(Debug)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Takes a query apart.
    ///
    /// # Errors
    /// 400 for a parameter that is not among `known`, or that stands without a value.
    pub fn parse(uri: &Uri, known: &[&str]) -> Result<Self, Failure> {
        let Ok(Pairs(pairs)) = Pairs::<Vec<(String, String)>>::try_from_uri(uri) else {
            return Err(Failure::value("query", "the query is not of the form name=value&name=value", known.to_vec()));
        };
        for (name, value) in &pairs {
            if !known.contains(&name.as_str()) {
                return Err(Failure::unknown_parameter(name, known));
            }
            if value.trim().is_empty() {
                return Err(Failure::value(name, "it has no value; give one, or leave it out", Vec::<String>::new()));
            }
        }
        Ok(Self { pairs })
    }

    /// The value of a parameter that may stand once.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Failure> {
        let mut values = self.pairs.iter().filter(|pair| pair.0 == name).map(|pair| pair.1.as_str());
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Failure::value(name, "it stands more than once", Vec::<String>::new())),
            (value, None) => Ok(value),
        }
    }

    /// The values of a parameter that may be repeated or list several, separated by commas.
    pub fn many(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pairs.iter().filter(move |pair| pair.0 == name).flat_map(|pair| pair.1.split(',')).map(str::trim)
    }

    /// One of a few words, read by `parse`.
    pub fn word<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
        known: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Option<T>, Failure> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        match parse(text) {
            Some(value) => Ok(Some(value)),
            None => Err(Failure::value(name, format!("{:?} is not known here", cut(text)), known)),
        }
    }

    /// A parameter that is `true` or `false`; without it false.
    pub fn flag(&self, name: &str) -> Result<bool, Failure> {
        Ok(self.word(name, |text| text.parse().ok(), ["true", "false"])?.unwrap_or(false))
    }

    /// `tz`: the zone of times in the answer; the authority's without it.
    pub fn zone(&self, app: &App) -> Result<Zone, Failure> {
        Ok(self.word("tz", Zone::parse, ["Asia/Shanghai", "UTC"])?.unwrap_or(app.zone()))
    }

    /// `kind`
    pub fn kind(&self) -> Result<Option<StationKind>, Failure> {
        self.word("kind", |text| text.parse().ok(), StationKind::ALL.map(StationKind::as_str))
    }

    /// `station`: ids of the registry, none named for all. Sorted, each once.
    pub fn stations(&self, pipeline: &Pipeline) -> Result<Vec<StationId>, Failure> {
        let mut stations = Vec::new();
        for id in self.many("station") {
            let Some(station) = pipeline.stations.get_str(id) else {
                let hint = pipeline.stations.iter().take(20).map(|station| station.id.to_string());
                return Err(Failure::value("station", format!("there is no station {:?}", cut(id)), hint));
            };
            stations.push(station.id.clone());
        }
        stations.sort();
        stations.dedup();
        Ok(stations)
    }

    /// `area`: one of the registry.
    pub fn area(&self, pipeline: &Pipeline) -> Result<Option<String>, Failure> {
        let Some(area) = self.one("area")? else { return Ok(None) };
        let areas = pipeline.area_names();
        if !areas.contains(area) {
            return Err(Failure::value("area", format!("there is no area {:?}", cut(area)), areas));
        }
        Ok(Some(area.to_owned()))
    }

    /// `parameter`: ids or aliases, none named for all.
    pub fn parameters(&self) -> Result<Vec<ParameterId>, Failure> {
        let mut parameters = Vec::new();
        for name in self.many("parameter") {
            let Some(parameter) = ParameterId::parse(name) else {
                let known = ParameterId::all().map(ParameterId::as_str);
                return Err(Failure::value("parameter", format!("there is no parameter {:?}", cut(name)), known));
            };
            if !parameters.contains(&parameter) {
                parameters.push(parameter);
            }
        }
        Ok(parameters)
    }

    /// `period`, one of those that `serves` lets through; `known` names them.
    pub fn period(&self, serves: impl Fn(Period) -> bool, known: &str) -> Result<Period, Failure> {
        let parse = |text: &str| text.parse().ok().filter(|period| serves(*period));
        Ok(self.word("period", parse, known.split(", "))?.unwrap_or(Period::Hour))
    }

    /// A time: RFC 3339, or a date, which is its first moment in the authority's zone.
    pub fn time(&self, name: &str, zone: Zone) -> Result<Option<Instant>, Failure> {
        let forms = ["2026-11-25T08:00:00+08:00", "2026-11-25"];
        self.word(name, |text| time(text, zone), forms)
    }

    /// `from` and `to`; without them the last `span` up to `now`.
    pub fn range(&self, zone: Zone, now: Instant, span: chrono::Duration) -> Result<(Instant, Instant), Failure> {
        let to = self.time("to", zone)?.unwrap_or(now);
        let from = match self.time("from", zone)? {
            Some(from) => from,
            None => to.checked_sub_signed(span).unwrap_or(to),
        };
        if from > to {
            let detail = format!("it is later than `to`, {}", zone.format(to));
            return Err(Failure::value("from", detail, Vec::<String>::new()));
        }
        Ok((from, to))
    }

    /// `as_of`, to the end of its millisecond: times go out in milliseconds, and a record asked for as of the time
    /// that stands in its own `published` must be there.
    pub fn as_of(&self, zone: Zone) -> Result<Option<Instant>, Failure> {
        Ok(self.time("as_of", zone)?.map(|at| at + chrono::Duration::microseconds(999)))
    }

    /// `limit`
    pub fn limit(&self) -> Result<usize, Failure> {
        let parse = |text: &str| text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
        Ok(self.word("limit", parse, [format!("1 to {MAX_LIMIT}")])?.unwrap_or(DEFAULT_LIMIT))
    }

    /// `cursor`
    pub fn cursor(&self) -> Result<Option<Cursor>, Failure> {
        self.word("cursor", Cursor::decode, ["the one in `next` of the page before"])
    }

    /// This query with other values for some parameters: what `next` is made of.
    pub fn with(&self, path: &str, changes: &[(&str, String)]) -> String {
        let mut pairs: Vec<(&str, &str)> = self
            .pairs
            .iter()
            .filter(|(name, _)| !changes.iter().any(|change| change.0 == name))
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        pairs.extend(changes.iter().map(|(name, value)| (*name, value.as_str())));
        let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        format!("{path}?{}", pairs.join("&"))
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

/// A time of a query: RFC 3339, or a date, which is its first moment in the zone. A `+` that was not percent-encoded arrives
/// as a space; in a time it can only have been a plus.
pub fn time(text: &str, zone: Zone) -> Option<Instant> {
    if text.len() == 10 {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        let four_digits = text.bytes().take(4).all(|byte| byte.is_ascii_digit());
        return four_digits.then(|| zone.start_of(date));
    }
    let at = DateTime::parse_from_rfc3339(&text.replace(' ', "+")).ok()?.to_utc();
    // Year 0 and 9999 have neighbours that a calendar of another zone may need.
    (DateTime::UNIX_EPOCH - chrono::Duration::days(36_500) < at
        && at < DateTime::UNIX_EPOCH + chrono::Duration::days(365_000))
    .then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        let uri: Uri = format!("/x?{text}").parse().unwrap();
        Query::parse(&uri, &["station", "from", "to", "limit", "kind"]).unwrap()
    }

    #[test]
    fn times_are_read_with_and_without_escapes_and_as_dates() {
        let zone = Zone::parse("Asia/Shanghai").unwrap();
        let at =
            |text: &str| query(&format!("from={text}")).time("from", zone).ok().flatten().map(|at| at.to_rfc3339());
        let midnight = Some("2026-11-24T16:00:00+00:00".to_owned());
        assert_eq!(at("2026-11-25T00:00:00+08:00"), midnight);
        assert_eq!(at("2026-11-25T00:00:00%2B08:00"), midnight);
        assert_eq!(at("2026-11-24T16:00:00Z"), midnight);
        assert_eq!(at("2026-11-25"), midnight);
        for text in ["2026-11-25T00:00:00", "2026-13-01", "yesterday", "+202611-25", "0000-01-01T00:00:00Z"] {
            assert_eq!(at(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_unknown_repeated_or_empty_is_refused() {
        let refused = |text: &str| {
            let uri: Uri = format!("/x?{text}").parse().unwrap();
            let query = match Query::parse(&uri, &["kind", "limit"]) {
                Ok(query) => query,
                Err(_) => return true,
            };
            query.kind().is_err() || query.limit().is_err()
        };
        for text in ["kin=air", "kind=", "kind=air&kind=air", "limit=0", "limit=50001", "limit=-1", "limit=1e3", "=1"] {
            assert!(refused(text), "{text}");
        }
        assert!(!refused("kind=air&limit=50000"));
    }

    #[test]
    fn next_keeps_the_query_and_changes_what_it_must() {
        let next = query("station=a,b&from=2026-11-25&limit=2").with("/x", &[("from", "a+b c".to_owned())]);
        assert_eq!(next, "/x?station=a%2Cb&limit=2&from=a%2Bb%20c");
    }
}
