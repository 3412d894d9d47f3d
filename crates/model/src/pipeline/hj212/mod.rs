//! `[ingest.hj212]`: the gateway that stations dial, and what it says to them by itself.

#[cfg(test)]
mod tests;

use super::fields::{Fields, Source};
use super::hj212_station::{self, Hj212Stations};
use super::network::Network;
use super::per_address::PerAddress;
use super::tls::{self, Tls};
use crate::station::StationId;
use crate::time::Zone;

/// `[ingest.hj212]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hj212 {
    /// Default true.
    pub enabled: bool,
    /// What an unknown MN is answered. Default `silent`.
    pub unknown: UnknownMn,
    /// Length in minutes of the periods that CN 2051 reports, 1 to 30. Default 1.
    pub minute: u8,
    /// Connections at once; more are closed at once. Default 16,384.
    pub connections: usize,
    /// Connections at once from one address. Default 512: the stations of a mobile network may share one, and a county
    /// has fewer.
    pub connections_per_address: PerAddress,
    /// A connection silent for so many minutes is closed. Default 65.
    pub idle_minutes: u64,
    /// A frame that has begun must end within so many seconds. Default 60.
    pub frame_seconds: u64,
    /// Who may connect. Default: everybody.
    pub allow: Vec<Network>,
    /// Zone of the times on the wire, which carry none. Default: the publisher's.
    pub zone: Zone,
    /// Whether stations are sent requests at all. Default true.
    pub down_link: bool,
    /// How long a station may take to answer a request (OverTime of CN 1000). Default 10.
    pub answer_seconds: u64,
    /// How often an unanswered request is sent again (ReCount of CN 1000). Default 3.
    pub resends: u32,
    /// A station whose clock is off by more is told the time; 0 for never. Default 60.
    pub clock_drift_seconds: u64,
    /// So many days back missing data are asked for again; 0 for never. Default 7.
    pub repair_days: u64,
    /// Data count as missing so long after their period has ended and their station has called. Default 20.
    pub repair_after_minutes: u64,
    /// Certificate and key, where the port speaks TLS.
    pub tls: Option<Tls>,
    /// Settings of single stations.
    pub stations: Hj212Stations,
}

/// What a frame of an unknown MN is answered; it is quarantined either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnknownMn {
    /// Nothing: the station keeps the data and tries again.
    #[default]
    Silent,
    /// An acknowledgement.
    Ack,
}

/// Connections at once, unless configured: ten thousand stations, and room for those that call again before their
/// old connection is known to be gone.
const CONNECTIONS: u64 = 16_384;

/// Of one address.
const CONNECTIONS_PER_ADDRESS: u64 = 512;

impl Hj212 {
    /// Whether this station is sent requests.
    pub fn asks(&self, station: &StationId) -> bool {
        self.stations.get(station).down_link.unwrap_or(self.down_link)
    }

    /// Zone of the times that go over the wire to and from a station.
    pub fn zone_of(&self, station: &StationId) -> Zone {
        self.stations.get(station).zone.unwrap_or(self.zone)
    }
}

/// Reads the table; `zone` is the publisher's.
pub(super) fn read(mut table: Fields<'_>, zone: Zone, source: &mut Source<'_>) -> Hj212 {
    let enabled = table.boolean(source, "enabled").unwrap_or(true);
    let unknown = table.parsed(source, "unknown", &["silent", "ack"], |word| match word {
        "silent" => Some(UnknownMn::Silent),
        "ack" => Some(UnknownMn::Ack),
        _ => None,
    });
    let connections = table.integer(source, "connections", 1..=65_536).unwrap_or(CONNECTIONS);
    let per_address = PerAddress::read(&mut table, source, 65_536, CONNECTIONS_PER_ADDRESS, connections);
    let hj212 = Hj212 {
        enabled,
        unknown: unknown.unwrap_or_default(),
        minute: table.integer(source, "minute", 1..=30).unwrap_or(1) as u8,
        connections: connections as usize,
        connections_per_address: per_address,
        idle_minutes: table.integer(source, "idle_minutes", 1..=10_080).unwrap_or(65),
        frame_seconds: table.integer(source, "frame_seconds", 1..=3600).unwrap_or(60),
        allow: networks(&mut table, source),
        zone: super::config::zone_field(&mut table, source).unwrap_or(zone),
        down_link: table.boolean(source, "down_link").unwrap_or(true),
        answer_seconds: table.integer(source, "answer_seconds", 1..=3600).unwrap_or(10),
        resends: table.integer(source, "resends", 0..=99).unwrap_or(3) as u32,
        clock_drift_seconds: table.integer(source, "clock_drift_seconds", 0..=86_400).unwrap_or(60),
        repair_days: table.integer(source, "repair_days", 0..=90).unwrap_or(7),
        repair_after_minutes: table.integer(source, "repair_after_minutes", 0..=1440).unwrap_or(20),
        tls: tls::read(table.table(source, "tls"), source),
        stations: hj212_station::read(table.tables(source, "station"), source),
    };
    table.finish(source);
    hj212
}

/// The list `allow` of a table; empty for everybody.
pub(super) fn networks(table: &mut Fields<'_>, source: &mut Source<'_>) -> Vec<Network> {
    let mut networks = Vec::new();
    for (text, offset) in table.strings(source, "allow", "[\"10.1.0.0/16\"]").unwrap_or_default() {
        match text.parse() {
            Ok(network) => networks.push(network),
            Err(remedy) => {
                source.mistake(offset, format!("`{}` has {text:?}", table.full("allow")), format!("{remedy}"));
            }
        }
    }
    networks
}
