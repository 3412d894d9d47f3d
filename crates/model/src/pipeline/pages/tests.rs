//! What is written is taken, what is missing beside it is asked for.

use super::FooterKind;
use crate::pipeline::{Files, Pipeline};

fn parse(lines: &str) -> Result<Pipeline, Vec<String>> {
    let pipeline = format!("[publisher]\nid = \"x\"\nname = \"x\"\nzone = \"UTC\"\n{lines}");
    let files = Files { pipeline, stations: "id,kind,name_zh,name_en,lat,lon\n".into() };
    Pipeline::parse(&files).map_err(|mistakes| mistakes.0.iter().map(ToString::to_string).collect())
}

const MAP: &str = "[pages.map]\nfile = \"m.geojson\"\nattribution = \"局\"\nreview_number = \"川S(2026)00001号\"\n";

#[test]
fn the_numbers_of_a_site_lead_where_the_ministries_want_them() {
    let lines = "[pages.footer]\nsite_code = \"5115230001\"\nicp = \"蜀ICP备1号\"\nsecurity = \"川公网安备 51152302000001号\"\n";
    let footer = parse(lines).unwrap().pages.footer;
    let found: Vec<(FooterKind, Option<&str>)> =
        footer.iter().map(|entry| (entry.kind, entry.link.as_deref())).collect();
    let security = "https://beian.mps.gov.cn/#/query/webSearch?code=51152302000001";
    let wanted = [
        (FooterKind::SiteCode, None),
        (FooterKind::Icp, Some("https://beian.miit.gov.cn/")),
        (FooterKind::Security, Some(security)),
    ];
    assert_eq!(found, wanted);
    let chosen = parse("[pages.footer]\nicp = \"x\"\nicp_link = \"https://example.org/\"\n").unwrap().pages.footer;
    assert_eq!((chosen.len(), chosen[0].link.as_deref()), (1, Some("https://example.org/")));
    assert!(parse("").unwrap().pages.footer.is_empty());
}

#[test]
fn a_map_is_not_taken_without_source_and_review_number() {
    let found = parse("[pages.map]\nfile = \"m.geojson\"\n").unwrap_err();
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found.iter().any(|m| m.contains("review_number")) && found.iter().any(|m| m.contains("attribution")));
    let pipeline = parse(MAP).unwrap();
    assert_eq!(pipeline.pages.map.as_ref().map(|map| map.line), Some(6));
    let mistakes = pipeline.clone().with_map("{}").unwrap_err();
    assert!(mistakes.to_string().starts_with("pipeline.toml:6: the map \"m.geojson\" cannot be drawn"), "{mistakes}");
    let drawn = pipeline.with_map(r#"{"type":"LineString","coordinates":[[1,2],[3,4]]}"#).unwrap();
    assert_eq!(drawn.pages.map.unwrap().outline.lines, [[[1.0, 2.0], [3.0, 4.0]]]);
}

#[test]
fn links_that_are_none_and_unknown_keys_are_told() {
    let found = parse("[pages.footer]\nicp = \"x\"\nicp_link = \"javascript:alert(1)\"\nsite = \"1\"\n").unwrap_err();
    assert!(found[0].contains("starts with https://"), "{found:#?}");
    assert!(found[1].contains("unknown key `pages.footer.site`"), "{found:#?}");
}

#[test]
fn a_base_path_is_letters_between_slashes() {
    for (written, taken) in [("/hb", "/hb"), ("/hb/", "/hb"), ("/", ""), ("", ""), ("/a/b-c_1.2~", "/a/b-c_1.2~")] {
        let pipeline = parse(&format!("[http]\nbase_path = {written:?}\n")).unwrap();
        assert_eq!(pipeline.http.base_path, taken, "{written}");
    }
    for written in ["hb", "//hb", "/h b", "/hb?x", "/../x", "/县", "/a//b", "https://example.org/hb"] {
        let found = parse(&format!("[http]\nbase_path = {written:?}\n")).unwrap_err();
        assert!(found[0].contains("`http.base_path`"), "{written}: {found:?}");
    }
}
