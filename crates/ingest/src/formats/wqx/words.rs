//! The words of WQX that limpid understands: the tables of `data/wqx/`.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::FixedOffset;
use limpid_model::table::rows;
use limpid_model::{ParameterId, Unit};
use serde::Deserialize;

/// A row of `data/wqx/characteristics.csv`.
#[derive(Debug, Deserialize)]
pub(super) struct Characteristic {
    characteristic: String,
    fractions: String,
    /// The element that the mass is counted as; empty where that is no question.
    pub(super) basis: String,
    silent: Answer,
    /// What it means.
    pub(super) parameter: ParameterId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Yes,
    No,
}

impl Characteristic {
    /// Whether the parameter covers this fraction of a sample.
    pub(super) fn covers(&self, fraction: &str) -> bool {
        self.fractions.is_empty() || self.fractions.split('|').any(|name| name.eq_ignore_ascii_case(fraction))
    }

    /// Whether a result on this basis, empty for none named, is one of the parameter.
    pub(super) fn counts(&self, basis: &str) -> bool {
        self.basis.eq_ignore_ascii_case(basis) || (basis.is_empty() && self.silent == Answer::Yes)
    }
}

#[derive(Deserialize)]
struct UnitRow {
    text: String,
    unit: Unit,
    basis: String,
}

#[derive(Deserialize)]
struct ZoneRow {
    code: String,
    offset: String,
}

/// What a laboratory means by a detection condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Meaning {
    /// Less than it can tell from nothing.
    Below,
    /// There is no number for another reason.
    None,
}

#[derive(Deserialize)]
struct ConditionRow {
    condition: String,
    meaning: Meaning,
}

static CHARACTERISTICS: LazyLock<HashMap<String, Characteristic>> = LazyLock::new(|| {
    let text = include_str!("../../../../../data/wqx/characteristics.csv");
    let rows: Vec<Characteristic> = rows("wqx/characteristics.csv", text);
    rows.into_iter().map(|row| (row.characteristic.to_lowercase(), row)).collect()
});

static UNITS: LazyLock<Vec<UnitRow>> =
    LazyLock::new(|| rows("wqx/units.csv", include_str!("../../../../../data/wqx/units.csv")));

static ZONES: LazyLock<HashMap<String, FixedOffset>> = LazyLock::new(|| {
    let rows: Vec<ZoneRow> = rows("wqx/zones.csv", include_str!("../../../../../data/wqx/zones.csv"));
    let offset = |row: &ZoneRow| row.offset.parse().expect("the table is part of the program, and a test reads it");
    rows.iter().map(|row| (row.code.clone(), offset(row))).collect()
});

static CONDITIONS: LazyLock<Vec<ConditionRow>> =
    LazyLock::new(|| rows("wqx/conditions.csv", include_str!("../../../../../data/wqx/conditions.csv")));

/// The names of the characteristics that limpid has parameters for, with those, in the order of the names.
pub(crate) fn characteristics() -> Vec<(&'static str, ParameterId)> {
    let mut names: Vec<_> = CHARACTERISTICS.values().map(|row| (row.characteristic.as_str(), row.parameter)).collect();
    names.sort_unstable();
    names
}

/// The characteristic of this name, if limpid has a parameter for it.
pub(super) fn characteristic(name: &str) -> Option<&'static Characteristic> {
    CHARACTERISTICS.get(&name.to_lowercase())
}

/// The unit that a text names, and the basis that it carries, empty for none.
pub(super) fn unit(text: &str) -> Option<(Unit, &'static str)> {
    match UNITS.iter().find(|row| row.text.eq_ignore_ascii_case(text)) {
        Some(row) => Some((row.unit, &row.basis)),
        None => Some((Unit::parse(text)?, "")),
    }
}

/// What a time zone code is ahead of UTC.
pub(in crate::formats) fn zone(code: &str) -> Option<FixedOffset> {
    ZONES.get(code).copied()
}

/// What a detection condition means; one that is not known gives no number either.
pub(super) fn condition(text: &str) -> Meaning {
    let row = CONDITIONS.iter().find(|row| row.condition.eq_ignore_ascii_case(text));
    row.map_or(Meaning::None, |row| row.meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_read_and_its_words_mean_what_they_should() {
        assert_eq!(characteristic("phosphorus").unwrap().parameter, ParameterId::known("tp"));
        assert!(characteristic("Suspended Sediment Concentration (SSC)").is_none());
        for row in CHARACTERISTICS.values() {
            let unit = row.parameter.unit();
            assert!(row.basis.is_empty() || unit == Unit::parse("mg/L").unwrap(), "{}", row.characteristic);
        }
        assert_eq!(unit("mg/l PO4"), Some((Unit::parse("mg/L").unwrap(), "PO4")));
        assert_eq!(unit("UG/L").map(|(unit, _)| unit), None);
        assert_eq!(unit("ug/l").map(|(unit, basis)| (unit.as_str(), basis)), Some(("ug/L", "")));
        // 09:00 in Chicago's summer is 14:00 UTC; St John's is half an hour off.
        assert_eq!(zone("CDT").unwrap().local_minus_utc(), -5 * 3600);
        assert_eq!(zone("NST").unwrap().local_minus_utc(), -12_600);
        assert_eq!(zone("CST6"), None);
        assert_eq!((condition("not detected"), condition("Spilled")), (Meaning::Below, Meaning::None));
    }

    #[test]
    fn total_is_not_dissolved_and_phosphate_is_not_phosphorus() {
        let tp = characteristic("Phosphorus").unwrap();
        assert!(tp.covers("Total") && tp.covers("unfiltered"));
        assert!(!tp.covers("Dissolved") && !tp.covers("") && !tp.covers("Bed Sediment"));
        assert!(tp.counts("P") && tp.counts("") && !tp.counts("PO4"));
        let nh3n = characteristic("Ammonia and ammonium").unwrap();
        assert!(nh3n.counts("N") && !nh3n.counts("") && !nh3n.counts("NH4"));
        assert!(characteristic("pH").unwrap().counts("") && !characteristic("pH").unwrap().counts("N"));
    }
}
