//! `[[source]]`: upstream systems that readings and outside forecasts are fetched from.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::Duration;
use serde::Deserialize;

use super::fields::{Fields, Source};
use super::mistake::Mistakes;
use super::mqtt::PasswordFrom;
use super::stations::Stations;
use crate::parameter::ParameterId;
use crate::station::StationId;
use crate::table;

const MAX_BODY_BYTES: u64 = 64 << 20;
const TIMEOUT_SECONDS: u64 = 60;
/// Nothing is asked more often than this.
const OFTENEST: Duration = Duration::minutes(1);
const LONGEST: Duration = Duration::days(366);

/// A row of `data/sources/kinds.csv`: a kind of upstream.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct SourceKind {
    /// `kind` in the configuration.
    #[serde(rename = "kind")]
    pub name: String,
    /// Where it is unless a pipeline says otherwise.
    pub url: String,
    every: String,
    look_back: String,
    key: String,
    stations: String,
    /// Licence of its data, as its publisher states it.
    pub licence: String,
}

/// Where a request carries its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace<'k> {
    /// In this header.
    Header(&'k str),
    /// As this parameter of the query.
    Query(&'k str),
}

static KINDS: LazyLock<Vec<SourceKind>> =
    LazyLock::new(|| table::rows("sources/kinds.csv", include_str!("../../../../../data/sources/kinds.csv")));

impl SourceKind {
    /// Every kind, in the order of the table.
    pub fn all() -> &'static [Self] {
        &KINDS
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// Where the key goes; `None` for a kind that has none.
    pub fn key(&self) -> Option<KeyPlace<'_>> {
        let place = self.key.strip_suffix('!').unwrap_or(&self.key);
        match place.split_once(':')? {
            ("query", name) => Some(KeyPlace::Query(name)),
            (_, name) => Some(KeyPlace::Header(name)),
        }
    }

    fn needs_key(&self) -> bool {
        self.key.ends_with('!')
    }

    fn needs_stations(&self) -> bool {
        self.stations == "named"
    }
}

/// `[[source]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullSource {
    /// Its name in logs, links and the journal. Default: the kind.
    pub id: String,
    /// What it is.
    pub kind: &'static SourceKind,
    /// Where it is, without a slash at the end. Default: the kind's.
    pub url: String,
    /// From one round to the next. Default: the kind's.
    pub every: Duration,
    /// How far back a round reads, so that late and changed hours are seen. Default: the kind's.
    pub look_back: Duration,
    /// Stations by their name at the source. Empty: those of the registry, by id and name.
    pub stations: Vec<(String, StationId)>,
    /// Only these. Empty: all that the source has and limpid knows.
    pub parameters: Vec<ParameterId>,
    /// Where its key is; it does not stand in the file.
    pub key: Option<PasswordFrom>,
    /// How limpid introduces itself. Default: its name and version, and the publisher's id.
    pub user_agent: Option<String>,
    /// Largest body, after decompression. Default 64 MiB.
    pub max_body_bytes: usize,
    /// For one answer, from the first byte asked to the last one read. Default 60 s.
    pub timeout_seconds: u64,
    /// Where it stands in `pipeline.toml`, a line from 1.
    pub line: usize,
}

/// `90s`, `20m`, `6h` or `3d`.
fn span(text: &str) -> Option<Duration> {
    let (unit_at, unit) = text.char_indices().last()?;
    let number: u32 = text[..unit_at].parse().ok().filter(|_| !text.starts_with('+'))?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return None,
    };
    Some(Duration::seconds(i64::from(number) * seconds))
}

/// Reads the tables; each must have an id of its own.
pub(super) fn read(tables: Vec<Fields<'_>>, source: &mut Source<'_>) -> Vec<PullSource> {
    let mut ids = BTreeSet::new();
    let mut sources = Vec::new();
    for table in tables {
        let offset = table.offset("id");
        let Some(pull) = read_one(table, source) else { continue };
        if !ids.insert(pull.id.clone()) {
            let remedy = "write id = \"…\" with a name of its own for each [[source]]";
            source.mistake(offset, format!("two sources have the id {:?}", pull.id), remedy);
        }
        sources.push(pull);
    }
    sources
}

fn read_one(mut table: Fields<'_>, source: &mut Source<'_>) -> Option<PullSource> {
    let line = source.line(table.offset("id"));
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name.as_str()).collect();
    let known = table.required(source, "kind", "\"openaq\"").is_some();
    let kind = if known { table.parsed(source, "kind", &names, SourceKind::named) } else { None };
    let id = table.string(source, "id", "\"openaq\"");
    let url = table.string(source, "url", "\"https://…\"");
    let user_agent = table.string(source, "user_agent", "\"…\"");
    let key_env = table.string(source, "key_env", "\"OPENAQ_KEY\"");
    let key_file = table.string(source, "key_file", "\"openaq-key\"");
    let every = duration(&mut table, source, "every", OFTENEST);
    let look_back = duration(&mut table, source, "look_back", Duration::zero());
    let stations_at = table.offset("stations");
    let stations = table.pairs(source, "stations", r#"{ "upstream name" = "S1" }"#).unwrap_or_default();
    let parameters = parameters(&mut table, source);
    let max_body_bytes = table.integer(source, "max_body_bytes", 1024..=1 << 30).unwrap_or(MAX_BODY_BYTES);
    let timeout_seconds = table.integer(source, "timeout_seconds", 1..=3600).unwrap_or(TIMEOUT_SECONDS);

    let id = id.and_then(|(id, offset)| {
        let fits =
            !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if !fits {
            source.mistake(offset, format!("`source.id` is {id:?}"), "write letters, digits, - _ . only, 64 at most");
        }
        fits.then_some(id)
    });
    let url = url.map(|(url, offset)| {
        let place = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let remedy = match place {
            Some(place) if place.split('/').next().is_some_and(|host| host.contains('@')) => {
                Some("leave name and password out of the address")
            }
            Some(place) if place.is_empty() || place.starts_with('/') || place.contains(['?', '#', ' ']) => {
                Some("write https://HOST/PATH without ? and #")
            }
            Some(_) => None,
            None => Some("write https://HOST/PATH, or http:// for one on your own network"),
        };
        if let Some(remedy) = remedy {
            // An address with a password in it is not repeated.
            source.mistake(offset, "`source.url` is no address of a source", remedy);
        }
        url.trim_end_matches('/').to_owned()
    });
    if let (Some(_), Some((_, offset))) = (&key_env, &key_file) {
        source.mistake(*offset, "`source` has both `key_env` and `key_file`", "keep one of the two");
    }
    let kind = kind.inspect(|kind: &&'static SourceKind| {
        let key_at = key_env.as_ref().or(key_file.as_ref()).map(|(_, offset)| *offset);
        match key_at {
            Some(offset) if kind.key().is_none() => {
                source.mistake(offset, format!("{} takes no key", kind.name), "remove the line");
            }
            None if kind.needs_key() => {
                let remedy = "write key_env = \"…\", the environment variable that has it, or key_file = \"…\"";
                source.mistake(table.offset(""), format!("{} answers nobody without a key", kind.name), remedy);
            }
            _ => {}
        }
        if kind.needs_stations() && stations.is_empty() {
            let remedy = r#"write stations = { "its name there" = "S1" }"#;
            source.mistake(stations_at, format!("{} is asked station by station", kind.name), remedy);
        }
    });
    table.finish(source);
    let stations = stations.into_iter().filter_map(|(name, station, offset)| {
        let id = StationId::parse(&station);
        if id.is_none() {
            source.mistake(offset, format!("{station:?} is no station id"), "write a station of stations.csv");
        }
        Some((name, id?))
    });
    let stations = stations.collect();
    let kind = kind?;
    let usual = |text: &str| span(text).expect("the table is part of the program, and a test reads it");
    Some(PullSource {
        id: id.unwrap_or_else(|| kind.name.clone()),
        kind,
        url: url.unwrap_or_else(|| kind.url.clone()),
        every: every.unwrap_or_else(|| usual(&kind.every)),
        look_back: look_back.unwrap_or_else(|| usual(&kind.look_back)),
        stations,
        parameters,
        key: key_env
            .map(|(name, _)| PasswordFrom::Env(name))
            .or_else(|| key_file.map(|(path, _)| PasswordFrom::File(path.into()))),
        user_agent: user_agent.map(|(text, _)| text),
        max_body_bytes: usize::try_from(max_body_bytes).unwrap_or(usize::MAX),
        timeout_seconds,
        line,
    })
}

fn duration(table: &mut Fields<'_>, source: &mut Source<'_>, key: &'static str, least: Duration) -> Option<Duration> {
    let (text, offset) = table.string(source, key, "\"1h\"")?;
    let duration = span(&text).filter(|duration| (least..=LONGEST).contains(duration));
    if duration.is_none() {
        let remedy = format!("write a time from {}m to 366d: \"90s\", \"20m\", \"6h\", \"3d\"", least.num_minutes());
        source.mistake(offset, format!("`source.{key}` is {text:?}"), remedy);
    }
    duration
}

fn parameters(table: &mut Fields<'_>, source: &mut Source<'_>) -> Vec<ParameterId> {
    let texts = table.strings(source, "parameters", r#"["pm25"]"#).unwrap_or_default();
    let mut parameters = Vec::new();
    for (text, offset) in texts {
        match ParameterId::parse(&text) {
            Some(parameter) => parameters.push(parameter),
            None => {
                let known: Vec<&str> = ParameterId::all().map(ParameterId::as_str).collect();
                let hint = super::mistake::nearest(&text, known).map(|word| format!("did you mean {word:?}? "));
                let remedy = format!("{}write ids of data/parameters.csv", hint.unwrap_or_default());
                source.mistake(offset, format!("unknown parameter {text:?}"), remedy);
            }
        }
    }
    parameters
}

/// A source for a station that the registry does not have is a typing mistake.
pub(super) fn check(sources: &[PullSource], stations: &Stations, text: &str, mistakes: &mut Mistakes) {
    for (source, (_, id)) in sources.iter().flat_map(|source| source.stations.iter().map(move |pair| (source, pair))) {
        if stations.get(id).is_none() {
            let line = text.lines().position(|line| line.contains(&format!("\"{id}\""))).map_or(1, |at| at + 1);
            let what = format!("source {:?} is for unknown station {id:?}", source.id);
            mistakes.add("pipeline.toml", line, what, "write a station of stations.csv");
        }
    }
}

#[cfg(test)]
mod tests;
