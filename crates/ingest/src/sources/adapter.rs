//! What an adapter is: it says what to ask, and reads what was answered. It knows no network and no journal.

use std::collections::HashMap;

use limpid_model::pipeline::PullSource;
use limpid_model::{Instant, Outlook, ParameterId, Pipeline, Station, Stations};

use crate::formats::{Fault, Found};

/// One kind of upstream.
pub trait Adapter: Send + Sync {
    /// What to ask first in a round.
    fn begin(&self, ask: &Ask<'_>) -> Vec<Request>;

    /// Reads an answer into `harvest`.
    ///
    /// # Errors
    /// When the answer as a whole is not what it should be; nothing of it is taken then.
    fn read<'p>(&self, ask: &Ask<'p>, request: &Request, body: &[u8], harvest: &mut Harvest<'p>) -> Result<(), Fault>;
}

/// What a round is about.
#[derive(Debug, Clone)]
pub struct Ask<'p> {
    /// The configuration.
    pub pipeline: &'p Pipeline,
    /// The source's own.
    pub source: &'p PullSource,
    /// Whom it is asked for.
    pub roster: Roster<'p>,
    /// First moment of interest.
    pub from: Instant,
    /// Last moment of interest, exclusive.
    pub to: Instant,
    /// Now.
    pub now: Instant,
}

impl<'p> Ask<'p> {
    pub(super) fn new(
        pipeline: &'p Pipeline,
        source: &'p PullSource,
        (from, to): (Instant, Instant),
        now: Instant,
    ) -> Self {
        Self { pipeline, source, roster: Roster::new(source, &pipeline.stations), from, to, now }
    }

    /// Whether the pipeline wants this parameter from this source.
    pub fn wants(&self, parameter: ParameterId) -> bool {
        self.source.parameters.is_empty() || self.source.parameters.contains(&parameter)
    }

    /// Whether `at` lies in the round's window.
    pub fn covers(&self, at: Instant) -> bool {
        (self.from..self.to).contains(&at)
    }
}

/// The stations that a source is asked for, by their names there.
#[derive(Debug, Clone)]
pub struct Roster<'p> {
    named: Vec<(&'p str, &'p Station)>,
    by_name: HashMap<&'p str, &'p Station>,
    registry: &'p Stations,
}

impl<'p> Roster<'p> {
    fn new(source: &'p PullSource, registry: &'p Stations) -> Self {
        let pairs = source.stations.iter();
        let named: Vec<_> =
            pairs.filter_map(|(name, id)| registry.get(id).map(|station| (name.as_str(), station))).collect();
        Self { by_name: named.iter().copied().collect(), named, registry }
    }

    /// The station that the source calls `name`. Without names in the configuration it is the registry's of that id or
    /// name. `None` for the many that are none of this pipeline's.
    pub fn find(&self, name: &str) -> Option<&'p Station> {
        if self.named.is_empty() { self.registry.by_id_or_name(name) } else { self.by_name.get(name).copied() }
    }

    /// The names of the configuration with their stations.
    pub fn named(&self) -> &[(&'p str, &'p Station)] {
        &self.named
    }

    /// The stations of the configuration or, where it names none, of the registry; each once.
    pub fn stations(&self) -> Vec<&'p Station> {
        let mut stations: Vec<&Station> = Vec::new();
        for (_, station) in &self.named {
            if !stations.iter().any(|known| known.id == station.id) {
                stations.push(station);
            }
        }
        if self.named.is_empty() { self.registry.iter().collect() } else { stations }
    }
}

/// One thing to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// A name within the source that stays from round to round while the window moves.
    pub name: String,
    /// The whole address, without a key.
    pub url: String,
    /// `None` for GET.
    pub post: Option<Post>,
    /// What the answer should be.
    pub media: Media,
    /// Further requests may follow from the answer: it is asked for and read even when it is known.
    pub leads: bool,
    /// 404 says that there is nothing yet, and is no failure.
    pub may_be_absent: bool,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Its media type.
    pub media_type: &'static str,
    /// Its text.
    pub body: String,
}

impl Request {
    /// GET, for an answer that stands by itself.
    pub fn get(name: impl Into<String>, url: impl Into<String>, media: Media) -> Self {
        Self { name: name.into(), url: url.into(), post: None, media, leads: false, may_be_absent: false }
    }

    /// Makes it a POST.
    #[must_use]
    pub fn post(mut self, media_type: &'static str, body: impl Into<String>) -> Self {
        self.post = Some(Post { media_type, body: body.into() });
        self
    }

    /// Says that further requests may follow.
    #[must_use]
    pub fn leading(mut self) -> Self {
        self.leads = true;
        self
    }

    /// Says that there may be nothing yet.
    #[must_use]
    pub fn if_there(mut self) -> Self {
        self.may_be_absent = true;
        self
    }
}

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// JSON.
    Json,
    /// A table as text.
    Csv,
    /// A Parquet file.
    Parquet,
    /// Anything: only that it is answered matters.
    Any,
}

impl Media {
    /// The media type under which an answer is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Any => "*/*",
        }
    }

    /// Whether an answer that says it is `content_type` may be one. Servers say little or wrong things of files, but a
    /// page for people is never data.
    pub fn fits(self, content_type: &str) -> bool {
        let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        let anything = ["", "application/octet-stream", "binary/octet-stream"].contains(&essence.as_str());
        anything
            || match self {
                Self::Json => essence.ends_with("json") || essence == "text/plain" || essence == "text/csv",
                Self::Csv => essence.starts_with("text/") && essence != "text/html" || essence.ends_with("json"),
                Self::Parquet => essence.ends_with("parquet"),
                Self::Any => true,
            }
    }
}

/// What was read out of answers.
#[derive(Debug, Default)]
pub struct Harvest<'p> {
    /// Readings of the roster's stations, and what is refused as one.
    pub rows: Found<'p>,
    /// Outside forecasts.
    pub outlooks: Vec<Outlook>,
    /// What to ask next.
    pub next: Vec<Request>,
}
