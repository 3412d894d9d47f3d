//! `[ingest.mqtt]`: the broker that stations publish to, and the topics that are read there.

use std::path::PathBuf;
use std::str::FromStr;

use super::fields::{Fields, Source};

const URL: &str = "mqtt://127.0.0.1:1883";
const TOPIC: &str = "limpid/+/readings";

/// `[ingest.mqtt]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mqtt {
    /// Default false.
    pub enabled: bool,
    /// Where the broker is. Default `mqtt://127.0.0.1:1883`.
    pub url: BrokerUrl,
    /// What is read. Default `limpid/+/readings`.
    pub topic: TopicFilter,
    /// The name under which the broker keeps what comes while limpid is away. Default: `limpid-` and the publisher's
    /// id. Two processes must not share it.
    pub client_id: Option<String>,
    /// Who limpid is to the broker. Default: nobody in particular.
    pub username: Option<String>,
    /// Where the password is; it does not stand in the file.
    pub password: Option<PasswordFrom>,
    /// Certificates (PEM) by which the broker's is judged, for `mqtts`. Default: those of the system. A relative path
    /// starts at the pipeline's folder.
    pub ca_file: Option<PathBuf>,
    /// Where it stands in `pipeline.toml`, a line from 1.
    pub line: usize,
}

/// Where a password is read from when limpid starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordFrom {
    /// An environment variable.
    Env(String),
    /// A file, whose last line end does not count. A relative path starts at the pipeline's folder.
    File(PathBuf),
}

/// `mqtt://HOST[:PORT]`, or `mqtts://HOST[:PORT]` for TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerUrl {
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// Name or address.
    pub host: String,
    /// Default 1883, with TLS 8883.
    pub port: u16,
}

/// What is wrong with a broker's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotABroker {
    /// Neither `mqtt://` nor `mqtts://`, no host, a path, or no port.
    #[error("write mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS")]
    Shape,
    /// `mqtt://name:secret@host`.
    #[error("leave name and password out of the address: write username, and password_env or password_file")]
    Credentials,
}

impl FromStr for BrokerUrl {
    type Err = NotABroker;

    fn from_str(text: &str) -> Result<Self, NotABroker> {
        let (scheme, place) = text.split_once("://").ok_or(NotABroker::Shape)?;
        let tls = match scheme {
            "mqtt" => false,
            "mqtts" => true,
            _ => return Err(NotABroker::Shape),
        };
        if place.contains('@') {
            return Err(NotABroker::Credentials);
        }
        let place = place.strip_suffix('/').unwrap_or(place);
        // The colons within [::1] are not the port's.
        let (host, port) = match place.rfind(':').filter(|at| !place[*at..].contains(']')) {
            Some(at) => (&place[..at], place[at + 1..].parse().ok().filter(|port| *port > 0)),
            None => (place, Some(if tls { 8883 } else { 1883 })),
        };
        let named = host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
        let numbered = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let numbered = numbered.is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok());
        if host.is_empty() || !(named || numbered) {
            return Err(NotABroker::Shape);
        }
        Ok(Self { tls, host: host.to_owned(), port: port.ok_or(NotABroker::Shape)? })
    }
}

/// A topic filter with one `+`, which stands where topics carry the id of the station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicFilter {
    text: String,
    /// Which level is the `+`.
    station: usize,
}

impl TopicFilter {
    /// Checks and takes a filter (MQTT 5.0, 4.7): exactly one level is `+`, none is `#`.
    pub fn parse(text: &str) -> Option<Self> {
        let levels: Vec<&str> = text.split('/').collect();
        let station = levels.iter().position(|level| *level == "+")?;
        let plain = |level: &str| !level.contains(['+', '#', '\0']);
        let fits = text.len() <= usize::from(u16::MAX)
            && !text.starts_with('$')
            && levels.iter().enumerate().all(|(at, level)| at == station || plain(level));
        fits.then(|| Self { text: text.to_owned(), station })
    }

    /// The filter as the broker is asked.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The level of a topic that stands for the station; `None` when the filter does not cover the topic.
    pub fn station<'t>(&self, topic: &'t str) -> Option<&'t str> {
        let mut levels = topic.split('/');
        let mut station = None;
        for (at, wanted) in self.text.split('/').enumerate() {
            let level = levels.next()?;
            if at == self.station {
                station = Some(level);
            } else if level != wanted {
                return None;
            }
        }
        station.filter(|_| levels.next().is_none())
    }

    /// The topic of a station.
    pub fn topic(&self, station: &str) -> String {
        let level = |(at, level)| if at == self.station { station } else { level };
        self.text.split('/').enumerate().map(level).collect::<Vec<_>>().join("/")
    }
}

/// Reads the table; it is checked even where the gateway is off.
pub(super) fn read(mut table: Fields<'_>, source: &mut Source<'_>) -> Mqtt {
    let line = source.line(table.offset(""));
    let mut read = |key, example: &str| table.string(source, key, example);
    let url = read("url", "\"mqtt://127.0.0.1:1883\"");
    let topic = read("topic", "\"limpid/+/readings\"");
    let client_id = read("client_id", "\"limpid-changning\"");
    let username = read("username", "\"limpid\"");
    let password_env = read("password_env", "\"LIMPID_MQTT_PASSWORD\"");
    let password_file = read("password_file", "\"mqtt-password\"");
    let ca_file = read("ca_file", "\"ca.pem\"");
    let enabled = table.boolean(source, "enabled").unwrap_or(false);

    let url = url.and_then(|(text, offset)| match text.parse::<BrokerUrl>() {
        Ok(url) => Some(url),
        // An address with a password in it is not repeated.
        Err(remedy @ NotABroker::Credentials) => {
            source.mistake(offset, "`ingest.mqtt.url` has a user in it", remedy.to_string());
            None
        }
        Err(remedy) => {
            source.mistake(offset, format!("`ingest.mqtt.url` is {text:?}"), remedy.to_string());
            None
        }
    });
    let topic = topic.and_then(|(text, offset)| {
        let filter = TopicFilter::parse(&text);
        if filter.is_none() {
            let remedy = "write a topic with one + where the station's id stands and no #: \"limpid/+/readings\"";
            source.mistake(offset, format!("`ingest.mqtt.topic` is {text:?}"), remedy);
        }
        filter
    });
    for (key, found) in [
        ("client_id", &client_id),
        ("username", &username),
        ("password_env", &password_env),
        ("password_file", &password_file),
        ("ca_file", &ca_file),
    ] {
        if let Some((text, offset)) = found
            && text.trim().is_empty()
        {
            source.mistake(*offset, format!("`ingest.mqtt.{key}` is empty"), "write something, or remove the line");
        }
    }
    if let (Some(_), Some((_, offset))) = (&password_env, &password_file) {
        let what = "`ingest.mqtt` has both `password_env` and `password_file`";
        source.mistake(*offset, what, "keep one of the two");
    }
    if let Some((_, offset)) = password_env.as_ref().or(password_file.as_ref()).filter(|_| username.is_none()) {
        let remedy = "write username = \"…\" beside it";
        source.mistake(*offset, "`ingest.mqtt` has a password and no `username`", remedy);
    }
    if let Some((_, offset)) = &ca_file
        && url.as_ref().is_none_or(|url| !url.tls)
    {
        let remedy = "write url = \"mqtts://…\", or remove ca_file: only mqtts has certificates";
        source.mistake(*offset, "`ingest.mqtt.ca_file` stands beside an address without TLS", remedy);
    }
    table.finish(source);
    let env = password_env.map(|(name, _)| PasswordFrom::Env(name));
    Mqtt {
        enabled,
        url: url.unwrap_or_else(|| URL.parse().expect("the default is an address")),
        topic: topic.unwrap_or_else(|| TopicFilter::parse(TOPIC).expect("the default is a filter")),
        client_id: client_id.map(|(id, _)| id),
        username: username.map(|(name, _)| name),
        password: env.or_else(|| password_file.map(|(path, _)| PasswordFrom::File(path.into()))),
        ca_file: ca_file.map(|(path, _)| path.into()),
        line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_others_are_told_what_to_write() {
        let url = |tls, host: &str, port| Ok(BrokerUrl { tls, host: host.to_owned(), port });
        for (text, expected) in [
            ("mqtt://127.0.0.1:1883", url(false, "127.0.0.1", 1883)),
            ("mqtt://broker.example", url(false, "broker.example", 1883)),
            ("mqtts://broker.example/", url(true, "broker.example", 8883)),
            ("mqtts://[::1]:18883", url(true, "[::1]", 18883)),
            ("mqtt://[::1]", url(false, "[::1]", 1883)),
            ("mqtt://limpid:secret@broker.example", Err(NotABroker::Credentials)),
            ("tcp://127.0.0.1:1883", Err(NotABroker::Shape)),
            ("127.0.0.1:1883", Err(NotABroker::Shape)),
            ("mqtt://", Err(NotABroker::Shape)),
            ("mqtt://:1883", Err(NotABroker::Shape)),
            ("mqtt://host:0", Err(NotABroker::Shape)),
            ("mqtt://host:65536", Err(NotABroker::Shape)),
            ("mqtt://host:", Err(NotABroker::Shape)),
            ("mqtt://host/path", Err(NotABroker::Shape)),
            ("mqtt://a b", Err(NotABroker::Shape)),
            ("mqtt://::1", Err(NotABroker::Shape)),
            ("mqtt://[1:2]", Err(NotABroker::Shape)),
        ] {
            assert_eq!(text.parse::<BrokerUrl>(), expected, "{text}");
        }
    }

    #[test]
    fn the_plus_is_the_station() {
        let filter = TopicFilter::parse("limpid/+/readings").unwrap();
        for (topic, station) in [
            ("limpid/S1/readings", Some("S1")),
            ("limpid//readings", Some("")),
            ("limpid/S1/readings/", None),
            ("limpid/S1", None),
            ("other/S1/readings", None),
            ("limpid/S1/x/readings", None),
            ("", None),
        ] {
            assert_eq!(filter.station(topic), station, "{topic}");
        }
        assert_eq!(filter.topic("S1"), "limpid/S1/readings");
        assert_eq!(TopicFilter::parse("+").unwrap().station("S1"), Some("S1"));
        let wrong =
            ["", "limpid/readings", "limpid/+/+", "limpid/+/#", "#", "a+/b", "+/a+", "$share/g/limpid/+", "+/\0"];
        for text in wrong {
            assert_eq!(TopicFilter::parse(text), None, "{text:?}");
        }
    }
}
