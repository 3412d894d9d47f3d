use serde_json::json;
use wiremock::matchers::{body_string_contains, header, method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::sources::tests::{Bench, read};
use crate::testing::shared;

const STATIONS: &str = "W1,water,码头,Matou,39.6,115.9,,\nW2,water,滇池,Dianchi,24.8,102.7,,\n";

const HEAD: [&str; 17] = [
    "省份",
    "流域",
    "断面名称",
    "监测时间",
    "水质类别",
    "水温<br/>(℃)",
    "pH<br/>(无量纲)",
    "溶解氧<br/>(mg/L)",
    "电导率<br/>(μS/cm)",
    "浊度<br/>(NTU)",
    "高锰酸盐指数<br/>(mg/L)",
    "氨氮<br/>(mg/L)",
    "总磷<br/>(mg/L)",
    "总氮<br/>(mg/L)",
    "叶绿素α<br/>(mg/L)",
    "藻密度<br/>(cells/L)",
    "站点情况",
];

fn page(rows: &[[&str; 17]], total: u32) -> serde_json::Value {
    json!({ "result": 1, "thead": HEAD, "tbody": rows, "total": total, "records": rows.len() })
}

fn row(section: &'static str, time: &'static str, ph: &'static str, state: &'static str) -> [&'static str; 17] {
    let name = section;
    ["北京市", "海河流域", name, time, "2", "--", ph, "*", "&nbsp;", "", "--", "--", "--", "--", "*", "*", state]
}

fn rows(cells: &[[&str; 17]]) -> Vec<String> {
    let body = format!("\u{feff}{}", page(cells, 1));
    read("cn-surface-water", STATIONS, "", "page/1", body.as_bytes()).unwrap()
}

const PH: &str = "<span title='原始值：7.6564'>8</span>";

#[test]
fn the_original_is_read_and_not_the_rounded_and_missing_is_no_reading() {
    let named = "<span title=\"所在地市:房山区\">码头</span>";
    assert_eq!(rows(&[row(named, "11-25 08:00", PH, "正常")]), ["W1 ph PT0S 2026-11-25T00:00Z 7.6564"]);
    assert_eq!(rows(&[row("码头", "11-25 08:00", "8", "正常")]), ["W1 ph PT0S 2026-11-25T00:00Z 8"]);
    assert_eq!(rows(&[row("码头", "11-25 08:00", PH, "维护")]), ["W1 ph PT0S 2026-11-25T00:00Z 7.6564 M"]);
    assert_eq!(rows(&[row("别处", "11-25 08:00", PH, "正常")]), [""; 0]);
    assert!(rows(&[row("码头", "--", PH, "正常")])[0].starts_with("rejected bad_time"));
    assert!(rows(&[row("码头", "11-25 08:00", "高", "正常")])[0].starts_with("rejected not_a_number: ph of W1"));
}

#[test]
fn a_name_of_several_sections_is_told_by_its_province() {
    let lines = "stations = { \"北京市/码头\" = \"W2\", \"码头\" = \"W1\" }";
    let mut other = row("码头", "11-25 08:00", PH, "正常");
    other[0] = "河北省";
    let body = page(&[row("码头", "11-25 08:00", PH, "正常"), other], 1).to_string();
    let found = read("cn-surface-water", STATIONS, lines, "page/1", body.as_bytes()).unwrap();
    assert_eq!(found, ["W2 ph PT0S 2026-11-25T00:00Z 7.6564", "W1 ph PT0S 2026-11-25T00:00Z 7.6564"]);
}

#[test]
fn the_year_is_the_one_that_is_nearest() {
    let at = |text: &str, now: &str| super::time(text, now.parse().unwrap()).map(|at| at.to_rfc3339());
    for (text, now, expected) in [
        ("12-31 20:00", "2026-01-01T01:00:00Z", Some("2025-12-31T12:00:00+00:00")),
        ("01-01 00:00", "2025-12-31T15:59:00Z", Some("2025-12-31T16:00:00+00:00")),
        ("11-25 08:00", "2026-11-25T01:30:00Z", Some("2026-11-25T00:00:00+00:00")),
        ("02-29 08:00", "2024-03-01T00:00:00Z", Some("2024-02-29T00:00:00+00:00")),
        ("02-29 08:00", "2026-03-01T00:00:00Z", None),
        ("13-01 08:00", "2026-03-01T00:00:00Z", None),
        ("--", "2026-03-01T00:00:00Z", None),
    ] {
        assert_eq!(at(text, now).as_deref(), expected, "{text} at {now}");
    }
}

#[test]
fn what_is_no_table_is_a_fault() {
    for body in [
        "-1",
        "",
        "{\"result\":0}",
        "{\"result\":false,\"thead\":[]}",
        "{\"result\":1,\"thead\":[\"省份\"],\"tbody\":[]}",
        "[]",
    ] {
        assert!(read("cn-surface-water", STATIONS, "", "page/1", body.as_bytes()).is_err(), "{body}");
    }
    let fault = read("cn-surface-water", STATIONS, "", "page/1", b"-1").unwrap_err();
    assert!(fault.detail.contains("open its page first"), "{fault:?}");
}

#[tokio::test]
async fn the_page_is_opened_first_and_its_cookie_kept_and_every_page_is_read() {
    let bench = Bench::new(STATIONS, "cn-surface-water", "").await;
    let page_open = ResponseTemplate::new(200)
        .set_body_raw("<html>", "text/html")
        .insert_header("set-cookie", "ASP.NET_SessionId=abc; path=/; HttpOnly");
    Mock::given(method("GET"))
        .and(path("/GJZ/Business/Publish/Main.html"))
        .respond_with(page_open)
        .mount(&bench.server)
        .await;
    let ajax = |words: &str| {
        let post = Mock::given(method("POST")).and(path("/GJZ/Ajax/Publish.ashx"));
        post.and(header("cookie", "ASP.NET_SessionId=abc")).and(body_string_contains(words))
    };
    ajax("action=getArea_RiverDic")
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({})))
        .mount(&bench.server)
        .await;
    let text = |body: serde_json::Value| ResponseTemplate::new(200).set_body_raw(body.to_string(), "text/plain");
    let first = text(page(&[row("码头", "11-25 08:00", PH, "正常")], 2));
    ajax("PageIndex=1&PageSize=2000&action=getRealDatas").respond_with(first).mount(&bench.server).await;
    let second = text(page(&[row("滇池", "11-25 04:00", PH, "正常")], 2));
    ajax("PageIndex=2&").respond_with(second).mount(&bench.server).await;
    let report = bench.pull().await;
    assert!(report.error.is_none(), "{report:?}");
    assert_eq!((report.requests, report.submissions, report.counts.stored), (4, 2, 2));
    assert_eq!(bench.kept("W2").await, ["ph PT0S 2026-11-24T20:00:00Z 7.6564"]);
    assert_eq!(bench.pull().await.submissions, 0);
}

#[test]
fn a_real_snapshot_gives_what_its_first_line_says() {
    let Some(folder) = shared("water-cn-auto") else { return };
    let body = std::fs::read(folder.join("szzdjc_snapshot_20251108T121517.csv")).unwrap();
    let lines = "stations = { \"北京市/码头\" = \"W1\", \"云南省/没有\" = \"W2\" }";
    let rows = read("cn-surface-water", STATIONS, lines, "page/1", &body).unwrap();
    // The clock of these tests stands in 2026, a year later: the nearest 8 November is that of 2026. Values by eye.
    let values: Vec<String> =
        rows.iter().map(|row| row.replace("W1 ", "").replace(" PT0S 2026-11-08T00:00Z", "")).collect();
    assert_eq!(
        values,
        [
            "water_temperature 12.38",
            "ph 8.076",
            "do 8.736",
            "conductivity 837.51",
            "turbidity 32.778",
            "codmn 1.265",
            "nh3n 0.1307",
            "tp 0.051",
            "tn 6.925",
        ]
    );
}
