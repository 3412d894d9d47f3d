use crate::sources::tests::{begin, read};
use crate::testing::shared;

const STATIONS: &str = "S1,air,一,One,28.5,104.9,,end\nS2,air,二,Two,28.5,104.9,no2=ppb,\n";

#[test]
fn each_hour_that_has_ended_has_a_file() {
    let requests = begin("airnow-hourly", STATIONS, "url = \"http://127.0.0.1:9\"");
    let names: Vec<&str> = requests.iter().map(|request| request.name.as_str()).collect();
    // It is 01:30; six hours back begins at 19:30.
    let hours = ["2419", "2420", "2421", "2422", "2423", "2500"];
    assert_eq!(names, hours.map(|hour| format!("HourlyAQObs_202611{hour}")));
    assert_eq!(requests[5].url, "http://127.0.0.1:9/airnow/2026/20261125/HourlyAQObs_2026112500.dat");
    assert!(requests.iter().all(|request| request.may_be_absent));
}

#[test]
fn units_stand_in_each_row_and_a_negative_value_is_kept() {
    let body = "\"AQSID\",\"ValidDate\",\"ValidTime\",\"PM25\",\"PM25_Unit\",\"CO\",\"CO_Unit\"\r\n\
                \"S1\",\"11/25/2026\",\"00:00\",\"-1.5\",\"UG/M3\",\"0.7\",\"PPM\"\r\n\
                \"S2\",\"11/25/2026\",\"00:00\",\"\",\"\",\"700\",\"PPB\"\r\n\
                \"S2\",\"11/25/2026\",\"00:00\",\"3\",\"UG";
    let rows = read("airnow-hourly", STATIONS, "", "HourlyAQObs_2026112500", body.as_bytes()).unwrap();
    // An hour is labelled by its beginning, whatever a station's label is; 0.7 ppm are 700 ppb.
    assert_eq!(rows[0], "S1 pm25 PT1H 2026-11-25T00:00Z -1.5");
    let carbon = |row: &str| row.rsplit(' ').next().unwrap().parse::<f64>().unwrap();
    assert!(rows[1].starts_with("S1 co PT1H 2026-11-25T00:00Z 0.80") && rows[2].starts_with("S2 co "), "{rows:?}");
    assert!((carbon(&rows[1]) - carbon(&rows[2])).abs() < 1e-9);
    assert!(rows[3].starts_with("rejected damaged: line 4: "), "a line that is cut off is no number: {rows:?}");
    assert_eq!(rows.len(), 4);
}

#[test]
fn a_real_file_gives_what_its_lines_say() {
    let Some(folder) = shared("air-airnow") else { return };
    let body = std::fs::read(folder.join("HourlyAQObs_2023010100.dat")).unwrap();
    let text = String::from_utf8_lossy(&body);
    let cells =
        |line: &str| -> Vec<String> { line.trim().trim_matches('"').split("\",\"").map(str::to_owned).collect() };
    let mut lines = text.lines();
    let header = cells(lines.next().unwrap());
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let line = lines.map(cells).find(|line| !line[at("PM25")].is_empty() && line.len() == header.len()).unwrap();
    let names = format!("stations = {{ \"{}\" = \"S1\" }}\nparameters = [\"pm25\"]", line[at("AQSID")]);
    let rows = read("airnow-hourly", STATIONS, &names, "x", &body).unwrap();
    let ours: Vec<&String> = rows.iter().filter(|row| row.starts_with("S1 pm25 ")).collect();
    let value: f64 = line[at("PM25")].parse().unwrap();
    assert_eq!(ours, [&format!("S1 pm25 PT1H 2023-01-01T00:00Z {value}")]);
}
