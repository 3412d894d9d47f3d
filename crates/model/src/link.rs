//! What a reading passes on its way, and whether it stood: the platform itself, a station's connection, a pull source,
//! a broker.

use std::fmt;
use std::time::Duration;

use crate::station::StationId;
use crate::time::Instant;

/// Something that has to stand for readings to arrive.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Link {
    /// limpid itself, taking readings in.
    Platform,
    /// The connection of a station that keeps one, whatever it speaks.
    Station(StationId),
    /// A pull source, by its id in the configuration.
    Source(String),
    /// The MQTT broker.
    Broker,
}

impl Link {
    /// The platform says this often that it is alive.
    pub const BEAT: Duration = Duration::from_secs(60);

    /// A platform that has said nothing for longer than this was down: two beats may be late.
    pub const SILENCE: Duration = Duration::from_secs(180);

    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text == "platform" => Some(Self::Platform),
            None if text == "broker" => Some(Self::Broker),
            Some(("station", id)) => StationId::parse(id).map(Self::Station),
            Some(("source", id)) => Some(Self::Source(id.to_owned())),
            _ => None,
        }
    }
}

/// `platform`, `broker`, `station:S1`, `source:openaq`.
impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Platform => f.write_str("platform"),
            Self::Station(id) => write!(f, "station:{id}"),
            Self::Source(id) => write!(f, "source:{id}"),
            Self::Broker => f.write_str("broker"),
        }
    }
}

/// That a link was seen to stand, or not to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkEvent {
    /// Which.
    pub link: Link,
    /// When.
    pub at: Instant,
    /// Whether it stands.
    pub up: bool,
    /// Why it changed, in a few words, where that is known; never an address or a secret.
    pub cause: Option<String>,
}

impl LinkEvent {
    /// A link that stands.
    pub fn up(link: Link, at: Instant) -> Self {
        Self { link, at, up: true, cause: None }
    }

    /// A link that does not stand, and why.
    pub fn down(link: Link, at: Instant, cause: impl Into<String>) -> Self {
        Self { link, at, up: false, cause: Some(cause.into()) }
    }

    /// The platform begins: no link is known to stand, whatever was noted before.
    pub fn started(at: Instant) -> Self {
        Self { link: Link::Platform, at, up: true, cause: Some("started".into()) }
    }
}

/// For how long a link was in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkSpan {
    /// Which.
    pub link: Link,
    /// Since when.
    pub start: Instant,
    /// Until when. `None` while it lasts, except for a platform that is up: its end is its last sign of life.
    pub end: Option<Instant>,
    /// Whether it stood.
    pub up: bool,
    /// Why the state began, where that is known.
    pub cause: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_reads_as_it_is_written() {
        let station = StationId::parse("S-1").unwrap();
        for (link, text) in [
            (Link::Platform, "platform"),
            (Link::Broker, "broker"),
            (Link::Station(station), "station:S-1"),
            (Link::Source("feed:2".into()), "source:feed:2"),
        ] {
            assert_eq!(link.to_string(), text);
            assert_eq!(Link::parse(text), Some(link));
        }
        for text in ["", "station", "station:", "station:a b", "platform:x", "Broker"] {
            assert_eq!(Link::parse(text), None, "{text:?}");
        }
    }
}
