//! `[http]`: the server that uploads, API and pages share; `[ingest.http]`: the upload.

use super::fields::{Fields, Source};
use super::per_address::PerAddress;
use super::tls::{self, Tls};
use crate::station::StationId;

/// `[http]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpServer {
    /// Connections at once; a further one is closed. Default 16,384.
    pub connections: usize,
    /// Of one address at once. Default 1,024: many households of a mobile network share one.
    pub connections_per_address: PerAddress,
    /// A connection over which no request comes, or not a whole one, is closed after so many seconds, and one whose
    /// client does not read what it asked for too. Default 60.
    pub idle_seconds: u64,
    /// Where the service stands under its host: `/hb` for `https://example.org/hb/`. Default: empty, the root.
    pub base_path: String,
    /// Certificate and key; with them the address speaks TLS only. Default: none.
    pub tls: Option<Tls>,
}

/// `[ingest.http]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpIngest {
    /// Default true.
    pub enabled: bool,
    /// Largest body, after decompression. Default 16 MiB.
    pub max_body_bytes: usize,
    /// How often a token may upload.
    pub rate: Rate,
    /// Who may upload.
    pub tokens: Vec<Token>,
}

/// How often a token may upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Uploads a minute in the long run. Default 60,000: far above any station's need, and below what would keep others
    /// from the journal.
    pub per_minute: u64,
    /// Uploads at once by a token that was silent before. Default: as many as a minute allows.
    pub burst: u64,
}

/// `[[ingest.http.token]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The station it may upload for; `None` for every station (`"*"`).
    pub station: Option<StationId>,
    /// SHA-256 of the secret, in lower-case hex.
    pub hash: String,
}

/// Most that a rate may be: more is no limit.
const MOST_UPLOADS: u64 = 100_000_000;

/// Reads `[http]`.
pub(super) fn server(mut table: Fields<'_>, source: &mut Source<'_>) -> HttpServer {
    let connections = table.integer(source, "connections", 1..=1_000_000).unwrap_or(16_384);
    let per_address = PerAddress::read(&mut table, source, 1_000_000, 1_024, connections);
    let idle_seconds = table.integer(source, "idle_seconds", 1..=86_400).unwrap_or(60);
    let base_path = table.string(source, "base_path", "\"/hb\"").and_then(|(text, offset)| {
        let path = base_path(&text);
        if path.is_none() {
            let remedy = "write a path such as \"/hb\": letters, digits, - _ . ~ between slashes, 200 at most";
            source.mistake(offset, format!("`http.base_path` is {text:?}"), remedy);
        }
        path
    });
    let tls = tls::read(table.table(source, "tls"), source);
    table.finish(source);
    HttpServer {
        connections: connections as usize,
        connections_per_address: per_address,
        idle_seconds,
        base_path: base_path.unwrap_or_default(),
        tls,
    }
}

/// A path without the slash at its end; the root is empty.
fn base_path(text: &str) -> Option<String> {
    let path = text.trim_end_matches('/');
    let part = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~".contains(&b))
    };
    let fits =
        path.is_empty() || (path.len() <= 200 && path.strip_prefix('/').is_some_and(|path| path.split('/').all(part)));
    fits.then(|| path.to_owned())
}

/// Reads `[ingest.http]`.
pub(super) fn ingest(mut table: Fields<'_>, source: &mut Source<'_>) -> HttpIngest {
    let enabled = table.boolean(source, "enabled").unwrap_or(true);
    let max_body_bytes = table.integer(source, "max_body_bytes", 1024..=1 << 30).unwrap_or(16 << 20) as usize;
    let per_minute = table.integer(source, "rate_per_minute", 1..=MOST_UPLOADS).unwrap_or(60_000);
    let burst = table.integer(source, "burst", 1..=MOST_UPLOADS).unwrap_or(per_minute);
    let tokens = table.tables(source, "token").into_iter().filter_map(|one| token(one, source)).collect();
    table.finish(source);
    HttpIngest { enabled, max_body_bytes, rate: Rate { per_minute, burst }, tokens }
}

fn token(mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<Token> {
    let station = fields.required(source, "station", "\"S1\"").and_then(|(text, offset)| {
        if text == "*" {
            return Some(None);
        }
        let id = StationId::parse(&text);
        if id.is_none() {
            let remedy = "write a station of stations.csv, or \"*\" for all";
            source.mistake(offset, format!("token for {text:?}"), remedy);
        }
        id.map(Some)
    });
    let hash = fields.required(source, "hash", "\"…\"").and_then(|(text, offset)| {
        let hash = text.strip_prefix("sha256:").unwrap_or(&text).to_lowercase();
        let fits = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        if !fits {
            let remedy = "write the line that `limpid token new --station ID` printed";
            source.mistake(offset, "`hash` is not a SHA-256 in hex", remedy);
        }
        fits.then_some(hash)
    });
    fields.finish(source);
    Some(Token { station: station?, hash: hash? })
}

#[cfg(test)]
mod tests {
    use crate::pipeline::{Files, HttpIngest, HttpServer, PerAddress, Pipeline, Rate, Tls};

    fn parse(lines: &str) -> Result<Pipeline, Vec<String>> {
        let pipeline = format!("[publisher]\nid = \"x\"\nname = \"x\"\nzone = \"Asia/Shanghai\"\n{lines}");
        let stations = "id,kind,name_zh,name_en,lat,lon\nS1,air,一号站,Station One,28.5,104.9\n".into();
        Pipeline::parse(&Files { pipeline, stations })
            .map_err(|mistakes| mistakes.0.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn nothing_need_be_written() {
        let pipeline = parse("").unwrap();
        let server = HttpServer {
            connections: 16_384,
            connections_per_address: PerAddress::Default(1_024),
            idle_seconds: 60,
            base_path: String::new(),
            tls: None,
        };
        assert_eq!(pipeline.http, server);
        let rate = Rate { per_minute: 60_000, burst: 60_000 };
        let upload = HttpIngest { enabled: true, max_body_bytes: 16 << 20, rate, tokens: Vec::new() };
        assert_eq!(pipeline.ingest.http, upload);
    }

    #[test]
    fn what_is_written_is_taken() {
        let pipeline = parse(
            "[http]\nconnections = 10\nidle_seconds = 5\n[http.tls]\ncert = \"c.pem\"\nkey = \"k.pem\"\n\
             [ingest.http]\nrate_per_minute = 120\n",
        )
        .unwrap();
        assert_eq!((pipeline.http.connections, pipeline.http.connections_per_address), (10, PerAddress::Default(10)));
        assert_eq!(pipeline.http.tls, Some(Tls { cert: "c.pem".into(), key: "k.pem".into(), line: 8 }));
        assert_eq!(pipeline.ingest.http.rate, Rate { per_minute: 120, burst: 120 });
        let own = parse("[http]\nconnections_per_address = 7\n[ingest.http]\nburst = 3\n").unwrap();
        assert_eq!((own.http.connections, own.http.connections_per_address), (16_384, PerAddress::Written(7)));
        assert_eq!(own.ingest.http.rate, Rate { per_minute: 60_000, burst: 3 });
    }

    #[test]
    fn mistakes_have_line_and_remedy() {
        for (lines, line, remedy) in [
            ("[http.tls]\ncert = \"c.pem\"\n", 5, "write key = \"key.pem\" under [http.tls]"),
            ("[http]\ntls = true\n", 6, "a table: [http.tls]"),
            ("[http]\nconnections = 0\n", 6, "from 1 to 1000000"),
            ("[ingest.http]\nrate_per_minute = 0\n", 6, "from 1 to 100000000"),
            ("[ingest.http]\nrate_per_minut = 9\n", 6, "did you mean `rate_per_minute`?"),
        ] {
            let found = parse(lines).unwrap_err();
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].starts_with(&format!("pipeline.toml:{line}:")) && found[0].contains(remedy), "{found:?}");
        }
    }
}
