//! `pipeline.toml`.

use chrono::NaiveDate;
use toml::de::DeTable;

use super::Files;
use super::alerts::{self, AlertRules};
use super::areas::{self, Area};
use super::composite::{self, CompositeRule};
use super::deadlines::{self, Deadlines};
use super::desk::{self, Desk};
use super::drop::{self, DropFolder};
use super::episodes;
use super::events::{self, EventRules};
use super::fields::{Fields, Source};
use super::forecast::{self, ForecastRules};
use super::gaps::{self, GapRules};
use super::hj212::{self, Hj212};
use super::http::{self, HttpIngest, HttpServer};
use super::mistake::Mistakes;
use super::mqtt::{self, Mqtt};
use super::noise::{self, Noise};
use super::officer::{self, Officer};
use super::outlet::{self, Outlet};
use super::pages::{self, Pages};
use super::pull::{self, PullSource};
use super::register::Registers;
use super::reviewer::{self, Reviewer};
use super::stations::{self, Stations};
use super::validation::{self, SetLimit};
use super::water::{self, Water};
use super::webhook::{self, Webhook};
use crate::assessment::SchemeChoice;
use crate::outline::Outline;
use crate::station::StationKind;
use crate::text::Text;
use crate::time::{Instant, Zone};
use crate::workdays::{Calendar, CalendarError};

/// One authority's whole configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline {
    /// Who publishes.
    pub publisher: Publisher,
    /// How air is judged.
    pub air: Air,
    /// The server of uploads, API and pages.
    pub http: HttpServer,
    /// What is added to the pages.
    pub pages: Pages,
    /// What is chosen where the standards of water leave a choice.
    pub water: Water,
    /// When nights are, and how many hours a level of noise needs.
    pub noise: Noise,
    /// What is taken in, and how.
    pub ingest: Ingest,
    /// What is fetched from elsewhere.
    pub sources: Vec<PullSource>,
    /// When datasets are released.
    pub datasets: Datasets,
    /// Thresholds of automatic checks, in place of the built-in ones.
    pub validation: Vec<SetLimit>,
    /// By when what is published must be there.
    pub deadlines: Deadlines,
    /// Warnings to the public.
    pub alerts: AlertRules,
    /// How long what happened can be caught up with.
    pub events: EventRules,
    /// What the gap ledger expects.
    pub gaps: GapRules,
    /// When forecasts are issued, and from what.
    pub forecast: ForecastRules,
    /// Who may decide about values.
    pub reviewers: Vec<Reviewer>,
    /// The broker to which what happens is published.
    pub outlet: Option<Outlet>,
    /// Addresses that are told what happens.
    pub webhooks: Vec<Webhook>,
    /// Where they work with a login.
    pub desk: Desk,
    /// Who keeps registers.
    pub officers: Vec<Officer>,
    /// Areas that lie within others; see [`Pipeline::area_names`].
    pub areas: Vec<Area>,
    /// The registry.
    pub stations: Stations,
    /// The registers of records.
    pub registers: Registers,
}

/// `[publisher]`
#[derive(Debug, Clone, PartialEq)]
pub struct Publisher {
    /// Short id, used in paths and file names.
    pub id: String,
    /// Name that people are shown.
    pub name: Text,
    /// Calendar and offset of everything published.
    pub zone: Zone,
    /// Languages of the pages, the first is the default. Default `["zh", "en"]`.
    pub languages: Vec<String>,
    /// SPDX id of the data's licence. Default `CC-BY-4.0`.
    pub licence: String,
    /// What the law lets it announce. Default `county`.
    pub authority: Authority,
    /// By which deadlines in working days are counted. Default that of China in its zones, Monday to Friday elsewhere;
    /// `holidays.csv` replaces it.
    pub calendar: Calendar,
}

/// Level of the publishing authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Authority {
    /// `county`
    #[default]
    County,
    /// `city`
    City,
    /// `province`
    Province,
    /// `national`
    National,
}

/// `[air]`
#[derive(Debug, Clone, PartialEq)]
pub struct Air {
    /// Scheme of the pages and of answers that name none. Default `hj633`.
    pub scheme: SchemeChoice,
    /// How the composite index of a period is made.
    pub composite: CompositeRule,
}

/// `[ingest]`
#[derive(Debug, Clone, PartialEq)]
pub struct Ingest {
    /// Readings that start earlier are quarantined. Default: the start of 1990-01-01 in the publisher's zone.
    pub horizon: Instant,
    /// The HJ 212 gateway.
    pub hj212: Hj212,
    /// The HTTP upload.
    pub http: HttpIngest,
    /// The MQTT subscription.
    pub mqtt: Mqtt,
    /// Folders whose files are imported as they come.
    pub drops: Vec<DropFolder>,
}

/// `[datasets]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datasets {
    /// Hours between two releases of every dataset; 0 releases on demand only. Default 24.
    pub every_hours: u64,
}

impl Pipeline {
    /// Reads a pipeline from the texts of its files.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn parse(files: &Files) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let config = parse_config(&files.pipeline, &mut mistakes);
        let zone = config.as_ref().map_or(Zone(chrono_tz::UTC), |config| config.publisher.zone);
        let mut stations = stations::parse(&files.stations, zone, &mut mistakes);
        if let Some(config) = &config {
            check_tokens(config, &stations, &files.pipeline, &mut mistakes);
            validation::check(&config.validation, &stations, &files.pipeline, &mut mistakes);
            stations.set_limits(&config.validation);
            areas::check(&config.areas, &stations, &mut mistakes);
            pull::check(&config.sources, &stations, &files.pipeline, &mut mistakes);
            config.ingest.hj212.stations.check(&stations, &mut mistakes);
        }
        match config {
            Some(config) if mistakes.0.is_empty() => Ok(Self { stations, ..config }),
            _ => {
                mistakes.0.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
                Err(mistakes)
            }
        }
    }

    /// The same with the days off and make-up days of `holidays.csv` for its calendar.
    ///
    /// # Errors
    /// The first row that is wrong.
    pub fn with_holidays(mut self, text: &str) -> Result<Self, Mistakes> {
        match Calendar::parse("holidays.csv", text) {
            Ok(calendar) => self.publisher.calendar = calendar,
            Err(error) => {
                let (line, what) = match error {
                    CalendarError::Row { line, what, .. } => (usize::try_from(line).unwrap_or(1), what),
                    other => (1, other.to_string()),
                };
                let mut mistakes = Mistakes::default();
                mistakes.add("holidays.csv", line, what, "write a row such as off,2026-12-25,2026-12-26");
                return Err(mistakes);
            }
        }
        Ok(self)
    }

    /// The same with what `episodes.csv` says of the stations' lives.
    ///
    /// # Errors
    /// Everything that is wrong with that file.
    pub fn with_episodes(self, text: &str) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let episodes = episodes::parse(text, self.publisher.zone, &self.stations, &mut mistakes);
        mistakes.0.sort_by_key(|mistake| mistake.line);
        if !mistakes.0.is_empty() {
            return Err(mistakes);
        }
        Ok(Self { stations: self.stations.with_episodes(episodes), ..self })
    }

    /// The same with the map that `pages.map.file` names, from its text.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn with_map(mut self, text: &str) -> Result<Self, Mistakes> {
        let Some(map) = &mut self.pages.map else { return Ok(self) };
        match Outline::parse(text) {
            Ok(outline) => {
                map.outline = outline;
                Ok(self)
            }
            Err(reason) => {
                let mut mistakes = Mistakes::default();
                let what = format!("the map {:?} cannot be drawn: {reason}", map.file);
                mistakes.add("pipeline.toml", map.line, what, "write a GeoJSON file in WGS 84 degrees");
                Err(mistakes)
            }
        }
    }
}

/// A token for a station that the registry does not have is a typing mistake.
fn check_tokens(config: &Pipeline, stations: &Stations, text: &str, mistakes: &mut Mistakes) {
    for id in config.ingest.http.tokens.iter().filter_map(|token| token.station.as_ref()) {
        if stations.get(id).is_none() {
            let line = text.lines().position(|line| line.contains(&format!("\"{id}\""))).map_or(1, |at| at + 1);
            let remedy = "write a station of stations.csv, or \"*\" for all";
            mistakes.add("pipeline.toml", line, format!("token for unknown station {id:?}"), remedy);
        }
    }
}

fn parse_config(text: &str, mistakes: &mut Mistakes) -> Option<Pipeline> {
    let source = &mut Source { file: "pipeline.toml", text, mistakes };
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            source.mistake(offset, error.message().to_owned(), "mend the TOML syntax on this line");
            return None;
        }
    };
    let mut root = Fields::root(table.get_ref());

    let publisher = publisher(root.table(source, "publisher"), source);
    let mut air = root.table(source, "air");
    let known = SchemeChoice::known_of(StationKind::Air);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let scheme = air.parsed(source, "scheme", &known, |text| SchemeChoice::parse_of(StationKind::Air, text));
    let composite = composite::read(air.table(source, "composite"), source);
    air.finish(source);
    let water = water::read(root.table(source, "water"), source);
    let noise = noise::read(root.table(source, "noise"), source);

    let zone = publisher.as_ref().map_or(Zone(chrono_tz::UTC), |publisher| publisher.zone);
    let pages = pages::read(root.table(source, "pages"), source);
    let http = http::server(root.table(source, "http"), source);
    let ingest = ingest(root.table(source, "ingest"), zone, source);

    let mut datasets = root.table(source, "datasets");
    let every_hours = datasets.integer(source, "every_hours", 0..=8784).unwrap_or(24);
    datasets.finish(source);
    let deadlines = deadlines::read(root.table(source, "deadlines"), source);
    let alerts = alerts::read(root.table(source, "alerts"), source);
    let events = events::read(root.table(source, "events"), source);
    let gaps = gaps::read(root.table(source, "gaps"), source);
    let forecast = forecast::read(root.table(source, "forecast"), source);

    let validation = validation::read(root.table(source, "validation"), source);
    let tables = root.tables(source, "source");
    let sources = pull::read(tables, source);
    let reviewers = root.tables(source, "reviewer").into_iter().filter_map(|one| reviewer::read(one, source)).collect();
    let outlet = outlet::read(root.table(source, "publish"), source);
    let webhooks = webhook::read(root.tables(source, "webhook"), source);
    let areas = areas::read(root.tables(source, "area"), source);
    let officers = root.tables(source, "officer").into_iter().filter_map(|one| officer::read(one, source)).collect();
    let desk = desk::read(root.table(source, "desk"), source);
    root.finish(source);

    Some(Pipeline {
        reviewers,
        webhooks,
        officers,
        desk,
        outlet,
        publisher: publisher?,
        air: Air { scheme: scheme.or_else(|| SchemeChoice::parse("hj633"))?, composite },
        water,
        noise,
        http,
        pages,
        ingest,
        sources,
        datasets: Datasets { every_hours },
        validation,
        deadlines,
        alerts,
        events,
        gaps,
        forecast,
        areas,
        stations: Stations::default(),
        registers: Registers::default(),
    })
}

fn publisher(mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<Publisher> {
    if !fields.present() {
        let remedy = "write [publisher] with id, name and zone";
        source.mistake(0, "`publisher` is missing", remedy);
        return None;
    }
    let id = fields.required(source, "id", "\"changning\"").and_then(|(id, offset)| {
        let fits = id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if !fits {
            let remedy = "write letters, digits, - _ . only, 64 at most";
            source.mistake(offset, format!("`publisher.id` is {id:?}"), remedy);
        }
        fits.then_some(id)
    });
    let name = fields.text(source, "name");
    let zone = fields
        .required(source, "zone", "\"Asia/Shanghai\"")
        .and_then(|(text, offset)| self::zone(&text, offset, &fields, source));
    let languages = fields.strings(source, "languages", r#"["zh", "en"]"#).map(|words| {
        for (word, offset) in &words {
            if word != "zh" && word != "en" {
                let remedy = "write \"zh\" or \"en\": pages exist in these languages";
                source.mistake(*offset, format!("`publisher.languages` has {word:?}"), remedy);
            }
        }
        words.into_iter().map(|(word, _)| word).collect::<Vec<_>>()
    });
    if languages.as_ref().is_some_and(Vec::is_empty) {
        source.mistake(fields.offset("languages"), "`publisher.languages` is empty", r#"write ["zh", "en"]"#);
    }
    let licence = fields.string(source, "licence", "\"CC-BY-4.0\"").map(|(licence, _)| licence);
    let known = ["county", "city", "province", "national"];
    let authority = fields.parsed(source, "authority", &known, |word| match word {
        "county" => Some(Authority::County),
        "city" => Some(Authority::City),
        "province" => Some(Authority::Province),
        "national" => Some(Authority::National),
        _ => None,
    });
    let calendar = fields.parsed(source, "calendar", &["cn", "weekdays"], |word| match word {
        "cn" => Some(Calendar::china().clone()),
        "weekdays" => Some(Calendar::weekdays()),
        _ => None,
    });
    fields.finish(source);
    let usual = |zone: Zone| match zone.name() {
        "Asia/Shanghai" | "Asia/Urumqi" | "Asia/Chongqing" | "Asia/Harbin" | "Asia/Kashgar" | "PRC" => {
            Calendar::china().clone()
        }
        _ => Calendar::weekdays(),
    };
    Some(Publisher {
        calendar: calendar.or_else(|| zone.map(usual))?,
        id: id?,
        name: name?,
        zone: zone?,
        languages: languages.unwrap_or_else(|| vec!["zh".into(), "en".into()]),
        licence: licence.unwrap_or_else(|| "CC-BY-4.0".into()),
        authority: authority.unwrap_or_default(),
    })
}

/// An optional `zone`.
pub(super) fn zone_field(fields: &mut Fields<'_>, source: &mut Source<'_>) -> Option<Zone> {
    let (text, offset) = fields.string(source, "zone", "\"Asia/Shanghai\"")?;
    zone(&text, offset, fields, source)
}

fn zone(text: &str, offset: usize, fields: &Fields<'_>, source: &mut Source<'_>) -> Option<Zone> {
    let parsed = Zone::parse(text);
    if parsed.is_none() {
        let nearest = super::mistake::nearest(text, chrono_tz::TZ_VARIANTS.iter().map(|tz| tz.name()));
        let remedy = format!("write an IANA zone such as {:?}", nearest.unwrap_or("Asia/Shanghai"));
        source.mistake(offset, format!("`{}` is {text:?}", fields.full("zone")), remedy);
    }
    parsed
}

fn ingest(mut fields: Fields<'_>, zone: Zone, source: &mut Source<'_>) -> Ingest {
    let first = NaiveDate::from_ymd_opt(1990, 1, 1).expect("a day of the calendar");
    let horizon = fields.string(source, "horizon", "\"1990-01-01\"").and_then(|(text, offset)| {
        let date = text.parse::<NaiveDate>().ok();
        if date.is_none() {
            source.mistake(offset, format!("`ingest.horizon` is {text:?}"), "write a date: \"1990-01-01\"");
        }
        date
    });

    let hj212 = hj212::read(fields.table(source, "hj212"), zone, source);

    let http = http::ingest(fields.table(source, "http"), source);
    let mqtt = mqtt::read(fields.table(source, "mqtt"), source);
    let drops = fields.tables(source, "drop").into_iter().filter_map(|drop| drop::read(drop, source)).collect();
    fields.finish(source);

    Ingest { horizon: zone.start_of(horizon.unwrap_or(first)), hj212, http, mqtt, drops }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::{PasswordFrom, UnknownMn};

    const SMALLEST: &str = r#"
[publisher]
id = "changning"
name = { zh = "示例县生态环境局", en = "Example County Environment Bureau" }
zone = "Asia/Shanghai"
"#;
    const STATIONS: &str = "id,kind,name_zh,name_en,lat,lon\nS1,air,一号站,Station One,28.5,104.9\n";

    fn parse(pipeline: &str, stations: &str) -> Result<Pipeline, Mistakes> {
        Pipeline::parse(&Files { pipeline: pipeline.into(), stations: stations.into() })
    }

    fn mistakes(pipeline: &str) -> Vec<String> {
        parse(pipeline, STATIONS).unwrap_err().0.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_smallest_pipeline_has_the_defaults_of_the_contract() {
        let pipeline = parse(SMALLEST, STATIONS).unwrap();
        assert_eq!(pipeline.publisher.languages, ["zh", "en"]);
        assert_eq!(pipeline.publisher.licence, "CC-BY-4.0");
        assert_eq!(pipeline.publisher.authority, Authority::County);
        assert_eq!(pipeline.air.scheme, SchemeChoice::InForce("hj633".into()));
        assert!(pipeline.ingest.hj212.enabled && pipeline.ingest.http.enabled && !pipeline.ingest.mqtt.enabled);
        assert_eq!(pipeline.ingest.hj212.unknown, UnknownMn::Silent);
        assert_eq!(pipeline.stations.iter().count(), 1);
    }

    #[test]
    fn every_mistake_is_told_at_once_with_line_and_remedy() {
        let found = mistakes(
            r#"[publisher]
id = "Chang Ning"
name = 7
zone = "Asia/Shangai"
licences = "x"
[air]
scheme = "hj633-2021"
[ingest.hj212]
unknwon = "ack"
minute = 31
"#,
        );
        let expected = [
            ("pipeline.toml:2:", "letters, digits"),
            ("pipeline.toml:3:", "name = { zh"),
            ("pipeline.toml:4:", "\"Asia/Shanghai\""),
            ("pipeline.toml:5:", "did you mean `licence`?"),
            ("pipeline.toml:7:", "did you mean \"hj633-20"),
            ("pipeline.toml:9:", "did you mean `unknown`?"),
            ("pipeline.toml:10:", "from 1 to 30"),
        ];
        for (place, remedy) in expected {
            assert!(found.iter().any(|m| m.starts_with(place) && m.contains(remedy)), "{place} {remedy} in {found:#?}");
        }
        assert_eq!(found.len(), expected.len(), "{found:#?}");
    }

    #[test]
    fn broken_toml_names_its_line() {
        let found = mistakes("[publisher]\nid = \"a\nzone = 1");
        assert!(found[0].starts_with("pipeline.toml:2:"), "{found:?}");
        assert_eq!(mistakes("").len(), 1);
    }

    #[test]
    fn the_broker_is_described_without_its_password() {
        let mqtt = parse(SMALLEST, STATIONS).unwrap().ingest.mqtt;
        assert_eq!((mqtt.url.host.as_str(), mqtt.url.port, mqtt.url.tls), ("127.0.0.1", 1883, false));
        assert_eq!(mqtt.topic.as_str(), "limpid/+/readings");
        let written = "[ingest.mqtt]\nenabled = true\nurl = \"mqtts://broker.example\"\nusername = \"limpid\"\n\
                       password_file = \"secret\"\nca_file = \"ca.pem\"\nclient_id = \"limpid-1\"\n";
        let mqtt = parse(&format!("{SMALLEST}{written}"), STATIONS).unwrap().ingest.mqtt;
        assert!(mqtt.enabled && mqtt.url.tls);
        assert_eq!(mqtt.password, Some(PasswordFrom::File("secret".into())));
        assert_eq!(mqtt.client_id.as_deref(), Some("limpid-1"));
    }

    #[test]
    fn mistakes_about_the_broker_have_line_and_remedy_and_repeat_no_secret() {
        for (line, remedy) in [
            ("url = \"tcp://127.0.0.1:1883\"", "write mqtt://HOST:PORT"),
            ("url = \"mqtt://limpid:hunter2@host\"", "write username, and password_env or password_file"),
            ("topic = \"limpid/readings\"", "one + where the station's id stands"),
            ("topic = \"limpid/#\"", "one + where the station's id stands"),
            ("password_env = \"X\"", "write username"),
            ("username = \"\"", "remove the line"),
            ("ca_file = \"ca.pem\"", "write url = \"mqtts://…\""),
            ("password = \"hunter2\"", "did you mean `password_"),
            ("qos = 2", "known here are: "),
            ("enabled = 1", "write true or false"),
        ] {
            let found = mistakes(&format!("[ingest.mqtt]\n{line}\n{SMALLEST}"));
            assert_eq!(found.len(), 1, "{line}: {found:?}");
            assert!(found[0].starts_with("pipeline.toml:2:") && found[0].contains(remedy), "{line}: {found:?}");
            assert!(!found[0].contains("hunter2"), "{found:?}");
        }
        let both = "[ingest.mqtt]\nusername = \"u\"\npassword_env = \"X\"\npassword_file = \"x\"\n";
        let found = mistakes(&format!("{both}{SMALLEST}"));
        assert!(found[0].starts_with("pipeline.toml:4:") && found[0].contains("keep one"), "{found:?}");
    }

    #[test]
    fn tokens_are_checked_against_the_registry() {
        let hash = "0".repeat(64);
        let good = format!("{SMALLEST}[[ingest.http.token]]\nstation = \"*\"\nhash = \"{hash}\"\n");
        assert_eq!(parse(&good, STATIONS).unwrap().ingest.http.tokens[0].station, None);
        let found = mistakes(&format!("{SMALLEST}[[ingest.http.token]]\nstation = \"S9\"\nhash = \"{hash}\"\n"));
        assert!(found[0].contains("unknown station"), "{found:?}");
        let found = mistakes(&format!("{SMALLEST}[[ingest.http.token]]\nstation = \"S1\"\nhash = \"zz\"\n"));
        assert!(found[0].contains("limpid token new"), "{found:?}");
    }
}
