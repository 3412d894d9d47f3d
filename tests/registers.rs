//! Registers from the command line to the reader: import, check, release, and what leaves.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::python::{Python, run};
use crate::support::{BIN, Folder, summary};

const STATIONS: &str = "id,kind,name_zh,name_en,lat,lon\nS1,air,一号站,Station One,28.5,104.9\n";

/// A pipeline with the permits of the demonstration.
fn folder() -> Folder {
    let folder = Folder::new(STATIONS);
    with_permits(&folder);
    folder
}

/// Gives a pipeline the permits of the demonstration; where their samples are.
pub fn with_permits(folder: &Folder) -> PathBuf {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pipelines/demo/registers");
    let registers = folder.pipeline().join("registers");
    std::fs::create_dir(&registers).unwrap();
    std::fs::copy(demo.join("permits.toml"), registers.join("permits.toml")).unwrap();
    demo.join("samples/permits.json")
}

pub fn register(folder: &Folder, command: &str, rest: &[&str]) -> Output {
    let mut process = Command::new(BIN);
    process.args(["register", command, "--pipeline"]).arg(folder.pipeline()).arg("--state").arg(folder.state());
    process.args(["--register", "permits"]).args(rest).env("LIMPID_LOG", "info").output().unwrap()
}

fn file(folder: &Folder, name: &str, text: &str) -> String {
    let path = folder.path(name);
    std::fs::write(&path, text).unwrap();
    path.to_string_lossy().into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_tried_imported_checked_released_and_read() {
    let folder = folder();
    let csv = "number,holder,class,valid_to,limits.pollutant,limits.value\nP1,江口水泥厂,重点管理,2099-12-31,so2,50\n,x,,,,\n";
    let csv = file(&folder, "a.csv", csv);
    let tried = register(&folder, "import", &["--dry-run", &csv]);
    let counts = summary(&tried);
    assert_eq!((&counts["dry_run"], &counts["added"], &counts["refused"]), (&json!(true), &json!(1), &json!(1)));
    let told = String::from_utf8_lossy(&tried.stderr);
    assert!(told.contains("+ P1") && told.contains("3:  number: it is required"), "{told}");
    assert_eq!(summary(&register(&folder, "import", &["--who", "Li", &csv]))["added"], json!(1));
    assert_eq!(summary(&register(&folder, "import", &["--who", "Li", &csv]))["unchanged"], json!(1));

    let early = register(&folder, "release", &["--record", "P1", "--who", "Zhao"]);
    assert_eq!(early.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&early.stderr).contains("was not checked"));
    let own = register(&folder, "check", &["--all", "--who", "Li"]);
    assert!(String::from_utf8_lossy(&own.stderr).contains("four eyes"));
    assert_eq!(summary(&register(&folder, "check", &["--all", "--who", "Wang"]))["done"], json!(1));
    assert_eq!(summary(&register(&folder, "release", &["--all", "--who", "Zhao"]))["done"], json!(1));
    let audit = String::from_utf8(register(&folder, "audit", &[]).stdout).unwrap();
    let acts: Vec<Value> =
        audit.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["act"].clone()).collect();
    assert_eq!(acts, [json!("draft"), json!("check"), json!("release")]);

    let limpid = folder.run();
    let list = limpid.get("/api/v1/registers/permits?limits.pollutant=so2").await;
    assert_eq!((&list["items"][0]["id"], &list["items"][0]["status"]), (&json!("P1"), &json!("in_force")));
    assert_eq!(limpid.get("/api/v1/registers").await["registers"][0]["count"], json!(1));
    assert!(limpid.text("/permits?lang=en").await.contains("江口水泥厂"));
    let busy = register(&folder, "list", &[]);
    assert!(String::from_utf8_lossy(&busy.stderr).contains("in use by process"), "one process has the state folder");
}

/// A workbook as openpyxl, which is not ours, writes it: dates and numbers as the kinds of cells that they are in spreadsheets.
const WORKBOOK: &str = r#"
import datetime, sys, openpyxl
book = openpyxl.Workbook()
sheet = book.active
sheet.append(["许可证编号", "持证单位", "管理类别", "有效期止", "limits.pollutant", "limits.value"])
sheet.append(["91510000A", "江口水泥厂", "重点管理", datetime.date(2099, 12, 31), "so2", 50])
sheet.append(["91510000A", "江口水泥厂", "重点管理", datetime.date(2099, 12, 31), "nox", 100.5])
sheet.append(["91510000B", "江口化工", "简化管理", None, None, None])
book.create_sheet("别的").append(["x"])
book.save(sys.argv[1])
"#;

#[test]
fn a_workbook_that_another_program_wrote_is_imported() {
    let folder = folder();
    let book = folder.path("permits.xlsx");
    let python = Python::with("openpyxl", &["openpyxl==3.1.5"]).program("python");
    run(Command::new(python).args(["-c", WORKBOOK]).arg(&book));
    let imported = summary(&register(&folder, "import", &["--who", "Li", &book.to_string_lossy()]));
    assert_eq!((&imported["added"], &imported["refused"]), (&json!(2), &json!(0)), "{imported}");
    let shown = register(&folder, "show", &["--record", "91510000A"]);
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    let values = &shown["fields"];
    assert_eq!(
        (&values["valid_to"], &values["class"], &values["limits"]),
        (
            &json!("2099-12-31"),
            &json!("key"),
            &json!([{"pollutant": "so2", "value": 50}, {"pollutant": "nox", "value": 100.5}])
        ),
        "{shown}"
    );
}
