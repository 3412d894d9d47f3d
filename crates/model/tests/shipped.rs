//! The registers that are shipped, their sample rows, and the duties that they serve.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use limpid_model::pipeline::{Files, Registers};
use limpid_model::register::{FieldKind, LinkTo, Register};
use limpid_model::{Pipeline, StationId};
use serde_json::{Map, Value};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: impl AsRef<Path>) -> String {
    let path = project().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn names(folder: &str, ending: &str) -> Vec<String> {
    let entries = std::fs::read_dir(project().join(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter_map(|name| name.strip_suffix(ending).map(str::to_owned)).collect();
    names.sort();
    names
}

fn registers() -> Registers {
    let folder = "pipelines/demo/registers";
    let text = |name: &String| (format!("{name}.toml"), read(format!("{folder}/{name}.toml")));
    let files: Vec<_> = names(folder, ".toml").iter().map(text).collect();
    Registers::parse(&files).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn samples(id: &str) -> Vec<Map<String, Value>> {
    let text = read(format!("pipelines/demo/registers/samples/{id}.json"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{id}: {error}"))
}

/// Every value under a field's name: of a column that of each row.
fn values<'v>(fields: &'v Map<String, Value>, name: &str) -> Vec<&'v Value> {
    match name.split_once('.') {
        None => fields.get(name).into_iter().collect(),
        Some((table, column)) => {
            let rows = fields.get(table).and_then(Value::as_array).into_iter().flatten();
            rows.filter_map(|row| row.get(column)).collect()
        }
    }
}

#[test]
fn every_register_has_sample_rows_that_it_takes_without_a_doubt() {
    let registers = registers();
    let stations = read("pipelines/demo/stations.csv");
    let pipeline = Pipeline::parse(&Files { pipeline: read("pipelines/demo/pipeline.toml"), stations }).unwrap();
    assert_eq!(names("pipelines/demo/registers/samples", ".json"), names("pipelines/demo/registers", ".toml"));
    for register in registers.iter() {
        let rows = samples(&register.id);
        assert!(!rows.is_empty(), "{}", register.id);
        for row in rows {
            let taken = register.take(row.clone()).unwrap_or_else(|problems| panic!("{}: {problems:?}", register.id));
            assert_eq!(register.doubts(&taken), [], "{}", register.id);
            for (name, field, _) in register.leaves() {
                for value in values(&row, &name).into_iter().filter_map(Value::as_str) {
                    match &field.kind {
                        FieldKind::Link(LinkTo::Register(to)) => {
                            let key = &registers.get(to).unwrap().key;
                            let known = samples(to).iter().any(|row| row[key.as_str()] == value);
                            assert!(known, "{}.{name}: {to} has no {value}", register.id);
                        }
                        FieldKind::Link(LinkTo::Station) => {
                            let known = StationId::parse(value).is_some_and(|id| pipeline.stations.get(&id).is_some());
                            assert!(known, "{}.{name}: no station {value}", register.id);
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

/// Terms of the sample rows, counted by hand with the State Council's notices for 2026.
#[test]
fn terms_of_the_samples() {
    let registers = registers();
    let calendar = limpid_model::workdays::Calendar::china();
    let terms = |id: &str, row: usize| {
        let register = registers.get(id).unwrap();
        let values = register.take(samples(id).swap_remove(row)).unwrap();
        let terms = register.terms_of(&register.disclose(&values), calendar);
        terms.into_iter().map(|term| format!("{} {} {:?}", term.name, term.due, term.kept)).collect::<Vec<_>>()
    };
    // Friday 18 September 2026; the tenth working day, over Mid-Autumn and National Day with make-up days on 20 September and
    // 10 October: 20 Sun 1, 21 to 24 2..5, 28 to 30 6..8, 8 October 9, 9 October 10.
    assert_eq!(terms("eia-acceptances", 0), ["shown 2026-10-09 Some(true)"]);
    assert_eq!(terms("eia-intended", 0), ["shown 2026-10-26 Some(true)"]);
    assert_eq!(terms("eia-decisions", 0), ["published 2026-11-10 Some(true)"]);
    assert_eq!(terms("eia-decisions", 1), ["published 2026-11-23 Some(false)"], "one day late");
    assert_eq!(terms("penalties", 1), ["published 2026-10-21 Some(true)"]);
    assert_eq!(terms("information-requests", 0)[0], "answer 2026-10-21 Some(true)");
    assert_eq!(terms("enterprise-disclosure", 1), ["report 2026-03-15 Some(false)"]);
    assert_eq!(terms("disclosure-reports", 0), ["published 2026-01-31 Some(true)"]);
}

#[test]
fn every_duty_is_served_or_says_why_not() {
    let registers = registers();
    let documents = read("docs/duties.md");
    let rows: Vec<Vec<&str>> = documents
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let router = read("crates/publish/src/router.rs");
    let mut served = BTreeSet::new();
    for row in rows.iter().filter(|row| row[0].starts_with(|sign: char| sign.is_ascii_digit())) {
        let place = row[2];
        if let Some(why) = place.strip_prefix("not served:") {
            assert!(why.trim().len() > 5 && row[3].len() > 20, "{row:?}");
            continue;
        }
        for one in place.split(' ') {
            if let Some(id) = one.strip_prefix("register:") {
                assert!(registers.get(id).is_some(), "{row:?}");
                served.insert(id.to_owned());
            } else {
                let path = one.strip_prefix("path:").unwrap_or_else(|| panic!("{row:?}: {one}"));
                assert!(router.contains(&format!("\"{path}\"")), "{row:?}: no route {path}");
            }
        }
    }
    let apart = |id: &str| rows.iter().any(|row| row[0] == id);
    let known = |register: &Register| served.contains(&register.id) || apart(&register.id);
    let unnamed: Vec<_> = registers.iter().filter(|register| !known(register)).map(|register| &register.id).collect();
    assert!(unnamed.is_empty(), "registers that docs/duties.md does not name: {unnamed:?}");

    let file = project().join("../shared/reference/permits/seed_duties.csv");
    let Ok(seed) = std::fs::read_to_string(file) else {
        println!("skipped: ../shared/reference/permits/seed_duties.csv is absent");
        return;
    };
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(seed.as_bytes());
    let mut duties = 0;
    for record in reader.records() {
        let record = record.unwrap();
        duties += 1;
        let row = rows.iter().filter(|row| row[0] == &record[0] && row[1] == &record[1]).count();
        assert_eq!(row, 1, "docs/duties.md has {row} rows for {} {}", &record[0], &record[1]);
    }
    assert_eq!(duties, 36);
}

#[test]
fn every_test_that_the_security_page_names_exists() {
    let page = read("docs/security.md");
    let mut named = 0;
    for line in page.lines().filter(|line| line.starts_with("| ")) {
        let Some((test, file)) = line.rsplit('|').nth(1).and_then(|cell| cell.trim().split_once(" in ")) else {
            continue;
        };
        let test = test.trim_matches('`');
        assert!(read(file).contains(&format!("fn {test}(")), "{file} has no test {test}");
        named += 1;
    }
    assert!(named > 15, "{named}");
}
