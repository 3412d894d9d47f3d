//! Our index from the hourly values of Beijing's 35 stations, against the index that the city published beside them
//! (February and March 2015, files as collected by an archive of the feed; ../shared, not part of the repository).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use chrono::{Duration, NaiveDate};
use limpid_model::pipeline::Files;
use limpid_model::{
    Flag, Instant, ParameterId, Period, Pipeline, Reading, ReceiptId, Record, Station, Statistic, Zone,
};
use limpid_store::Accepted;
use limpid_transform::engine::{Wanted, derive};
use limpid_transform::review::Decided;
use limpid_transform::standards::Rules;
use limpid_transform::validate::Consistency;

/// Values by type of row (`PM2.5`, `AQI` …), station and label.
type Feed = BTreeMap<String, BTreeMap<(String, Instant), f64>>;

const BASE: [(&str, &str); 6] =
    [("PM2.5", "pm25"), ("PM10", "pm10"), ("SO2", "so2"), ("NO2", "no2"), ("CO", "co"), ("O3", "o3")];

fn zone() -> Zone {
    Zone::parse("Asia/Shanghai").unwrap()
}

/// The files of a month, `None` where they are not there.
fn feed(month: &str) -> Option<Feed> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/air-beijing-quotsoft");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: {} is not there", folder.display());
        return None;
    };
    let mut feed = Feed::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.contains(&format!("_{month}")) {
            continue;
        }
        let mut file = csv::ReaderBuilder::new().flexible(true).from_path(&path).unwrap();
        let stations: Vec<String> = file.headers().unwrap().iter().skip(3).map(str::to_owned).collect();
        for row in file.records() {
            let row = row.unwrap();
            let date = NaiveDate::parse_from_str(&row[0], "%Y%m%d").unwrap();
            let label = zone().start_of(date) + Duration::hours(row[1].parse().unwrap());
            for (station, cell) in stations.iter().zip(row.iter().skip(3)) {
                if let Ok(value) = cell.parse() {
                    feed.entry(row[2].to_owned()).or_default().insert((station.clone(), label), value);
                }
            }
        }
    }
    Some(feed)
}

/// The stations of a feed, by the names in its files.
fn stations(feed: &Feed) -> Vec<(String, Station)> {
    let names: std::collections::BTreeSet<&String> = feed["AQI"].keys().map(|(station, _)| station).collect();
    let mut rows = "id,kind,name_zh,name_en,lat,lon\n".to_owned();
    for (number, name) in names.iter().enumerate() {
        rows += &format!("B{number},air,{name},{name},40,116\n");
    }
    let publisher = "[publisher]\nid = \"beijing\"\nname = { zh = \"京\", en = \"B\" }\nzone = \"Asia/Shanghai\"\n";
    let pipeline = Pipeline::parse(&Files { pipeline: publisher.to_owned(), stations: rows }).unwrap();
    names.into_iter().map(|name| (name.clone(), pipeline.stations.by_id_or_name(name).unwrap().clone())).collect()
}

/// Everything derived of a station's base columns. A label names the end of its hour, as in the national feed.
fn records(rules: &Rules, feed: &Feed, name: &str, station: &Station) -> Vec<Record> {
    let received = "2015-12-31T00:00:00Z".parse().unwrap();
    let mut readings = Vec::new();
    for (column, parameter) in BASE {
        let from = (name.to_owned(), Instant::MIN_UTC);
        let until = (name.to_owned(), Instant::MAX_UTC);
        for ((_, label), value) in feed[column].range(from..until) {
            let reading = Reading {
                station: station.id.clone(),
                parameter: ParameterId::known(parameter),
                period: Period::Hour,
                start: *label - Duration::hours(1),
                value: Some(*value),
                mark: None,
                conversion: None,
            };
            let (seq, receipt) = (readings.len() as u64, ReceiptId::new(received, 0));
            readings.push(Accepted { seq, revision: 1, receipt, received, reading });
        }
    }
    let first = readings.iter().map(|accepted| accepted.reading.start).min().unwrap();
    let last = readings.iter().map(|accepted| accepted.reading.start).max().unwrap();
    let wanted = Wanted::within(first, last + Duration::hours(1), zone(), 0);
    derive(rules, station, zone(), &readings, Decided::NONE, &wanted, received)
}

#[derive(Debug, Default, Clone, Copy)]
struct Score {
    compared: usize,
    exact: usize,
    within_one: usize,
}

impl Score {
    fn shares(self) -> (f64, f64) {
        let share = |part| part as f64 * 100.0 / self.compared as f64;
        (share(self.exact), share(self.within_one))
    }
}

/// Our hourly index under HJ 633-2012 against the published one.
fn score(rules: &Rules, feed: &Feed) -> Score {
    let mut score = Score::default();
    for (name, station) in stations(feed) {
        for record in records(rules, feed, &name, &station) {
            let Record::Assessment(ours) = record else { continue };
            if ours.scheme.id != "hj633-2012" || ours.period != Period::Hour {
                continue;
            }
            let (Some(index), Some(theirs)) = (ours.index, feed["AQI"].get(&(name.clone(), ours.end))) else {
                continue;
            };
            let off = (f64::from(index) - theirs).abs();
            score.compared += 1;
            score.exact += usize::from(off == 0.0);
            score.within_one += usize::from(off <= 1.0);
        }
    }
    score
}

fn month(month: &'static str) -> Option<&'static Feed> {
    static FEBRUARY: OnceLock<Option<Feed>> = OnceLock::new();
    static MARCH: OnceLock<Option<Feed>> = OnceLock::new();
    let cell = if month == "201502" { &FEBRUARY } else { &MARCH };
    cell.get_or_init(|| feed(month)).as_ref()
}

fn the_index_is_the_published_one(name: &'static str, least_compared: usize) {
    let Some(feed) = month(name) else { return };
    let score = score(Rules::built_in(), feed);
    let (exact, within_one) = score.shares();
    println!("{name}: {score:?}, exact {exact:.2} %, within one {within_one:.2} %");
    assert!(score.compared >= least_compared, "{score:?}");
    assert!(exact >= 90.0 && within_one >= 97.0, "exact {exact:.2} %, within one {within_one:.2} %");
}

#[test]
fn the_index_of_february_is_the_published_one() {
    // In this month the feed withheld two thirds of the PM10 hours, so that few windows are valid.
    the_index_is_the_published_one("201502", 6_000);
}

#[test]
fn the_index_of_march_is_the_published_one() {
    the_index_is_the_published_one("201503", 18_000);
}

#[test]
fn the_rule_on_particles_costs_nothing_here() {
    let Some(feed) = month("201503") else { return };
    let with = score(Rules::built_in(), feed);
    let mut rules = Rules::built_in().clone();
    rules.consistency = Consistency::parse("part,whole,absolute,relative_percent,rule\n").unwrap();
    let without = score(&rules, feed);
    let flagged = |rules| {
        let of_station = |(name, station): &(String, Station)| records(rules, feed, name, station);
        let records: Vec<Record> = stations(feed).iter().flat_map(of_station).collect();
        let hour = |record: &&Record| match record {
            Record::Observation(o) => o.period == Period::Hour && o.flag == Flag::Suspect,
            Record::Assessment(_) => false,
        };
        records.iter().filter(hour).count()
    };
    let suspect = flagged(Rules::built_in()) - flagged(&rules);
    println!("with {with:?}, without {without:?}, {suspect} values suspect by the rule");
    assert!((60..150).contains(&suspect), "0.19 % of 21,633 pairs are 41 pairs of values, not {suspect} values");
    assert!(without.compared - with.compared <= without.compared / 1000);
    assert!(with.shares().0 + 0.1 >= without.shares().0 && with.shares().1 + 0.1 >= without.shares().1);
}

#[test]
fn complete_24_hour_windows_are_the_published_ones() {
    let Some(feed) = month("201503") else { return };
    let pm25 = ParameterId::known("pm25");
    let (mut compared, mut off) = (0, Vec::new());
    for (name, station) in stations(feed) {
        for record in records(Rules::built_in(), feed, &name, &station) {
            let Record::Observation(ours) = record else { continue };
            let subject = (ours.parameter, ours.period, ours.statistic);
            if subject != (pm25, Period::Hours24, Statistic::Mean) || ours.n != Some(24) {
                continue;
            }
            let Some(theirs) = feed["PM2.5_24h"].get(&(name.clone(), ours.end)) else { continue };
            compared += 1;
            // The feed rounds both the hours and their mean to 0.1, each by up to 0.05.
            if (ours.value.unwrap() - theirs).abs() > 0.1 + 1e-9 {
                off.push((name.clone(), ours.end, ours.value, *theirs));
            }
        }
    }
    println!("{compared} windows, {} differ", off.len());
    assert!(compared > 15_000, "{compared}");
    let largest = off.iter().map(|(_, _, ours, theirs)| (ours.unwrap() - theirs).abs()).fold(0.0, f64::max);
    println!("largest difference {largest:.3}");
    // A few hours were published once, and again with another value after the feed had averaged them.
    assert!(off.len() * 200 < compared, "{} differ, first {:?}", off.len(), off.first());
    assert!(largest < 0.5, "{largest}");
}
