//! Files into registers: small ones whose every answer is known, and the real ones beside the project.

mod real;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use limpid_model::pipeline::{RecordMapping, Registers};
use limpid_model::register::Register;
use limpid_store::{Journal, SqliteJournal};
use serde_json::{Value, json};

use super::*;

const TOML: &str = r#"
title = { zh = "许可", en = "Permits" }
key = "number"
[[field]]
name = "number"
type = "text"
label = { zh = "许可证编号", en = "Permit number" }
scan = false
[[field]]
name = "holder"
type = "text"
label = { zh = "单位", en = "Holder" }
required = true
[[field]]
name = "phone"
type = "text"
label = { zh = "电话", en = "Phone" }
redact = { kind = "phone" }
[[field]]
name = "from"
type = "date"
label = { zh = "起", en = "From" }
[[field]]
name = "limits"
type = "table"
label = { zh = "限值", en = "Limits" }
[[field.column]]
name = "outlet"
type = "text"
label = { zh = "排放口", en = "Outlet" }
[[field.column]]
name = "pollutant"
type = "text"
label = { zh = "污染物", en = "Pollutant" }
required = true
[[field.column]]
name = "value"
type = "number"
label = { zh = "限值", en = "Limit" }
[[field.column]]
name = "unit"
type = "text"
label = { zh = "单位", en = "Unit" }
[[field.column]]
name = "since"
type = "date"
label = { zh = "起", en = "Since" }
"#;

/// A register, its journal, and files to import.
pub struct Desk {
    pub register: Arc<Register>,
    pub journal: Arc<dyn Journal>,
    folder: tempfile::TempDir,
}

impl Desk {
    pub fn new(toml: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let registers = Registers::parse(&[("permits.toml".to_owned(), toml.to_owned())]);
        let register = Arc::clone(registers.unwrap_or_else(|told| panic!("{told}")).get("permits").unwrap());
        Self { register, journal: SqliteJournal::open(&folder.path().join("journal.sqlite")).unwrap(), folder }
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub async fn import(&self, path: &Path, mapping: &str, dry_run: bool) -> (Summary, Vec<Line>) {
        let mapping = RecordMapping::parse("m.toml", mapping, &self.register).unwrap_or_else(|told| panic!("{told}"));
        let (who, why, at) = ("Li".to_owned(), "test".to_owned(), "2026-11-30T00:00:00Z".parse().unwrap());
        let work = Import { register: &self.register, mapping, dry_run, who, why, at };
        let mut lines = Vec::new();
        let summary = import(&*self.journal, &work, path, &mut |line| lines.push(line), &|_| ()).await.unwrap();
        (summary, lines)
    }

    pub async fn values(&self, key: &str) -> Value {
        let newest = self.journal.registers().newest_revisions("permits", vec![key.into()]).await.unwrap().remove(0);
        serde_json::to_value(newest.map(|newest| newest.values)).unwrap()
    }
}

fn counts(summary: Summary) -> [u64; 5] {
    [summary.added, summary.changed, summary.unchanged, summary.refused, summary.problems]
}

const CSV: &str = "许可证编号,holder,电话,from,limits.outlet,limits.pollutant,limits.限值\n\
                   P1,江口水泥厂,13800138000,2024/3/1,DA001,so2,50\n\
                   P2,污水厂,,,DW001,cod,30\n\
                   P1,,,,DA001,nox,100\n\
                   ,无号,,,DA001,so2,1\n\
                   P3,,,2024-02-30,,,\n";

#[tokio::test]
async fn rows_of_one_key_are_one_record_wherever_they_stand() {
    let desk = Desk::new(TOML);
    let file = desk.file("permits.csv", CSV.as_bytes());
    let (tried, lines) = desk.import(&file, "", true).await;
    assert_eq!((counts(tried), tried.records, tried.dry_run), ([2, 0, 0, 2, 3], 4, true));
    assert_eq!(desk.values("P1").await, Value::Null, "a trial writes nothing");
    let refused: Vec<String> = lines
        .iter()
        .filter_map(|line| match &line.outcome {
            Outcome::Refused(problems) => {
                Some(format!("{} {:?}", line.at, problems.iter().map(|one| one.field.as_str()).collect::<Vec<_>>()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(refused, [r#"5 ["number"]"#, r#"6 ["holder", "from"]"#]);

    let (done, _) = desk.import(&file, "", false).await;
    assert_eq!(counts(done), counts(tried));
    let expected = json!({
        "number": "P1", "holder": "江口水泥厂", "phone": "13800138000", "from": "2024-03-01",
        "limits": [{"outlet": "DA001", "pollutant": "so2", "value": 50}, {"outlet": "DA001", "pollutant": "nox", "value": 100}],
    });
    assert_eq!(desk.values("P1").await, expected);
    assert_eq!(counts(desk.import(&file, "", false).await.0), [0, 0, 2, 2, 3], "the same file changes nothing");

    // The same in GB 18030, with another limit.
    let other = CSV.replace("so2,50", "so2,35");
    let (bytes, _, _) = encoding_rs::GB18030.encode(&other);
    let file = desk.file("other.csv", &bytes);
    let (summary, lines) = desk.import(&file, "", true).await;
    assert_eq!(counts(summary), [0, 1, 1, 2, 3]);
    let changed = lines.iter().find_map(|line| match &line.outcome {
        Outcome::Changed(changes) => Some(changes.clone()),
        _ => None,
    });
    let changed = changed.unwrap();
    assert_eq!(
        (changed[0].field.as_str(), &changed[0].before, &changed[0].after),
        ("limits[1].value", &json!(50), &json!(35))
    );
}

#[tokio::test]
async fn what_a_file_has_no_column_for_stays_and_what_it_leaves_empty_goes() {
    let desk = Desk::new(TOML);
    desk.import(&desk.file("a.csv", CSV.as_bytes()), "", false).await;
    let (summary, lines) = desk.import(&desk.file("b.csv", b"number,phone\nP1,\nP9,1\nP1,2\n"), "", false).await;
    assert_eq!(counts(summary), [0, 1, 0, 2, 2], "{lines:?}");
    let values = desk.values("P1").await;
    assert_eq!((&values["holder"], &values["phone"]), (&json!("江口水泥厂"), &Value::Null));
    assert_eq!(values["limits"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn objects_with_lists_are_read_as_the_mapping_says() {
    let desk = Desk::new(TOML);
    let mapping = r#"
missing = ["-"]
[fields]
number = "permit"
holder = "unit.name"
phone = "phone"
[constant]
from = "2024-01-01"
[[table]]
name = "limits"
rows = "outlets.pollutants"
unique = true
fields = { outlet = "outlets.name", pollutant = "outlets.pollutants.name", value = "outlets.pollutants.limit" }
constant = { unit = "mg/L" }
"#;
    let file = desk.file(
        "a.json",
        br#"[{"permit": "P1", "unit": {"name": "H"}, "phone": "-", "outlets": [
            {"name": "DW001", "pollutants": [{"name": "cod", "limit": 50.5}, {"name": "cod", "limit": 50.5}]},
            {"name": "DW002", "pollutants": []}]}, {"permit": "", "unit": {}}]"#,
    );
    let (summary, _) = desk.import(&file, mapping, false).await;
    assert_eq!(counts(summary), [1, 0, 0, 1, 2]);
    let expected = json!({
        "number": "P1", "holder": "H", "from": "2024-01-01",
        "limits": [{"outlet": "DW001", "pollutant": "cod", "value": 50.5, "unit": "mg/L"}],
    });
    assert_eq!(desk.values("P1").await, expected);
}

#[tokio::test]
async fn dates_are_read_as_the_mapping_says_in_tables_too() {
    let desk = Desk::new(TOML);
    let mapping = r#"
date_format = "%d.%m.%Y"
[fields]
number = "number"
holder = "holder"
from = "from"
[[table]]
name = "limits"
fields = { pollutant = "pollutant", since = "since" }
"#;
    let file = desk.file("a.csv", b"number,holder,from,pollutant,since\nP1,H,31.12.2024,cod,01.02.2025\n");
    let (summary, lines) = desk.import(&file, mapping, false).await;
    assert_eq!(counts(summary), [1, 0, 0, 0, 0], "{lines:?}");
    let expected = json!({
        "number": "P1", "holder": "H", "from": "2024-12-31", "limits": [{"pollutant": "cod", "since": "2025-02-01"}],
    });
    assert_eq!(desk.values("P1").await, expected);
}

#[tokio::test]
async fn files_that_are_not_what_they_should_be_are_told() {
    let desk = Desk::new(TOML);
    for (name, bytes, words) in [
        ("a.csv", &b"number,hodler\nP1,x\n"[..], "did you mean \"holder\"?"),
        ("a.csv", b"\xff\xff\xff,\n", "neither UTF-8 nor GB 18030"),
        ("a.json", b"{\"a\": 1}", "no JSON list of objects"),
        ("a.json", b"[{\"number\": \"P1\"}", "no JSON list of objects"),
        ("a.xlsx", b"PK\x03\x04nothing", "xlsx"),
        ("a.pdf", b"%PDF", ".csv, .xlsx or .json"),
    ] {
        let path = desk.file(name, bytes);
        let (who, why, at) = (String::new(), String::new(), "2026-11-30T00:00:00Z".parse().unwrap());
        let mapping = RecordMapping::default();
        let work = Import { register: &desk.register, mapping, dry_run: false, who, why, at };
        let told = import(&*desk.journal, &work, &path, &mut |_| (), &|_| ()).await.unwrap_err().to_string();
        assert!(told.to_lowercase().contains(&words.to_lowercase()), "{name}: {told}");
    }
    let told = RecordMapping::parse("m.toml", "[fields]\nnumbr = \"x\"\n[[table]]\nname = \"limit\"\n", &desk.register);
    let told = told.unwrap_err().to_string();
    assert!(told.contains("m.toml:2: the register has no field `numbr`; did you mean `number`?"), "{told}");
    assert!(told.contains("m.toml:4: `table.name` is \"limit\"; did you mean \"limits\"?"), "{told}");
}
