//! Real workbooks, XML, JSON, logs and packed files, where they are there, against figures of a script that shares no code
//! with limpid: Python's zipfile, xml, json, re and gzip.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use limpid_model::Counts;

use super::file;
use crate::formats::{Format, Layout, Progress, import, readings};
use crate::testing::{intake, kept, pipeline, shared};

fn files_under(folder: &Path, end: &str) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == end) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn collected(date: &str) -> Layout {
    Layout { collected: Some(date.parse().unwrap()), ..Format::WaterCnAuto.into() }
}

#[tokio::test]
async fn workbooks_of_the_national_water_stations_are_read_to_the_last_cell() {
    let Some(folder) = shared("water-cn-auto") else { return };
    let files = files_under(&folder, "xlsx");
    assert_eq!(files.len(), 21);
    let (_folder, door) = intake(pipeline("Asia/Shanghai", "W1,water,云南省/通仙桥,Tongxianqiao,25.1,99.1,,\n"));
    let undated = import(&door, Format::WaterCnAuto, &files, &Progress::none()).await.unwrap_err();
    assert!(undated.to_string().contains("--collected"), "{undated}");
    let summary = import(&door, collected("2026-02-04"), &files, &Progress::none()).await.unwrap();
    // 740 rows in 21 sheets with 6,453 numbers; the sheet of Yunnan has 489 of them.
    assert_eq!((summary.submissions, summary.readings), (21, 6_453));
    let expected = [
        "ph 8.01",
        "do 7.07",
        "codmn 1.58",
        "tp 0.102",
        "tn 6.03",
        "water_temperature 12.8",
        "conductivity 662",
        "turbidity 3.2",
    ];
    let kept: BTreeSet<String> = kept(&door, "W1").await.into_iter().collect();
    let expected = expected.map(|reading| {
        let (parameter, value) = reading.split_once(' ').unwrap();
        format!("{parameter} PT0S 2026-02-04T03:00:00Z {value}")
    });
    assert_eq!(kept, BTreeSet::from(expected), "`--` and what is not measured is missing");
    // The third snapshot is a file of lines; a workbook in a format that has none is refused before anything is kept.
    let wrong = import(&door, Format::Prsa, &files[..1], &Progress::none()).await.unwrap_err();
    assert!(wrong.to_string().contains("the file is a workbook"), "{wrong}");
}

#[tokio::test]
async fn the_national_feed_in_xml_is_read_to_the_last_record() {
    let Some(folder) = shared("air-cnemc-feed") else { return };
    let path = folder.join("cnemc_201707071644_data.xml");
    let text = std::fs::read_to_string(&path).unwrap();
    let codes = text.split("<b:StationCode>").skip(1).map(|rest| rest.split('<').next().unwrap());
    let stations: String = codes.map(|code| format!("{code},air,{code},{code},30,120,,\n")).collect();
    let pipeline = pipeline("Asia/Shanghai", &stations);
    let mut sums = BTreeMap::<&str, (usize, f64)>::new();
    let mut starts = BTreeSet::new();
    for item in readings(&Format::CnemcAir.into(), std::slice::from_ref(&path), &pipeline) {
        let (_, reading) = item.unwrap();
        let entry = sums.entry(reading.parameter.as_str()).or_default();
        *entry = (entry.0 + 1, (entry.1 * 10.0 + reading.value.unwrap() * 10.0).round() / 10.0);
        starts.insert(reading.start.to_rfc3339());
    }
    // The ozone of O3_24h: 1,460 records have it. Two have O3 alone, which is the maximum and no hour.
    let expected = [
        ("co", (1_459, 956.2)),
        ("no2", (1_459, 21_062.0)),
        ("o3", (1_460, 159_382.0)),
        ("pm10", (1_338, 53_583.0)),
        ("pm25", (1_460, 27_012.0)),
        ("so2", (1_458, 14_183.0)),
    ];
    assert_eq!(sums, BTreeMap::from(expected));
    assert_eq!(starts, BTreeSet::from(["2017-07-07T07:00:00+00:00".to_owned()]), "the hour that ends at 16:00");

    let (_folder, door) = intake(pipeline);
    let summary = import(&door, Format::CnemcAir, &[path], &Progress::none()).await.unwrap();
    assert_eq!((summary.submissions, summary.counts.stored), (1, 8_634));
    let baoshan: Vec<String> = kept(&door, "2594A").await;
    assert!(baoshan.contains(&"o3 PT1H 2017-07-07T07:00:00Z 34".to_owned()), "{baoshan:?}");
}

#[tokio::test]
async fn the_national_feed_in_csv_has_blanks_and_a_cell_with_a_comma() {
    let Some(folder) = shared("air-cnemc-feed") else { return };
    let stations = "1074A,air,电机北厂,Dianji,37.7541,115.6838,,\n1141A,air,普陀,Putuo,31.238,121.4,,\n";
    let (_folder, door) = intake(pipeline("Asia/Shanghai", stations));
    let path = folder.join("cnemc_20220104T15_excerpt.csv");
    import(&door, Format::CnemcAir, &[path], &Progress::none()).await.unwrap();
    let of = |lines: Vec<String>| {
        lines.iter().map(|line| line.replace(" PT1H 2022-01-04T06:00:00Z", "")).collect::<BTreeSet<_>>()
    };
    // pm10 77, pm2_5 46, o3_24h 49, no2 48, so2 16, co 0.7
    let expected = ["pm10 77", "pm25 46", "o3 49", "no2 48", "so2 16", "co 0.7"].map(str::to_owned);
    assert_eq!(of(kept(&door, "1074A").await), BTreeSet::from(expected));
    // pm10 82, pm2_5 44, o3_24h 98 beside o3 101, no2 37, co 0.9; the hour of so2 is blank.
    let expected = ["pm10 82", "pm25 44", "o3 98", "no2 37", "co 0.9"].map(str::to_owned);
    assert_eq!(of(kept(&door, "1141A").await), BTreeSet::from(expected));
}

#[test]
fn german_hours_in_json_are_those_of_central_european_time() {
    let Some(folder) = shared("air-germany-uba") else { return };
    let sites = ["DENW053", "DENW058", "DENW059", "DENW062", "DENW079", "DENW211", "DENW212"];
    let stations: String = sites.map(|id| format!("{id},air,{id},{id},50.9,7,,\n")).concat();
    let pipeline = pipeline("Europe/Berlin", &stations);
    let files = files_under(&folder, "json");
    let mut counts = BTreeMap::<String, usize>::new();
    for item in readings(&Format::Uba.into(), &files, &pipeline) {
        let (_, reading) = item.unwrap();
        assert!(reading.value.unwrap() > -999.0);
        *counts.entry(format!("{} {}", reading.parameter, reading.period)).or_default() += 1;
    }
    // Hourly values less the 962 of -999; the daily means of particles; no means or maxima of gases.
    let expected = [("no2 PT1H", 9_421), ("o3 PT1H", 5_282), ("pm10 P1D", 294), ("so2 PT1H", 1_327)];
    assert_eq!(counts, BTreeMap::from(expected.map(|(name, count)| (name.to_owned(), count))));
    // DENW053, NO2, 1 January 2014: 41, 42, 44, 21, 17, then -999, 34.
    let hours = folder.join("201401/DENW053/NO2/1SMW.json");
    let first: Vec<String> = readings(&Format::Uba.into(), &[hours], &pipeline)
        .take(6)
        .map(|item| item.map(|(_, reading)| format!("{} {}", reading.start.format("%dT%H"), reading.value.unwrap())))
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(first, ["31T23 41", "01T00 42", "01T01 44", "01T02 21", "01T03 17", "01T05 34"]);
}

#[tokio::test]
async fn frames_are_found_in_a_receivers_log_and_wrong_checks_are_told() {
    let Some(folder) = shared("hj212-log") else { return };
    let (_folder, door) = intake(pipeline("Asia/Shanghai", "S1,air,一,One,28.5,104.9,,\n"));
    let path = folder.join("rx_debug.log");
    let summary = import(&door, Format::Hj212Log, std::slice::from_ref(&path), &Progress::none()).await.unwrap();
    // 50 packets end with a check. 29 checks are right, and no MN of them is in the registry; 21 are wrong.
    let expected = Counts { quarantined: 29, rejected: 21, ..Counts::default() };
    assert_eq!((summary.submissions, summary.counts), (50, expected));
    // A simulator cannot play back what is no table.
    assert!(readings(&Format::Hj212Log.into(), &[path], door.pipeline()).next().unwrap().is_err());
}

#[tokio::test]
async fn packed_files_are_read_like_others() {
    let Some(folder) = shared("water-usgs-wqp") else { return };
    let (_folder, door) = intake(pipeline("America/Chicago", "USGS-X,water,河,River,43,-89,,\n"));
    let packed = folder.join("phosData.csv.gz");
    let summary = import(&door, Format::Wqx, &[packed], &Progress::none()).await.unwrap();
    // 84,835 rows by Python's csv; a line end within a cell breaks a row in two.
    assert!(summary.readings >= 84_835, "{summary:?}");
    assert_eq!(summary.counts.stored, 0);
}

#[tokio::test]
async fn a_workbook_is_read_as_its_cells_are_typed() {
    let mapping = "skip_rows = 1\nsheet = \"Hours\"\nperiod = \"PT1H\"\n[station]\ncolumn = \"site\"\n[time]\n\
                   column = \"when\"\nformats = [\"%Y-%m-%d %H:%M\"]\n[[value]]\ncolumn = \"PM\"\nparameter = \"pm25\"\n";
    let mapping = limpid_model::pipeline::Mapping::parse("m.toml", mapping).unwrap();
    let layout = Layout { mapping: Some(std::sync::Arc::new(mapping)), ..Format::Mapped.into() };
    let (_folder, door) = intake(pipeline("Asia/Shanghai", "S1,air,一号站,One,28.5,104.9,,\n"));
    // 45985.3333… is 2025-11-24 08:00 in the days of a workbook, style 1 a date; a shared and an inline text; an error.
    let sheet = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Report of November</t></is></c></row>
        <row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="D2" t="s"><v>2</v></c></row>
        <row r="3"><c r="A3" t="inlineStr"><is><t>一号站</t></is></c><c r="B3" s="1"><v>45985.333333333336</v></c><c r="D3"><v>12.5</v></c></row>
        <row r="5"><c r="A5" t="inlineStr"><is><t>S1</t></is></c><c r="B5" t="inlineStr"><is><t>2025-11-24 09:00</t></is></c><c r="D5" t="str"><f>1+1</f><v>7</v></c></row>
        <row r="6"><c r="A6" t="inlineStr"><is><t>S1</t></is></c><c r="B6" s="1"><v>45986</v></c><c r="D6"><v>3</v></c></row>
        <row r="7"><c r="A7" t="inlineStr"><is><t>S1</t></is></c><c r="B7" s="1"><v>45986.04166666667</v></c><c r="D7" t="e"><v>#DIV/0!</v></c></row>
        <row r="8"><c r="A8" t="inlineStr"><is><t>S1</t></is></c><c r="B8"><v>8</v></c><c r="D8"><v>1</v></c></row>"#;
    let (_file, path) = file("report.xlsx", &workbook(sheet, "Hours"));
    let summary = import(&door, layout.clone(), std::slice::from_ref(&path), &Progress::none()).await.unwrap();
    let kept = kept(&door, "S1").await;
    let expected = ["2025-11-24T00:00:00Z 12.5", "2025-11-24T01:00:00Z 7", "2025-11-24T16:00:00Z 3"];
    assert_eq!(kept, expected.map(|reading| format!("pm25 PT1H {reading}")));
    assert_eq!(summary.counts, Counts { stored: 3, rejected: 1, ..Counts::default() });

    // Cells at the far end of rows claim what lies before them; a sheet that is not there; no workbook at all.
    let far = (9..300).map(|row| format!(r#"<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>"#));
    let far = format!("{sheet}{}", far.collect::<String>());
    for (bytes, words) in [
        (workbook(&far, "Hours"), "cells"),
        (workbook(sheet, "Hour"), "did you mean \"Hour\"?"),
        (b"PK\x03\x04 and no more".to_vec(), "not a workbook that can be read"),
    ] {
        let (_file, path) = file("report.xlsx", &bytes);
        let error = import(&door, layout.clone(), &[path], &Progress::none()).await.unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
}

/// A workbook with one sheet of these rows, its parts stored in a ZIP file without compression.
fn workbook(rows: &str, name: &str) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relation = |id: &str, kind: &str, target: &str| {
        format!(r#"<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="{target}"/>"#)
    };
    let relations = |all: String| format!(r#"<Relationships xmlns="{PACKAGE}">{all}</Relationships>"#);
    let inner = [
        relation("r1", "worksheet", "worksheets/s.xml"),
        relation("r2", "styles", "styles.xml"),
        relation("r3", "sharedStrings", "sharedStrings.xml"),
    ];
    zip(&[
        ("_rels/.rels", relations(relation("r", "officeDocument", "xl/workbook.xml"))),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="{name}" sheetId="1" r:id="r1"/></sheets></workbook>"#
            ),
        ),
        ("xl/_rels/workbook.xml.rels", relations(inner.concat())),
        (
            "xl/styles.xml",
            format!(
                r#"<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>"#
            ),
        ),
        (
            "xl/sharedStrings.xml",
            format!(r#"<sst xmlns="{MAIN}"><si><t>site</t></si><si><t>when</t></si><si><t>PM</t></si></sst>"#),
        ),
        ("xl/worksheets/s.xml", format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>"#)),
    ])
}

/// A ZIP file (APPNOTE 6.3.10: local headers, central directory, its end) with everything stored.
fn zip(parts: &[(&str, String)]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in parts {
        let at = file.len() as u32;
        let mut crc = flate2::Crc::new();
        crc.update(text.as_bytes());
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        for number in [crc.sum(), text.len() as u32, text.len() as u32] {
            common.extend(number.to_le_bytes());
        }
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        file.extend(b"PK\x03\x04");
        file.extend(&common);
        file.extend(name.as_bytes());
        file.extend(text.as_bytes());
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, length, count) = (file.len() as u32, directory.len() as u32, parts.len() as u16);
    file.extend(directory);
    file.extend(b"PK\x05\x06\x00\x00\x00\x00");
    file.extend(count.to_le_bytes());
    file.extend(count.to_le_bytes());
    file.extend(length.to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0, 0]);
    file
}
