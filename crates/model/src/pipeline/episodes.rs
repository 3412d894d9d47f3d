//! `episodes.csv`: what has changed at stations since they were opened. The file is optional; `stations.csv` says how
//! stations are now, and ids never change.

use std::collections::HashMap;

use super::mistake::{Mistakes, list, nearest};
use super::stations::{Stations, instant};
use crate::station::{Change, Episode, StationId};
use crate::text::Text;
use crate::time::Zone;

const FILE: &str = "episodes.csv";
const REQUIRED: [&str; 3] = ["station", "from", "what"];
const OPTIONAL: [&str; 6] = ["lat", "lon", "name_zh", "name_en", "instrument", "note"];

/// Reads the file into the registry; mistakes are added.
pub(super) fn parse(text: &str, zone: Zone, stations: &Stations, mistakes: &mut Mistakes) -> Episodes {
    let mut episodes = Episodes::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            mistakes.add(FILE, 1, error.to_string(), "write the file as UTF-8 CSV with a header row");
            return episodes;
        }
    };
    if !known(&header, mistakes) {
        return episodes;
    }
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(1, |position| position.line() as usize);
                mistakes.add(FILE, line, error.to_string(), "write one field per column, commas in quotes");
                continue;
            }
        };
        let line = record.position().map_or(1, |position| position.line() as usize);
        let row = Row { record: &record, header: &header, line };
        if let Some((id, episode)) = row.read(zone, stations, mistakes) {
            episodes.entry(id).or_default().push((line, episode));
        }
    }
    for rows in episodes.values_mut() {
        rows.sort_by_key(|(_, episode)| episode.from);
        for pair in rows.windows(2) {
            if pair[0].1.from == pair[1].1.from {
                let what = format!("the station has another episode from the same time on line {}", pair[0].0);
                mistakes.add(FILE, pair[1].0, what, "write one row for each time");
            }
        }
    }
    episodes
}

/// The rows of each station with their lines, as they are written, in the order of time.
pub(super) type Episodes = HashMap<StationId, Vec<(usize, Episode)>>;

fn known(header: &csv::StringRecord, mistakes: &mut Mistakes) -> bool {
    let mut complete = true;
    for required in REQUIRED.iter().filter(|required| !header.iter().any(|name| name == **required)) {
        complete = false;
        let remedy = format!("write the columns {}", REQUIRED.join(","));
        mistakes.add(FILE, 1, format!("column `{required}` is missing"), remedy);
    }
    for name in header.iter().filter(|name| !REQUIRED.contains(name) && !OPTIONAL.contains(name)) {
        let known = REQUIRED.iter().chain(&OPTIONAL).copied();
        let remedy = match nearest(name, known.clone()) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("known columns are: {}", list(known)),
        };
        mistakes.add(FILE, 1, format!("unknown column `{name}`"), remedy);
    }
    complete
}

struct Row<'a> {
    record: &'a csv::StringRecord,
    header: &'a csv::StringRecord,
    line: usize,
}

impl Row<'_> {
    fn get(&self, column: &str) -> &str {
        self.header.iter().position(|name| name == column).and_then(|at| self.record.get(at)).unwrap_or("")
    }

    fn read(&self, zone: Zone, stations: &Stations, mistakes: &mut Mistakes) -> Option<(StationId, Episode)> {
        let before = mistakes.0.len();
        let mut wrong = |column: &str, remedy: &str| {
            mistakes.add(FILE, self.line, format!("`{column}` is {:?}", self.get(column)), remedy);
        };
        let station = stations.get_str(self.get("station"));
        if station.is_none() {
            wrong("station", "write the id of a station of stations.csv");
        }
        let from = instant(self.get("from"), zone);
        if from.is_none() {
            wrong("from", "write a date, 2026-01-01, or a time with offset");
        }
        let what = Change::ALL.into_iter().find(|what| what.as_str() == self.get("what"));
        if what.is_none() {
            let words = Change::ALL.map(Change::as_str).join(", ");
            wrong("what", &format!("write one of: {words}"));
        }
        let mut degrees = |column: &str, limit: f64| {
            let text = self.get(column);
            let degrees = text.parse().ok().filter(|degrees: &f64| degrees.abs() <= limit);
            if degrees.is_none() && !text.is_empty() {
                wrong(column, &format!("write degrees from -{limit} to {limit}, or leave it empty"));
            }
            degrees
        };
        let (lat, lon) = (degrees("lat", 90.0), degrees("lon", 180.0));
        if lat.is_some() != lon.is_some() {
            wrong(if lat.is_none() { "lat" } else { "lon" }, "write both lat and lon, or neither");
        }
        if mistakes.0.len() > before {
            return None;
        }
        let station = station?;
        let name = |column: &str, now: &str| {
            let text = self.get(column);
            if text.is_empty() { now.to_owned() } else { text.to_owned() }
        };
        let episode = Episode {
            from,
            to: None,
            what,
            name: Text::zh_en(name("name_zh", station.name.get("zh")), name("name_en", station.name.get("en"))),
            lat: lat.unwrap_or(station.lat),
            lon: lon.unwrap_or(station.lon),
            instrument: self.get("instrument").to_owned(),
            note: self.get("note").to_owned(),
        };
        Some((station.id.clone(), episode))
    }
}

#[cfg(test)]
mod tests {
    use crate::pipeline::{Files, Pipeline};

    const PIPELINE: &str = "[publisher]\nid = \"t\"\nname = \"t\"\nzone = \"Asia/Shanghai\"\n";
    const STATIONS: &str = "id,kind,name_zh,name_en,lat,lon,from,to\n\
        S1,air,一号站,Station One,28.5,104.9,2015-01-01,2026-07-01\nS2,air,二,Two,28.6,104.8,,\n";

    fn read(episodes: &str) -> Result<Pipeline, String> {
        let files = Files { pipeline: PIPELINE.into(), stations: STATIONS.into() };
        Pipeline::parse(&files).unwrap().with_episodes(episodes).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn a_station_without_rows_is_one_episode() {
        let pipeline = read("station,from,what\n").unwrap();
        let station = pipeline.stations.get_str("S1").unwrap();
        let episodes = pipeline.stations.episodes(station);
        assert_eq!(episodes.len(), 1);
        assert_eq!((episodes[0].from, episodes[0].to, episodes[0].lat), (station.from, station.to, 28.5));
    }

    #[test]
    fn rows_divide_the_life_of_a_station() {
        // Out of order; what a row leaves open is as in stations.csv.
        let pipeline = read(
            "station,from,what,lat,lon,name_en,instrument,note\n\
             S1,2020-03-01,moved,,,,,\"to the school, 900 m east\"\n\
             S1,2015-01-01,opened,28.4,104.8,Old Mill,BAM 1020,\n\
             S1,2023-05-01T08:00:00+08:00,instrument,,,,T640,\n",
        )
        .unwrap();
        let episodes = pipeline.stations.episodes(pipeline.stations.get_str("S1").unwrap());
        let lines: Vec<String> = episodes
            .iter()
            .map(|one| {
                let day = |at: Option<crate::Instant>| at.map_or("…".into(), |at| at.format("%Y-%m-%d").to_string());
                let what = one.what.map_or("", crate::station::Change::as_str);
                format!(
                    "{} {} {what} {} {} {}",
                    day(one.from),
                    day(one.to),
                    one.lat,
                    one.name.get("en"),
                    one.instrument
                )
            })
            .collect();
        let expected = [
            "2014-12-31 2020-02-29 opened 28.4 Old Mill BAM 1020",
            "2020-02-29 2023-05-01 moved 28.5 Station One BAM 1020",
            "2023-05-01 2026-06-30 instrument 28.5 Station One T640",
        ];
        assert_eq!(lines, expected);
        assert_eq!(episodes[1].note, "to the school, 900 m east");
    }

    #[test]
    fn the_time_before_the_first_row_is_an_episode_too() {
        let pipeline = read("station,from,what\nS1,2020-03-01,renamed\nS2,2020-03-01,instrument\n").unwrap();
        for id in ["S1", "S2"] {
            let station = pipeline.stations.get_str(id).unwrap();
            let episodes = pipeline.stations.episodes(station);
            assert_eq!(episodes.len(), 2);
            assert_eq!((episodes[0].from, episodes[0].what), (station.from, None));
            assert_eq!(episodes[0].to, episodes[1].from);
        }
    }

    #[test]
    fn each_mistake_has_its_line() {
        for (text, words) in [
            ("station,from\n", "episodes.csv:1: column `what` is missing"),
            ("station,from,what,latt\n", "episodes.csv:1: unknown column `latt`; did you mean `lat`?"),
            ("station,from,what\nS9,2020-01-01,moved\n", "episodes.csv:2: `station` is \"S9\""),
            ("station,from,what\nS1,1 May,moved\n", "episodes.csv:2: `from` is \"1 May\""),
            ("station,from,what\nS1,2020-01-01,move\n", "write one of: opened, moved"),
            ("station,from,what,lat,lon\nS1,2020-01-01,moved,91,1\n", "episodes.csv:2: `lat` is \"91\""),
            ("station,from,what,lat,lon\nS1,2020-01-01,moved,9,\n", "write both lat and lon"),
            (
                "station,from,what\nS1,2020-01-01,moved\nS1,2020-01-01,renamed\n",
                "episodes.csv:3: the station has another",
            ),
            ("station,from,what\nS1,2020-01-01\n", "episodes.csv:2:"),
        ] {
            let mistakes = read(text).unwrap_err();
            assert!(mistakes.contains(words), "{text}: {mistakes}");
        }
    }
}
