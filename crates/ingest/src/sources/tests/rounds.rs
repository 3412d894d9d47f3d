//! Rounds: what is asked, what is stored, and what is not asked or stored again.

use limpid_model::{Channel, Link};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{header, headers, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::Bench;
use crate::sources::{ResweepError, serve};

const STATION: &str = "S1,air,一,One,28.5,104.9,,\n";
/// The hour of 2026-11-25 00:00 UTC; it is 01:30.
const HOUR: &str = "/airnow/2026/20261125/HourlyAQObs_2026112500.dat";

fn file(value: &str) -> String {
    format!(
        "\"AQSID\",\"ValidDate\",\"ValidTime\",\"PM25\",\"PM25_Unit\"\n\"S1\",\"11/25/2026\",\"00:00\",\"{value}\",\"UG/M3\"\n"
    )
}

async fn answers(server: &MockServer, at: &str, answer: ResponseTemplate, times: u64) {
    Mock::given(method("GET")).and(path(at)).respond_with(answer).up_to_n_times(times).mount(server).await;
}

fn dat(text: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(text, "binary/octet-stream")
}

#[tokio::test]
async fn an_answer_is_one_submission_kept_byte_for_byte_and_late_changes_are_revisions() {
    let bench = Bench::new(STATION, "airnow-hourly", "look_back = \"0s\"").await;
    for value in ["12.5", "12.5", "13.0", "12.5"] {
        answers(&bench.server, HOUR, dat(&file(value)), 1).await;
    }
    let first = bench.pull().await;
    assert_eq!((first.submissions, first.counts.stored, first.unchanged), (1, 1, 0));
    assert_eq!(bench.kept("S1").await, ["pm25 PT1H 2026-11-25T00:00:00Z 12.5"]);
    let accepted = &bench.intake.journal().tail(0, 9).await.unwrap()[0];
    let kept = bench.intake.journal().submission(accepted.receipt).await.unwrap().unwrap();
    assert_eq!(kept.body, file("12.5").as_bytes());
    assert_eq!((kept.channel, kept.sender.as_str()), (Channel::Pull, "airnow-hourly HourlyAQObs_2026112500"));
    assert_eq!(kept.station.unwrap().as_str(), "S1");

    let same = bench.pull().await;
    assert_eq!((same.submissions, same.counts.total(), same.unchanged), (0, 0, 1), "the same body stores nothing");
    let changed = bench.pull().await;
    assert_eq!((changed.submissions, changed.counts.corrected), (1, 1));
    let back = bench.pull().await;
    assert_eq!(back.counts.corrected, 1, "a body that comes back is a change like any other");
    let revisions: Vec<u32> =
        bench.intake.journal().tail(0, 9).await.unwrap().iter().map(|accepted| accepted.revision).collect();
    assert_eq!(revisions, [1, 2, 3]);
}

#[tokio::test]
async fn what_is_known_is_asked_for_with_conditions_and_304_is_no_work() {
    let bench =
        Bench::new(STATION, "airnow-hourly", "look_back = \"0s\"\nuser_agent = \"county (post@county.example)\"").await;
    let conditional = Mock::given(path(HOUR))
        .and(header("if-none-match", "\"v1\""))
        // The matcher takes a header apart at its commas.
        .and(headers("if-modified-since", vec!["Wed", "25 Nov 2026 01:20:00 GMT"]))
        .and(header("user-agent", "county (post@county.example)"))
        .respond_with(ResponseTemplate::new(304))
        .with_priority(1);
    conditional.expect(1).mount(&bench.server).await;
    let fresh =
        dat(&file("1")).insert_header("etag", "\"v1\"").insert_header("last-modified", "Wed, 25 Nov 2026 01:20:00 GMT");
    answers(&bench.server, HOUR, fresh, 2).await;
    assert_eq!(bench.pull().await.counts.stored, 1);
    let again = bench.pull().await;
    assert_eq!((again.unchanged, again.submissions), (1, 0));
    // A window that is read afresh asks without conditions.
    let to = bench.intake.now();
    let afresh = bench.over(Some((to - chrono::TimeDelta::minutes(90), to))).await;
    assert_eq!((afresh.unchanged, afresh.counts.same), (0, 1), "{afresh:?}");
}

#[tokio::test]
async fn a_look_back_asks_for_each_hour_and_an_hour_that_is_not_there_yet_is_no_failure() {
    let bench = Bench::new(STATION, "airnow-hourly", "look_back = \"3h\"").await;
    answers(&bench.server, HOUR, ResponseTemplate::new(404), 9).await;
    answers(&bench.server, "/airnow/2026/20261124/HourlyAQObs_2026112423.dat", dat(&file("1")), 9).await;
    answers(&bench.server, "/airnow/2026/20261124/HourlyAQObs_2026112422.dat", dat(&file("1")), 9).await;
    let report = bench.pull().await;
    assert!(report.error.is_none(), "{report:?}");
    assert_eq!((report.requests, report.absent), (3, 1));
    let hours: Vec<String> = bench.asked().await.iter().map(|path| path[path.len() - 6..].to_owned()).collect();
    assert_eq!(hours, ["22.dat", "23.dat", "00.dat"]);
}

#[tokio::test]
async fn other_stations_of_an_upstream_are_passed_over_and_names_are_mapped() {
    let lines = "look_back = \"0s\"\nstations = { \"840360610135\" = \"S1\" }\nparameters = [\"o3\"]";
    let bench = Bench::new(STATION, "airnow-hourly", lines).await;
    let body = "AQSID,ValidDate,ValidTime,PM25,PM25_Unit,OZONE,OZONE_Unit\n\
                840360610135,11/25/2026,00:00,1,UG/M3,10,PPB\n\
                S1,11/25/2026,00:00,2,UG/M3,20,PPB\n\
                840999999999,11/25/2026,00:00,3,UG/M3,30,PPB\n";
    answers(&bench.server, HOUR, dat(body), 1).await;
    let report = bench.pull().await;
    assert_eq!(report.counts.total(), 1, "{report:?}");
    let kept = bench.kept("S1").await;
    // 10 ppb of ozone at 25 °C and 1013.25 hPa are 19.62 µg/m³.
    assert_eq!(kept.len(), 1);
    assert!(kept[0].starts_with("o3 PT1H 2026-11-25T00:00:00Z 19.6"), "{kept:?}");
}

#[tokio::test]
async fn running_sources_note_their_link_and_read_a_window_again_when_asked() {
    let bench = Bench::new(STATION, "airnow-hourly", "look_back = \"0s\"\nevery = \"1h\"").await;
    answers(&bench.server, HOUR, ResponseTemplate::new(403), 1).await;
    let earlier = "/airnow/2026/20261120/HourlyAQObs_2026112007.dat";
    answers(&bench.server, earlier, dat(&file("7").replace("11/25/2026\",\"00", "11/20/2026\",\"07")), 9).await;
    let stop = CancellationToken::new();
    let (resweep, work) = serve(bench.sources.clone(), bench.intake.clone(), stop.clone());
    let at = |text: &str| text.parse().unwrap();
    let window = (at("2026-11-20T07:00:00Z"), at("2026-11-20T08:00:00Z"));
    assert_eq!(resweep.resweep("nobody", window.0, window.1), Err(ResweepError::Unknown("nobody".into())));
    let work = tokio::spawn(work);
    let links = async || {
        let spans = bench.intake.journal().links(at("2000-01-01T00:00:00Z"), at("2100-01-01T00:00:00Z")).await.unwrap();
        spans.into_iter().map(|span| (span.link, span.up, span.cause)).collect::<Vec<_>>()
    };
    let link = || Link::Source("airnow-hourly".into());
    // The first round is refused, the window is read.
    let mut seen = Vec::new();
    for _ in 0..400 {
        seen = links().await;
        if !seen.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(seen, [(link(), false, Some("answered 403".into()))]);
    resweep.resweep("airnow-hourly", window.0, window.1).unwrap();
    for _ in 0..400 {
        if !bench.kept("S1").await.is_empty() && links().await.last().is_some_and(|last| last.1) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(bench.kept("S1").await, ["pm25 PT1H 2026-11-20T07:00:00Z 7"]);
    assert!(links().await.last().unwrap().1, "{:?}", links().await);
    stop.cancel();
    work.await.unwrap();
    assert_eq!(
        resweep.resweep("airnow-hourly", window.0, window.1),
        Err(ResweepError::Unknown("airnow-hourly".into()))
    );
}

#[tokio::test]
async fn pages_follow_one_another_and_a_page_that_repeats_for_ever_is_left() {
    let bench = Bench::new(STATION, "hubeau", "stations = { \"04\" = \"S1\" }").await;
    let uri = bench.server.uri();
    let first = format!("{uri}/api/v2/qualite_rivieres/analyse_pc?page=2");
    let analysis = |hour: u32| {
        serde_json::json!({
            "code_station": "04", "code_parametre": "1302", "date_prelevement": "2026-11-20",
            "heure_prelevement": format!("{hour:02}:00:00"), "resultat": 7.5, "symbole_unite": "unité pH",
            "code_remarque": "1", "code_fraction": "23", "code_qualification": "1", "limite_quantification": null,
        })
    };
    let page = move |request: &Request| {
        let second = request.url.query().is_some_and(|query| query == "page=2");
        let (hour, next) = if second { (11, None) } else { (10, Some(&first)) };
        let body = serde_json::json!({ "count": 2, "next": next, "data": [analysis(hour)] });
        ResponseTemplate::new(if second { 200 } else { 206 }).set_body_json(body)
    };
    Mock::given(method("GET")).respond_with(page).mount(&bench.server).await;
    let report = bench.pull().await;
    assert!(report.error.is_none(), "{report:?}");
    assert_eq!((report.submissions, report.counts.stored), (2, 2));
    // 10:00 in Paris in November is 09:00 UTC.
    assert_eq!(bench.kept("S1").await, ["ph PT0S 2026-11-20T09:00:00Z 7.5", "ph PT0S 2026-11-20T10:00:00Z 7.5"]);
    let again = bench.pull().await;
    assert_eq!((again.submissions, again.unchanged, again.requests), (0, 2, 2), "known pages are still followed");

    bench.server.reset().await;
    let round = format!("{uri}/round");
    let endless = serde_json::json!({ "next": round, "data": [{
        "code_station": "other", "code_parametre": "1302", "resultat": null, "code_remarque": null,
        "code_fraction": null, "code_qualification": null, "limite_quantification": null,
    }] });
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(endless))
        .mount(&bench.server)
        .await;
    let report = bench.pull().await;
    assert!(report.error.is_some() && report.requests == 60, "{report:?}");
}
