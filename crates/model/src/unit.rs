//! Units and the conversions between them, each stated and none silent.

use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::parameter::ParameterId;
use crate::table;

/// A unit of `data/units.csv`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Unit(u8);

#[derive(Deserialize)]
struct Row {
    unit: String,
    dimension: String,
    num: f64,
    den: f64,
    offset: f64,
    aliases: String,
}

static UNITS: LazyLock<Vec<Row>> = LazyLock::new(|| table::rows("units.csv", include_str!("../../../data/units.csv")));

/// Litres per mole of an ideal gas at 298.15 K and 1013.25 hPa, the reference state of GB 3095-2026
/// (R = 8.314462618 J/(mol K), CODATA 2018).
const MOLAR_VOLUME_L: f64 = 8.314_462_618 * 298.15 / 101.325;

/// A value carried into another unit, with the name of the rule that did it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Converted {
    /// The value in the unit asked for.
    pub value: f64,
    /// How it was converted; `None` when the unit was the same.
    pub rule: Option<&'static str>,
}

impl Unit {
    /// Looks a unit up by its name or one of its aliases.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        UNITS
            .iter()
            .position(|row| row.unit == text || row.aliases.split(' ').any(|alias| !alias.is_empty() && alias == text))
            .map(|index| Self(index as u8))
    }

    /// The unit's canonical name.
    pub fn as_str(self) -> &'static str {
        &UNITS[usize::from(self.0)].unit
    }

    /// Names of all units, for error messages.
    pub fn known() -> impl Iterator<Item = &'static str> {
        UNITS.iter().map(|row| row.unit.as_str())
    }

    /// Carries `value` of `parameter` from this unit into `to`; `None` where that is not defined.
    ///
    /// Between mass concentration and mixing ratio the gas is taken as ideal at 298.15 K and 1013.25 hPa, and the
    /// rule says so.
    pub fn convert(self, value: f64, to: Unit, parameter: ParameterId) -> Option<Converted> {
        if self == to {
            return Some(Converted { value, rule: None });
        }
        let (from, to) = (&UNITS[usize::from(self.0)], &UNITS[usize::from(to.0)]);
        if from.dimension == to.dimension {
            // One multiplication, then one division: with factors that are powers of ten a decimal stays exact.
            let value = (value * (from.num * to.den)) / (from.den * to.num) + (from.offset - to.offset);
            return Some(Converted { value, rule: Some("unit-factor") });
        }
        let base = (value * from.num) / from.den;
        let per_mole = parameter.molar_mass()? / MOLAR_VOLUME_L;
        let converted = match (from.dimension.as_str(), to.dimension.as_str()) {
            ("mixing_ratio", "mass_concentration") => base * per_mole,
            ("mass_concentration", "mixing_ratio") => base / per_mole,
            _ => return None,
        };
        Some(Converted { value: converted * to.den / to.num, rule: Some("ideal-gas-298.15K-1013.25hPa") })
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Unit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("unknown unit {text:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(value: f64, from: &str, to: &str, parameter: &str) -> Option<f64> {
        let unit = |text| Unit::parse(text).unwrap();
        unit(from).convert(value, unit(to), ParameterId::parse(parameter).unwrap()).map(|converted| converted.value)
    }

    #[test]
    fn decimals_stay_exact_within_a_dimension() {
        assert_eq!(convert(700.0, "ug/m3", "mg/m3", "co"), Some(0.7));
        assert_eq!(convert(0.7, "mg/m3", "ug/m3", "co"), Some(700.0));
        assert_eq!(convert(102.3, "kPa", "hPa", "pressure"), Some(1023.0));
        assert_eq!(convert(36.0, "km/h", "m/s", "wind_speed"), Some(10.0));
        assert_eq!(convert(0.0, "degC", "K", "temperature"), Some(273.15));
    }

    #[test]
    fn mixing_ratio_becomes_mass_at_the_reference_state() {
        // US EPA and EEA give 1 ppb O3 = 1.96 ug/m3 and 1 ppb NO2 = 1.88 ug/m3 at 25 degC and 1 atm.
        assert!((convert(1.0, "ppb", "ug/m3", "o3").unwrap() - 1.96).abs() < 0.005);
        assert!((convert(1.0, "ppb", "ug/m3", "no2").unwrap() - 1.88).abs() < 0.005);
        // and 1 ppm CO = 1.145 mg/m3
        assert!((convert(1.0, "ppm", "mg/m3", "co").unwrap() - 1.145).abs() < 0.001);
        let there_and_back = convert(convert(37.5, "ug/m3", "ppb", "so2").unwrap(), "ppb", "ug/m3", "so2").unwrap();
        assert!((there_and_back - 37.5).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_converted_is_refused() {
        assert_eq!(convert(1.0, "ppb", "ug/m3", "pm25"), None, "particles have no molar mass");
        assert_eq!(convert(1.0, "dB", "ug/m3", "o3"), None);
        assert!(Unit::parse("furlong").is_none());
        assert_eq!(Unit::parse("µg/m³"), Unit::parse("ug/m3"));
    }
}
