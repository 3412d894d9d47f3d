//! `[[ingest.hj212.station]]`: what is particular to one station on the HJ 212 wire.

use std::collections::BTreeMap;

use super::fields::{Fields, Source};
use super::hj212::networks;
use super::mistake::Mistakes;
use super::network::Network;
use super::stations::Stations;
use crate::station::StationId;

const TABLE: &str = "ingest.hj212.station";

/// What is configured for one station; the default is that of every station without a section.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hj212Station {
    /// From where its frames are believed. Default: from everywhere.
    pub allow: Vec<Network>,
    /// Whether it is sent requests. Default: as `ingest.hj212.down_link`.
    pub down_link: Option<bool>,
    /// Line in `pipeline.toml`, counted from 1; 0 where the station has no section.
    pub line: usize,
}

/// The sections, by station.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hj212Stations {
    rows: BTreeMap<StationId, Hj212Station>,
    usual: Hj212Station,
}

impl Hj212Stations {
    /// What holds for this station.
    pub fn get(&self, station: &StationId) -> &Hj212Station {
        self.rows.get(station).unwrap_or(&self.usual)
    }

    /// A section for a station that the registry does not have is a typing mistake.
    pub(super) fn check(&self, stations: &Stations, mistakes: &mut Mistakes) {
        for (id, row) in self.rows.iter().filter(|(id, _)| stations.get(id).is_none()) {
            let what = format!("`{TABLE}` for unknown station {:?}", id.as_str());
            mistakes.add("pipeline.toml", row.line, what, "write the id of a station of stations.csv");
        }
    }
}

/// Reads the sections.
pub(super) fn read(sections: Vec<Fields<'_>>, source: &mut Source<'_>) -> Hj212Stations {
    let mut stations = Hj212Stations::default();
    for section in sections {
        let offset = section.offset("station");
        let Some((id, row)) = one(section, source) else { continue };
        if let Some(earlier) = stations.rows.get(&id) {
            let what = format!("`{TABLE}` for {:?} stands on line {} too", id.as_str(), earlier.line);
            source.mistake(offset, what, "write one section for each station");
            continue;
        }
        stations.rows.insert(id, row);
    }
    stations
}

fn one(mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<(StationId, Hj212Station)> {
    let line = source.line(fields.offset("station"));
    let id = fields.required(source, "station", "\"S1\"").and_then(|(text, offset)| {
        let id = StationId::parse(&text);
        if id.is_none() {
            let remedy = "write the id of a station of stations.csv";
            source.mistake(offset, format!("`{TABLE}.station` is {text:?}"), remedy);
        }
        id
    });
    let row =
        Hj212Station { allow: networks(&mut fields, source), down_link: fields.boolean(source, "down_link"), line };
    fields.finish(source);
    Some((id?, row))
}
