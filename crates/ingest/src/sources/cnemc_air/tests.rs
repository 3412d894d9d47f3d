use crate::sources::tests::{begin, read};
use crate::testing::shared;

const STATIONS: &str = "S1,air,一,One,28.5,104.9,,\nS2,air,二,Two,28.5,104.9,co=ug/m3,\n";
const LINES: &str = "stations = { \"1001A\" = \"S1\", \"1012A\" = \"S2\" }\n";

fn rows(body: &str) -> Vec<String> {
    read("cnemc-air", STATIONS, LINES, "live", body.as_bytes()).unwrap()
}

#[test]
fn the_newest_hour_is_asked_for_and_those_before_it() {
    let requests = begin("cnemc-air", STATIONS, &format!("{LINES}url = \"http://127.0.0.1:9\""));
    assert_eq!(requests[0].url, "http://127.0.0.1:9/HourChangesPublish/GetAllAQIPublishLive");
    // It is 09:30 in Beijing: labels from 03:00 on.
    let bodies: Vec<&str> = requests.iter().map(|request| request.post.as_ref().unwrap().body.as_str()).collect();
    let label = |hour: u32| format!("date=2026-11-25+{hour:02}%3A00%3A00");
    assert_eq!(bodies, [String::new(), label(3), label(4), label(5), label(6), label(7), label(8)]);
    let file = begin("cnemc-air", STATIONS, "url = \"http://127.0.0.1:9/a.csv\"");
    assert_eq!((file.len(), file[0].url.as_str(), &file[0].post), (1, "http://127.0.0.1:9/a.csv", &None));
}

#[test]
fn an_hour_is_labelled_by_its_end_in_beijing_and_text_is_number() {
    let body = r#"[{"TimePoint":"2022-01-04T15:00:00","StationCode":"1001A","AQI":"68","PM2_5":"49","PM2_5_24h":"31",
        "PM10":"71","SO2":"12","NO2":"55","CO":"1.4","O3":"47","O3_24h":"23","O3_8h":"24"},
        {"TimePoint":"2022-01-04T15:00:00","StationCode":"9999A","PM2_5":"1"}]"#;
    assert_eq!(
        rows(body),
        [
            "S1 pm25 PT1H 2022-01-04T06:00Z 49",
            "S1 pm10 PT1H 2022-01-04T06:00Z 71",
            "S1 so2 PT1H 2022-01-04T06:00Z 12",
            "S1 no2 PT1H 2022-01-04T06:00Z 55",
            "S1 co PT1H 2022-01-04T06:00Z 1.4",
            // Not 47: that is the day's maximum so far.
            "S1 o3 PT1H 2022-01-04T06:00Z 23",
        ]
    );
}

#[test]
fn the_hour_of_ozone_is_the_smaller_of_both_fields() {
    let ozone = |o3: &str, most: &str| {
        rows(&format!("timepoint,stationcode,o3,o3_24h\n2022-01-04 15:00:00,1001A,{o3},{most}\n")).join(" ")
    };
    assert_eq!(ozone("171", "64"), "S1 o3 PT1H 2022-01-04T06:00Z 64");
    assert_eq!(ozone("64", "171"), "S1 o3 PT1H 2022-01-04T06:00Z 64", "exchanged");
    assert_eq!(ozone("64", "64"), "S1 o3 PT1H 2022-01-04T06:00Z 64");
    assert_eq!(ozone("—", ""), "");
    assert_eq!(ozone("64", "—"), "", "alone it may be the maximum");
    assert_eq!(ozone("-;", "64"), "S1 o3 PT1H 2022-01-04T06:00Z 64");
    assert!(ozone("many", "64").starts_with("rejected not_a_number"));
}

#[test]
fn missing_has_many_words_and_zero_is_a_value() {
    for word in ["—", "-", "--", "NA", "", "-;", "—;", "&mdash;", "&#8212;", "-999"] {
        let body = format!("[{{\"TimePoint\":\"2022-01-04T15:00:00\",\"StationCode\":\"1001A\",\"CO\":{word:?}}}]");
        assert_eq!(rows(&body), [""; 0], "{word}");
    }
    let body =
        "[{\"TimePoint\":\"2022-01-04T15:00:00\",\"StationCode\":\"1012A\",\"CO\":\"0.0\",\"PM10\":null,\"SO2\":3}]";
    // CO comes in mg/m³ here, whatever the station's own wire has.
    assert_eq!(rows(body), ["S2 so2 PT1H 2022-01-04T06:00Z 3", "S2 co PT1H 2022-01-04T06:00Z 0"]);
}

#[test]
fn times_come_in_every_way_and_hours_may_be_mixed() {
    // 1641279600000 ms is 2022-01-04T07:00:00Z, 15:00 in Beijing.
    for time in ["/Date(1641279600000)/", "/Date(1641279600000+0800)/", "2022-01-04T15:00:00", "2022-01-04 15:00"] {
        let body = format!("[{{\"TimePoint\":{time:?},\"StationCode\":\"1001A\",\"PM10\":\"1\"}}]");
        assert_eq!(rows(&body), ["S1 pm10 PT1H 2022-01-04T06:00Z 1"], "{time}");
    }
    let mixed =
        "timepoint,stationcode,pm10\n2022-01-04T15:00:00,1001A,1\n2022-01-04T14:00:00,1012A,2\nyesterday,1001A,3\n";
    let rows = rows(mixed);
    assert_eq!(rows[..2], ["S1 pm10 PT1H 2022-01-04T06:00Z 1", "S2 pm10 PT1H 2022-01-04T05:00Z 2"]);
    assert!(rows[2].starts_with("rejected bad_time") && rows[2].contains("yesterday"), "{rows:?}");
    // Geo-archives wrap each site.
    let wrapped = "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":null,\"properties\":\
                   {\"StationCode\":\"1001A\",\"TimePoint\":\"2018-02-20T07:00:00\",\"PM10\":\"-;\",\"NO2\":\"8\"}}]}";
    assert_eq!(self::rows(wrapped), ["S1 no2 PT1H 2018-02-19T22:00Z 8"]);
    for broken in ["", "{}", "[1]", "<html>", "a,b\n1,2\n", "{\"data\":7}"] {
        assert!(read("cnemc-air", STATIONS, LINES, "live", broken.as_bytes()).is_err(), "{broken}");
    }
}

#[test]
fn a_real_excerpt_gives_what_was_read_off_by_hand() {
    let Some(folder) = shared("air-cnemc-feed") else { return };
    let body = std::fs::read(folder.join("cnemc_20220104T15_excerpt.csv")).unwrap();
    let rows = read("cnemc-air", STATIONS, LINES, "file", &body).unwrap();
    // Its lines of 1001A and 1012A: pm10 71, pm2_5 49, o3 47, o3_24h 23, no2 55, so2 12, co 1.4; pm10 1, pm2_5 34, o3 27,
    // o3_24h 22, no2 48, so2 8, co 1.2.
    let of = |id: &str| -> Vec<String> {
        let ours = rows.iter().filter_map(|row| row.strip_prefix(&format!("{id} ")));
        ours.map(|row| row.replace(" PT1H 2022-01-04T06:00Z", "")).collect()
    };
    assert_eq!(of("S1"), ["pm25 49", "pm10 71", "so2 12", "no2 55", "co 1.4", "o3 23"]);
    assert_eq!(of("S2"), ["pm25 34", "pm10 1", "so2 8", "no2 48", "co 1.2", "o3 22"]);
    assert_eq!(rows.len(), 12);
}
