//! The place in a list where the next page begins: opaque to clients, a key for the journal.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use limpid_model::{ParameterId, StationId};
use limpid_store::SeriesPosition;

/// The last item of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// The edition whose items are being listed; empty in lists of observations.
    pub scheme: String,
    /// The last item.
    pub position: SeriesPosition,
}

impl Cursor {
    /// As it stands in an address: base64url of `scheme|station|parameter|milliseconds`.
    pub fn encode(&self) -> String {
        let SeriesPosition { station, parameter, start } = &self.position;
        let parameter = parameter.map_or("", ParameterId::as_str);
        URL_SAFE_NO_PAD.encode(format!("{}|{station}|{parameter}|{}", self.scheme, start.timestamp_millis()))
    }

    /// Reads what [`Cursor::encode`] wrote; `None` for anything else.
    pub fn decode(text: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let mut parts = text.split('|');
        let (scheme, station, parameter, start) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let parameter = if parameter.is_empty() { None } else { Some(ParameterId::parse(parameter)?) };
        let position = SeriesPosition {
            station: StationId::parse(station)?,
            parameter,
            start: DateTime::from_timestamp_millis(start.parse().ok()?)?,
        };
        Some(Self { scheme: scheme.to_owned(), position })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_way_there_and_back() {
        let start = "2026-11-25T00:00:00Z".parse().unwrap();
        for (scheme, parameter) in [("", Some(ParameterId::known("pm25"))), ("hj633-2026", None)] {
            let position = SeriesPosition { station: StationId::parse("S-1.a_b").unwrap(), parameter, start };
            let cursor = Cursor { scheme: scheme.to_owned(), position };
            assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }
    }

    #[test]
    fn made_up_cursors_are_refused() {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for text in ["|S1|pm25|x", "|S1|pm25", "|S 1|pm25|0", "|S1|pm999|0", "|S1|pm25|0|0", "|S1||9223372036854775807"]
        {
            assert_eq!(Cursor::decode(&encode(text)), None, "{text}");
        }
        assert_eq!(Cursor::decode("%%%"), None);
        assert_eq!(Cursor::decode(""), None);
    }
}
