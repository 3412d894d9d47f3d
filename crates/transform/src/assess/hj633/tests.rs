use std::collections::BTreeMap;
use std::path::Path;

use limpid_model::{ParameterId, Scheme};

use super::vectors::VECTORS;
use crate::assess::{Daily, O3, Realtime, Six, Verdict, edition, six};
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;

fn value(number: f64) -> Option<Mean> {
    Fixed::from_f64(number).map(Mean::from)
}

fn position(name: &str) -> usize {
    six().iter().position(|one| *one == ParameterId::known(name)).unwrap()
}

/// `so2=12 no2=28` as values of the six.
fn inputs(text: &str) -> Six<Option<Mean>> {
    let mut values = [None; 6];
    for pair in text.split(' ') {
        let (name, number) = pair.split_once('=').unwrap();
        values[position(name)] = value(number.parse().unwrap());
    }
    values
}

/// The vectors give one ozone value: of a day the largest 8-hour mean, of an hour that hour. The particles of an hour
/// under 2012 are the 24-hour means.
fn judge(scheme: &str, mode: &str, values: Six<Option<Mean>>) -> Verdict {
    let edition = edition(Scheme::parse(scheme).unwrap()).unwrap();
    let mut particles = values;
    particles[2..].fill(None);
    let mut means = values;
    means[O3] = None;
    match mode {
        "realtime" => (edition.realtime.unwrap())(
            Rules::built_in(),
            &Realtime { hour: values, moving24: particles, ..Default::default() },
        ),
        "daily" => {
            let input = Daily { mean: means, o3_max8h: values[O3], ..Default::default() };
            (edition.daily.unwrap())(Rules::built_in(), &input)
        }
        other => panic!("unknown mode {other}"),
    }
}

fn check(id: &str, [scheme, mode, input, sub, index, primary]: [&str; 6]) {
    let verdict = judge(scheme, mode, inputs(input));
    let mut expected: Six<Option<u16>> = [None; 6];
    for pair in sub.split(' ') {
        let (name, number) = pair.split_once('=').unwrap();
        expected[position(name)] = number.parse().ok();
    }
    assert_eq!(verdict.sub, expected, "{id}: sub-indices");
    assert_eq!(verdict.index, index.parse().ok(), "{id}: index");
    assert_eq!(verdict.reason, (index == "NA").then_some("missing"), "{id}: reason");
    let mut names: Vec<_> = verdict.primary.iter().map(|parameter| parameter.as_str()).collect();
    let mut wanted: Vec<_> = primary.split('+').filter(|name| !["", "NA"].contains(name)).collect();
    names.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(names, wanted, "{id}: primary pollutants");
}

#[test]
fn worked_vectors() {
    for (at, vector) in VECTORS.into_iter().enumerate() {
        check(&format!("cn{:02}", at + 1), vector);
    }
}

#[test]
fn worked_vectors_as_published() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/air/vectors.csv");
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return;
    }
    let mut seen = 0;
    for row in csv::ReaderBuilder::new().comment(Some(b'#')).from_path(path).unwrap().deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        if row["standard"].starts_with("hj633") {
            let columns = ["standard", "mode", "inputs", "sub_indices", "index", "primary"];
            check(&row["id"], columns.map(|column| row[column].as_str()));
            seen += 1;
        }
    }
    assert_eq!(seen, 22);
}

#[test]
fn breakpoints_as_published() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/air/hj633.csv");
    let Ok(published) = std::fs::read_to_string(path) else {
        eprintln!("skipped: no reference table");
        return;
    };
    let rows = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with("hj633-")).map(str::to_owned).collect()
    };
    let own = rows(include_str!("../../../../../data/standards/hj633.csv"));
    assert_eq!(own.len(), 20);
    assert_eq!(own, rows(&published));
}

#[test]
fn hour_of_2012_takes_so2_from_the_24_hours_when_the_hourly_table_ends() {
    let hour = inputs("so2=900 no2=15 co=0.5 o3=60 pm10=30 pm25=20");
    let moving24 = inputs("so2=475 pm10=30 pm25=20");
    let realtime = edition(Scheme::parse("hj633-2012").unwrap()).unwrap().realtime.unwrap();
    let verdict = realtime(Rules::built_in(), &Realtime { hour, moving24, ..Default::default() });
    assert_eq!((verdict.sub[2], verdict.index), (Some(150), Some(150)));
    // At 800 itself the hourly table still holds.
    let hour = inputs("so2=800 no2=15 co=0.5 o3=60 pm10=30 pm25=20");
    let verdict = realtime(Rules::built_in(), &Realtime { hour, moving24, ..Default::default() });
    assert_eq!(verdict.sub[2], Some(200));
}

#[test]
fn day_of_2012_has_two_kinds_of_ozone() {
    let daily = edition(Scheme::parse("hj633-2012").unwrap()).unwrap().daily.unwrap();
    let sub = |hour, max8h| {
        let mean = inputs("so2=10 no2=15 co=0.5 pm10=30 pm25=20");
        let input = Daily { mean, o3_hour: hour, o3_max8h: max8h, ..Default::default() };
        daily(Rules::built_in(), &input).sub[O3]
    };
    assert_eq!(sub(value(300.0), value(160.0)), Some(150), "the hour leads");
    assert_eq!(sub(value(200.0), value(215.0)), Some(150), "the 8 hours lead");
    assert_eq!(sub(value(1000.0), value(801.0)), Some(400), "above 800 the 8 hours are not computed");
    assert_eq!(sub(value(300.0), None), None);
}

#[test]
fn missing_parameters_by_edition() {
    let index = |scheme, text| judge(scheme, "realtime", inputs(text)).index;
    let without_o3 = "so2=10 no2=15 co=0.5 pm10=30 pm25=20";
    let without_pm10 = "so2=10 no2=15 co=0.5 o3=60 pm25=80";
    assert_eq!(index("hj633-2026", without_o3), None);
    assert_eq!(index("hj633-2012", without_o3), Some(30), "of a missing gas the 2012 edition says nothing");
    assert_eq!(index("hj633-2026", without_pm10), Some(119), "above 100 it is given");
    assert_eq!(index("hj633-2012", without_pm10), None, "without particles it is not the feed's");
    // Exactly 100 is not above 100.
    assert_eq!(index("hj633-2026", "so2=10 no2=15 co=0.5 o3=60 pm25=60"), None);
    assert_eq!(judge("hj633-2026", "realtime", [None; 6]).index, None);
}

#[test]
fn a_parameter_outside_the_plan_does_not_block() {
    let hour = inputs("so2=10 no2=15 co=0.5 pm10=30 pm25=20");
    let mut exempt = [false; 6];
    exempt[O3] = true;
    let realtime = edition(Scheme::parse("hj633-2026").unwrap()).unwrap().realtime.unwrap();
    let verdict = realtime(Rules::built_in(), &Realtime { hour, exempt, ..Default::default() });
    assert_eq!((verdict.index, verdict.reason, verdict.sub[O3]), (Some(30), None, None));
}
