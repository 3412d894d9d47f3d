//! `[[area]]`: areas that lie within others, as counties in a city. What `stations.csv` names is an area too, and needs no
//! table.

use std::collections::{BTreeMap, BTreeSet};

use super::Pipeline;
use super::fields::{Fields, Source};
use super::mistake::{Mistakes, nearest};
use super::stations::Stations;
use crate::station::Station;

/// Letters of an area's name.
const NAME_LENGTH: usize = 80;

/// One `[[area]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// The name, as `stations.csv` has it.
    pub name: String,
    /// The area that it lies within.
    pub within: Option<String>,
    /// Line of `pipeline.toml`.
    pub(super) line: usize,
}

impl Pipeline {
    /// Every area: those that stations name, and those of the configuration.
    pub fn area_names(&self) -> BTreeSet<&str> {
        let named = self.stations.iter().map(|station| station.area.as_str()).filter(|area| !area.is_empty());
        named.chain(self.areas.iter().map(|area| area.name.as_str())).collect()
    }

    /// The areas that a station lies in, the smallest first.
    pub fn areas_of<'a>(&'a self, station: &'a Station) -> impl Iterator<Item = &'a str> {
        let first = Some(station.area.as_str()).filter(|area| !area.is_empty());
        std::iter::successors(first, |area| within(&self.areas, area))
    }

    /// The stations of every kind that lie in an area, or in areas within it.
    pub fn stations_in<'a>(&'a self, area: &'a str) -> impl Iterator<Item = &'a Station> {
        self.stations.iter().filter(move |station| self.areas_of(station).any(|one| one == area))
    }
}

/// The area that an area lies within.
fn within<'a>(areas: &'a [Area], name: &str) -> Option<&'a str> {
    areas.iter().find(|area| area.name == name)?.within.as_deref()
}

pub(super) fn read(tables: Vec<Fields<'_>>, source: &mut Source<'_>) -> Vec<Area> {
    tables.into_iter().filter_map(|fields| one(fields, source)).collect()
}

fn one(mut fields: Fields<'_>, source: &mut Source<'_>) -> Option<Area> {
    let name = fields.required(source, "name", "\"示例市\"").and_then(|(name, offset)| {
        let fits = !name.is_empty() && name.chars().count() <= NAME_LENGTH && !name.chars().any(char::is_control);
        if !fits {
            source.mistake(
                offset,
                format!("`area.name` is {name:?}"),
                format!("write {NAME_LENGTH} letters at most, on one line"),
            );
        }
        fits.then_some((name, source.line(offset)))
    });
    let within = fields.string(source, "within", "\"示例市\"").map(|(within, _)| within);
    fields.finish(source);
    let (name, line) = name?;
    Some(Area { name, within, line })
}

/// Looks at the areas together, beside those that stations name.
pub(super) fn check(areas: &[Area], stations: &Stations, mistakes: &mut Mistakes) {
    let of_stations = stations.iter().map(|station| station.area.as_str()).filter(|area| !area.is_empty());
    let known: BTreeSet<&str> = of_stations.chain(areas.iter().map(|area| area.name.as_str())).collect();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut add = |line, what: String, remedy: String| mistakes.add("pipeline.toml", line, what, remedy);
    for area in areas {
        let name = area.name.as_str();
        if let Some(line) = seen.insert(name, area.line) {
            add(area.line, format!("area {name:?} is there twice"), format!("remove it here or on line {line}"));
            continue;
        }
        if let Some(outer) = area.within.as_deref().filter(|outer| !known.contains(outer)) {
            let remedy = match nearest(outer, known.iter().copied()) {
                Some(near) => format!("did you mean {near:?}? An outer area needs its own [[area]]"),
                None => format!("write [[area]] with name = {outer:?} too"),
            };
            add(area.line, format!("area {name:?} lies within unknown area {outer:?}"), remedy);
        }
        // A walk of more steps than there are areas goes round.
        let mut steps = std::iter::successors(Some(name), |name| within(areas, name)).skip(1).take(areas.len());
        if steps.any(|outer| outer == name) {
            let remedy = "remove `within` from the largest of them".to_owned();
            add(area.line, format!("area {name:?} lies within itself"), remedy);
        }
        let inside = |station: &Station| {
            let first = Some(station.area.as_str());
            std::iter::successors(first, |area| within(areas, area)).take(areas.len() + 1).any(|area| area == name)
        };
        if !stations.iter().any(inside) {
            let remedy = "write the name as stations.csv has it, or put an area with stations `within` it".to_owned();
            add(area.line, format!("area {name:?} has no station"), remedy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::Files;

    fn parse(areas: &str) -> Result<Pipeline, Vec<String>> {
        let publisher = "[publisher]\nid = \"t\"\nname = \"T\"\nzone = \"Asia/Shanghai\"\n";
        let stations = "id,kind,name_zh,name_en,lat,lon,area\nS1,air,一,One,28,104,甲县\nS2,air,二,Two,28,104,乙区\n\
                        S3,water,三,Three,28,104,清河\nS4,air,四,Four,28,104,\n";
        let files = Files { pipeline: format!("{publisher}{areas}"), stations: stations.into() };
        Pipeline::parse(&files).map_err(|found| found.0.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_city_has_the_stations_of_its_counties() {
        let pipeline = parse(
            "[[area]]\nname = \"示例市\"\nwithin = \"示例省\"\n[[area]]\nname = \"甲县\"\nwithin = \"示例市\"\n\
             [[area]]\nname = \"乙区\"\nwithin = \"示例市\"\n[[area]]\nname = \"示例省\"\n",
        )
        .unwrap();
        let stations = |area: &str| pipeline.stations_in(area).map(|one| one.id.to_string()).collect::<Vec<_>>();
        assert_eq!(stations("示例市"), ["S1", "S2"]);
        assert_eq!(stations("示例省"), ["S1", "S2"]);
        assert_eq!(stations("甲县"), ["S1"]);
        assert!(stations("").is_empty());
        let areas: Vec<_> = pipeline.areas_of(pipeline.stations.get_str("S1").unwrap()).collect();
        assert_eq!(areas, ["甲县", "示例市", "示例省"]);
        assert_eq!(pipeline.area_names().len(), 5);
        assert_eq!(parse("").unwrap().area_names(), ["甲县", "乙区", "清河"].into());
    }

    #[test]
    fn circles_unknown_outer_areas_and_empty_ones_are_mistakes_with_a_line() {
        for (areas, line, what) in [
            ("[[area]]\nname = \"甲县\"\nwithin = \"示例市\"\n", 6, "within unknown area \"示例市\""),
            ("[[area]]\nname = \"甲县\"\nwithin = \"甲县\"\n", 6, "lies within itself"),
            ("[[area]]\nname = \"示例市\"\n", 6, "has no station"),
            ("[[area]]\nname = \"甲县\"\n[[area]]\nname = \"甲县\"\n", 8, "is there twice"),
            ("[[area]]\nname = \"\"\n", 6, "is empty"),
            ("[[area]]\nname = \"甲县\"\nin = \"乙区\"\n", 7, "`area.in`"),
        ] {
            let found = parse(areas).unwrap_err();
            let place = format!("pipeline.toml:{line}:");
            assert!(found.iter().any(|one| one.starts_with(&place) && one.contains(what)), "{areas}: {found:?}");
        }
        let round = "[[area]]\nname = \"甲县\"\nwithin = \"乙区\"\n[[area]]\nname = \"乙区\"\nwithin = \"甲县\"\n";
        let found = parse(round).unwrap_err();
        assert_eq!(found.iter().filter(|one| one.contains("within itself")).count(), 2, "{found:?}");
    }
}
