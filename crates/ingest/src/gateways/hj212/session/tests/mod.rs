mod clock;
mod conformance;
mod events;
mod real;

use std::sync::Arc;

use limpid_model::Entry;

use super::*;
use crate::gateways::hj212::frame::{Damage, encode};
use crate::gateways::hj212::testing::{MN, Spy, pipeline, words};
use crate::gateways::hj212::vectors::RIGHT;

fn session(hj212: &str) -> Session {
    Session::new(Arc::new(Spy::default()).intake(pipeline(hj212)), "192.0.2.7".parse().unwrap())
}

fn take(session: &Session, data: &str) -> Work {
    let raw = encode(data.as_bytes());
    session.take(&Frame { raw: &raw, data: data.as_bytes(), deviations: Deviations::default() })
}

/// Entries in words, and the answer's data segment.
fn outcome(session: &Session, data: &str) -> (Vec<String>, Option<String>) {
    let work = take(session, data);
    let answer = work.answer.map(|answer| String::from_utf8(answer).unwrap());
    // ## and LEN before, check and line end behind.
    let answer = answer.map(|answer| answer[6..answer.len() - 6].to_owned());
    (work.upload.entries.iter().map(words).collect(), answer)
}

fn entries(data: &str) -> Vec<String> {
    outcome(&session(""), data).0
}

/// A message of station A1.
fn air(cn: &str, area: &str) -> String {
    format!("QN=20261125093000000;ST=22;CN={cn};PW=123456;MN={MN};Flag=5;CP=&&{area}&&")
}

#[test]
fn each_reading_command_has_its_period_and_value() {
    // 08:00 in Shanghai is midnight UTC.
    for (cn, time, expected) in [
        ("2011", "20261125080003", "pm25 PT0S 11-25T00:00:03 1 N"),
        ("2051", "20261125080000", "pm25 PT5M 11-25T00:00:00 2 N"),
        ("2061", "20261125080000", "pm25 PT1H 11-25T00:00:00 2 N"),
        ("2031", "20261124000000", "pm25 P1D 11-23T16:00:00 2 N"),
    ] {
        let data = air(cn, &format!("DataTime={time};a34004-Rtd=1,a34004-Avg=2,a34004-Max=9,a34004-Flag=N"));
        let (entries, answer) = outcome(&session("minute = 5"), &data);
        assert_eq!(entries, [expected], "{cn}");
        assert!(answer.unwrap().contains(";CN=9014;"), "{cn}");
    }
}

#[test]
fn a_device_that_uses_the_other_suffix_is_understood() {
    assert_eq!(entries(&air("2061", "DataTime=20261125080000;a34004-Rtd=1")), ["pm25 PT1H 11-25T00:00:00 1 unmarked"]);
    assert_eq!(entries(&air("2011", "DataTime=20261125080000;a34004-Avg=2")), ["pm25 PT0S 11-25T00:00:00 2 unmarked"]);
    let noise =
        "QN=1;ST=23;CN=2061;PW=1;MN=N1MN;Flag=5;CP=&&DataTime=20261125080000;Leq-Data=54.2,LMx-Data=71,L5-Data=60&&";
    assert_eq!(
        entries(noise),
        [
            "leq PT1H 11-25T00:00:00 54.2 unmarked",
            "lmax PT1H 11-25T00:00:00 71 unmarked",
            "l5 PT1H 11-25T00:00:00 60 unmarked"
        ]
    );
    let noise = "QN=1;ST=23;CN=2011;PW=1;MN=N1MN;Flag=5;CP=&&DataTime=20261125080000;LA-Rtd=50.1&&";
    assert_eq!(entries(noise), ["leq PT0S 11-25T00:00:00 50.1 unmarked"]);
}

#[test]
fn fault_28_labels_at_the_end_name_the_period_before() {
    for (cn, time, expected) in [
        ("2061", "20261125080000", "pm25 PT1H 11-24T23:00:00 7 unmarked"),
        ("2051", "20261125080000", "pm25 PT1M 11-24T23:59:00 7 unmarked"),
        ("2031", "20261125000000", "pm25 P1D 11-23T16:00:00 7 unmarked"),
        ("2011", "20261125080000", "pm25 PT0S 11-25T00:00:00 7 unmarked"),
        // No hour ends here, and none is made up.
        ("2061", "20261125081500", "rejected not_aligned"),
        ("2031", "20261125080000", "rejected not_aligned"),
    ] {
        let suffix = if cn == "2011" { "Rtd" } else { "Avg" };
        let data = format!("QN=1;CN={cn};PW=secret;MN=A2MN;Flag=5;CP=&&DataTime={time};a34004-{suffix}=7&&");
        assert_eq!(entries(&data), [expected], "{cn} {time}");
    }
}

#[test]
fn fault_24_times_are_the_agencys() {
    let data = air("2011", "DataTime=20261125080000;a34004-Rtd=1");
    let (entries, _) = outcome(&session("zone = \"UTC\""), &data.replace("20261125080000", "20261125000000"));
    assert_eq!(entries, ["pm25 PT0S 11-25T00:00:00 1 unmarked"]);
}

#[test]
fn fault_12_a_missing_mark_is_not_a_good_one() {
    assert_eq!(entries(&air("2011", "DataTime=20261125080000;a34004-Rtd=1")), ["pm25 PT0S 11-25T00:00:00 1 unmarked"]);
    assert_eq!(
        entries(&air("2011", "DataTime=20261125080000;a34004-Rtd=1,a34004-Flag=")),
        ["pm25 PT0S 11-25T00:00:00 1 unmarked"]
    );
}

#[test]
fn fault_18_empty_and_worded_values_are_missing_never_zero() {
    for value in ["", "NaN", "--", "NULL", "-999", "－"] {
        let data = air("2011", &format!("DataTime=20261125080000;a34004-Rtd={value},a34004-Flag=D"));
        assert_eq!(entries(&data), ["pm25 PT0S 11-25T00:00:00 missing D"], "{value:?}");
    }
    assert_eq!(entries(&air("2011", "DataTime=20261125080000;a34004-Rtd=abc")), ["rejected not_a_number"]);
    // Full-width digits are digits.
    assert_eq!(
        entries(&air("2011", "DataTime=20261125080000;a34004-Rtd=１２")),
        ["pm25 PT0S 11-25T00:00:00 12 unmarked"]
    );
    // Out of order and silent is missing; fine and silent says nothing.
    assert_eq!(entries(&air("2011", "DataTime=20261125080000;a34004-Flag=D")), ["pm25 PT0S 11-25T00:00:00 missing D"]);
    assert_eq!(entries(&air("2011", "DataTime=20261125080000;a34004-Flag=N")), ["rejected not_a_reading"]);
}

#[test]
fn what_the_flow_of_waste_water_accumulated_to_is_its_volume() {
    // 36.91 L/s for an hour are 132.876 m3; the kilograms of a pollutant beside it are not read.
    let outlet = |cn: &str, cp: &str| format!("QN=1;ST=32;CN={cn};PW=123456;MN=LD130133000015;Flag=5;CP=&&{cp}&&");
    let cou = "w00000-Cou=132.876,w00000-Min=30.1,w00000-Avg=36.91,w00000-Max=40.2,w00000-Flag=N;\
               w01018-Cou=30.694,w01018-Avg=231.0,w01018-Flag=N";
    assert_eq!(
        entries(&outlet("2061", &format!("DataTime=20261125080000;{cou}"))),
        [
            "flow PT1H 11-25T00:00:00 0.03691 N",
            "water_volume PT1H 11-25T00:00:00 132.876 N",
            "cod PT1H 11-25T00:00:00 231 N"
        ]
    );
    assert_eq!(
        entries(&outlet("2031", "DataTime=20261124000000;B01-Cou=3189.02,B01-Flag=N")),
        ["water_volume P1D 11-23T16:00:00 3189.02 N"]
    );
    // Of a moment there is no volume, and an empty one is missing.
    assert_eq!(
        entries(&outlet("2011", "DataTime=20261125080000;w00000-Rtd=36.91,w00000-Cou=1,w00000-Flag=N")),
        ["flow PT0S 11-25T00:00:00 0.03691 N"]
    );
    assert_eq!(
        entries(&outlet("2061", "DataTime=20261125080000;w00000-Cou=,w00000-Flag=D")),
        ["flow PT1H 11-25T00:00:00 missing D", "water_volume PT1H 11-25T00:00:00 missing D"]
    );
}

#[test]
fn fault_17_negative_values_are_kept_as_sent() {
    assert_eq!(
        entries(&air("2011", "DataTime=20261125080000;a34004-Rtd=-3.5")),
        ["pm25 PT0S 11-25T00:00:00 -3.5 unmarked"]
    );
}

#[test]
fn fault_23_long_and_scientific_numbers() {
    assert_eq!(
        entries(&air("2011", "DataTime=20261125080000;a34004-Rtd=1.25e1;a34002-Rtd=33.333333333333336")),
        ["pm25 PT0S 11-25T00:00:00 12.5 unmarked", "pm10 PT0S 11-25T00:00:00 33.333333333333336 unmarked"]
    );
}

#[test]
fn fault_13_a_contradiction_keeps_the_first_and_says_so() {
    let data = air("2011", "DataTime=20261125080000;a34004-Rtd=1;a34004-Rtd=2;a34002-Rtd=3;a34002-Rtd=3");
    assert_eq!(
        entries(&data),
        ["pm25 PT0S 11-25T00:00:00 1 unmarked", "rejected conflict", "pm10 PT0S 11-25T00:00:00 3 unmarked"]
    );
}

#[test]
fn units_are_the_stations_then_the_tables() {
    // Pressure below 200 can only be kPa; it is kept in hPa.
    assert_eq!(
        entries(&air("2011", "DataTime=20261125080000;a01006-Rtd=102.3")),
        ["pressure PT0S 11-25T00:00:00 1023 unmarked"]
    );
    assert_eq!(
        entries(&air("2011", "DataTime=20261125080000;a01006-Rtd=1002")),
        ["pressure PT0S 11-25T00:00:00 1002 unmarked"]
    );
    // A2 has co=ug/m3 in the registry.
    let data = "QN=1;CN=2011;PW=secret;MN=A2MN;Flag=5;CP=&&DataTime=20261125080000;a21005-Rtd=700&&";
    assert_eq!(entries(data), ["co PT0S 11-25T00:00:00 0.7 unmarked"]);
    // An outlet's gases are in mg/m3, its flow in L/s.
    let data =
        "QN=1;CN=2011;PW=123456;MN=LD130133000015;Flag=5;CP=&&DataTime=20261125080000;a21026-Rtd=35;w00000-Rtd=36.5&&";
    assert_eq!(entries(data), ["so2 PT0S 11-25T00:00:00 35000 unmarked", "flow PT0S 11-25T00:00:00 0.0365 unmarked"]);
}

#[test]
fn vectors_of_known_stations_become_readings() {
    // 4: waste water of the 2005 edition in 2016; 6 and 8: air.
    assert_eq!(
        entries(RIGHT[3].data),
        [
            "flow PT0S 08-23T16:38:17 0.03691 unmarked",
            "cod PT0S 08-23T16:38:17 231 N",
            "nh3n PT0S 08-23T16:38:17 1.803 N"
        ]
    );
    let found = entries(RIGHT[5].data);
    assert_eq!(found.len(), 11);
    for expected in ["no2 PT1M 05-13T08:26:00 4 N", "o3 PT1M 05-13T08:26:00 63 N", "pressure PT1M 05-13T08:26:00 950 N"]
    {
        assert!(found.iter().any(|entry| entry == expected), "{expected} in {found:?}");
    }
    let found = entries(RIGHT[7].data);
    for expected in
        ["o3 PT0S 11-15T11:04:08 29 unmarked", "leq PT0S 11-15T11:04:08 49 unmarked", "quarantined unknown_parameter"]
    {
        assert!(found.iter().any(|entry| entry == expected), "{expected} in {found:?}");
    }
}

#[test]
fn times_that_cannot_be_are_refused_and_still_answered() {
    for (area, expected) in [
        ("a34004-Rtd=1", "rejected bad_time"),
        ("DataTime=2026-11-25 08:00;a34004-Rtd=1", "rejected bad_time"),
        ("DataTime=20261125094100;a34004-Rtd=1", "quarantined in_future"),
        ("DataTime=19891231235900;a34004-Rtd=1", "quarantined before_horizon"),
    ] {
        let (entries, answer) = outcome(&session(""), &air("2011", area));
        assert_eq!(entries, [expected], "{area}");
        assert!(answer.is_some(), "kept, so that the station may forget it");
    }
}

#[test]
fn everything_else_is_kept_and_answered_by_its_kind() {
    for (cn, answer) in [
        ("2021", Some("9014")),
        ("2062", Some("9014")),
        ("3015", Some("9014")),
        ("2041", Some("9014")),
        ("2081", Some("9014")),
        ("3019", Some("9014")),
        ("3020", Some("9014")),
        ("9015", Some("9013")),
        ("1013", Some("9013")),
        ("2072", Some("9013")),
        ("4711", Some("9014")),
        ("1012", None),
        ("9011", None),
        ("9012", None),
        ("9013", None),
        ("9014", None),
    ] {
        let (entries, got) = outcome(&session(""), &air(cn, "DataTime=20261125080000;SB1-RS=1"));
        let expected = if matches!(cn, "4711" | "1012") { &["rejected not_a_reading"][..] } else { &[] };
        assert_eq!(entries, expected, "{cn}");
        let expected =
            answer.map(|answer| format!("QN=20261125093000000;ST=91;CN={answer};PW=123456;MN={MN};Flag=4;CP=&&&&"));
        assert_eq!(got, expected, "{cn}");
    }
}

#[test]
fn fault_20_a_clock_being_set_is_answered_with_nothing() {
    // Vector 9, and the same with the answer bit: answering it with another 1012 is how relays came to storm each other.
    let session = session("unknown = \"ack\"");
    assert_eq!(outcome(&session, RIGHT[8].data), (vec!["quarantined unknown_station".to_owned()], None));
    let asking = RIGHT[8].data.replace(";CP=", ";Flag=5;CP=");
    assert_eq!(outcome(&session, &asking).1, None);
}

#[test]
fn fault_21_an_answer_is_never_answered() {
    // Vector 5 is a platform's answer that asks for one.
    let (_, answer) = outcome(&session("unknown = \"ack\""), RIGHT[4].data);
    assert_eq!(answer, None);
}

#[test]
fn no_flag_no_answer() {
    for flag in ["", "Flag=4;", "Flag=8;", "Flag=0;"] {
        let data = air("2011", "DataTime=20261125080000;a34004-Rtd=1").replace("Flag=5;", flag);
        let (entries, answer) = outcome(&session(""), &data);
        assert_eq!((entries.len(), answer), (1, None), "{flag}");
    }
}

#[test]
fn an_unknown_identity_is_quarantined_and_answered_as_configured() {
    let data = air("2011", "DataTime=20261125080000;a34004-Rtd=1").replace(MN, "NOBODY");
    for (hj212, answered) in [("", false), ("unknown = \"silent\"", false), ("unknown = \"ack\"", true)] {
        let (entries, answer) = outcome(&session(hj212), &data);
        assert_eq!(entries, ["quarantined unknown_station"]);
        assert_eq!(answer.is_some(), answered, "{hj212}");
    }
    for mn in ["MN=;", ""] {
        let (entries, _) = outcome(&session(""), &data.replace("MN=NOBODY;", mn));
        assert_eq!(entries, ["quarantined unknown_station"], "{mn:?}");
    }
    // Identities are compared as they are.
    assert_eq!(outcome(&session(""), &data.replace("NOBODY", &MN.to_lowercase())).0, ["quarantined unknown_station"]);
}

#[test]
fn a_wrong_password_is_quarantined_and_told_nothing() {
    for password in ["PW=Secret;", "PW=secre;", "PW=secret2;", "PW=;", ""] {
        let data = format!("QN=1;CN=2011;{password}MN=A2MN;Flag=5;CP=&&DataTime=20261125080000;a34004-Rtd=1&&");
        let session = session("unknown = \"ack\"");
        assert_eq!(outcome(&session, &data), (vec!["quarantined wrong_password".to_owned()], None), "{password:?}");
        assert_eq!(take(&session, &data).upload.station.unwrap().as_str(), "A2", "countable per station");
    }
}

#[test]
fn what_is_kept_is_what_came_and_names_its_sender() {
    let data = air("2011", "DataTime=20261125080000;a34004-Rtd=1");
    let work = take(&session(""), &data);
    assert_eq!(work.upload.body, encode(data.as_bytes()));
    assert_eq!(work.upload.sender, format!("{MN} at 192.0.2.7"));
    assert!(!work.upload.sender.contains("123456"));
    let odd = data.replace(MN, "a b\u{7}");
    assert_eq!(take(&session(""), &odd).upload.sender, "unknown at 192.0.2.7");
    let garbage = Garbage { bytes: b"GET / HTTP/1.1", damage: Damage::Noise };
    let upload = session("").keep(&garbage).upload;
    assert_eq!(upload.body, b"GET / HTTP/1.1");
    assert!(matches!(&upload.entries[..], [Entry::Refused(refusal)] if refusal.reason == Reason::Damaged));
}

#[test]
fn a_log_text_in_gbk_is_kept_byte_for_byte() {
    let data = encoding_rs::GBK.encode(RIGHT[11].data).0;
    let raw = encode(&data);
    let work = session("").take(&Frame { raw: &raw, data: &data, deviations: Deviations::default() });
    assert_eq!(work.upload.body, raw);
    assert_eq!(work.upload.station.unwrap().as_str(), "A1");
    assert!(work.answer.is_some());
}

#[test]
fn parts_are_stored_as_they_come_and_answered_singly() {
    for (qn, part, area) in [("20261125093000001", 2, "a34002-Rtd=2"), ("20261125093000000", 1, "a34004-Rtd=1")] {
        let data = format!(
            "QN={qn};ST=22;CN=2011;PW=1;MN={MN};Flag=7;PNUM=2;PNO={part};CP=&&DataTime=20261125080000;{area}&&"
        );
        let (entries, answer) = outcome(&session(""), &data);
        assert_eq!(entries.len(), 1);
        assert_eq!(answer.unwrap(), format!("QN={qn};ST=91;CN=9014;PW=1;MN={MN};Flag=4;CP=&&&&"));
    }
}

#[test]
fn an_identity_too_long_to_echo_is_kept_and_not_answered() {
    let mn = "A".repeat(9_970);
    let data = format!("CN=2011;MN={mn};Flag=5;CP=&&&&");
    assert!(data.len() <= 9999);
    let (entries, answer) = outcome(&session("unknown = \"ack\""), &data);
    assert_eq!(entries, ["quarantined unknown_station"]);
    assert!(answer.is_none(), "longer than four digits can announce");
}
