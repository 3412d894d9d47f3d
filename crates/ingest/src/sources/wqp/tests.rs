use crate::sources::tests::{Bench, begin, read};
use crate::testing::shared;

const STATIONS: &str = "W1,water,河,River,28.5,104.9,,\n";
const LINES: &str = "stations = { \"USGS-05427948\" = \"W1\" }\n";

#[test]
fn each_location_is_asked_for_by_day_and_by_names_that_limpid_knows() {
    let requests = begin("wqp", STATIONS, &format!("{LINES}parameters = [\"tp\"]\nurl = \"http://127.0.0.1:9\""));
    assert_eq!(requests.len(), 1);
    let url = url::Url::parse(&requests[0].url).unwrap();
    assert_eq!(url.path(), "/wqx3/Result/search");
    let values = |name: &str| -> Vec<String> {
        url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value.into_owned()).collect()
    };
    assert_eq!(values("siteid"), ["USGS-05427948"]);
    assert!(values("characteristicName").contains(&"Phosphorus".to_owned()));
    assert!(!values("characteristicName").contains(&"pH".to_owned()));
    assert_eq!((values("startDateLo"), values("startDateHi")), (vec!["11-23-2026".into()], vec!["11-26-2026".into()]));
    assert_eq!(values("dataProfile"), ["basicPhysChem"]);
}

#[test]
fn results_of_the_portal_are_those_of_its_files() {
    let body = "Location_Identifier,Activity_StartDate,Activity_StartTime,Activity_StartTimeZone,Activity_Media,\
                Result_Characteristic,Result_SampleFraction,Result_ResultDetectionCondition,Result_Measure,Result_MeasureUnit\n\
                USGS-05427948,2026-11-20,09:00:00,CST,Water,pH,Total,,7.9,std units\n\
                USGS-05427948,2026-11-20,09:00:00,CST,Water,Phosphorus,Total,Not Detected,,mg/l\n\
                USGS-1,2026-11-20,09:00:00,CST,Water,pH,Total,,7.1,std units\n";
    let rows = read("wqp", STATIONS, LINES, "results/USGS-05427948", body.as_bytes()).unwrap();
    // 09:00 in Chicago's winter is 15:00 UTC.
    assert_eq!(rows[0], "W1 ph PT0S 2026-11-20T15:00Z 7.9");
    assert!(rows[1].starts_with("quarantined below_detection"), "{rows:?}");
    assert_eq!(rows.len(), 2, "another location is passed over: {rows:?}");
    assert!(read("wqp", STATIONS, LINES, "results/x", b"").is_err());
    assert!(read("wqp", STATIONS, LINES, "results/x", b"<html>").is_err());
}

#[test]
fn a_real_file_is_read_by_the_same_rules_as_an_import() {
    let Some(folder) = shared("water-us-wqp") else { return };
    let body = std::fs::read(folder.join("samples_results.txt")).unwrap();
    let text = String::from_utf8(body.clone()).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let at = reader.headers().unwrap().iter().position(|name| name == "Location_Identifier").unwrap();
    let location = reader.records().next().unwrap().unwrap()[at].to_owned();
    let names = format!("stations = {{ \"{location}\" = \"W1\" }}");
    let rows = read("wqp", STATIONS, &names, "results/x", &body).unwrap();
    let own =
        csv::Reader::from_reader(text.as_bytes()).into_records().filter(|row| row.as_ref().unwrap()[at] == location);
    assert!(rows.len() <= own.count() && rows.iter().all(|row| !row.contains("damaged")), "{rows:?}");
    assert!(rows.iter().any(|row| row.starts_with("W1 ")), "{rows:?}");
}

#[tokio::test]
async fn samples_are_fetched_kept_and_not_taken_twice() {
    use wiremock::matchers::{header, method, path, query_param};
    use wiremock::{Mock, ResponseTemplate};

    let bench = Bench::new(STATIONS, "wqp", LINES).await;
    const HEAD: &str = "Location_Identifier,Activity_StartDate,Activity_StartTime,Activity_StartTimeZone,Activity_Media,\
                        Result_Characteristic,Result_SampleFraction,Result_ResultDetectionCondition,Result_Measure,Result_MeasureUnit\n";
    const ROW: &str = "USGS-05427948,2026-11-24,09:00:00,CST,Water,pH,Total,,7.9,std units\n";
    // The portal is busy at first, then answers, and says the second time that nothing changed.
    let asked = || {
        Mock::given(method("GET"))
            .and(path("/wqx3/Result/search"))
            .and(query_param("siteid", "USGS-05427948"))
            .and(query_param("dataProfile", "basicPhysChem"))
            .and(query_param("mimeType", "csv"))
    };
    asked().respond_with(ResponseTemplate::new(503)).up_to_n_times(1).expect(1).mount(&bench.server).await;
    asked()
        .and(header("if-none-match", "\"v1\""))
        .respond_with(ResponseTemplate::new(304))
        .expect(1)
        .mount(&bench.server)
        .await;
    let answer =
        ResponseTemplate::new(200).set_body_raw(format!("{HEAD}{ROW}"), "text/csv").insert_header("etag", "\"v1\"");
    asked().respond_with(answer).up_to_n_times(1).expect(1).mount(&bench.server).await;
    let report = bench.pull().await;
    assert!(report.error.is_none() && report.submissions == 1 && report.counts.stored == 1, "{report:?}");
    assert_eq!(bench.kept("W1").await, ["ph PT0S 2026-11-24T15:00:00Z 7.9"]);
    let report = bench.pull().await;
    assert_eq!((report.submissions, report.counts.total(), report.unchanged), (0, 0, 1), "{report:?}");
    bench.server.verify().await;
    // A later look back finds the sample once more, and one that the laboratory has finished since.
    bench.server.reset().await;
    let late = ROW.replace("pH,Total,,7.9,std units", "Phosphorus,Total,,0.05,mg/l");
    let answer = ResponseTemplate::new(200).set_body_raw(format!("{HEAD}{ROW}{late}"), "text/csv");
    asked().respond_with(answer).mount(&bench.server).await;
    let report = bench.pull().await;
    assert_eq!((report.counts.same, report.counts.stored), (1, 1), "{report:?}");
    assert_eq!(bench.kept("W1").await.len(), 2);
}
