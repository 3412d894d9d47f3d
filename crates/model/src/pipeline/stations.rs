//! `stations.csv`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate};

use super::episodes::Episodes;
use super::mistake::{Mistakes, list, nearest};
use super::validation::SetLimit;
use crate::parameter::ParameterId;
use crate::station::{Body, Episode, HourLabel, Station, StationId, StationKind};
use crate::text::Text;
use crate::time::{Instant, Zone};
use crate::unit::Unit;

const FILE: &str = "stations.csv";
const REQUIRED: [&str; 6] = ["id", "kind", "name_zh", "name_en", "lat", "lon"];
const OPTIONAL: [&str; 16] = [
    "area",
    "mn",
    "password",
    "parameters",
    "exempt",
    "units",
    "hour_label",
    "class",
    "body",
    "altitude",
    "drinking",
    "drawn",
    "from",
    "to",
    "successor_of",
    "simulated",
];

/// The registry: stations in the order of the file, found by id, MN or name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stations {
    rows: Vec<Arc<Station>>,
    by_id: HashMap<StationId, usize>,
    by_mn: HashMap<String, usize>,
    episodes: Episodes,
}

impl Stations {
    /// Every station, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Station> {
        self.shared().map(Arc::as_ref)
    }

    /// The same, for whoever keeps some of them.
    pub fn shared(&self) -> impl Iterator<Item = &Arc<Station>> {
        self.rows.iter()
    }

    /// The station with this id.
    pub fn get(&self, id: &StationId) -> Option<&Station> {
        self.by_id.get(id).map(|row| &*self.rows[*row])
    }

    /// The station with this id, from outside.
    pub fn get_str(&self, id: &str) -> Option<&Station> {
        self.get(&StationId::parse(id)?)
    }

    /// The station that sends under this MN.
    pub fn by_mn(&self, mn: &str) -> Option<&Station> {
        self.by_mn.get(mn).map(|row| &*self.rows[*row])
    }

    /// The station with this id or, failing that, with this name in any language.
    pub fn by_id_or_name(&self, text: &str) -> Option<&Station> {
        self.get_str(text).or_else(|| self.iter().find(|row| row.name.iter().any(|(_, name)| name == text)))
    }

    /// Gives each station the thresholds that are set for it.
    pub(super) fn set_limits(&mut self, limits: &[SetLimit]) {
        for station in &mut self.rows {
            let limits = SetLimit::of_station(limits, &station.id);
            Arc::make_mut(station).limits = limits;
        }
    }

    /// The dated stretches of a station's life, the oldest first; at least one. What `episodes.csv` does not say is as
    /// the registry has it now.
    pub fn episodes(&self, station: &Station) -> Vec<Episode> {
        let now = Episode::of(station);
        let mut episodes: Vec<Episode> = Vec::new();
        for (_, row) in self.episodes.get(&station.id).into_iter().flatten() {
            if episodes.is_empty() && now.from != row.from {
                episodes.push(now.clone());
            }
            let mut row = row.clone();
            if let Some(last) = episodes.last_mut() {
                last.to = row.from;
                if row.instrument.is_empty() {
                    row.instrument.clone_from(&last.instrument);
                }
            }
            episodes.push(row);
        }
        match episodes.last_mut() {
            Some(last) => last.to = station.to,
            None => episodes.push(now),
        }
        episodes
    }

    /// The same registry with what `episodes.csv` says.
    pub(super) fn with_episodes(self, episodes: Episodes) -> Self {
        Self { episodes, ..self }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Reads the registry; mistakes are added, and a row that has one is left out.
pub(super) fn parse(text: &str, zone: Zone, mistakes: &mut Mistakes) -> Stations {
    let mut stations = Stations::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).comment(Some(b'#')).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            mistakes.add(FILE, 1, error.to_string(), "write the file as UTF-8 CSV with a header row");
            return stations;
        }
    };
    if !check_header(&header, mistakes) {
        return stations;
    }
    let columns: HashMap<&str, usize> = header.iter().enumerate().map(|(at, name)| (name, at)).collect();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(1, |position| position.line() as usize);
                if record.len() != header.len() {
                    let what = format!("{} fields where the header has {}", record.len(), header.len());
                    mistakes.add(FILE, line, what, "write one field per column, commas in quotes");
                    continue;
                }
                let mut row = Row { record: &record, columns: &columns, line, zone, mistakes };
                if let Some(station) = row.station() {
                    stations.add(station, mistakes);
                }
            }
            Err(error) => {
                let line = error.position().map_or(1, |position| position.line() as usize);
                mistakes.add(FILE, line, error.to_string(), "write the row as UTF-8 CSV");
            }
        }
    }
    for row in &stations.rows {
        if let Some(earlier) = row.successor_of.as_ref().filter(|id| !stations.by_id.contains_key(id)) {
            let what = format!("`successor_of` names {earlier:?}, which is not in the registry");
            mistakes.add(FILE, row.line, what, "write the id of another row, or leave it empty");
        }
    }
    stations
}

fn check_header(header: &csv::StringRecord, mistakes: &mut Mistakes) -> bool {
    let mut complete = true;
    for required in REQUIRED {
        if !header.iter().any(|name| name == required) {
            complete = false;
            mistakes.add(
                FILE,
                1,
                format!("column `{required}` is missing"),
                format!("write the columns {}", REQUIRED.join(",")),
            );
        }
    }
    for name in header {
        if !REQUIRED.contains(&name) && !OPTIONAL.contains(&name) {
            let known = REQUIRED.iter().chain(&OPTIONAL).copied();
            let remedy = match nearest(name, known.clone()) {
                Some(word) => format!("did you mean `{word}`?"),
                None => format!("known columns are: {}", list(known)),
            };
            mistakes.add(FILE, 1, format!("unknown column `{name}`"), remedy);
        }
    }
    complete
}

impl Stations {
    fn add(&mut self, station: Station, mistakes: &mut Mistakes) {
        let at = self.rows.len();
        if let Some(earlier) = self.by_id.get(&station.id) {
            let what = format!("station {:?} stands on line {} too", station.id.as_str(), self.rows[*earlier].line);
            mistakes.add(FILE, station.line, what, "give each station an id of its own; ids are never reused");
            return;
        }
        for mn in &station.mn {
            if let Some(earlier) = self.by_mn.insert(mn.clone(), at) {
                let what = format!("MN {mn:?} stands on line {} too", self.rows[earlier].line);
                mistakes.add(FILE, station.line, what, "give each MN to one station");
            }
        }
        self.by_id.insert(station.id.clone(), at);
        self.rows.push(Arc::new(station));
    }
}

struct Row<'a> {
    record: &'a csv::StringRecord,
    columns: &'a HashMap<&'a str, usize>,
    line: usize,
    zone: Zone,
    mistakes: &'a mut Mistakes,
}

impl Row<'_> {
    fn get(&self, column: &str) -> &str {
        self.columns.get(column).and_then(|at| self.record.get(*at)).unwrap_or("")
    }

    fn wrong(&mut self, column: &str, remedy: impl Into<String>) {
        let what = format!("`{column}` is {:?}", self.get(column));
        self.mistakes.add(FILE, self.line, what, remedy);
    }

    /// The parsed field, or a mistake and `None`.
    fn need<T>(&mut self, column: &str, remedy: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let parsed = parse(self.get(column));
        if parsed.is_none() {
            self.wrong(column, remedy);
        }
        parsed
    }

    /// `None` for an empty field; a mistake for one that does not parse.
    fn may<T>(&mut self, column: &str, remedy: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        if self.get(column).is_empty() { None } else { self.need(column, remedy, parse) }
    }

    fn station(&mut self) -> Option<Station> {
        let before = self.mistakes.0.len();
        let id = self.need("id", "write 1 to 64 of A-Z a-z 0-9 _ - .", StationId::parse);
        let kinds = StationKind::ALL.map(StationKind::as_str).join(", ");
        let kind = self.need("kind", &format!("write one of: {kinds}"), |text| text.parse().ok());
        let lat = self.need("lat", "write degrees north from -90 to 90", |text| degrees(text, 90.0));
        let lon = self.need("lon", "write degrees east from -180 to 180", |text| degrees(text, 180.0));
        for column in ["name_zh", "name_en"] {
            if self.get(column).is_empty() {
                self.wrong(column, "write the station's name");
            }
        }
        let parameters = self.parameters("parameters");
        let exempt = self.parameters("exempt");
        let units = self.units();
        let hour_label = self.may("hour_label", "write start or end", |text| match text {
            "start" => Some(HourLabel::Start),
            "end" => Some(HourLabel::End),
            _ => None,
        });
        let zone = self.zone;
        let moment = |text: &str| instant(text, zone);
        let from = self.may("from", "write a date, 2026-01-01, or a time with offset", moment);
        let to = self.may("to", "write a date, 2026-01-01, or a time with offset", moment);
        let successor_of = self.may("successor_of", "write the id of another station", StationId::parse);
        let body = self.may("body", "write river, lake or groundwater", Body::parse);
        let altitude = self.may("altitude", "write metres above the sea from -500 to 9000", |text| {
            text.parse().ok().filter(|metres| (-500.0..=9000.0).contains(metres))
        });
        let drinking = self.may("drinking", "write true or false", |text| text.parse().ok());
        let drawn = self.may("drawn", "write the cubic metres that the source gives in a month", |text| {
            text.parse().ok().filter(|volume: &f64| volume.is_finite() && *volume >= 0.0)
        });
        let simulated = self.may("simulated", "write true or false", |text| text.parse().ok());
        if self.mistakes.0.len() > before {
            return None;
        }
        Some(Station {
            id: id?,
            kind: kind?,
            name: Text::zh_en(self.get("name_zh"), self.get("name_en")),
            lat: lat?,
            lon: lon?,
            area: self.get("area").to_owned(),
            mn: self.get("mn").split_whitespace().map(str::to_owned).collect(),
            password: self.get("password").to_owned(),
            parameters,
            exempt,
            units,
            hour_label: hour_label.unwrap_or_default(),
            class: self.get("class").to_owned(),
            body: body.unwrap_or_default(),
            altitude,
            drinking: drinking.unwrap_or(false),
            drawn,
            from,
            to,
            successor_of,
            simulated: simulated.unwrap_or(false),
            limits: Vec::new(),
            line: self.line,
        })
    }

    fn parameters(&mut self, column: &str) -> Vec<ParameterId> {
        let words: Vec<String> = self.get(column).split_whitespace().map(str::to_owned).collect();
        let mut parameters = Vec::new();
        for word in words {
            match ParameterId::parse(&word) {
                Some(parameter) => parameters.push(parameter),
                None => {
                    let known: Vec<&str> = ParameterId::all().map(ParameterId::as_str).collect();
                    let remedy = match nearest(&word, known.iter().copied()) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => format!("known are: {}", list(known)),
                    };
                    self.mistakes.add(FILE, self.line, format!("`{column}` has unknown parameter {word:?}"), remedy);
                }
            }
        }
        parameters
    }

    fn units(&mut self) -> BTreeMap<ParameterId, Unit> {
        let words: Vec<String> = self.get("units").split_whitespace().map(str::to_owned).collect();
        let mut units = BTreeMap::new();
        for word in words {
            let parsed = word.split_once('=').and_then(|(parameter, unit)| {
                let (parameter, unit) = (ParameterId::parse(parameter)?, Unit::parse(unit)?);
                unit.convert(1.0, parameter.unit(), parameter).map(|_| (parameter, unit))
            });
            match parsed {
                Some((parameter, unit)) => {
                    units.insert(parameter, unit);
                }
                None => {
                    let what = format!("`units` has {word:?}");
                    let remedy = "write parameter=unit with a unit that can be converted, such as co=ppm";
                    self.mistakes.add(FILE, self.line, what, remedy);
                }
            }
        }
        units
    }
}

fn degrees(text: &str, limit: f64) -> Option<f64> {
    text.parse().ok().filter(|degrees: &f64| degrees.abs() <= limit)
}

/// A date in the authority's calendar, or an instant with an offset.
pub(super) fn instant(text: &str, zone: Zone) -> Option<Instant> {
    let date = text.parse::<NaiveDate>().map(|date| zone.start_of(date));
    date.ok().or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Stations, Vec<String>) {
        let mut mistakes = Mistakes::default();
        let stations = parse(text, Zone::parse("Asia/Shanghai").unwrap(), &mut mistakes);
        (stations, mistakes.0.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn columns_come_in_any_order_and_optional_ones_are_read() {
        let (stations, mistakes) = read(
            "\u{feff}lon,lat,name_en,name_zh,kind,id,mn,units,hour_label,parameters,from,simulated\n\
             104.9,28.5,\"One, north\",一号站,air,S1,MN1 MN2,co=ppm no2=ppb,end,pm25 co,2026-03-01,true\n",
        );
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let station = stations.by_mn("MN2").unwrap();
        assert_eq!((station.id.as_str(), station.hour_label, station.simulated), ("S1", HourLabel::End, true));
        assert_eq!(station.wire_unit(ParameterId::known("co")).as_str(), "ppm");
        assert_eq!(station.wire_unit(ParameterId::known("so2")).as_str(), "ug/m3");
        assert_eq!(station.from, Some("2026-02-28T16:00:00Z".parse().unwrap()));
        assert_eq!(stations.by_id_or_name("一号站").unwrap().id.as_str(), "S1");
    }

    #[test]
    fn each_mistake_has_its_line() {
        let (stations, mistakes) = read(
            "id,kind,name_zh,name_en,lat,lon,mn,units,clas\n\
             S1,air,一,One,28.5,104.9,M1,,\n\
             S1,air,一,One,28.5,104.9,,,\n\
             S 2,air,一,One,28.5,104.9,,,\n\
             S3,sky,一,One,28.5,104.9,,,\n\
             S4,air,一,One,128.5,104.9,M1,,\n\
             S5,air,一,One,28.5,104.9,M1,pm25=ppb,\n\
             S6,air,一\n\
             S7,air,一,One,28.5,104.9,M1,,\n",
        );
        assert_eq!(stations.len(), 2);
        for (line, words) in [
            (1, "did you mean `class`?"),
            (3, "stands on line 2 too"),
            (4, "`id` is \"S 2\""),
            (5, "air, water, noise"),
            (6, "-90 to 90"),
            (7, "can be converted"),
            (8, "3 fields where the header has 9"),
            (9, "MN \"M1\" stands on line 2 too"),
        ] {
            let place = format!("stations.csv:{line}:");
            assert!(
                mistakes.iter().any(|m| m.starts_with(&place) && m.contains(words)),
                "{place} {words} in {mistakes:#?}"
            );
        }
    }

    #[test]
    fn an_empty_file_is_a_mistake_and_not_a_crash() {
        assert_eq!(read("").1.len(), REQUIRED.len());
        assert!(read("id,kind,name_zh,name_en,lat,lon\n").1.is_empty());
    }
}
