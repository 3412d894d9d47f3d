//! The tables of HJ 212: what each command is and how it is answered, and what each factor code means.

mod standard;

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use limpid_model::pipeline::Edition;
use limpid_model::{ParameterId, Period, StationEventKind, StationKind, Unit};
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use standard::{is_data_flag, is_system, printed};

/// Parameter of a sound level over the day's hours, whatever the code.
pub const DAY_LEVEL: &str = "ld";
/// What the flow of waste water accumulated to in a period (`-Cou`), in m3 (HJ 212-2017 and HJ/T 212-2005, annex B).
pub const VOLUME: &str = "water_volume";
/// The codes of that flow, of 2017 and of 2005.
pub const WATER_FLOW: [&str; 2] = ["w00000", "B01"];

/// Parameter of a sound level over the night's hours.
pub const NIGHT_LEVEL: &str = "ln";

/// The answer to data (HJ 212-2017 §6.6), and to commands that the table does not know: they are kept like data, and
/// a station that is not answered would send them for ever.
pub const DATA_ANSWER: &str = "9014";

/// A row of `data/hj212/commands.csv`.
#[derive(Debug, Deserialize)]
pub struct Command {
    /// The code, CN.
    pub cn: String,
    /// Who sends it.
    pub direction: Direction,
    /// CN of the answer where the sender asks for one.
    pub answer: Option<String>,
    /// `PT0S`, `sample`, `minutes`, `PT5M`, `PT1H` or `P1D` where it brings readings.
    period: Option<String>,
    /// What it tells where it brings none.
    pub event: Option<StationEventKind>,
    /// What it is.
    pub meaning: String,
    /// Counts frames of it, once a recorder of metrics is there.
    #[serde(skip)]
    pub frames: OnceLock<metrics::Counter>,
}

/// Who sends a command, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// A station brings data.
    Upload,
    /// A station tells something.
    Notice,
    /// A platform wants something of a station.
    Request,
    /// The end of an interaction.
    Answer,
}

impl Command {
    /// The period of the readings it brings, where minute data are means over `minute` minutes.
    pub fn period(&self, minute: u8) -> Option<Period> {
        match self.period.as_deref()? {
            "minutes" => Some(Period::Minutes(minute)),
            "sample" => Some(Period::Moment),
            period => period.parse().ok(),
        }
    }

    /// Whether its readings are of the moments at which samples were taken, each with its own.
    pub fn sampled(&self) -> bool {
        self.period.as_deref() == Some("sample")
    }
}

/// A row of `data/hj212/factors.csv`.
#[derive(Debug, Deserialize)]
pub struct Factor {
    code: String,
    kinds: String,
    /// What the code means.
    pub parameter: ParameterId,
    unit: Option<Unit>,
    below: Option<f64>,
    below_unit: Option<Unit>,
    edition: String,
    status: Status,
}

/// Where a factor code is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    /// The standard's table.
    Printed,
    /// Real stations.
    Practice,
    /// Memory of real stations.
    Recalled,
}

impl Factor {
    /// Whether the standard's table has the code.
    pub fn printed(&self) -> bool {
        self.status == Status::Printed
    }

    /// Whether the edition has the code. That of 2025 is taken to have those of 2017.
    pub fn is_of(&self, edition: Edition) -> bool {
        let edition = if edition == Edition::E2025 { Edition::E2017 } else { edition };
        self.edition.split(' ').any(|one| one == edition.as_str())
    }

    /// The unit of `value` on the wire; `None` for what the station's configuration says.
    pub fn unit(&self, value: f64) -> Option<Unit> {
        match self.below {
            Some(below) if value < below => self.below_unit,
            _ => self.unit,
        }
    }
}

static COMMANDS: LazyLock<HashMap<String, Command>> = LazyLock::new(|| {
    let rows: Vec<Command> = rows("commands.csv", include_str!("../../../../../../data/hj212/commands.csv"));
    rows.into_iter().map(|row| (row.cn.clone(), row)).collect()
});

static FACTORS: LazyLock<Vec<Factor>> =
    LazyLock::new(|| rows("factors.csv", include_str!("../../../../../../data/hj212/factors.csv")));

/// Rows of [`FACTORS`] by kind of station and code; several where editions differ.
static BY_CODE: LazyLock<HashMap<StationKind, HashMap<&'static str, Vec<&'static Factor>>>> = LazyLock::new(|| {
    let mut by_kind: HashMap<_, HashMap<_, Vec<_>>> = HashMap::new();
    for row in FACTORS.iter() {
        for kind in row.kinds.split(' ').filter_map(|kind| kind.parse::<StationKind>().ok()) {
            by_kind.entry(kind).or_default().entry(row.code.as_str()).or_default().push(row);
        }
    }
    by_kind
});

/// Rows of a table with `#` comments and a header row.
pub(super) fn rows<T: DeserializeOwned>(name: &str, text: &str) -> Vec<T> {
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(text.as_bytes())
        .deserialize()
        .map(|row| row.unwrap_or_else(|error| panic!("built-in table {name}: {error}")))
        .collect()
}

/// What the command is; `None` where no edition has it.
pub fn command(cn: &str) -> Option<&'static Command> {
    COMMANDS.get(cn)
}

/// What a factor code means at a station of this kind, by this edition where editions differ; `None` where it means
/// nothing that limpid keeps.
pub fn factor(code: &str, kind: StationKind, edition: Edition) -> Option<&'static Factor> {
    let rows = BY_CODE.get(&kind)?.get(code)?;
    match rows.as_slice() {
        [one] => Some(one),
        rows => rows.iter().find(|row| row.is_of(edition)).or(rows.first()).copied(),
    }
}

/// The code under which a station of this kind sends a parameter: the first that the table has for it.
pub fn code(parameter: ParameterId, kind: StationKind) -> Option<&'static str> {
    FACTORS
        .iter()
        .find(|row| row.parameter == parameter && row.kinds.split(' ').any(|name| name == kind.as_str()))
        .map(|row| row.code.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(code: &str, kind: StationKind) -> Option<&'static str> {
        factor(code, kind, Edition::E2017).map(|factor| factor.parameter.as_str())
    }

    #[test]
    fn every_row_can_be_used() {
        for row in FACTORS.iter() {
            let edition = Edition::ALL.into_iter().find(|edition| row.is_of(*edition)).unwrap();
            for kind in row.kinds.split(' ') {
                let kind: StationKind = kind.parse().expect(kind);
                assert_eq!(
                    factor(&row.code, kind, edition).unwrap().parameter,
                    row.parameter,
                    "{} at {kind:?}",
                    row.code
                );
            }
            assert_eq!(row.below.is_some(), row.below_unit.is_some(), "{}", row.code);
            for unit in [row.unit, row.below_unit].into_iter().flatten() {
                let converted = unit.convert(1.0, row.parameter.unit(), row.parameter);
                assert!(converted.is_some(), "{}: {unit}", row.code);
            }
        }
        for row in COMMANDS.values() {
            let readings = row.period(1);
            assert_eq!(row.period.is_some(), readings.is_some(), "{}", row.cn);
            assert!(readings.is_none() || row.answer.as_deref() == Some(DATA_ANSWER), "{}", row.cn);
            let from_station = matches!(row.direction, Direction::Upload | Direction::Notice);
            assert_eq!(row.answer.is_some(), from_station, "{}", row.cn);
            let silent = row.cn == "9015" || !from_station;
            assert_eq!(row.event.is_some() || row.period.is_some(), !silent, "{} tells something", row.cn);
            assert!(row.event.is_none() || row.period.is_none(), "{}", row.cn);
        }
    }

    #[test]
    fn codes_are_texts_and_depend_on_the_kind() {
        use StationKind::{Air, Noise, Outlet, Water};
        assert_eq!(meaning("011", Outlet), Some("cod"));
        assert_eq!((meaning("11", Outlet), meaning("11", Water)), (Some("chlorine"), None));
        assert_eq!(meaning("02", Air), Some("so2"));
        assert_eq!(meaning("002", Water), Some("colour"));
        assert_eq!((meaning("2", Water), meaning("002", Air)), (None, None));
        assert_eq!(
            (meaning("w01010", Water), meaning("a01001", Air)),
            (Some("water_temperature"), Some("temperature"))
        );
        assert_eq!((meaning("a34004", Air), meaning("a34004", Water)), (Some("pm25"), None));
        assert_eq!((meaning("LA", Noise), meaning("Leq", Noise)), (Some("leq"), Some("leq")));
        assert_eq!((meaning("a05024", Air), meaning("o31104", Air)), (Some("o3"), Some("o3")));
        assert_eq!(meaning("A34004", Air), None, "codes are compared as they are");
    }

    #[test]
    fn pressure_names_the_unit_it_must_be_in() {
        let pressure = factor("a01006", StationKind::Air, Edition::E2017).unwrap();
        // Vector 10 sends 101.02, vector 8 sends 1002.
        assert_eq!(pressure.unit(101.02).unwrap().as_str(), "kPa");
        assert_eq!(pressure.unit(1002.0).unwrap().as_str(), "hPa");
    }

    #[test]
    fn periods_of_the_reading_commands() {
        let period = |cn: &str| command(cn).unwrap().period(5);
        assert_eq!(period("2011"), Some(Period::Moment));
        assert_eq!(period("2051"), Some(Period::Minutes(5)));
        assert_eq!(period("2061"), Some(Period::Hour));
        assert_eq!(period("2031"), Some(Period::Day));
        assert_eq!(period("2111"), Some(Period::Minutes(5)));
        assert_eq!((period("2013"), command("2013").unwrap().sampled()), (Some(Period::Moment), true));
        assert_eq!(period("2041"), None);
        assert!(command("2999").is_none() && command("").is_none());
    }

    #[test]
    fn a_station_sends_by_codes_that_it_is_understood_by() {
        for id in ["pm25", "pm10", "so2", "no2", "co", "o3", "temperature", "humidity", "pressure", "wind_speed"] {
            let parameter = ParameterId::known(id);
            let code = code(parameter, StationKind::Air).expect(id);
            assert_eq!(factor(code, StationKind::Air, Edition::E2017).unwrap().parameter, parameter);
        }
        assert_eq!(code(ParameterId::known("leq"), StationKind::Noise), Some("Leq"));
        assert_eq!(code(ParameterId::known("gamma"), StationKind::Radiation), None);
    }
}
