//! Lists of sites, as networks publish them: made into rows of `stations.csv`, for a person to look at and complete.
//!
//! A site that cannot stand in a registry as it is (without coordinates, twice under one id) is left out and told.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use csv::StringRecord;
use limpid_model::{StationId, StationKind};

use super::encoding::Encoding;

/// A list of sites that is known; each is called as the import format of that network's readings is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteList {
    /// China's national air monitoring points.
    CnemcSite,
    /// German air stations.
    Uba,
    /// Barcelona's noise monitors.
    BcnNoise,
}

/// Where a list has what a registry needs.
struct Columns {
    name: &'static str,
    kind: StationKind,
    id: &'static str,
    /// Joined by a space.
    names: &'static [&'static str],
    area: Option<&'static str>,
    lat: &'static str,
    lon: &'static str,
    /// From when to when there is a site.
    life: Option<(&'static str, &'static str)>,
    /// How dates are written.
    dates: &'static str,
}

/// What became of a list.
#[derive(Debug, Default, PartialEq)]
pub struct Sites {
    /// Those that can stand in a registry, in the order of the list.
    pub rows: Vec<Site>,
    /// Lines of the others, from 1, and why each is left out.
    pub left_out: Vec<(u64, String)>,
}

/// A site.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// What the network calls it.
    pub id: StationId,
    /// What it watches.
    pub kind: StationKind,
    /// In the list's language.
    pub name: String,
    /// City or district; may be empty.
    pub area: String,
    /// WGS 84 latitude as written there, degrees north.
    pub lat: f64,
    /// WGS 84 longitude as written there, degrees east.
    pub lon: f64,
    /// Opened.
    pub from: Option<NaiveDate>,
    /// Closed.
    pub to: Option<NaiveDate>,
}

/// Why a list cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The file is another one.
    #[error("there is no column {0:?} in the first line; is it another list?")]
    Column(&'static str),
    /// A line is of no encoding that is known.
    #[error("line {line} is not {encoding}")]
    Encoding {
        /// From 1.
        line: usize,
        /// What the file is otherwise.
        encoding: String,
    },
    /// It is no CSV.
    #[error("the list is not CSV")]
    Csv(#[from] csv::Error),
}

/// No such list.
#[derive(Debug, thiserror::Error)]
#[error("unknown list {0:?}; known are {known}", known = SiteList::ALL.map(|list| list.columns().name).join(", "))]
pub struct UnknownList(String);

impl SiteList {
    /// All that are known.
    pub const ALL: [Self; 3] = [Self::CnemcSite, Self::Uba, Self::BcnNoise];

    fn columns(self) -> Columns {
        match self {
            Self::CnemcSite => Columns {
                name: "cnemc-site",
                kind: StationKind::Air,
                id: "监测点编码",
                names: &["监测点名称"],
                area: Some("城市"),
                lat: "纬度",
                lon: "经度",
                life: None,
                dates: "",
            },
            Self::Uba => Columns {
                name: "uba",
                kind: StationKind::Air,
                id: "station_code",
                names: &["station_name"],
                area: None,
                lat: "station_latitude_d",
                lon: "station_longitude_d",
                life: Some(("station_start_date", "station_end_date")),
                dates: "%Y%m%d",
            },
            Self::BcnNoise => Columns {
                name: "bcn-noise",
                kind: StationKind::Noise,
                id: "Id_Instal",
                names: &["Tipus_Via", "Nom_Carrer", "Num_Carrer"],
                area: Some("Nom_Districte"),
                lat: "Latitud",
                lon: "Longitud",
                life: Some(("Data_Instalacio", "Data_DesInstalacio")),
                dates: "%d/%m/%Y",
            },
        }
    }

    /// Reads a list in UTF-8 or GB 18030.
    ///
    /// # Errors
    /// When it is another list, or none.
    pub fn read(self, bytes: &[u8]) -> Result<Sites, SiteError> {
        let columns = self.columns();
        let text = text_of(bytes)?;
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let header = reader.headers()?.clone();
        let place = |name: &'static str| header.iter().position(|cell| cell == name).ok_or(SiteError::Column(name));
        let places = Places {
            id: place(columns.id)?,
            names: columns.names.iter().map(|name| place(name)).collect::<Result<_, _>>()?,
            area: columns.area.map(place).transpose()?,
            lat: place(columns.lat)?,
            lon: place(columns.lon)?,
            life: columns.life.map(|(from, to)| Ok::<_, SiteError>((place(from)?, place(to)?))).transpose()?,
        };
        let (mut sites, mut ids) = (Sites::default(), HashSet::new());
        for record in reader.records() {
            let record = record?;
            let line = record.position().map_or(0, csv::Position::line);
            let site = places.site(&columns, &record).and_then(|site| {
                let first = ids.insert(site.id.clone());
                if first { Ok(site) } else { Err(format!("{} stands there twice; the first is taken", site.id)) }
            });
            match site {
                Ok(site) => sites.rows.push(site),
                Err(why) => sites.left_out.push((line, why)),
            }
        }
        Ok(sites)
    }
}

impl FromStr for SiteList {
    type Err = UnknownList;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|list| list.columns().name == text).ok_or_else(|| UnknownList(text.to_owned()))
    }
}

impl fmt::Display for SiteList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.columns().name)
    }
}

impl Sites {
    /// The rows as `stations.csv` has them. What the list says in one language stands in both.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn write(&self, to: impl std::io::Write) -> csv::Result<()> {
        let mut writer = csv::Writer::from_writer(to);
        writer.write_record(["id", "kind", "name_zh", "name_en", "lat", "lon", "area", "from", "to"])?;
        for site in &self.rows {
            let date = |date: Option<NaiveDate>| date.map_or_else(String::new, |date| date.to_string());
            let (lat, lon) = (site.lat.to_string(), site.lon.to_string());
            let (id, kind, name) = (site.id.as_str(), site.kind.as_str(), site.name.as_str());
            writer.write_record([id, kind, name, name, &lat, &lon, &site.area, &date(site.from), &date(site.to)])?;
        }
        writer.flush()?;
        Ok(())
    }
}

/// Columns of what a site is made of.
struct Places {
    id: usize,
    names: Vec<usize>,
    area: Option<usize>,
    lat: usize,
    lon: usize,
    life: Option<(usize, usize)>,
}

impl Places {
    fn site(&self, columns: &Columns, record: &StringRecord) -> Result<Site, String> {
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let id =
            StationId::parse(cell(self.id)).ok_or_else(|| format!("{:?} cannot be a station's id", cell(self.id)))?;
        let name = self.names.iter().map(|at| cell(*at)).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(format!("{id} has no name"));
        }
        let number = |at: usize, most: f64| cell(at).parse::<f64>().ok().filter(|degrees| degrees.abs() <= most);
        // 0, 0 lies in the sea: it is written for what is not known.
        let coordinates = number(self.lat, 90.0).zip(number(self.lon, 180.0)).filter(|found| *found != (0.0, 0.0));
        let (lat, lon) = coordinates.ok_or_else(|| format!("{id} ({name}) has no coordinates"))?;
        let date = |at: usize| match cell(at) {
            "" => Ok(None),
            text => match NaiveDate::parse_from_str(text, columns.dates) {
                Ok(date) => Ok(Some(date)),
                Err(_) => Err(format!("{id} has {text:?} for a date")),
            },
        };
        let (from, to) = match self.life {
            None => (None, None),
            Some((from, to)) => (date(from)?, date(to)?),
        };
        let area = self.area.map_or_else(String::new, |at| cell(at).to_owned());
        Ok(Site { id, kind: columns.kind, name, area, lat, lon, from, to })
    }
}

fn text_of(bytes: &[u8]) -> Result<String, SiteError> {
    let mut encoding = Encoding::guess(bytes);
    let mut text = String::with_capacity(bytes.len());
    for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        match encoding.decode(line) {
            Some(line) => text.push_str(&line),
            None => return Err(SiteError::Encoding { line: at + 1, encoding: encoding.to_string() }),
        }
    }
    Ok(text)
}
