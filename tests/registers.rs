//! Registers from the command line to the reader: import, check, release, and what leaves.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::{BIN, Folder, Limpid, summary};

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

/// Numbers with the check signs that the standards ask for, made up for this test: mobile telephones, identity cards (GB 11643),
/// a bank card (ISO/IEC 7812), an address for mail.
const PLANTED: [&str; 5] =
    ["13912345678", "11010519491231002X", "6222021234567890128", "zhang.san@example.com", "18600001111"];

/// Each kind of personal data in each of eight places: forty.
#[tokio::test(flavor = "multi_thread")]
async fn personal_data_planted_in_forty_places_never_leave() {
    let folder = folder();
    let card = PLANTED[2];
    let digits: Vec<u32> = card.chars().rev().filter_map(|sign| sign.to_digit(10)).collect();
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let sum: u32 =
        digits.iter().enumerate().map(|(at, digit)| if at % 2 == 0 { *digit } else { doubled(*digit) }).sum();
    assert_eq!(sum % 10, 0, "the card of the test is one");
    let places: [fn(&str) -> Value; 8] = [
        |planted| json!({"holder": format!("某厂（{planted}）")}),
        |planted| json!({"holder": "H", "site": format!("园区一路 联系 {planted}")}),
        |planted| json!({"holder": "H", "contact": planted}),
        |planted| json!({"holder": "H", "contact_phone": planted}),
        |planted| json!({"holder": "H", "end_reason": format!("据{planted}反映")}),
        |planted| json!({"holder": "H", "outlets": [{"code": "DW001", "name": planted}]}),
        |planted| json!({"holder": "H", "limits": [{"pollutant": "cod", "standard": format!("GB 8978 {planted}")}]}),
        |planted| json!({"holder": "H", "monitoring": [{"outlet": "DW001", "frequency": format!("每日 {planted}")}]}),
    ];
    let mut records = Vec::new();
    for planted in PLANTED {
        for place in places {
            let mut record = place(planted);
            record["number"] = json!(format!("P{}", records.len() + 1));
            records.push(record);
        }
    }
    assert_eq!(records.len(), 40);
    let mut bad = records.clone();
    bad.iter_mut().for_each(|record| record["class"] = json!(PLANTED[0]));
    let bad = file(&folder, "bad.json", &Value::from(bad).to_string());
    let good = file(&folder, "good.json", &Value::from(records).to_string());
    let mut outputs: Vec<(String, String)> = Vec::new();
    let mut keep = |name: &str, output: &Output| {
        let text = [&output.stdout[..], &output.stderr[..]].concat();
        outputs.push((name.to_owned(), String::from_utf8_lossy(&text).into_owned()));
    };
    keep("refused", &register(&folder, "import", &[&bad]));
    keep("tried", &register(&folder, "import", &["--dry-run", &good]));
    let imported = register(&folder, "import", &["--who", "Li", &good]);
    keep("imported", &imported);
    assert_eq!(summary(&imported)["added"], json!(40));
    keep("checked", &register(&folder, "check", &["--all", "--who", "Wang"]));
    keep("released", &register(&folder, "release", &["--all", "--who", "Zhao"]));
    keep("audit", &register(&folder, "audit", &[]));

    let mut command = folder.command("run");
    let log = std::fs::File::create(folder.path("log")).unwrap();
    command.stderr(Stdio::from(log));
    let limpid = Limpid::start(command);
    let all = limpid.all("/api/v1/registers/permits?limit=7").await;
    assert_eq!(all.len(), 40);
    for record in &all {
        let id = record["id"].as_str().unwrap();
        for path in [format!("/api/v1/registers/permits/{id}"), format!("/registers/permits/{id}?lang=zh")] {
            outputs.push((path.clone(), limpid.text(&path).await));
        }
    }
    for path in [
        "/api/v1/registers/permits",
        "/api/v1/registers/permits?format=csv",
        "/permits",
        "/feeds/permits.atom",
        "/status",
        "/metrics",
        "/datasets?format=json",
    ] {
        outputs.push((path.to_owned(), limpid.text(path).await));
    }
    for planted in PLANTED {
        let found = limpid.get(&format!("/api/v1/registers/permits?q={planted}")).await;
        assert_eq!(found["items"], json!([]), "a search for {planted} tells nothing");
    }
    limpid.kill();
    outputs.push(("log".to_owned(), std::fs::read_to_string(folder.path("log")).unwrap()));
    let mut names = vec![folder.state()];
    while let Some(path) = names.pop() {
        outputs.push(("file name".to_owned(), path.file_name().unwrap().to_string_lossy().into_owned()));
        if path.is_dir() {
            names.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    for (name, text) in &outputs {
        for planted in PLANTED {
            assert!(!text.contains(planted), "{planted} in {name}");
        }
    }
    assert!(outputs.len() > 90, "{}", outputs.len());
}
