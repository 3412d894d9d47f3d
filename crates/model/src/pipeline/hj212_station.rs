//! `[[ingest.hj212.station]]`: what is particular to one station on the HJ 212 wire.

use std::collections::BTreeMap;

use super::fields::{Fields, Source};
use super::hj212::networks;
use super::mistake::Mistakes;
use super::network::Network;
use super::stations::Stations;
use crate::station::StationId;
use crate::time::Zone;
use crate::unit::Unit;

const TABLE: &str = "ingest.hj212.station";

/// What is configured for one station; the default is that of every station without a section.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hj212Station {
    /// From where its frames are believed. Default: from everywhere.
    pub allow: Vec<Network>,
    /// Whether it is sent requests. Default: as `ingest.hj212.down_link`.
    pub down_link: Option<bool>,
    /// A check that is taken beside the standard's. Default `hj`: none.
    pub crc: Crc,
    /// How its texts are written. Default `auto`.
    pub encoding: Encoding,
    /// The edition that it is judged by. Default: the one that Flag names, 2017 in case of doubt.
    pub edition: Option<Edition>,
    /// Zone of its times. Default: that of the gateway.
    pub zone: Option<Zone>,
    /// Whether a frame that breaks the standard is rejected instead of taken. Default false.
    pub strict: bool,
    /// Unit on the wire by factor code; goes before `units` of `stations.csv`, which are by parameter.
    pub units: BTreeMap<String, Unit>,
    /// Line in `pipeline.toml`, counted from 1; 0 where the station has no section.
    pub line: usize,
}

/// Which check a station's frames have. The standard's is taken of every station: a device that was mended needs no
/// change here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Crc {
    /// That of HJ 212, annex A.
    #[default]
    Hj,
    /// CRC-16/MODBUS, high byte first.
    Modbus,
    /// CRC-16/MODBUS, low byte first.
    ModbusSwapped,
    /// Anything: four hex digits where the length points.
    Off,
}

/// How a station writes what is not ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8, and GB 18030 where it is not UTF-8.
    #[default]
    Auto,
    /// UTF-8; bytes that are not are replaced.
    Utf8,
    /// GB 18030, even where the bytes could be UTF-8.
    Gb18030,
}

/// An edition of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edition {
    /// HJ/T 212-2005.
    E2005,
    /// HJ 212-2017.
    E2017,
    /// HJ 212-2025.
    E2025,
}

impl Edition {
    /// All of them, the oldest first.
    pub const ALL: [Self; 3] = [Self::E2005, Self::E2017, Self::E2025];

    /// The year, as configuration and tables spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::E2005 => "2005",
            Self::E2017 => "2017",
            Self::E2025 => "2025",
        }
    }
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
            source.mistake(
                offset,
                format!("`{TABLE}.station` is {text:?}"),
                "write the id of a station of stations.csv",
            );
        }
        id
    });
    let allow = networks(&mut fields, source);
    let down_link = fields.boolean(source, "down_link");
    let crc = fields.parsed(source, "crc", &["hj", "modbus", "modbus-swapped", "off"], |word| match word {
        "hj" => Some(Crc::Hj),
        "modbus" => Some(Crc::Modbus),
        "modbus-swapped" => Some(Crc::ModbusSwapped),
        "off" => Some(Crc::Off),
        _ => None,
    });
    let encoding = fields.parsed(source, "encoding", &["auto", "utf-8", "gb18030"], |word| match word {
        "auto" => Some(Encoding::Auto),
        "utf-8" => Some(Encoding::Utf8),
        "gb18030" => Some(Encoding::Gb18030),
        _ => None,
    });
    let edition = fields.parsed(source, "edition", &["auto", "2005", "2017", "2025"], |word| match word {
        "auto" => Some(None),
        year => Edition::ALL.into_iter().find(|edition| edition.as_str() == year).map(Some),
    });
    let zone = super::config::zone_field(&mut fields, source);
    let strict = fields.boolean(source, "strict");
    let mut units = BTreeMap::new();
    for (code, text, offset) in fields.words(source, "units", "{ a05024 = \"mg/m3\" }") {
        match Unit::parse(&text) {
            Some(unit) => _ = units.insert(code, unit),
            None => {
                let what = format!("`{TABLE}.units.{code}` is {text:?}");
                source.mistake(offset, what, "write a unit of data/units.csv, such as \"ug/m3\" or \"mg/L\"");
            }
        }
    }
    fields.finish(source);
    let row = Hj212Station {
        allow,
        down_link,
        crc: crc.unwrap_or_default(),
        encoding: encoding.unwrap_or_default(),
        edition: edition.flatten(),
        zone,
        strict: strict.unwrap_or(false),
        units,
        line,
    };
    Some((id?, row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::{Files, Pipeline};

    const STATIONS: &str = "id,kind,name_zh,name_en,lat,lon\nS1,air,一,One,28.5,104.9\nS2,air,二,Two,28.5,104.9\n";

    fn parse(sections: &str) -> Result<Pipeline, Mistakes> {
        let head = "[publisher]\nid = \"t\"\nname = \"T\"\nzone = \"Asia/Shanghai\"\n";
        Pipeline::parse(&Files { pipeline: format!("{head}{sections}"), stations: STATIONS.into() })
    }

    #[test]
    fn a_section_is_of_its_station_only() {
        let pipeline = parse(
            "[[ingest.hj212.station]]\nstation = \"S1\"\ncrc = \"modbus-swapped\"\nencoding = \"gb18030\"\n\
             edition = \"2005\"\nzone = \"UTC\"\nstrict = true\nunits = { \"011\" = \"ug/L\", a05024 = \"mg/m3\" }\n\
             [[ingest.hj212.station]]\nstation = \"S2\"\nedition = \"auto\"\n",
        )
        .unwrap();
        let of = |id: &str| pipeline.ingest.hj212.stations.get(&StationId::parse(id).unwrap());
        let first = of("S1");
        assert_eq!(
            (first.crc, first.encoding, first.edition),
            (Crc::ModbusSwapped, Encoding::Gb18030, Some(Edition::E2005))
        );
        assert_eq!((first.zone, first.strict), (Zone::parse("UTC"), true));
        let units: Vec<_> = first.units.iter().map(|(code, unit)| (code.as_str(), unit.as_str())).collect();
        assert_eq!(units, [("011", "ug/L"), ("a05024", "mg/m3")]);
        assert_eq!(*of("S2"), Hj212Station { line: 14, ..Hj212Station::default() });
        assert_eq!(*of("S3"), Hj212Station::default());
    }

    #[test]
    fn each_mistake_has_its_line() {
        let mistakes = parse(
            "[[ingest.hj212.station]]\nstation = \"S1\"\ncrc = \"modbuss\"\nedition = \"2018\"\nunits = { a = \"ugg\", b = 1 }\n\
             [[ingest.hj212.station]]\nstation = \"S1\"\nencodin = \"auto\"\n\
             [[ingest.hj212.station]]\ncrc = \"off\"\n\
             [[ingest.hj212.station]]\nstation = \"S9\"\nzone = \"Mars\"\n",
        )
        .unwrap_err();
        let found: Vec<String> = mistakes.0.iter().map(ToString::to_string).collect();
        for (line, words) in [
            (7, "did you mean \"modbus\"?"),
            (8, "auto, 2005, 2017, 2025"),
            (9, "units.a` is \"ugg\""),
            (9, "units` is integer for \"b\""),
            (11, "stands on line 6 too"),
            (12, "did you mean `encoding`?"),
            (13, "`ingest.hj212.station.station` is missing"),
            (16, "unknown station \"S9\""),
            (17, "IANA zone"),
        ] {
            let place = format!("pipeline.toml:{line}:");
            assert!(found.iter().any(|m| m.starts_with(&place) && m.contains(words)), "{place} {words} in {found:#?}");
        }
        assert_eq!(found.len(), 9, "{found:#?}");
    }
}
