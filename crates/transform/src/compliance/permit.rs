//! What a revision of a permit says, as limits that can be judged.

use std::sync::LazyLock;

use chrono::NaiveDate;
use limpid_model::permit::{Averaging, PermitVersion, Unjudged};
use limpid_model::{ParameterId, StationId, Unit};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A permitted concentration at an outlet, in the parameter's canonical unit. The limit itself is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Concentration {
    /// Of what.
    pub parameter: ParameterId,
    /// What is judged.
    pub averaging: Averaging,
    /// At most.
    pub upper: Option<f64>,
    /// At least.
    pub lower: Option<f64>,
}

/// A permitted quantity at an outlet.
#[derive(Debug, Clone, PartialEq)]
pub struct Permitted {
    /// Of what.
    pub parameter: ParameterId,
    /// Kilograms in any twelve months.
    pub kg: f64,
}

/// An outlet of a permit whose discharge a station measures, as one revision of the permit has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlet {
    /// The permit, the revision and the outlet.
    pub version: PermitVersion,
    /// The station.
    pub station: StationId,
    /// The first day on which this revision says what is permitted.
    pub from: NaiveDate,
    /// The last such day; `None` while it goes on.
    pub to: Option<NaiveDate>,
    /// Concentrations.
    pub concentrations: Vec<Concentration>,
    /// Quantities.
    pub quantities: Vec<Permitted>,
    /// What of it cannot be judged.
    pub unjudged: Vec<Unjudged>,
}

/// The words of the register `permits` that are read here: one table of outlets, one of limits.
#[derive(Deserialize)]
struct Row {
    code: String,
    medium: Option<String>,
    station: Option<String>,
}

#[derive(Deserialize)]
struct LimitRow {
    outlet: Option<String>,
    pollutant: String,
    kind: Option<String>,
    period: Option<String>,
    value: Option<f64>,
    lower: Option<f64>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct UsualRow {
    medium: String,
    parameter: String,
    averaging: Averaging,
}

static USUAL: LazyLock<Vec<UsualRow>> = LazyLock::new(|| {
    limpid_model::table::rows("permits/averaging.csv", include_str!("../../../../data/permits/averaging.csv"))
});

/// The outlets of a permit that a station measures, as the public fields of a revision have them, in force from `from` to `to`.
/// A limit that names no outlet holds at each of them.
pub fn outlets(
    (permit, revision): (&str, u32),
    fields: &Map<String, Value>,
    (from, to): (NaiveDate, Option<NaiveDate>),
) -> Vec<Outlet> {
    let limits: Vec<LimitRow> = rows(fields, "limits");
    let read = |row: Row| {
        let station = StationId::parse(row.station.as_deref()?)?;
        let version = PermitVersion { permit: permit.to_owned(), revision, outlet: row.code };
        let mut outlet = Outlet {
            version,
            station,
            from,
            to,
            concentrations: Vec::new(),
            quantities: Vec::new(),
            unjudged: Vec::new(),
        };
        let medium = row.medium.unwrap_or_default();
        let here = |limit: &&LimitRow| limit.outlet.as_ref().is_none_or(|code| *code == outlet.version.outlet);
        for limit in limits.iter().filter(here).collect::<Vec<_>>() {
            if let Err(why) = outlet.add(limit, &medium) {
                outlet.unjudged.push(Unjudged { pollutant: limit.pollutant.clone(), why: why.to_owned() });
            }
        }
        outlet.unjudged.sort();
        outlet.unjudged.dedup();
        Some(outlet)
    };
    rows(fields, "outlets").into_iter().filter_map(read).collect()
}

fn rows<T: serde::de::DeserializeOwned>(fields: &Map<String, Value>, table: &str) -> Vec<T> {
    let rows = fields.get(table).and_then(Value::as_array).into_iter().flatten();
    // A row whose required cells are withheld says nothing that could be judged.
    rows.filter_map(|row| serde_json::from_value(row.clone()).ok()).collect()
}

impl Outlet {
    fn add(&mut self, limit: &LimitRow, medium: &str) -> Result<(), &'static str> {
        let parameter = pollutant(&limit.pollutant).ok_or("unknown_pollutant")?;
        let unit = limit.unit.as_deref().unwrap_or_default();
        if limit.value.or(limit.lower).is_none() {
            return Err("no_value");
        }
        match limit.kind.as_deref() {
            Some("quantity") => {
                let kg = limit.value.and_then(|value| kilograms_a_year(value, unit)).ok_or("unknown_unit")?;
                self.quantities.push(Permitted { parameter, kg });
                Ok(())
            }
            Some("rate") => Err("rate"),
            _ => {
                let canonical = |value: Option<f64>| match value {
                    None => Ok(None),
                    Some(value) => concentration(value, unit, parameter).map(Some).ok_or("unknown_unit"),
                };
                let averaging = match limit.period.as_deref() {
                    Some("hour") => Averaging::Hour,
                    Some("day") => Averaging::Day,
                    _ => usual(medium, parameter),
                };
                let (upper, lower) = (canonical(limit.value)?, canonical(limit.lower)?);
                self.concentrations.push(Concentration { parameter, averaging, upper, lower });
                Ok(())
            }
        }
    }

    /// Whether it says what is permitted on this day.
    pub fn in_force(&self, date: NaiveDate) -> bool {
        self.from <= date && self.to.is_none_or(|to| date <= to)
    }
}

/// The parameter that a permit means: an id, an alias, or a name of the table without regard to what is in brackets.
fn pollutant(name: &str) -> Option<ParameterId> {
    let plain = name.split(['(', '（']).next().unwrap_or(name).trim();
    ParameterId::parse(name).or_else(|| ParameterId::parse(plain)).or_else(|| {
        ParameterId::all().find(|parameter| {
            let names = parameter.name();
            // The table writes a formula behind a Chinese name: 二氧化硫 SO₂.
            names.iter().any(|(_, text)| text == plain || text.split(' ').next() == Some(plain))
        })
    })
}

/// Without a unit a value is in the canonical one where that has no dimension, as pH.
fn concentration(value: f64, unit: &str, parameter: ParameterId) -> Option<f64> {
    let canonical = parameter.unit();
    let dimensionless = ["", "1", "-", "无量纲", "pH", "SU"].contains(&unit.trim());
    if dimensionless {
        return (canonical.as_str() == "1").then_some(value);
    }
    Unit::parse(unit)?.convert(value, canonical, parameter).map(|converted| converted.value)
}

/// Kilograms a year, of quantities as permits state them.
fn kilograms_a_year(value: f64, unit: &str) -> Option<f64> {
    match unit.trim() {
        "t/a" | "吨/年" | "t/年" => Some(value * 1000.0),
        "kg/a" | "千克/年" | "kg/年" => Some(value),
        "g/a" | "克/年" => Some(value / 1000.0),
        _ => None,
    }
}

fn usual(medium: &str, parameter: ParameterId) -> Averaging {
    let fits = |row: &&UsualRow| {
        row.medium == medium && (row.parameter == "*" || ParameterId::parse(&row.parameter) == Some(parameter))
    };
    // Air is the rule for outlets that do not say what they discharge: an hour hides less than a day.
    USUAL.iter().find(fits).map_or(Averaging::Hour, |row| row.averaging)
}
