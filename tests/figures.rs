//! No figure goes out without its flag, its completeness and its rule: not from the API, and not in a dataset.

use std::io::Read;
use std::time::Duration;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::support::Folder;

/// Three days of air and noise, a week of samples of a lake that is drunk of, doubtful and missing values among them.
fn imported() -> Folder {
    let folder = Folder::new(
        "id,kind,name_zh,name_en,lat,lon,area,class,body,drinking\n\
         S1,air,一,One,28.5,104.9,东城,,,\nN1,noise,声,Square,28.5,104.9,,2,,\nW1,water,湖,Lake,28.4,104.8,清湖,II,lake,true\n",
    );
    let mut rows = String::from("station,parameter,start,period,value,unit,flag\n");
    for hour in 0..72 {
        let start = format!("2026-03-{:02}T{:02}:00:00+08:00", 1 + hour / 24, hour % 24);
        for parameter in ["pm25", "pm10", "so2", "no2", "o3", "wind_direction"] {
            let (value, flag) = match hour {
                9 => ("-300".to_owned(), ""),
                10 => (String::new(), ""),
                11 => ("40".to_owned(), "D"),
                12 => ("4".to_owned(), "<"),
                _ => ((20 + hour).to_string(), "N"),
            };
            rows.push_str(&format!("S1,{parameter},{start},PT1H,{value},,{flag}\n"));
        }
        rows.push_str(&format!("N1,leq,{start},PT1H,{},,\n", 48 + hour % 9));
        rows.push_str(&format!("N1,l90,{start},PT1H,{},,\n", 40 + hour % 9));
    }
    for day in 1..8 {
        for (parameter, value) in [
            ("ph", "7.9"),
            ("do", "8.0"),
            ("codmn", "3.1"),
            ("nh3n", "<0.02"),
            ("tp", "0.02"),
            ("tn", "0.6"),
            ("chla", "9"),
            ("transparency", "90"),
        ] {
            rows.push_str(&format!("W1,{parameter},2026-03-{day:02}T09:10:00+08:00,PT0S,{value},,\n"));
        }
    }
    let file = folder.path("figures.csv");
    std::fs::write(&file, rows).unwrap();
    folder.import("long", &[file]);
    folder
}

fn flagged(item: &Value) -> bool {
    [1, 2, 3, 4, 9].map(Value::from).contains(&item["flag"]) && (item["flag"] != 9 || item["value"].is_null())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_has_its_flag_its_completeness_and_its_rule() {
    let folder = imported();
    let limpid = folder.run();
    limpid.until("/readyz", Duration::from_secs(20), |_| true).await;
    let span = "from=2025-01-01&to=2027-01-01";
    let mut seen = 0;
    for period in ["PT0S", "PT1H", "PT8H", "PT24H", "P1D", "P1D&statistic=max8h", "P1M", "P3M", "P12M"] {
        let items = limpid.all(&format!("/api/v1/observations?period={period}&{span}")).await;
        assert!(!items.is_empty(), "{period}");
        for item in items {
            assert!(flagged(&item) && item["rules"].as_str().is_some_and(|rules| !rules.is_empty()), "{item}");
            // As sent it is one value; else it says of how many values it is made, and of how many where that is known.
            let sampled = item["rules"].as_str().unwrap().contains("hour-sample-mean");
            let counted =
                item["n"].is_u64() && (sampled || (item["expected"].is_u64() && item["completeness"].is_number()));
            assert!(item["from"].is_string() != counted, "{item}");
            seen += 1;
        }
    }
    let refused: Value = limpid.get_json("/api/v1/assessments?scheme=none").await;
    let schemes: Vec<&str> = refused["allowed"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    assert!(schemes.len() > 15);
    let mut judged = 0;
    for scheme in schemes {
        for period in ["PT1H", "P1D", "P1M"] {
            let address = format!("/api/v1/assessments?scheme={scheme}&period={period}&{span}");
            let answer = limpid.get_json(&address).await;
            // Years and months are not of every scheme.
            for item in answer["items"].as_array().into_iter().flatten() {
                let whole = item["n"].as_u64() <= item["expected"].as_u64() && item["expected"].as_u64() > Some(0);
                assert!(flagged(item) && whole && item["scheme"].is_string(), "{item}");
                assert_eq!(item["flag"] == 9, item["level"].is_null() && item["index"].is_null(), "{item}");
                judged += 1;
            }
        }
    }
    for item in limpid.all(&format!("/api/v1/summaries?kind=index&period=P1D&{span}")).await {
        for value in item["values"].as_array().unwrap() {
            assert!(value["n"].as_u64() <= value["expected"].as_u64() && item["scheme"].is_string(), "{item}");
        }
    }
    for item in limpid.get_json("/api/v1/latest").await["items"].as_array().unwrap() {
        for value in item["values"].as_array().unwrap() {
            assert!(flagged(value) && value["rules"].is_string(), "{value}");
        }
    }
    assert!(seen > 1000 && judged > 500, "{seen} {judged}");

    let mut released = 0;
    for dataset in limpid.get_json("/datasets?format=json").await["datasets"].as_array().unwrap() {
        let id = dataset["id"].as_str().unwrap();
        // Stations and gaps are no figures, and of three days no forecast is issued.
        if ["stations", "gaps"].contains(&id) || id.starts_with("forecast") {
            continue;
        }
        let package = dataset["package"].as_str().unwrap_or_else(|| panic!("{id} was not released"));
        for resource in limpid.get_json(package).await["resources"].as_array().unwrap() {
            let path = resource["path"].as_str().unwrap();
            if !path.ends_with(".csv.gz") {
                continue;
            }
            let address = limpid.url(&package.replace("datapackage.json", path));
            let bytes = reqwest::get(address).await.unwrap().bytes().await.unwrap();
            let mut table = String::new();
            GzDecoder::new(&bytes[..]).read_to_string(&mut table).unwrap();
            let mut lines = table.lines();
            let names: Vec<&str> = lines.next().unwrap().split(',').collect();
            let at = |name: &str| names.iter().position(|one| *one == name);
            let rule = at("rules").or(at("scheme")).unwrap();
            for line in lines {
                let cells: Vec<&str> = line.split(',').collect();
                assert!(["1", "2", "3", "4", "9"].contains(&cells[at("flag").unwrap()]), "{id}: {line}");
                assert!(!cells[rule].is_empty(), "{id}: {line}");
                released += 1;
            }
        }
    }
    assert!(released > 500, "{released}");
}

#[test]
fn water_and_noise_are_released_and_come_out_again() {
    let folder = imported();
    for dataset in ["air-hourly", "air-daily", "air-index", "water", "water-class", "noise", "noise-limit"] {
        let output = folder.command("verify").args(["--dataset", dataset]).output().unwrap();
        let lines = String::from_utf8(output.stdout).unwrap();
        let counts: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
        assert!(output.status.success(), "{lines}");
        assert!(counts["equal"].as_u64() > Some(0) && counts["equal"] == counts["rows"], "{counts}");
    }
}
