//! Uploads of one JSON reading a line.

use super::*;
use crate::gateways::http::{MOST_READINGS, router};
use crate::testing::{TWO, intake, kept, pipeline};

const KIND: [(&str, &str); 1] = [("content-type", "application/x-ndjson")];

fn line(station: &str, parameter: &str, value: &str) -> String {
    format!(
        r#"{{"station":"{station}","parameter":"{parameter}","start":"2026-11-25T08:00:00+08:00","period":"PT1H","value":{value}}}"#
    )
}

#[tokio::test]
async fn each_line_is_a_reading_of_its_own_station() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let lines = [line("S1", "pm25", "23.4"), String::new(), line("S2", "pm10", "null"), line("S9", "pm25", "1")];
    for end in ["\n", "\r\n", "\n\n"] {
        let got = send(&router, upload("all", &KIND, lines.join(end))).await;
        let counts = got.counts();
        assert_eq!((counts[0] + counts[1], counts[3]), (2, 1), "{}", got.body);
        assert_eq!(got.body["verdicts"][2]["reason"], "unknown_station");
    }
    assert_eq!(kept(&intake, "S1").await, ["pm25 PT1H 2026-11-25T00:00:00Z 23.4"]);
    assert_eq!(kept(&intake, "S2").await, ["pm10 PT1H 2026-11-25T00:00:00Z null"]);
    assert_eq!(send(&router, upload("all", &KIND, "")).await.counts(), [0; 5]);
    send(&router, upload("one", &KIND, lines.join("\n"))).await.problem(403);
}

#[tokio::test]
async fn a_fault_names_line_reading_and_field_and_nothing_is_stored() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let good = line("S1", "pm25", "1");
    for (bad, field, said) in [
        (good.replace("pm25", "pm26"), "parameter", "did you mean"),
        (good.replace(r#""station":"S1","#, ""), "station", "missing"),
        (good.replace("S1", ""), "station", "empty"),
        (good.replace(r#""value":1"#, r#""value":"1""#), "value", "a number, a limit such as \"<0.02\", or null"),
        (good.replace(r#""value":1"#, r#""value":1,"valeu":2"#), "valeu", "did you mean `value`?"),
        (good.replace(r#""value":1"#, r#""value":1,"station":"S1""#), "station", "twice"),
        (format!("{good}{good}"), "", "trailing"),
        (format!("[{good}]"), "", "an object"),
        (good[..40].to_owned(), "parameter", "EOF"),
        (format!("{}{good}", " ".repeat(4096)), "", "longer than 4096 bytes"),
        ("\u{feff}".to_owned() + &good, "", "line 3"),
    ] {
        let got = send(&router, upload("one", &KIND, format!("{good}\n\n{bad}\n{good}"))).await;
        assert_eq!(got.problem(422), field, "{bad}: {}", got.body);
        assert_eq!(got.body["index"], 1, "{bad}");
        let detail = got.body["detail"].as_str().unwrap();
        assert!(detail.starts_with("line 3: ") && detail.contains(said), "{bad}: {detail}");
    }
    assert!(kept(&intake, "S1").await.is_empty());
}

#[tokio::test]
async fn there_is_an_end_to_lines() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake);
    let lines = format!("{}\n", line("S1", "pm25", "1")).repeat(MOST_READINGS);
    let got = send(&router, upload("one", &KIND, lines.clone() + &line("S1", "pm25", "1"))).await;
    assert_eq!(got.problem(413), "readings");
    assert_eq!(send(&router, upload("one", &KIND, lines)).await.counts(), [1, 49_999, 0, 0, 0]);
}
