//! Checks of hours against ioos_qc, which has the same ones by QARTOD.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use chrono::{DateTime, Datelike};
use limpid_model::limit::{Climatology, Flat, Range, Steps};
use limpid_model::{Flag, Limit, ParameterId, StationKind};
use limpid_transform::fixed::Fixed;
use limpid_transform::standards::Rules;
use limpid_transform::validate::{climatology, flat, series, steps};
use serde_json::{Value, json};

use crate::peers;

const RANGE: [f64; 4] = [-10.0, 0.0, 300.0, 600.0];
const SPIKE: Steps = Steps { suspect: Some(30.0), fail: Some(90.0) };
const RATE: Steps = Steps { suspect: Some(40.0), fail: Some(120.0) };
const FLAT: Flat = Flat { suspect_hours: Some(3), fail_hours: Some(6), tolerance: 1.0 };
const CLIMATE: Climatology = Climatology { month: Some(1), suspect_below: Some(5.0), suspect_above: Some(150.0) };

type Series = Vec<(i64, Option<f64>)>;

/// Our flags of each check: 1, 3, 4, 9, or 2 where it could not be made.
fn ours(hours: &Series) -> BTreeMap<&'static str, Vec<u8>> {
    let pm25 = ParameterId::known("pm25");
    let values: Vec<Option<Fixed>> = hours.iter().map(|hour| hour.1.and_then(Fixed::from_f64)).collect();
    let [fail_below, suspect_below, suspect_above, fail_above] = RANGE.map(Some);
    let limits = [
        (pm25, Limit::Range(Range { fail_below, suspect_below, suspect_above, fail_above })),
        (pm25, Limit::Climatology(CLIMATE)),
    ];
    let code = |found: Option<(Flag, &str)>| found.map_or(1, |(flag, _)| flag.code());
    let mut flags: BTreeMap<&'static str, Vec<u8>> = BTreeMap::new();
    for (place, value) in values.iter().enumerate() {
        let at = |place: usize| values.get(place).copied().flatten();
        let (before, after) = (place.checked_sub(1).and_then(at), at(place + 1));
        let mut add = |check, flag| flags.entry(check).or_default().push(if value.is_none() { 9 } else { flag });
        let value = value.unwrap_or(Fixed::whole(0));
        add("range", code(Rules::built_in().ranges.judge(StationKind::Air, &limits, pm25, value)));
        let whole = before.is_some() && after.is_some();
        add("spike", if whole { code(steps::spike(SPIKE, before, value, after)) } else { 2 });
        add("rate", code(steps::rate(RATE, before, value)));
        add("flat", code(flat::judge(FLAT, &values[place.saturating_sub(series::BEFORE)..=place])));
        let month = DateTime::from_timestamp(hours[place].0, 0).unwrap().month();
        // Its bounds hold in one month only: outside it nothing is judged.
        add("climatology", climatology::judge(&limits, pm25, month, value).map_or(2, |(flag, _)| flag.code()));
    }
    flags
}

fn compare(name: &str, hours: &Series) {
    let folder = tempfile::tempdir().unwrap();
    let (source, limits) = (folder.path().join("series.csv"), folder.path().join("limits.json"));
    let mut text = "start,value\n".to_owned();
    for (start, value) in hours {
        writeln!(text, "{start},{}", value.map_or(String::new(), |value| value.to_string())).unwrap();
    }
    std::fs::write(&source, text).unwrap();
    let told = json!({
        "range": RANGE,
        "spike": [SPIKE.suspect, SPIKE.fail],
        "rate": [RATE.suspect, RATE.fail],
        "flat": [FLAT.suspect_hours, FLAT.fail_hours, FLAT.tolerance],
        "climatology": {"month": CLIMATE.month, "low": CLIMATE.suspect_below, "high": CLIMATE.suspect_above},
    });
    std::fs::write(&limits, told.to_string()).unwrap();
    let theirs = peers::ask("qartod_flags.py", &[&source, &limits]);
    for (check, ours) in ours(hours) {
        let theirs: Vec<u8> =
            theirs[check].as_array().unwrap().iter().map(|flag| Value::as_u64(flag).unwrap() as u8).collect();
        assert_eq!(theirs.len(), ours.len());
        for place in 0..ours.len() {
            if ours[place] == theirs[place] {
                continue;
            }
            // ioos_qc takes a window with gaps for a still one when what is left of it stands still; a gap is no repetition.
            let reach = usize::from(FLAT.fail_hours.unwrap());
            let gap = hours[place.saturating_sub(reach)..=place].iter().any(|hour| hour.1.is_none());
            let known = check == "flat" && gap && theirs[place] > ours[place];
            // And it judges missing hours of months that have no bounds.
            let known = known || (check == "climatology" && ours[place] == 9);
            assert!(known, "{name} {check} at {place}: {} there, {} here", theirs[place], ours[place]);
        }
        for flag in [1, 3, 9] {
            assert!(ours.contains(&flag), "{name} {check} never gives {flag}");
        }
    }
}

#[test]
fn a_made_series_is_flagged_as_by_ioos_qc() {
    let mut state = 11_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut value = 60.0_f64;
    let mut hours = Series::new();
    for hour in 0..3_000_i64 {
        value = match next() % 40 {
            0 => (next() % 700) as f64,
            1..=12 => value,
            _ => (value + (next() % 21) as f64 - 10.0).clamp(-20.0, 700.0),
        };
        let spike = if next().is_multiple_of(50) { (next() % 200) as f64 } else { 0.0 };
        let present = !next().is_multiple_of(12);
        // From December into March.
        hours.push((1_764_547_200 + hour * 3_600, present.then_some(value + spike)));
    }
    compare("made", &hours);
}

#[test]
fn a_station_of_beijing_is_flagged_as_by_ioos_qc() {
    let path = "../shared/data/air-beijing-uci/PRSA_Data_Aotizhongxin_20130301-20170228.csv";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return;
    }
    let mut hours = Series::new();
    for (hour, row) in csv::Reader::from_path(path).unwrap().deserialize().enumerate() {
        let row: BTreeMap<String, String> = row.unwrap();
        // 2013-03-01 00:00, taken as UTC: months are those of the file.
        hours.push((1_362_096_000 + hour as i64 * 3_600, row["PM2.5"].parse().ok()));
    }
    assert_eq!(hours.len(), 35_064);
    compare("Aotizhongxin", &hours);
}
