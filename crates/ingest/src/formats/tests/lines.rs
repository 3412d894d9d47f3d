//! What each format makes of each line.

use proptest::prelude::*;

use super::{airnow, bcn_noise, header_fault, read, wqx};
use crate::formats::{Format, Found};
use crate::testing::{TWO, pipeline};

#[test]
fn quotsoft_takes_base_types_only_and_each_stations_own_hour_label() {
    let pipeline = pipeline("Asia/Shanghai", TWO);
    let text = "\u{feff}date,hour,type,一号站,S2,东四\n\
                20150301,8,PM2.5,23,41,77\n\
                20150301,8,PM2.5_24h,1,2,3\n\
                20150301,8,O3_8h,1,2,3\n\
                20150301,8,O3_8h_24h,1,2,3\n\
                20150301,8,AQI,1,2,3\n\
                20150301,8,CO,,1.3,\n\
                20150301,0,NO2,66,-,NA\n";
    assert_eq!(
        read(Format::Quotsoft, &pipeline, text),
        [
            "S1 pm25 03-01T00:00Z 23 ug/m3",
            // S2's labels name the end of the hour.
            "S2 pm25 02-28T23:00Z 41 ug/m3",
            "quarantined unknown_station",
            "S2 co 02-28T23:00Z 1.3 mg/m3",
            "S1 no2 02-28T16:00Z 66 ug/m3",
        ]
    );
}

#[test]
fn quotsoft_survives_hostile_lines() {
    let pipeline = pipeline("Asia/Shanghai", TWO);
    let text = "date,hour,type,一号站,二号站\n\
                20150301,8,PM2.5,23\n\
                20150301,8,PM2.5,23,41,\n\
                20150301,8,PM2.5,abc,41\n\
                20150301,8,PM25,1,2\n\
                20150231,8,PM10,1,2\n\
                20150301,24,PM10,1,2\n\
                20150301,-1,PM10,1,2\n\
                2015031,8,PM10,1,2\n\
                +2015031,8,PM10,1,2\n\
                20150301,8,PM10,-999,-9999\n\
                20150301,8,PM10,\"12\",-3\n\
                20150301,8,PM10,inf,1e999\n\
                \u{0}\u{0}\u{0}\n";
    assert_eq!(
        read(Format::Quotsoft, &pipeline, text),
        [
            "! damaged",
            "! damaged",
            "rejected not_a_number",
            "S2 pm25 02-28T23:00Z 41 ug/m3",
            "! unknown_parameter",
            "! bad_time",
            "! bad_time",
            "! bad_time",
            "! bad_time",
            "! bad_time",
            "S1 pm10 03-01T00:00Z 12 ug/m3",
            "S2 pm10 02-28T23:00Z -3 ug/m3",
            "rejected not_a_number",
            "rejected not_a_number",
            "! damaged",
        ]
    );
    for (header, words) in [
        ("date,hour,一号站", "`type` is missing"),
        ("date,date,hour,type,一号站", "`date` stands twice"),
        ("", "`date` is missing"),
    ] {
        let detail = header_fault(Format::Quotsoft, header);
        assert!(detail.contains(words), "{detail}");
    }
}

const PRSA: &str = "\"No\",\"year\",\"month\",\"day\",\"hour\",\"PM2.5\",\"PM10\",\"SO2\",\"NO2\",\"CO\",\"O3\",\
                    \"TEMP\",\"PRES\",\"DEWP\",\"RAIN\",\"wd\",\"WSPM\",\"station\"\n";

#[test]
fn prsa_names_its_own_units_and_turns_points_into_degrees() {
    let pipeline = pipeline("Asia/Shanghai", TWO);
    let text = format!(
        "{PRSA}1,2013,3,1,0,4,NA,4,7,300,77,-0.7,1023,-18.8,0,\"NNW\",4.4,\"One\"\n\
         2,2013,3,1,1,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,\"N\",NA,\"S2\"\n"
    );
    assert_eq!(
        read(Format::Prsa, &pipeline, &text),
        [
            "S1 pm25 02-28T16:00Z 4 ug/m3",
            "S1 so2 02-28T16:00Z 4 ug/m3",
            "S1 no2 02-28T16:00Z 7 ug/m3",
            "S1 co 02-28T16:00Z 300 ug/m3",
            "S1 o3 02-28T16:00Z 77 ug/m3",
            "S1 temperature 02-28T16:00Z -0.7 degC",
            "S1 pressure 02-28T16:00Z 1023 hPa",
            "S1 dew_point 02-28T16:00Z -18.8 degC",
            "S1 rain 02-28T16:00Z 0 mm",
            "S1 wind_direction 02-28T16:00Z 337.5 deg",
            "S1 wind_speed 02-28T16:00Z 4.4 m/s",
            "S2 wind_direction 02-28T16:00Z 0 deg",
        ]
    );
}

#[test]
fn prsa_survives_hostile_lines() {
    let pipeline = pipeline("Asia/Shanghai", TWO);
    let row = |from: &str, rest: &str| format!("1,{from},{rest}\n");
    let missing = "NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA";
    let text = PRSA.to_owned()
        + &row("2013,2,29,0", &format!("{missing},One"))
        + &row("2013,3,1,24", &format!("{missing},One"))
        + &row("262142,3,1,0", &format!("4,{},One", &missing[3..]))
        + &row("-5,3,1,0", &format!("{missing},One"))
        + &row("2013,3,1,0", missing)
        + &row("2013,3,1,0", "4,x,NA,NA,NA,NA,NA,NA,NA,NA,NORTH,NA,One")
        + &row("2013,3,1,0", "4,5,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,Nowhere")
        + "1,2013,3,1,0,\"4,NA,NA\n";
    assert_eq!(
        read(Format::Prsa, &pipeline, &text),
        [
            "! bad_time",
            "! bad_time",
            "! bad_time",
            "! bad_time",
            "! damaged",
            "S1 pm25 02-28T16:00Z 4 ug/m3",
            "rejected not_a_number",
            "rejected not_a_number",
            "quarantined unknown_station",
            "quarantined unknown_station",
            "! damaged",
        ]
    );
    for (header, words) in [
        ("No,year,month,day,hour,PM2.5", "`station` is missing"),
        ("No,year,month,day,hour,PM2.5,station,PM25", "did you mean `PM2.5`?"),
        ("No,year,month,day,hour,PM2.5,station,hour", "`hour` stands twice"),
    ] {
        let detail = header_fault(Format::Prsa, header);
        assert!(detail.contains(words), "{detail}");
    }
}

#[test]
fn long_takes_columns_in_any_order() {
    let pipeline = pipeline("Asia/Shanghai", TWO);
    let text = "\u{feff}value,flag,period,start,unit,parameter,station\r\n\
                23.4,N,PT1H,2026-11-25T08:00:00+08:00,ug/m3,pm25,S1\r\n\
                ,,PT1H,2026-11-25T00:00:00Z,,PM2.5,一号站\r\n\
                5,,PT1H,2026-11-25T08:00:00+08:00,,no2,S2\r\n\
                5,,PT1H,2026-11-25T08:00:00+08:00,,no2,S3\r\n";
    assert_eq!(
        read(Format::Long, &pipeline, text),
        [
            "S1 pm25 11-25T00:00Z 23.4 ug/m3",
            "S1 pm25 11-25T00:00Z null -",
            // `start` is the start, also where labels on the wire name the end.
            "S2 no2 11-25T00:00Z 5 -",
            "quarantined unknown_station",
        ]
    );
}

#[test]
fn long_has_marks_and_qartods_numbers() {
    let pipeline = pipeline("Asia/Shanghai", TWO);
    let line = |(hour, flag): (usize, &str)| format!("S1,pm25,2026-11-25T{hour:02}:00:00+08:00,PT1H,5,{flag}\n");
    let lines = ["", "N", "1", "2", "3", "4", "9", "0"].into_iter().enumerate().map(line).collect::<String>();
    let text = format!("station,parameter,start,period,value,flag\n{lines}");
    let (header, lines) = text.split_once('\n').unwrap();
    let mut reader = Format::Long.open(header, &pipeline).unwrap_or_else(|fault| panic!("{}", fault.detail));
    let mut found = Found::new();
    lines.lines().for_each(|line| reader.line(line, &mut found).unwrap_or_else(|fault| panic!("{}", fault.detail)));
    let raws = found.into_iter().map(|item| item.unwrap_or_else(|_| panic!("refused")).reading);
    let kept: Vec<_> = raws.map(|raw| (raw.value, raw.mark.map(|mark| mark.as_str().to_owned()))).collect();
    let marked = |mark: &str| (Some(5.0), Some(mark.to_owned()));
    let plain = || (Some(5.0), None);
    assert_eq!(kept, [plain(), marked("N"), plain(), plain(), marked("Q3"), marked("Q4"), (None, None), marked("0")]);
}

#[test]
fn long_survives_hostile_lines() {
    let pipeline = pipeline("Asia/Shanghai", TWO);
    let text = "station,parameter,start,period,value,unit,flag\n\
                S1,pm25,2026-11-25T08:00:00,PT1H,1,,\n\
                S1,pm25,2026-11-25 08:00,PT1H,1,,\n\
                S1,pm25,2026-02-30T08:00:00Z,PT1H,1,,\n\
                S1,pm25,2026-11-25T08:00:00Z,1h,1,,\n\
                S1,pm26,2026-11-25T08:00:00Z,PT1H,1,,\n\
                S1,pm25,2026-11-25T08:00:00Z,PT1H,one,,\n\
                S1,pm25,2026-11-25T08:00:00Z,PT1H,1,ppb,\n\
                S1,pm25,2026-11-25T08:00:00Z,PT1H,1,furlong,\n\
                S1,pm25,2026-11-25T08:00:00Z,PT1H,1,,valid\n\
                S1,pm25,2026-11-25T08:00:00Z,PT1H\n";
    assert_eq!(
        read(Format::Long, &pipeline, text),
        [
            "! bad_time",
            "! bad_time",
            "! bad_time",
            "! bad_time",
            "! unknown_parameter",
            "! not_a_number",
            "! unit_not_convertible",
            "! unit_not_convertible",
            "! damaged",
            "! damaged",
        ]
    );
    for (header, words) in [
        ("station,parameter,start,period", "`value` is missing"),
        ("station,parameter,start,period,values", "did you mean `value`?"),
        ("station,parameter,start,period,value,station", "`station` stands twice"),
    ] {
        let detail = header_fault(Format::Long, header);
        assert!(detail.contains(words), "{detail}");
    }
}

#[test]
fn a_repeated_hour_is_two_hours_and_a_skipped_one_is_refused() {
    let pipeline = pipeline("Europe/Berlin", "S1,air,一号站,One,52.5,13.4,,\nS2,air,二号站,Two,52.5,13.4,,end\n");
    let text = "date,hour,type,S1,S2\n\
                20261025,1,PM10,1,1\n\
                20261025,2,PM10,2,2\n\
                20261025,2,SO2,9,9\n\
                20261025,2,PM10,3,3\n\
                20261025,3,PM10,4,4\n\
                20261025,2,PM10,5,5\n\
                20260329,2,PM10,6,6\n\
                20260329,3,PM10,7,7\n";
    assert_eq!(
        read(Format::Quotsoft, &pipeline, text),
        [
            "S1 pm10 10-24T23:00Z 1 ug/m3",
            "S2 pm10 10-24T22:00Z 1 ug/m3",
            "S1 pm10 10-25T00:00Z 2 ug/m3",
            "S2 pm10 10-24T23:00Z 2 ug/m3",
            "S1 so2 10-25T00:00Z 9 ug/m3",
            "S2 so2 10-24T23:00Z 9 ug/m3",
            "S1 pm10 10-25T01:00Z 3 ug/m3",
            "S2 pm10 10-25T00:00Z 3 ug/m3",
            "S1 pm10 10-25T02:00Z 4 ug/m3",
            "S2 pm10 10-25T01:00Z 4 ug/m3",
            "! bad_time",
            "! bad_time",
            "S1 pm10 03-29T01:00Z 7 ug/m3",
            "S2 pm10 03-29T00:00Z 7 ug/m3",
        ]
    );
}

proptest! {
    /// Half-written, spliced and foreign lines: each format has an answer to each.
    #[test]
    fn no_line_breaks_a_reader(
        line in prop_oneof![r#"[0-9a-zA-Z.,:+"\-\r东 ]{0,60}"#, any::<String>()],
        field in prop::sample::select(vec!["20150301", "8", "PM2.5", "2013", "12", "S1", "2026-11-25T00:00:00Z", "PT1H"]),
        at in 0usize..60,
    ) {
        let pipeline = pipeline("Europe/Berlin", TWO);
        let headers = [
            "date,hour,type,S1,S2",
            PRSA.trim_end(),
            airnow::HEADER,
            "station,parameter,start,period,value,unit,flag",
            bcn_noise::HEADER,
            wqx::HEADER,
        ];
        for (format, header) in Format::ALL.into_iter().zip(headers) {
            let mut reader = format.open(header, &pipeline).unwrap_or_else(|fault| panic!("{}", fault.detail));
            let cut = line.char_indices().map(|(place, _)| place).nth(at).unwrap_or(line.len());
            let spliced = format!("{}{field}{}", &line[..cut], &line[cut..]);
            let mut found = Found::new();
            for line in [&line, &spliced] {
                let before = found.len();
                if reader.line(line, &mut found).is_err() {
                    prop_assert_eq!(found.len(), before);
                }
            }
            // A file may begin with such a line too.
            let _ = format.open(&spliced, &pipeline);
        }
    }
}

#[test]
fn an_unknown_format_is_answered_with_the_known() {
    let error = "csv".parse::<Format>().unwrap_err().to_string();
    let known = "quotsoft, prsa, airnow-hourly, long, bcn-noise, wqx, cnemc-air, cnemc-site, cnemc-city, water-cn-auto, \
                 kdd2018, openaq-csv, uba, usgs-nwis, dwd-daily, laeq1m, hj212-log, mapped";
    assert_eq!(error, format!("unknown format \"csv\"; known are {known}"));
    for format in Format::ALL {
        assert_eq!(format.as_str().parse(), Ok(format));
    }
}

#[test]
fn every_format_has_its_section_in_the_documentation() {
    let text = include_str!("../../../../../docs/formats.md");
    let sections: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).skip(1).collect();
    assert_eq!(sections, Format::ALL.map(Format::as_str));
}
