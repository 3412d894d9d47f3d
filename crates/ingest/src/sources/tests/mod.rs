//! The engine against a server that is told what to answer, and what the adapters' tests share.

mod faults;
mod rounds;

use std::path::Path;
use std::sync::Arc;

use limpid_model::{Entry, Instant, Pipeline};
use tempfile::TempDir;
use wiremock::MockServer;

use super::adapter::{Adapter, Ask, Harvest, Media, Request};
use super::{ADAPTERS, Report, Source, Sources};
use crate::Intake;
use crate::formats::Fault;
use crate::testing;

/// A pipeline in Shanghai with these stations and one source of `kind` with these `lines`.
fn pipeline(stations: &str, kind: &str, lines: &str) -> Arc<Pipeline> {
    testing::pipeline_with("Asia/Shanghai", stations, &format!("[[source]]\nkind = \"{kind}\"\n{lines}\n"))
}

/// A source, a server for it to ask, and a journal.
pub(super) struct Bench {
    pub server: MockServer,
    pub intake: Intake,
    sources: Sources,
    _folder: TempDir,
}

impl Bench {
    /// `lines` follow `kind` and `url` in the configuration.
    pub async fn new(stations: &str, kind: &str, lines: &str) -> Self {
        let server = MockServer::start().await;
        let pipeline = pipeline(stations, kind, &format!("url = \"{}\"\n{lines}", server.uri()));
        let sources = Sources::new(&pipeline, Path::new("/nowhere")).unwrap().hasty();
        let (folder, intake) = testing::intake(pipeline);
        Self { server, intake, sources, _folder: folder }
    }

    pub async fn pull(&self) -> Report {
        self.over(None).await
    }

    pub async fn over(&self, window: Option<(Instant, Instant)>) -> Report {
        let id = self.sources.ids().next().unwrap();
        self.sources.pull(&self.intake, id, window, &|_, _| {}).await.unwrap()
    }

    pub fn source(&self) -> &Source {
        &self.sources.0[0]
    }

    pub async fn kept(&self, station: &str) -> Vec<String> {
        testing::kept(&self.intake, station).await
    }

    /// The paths, with their queries, that were asked for so far.
    pub async fn asked(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.unwrap();
        let path = |request: &wiremock::Request| {
            let query = request.url.query().map_or_else(String::new, |query| format!("?{query}"));
            format!("{}{query}", request.url.path())
        };
        requests.iter().map(path).collect()
    }
}

/// What an adapter reads out of a body, at [`testing::now`] and over the three days before it.
pub(super) fn read(kind: &str, stations: &str, lines: &str, name: &str, body: &[u8]) -> Result<Vec<String>, Fault> {
    let pipeline = pipeline(stations, kind, lines);
    let now = testing::now();
    let ask = Ask::new(&pipeline, &pipeline.sources[0], (now - chrono::TimeDelta::days(3), now), now);
    let request = Request::get(name, "http://127.0.0.1/", Media::Any);
    let mut harvest = Harvest::default();
    adapter(kind).read(&ask, &request, body, &mut harvest)?;
    let (_folder, intake) = {
        let _runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        testing::intake(pipeline.clone())
    };
    let line = |row: Result<crate::formats::Row<'_>, limpid_model::receipt::Refusal>| match row
        .map(|row| intake.entry(row.station, row.reading))
    {
        Ok(Entry::Reading(reading)) => {
            let value = reading.value.map_or("null".to_owned(), |value| format!("{value}"));
            let mark = reading.mark.map_or(String::new(), |mark| format!(" {}", mark.as_str()));
            let start = reading.start.format("%Y-%m-%dT%H:%MZ");
            format!("{} {} {} {start} {value}{mark}", reading.station, reading.parameter, reading.period)
        }
        Ok(Entry::Refused(refusal)) | Err(refusal) => {
            format!("{} {}: {}", refusal.kind.as_str(), refusal.reason.as_str(), refusal.detail)
        }
    };
    let mut lines: Vec<String> = harvest.rows.into_iter().map(line).collect();
    // A round passes over the stations of others.
    lines.retain(|line| !line.contains(" unknown_station: "));
    lines.extend(
        harvest
            .outlooks
            .iter()
            .map(|outlook| format!("{} {} {:?}", outlook.parameter, outlook.start.format("%dT%HZ"), outlook.values)),
    );
    lines.extend(harvest.next.iter().map(|request| format!("next {} {}", request.name, request.url)));
    Ok(lines)
}

/// What an adapter asks first, over the six hours before [`testing::now`].
pub(super) fn begin(kind: &str, stations: &str, lines: &str) -> Vec<Request> {
    let pipeline = pipeline(stations, kind, lines);
    let now = testing::now();
    let ask = Ask::new(&pipeline, &pipeline.sources[0], (now - chrono::TimeDelta::hours(6), now), now);
    adapter(kind).begin(&ask)
}

fn adapter(kind: &str) -> &'static dyn Adapter {
    ADAPTERS.iter().find(|(name, _)| *name == kind).unwrap().1
}

#[test]
fn every_kind_has_an_adapter_and_no_adapter_is_without_a_kind() {
    let kinds: Vec<&str> = limpid_model::pipeline::SourceKind::all().iter().map(|kind| kind.name.as_str()).collect();
    let adapters: Vec<&str> = ADAPTERS.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, adapters);
}

#[test]
fn every_table_of_facts_is_read() {
    // Each table is read when its adapter first asks or reads; a wrong row would panic there.
    let stations = "S1,air,一,One,28.5,104.9,,\n";
    for (kind, _) in ADAPTERS {
        let key = if *kind == "openaq" { "key_env = \"K\"\n" } else { "" };
        assert!(!begin(kind, stations, &format!("{key}stations = {{ \"DE/1\" = \"S1\" }}")).is_empty(), "{kind}");
    }
}
