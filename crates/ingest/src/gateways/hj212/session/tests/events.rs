//! What stations tell beside readings: expected values from HJ 212-2017 annex C and HJ212.md §4, §5.

use super::*;

/// Entries, then events as `kind subject time text`.
fn told(data: &str) -> (Vec<String>, Vec<String>) {
    let upload = take(&session(""), data).upload;
    let event = |event: &StationEvent| {
        let StationEvent { kind, subject, at, text } = event;
        format!("{kind} {subject} {} {text}", at.format("%dT%H:%M"))
    };
    (upload.entries.iter().map(words).collect(), upload.events.iter().map(event).collect())
}

#[test]
fn each_command_without_readings_is_understood_and_no_rejection() {
    // 08:00 in Shanghai is midnight UTC; without DataTime it is the number of the message, 09:30.
    for (cn, area, expected) in [
        (
            "2021",
            "DataTime=20261125080000;SB1-RS=1;SB2-RS=0",
            vec!["facility_state SB1 25T00:00 1", "facility_state SB2 25T00:00 0"],
        ),
        ("2041", "DataTime=20261124000000;SB1-RT=23.5", vec!["running_time SB1 23T16:00 23.5"]),
        (
            "2081",
            "DataTime=20261125080000;RestartTime=20261125075900",
            vec!["logger_start  25T00:00 RestartTime=20261125075900"],
        ),
        (
            "3019",
            "PolId=w01018;w01018-SN=001122334455667788AABBCC",
            vec!["instrument w01018 25T01:30 001122334455667788AABBCC"],
        ),
        // Separators within a log are text (C.40).
        (
            "3020",
            "DataTime=20261125080000;PolId=w01018;i11001-Info=//清洗;a=1,管路//",
            vec!["log i11001 25T00:00 清洗;a=1,管路"],
        ),
        ("3020", "DataTime=20261125080000;PolId=w01018;i12001-Info=1", vec!["site_state i12001 25T00:00 1"]),
        (
            "3020",
            "DataTime=20261125080000;PolId=w01018;i13004-Info=168.0",
            vec!["site_parameter i13004 25T00:00 168.0"],
        ),
        ("3015", "DataTime=20261125080000;VaseNo=1", vec!["sample  25T00:00 VaseNo=1"]),
        ("3016", "PolId=w01018;CstartTime=000000,Ctime=2", vec!["sample w01018 25T01:30 CstartTime=000000;Ctime=2"]),
        (
            "2062",
            "DataTime=20261125080000;w01018-SampleRd=48.1;w01018-StandardValue=50;w01018-ResultType=1",
            vec!["standard_check w01018 25T00:00 SampleRd=48.1;StandardValue=50;ResultType=1"],
        ),
        (
            "1001",
            "i23005-Info=//A1//;i23006-Info=//B2//",
            vec!["instrument i23005 25T01:30 A1", "instrument i23006 25T01:30 B2"],
        ),
        (
            "2072",
            "DataTime=20261125080000;011-Ala=300,AlarmType=1",
            vec!["alarm 011 25T00:00 Ala=300", "alarm  25T00:00 AlarmType=1"],
        ),
        ("1013", "", vec!["notice  25T01:30 CN=1013"]),
        ("9015", "", vec![]),
        // Replies to what limpid asks are no faults either.
        ("9011", "QnRtn=1", vec![]),
        ("9012", "ExeRtn=1", vec![]),
    ] {
        assert_eq!(told(&air(cn, area)), (vec![], expected.into_iter().map(String::from).collect()), "{cn}");
    }
    // Nothing that could be understood is in it, nobody knows the command, or it is the platform's to give.
    for (cn, area) in [("2021", "DataTime=20261125080000"), ("4711", "SB1-RS=1"), ("1072", "NewPW=654321")] {
        assert_eq!(told(&air(cn, area)), (vec!["rejected not_a_reading".to_owned()], vec![]), "{cn}");
    }
}

#[test]
fn an_event_holds_no_secret_and_no_time_that_cannot_be() {
    let (_, events) = told(&air("1014", "DataTime=20261125080000;NewSK=0123456789ABCDEF;PW=654321"));
    assert_eq!(events, ["notice  25T00:00 CN=1014"]);
    for time in ["20991231000000", "19000101000000", "now"] {
        let (_, events) = told(&air("2021", &format!("DataTime={time};SB1-RS=1")));
        assert_eq!(events, ["facility_state SB1 25T01:30 1"], "{time}");
    }
    // Who is not believed tells nothing.
    for data in [
        air("2021", "DataTime=20261125080000;SB1-RS=1").replace(MN, "NOBODY"),
        "QN=1;CN=2021;PW=wrong;MN=A2MN;Flag=5;CP=&&SB1-RS=1&&".to_owned(),
    ] {
        let (entries, events) = told(&data);
        assert!(entries[0].starts_with("quarantined ") && events.is_empty(), "{entries:?} {events:?}");
    }
    let strict = session("[[ingest.hj212.station]]\nstation = \"A1\"\nstrict = true\n");
    let upload = take(&strict, &air("2021", "DataTime=20261125080000000;SB1-RS=1;;")).upload;
    assert_eq!((upload.entries.len(), upload.events.len()), (1, 0), "rejected as a whole");
}

#[test]
fn new_commands_of_2025_that_carry_values_bring_readings() {
    let outlet = |cn: &str, area: &str| {
        format!("QN=20261125093000000;ST=32;CN={cn};PW=123456;MN=LD130133000015;Flag=9;CP=&&{area}&&")
    };
    // Each sample at its own time; what else is said of it stays in the message.
    let raw = "DataTime=20261125080000;w01018-SampleTime=20261125074000,w01018-CompleteTime=20261125080000,\
               w01018-SampleType=1,w01018-Avg=30.5,w01018-Flag=N;w21003-Avg=1.5,w21003-Flag=N";
    assert_eq!(entries(&outlet("2013", raw)), ["cod PT0S 11-24T23:40:00 30.5 N", "nh3n PT0S 11-25T00:00:00 1.5 N"]);
    let furnace = outlet("2111", "DataTime=20261125080000;a01901-Avg=912");
    assert_eq!(entries(&furnace), ["furnace_temperature PT5M 11-25T00:00:00 912 unmarked"]);
    let noise = "QN=1;ST=23;CN=2052;PW=1;MN=N1MN;Flag=9;CP=&&DataTime=20261125080130;Leq-Data=61.2;LMx-Data=70&&";
    assert_eq!(entries(noise), ["leq PT0S 11-25T00:01:30 61.2 unmarked", "lmax PT0S 11-25T00:01:30 70 unmarked"]);
}
