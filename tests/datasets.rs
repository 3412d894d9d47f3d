//! Open data as those who take it judge it: frictionless, mlcroissant, csvw, pyshacl, cffconvert, extruct, and what pandas,
//! polars, DuckDB and pyarrow read.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::python::{Python, peer, run};
use crate::registers::{register, with_permits};
use crate::support::{BIN, Folder, summary};

const JUDGES: [&str; 11] = [
    "csvw==4.1.1",
    "duckdb==2.0.1",
    "extruct==0.18.0",
    "frictionless[parquet]==5.21.0",
    "mlcroissant==1.1.1",
    "pandas==3.1.1",
    "polars==2.1.0",
    "pyarrow==26.0.1",
    "pyshacl==0.40.1",
    "rdflib==7.6.0",
    "setuptools==80.9.0",
];
/// Apart from the others, for it wants an older jsonschema than they do.
const CITATION: [&str; 1] = ["cffconvert==2.0.0"];

const DATASETS: [&str; 9] = [
    "stations",
    "air-hourly",
    "air-daily",
    "air-index",
    "forecast",
    "forecast-days",
    "forecast-scores",
    "register-permits",
    "register-permits_limits",
];

/// 20 days over a year's end: hours in full, with values that a reader could trip over, and an hour that is missing.
fn readings() -> String {
    let mut text = String::from("station,parameter,start,period,value,unit,flag\n");
    for hour in 0..480_u32 {
        let (day, of_day) = (20 + hour / 24, hour % 24);
        let date = if day <= 31 { format!("2025-12-{day}") } else { format!("2026-01-{:02}", day - 31) };
        for station in ["S1", "S2"] {
            for (place, parameter) in ["pm25", "pm10", "so2", "no2", "co", "o3"].into_iter().enumerate() {
                let value = match hour * 7 % 11 {
                    0 => "0.1".to_owned(),
                    1 if hour == 300 => String::new(),
                    rest => format!("{}.{}", rest * 5, place),
                };
                text.push_str(&format!("{station},{parameter},{date}T{of_day:02}:00:00+08:00,PT1H,{value},,N\n"));
            }
        }
    }
    text
}

fn export(folder: &Folder, out: &Path) {
    for dataset in DATASETS {
        let mut command = folder.command("export");
        run(command.arg("--dataset").arg(dataset).arg("--out").arg(out.join(dataset)));
    }
}

/// Three permits, one of them withdrawn, with what a reader could trip over.
fn permits(folder: &Folder) {
    with_permits(folder);
    let file = folder.path("permits.json");
    let limits =
        json!([{ "pollutant": "so2", "value": 50, "unit": "mg/m3" }, { "pollutant": "ph", "value": 9, "lower": 6.5 }]);
    let records = json!([
        { "number": "P1", "holder": "江口, \"水泥\"厂\n二行", "lat": 28.5, "lon": 104.9, "valid_from": "2026-01-01", "limits": limits },
        { "number": "P2", "holder": "=1+1", "contact_phone": "13800138000", "limits": [{ "pollutant": "cod" }] },
        { "number": "P3", "holder": "江口造纸厂", "lat": 28.6, "lon": 105.0 },
    ]);
    std::fs::write(&file, records.to_string()).unwrap();
    summary(&register(folder, "import", &["--who", "Li", &file.to_string_lossy()]));
    summary(&register(folder, "check", &["--all", "--who", "Wang"]));
    summary(&register(folder, "release", &["--all", "--who", "Zhao"]));
    summary(&register(folder, "withdraw", &["--record", "P3", "--who", "Zhao", "--why", "wrong"]));
}

#[test]
fn every_dataset_passes_the_judges_of_its_standards() {
    let folder = Folder::new(
        "id,kind,name_zh,name_en,lat,lon,area,parameters,from\n\
         S1,air,一号站,\"=Station \"\"One\"\", </script><b>\",28.5,104.9,甲,pm25 pm10 so2 no2 co o3,2020-01-01\n\
         S2,air,二号站,Station Two,28.6,104.8,乙,,\n",
    );
    let file = folder.path("long.csv");
    std::fs::write(&file, readings()).unwrap();
    folder.import("long", &[file]);
    permits(&folder);
    for at in ["2026-01-04", "2026-01-08"] {
        let mut command = Command::new(BIN);
        command.args(["forecast", "issue", "--at", at, "--pipeline"]).arg(folder.pipeline());
        run(command.arg("--state").arg(folder.state()));
    }
    let out = folder.path("out");
    export(&folder, &out);
    let limpid = folder.run();
    let shapes = peer("dcat.ttl");
    let arguments = [out.to_str().unwrap(), shapes.to_str().unwrap(), &limpid.url("")];
    let judged = Python::with("dataset-judges", &JUDGES).ask("datasets.py", &arguments);

    // 480 hours of two stations and six parameters; 20 days of those, and of ozone's largest eight hours. Two issues of two
    // stations and two areas: 72 hours and 7 days of six parameters.
    let mut rows = json!({
        "stations": 2, "air-hourly": 5760, "air-daily": 280, "air-index": 1000,
        "forecast": 2 * 4 * (72 + 7) * 6, "forecast-days": 2 * 4 * 7,
        "register-permits": 3, "register-permits_limits": 3,
    });
    // Scores have as many rows as all readers say: of stations, areas and all, by model, parameter, lead day and span.
    let scores = judged["datasets"]["forecast-scores"]["tables"]["numbers"]["pandas"][0].clone();
    assert!(scores.as_u64().unwrap() >= 5 * 2 * 7 * 3 * 3, "{scores}");
    rows["forecast-scores"] = scores;
    for dataset in DATASETS {
        let found = &judged["datasets"][dataset];
        let rows = &rows[dataset];
        assert_eq!(found["package"], json!([]), "{dataset}: frictionless");
        let croissant = &found["croissant"];
        assert_eq!((&croissant["errors"], &croissant["warnings"]), (&json!([]), &json!([])), "{dataset}: mlcroissant");
        assert_eq!(&croissant["records"], rows, "{dataset}: mlcroissant");
        assert_eq!(found["tables"]["differing"], json!([]), "{dataset}: columns of CSV that are not those of Parquet");
        let numbers = found["tables"]["numbers"].as_object().unwrap();
        assert_eq!(numbers.len(), 6);
        let first = numbers["pandas"][1].as_f64().unwrap();
        for (reader, of_reader) in numbers {
            assert_eq!(&of_reader[0], rows, "{dataset}: {reader}");
            let sum = of_reader[1].as_f64().unwrap();
            assert!((sum - first).abs() <= first.abs() * 1e-12, "{dataset}: {reader} {sum} is not {first}");
        }
        let csvw = &found["csvw"];
        assert_eq!((&csvw["status"], &csvw["rows"], &csvw["listed"]), (&json!(0), rows, rows), "{dataset}: {csvw}");
        let page = &found["page"][0];
        assert_eq!((&page["@type"], &page["identifier"]), (&json!("Dataset"), &json!(dataset)));
        assert_eq!(page["distribution"][0]["sha256"].as_str().map(str::len), Some(64), "{dataset}");
    }
    let catalog = &judged["catalog"];
    assert_eq!((&catalog["conforms"], &catalog["broken"]), (&json!(true), &json!(false)), "{catalog}");
    assert_eq!(catalog["turtle"], true, "the same statements as Turtle");
    let listed = catalog["datasets"].as_array().unwrap();
    assert!(DATASETS.iter().all(|dataset| listed.contains(&json!(dataset))), "{listed:?}");
    // Two months of three datasets and the registry, each twice.
    assert!(catalog["files"].as_u64().unwrap() >= 14, "{catalog}");
    assert_eq!(catalog["wrong"], json!([]), "files whose hash in the catalog is not that of their ETag");

    let cffconvert = Python::with("cffconvert", &CITATION).program("cffconvert");
    for dataset in DATASETS {
        let citation = out.join(dataset).join("CITATION.cff");
        run(Command::new(&cffconvert).args(["--validate", "--infile"]).arg(citation));
    }
}

#[test]
fn a_correction_is_told_in_the_delta_of_the_next_release() {
    let (folder, _) = Folder::two_stations();
    let file = folder.path("long.csv");
    let line = |hour: u32, value: f64| format!("S1,pm25,2025-12-20T{hour:02}:00:00+08:00,PT1H,{value},ug/m3,N\n");
    let header = "station,parameter,start,period,value,unit,flag\n";
    std::fs::write(&file, format!("{header}{}{}", line(1, 10.0), line(2, 20.0))).unwrap();
    folder.import("long", std::slice::from_ref(&file));
    let changed = folder.path("changed.csv");
    std::fs::write(&changed, format!("{header}{}{}", line(2, 21.5), line(3, 30.0))).unwrap();
    // A release has the second in its name.
    std::thread::sleep(std::time::Duration::from_secs(1));
    folder.import("long", &[changed]);
    let limpid = folder.run();
    let text =
        run(Command::new("curl").args(["--silent", "--fail", &limpid.url("/datasets/air-hourly/diff?format=csv")]));
    let lines: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let wanted: [&[&str]; 2] = [
        &["changed", "S1", "pm25", "2025-12-20T02:00:00+08:00", "value", "20", "21.5", "2"],
        &["added", "S1", "pm25", "2025-12-20T03:00:00+08:00", "value", "", "30", "1"],
    ];
    let told: Vec<&[&str]> = lines.iter().filter(|line| line[4] == "value").map(|line| &line[..8]).collect();
    assert_eq!(told, wanted);
    let reasons: Vec<&str> = lines.iter().filter(|line| line[0] == "changed").map(|line| line[9]).collect();
    assert!(reasons.iter().all(|reason| *reason == "sent-again"), "{text}");
}
