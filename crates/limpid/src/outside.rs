//! What a pipeline's files point to beside themselves: certificates, keys, passwords, mappings. Read once, before
//! anything is opened.

use std::error::Error;
use std::path::Path;

use limpid_ingest::drops::DropFolder;
use limpid_ingest::gateways::mqtt::Broker;
use limpid_ingest::gateways::tls::Tls;
use limpid_ingest::sources::{SourceError, Sources};
use limpid_model::Pipeline;

use crate::server;

/// All of it, ready for use.
pub struct Outside {
    /// The broker that readings are taken from, where one is configured.
    pub broker: Option<Broker>,
    /// TLS of the stations' port.
    pub hj212: Option<Tls>,
    /// TLS of uploads, API and pages.
    pub http: Option<Tls>,
    /// What is fetched from.
    pub sources: Sources,
    /// The folders whose files are imported.
    pub drops: Vec<DropFolder>,
}

impl Outside {
    /// Reads it for the pipeline whose folder is `folder`.
    ///
    /// # Errors
    /// Everything that is not there or not right, one a line, with its place in `pipeline.toml`.
    pub fn read(pipeline: &Pipeline, folder: &Path) -> Result<Self, String> {
        // It was read a moment ago; without it places are told as line 1.
        let text = std::fs::read_to_string(folder.join("pipeline.toml")).unwrap_or_default();
        let mut wrong = Wrong { text, lines: Vec::new() };
        let broker = pipeline.ingest.mqtt.enabled.then(|| Broker::new(pipeline, folder)).transpose();
        let broker = broker.map_err(|error| wrong.add("[ingest.mqtt]", &error)).ok().flatten();
        let mut tls = |files: &Option<_>, table: &'static str, protocols: &[&str]| {
            let tls = files.as_ref().map(|files| Tls::new(files, folder, table, protocols)).transpose();
            tls.map_err(|error| wrong.add(&format!("[{table}]"), &error)).ok().flatten()
        };
        let hj212 = tls(&pipeline.ingest.hj212.tls, "ingest.hj212.tls", &[]);
        let http = tls(&pipeline.http.tls, "http.tls", &server::PROTOCOLS);
        let sources = Sources::new(pipeline, folder);
        let sources = sources.map_err(|errors| errors.iter().for_each(|error| wrong.source(error))).ok();
        // These know their places.
        let drops = DropFolder::all(pipeline, folder);
        let drops = drops.map_err(|errors| errors.iter().for_each(|error| wrong.lines.push(chain(error)))).ok();
        match (sources, drops) {
            (Some(sources), Some(drops)) if wrong.lines.is_empty() => Ok(Self { broker, hj212, http, sources, drops }),
            _ => Err(wrong.lines.join("\n")),
        }
    }
}

/// What is wrong so far.
struct Wrong {
    text: String,
    lines: Vec<String>,
}

impl Wrong {
    /// Something that the first line which begins with `words` leads to.
    fn add(&mut self, words: &str, error: &dyn Error) {
        self.tell(self.line(words), error);
    }

    fn source(&mut self, error: &SourceError) {
        let line = match error {
            // A source without an id has that of its kind.
            SourceError::NoKey { id, .. } => {
                self.line(&format!("id = {id:?}")).or_else(|| self.line(&format!("kind = {id:?}")))
            }
            _ => self.line("[[source]]"),
        };
        self.tell(line, error);
    }

    fn line(&self, words: &str) -> Option<usize> {
        self.text.lines().position(|line| line.trim_start().starts_with(words)).map(|before| before + 1)
    }

    fn tell(&mut self, line: Option<usize>, error: &dyn Error) {
        self.lines.push(format!("pipeline.toml:{}: {}", line.unwrap_or(1), chain(error)));
    }
}

/// An error and what is behind it, as one sentence.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text = format!("{text}: {error}");
        next = error.source();
    }
    text
}
