//! Records of the feed as its services and archives wrote them.

use std::path::Path;

use super::{json, xml};
use crate::formats::{Fault, Format, Found, Layout};
use crate::testing::pipeline;

const STATIONS: &str =
    "1001A,air,万寿西宫,Wanshouxigong,39.8784,116.3621,,\n1074A,air,电机北厂,Dianji,37.8,115.7,,start\n";

fn said(found: Found<'_>) -> Vec<String> {
    let say = |item: Result<crate::formats::Row<'_>, limpid_model::receipt::Refusal>| match item {
        Ok(row) => {
            let raw = row.reading;
            let (start, value) = (raw.start.format("%Y-%m-%dT%H:%MZ"), raw.value.unwrap());
            format!("{} {} {start} {value} {}", row.station.id, raw.parameter, raw.unit.unwrap())
        }
        Err(refusal) => format!("{} {}: {}", refusal.kind.as_str(), refusal.reason.as_str(), refusal.detail),
    };
    found.into_iter().map(say).collect()
}

fn from_json(text: &str) -> Result<Vec<String>, Fault> {
    json::read(text.as_bytes(), &pipeline("UTC", STATIONS)).map(said)
}

fn from_xml(text: &str) -> Result<Vec<String>, Fault> {
    xml::read(text.as_bytes(), &pipeline("UTC", STATIONS)).map(said)
}

#[test]
fn a_record_is_the_hour_that_ends_at_its_time_and_has_no_products() {
    let found = from_json(
        r#"[{"TimePoint":"2022-01-04T15:00:00","StationCode":"1001A","AQI":"68","PM10":"71","PM10_24h":"55",
             "PM2_5":"49","PM2_5_24h":"31","O3":"47","O3_24h":"23","O3_8h":"24","O3_8h_24h":"17","NO2":"55",
             "SO2":"-;","CO":1.4,"CO_24h":"0.9"}]"#,
    );
    // 15:00 in Beijing is 07:00 UTC, the end; the station's own hour_label, here the start, does not move it.
    let expected = [
        "1001A pm25 2022-01-04T06:00Z 49 ug/m3",
        "1001A pm10 2022-01-04T06:00Z 71 ug/m3",
        "1001A no2 2022-01-04T06:00Z 55 ug/m3",
        "1001A co 2022-01-04T06:00Z 1.4 mg/m3",
        "1001A o3 2022-01-04T06:00Z 23 ug/m3",
    ];
    assert_eq!(found.unwrap(), expected);
}

#[test]
fn of_the_two_ozones_the_maximum_is_never_the_hour() {
    let ozone = |time: &str, plain: &str, day: &str| {
        let record = format!(r#"{{"timepoint":"{time}","stationcode":"1001A","o3":"{plain}","o3_24h":"{day}"}}"#);
        from_json(&format!(r#"{{"data":{{"records":[{record}]}}}}"#)).unwrap().first().cloned()
    };
    let hour = |value: &str| Some(format!("1001A o3 2022-01-04T06:00Z {value} ug/m3"));
    assert_eq!(ozone("2022-01-04T15:00:00", "171", "98"), hour("98"));
    assert_eq!(ozone("2022-01-04T15:00:00", "98", "171"), hour("98"));
    assert_eq!(ozone("2022-01-04T15:00:00", "171", "—"), None);
    assert_eq!(ozone("2022-01-04T15:00:00", "—", "98"), hour("98"));
    let later = |value: &str| Some(format!("1001A o3 2023-12-31T23:00Z {value} ug/m3"));
    assert_eq!(ozone("2024-01-01 08:00:00", "98", ""), later("98"));
    assert_eq!(ozone("2024-01-01 08:00:00", "", "171"), None);
}

#[test]
fn old_services_count_milliseconds_and_wrap_records_in_features() {
    let found = from_json(
        r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","properties":{"TimePoint":"/Date(1641279600000)/","StationCode":"1001A","SO2":"7"}},
            {"type":"Feature","properties":{"TimePoint":"/Date(1641279600000+0800)/","StationCode":"9999X","SO2":"7"}},
            {"type":"Feature","properties":{"TimePoint":"yesterday","StationCode":"1001A","SO2":"7"}},
            {"type":"Feature","properties":{"TimePoint":"2022-01-04T15:00:00","SO2":"7"}},
            {"type":"Feature","properties":{"TimePoint":"2022-01-04T15:00:00","StationCode":"1001A","SO2":"few"}}]}"#,
    )
    .unwrap();
    assert_eq!(found[0], "1001A so2 2022-01-04T06:00Z 7 ug/m3");
    assert!(found[1].starts_with("quarantined unknown_station: record 2: "), "{found:?}");
    assert!(found[2].starts_with("rejected bad_time: record 3: "), "{found:?}");
    assert!(found[3].starts_with("rejected unknown_station: record 4: "), "{found:?}");
    assert!(found[4].starts_with("rejected not_a_number: record 5: field so2"), "{found:?}");
}

#[test]
fn json_without_records_is_refused() {
    for text in ["", "{", "7", r#"{"result":0}"#, r#"[{"name":"x"}]"#] {
        assert!(from_json(text).is_err(), "{text}");
    }
    assert_eq!(from_json("[]").unwrap(), [""; 0]);
}

#[test]
fn xml_is_read_with_its_entities_and_its_wrapping() {
    let record = "<b:AQIDataPublishLive><b:CO>0.8</b:CO><b:Measure>a &lt; b</b:Measure><b:NO2>&mdash;</b:NO2>\
                  <b:O3>164</b:O3><b:O3_24h>64</b:O3_24h><b:Keys><c:SO2>99</c:SO2></b:Keys><b:PM10/>\
                  <b:StationCode>1001A</b:StationCode><b:TimePoint>2017-07-07T16:00:00</b:TimePoint>\
                  </b:AQIDataPublishLive>";
    let found = from_xml(&format!("<r xmlns=\"x\"><s><RootResults>\n{record}\n</RootResults></s></r>"));
    let expected = ["1001A co 2017-07-07T07:00Z 0.8 mg/m3", "1001A o3 2017-07-07T07:00Z 64 ug/m3"];
    assert_eq!(found.unwrap(), expected);
    for text in [&format!("<r>{record}"), "<r></r>", "<r></s>", &"<a>".repeat(70), "<r>\u{0}<"] {
        assert!(from_xml(text).is_err(), "{text}");
    }
}

#[test]
fn csv_has_the_fields_under_their_names_in_any_case() {
    let pipeline = pipeline("UTC", STATIONS);
    let layout = Layout::from(Format::CnemcAir);
    let mut opened = layout.open("TimePoint,StationCode,primarypollutant,pm10", Path::new(""), &pipeline).unwrap();
    let mut found = Found::new();
    opened.lines.line("2022-01-04T15:00:00,1074A,\"PM10,PM2.5\",77", &mut found).unwrap();
    assert_eq!(said(std::mem::take(&mut found)), ["1074A pm10 2022-01-04T06:00Z 77 ug/m3"]);
    assert!(opened.lines.line("2022-01-04T15:00:00,1074A", &mut found).is_err());
    assert!(layout.open("timepoint,pm10", Path::new(""), &pipeline).is_err());
}
