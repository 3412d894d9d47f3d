//! Sub-indices on a dense grid of concentrations, against aqi-hub and python-aqi. Where they differ, it is by one of the faults
//! of these libraries, each of which the script works out on its own.

use std::collections::BTreeMap;

use limpid_model::ParameterId;
use limpid_transform::assess::hj633::interpolate::sub_index;
use limpid_transform::assess::{Average, six};
use limpid_transform::fixed::{Fixed, Mean};
use limpid_transform::standards::Rules;
use serde_json::Value;

use crate::peers;

/// What each library differs in: how many of how many concentrations, and by which fault.
///
/// - binary floats: an index is rounded up, and 55.00000000000001 becomes 56 (HJ 633-2026 4.2.6 knows whole numbers only)
/// - hour table: SO2 of a day is looked up in the breakpoints of hours (table 3 has rows of its own for days)
/// - truncated: the US index is cut where the document rounds it to the nearest; above 1,249 ppb of NO2 it is 500
/// - bands: breakpoints of HJ 633-2012 are read as bands that begin one above (51 over 51 where the standard has 50 over 50),
///   CO is cut to whole mg/m3, and the index is rounded to the nearest where the standard rounds up
/// - older table: the US breakpoints of ozone of 2008 and of particles of 2012, and two lines above an index of 300 where the
///   document of 2024 has one
/// - older table, divided first: a half is a little less in decimals of 28 digits, and is rounded down
/// - no answer above its table: an error where the standard's index stays at its largest
const DIFFERENCES: [&str; 30] = [
    "aqi-hub co day: 1 of 1501 (binary floats 1)",
    "aqi-hub co hour: 22 of 1501 (binary floats 22)",
    "aqi-hub no2 day: 0 of 3841 ()",
    "aqi-hub no2 hour: 0 of 3841 ()",
    "aqi-hub o3 8h: 0 of 2701 ()",
    "aqi-hub o3 hour: 0 of 2701 ()",
    "aqi-hub pm10 day: 0 of 2701 ()",
    "aqi-hub pm25 day: 0 of 2701 ()",
    "aqi-hub so2 day: 796 of 2701 (hour table 796)",
    "aqi-hub so2 hour: 0 of 2701 ()",
    "aqi-hub us no2: 1416 of 2050 (to 1249 only 798, truncated 618)",
    "aqi-hub us pm10: 295 of 605 (truncated 295)",
    "aqi-hub us pm25: 1613 of 3255 (truncated 1613)",
    "python-aqi co day: 1481 of 1501 (bands 590, no answer above its table 891)",
    "python-aqi co hour: 1453 of 1501 (bands 1453)",
    "python-aqi no2 day: 3086 of 3841 (bands 186, no answer above its table 2900)",
    "python-aqi no2 hour: 833 of 3841 (bands 833)",
    "python-aqi o3 8h: 2080 of 2701 (bands 180, no answer above its table 1900)",
    "python-aqi o3 hour: 1661 of 2701 (bands 161, no answer above its table 1500)",
    "python-aqi pm10 day: 2185 of 2701 (bands 85, no answer above its table 2100)",
    "python-aqi pm25 day: 2302 of 2701 (bands 102, no answer above its table 2200)",
    "python-aqi so2 day: 590 of 2701 (bands 510, no answer above its table 80)",
    "python-aqi so2 hour: 2070 of 2701 (bands 170, no answer above its table 1900)",
    "python-aqi us co 8h: 2 of 505 (older table 1, older table, divided first 1)",
    "python-aqi us no2 hour: 132 of 2050 (older table 132)",
    "python-aqi us o3 8h: 368 of 375 (older table 368)",
    "python-aqi us o3 hour: 0 of 480 ()",
    "python-aqi us pm10 day: 172 of 605 (older table 172)",
    "python-aqi us pm25 day: 4754 of 5005 (older table 4754)",
    "python-aqi us so2 hour: 678 of 1005 (older table 678)",
];

fn average(name: &str) -> Average {
    match name {
        "hour" => Average::Hour,
        "8h" => Average::Hours8,
        _ => Average::Day,
    }
}

fn ours(library: &str, item: &str, value: &str) -> Option<u16> {
    let rules = Rules::built_in();
    let value = Mean::from(Fixed::from_f64(value.parse().unwrap()).unwrap());
    let (first, second) = item.split_once(' ').unwrap();
    if first == "us" {
        // In the table's unit, which for particles is ours too; CO is given in ppm, other gases in ppb.
        let (name, of) = second.split_once(' ').unwrap_or((second, if second == "no2" { "hour" } else { "day" }));
        let (parameter, average) = (ParameterId::known(name), average(of));
        let unit = match name {
            "pm25" | "pm10" => "ug/m3",
            "co" => "ppm",
            _ => "ppb",
        };
        let unit = limpid_model::Unit::parse(unit).unwrap();
        let kept = unit.convert(value.to_f64(), parameter.unit(), parameter).unwrap().value;
        return rules.us_epa.sub_index(parameter, average, Fixed::from_f64(kept).unwrap().into());
    }
    let scheme = if library == "aqi-hub" { "hj633-2026" } else { "hj633-2012" };
    let position = six().iter().position(|one| one.as_str() == first).unwrap();
    sub_index(rules.breakpoints.curve(scheme, position, average(second)), value)
}

#[test]
fn sub_indices_differ_from_other_libraries_by_their_known_faults_only() {
    let tables = ["data/standards/hj633.csv", "data/standards/us_epa.csv"].map(peers::file);
    let found = peers::ask("aqi_grid.py", &[&tables[0], &tables[1]]);
    let mut counts: BTreeMap<(String, String), (usize, BTreeMap<String, usize>)> = BTreeMap::new();
    for row in found.as_array().unwrap() {
        let text = |place: usize| row[place].as_str().unwrap().to_owned();
        let (library, item, value) = (text(0), text(1), text(2));
        let theirs = row[3].as_u64().map(|theirs| theirs as u16);
        let (all, differing) = counts.entry((library.clone(), item.clone())).or_default();
        *all += 1;
        let ours = ours(&library, &item, &value);
        if theirs == ours {
            continue;
        }
        let predicted =
            |fault: &(&String, &Value)| theirs.is_some() && fault.1.as_u64().map(|one| one as u16) == theirs;
        let fault = match row[4].as_object().unwrap().iter().find(predicted) {
            Some((fault, _)) => fault.as_str(),
            None if theirs.is_none() => "no answer above its table",
            None => panic!("{library} {item} {value}: {theirs:?}, here {ours:?}, and no known fault gives that"),
        };
        *differing.entry(fault.to_owned()).or_default() += 1;
    }
    let mut lines = Vec::new();
    for ((library, item), (all, differing)) in counts {
        let why = differing.iter().map(|(fault, count)| format!("{fault} {count}")).collect::<Vec<_>>().join(", ");
        lines.push(format!("{library} {item}: {} of {all} ({why})", differing.values().sum::<usize>()));
    }
    assert_eq!(lines, DIFFERENCES);
}
