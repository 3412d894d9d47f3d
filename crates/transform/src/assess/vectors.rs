//! Worked vectors of the British, Indian, Canadian and Korean indices.

use std::collections::BTreeMap;
use std::path::Path;

use limpid_model::{ParameterId, Scheme, Unit};

use super::*;

/// From `vectors.csv`, worked by an independent program with exact fractions: id, standard, inputs, sub-indices, index,
/// category, primary pollutants. Of two Indian sub-indices the first is by the table's bands, as here; one of `in10` says that
/// the number is undefined.
#[rustfmt::skip]
const VECTORS: [[&str; 7]; 35] = [
    ["uk1", "uk-daqi", "pm25=11 pm10=16 no2=67 o3=33 so2=88", "pm25=1 pm10=1 no2=1 o3=1 so2=1", "1", "low", "pm25+pm10+no2+o3+so2"],
    ["uk2", "uk-daqi", "pm25=12 pm10=10 no2=20 o3=30", "pm25=2 pm10=1 no2=1 o3=1", "2", "low", "pm25"],
    ["uk3", "uk-daqi", "pm25=35 pm10=50 no2=200 o3=100 so2=266", "pm25=3 pm10=3 no2=3 o3=3 so2=3", "3", "low", "pm25+pm10+no2+o3+so2"],
    ["uk4", "uk-daqi", "pm25=36 o3=60", "pm25=4 o3=2", "4", "moderate", "pm25"],
    ["uk5", "uk-daqi", "pm25=11.4 pm10=10", "pm25=1 pm10=1", "1", "low", "pm25+pm10"],
    ["uk6", "uk-daqi", "pm25=11.6 pm10=10", "pm25=2 pm10=1", "2", "low", "pm25"],
    ["uk7", "uk-daqi", "pm25=71 o3=241", "pm25=10 o3=10", "10", "very high", "pm25+o3"],
    ["uk8", "uk-daqi", "no2=401 so2=533 o3=161", "no2=7 so2=7 o3=7", "7", "high", "no2+so2+o3"],
    ["uk9", "uk-daqi", "pm10=101 pm25=70", "pm10=10 pm25=9", "10", "very high", "pm10"],
    ["in1", "in-naqi", "pm25=30 pm10=50 no2=40", "pm25=50/50 pm10=50/50 no2=50/50", "50", "good", "pm25+pm10+no2"],
    ["in2", "in-naqi", "pm25=35 pm10=60 no2=20", "pm25=58/58 pm10=60/60 no2=25/25", "60", "satisfactory", "pm10"],
    ["in3", "in-naqi", "pm25=60 pm10=100 no2=80 o3=100 co=2.0 so2=80", "pm25=100/100 pm10=100/100 no2=100/100 o3=100/100 co=100/100 so2=100/100", "100", "satisfactory", "pm25+pm10+no2+o3+co+so2"],
    ["in4", "in-naqi", "pm25=90 pm10=250 no2=180", "pm25=200/200 pm10=200/200 no2=200/200", "200", "moderate", "pm25+pm10+no2"],
    ["in5", "in-naqi", "pm25=100 pm10=200 no2=50 co=1.5", "pm25=232/233 pm10=167/167 no2=62/63 co=73/75", "232 or 233", "poor", "pm25"],
    ["in6", "in-naqi", "pm25=120 pm10=350 o3=208", "pm25=300/300 pm10=300/300 o3=300/300", "300", "poor", "pm25+pm10+o3"],
    ["in7", "in-naqi", "pm25=250 pm10=430 co=34", "pm25=400/400 pm10=400/400 co=400/400", "400", "very poor", "pm25+pm10+co"],
    ["in8", "in-naqi", "pm25=45 no2=30", "pm25=75/75 no2=38/38", "none", "", ""],
    ["in9", "in-naqi", "pm25=45 pm10=80 no2=30 nh3=300", "pm25=75/75 pm10=80/80 no2=38/38 nh3=75/75", "80", "satisfactory", "pm10"],
    ["in10", "in-naqi", "pm25=300 pm10=300 no2=50", "", "none", "severe", "pm25"],
    ["ca1", "ca-aqhi", "o3_ppb=0 no2_ppb=0 pm25=0", "0.0000", "1", "low", ""],
    ["ca2", "ca-aqhi", "o3_ppb=20 no2_ppb=10 pm25=5", "2.1138", "2", "low", ""],
    ["ca3", "ca-aqhi", "o3_ppb=30 no2_ppb=20 pm25=10", "3.7207", "4", "moderate", ""],
    ["ca4", "ca-aqhi", "o3_ppb=40 no2_ppb=15 pm25=12", "3.9158", "4", "moderate", ""],
    ["ca5", "ca-aqhi", "o3_ppb=60 no2_ppb=40 pm25=60", "9.4086", "9", "high", ""],
    ["ca6", "ca-aqhi", "o3_ppb=80 no2_ppb=60 pm25=80", "13.1995", "10+", "very high", ""],
    ["ca7", "ca-aqhi", "o3_ppb=35 no2_ppb=10 pm25=150", "9.9524", "10", "high", ""],
    ["ca8", "ca-aqhi", "o3_ppb=70 no2_ppb=60 pm25=200", "18.6785", "10+", "very high", ""],
    ["kr1", "kr-cai", "pm25=15 pm10=30 o3=0.03", "pm25=50 pm10=50 o3=50", "50", "good", "pm25+pm10+o3"],
    ["kr2", "kr-cai", "pm25=16 pm10=31 o3=0.031", "pm25=51 pm10=51 o3=51", "51", "moderate", "pm25+pm10+o3"],
    ["kr3", "kr-cai", "pm25=35 pm10=80 no2=0.06", "pm25=100 pm10=100 no2=100", "100", "moderate", "pm25+pm10+no2"],
    ["kr4", "kr-cai", "pm25=36 pm10=60", "pm25=101 pm10=80", "101", "unhealthy", "pm25"],
    ["kr5", "kr-cai", "pm25=50 pm10=100 o3=0.05", "pm25=154 pm10=142 o3=67", "154", "unhealthy", "pm25"],
    ["kr6", "kr-cai", "pm25=76 pm10=160 o3=0.1", "pm25=251 pm10=256 o3=124", "256", "very unhealthy", "pm10"],
    ["kr7", "kr-cai", "so2=0.02 co=2 no2=0.03", "so2=50 co=50 no2=50", "50", "good", "so2+co+no2"],
    ["kr8", "kr-cai", "co=9.01 no2=0.02", "co=101 no2=33", "101", "unhealthy", "co"],
];

/// A concentration in a unit, as it is kept: to the millionth of the canonical unit.
fn kept(parameter: &str, unit: &str, value: f64) -> Option<Fixed> {
    let parameter = ParameterId::known(parameter);
    Fixed::from_f64(Unit::parse(unit).unwrap().convert(value, parameter.unit(), parameter).unwrap().value)
}

fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(' ').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap())
}

fn position(name: &str) -> Option<usize> {
    six().iter().position(|one| one.as_str() == name)
}

fn judge(standard: &str, inputs: &str) -> (&'static Scheme, Verdict) {
    let (mut hour, mut day) = (Realtime::default(), Daily::default());
    for (name, value) in pairs(inputs) {
        let value: f64 = value.parse().unwrap();
        let plain = Fixed::from_f64(value).map(Mean::from);
        match (standard, name) {
            ("uk-daqi", "no2") => day.no2_hour = plain,
            ("uk-daqi", "so2") => day.so2_quarter = plain,
            ("uk-daqi" | "in-naqi", "o3") => day.o3_max8h = plain,
            ("in-naqi", "co") => day.co_max8h = plain,
            ("in-naqi", "nh3") => day.nh3 = plain,
            ("uk-daqi" | "in-naqi", name) => day.mean[position(name).unwrap()] = plain,
            ("ca-aqhi", "o3_ppb") => hour.last3[0] = [kept("o3", "ppb", value); 3],
            ("ca-aqhi", "no2_ppb") => hour.last3[1] = [kept("no2", "ppb", value); 3],
            ("ca-aqhi", "pm25") => hour.last3[2] = [kept("pm25", "ug/m3", value); 3],
            ("kr-cai", "pm25" | "pm10") => hour.moving24[position(name).unwrap()] = plain,
            ("kr-cai", name) => hour.hour[position(name).unwrap()] = kept(name, "ppm", value).map(Mean::from),
            other => panic!("unknown input {other:?}"),
        }
    }
    let scheme = Scheme::all().iter().find(|scheme| scheme.family == standard).unwrap();
    let edition = edition(scheme).unwrap();
    let rules = Rules::built_in();
    let verdict = edition.realtime.map(|realtime| realtime(rules, &hour));
    (scheme, verdict.or_else(|| edition.daily.map(|daily| daily(rules, &day))).unwrap())
}

fn check([id, standard, inputs, sub, index, category, primary]: [&str; 7]) {
    let (scheme, verdict) = judge(standard, inputs);
    if standard == "ca-aqhi" {
        // The column of sub-indices has the index before it is rounded.
        let input = pairs(inputs).map(|(_, value)| value.parse::<f64>().unwrap()).collect::<Vec<_>>();
        let hours = [kept("o3", "ppb", input[0]), kept("no2", "ppb", input[1]), kept("pm25", "ug/m3", input[2])];
        assert_eq!(format!("{:.4}", ca_aqhi::risk(&hours.map(|hour| [hour; 3])).unwrap()), sub, "{id}");
        assert!(verdict.sub.iter().flatten().count() == 0 && verdict.primary.is_empty(), "{id}");
    } else {
        let found = six().into_iter().zip(verdict.sub).chain(verdict.beside.clone());
        let found: BTreeMap<&str, u16> = found.filter_map(|(one, sub)| Some((one.as_str(), sub?))).collect();
        let first = |value: &str| value.split('/').next().unwrap().parse::<u16>().unwrap();
        let expected: BTreeMap<&str, u16> = pairs(sub).map(|(name, value)| (name, first(value))).collect();
        // One vector leaves them out.
        assert!(sub.is_empty() || found == expected, "{id}: {found:?} and {expected:?}");
        let names: std::collections::BTreeSet<_> = verdict.primary.iter().map(|one| one.as_str()).collect();
        assert_eq!(names, primary.split('+').filter(|name| !name.is_empty()).collect(), "{id}: primary pollutants");
    }
    match index {
        "none" => assert_eq!(verdict.index, None, "{id}"),
        "10+" => assert!(verdict.index > Some(10), "{id}"),
        // "232 or 233": by the table's bands the first.
        index => assert_eq!(verdict.index, index.split(' ').next().unwrap().parse().ok(), "{id}"),
    }
    assert_eq!(verdict.reason.is_some(), verdict.index.is_none(), "{id}: a reason stands where there is no index");
    let level = verdict.level.or_else(|| Some(scheme.level_of(verdict.index?)?.level));
    let name = level.and_then(|level| scheme.level(level)).map(|level| level.category().get("en").to_owned());
    let risk = if standard == "ca-aqhi" { " risk" } else { "" };
    assert_eq!(
        name.unwrap_or_default(),
        if category.is_empty() { String::new() } else { format!("{category}{risk}") },
        "{id}"
    );
}

#[test]
fn worked_vectors() {
    VECTORS.into_iter().for_each(check);
}

#[test]
fn vectors_are_those_published() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/air/vectors.csv");
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return;
    }
    let mut published: Vec<Vec<String>> = Vec::new();
    for row in csv::ReaderBuilder::new().comment(Some(b'#')).from_path(path).unwrap().deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        if ["uk-daqi", "in-naqi", "ca-aqhi", "kr-cai"].contains(&row["standard"].as_str()) {
            let columns = ["id", "standard", "inputs", "sub_indices", "index", "category", "primary"];
            published.push(columns.map(|column| row[column].clone()).to_vec());
        }
    }
    assert_eq!(VECTORS.map(|vector| vector.map(str::to_owned).to_vec()).to_vec(), published);
}

#[test]
fn ammonia_leads_the_indian_index_alone_or_on_a_tie() {
    let primary = |inputs| {
        let (_, verdict) = judge("in-naqi", inputs);
        (verdict.index, verdict.primary.iter().map(|one| one.as_str()).collect::<Vec<_>>())
    };
    assert_eq!(primary("pm25=30 no2=20 nh3=800"), (Some(200), vec!["nh3"]));
    assert_eq!(primary("pm25=90 no2=20 nh3=800"), (Some(200), vec!["pm25", "nh3"]));
    assert_eq!(primary("no2=20 so2=20 nh3=100"), (None, vec![]), "without particles there is none");
}

#[test]
fn three_hours_of_canada_need_two_of_each() {
    let hour = |valid: usize| std::array::from_fn(|at| (at < valid).then_some(Fixed::whole(20)));
    assert!(ca_aqhi::risk(&[hour(2), hour(3), hour(3)]).is_some());
    assert!(ca_aqhi::risk(&[hour(1), hour(3), hour(3)]).is_none());
}
