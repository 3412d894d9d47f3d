//! What is measured: the parameters of `data/parameters.csv`.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::table;
use crate::text::Text;
use crate::unit::Unit;

/// A parameter: an index into the table, so that it is cheap to copy, compare and hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParameterId(u16);

#[derive(Deserialize)]
struct CsvRow {
    id: String,
    unit: Unit,
    decimals: u8,
    molar_mass: Option<f64>,
    name_zh: String,
    name_en: String,
    aliases: String,
}

struct Table {
    rows: Vec<CsvRow>,
    names: Vec<Text>,
    by_name: HashMap<String, ParameterId>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let rows: Vec<CsvRow> = table::rows("parameters.csv", include_str!("../../../data/parameters.csv"));
    let mut by_name = HashMap::new();
    for (index, row) in rows.iter().enumerate() {
        for name in std::iter::once(row.id.as_str()).chain(row.aliases.split_whitespace()) {
            let earlier = by_name.insert(name.to_lowercase(), ParameterId(index as u16));
            assert!(
                earlier.is_none_or(|earlier| usize::from(earlier.0) == index),
                "parameters.csv: {name} names two parameters"
            );
        }
    }
    let names = rows.iter().map(|row| Text::zh_en(&row.name_zh, &row.name_en)).collect();
    Table { rows, names, by_name }
});

/// The six parameters of the Chinese and most other air quality indices, in their usual order.
pub const AIR_INDEX: [&str; 6] = ["pm25", "pm10", "so2", "no2", "co", "o3"];

impl ParameterId {
    /// Looks a parameter up by id or alias, without regard to case.
    pub fn parse(name: &str) -> Option<Self> {
        TABLE.by_name.get(&name.trim().to_lowercase()).copied()
    }

    /// The parameter with exactly this canonical id.
    ///
    /// # Panics
    /// If the table has no such id; for ids written in the program's own code.
    pub fn known(id: &str) -> Self {
        Self::parse(id).unwrap_or_else(|| panic!("parameters.csv has no {id}"))
    }

    /// Every parameter, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..TABLE.rows.len()).map(|index| Self(index as u16))
    }

    fn row(self) -> &'static CsvRow {
        &TABLE.rows[usize::from(self.0)]
    }

    /// The canonical id.
    pub fn as_str(self) -> &'static str {
        &self.row().id
    }

    /// The unit in which limpid keeps and serves it.
    pub fn unit(self) -> Unit {
        self.row().unit
    }

    /// Digits after the point that people are shown; data always carry all digits.
    pub fn decimals(self) -> usize {
        usize::from(self.row().decimals)
    }

    /// g/mol, for gases.
    pub fn molar_mass(self) -> Option<f64> {
        self.row().molar_mass
    }

    /// The name that people are shown.
    pub fn name(self) -> &'static Text {
        &TABLE.names[usize::from(self.0)]
    }

    /// The unit a value is taken to be in when nothing says otherwise (CONTRACT §1: the canonical unit).
    pub fn wire_unit(self) -> Unit {
        self.unit()
    }
}

impl fmt::Debug for ParameterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ParameterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ParameterId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ParameterId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("unknown parameter {text:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_readable_and_found_by_each_of_its_names() {
        for parameter in ParameterId::all() {
            assert_eq!(ParameterId::parse(parameter.as_str()), Some(parameter));
            assert!(!parameter.name().get("zh").is_empty() && !parameter.name().get("en").is_empty());
        }
        assert_eq!(ParameterId::parse("PM2.5"), ParameterId::parse("pm25"));
        assert_eq!(ParameterId::parse("unobtainium"), None);
    }

    #[test]
    fn co_is_kept_in_milligrams_and_the_rest_of_the_index_in_micrograms() {
        for id in AIR_INDEX {
            assert_eq!(ParameterId::known(id).unit().as_str(), if id == "co" { "mg/m3" } else { "ug/m3" });
        }
    }
}
