//! Which gateway to send to.

use std::str::FromStr;

use limpid_model::pipeline::BrokerUrl;

/// A gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `hj212://HOST:PORT`, kept as `HOST:PORT`.
    Hj212(String),
    /// `http://HOST:PORT`, kept as it is, without a slash at its end.
    Http(String),
    /// `mqtt://HOST[:PORT]`, a broker that lets anybody publish.
    Mqtt(BrokerUrl),
}

/// The text names no gateway that can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no target; write hj212://HOST:PORT, http://HOST:PORT or mqtt://HOST:PORT")]
pub struct UnknownTarget(pub String);

impl FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(text: &str) -> Result<Self, UnknownTarget> {
        let other = || UnknownTarget(text.to_owned());
        let (scheme, rest) = text.split_once("://").ok_or_else(other)?;
        let place = rest.trim_end_matches('/');
        let (host, port) = place.rsplit_once(':').unwrap_or((place, ""));
        let numbered = !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0);
        match scheme {
            "hj212" if numbered => Ok(Self::Hj212(place.to_owned())),
            // HTTP has a usual port, and may be served below a path.
            "http" if !host.is_empty() => Ok(Self::Http(format!("http://{place}"))),
            "mqtt" => text.parse().map(Self::Mqtt).map_err(|_| other()),
            _ => Err(other()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_and_others_are_told_what_to_write() {
        assert_eq!("hj212://127.0.0.1:8212".parse(), Ok(Target::Hj212("127.0.0.1:8212".into())));
        assert_eq!("hj212://[::1]:8212/".parse(), Ok(Target::Hj212("[::1]:8212".into())));
        assert_eq!("http://limpid.example/".parse(), Ok(Target::Http("http://limpid.example".into())));
        for text in [
            "",
            "127.0.0.1:8212",
            "hj212://host",
            "hj212://:1",
            "hj212://host:0",
            "http://",
            "ftp://host:1",
            "mqtt://",
            "mqtts://h",
        ] {
            let error = text.parse::<Target>().unwrap_err();
            assert!(error.to_string().contains("write hj212://HOST:PORT"), "{error}");
        }
        let broker = |port| Target::Mqtt(BrokerUrl { tls: false, host: "127.0.0.1".into(), port });
        assert_eq!("mqtt://127.0.0.1:11883".parse(), Ok(broker(11883)));
        assert_eq!("mqtt://127.0.0.1".parse(), Ok(broker(1883)));
    }
}
