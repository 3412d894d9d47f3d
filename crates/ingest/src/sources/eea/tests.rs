use std::sync::Arc;

use arrow_array::{
    ArrayRef, Decimal128Array, Float64Array, Int32Array, RecordBatch, StringArray, TimestampNanosecondArray,
};
use parquet::arrow::ArrowWriter;
use serde_json::Value;
use wiremock::matchers::{body_partial_json, method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::sources::tests::{Bench, begin, read};

const STATIONS: &str = "S1,air,一,One,52.5,13.4,,end\n";
const POINT: &str = "DE/SPO.DE_DEBB007_PM1_dataGroup1";
const LINES: &str = "stations = { \"DE/SPO.DE_DEBB007_PM1_dataGroup1\" = \"S1\" }\n";

/// Start by the clock of the file (UTC+1), length in hours, value, unit, validity.
type Row = (&'static str, i64, Option<&'static str>, &'static str, i32);

fn nanos(text: &str) -> i64 {
    text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_nanos_opt().unwrap()
}

fn file(rows: &[Row], decimals: bool) -> Vec<u8> {
    let starts = TimestampNanosecondArray::from_iter_values(rows.iter().map(|row| nanos(row.0)));
    let ends =
        TimestampNanosecondArray::from_iter_values(rows.iter().map(|row| nanos(row.0) + row.1 * 3_600_000_000_000));
    let values: ArrayRef = if decimals {
        // Thousandths, in the width of the agency's files.
        let thousandths =
            rows.iter().map(|row| row.2.map(|text| (text.parse::<f64>().unwrap() * 1000.0).round() as i128));
        Arc::new(
            thousandths
                .map(|value| value.map(|value| value * 10_i128.pow(15)))
                .collect::<Decimal128Array>()
                .with_precision_and_scale(38, 18)
                .unwrap(),
        )
    } else {
        Arc::new(rows.iter().map(|row| row.2.map(|text| text.parse::<f64>().unwrap())).collect::<Float64Array>())
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("Samplingpoint", Arc::new(StringArray::from_iter_values(rows.iter().map(|_| POINT)))),
        ("Pollutant", Arc::new(Int32Array::from_iter_values(rows.iter().map(|_| 5)))),
        ("Start", Arc::new(starts)),
        ("End", Arc::new(ends)),
        ("Value", values),
        ("Unit", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.3)))),
        ("AggType", Arc::new(StringArray::from_iter_values(rows.iter().map(|_| "hour")))),
        ("Validity", Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| row.4)))),
        ("Verification", Arc::new(Int32Array::from_iter_values(rows.iter().map(|_| 3)))),
    ];
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
            .unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

const ROWS: [Row; 8] = [
    ("2020-01-01T00:00:00Z", 1, Some("99"), "ug.m-3", 1),
    ("2026-11-24T01:00:00Z", 1, Some("12.3"), "ug.m-3", 1),
    ("2026-11-24T02:00:00Z", 1, Some("0.012"), "mg.m-3", 2),
    ("2026-11-24T03:00:00Z", 1, Some("-1"), "ug.m-3", -1),
    ("2026-11-24T04:00:00Z", 1, None, "ug.m-3", -99),
    ("2026-11-24T05:00:00Z", 24, Some("5"), "ug.m-3", 1),
    ("2026-11-24T06:00:00Z", 1, Some("5"), "ppb", 1),
    // The hour that Berlin's clocks repeat is told apart: the files do not follow them.
    ("2026-10-25T02:00:00Z", 1, Some("7"), "ug.m-3", 1),
];

#[test]
fn hours_are_in_utc_plus_one_and_only_those_of_the_window_are_read() {
    for decimals in [true, false] {
        let rows = read("eea", STATIONS, LINES, &format!("file/{POINT}"), &file(&ROWS, decimals)).unwrap();
        assert_eq!(
            rows,
            [
                "S1 pm10 PT1H 2026-11-24T00:00Z 12.3",
                "S1 pm10 PT1H 2026-11-24T01:00Z 12",
                "S1 pm10 PT1H 2026-11-24T02:00Z -1 Q4",
                "S1 pm10 PT1H 2026-11-24T03:00Z null M",
                &format!("rejected not_aligned: the row of {POINT} from 2026-11-24 04:00:00 UTC is not of one hour"),
                "rejected unit_not_convertible: \"ppb\" cannot be carried into ug/m3 for pm10",
            ],
            "decimals {decimals}"
        );
    }
}

#[test]
fn what_is_no_file_of_the_agency_is_a_fault() {
    let whole = file(&ROWS, true);
    for broken in [&b""[..], b"PAR1", b"<html>", &whole[..whole.len() - 20], &whole[..whole.len() / 2]] {
        assert!(read("eea", STATIONS, LINES, &format!("file/{POINT}"), broken).is_err(), "{} bytes", broken.len());
    }
}

#[test]
fn files_are_those_of_the_sampling_points_and_lie_where_the_agency_keeps_them() {
    let lines = format!("{LINES}url = \"https://eea.example\"");
    let list = |place: &str| {
        let body = format!("ParquetFileUrl\r\n{place}/DE/SPO.DE_OTHER.parquet\r\n{place}/{POINT}.parquet\r\n");
        read("eea", STATIONS, &lines, "urls", body.as_bytes()).map_err(|fault| fault.detail)
    };
    let storage = "https://eeadmz1batchservice02.blob.core.windows.net/airquality-p-e2a";
    assert_eq!(list(storage).unwrap(), [format!("next file/{POINT} {storage}/{POINT}.parquet")]);
    assert!(list("https://eea.example/files").is_ok());
    for elsewhere in
        ["http://x.blob.core.windows.net", "https://blob.core.windows.net.evil.example", "https://169.254.169.254"]
    {
        assert!(list(elsewhere).unwrap_err().contains("not the agency's storage"), "{elsewhere}");
    }
    assert!(read("eea", STATIONS, &lines, "urls", b"ParquetFileUrl\r\n").is_err());
}

#[test]
fn the_list_is_asked_for_by_country_and_pollutant() {
    let requests = begin("eea", STATIONS, &format!("{LINES}parameters = [\"pm10\"]"));
    let body: Value = serde_json::from_str(&requests[0].post.as_ref().unwrap().body).unwrap();
    assert_eq!(body["countries"], serde_json::json!(["DE"]));
    assert_eq!((&body["pollutants"], &body["dataset"]), (&serde_json::json!(["PM10"]), &serde_json::json!(1)));
    assert_eq!(
        (&body["aggregationType"], &body["dateTimeEnd"]),
        (&serde_json::json!("hour"), &serde_json::json!("2026-11-25T01:30:00Z"))
    );
}

#[tokio::test]
async fn the_list_leads_to_files_and_a_file_that_is_known_is_not_read_again() {
    let bench = Bench::new(STATIONS, "eea", LINES).await;
    let list = format!("ParquetFileUrl\n{}/{POINT}.parquet\n", bench.server.uri());
    Mock::given(method("POST"))
        .and(path("/ParquetFile/urls"))
        .and(body_partial_json(serde_json::json!({ "countries": ["DE"] })))
        .respond_with(ResponseTemplate::new(200).set_body_raw(list, "text/plain"))
        .mount(&bench.server)
        .await;
    let parquet = ResponseTemplate::new(200).set_body_raw(file(&ROWS, true), "application/octet-stream");
    Mock::given(method("GET")).and(path(format!("/{POINT}.parquet"))).respond_with(parquet).mount(&bench.server).await;
    let report = bench.pull().await;
    assert!(report.error.is_none(), "{report:?}");
    assert_eq!((report.requests, report.submissions, report.counts.stored, report.counts.rejected), (2, 1, 4, 2));
    assert_eq!(bench.pull().await.submissions, 0);
}
