//! A station beside the other stations around it, from `data/validation/neighbours.csv`: the buddy check.
//!
//! What lies far from the middle of the others is named for a person to look at. It is flagged only where the pipeline asks for
//! the check (`[[validation.limit]]` with check = "neighbours"): what is local is not wrong.

use std::collections::BTreeMap;

use limpid_model::limit::{Neighbours as Set, Tolerance};
use limpid_model::{Flag, Limit, ParameterId, Station};
use serde::Deserialize;

use crate::fixed::Fixed;
use crate::standards::{self, TableError};
use crate::validate::tolerance::Within;

const TABLE: &str = "neighbours.csv";

/// With fewer other stations nothing is said.
const LEAST: usize = 3;

/// Of the stations around, so many of the nearest are looked at.
pub const MOST: usize = 12;

/// Which stations are neighbours, and how far their values may lie apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// So far away a station may be.
    pub within_km: f64,
    within: Within,
}

/// The same by parameter.
#[derive(Debug, Clone)]
pub struct Neighbours(BTreeMap<ParameterId, Near>);

#[derive(Deserialize)]
struct Row {
    parameter: String,
    within_km: f64,
    absolute: f64,
    relative_percent: u32,
}

impl Neighbours {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown parameter.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let row = |row: Row| {
            let within = Within::of_row(TABLE, &row.parameter, row.absolute, row.relative_percent)?;
            Ok((standards::parameter(TABLE, &row.parameter)?, Near { within_km: row.within_km, within }))
        };
        standards::rows(TABLE, text)?.into_iter().map(row).collect::<Result<_, _>>().map(Self)
    }

    /// What holds of a parameter at a station, with what is set for it; `None` where nothing is known of the parameter.
    pub fn at(&self, station: &Station, parameter: ParameterId) -> Option<Near> {
        let set = set(station, parameter);
        let near = match (self.0.get(&parameter), set) {
            (Some(near), _) => *near,
            // Of a parameter that the table does not have, all must be set.
            (None, Some(Set { within_km: Some(within_km), absolute: Some(_), relative_percent: Some(_) })) => {
                Near { within_km, within: Tolerance { absolute: 0.0, relative_percent: 0 }.into() }
            }
            (None, _) => return None,
        };
        let Set { within_km, absolute, relative_percent } = set.unwrap_or_default();
        Some(Near {
            within_km: within_km.unwrap_or(near.within_km),
            within: near.within.with(absolute, relative_percent),
        })
    }

    /// The same where hours are flagged by it.
    pub fn flagged(&self, station: &Station, parameter: ParameterId) -> Option<Near> {
        set(station, parameter).and_then(|_| self.at(station, parameter))
    }

    /// How far away the furthest neighbour of a station may be, by whose hours any of its own are flagged; `None` where none are.
    pub fn reach(&self, station: &Station) -> Option<f64> {
        let asked = station.limits.iter().filter(|(_, limit)| matches!(limit, Limit::Neighbours(_)));
        asked.filter_map(|(parameter, _)| Some(self.flagged(station, *parameter)?.within_km)).reduce(f64::max)
    }

    /// Which of the stations lie apart from those around them.
    pub fn apart(&self, parameter: ParameterId, values: &[(&Station, Fixed)]) -> Vec<usize> {
        let is_apart = |(place, (station, value)): (usize, &(&Station, Fixed))| {
            let near = self.at(station, parameter)?;
            let others = values.iter().enumerate().filter(|(other, _)| *other != place);
            let around = others.filter(|(_, (other, _))| station.km_to(other) <= near.within_km);
            let mut around: Vec<Fixed> = around.map(|(_, (_, value))| *value).collect();
            near.is_apart(*value, &mut around).then_some(place)
        };
        values.iter().enumerate().filter_map(is_apart).collect()
    }
}

/// What is set for a parameter at a station.
fn set(station: &Station, parameter: ParameterId) -> Option<Set> {
    let set = |limit| if let Limit::Neighbours(set) = limit { Some(set) } else { None };
    Limit::set(&station.limits, parameter, set)
}

impl Near {
    /// What is doubted, in words, of at least so many neighbours.
    pub fn told(self) -> String {
        format!("|v - median| {} (>= {LEAST}, <= {} km)", self.within.told(), self.within_km)
    }

    /// The flag of an hour that lies apart from those of the stations around, and the id of the rule.
    pub fn judge(self, value: Fixed, around: &mut [Fixed]) -> Option<(Flag, &'static str)> {
        self.is_apart(value, around).then_some((Flag::Suspect, "neighbours-suspect"))
    }

    /// Whether a value lies further than both tolerances from the median of the others.
    fn is_apart(self, value: Fixed, others: &mut [Fixed]) -> bool {
        if others.len() < LEAST {
            return false;
        }
        others.sort_unstable();
        let other = |place: usize| i128::from(others[place].millionths());
        // Twice the median, so that it is a whole number.
        let twice = other((others.len() - 1) / 2) + other(others.len() / 2);
        let off = (2 * i128::from(value.millionths()) - twice).abs();
        self.within.exceeded(off, twice.abs(), 2)
    }
}

#[cfg(test)]
mod tests {
    use limpid_model::parameter::AIR_INDEX;
    use limpid_model::pipeline::Files;
    use limpid_model::{Pipeline, StationId};

    use super::*;
    use crate::standards::Rules;

    /// Stations on a line, each 0.089 degrees (9.9 km) north of the one before.
    fn apart(values: &[f64], sections: &str) -> Vec<usize> {
        let row =
            |place: usize| format!("S{place},air,站{place},Station {place},{},116\n", 40.0 + 0.089 * place as f64);
        let rows: String = (0..values.len()).map(row).collect();
        let publisher = "[publisher]\nid = \"t\"\nname = \"T\"\nzone = \"Asia/Shanghai\"\n";
        let files = Files {
            pipeline: format!("{publisher}{sections}"),
            stations: format!("id,kind,name_zh,name_en,lat,lon\n{rows}"),
        };
        let pipeline = Pipeline::parse(&files).unwrap();
        let station = |place| pipeline.stations.get(&StationId::parse(&format!("S{place}")).unwrap()).unwrap();
        let values: Vec<_> = values
            .iter()
            .enumerate()
            .map(|(place, value)| (station(place), Fixed::from_f64(*value).unwrap()))
            .collect();
        Rules::built_in().neighbours.apart(ParameterId::known("pm25"), &values)
    }

    const NONE: [usize; 0] = [];

    /// `limpid check` asks for all thresholds of other parameters.
    #[test]
    fn the_six_are_built_in() {
        let known: Vec<_> = Rules::built_in().neighbours.0.keys().map(|parameter| parameter.as_str()).collect();
        let mut six = AIR_INDEX.to_vec();
        six.sort_by_key(|parameter| ParameterId::known(parameter));
        assert_eq!(known, six);
    }

    #[test]
    fn a_station_far_from_the_median_of_the_others_is_apart() {
        assert_eq!(apart(&[40.0, 44.0, 42.0, 300.0], ""), [3]);
        assert_eq!(apart(&[40.0, 44.0, 42.0, 142.0], ""), NONE, "100 off is the tolerance itself");
        assert_eq!(apart(&[400.0, 440.0, 420.0, 600.0], ""), NONE, "43 % off is near");
        assert_eq!(apart(&[40.0, 44.0, 300.0], ""), NONE, "two others say nothing");
    }

    #[test]
    fn only_those_around_are_looked_at() {
        // Twelve stations, the nearest five within 50 km of the last.
        let mut values = vec![40.0; 12];
        values.push(300.0);
        assert_eq!(apart(&values, ""), [12]);
        let mut alike = vec![40.0; 8];
        alike.extend([300.0; 5]);
        assert_eq!(apart(&alike, ""), [8], "the next ones have as many of their own kind around them as of the others");
        let narrow =
            "[[validation.limit]]\nstation = \"S12\"\nparameter = \"pm25\"\ncheck = \"neighbours\"\nwithin_km = 25\n";
        assert_eq!(apart(&values, narrow), NONE, "two within 25 km");
        let wide =
            "[[validation.limit]]\nstation = \"*\"\nparameter = \"pm25\"\ncheck = \"neighbours\"\nabsolute = 300\n";
        assert_eq!(apart(&values, wide), NONE, "260 off is allowed");
    }

    #[test]
    fn distances_are_those_of_a_great_circle() {
        let row = |id: &str, lat: f64, lon: f64| format!("{id},air,站{id},{id},{lat},{lon}\n");
        let rows = row("A", 39.9042, 116.4074) + &row("B", 31.2304, 121.4737);
        let files = Files {
            pipeline: "[publisher]\nid = \"t\"\nname = \"T\"\nzone = \"Asia/Shanghai\"\n".to_owned(),
            stations: format!("id,kind,name_zh,name_en,lat,lon\n{rows}"),
        };
        let pipeline = Pipeline::parse(&files).unwrap();
        let [a, b] = ["A", "B"].map(|id| pipeline.stations.get_str(id).unwrap());
        // 1065.846 km on the ellipsoid WGS 84 by geographiclib 2 (PyPI).
        assert!((a.km_to(b) - 1065.846).abs() < 0.006 * 1065.846, "{}", a.km_to(b));
        assert_eq!(a.km_to(a), 0.0);
    }
}
