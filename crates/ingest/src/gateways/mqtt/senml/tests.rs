use super::*;

/// Every record as `station parameter period time value`, or the reason why it is no reading.
fn read(pack: &str) -> Result<Vec<String>, String> {
    let words = |record: Record| match record.reading {
        Err(refusal) => refusal.reason.as_str().to_owned(),
        Ok(reading) => {
            let station = record.station.unwrap_or_else(|| "-".to_owned());
            let value = reading.value.map_or_else(|| "missing".to_owned(), |value| value.to_string());
            let unit = reading.unit.map_or("-", |unit| unit.as_str());
            let time = reading.start.format("%Y-%m-%dT%H:%M:%S%.f");
            format!("{station} {} {} {time} {value} {unit}", reading.parameter, reading.period)
        }
    };
    match parse(pack.as_bytes()) {
        Ok(records) => Ok(records.into_iter().map(words).collect()),
        Err(refusal) => Err(refusal.detail),
    }
}

#[test]
fn base_fields_hold_for_the_records_behind_them() {
    // The example of RFC 8428, 5.1.3, under a name that is a parameter; times as its 5.1.4 resolves them:
    // 1320067464 and 1320067524 are 2011-10-31T13:24:24Z and 13:25:24Z.
    let pack = r#"[
        {"bn":"S1/humidity","bt":1.320067464e+09,"bu":"%RH","v":20},
        {"u":"lon","v":24.30621},
        {"u":"lat","v":60.07965},
        {"t":60,"v":20.3},
        {"u":"lon","t":60,"v":24.30622},
        {"u":"lat","t":60,"v":60.07965}
    ]"#;
    let expected = [
        "S1 humidity PT0S 2011-10-31T13:24:24 20 %",
        "unit_not_convertible",
        "unit_not_convertible",
        "S1 humidity PT0S 2011-10-31T13:25:24 20.3 %",
        "unit_not_convertible",
        "unit_not_convertible",
    ];
    assert_eq!(read(pack).unwrap(), expected);
}

#[test]
fn a_base_may_change_on_the_way_and_adds_to_the_value() {
    let pack = r#"[
        {"bn":"S1/","bt":1320067464,"bv":20,"n":"temperature","u":"Cel","v":1.5},
        {"n":"temperature","u":"Cel","t":-5,"v":-999},
        {"bn":"S1/PT1H/","bt":1320066000,"bv":0},
        {"n":"pm25","v":12}
    ]"#;
    let expected = [
        "S1 temperature PT0S 2011-10-31T13:24:24 21.5 degC",
        "S1 temperature PT0S 2011-10-31T13:24:19 missing degC",
        "S1 pm25 PT1H 2011-10-31T13:00:00 12 -",
    ];
    assert_eq!(read(pack).unwrap(), expected);
}

#[test]
fn names_say_station_period_and_parameter() {
    for (base, name, expected) in [
        ("", "pm25", (None, "pm25", "PT0S")),
        ("S1/", "pm25", (Some("S1"), "pm25", "PT0S")),
        ("S1/pm", "25", (Some("S1"), "pm25", "PT0S")),
        ("S1/PT1H/", "pm25", (Some("S1"), "pm25", "PT1H")),
        ("S1/PT1H", "pm25", (Some("S1"), "pm25", "PT1H")),
        ("PT1M", "pm25", (None, "pm25", "PT1M")),
        ("S1/", "pm25/PT1M", (Some("S1"), "pm25", "PT1M")),
        ("", "S1/PT5M/pm25", (Some("S1"), "pm25", "PT5M")),
        ("S1/pm25/PT1H", "", (Some("S1"), "pm25", "PT1H")),
        ("S1/PT1H/", "pm25/PT1M", (Some("S1/PT1H"), "pm25", "PT1M")),
        ("a/b/", "pm25", (Some("a/b"), "pm25", "PT0S")),
        ("", "", (None, "", "PT0S")),
        ("/", "/", (None, "", "PT0S")),
        ("", "PT1H", (None, "", "PT1H")),
    ] {
        let found = Name::of(base, name);
        let found = (found.station.as_deref(), found.parameter.as_str(), found.period.to_string());
        assert_eq!(found, (expected.0, expected.1, expected.2.to_owned()), "{base:?} {name:?}");
    }
}

#[test]
fn a_time_that_is_no_point_in_time_is_refused() {
    for time in ["", r#""t":0,"#, r#""t":-5,"#, r#""bt":268435455,"#, r#""t":1e300,"#, r#""bt":9e307,"t":9e307,"#] {
        let pack = format!(r#"[{{{time}"n":"pm25","v":1}}]"#);
        assert_eq!(read(&pack).unwrap(), ["bad_time"], "{time}");
    }
    // 2**28 is the first absolute time (4.5.3), 1978-07-04T21:24:16Z.
    assert_eq!(read(r#"[{"t":268435456,"n":"pm25","v":1}]"#).unwrap(), ["- pm25 PT0S 1978-07-04T21:24:16 1 -"]);
    let fine = read(r#"[{"bt":1.276020076001e+09,"n":"pm25","v":1},{"t":0.0004,"n":"pm25","v":1}]"#).unwrap();
    let time = "- pm25 PT0S 2010-06-08T18:01:16.001 1 -";
    assert_eq!(fine, [time, time], "kept to the millisecond");
}

#[test]
fn values_that_are_no_numbers_are_no_readings() {
    for (value, reason) in [
        (r#""vs":"12""#, "not_a_reading"),
        (r#""vb":true"#, "not_a_reading"),
        (r#""vd":"AAAA""#, "not_a_reading"),
        (r#""s":12"#, "not_a_reading"),
        (r#""v":"12""#, "damaged"),
        (r#""v":null"#, "damaged"),
        (r#""u":7,"v":1"#, "damaged"),
        (r#""bv":1e308,"v":1e308"#, "not_a_number"),
    ] {
        let pack = format!(r#"[{{"bt":1320067464,"n":"pm25",{value}}},{{"bv":0,"n":"pm10","v":1}}]"#);
        let expected = [reason, "- pm10 PT0S 2011-10-31T13:24:24 1 -"];
        assert_eq!(read(&pack).unwrap(), expected, "{value}");
    }
    assert_eq!(read(r#"[{"bt":1320067464,"n":"unobtainium","v":1}]"#).unwrap(), ["unknown_parameter"]);
    assert_eq!(read(r#"[{"bt":1320067464,"n":7,"v":1}]"#).unwrap(), ["damaged"]);
}

#[test]
fn a_pack_whose_meaning_is_in_doubt_is_refused_whole() {
    for (pack, words) in [
        (r#"[{"bver":11,"bt":1320067464,"n":"pm25","v":1}]"#, "record 0: bver"),
        (r#"[{"bver":"10","bt":1320067464,"n":"pm25","v":1}]"#, "record 0: bver"),
        (r#"[{"bt":1320067464,"n":"pm25","v":1},{"n":"pm10","v":1,"scale_":10}]"#, "record 1: field \"scale_\""),
        (r#"[{"bt":"now","n":"pm25","v":1}]"#, "record 0: bt is not a number"),
        (r#"[{"bn":1}]"#, "record 0: bn is not a string"),
        ("[", "no SenML"),
        ("[[]]", "no SenML"),
        (r#"[{"v":1e999}]"#, "no SenML"),
    ] {
        let detail = read(pack).unwrap_err();
        assert!(detail.starts_with(words), "{pack}: {detail}");
    }
    // Version 10 and below, and labels that need not be understood, are read (4.4).
    let known = r#"[{"bver":5,"bt":1320067464,"n":"pm25","v":1,"ut":60,"note":"x"}]"#;
    assert_eq!(read(known).unwrap(), ["- pm25 PT0S 2011-10-31T13:24:24 1 -"]);
}

proptest::proptest! {
    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn no_records_are_too_strange(base in "\\PC{0,12}", name in "[/PTHM0-9a-z]{0,12}", time: f64, value: f64) {
        let pack = serde_json::json!([{ "bn": base, "n": name, "t": time, "v": value }]).to_string();
        let _ = parse(pack.as_bytes());
    }
}
