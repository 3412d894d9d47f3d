//! Tables that a mapping explains, with cells as people and programs write them.

use std::path::Path;
use std::sync::Arc;

use limpid_model::pipeline::Mapping;

use crate::formats::{Format, Found, Layout, mapped};
use crate::testing::{TWO, pipeline};

const HEAD: &str = "period = \"PT1H\"\n[station]\ncolumn = \"site\"\n[time]\ncolumns = [\"day\", \"hour\"]\n\
                    formats = [\"%Y/%m/%d %H\"]\n[[value]]\ncolumn = \"PM\"\nparameter = \"pm25\"\nunit = \"mg/m3\"\n\
                    flag = \"F\"\n";

fn layout(mapping: &str) -> Layout {
    let mapping = Mapping::parse("m.toml", mapping).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    Layout { mapping: Some(Arc::new(mapping)), ..Format::Mapped.into() }
}

/// `station parameter start value unit` or the reason, of each item; a fault of a whole line is `! reason`.
fn read(layout: &Layout, path: &str, zone: &str, stations: &str, text: &str) -> Vec<String> {
    let pipeline = pipeline(zone, stations);
    let mut lines = text.lines();
    let first = lines.next().unwrap();
    let mut opened = layout.open(first, Path::new(path), &pipeline).unwrap_or_else(|fault| panic!("{}", fault.detail));
    let mut said = Vec::new();
    for line in (!opened.headed).then_some(first).into_iter().chain(lines) {
        let mut found = Found::new();
        if let Err(fault) = opened.lines.line(line, &mut found) {
            assert!(found.is_empty(), "a line that fails adds nothing");
            said.push(format!("! {}", fault.reason.as_str()));
        }
        said.extend(found.into_iter().map(|item| match item {
            Ok(row) => {
                let raw = row.reading;
                let unit = raw.unit.map_or("-", limpid_model::Unit::as_str);
                let value = raw.value.map_or_else(|| "null".into(), |value| value.to_string());
                let mark = raw.mark.map_or_else(String::new, |mark| format!(" {}", mark.as_str()));
                let start = raw.start.format("%Y-%m-%dT%H:%MZ");
                format!("{} {} {} {start} {value} {unit}{mark}", row.station.id, raw.parameter, raw.period)
            }
            Err(refusal) => format!("{} {}", refusal.kind.as_str(), refusal.reason.as_str()),
        }));
    }
    said
}

fn refused(layout: &Layout, path: &str, header: &str) -> String {
    let pipeline = pipeline("Asia/Shanghai", TWO);
    layout.open(header, Path::new(path), &pipeline).err().map(|fault| fault.detail).expect("a fault")
}

#[test]
fn cells_are_read_as_the_mapping_says() {
    let text = "hour,PM,site,F,day,more\n\
                8,0.05,S1,,2026/11/24,x\n\
                8,0.05,Two,D,2026/11/24,\n\
                24,\"0.1\",一号站,,2026/11/24,\n\
                9,--,S1,,2026/11/24,\n\
                9,-999,S1,,2026/11/24,\n\
                9,<0.01,S1,,2026/11/24,\n\
                9,many,S1,,2026/11/24,\n\
                9,0.05,S9,,2026/11/24,\n\
                ,0.05,S1,,2026/11/24,\n\
                ,--,S1,,,\n\
                9,0.05,S1\n";
    let said = read(&layout(HEAD), "x.csv", "Asia/Shanghai", TWO, text);
    assert_eq!(
        said,
        [
            "S1 pm25 PT1H 2026-11-24T00:00Z 0.05 mg/m3",
            // S2 labels its hours by their ends.
            "S2 pm25 PT1H 2026-11-23T23:00Z 0.05 mg/m3 D",
            "S1 pm25 PT1H 2026-11-24T16:00Z 0.1 mg/m3",
            "S1 pm25 PT1H 2026-11-24T01:00Z 0.01 mg/m3 <",
            "rejected not_a_number",
            "quarantined unknown_station",
            "! bad_time",
            // The line without values needs no time; the last one is half a line.
            "! damaged",
        ]
    );
}

#[test]
fn zones_labels_and_delimiters_are_those_of_the_file() {
    let mapping = HEAD.replacen("period", "zone = \"UTC\"\nlabel = \"end\"\ndelimiter = \";\"\nperiod", 1);
    let text = "day;hour;site;PM;F\n2026/11/24;8;S1;\"0,5;6\";\n2026/11/24;8;S1;5;\n";
    let said = read(&layout(&mapping), "x.csv", "Asia/Shanghai", TWO, text);
    assert_eq!(said, ["rejected not_a_number", "S1 pm25 PT1H 2026-11-24T07:00Z 5 mg/m3"]);
}

#[test]
fn a_day_is_named_by_itself_whatever_end_a_station_labels_hours_by() {
    let mapping = "period = \"P1D\"\n[station]\ncolumn = \"s\"\n[time]\ncolumn = \"d\"\nformats = [\"%Y-%m-%d\"]\n\
                   [[value]]\ncolumn = \"v\"\nparameter = \"pm25\"\n";
    let said = read(&layout(mapping), "x.csv", "Asia/Shanghai", TWO, "s,d,v\nS2,2026-11-20,1\n");
    assert_eq!(said, ["S2 pm25 P1D 2026-11-19T16:00Z 1 -"]);
}

#[test]
fn the_hour_that_clocks_show_twice_is_read_in_the_order_of_its_lines() {
    let mapping = "period = \"PT1H\"\nzone = \"Europe/Berlin\"\n[station]\ncolumn = \"s\"\n[time]\ncolumn = \"t\"\n\
                   formats = [\"%Y-%m-%d %H:%M\"]\n[long]\nparameter = \"p\"\nvalue = \"v\"\nunit = \"u\"\n";
    let text = "s,t,p,v,u\nS1,2026-10-25 02:00,no2,1,ug/m3\nS1,2026-10-25 02:00,o3,3,ppb\n\
                S1,2026-10-25 02:00,no2,2,ug/m3\nS1,2026-10-25 02:00,no2,9,ug/m3\nS1,2026-03-29 02:00,no2,9,ug/m3\n\
                S1,2026-10-25 04:00,no2,9,km\nS1,2026-10-25 04:00,unobtainium,9,ug/m3\n";
    let said = read(&layout(mapping), "x.csv", "UTC", TWO, text);
    assert_eq!(
        said,
        [
            "S1 no2 PT1H 2026-10-25T00:00Z 1 ug/m3",
            "S1 o3 PT1H 2026-10-25T00:00Z 3 ppb",
            "S1 no2 PT1H 2026-10-25T01:00Z 2 ug/m3",
            "! bad_time",
            "! bad_time",
            "rejected unit_not_convertible",
            "quarantined unknown_parameter",
        ]
    );
}

#[test]
fn a_file_without_a_header_is_told_by_its_first_line() {
    let kdd = Format::Kdd2018.into();
    let line = "S1,2018-01-01 00:00:00,14.0,33.0,,0.6,13.0,5.0";
    let expected = ["pm25 PT1H 2018-01-01T00:00Z 14 ug/m3", "pm10 PT1H 2018-01-01T00:00Z 33 ug/m3"];
    for text in [line.to_owned(), format!("stationId,utc_time,PM2.5,PM10,NO2,CO,O3,SO2\n{line}")] {
        let said = read(&kdd, "x.csv", "Asia/Shanghai", TWO, &text);
        assert_eq!(said.len(), 5, "{said:?}");
        assert_eq!(said[..2], expected.map(|line| format!("S1 {line}")));
        assert_eq!(said[2], "S1 co PT1H 2018-01-01T00:00Z 0.6 mg/m3");
    }
}

#[test]
fn the_station_of_a_file_is_in_its_name_or_is_given() {
    let header = "datetime,PM2.5,O3,NO2,CO,SO2";
    let text = format!("{header}\n2026-11-24 08:00:00,1,,,,\n");
    let site = Layout::from(Format::CnemcSite);
    let named = read(&site, "a/PM2.5NO2SO2O3CO_S1.csv", "Asia/Shanghai", TWO, &text);
    assert_eq!(named, ["S1 pm25 PT1H 2026-11-24T00:00Z 1 ug/m3"]);
    let unknown = read(&site, "PM2.5NO2SO2O3CO_1410A.csv", "Asia/Shanghai", TWO, &text);
    assert_eq!(unknown, ["quarantined unknown_station"]);
    assert!(refused(&site, "x.csv", header).contains("--station ID"));
    let given = Layout { station: Some("Two".into()), ..site };
    assert_eq!(read(&given, "x.csv", "Asia/Shanghai", TWO, &text), ["S2 pm25 PT1H 2026-11-23T23:00Z 1 ug/m3"]);
    let nobody = Layout { station: Some("S9".into()), ..given };
    assert!(refused(&nobody, "x.csv", header).contains("no station of the registry is \"S9\""));
    assert!(refused(&Format::Laeq1m.into(), "x.csv", "datetime,LEQ dB -A").contains("--station ID"));
    let both = Layout { station: Some("S1".into()), ..layout(HEAD) };
    assert!(refused(&both, "x.csv", "day,hour,site,PM,F").contains("without --station"));
}

#[test]
fn what_the_mapping_names_and_the_file_has_not_is_told_with_its_likeness() {
    assert!(refused(&layout(HEAD), "x.csv", "day,hours,site,PM,F").contains("did the mapping mean `hours`?"));
    assert!(refused(&layout(HEAD), "x.csv", "day,hour,site,F").contains("column `PM` is missing"));
    assert!(refused(&layout(HEAD), "x.csv", "day,hour,hour,site,PM,F").contains("stands twice"));
    assert!(refused(&Format::Mapped.into(), "x.csv", "a,b").contains("--mapping FILE"));
}

const WATER: &str = "W1,water,江桥,Jiangqiao,31.2,121.3,,\nW2,water,四川省/三块石,Sankuaishi,29.4,104.7,,\n";

fn water(path: &str, collected: Option<&str>, rows: &str) -> Vec<String> {
    let layout = Layout { collected: collected.map(|date| date.parse().unwrap()), ..Layout::from(Format::WaterCnAuto) };
    let values = "水温(℃),pH(无量纲),溶解氧(mg/L),电导率(μS/cm),浊度(NTU),高锰酸盐指数(mg/L),氨氮(mg/L),总磷(mg/L),\
                  总氮(mg/L),叶绿素α(mg/L),藻密度(cells/L)";
    let header = format!("省份,断面名称,监测时间,{values},原始_pH(无量纲),原始_电导率(μS/cm)");
    read(&layout, path, "Asia/Shanghai", WATER, &format!("\u{feff}{header}\n{rows}"))
}

#[test]
fn the_measured_value_is_taken_before_the_rounded_one_and_down_is_missing() {
    let said = water(
        "snapshot_20251107T165439.csv",
        None,
        "上海市,江桥,11-07 16:00,--,8,*,--,,,,,,,,8.129,极值过滤\n\
         四川省,三块石,11-07 16:00,,8,,,,,,,,,1200,,\n",
    );
    let expected = [
        "W1 ph PT0S 2025-11-07T08:00Z 8.129 1",
        "W2 ph PT0S 2025-11-07T08:00Z 8 1",
        "W2 algae PT0S 2025-11-07T08:00Z 1200 count/L",
    ];
    assert_eq!(said, expected);
}

#[test]
fn two_places_of_one_name_never_become_one_station() {
    let said = water(
        "x.csv",
        Some("2025-11-07"),
        "上海市,江桥,11-07 16:00,,7,,,,,,,,,,,\n黑龙江省,江桥,11-07 16:00,,8,,,,,,,,,,,\n\
         上海市,江桥,11-07 20:00,,7,,,,,,,,,,,\n安徽省,三块石,11-07 16:00,,8,,,,,,,,,,,\n",
    );
    let expected = [
        "W1 ph PT0S 2025-11-07T08:00Z 7 1",
        "quarantined unknown_station",
        "W1 ph PT0S 2025-11-07T12:00Z 7 1",
        "quarantined unknown_station",
    ];
    assert_eq!(said, expected);
}

#[test]
fn times_without_a_year_need_a_day() {
    let pipeline = pipeline("Asia/Shanghai", WATER);
    let header = "省份,断面名称,监测时间,水温(℃),pH(无量纲),溶解氧(mg/L),电导率(μS/cm),浊度(NTU),高锰酸盐指数(mg/L),氨氮(mg/L),\
                  总磷(mg/L),总氮(mg/L),叶绿素α(mg/L),藻密度(cells/L)";
    let open = |path: &str| Layout::from(Format::WaterCnAuto).open(header, Path::new(path), &pipeline).err();
    assert!(open("water_info_99999999.csv").unwrap().detail.contains("--collected YYYY-MM-DD"));
    for path in ["a_20251107.csv", "2025-11-07.csv", "20251107T165439_x.csv", "v2_20251107.csv"] {
        assert!(open(path).is_none(), "{path}");
    }
}

#[test]
fn the_formats_that_are_mappings_are_read_without_a_mistake() {
    let presets = Format::ALL.into_iter().filter(|format| mapped::preset(*format).is_some());
    assert_eq!(presets.count(), 7);
}
