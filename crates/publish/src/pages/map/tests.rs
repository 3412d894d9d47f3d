//! Places against each other, signs that do not cover each other, and what must stand under a public map.

use super::place::{Frame, HEIGHT, RADIUS, WIDTH, apart};
use crate::testing::{PIPELINE, STATIONS, Service, county};

#[test]
fn north_is_up_east_is_right_and_a_kilometre_is_as_long_in_both_directions() {
    // At 60 degrees north a degree of longitude is half as long as one of latitude.
    let frame = Frame::around([[10.0, 59.0], [12.0, 61.0]].into_iter());
    let [west, east] = [[10.0, 60.0], [12.0, 60.0]].map(|place| frame.at(place));
    let [south, north] = [[11.0, 59.0], [11.0, 61.0]].map(|place| frame.at(place));
    assert!(west[0] < east[0] && north[1] < south[1]);
    assert!(((east[0] - west[0]) / (south[1] - north[1]) - 0.5).abs() < 1e-9);
    for [x, y] in [west, east, south, north] {
        assert!((0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y));
    }
}

#[test]
fn one_place_and_none_are_drawn() {
    assert_eq!(Frame::around([[104.0, 28.0]].into_iter()).at([104.0, 28.0]), [WIDTH / 2.0, HEIGHT / 2.0]);
    assert!(apart(Vec::new()).is_empty());
}

#[test]
fn signs_do_not_cover_each_other() {
    let markers = apart(vec![[160.0, 150.0]; 20]);
    for (place, one) in markers.iter().enumerate() {
        for other in &markers[place + 1..] {
            let distance = (one.at[0] - other.at[0]).hypot(one.at[1] - other.at[1]);
            assert!(distance > 1.8 * RADIUS, "{distance}");
        }
    }
    assert_eq!(markers[7].moved_from, Some([160.0, 150.0]));
    assert!(apart(vec![[50.0, 50.0], [250.0, 250.0]]).iter().all(|marker| marker.moved_from.is_none()));
}

#[test]
fn points_that_no_screen_tells_apart_are_left_out_but_never_the_last() {
    let frame = Frame::around([[0.0, 0.0], [1.0, 1.0]].into_iter());
    let line: Vec<[f64; 2]> = (0..=10_000).map(|step| [f64::from(step) / 10_000.0; 2]).collect();
    let path = frame.path(&line, "Z");
    let points = path.matches(['M', 'L']).count();
    assert!((300..1000).contains(&points), "{points}");
    let end = frame.at([1.0, 1.0]);
    assert!(path.ends_with(&format!("{:.1} {:.1}Z", end[0], end[1])), "{path}");
}

#[tokio::test]
async fn without_a_map_it_is_called_a_sketch_and_a_list_stands_beside() {
    let service = Service::with(county()).await;
    let page = service.get("/map?lang=en").await.text().to_owned();
    assert!(page.contains("Sketch of the stations") && page.contains("not a map"), "{page}");
    let list = page.split("<ul class=\"states\">").skip(1).collect::<String>();
    for name in ["Station One", "Station Two", "River Mouth"] {
        assert!(list.contains(name), "{name} in the list");
        assert!(
            page.split("<svg viewBox=\"0 0 320").nth(1).unwrap().contains(&format!(". {name}")),
            "{name} in the drawing"
        );
    }
    let elder = service.get("/map?lang=en&view=elder").await.text().to_owned();
    assert!(!elder.contains("viewBox=\"0 0 320") && elder.contains("River Mouth"), "large type has the list only");
}

#[tokio::test]
async fn a_map_has_its_source_and_review_number() {
    let config = format!(
        "{PIPELINE}[pages.map]\nfile = \"map.geojson\"\nattribution = {{ zh = \"示例县自然资源局\", en = \"County Land Office\" }}\nreview_number = \"川S(2026)00001号\"\n"
    );
    let geojson = r#"{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[104.5,28.2],[105.3,28.2],[105.3,28.9],[104.5,28.2]]]}},
        {"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[104.6,28.3],[105.0,28.5]]}}]}"#;
    let service = Service::mapped(&config, STATIONS, geojson, county()).await;
    let page = service.get("/map?lang=zh").await.text().to_owned();
    assert!(page.contains("示例县自然资源局") && page.contains("审图号：川S(2026)00001号"), "{page}");
    assert!(page.contains("class=\"land\" d=\"M") && page.contains("class=\"stream\" d=\"M"), "{page}");
    assert!(!page.contains("不是地图"));
    assert!(
        page.contains("data-outline=\"/map/outline.json\"") && !page.contains("leaflet-1.9.4.js\" defer"),
        "{page}"
    );
    let outline = service.get("/map/outline.json").await.json();
    assert_eq!(outline["features"][0]["geometry"]["coordinates"][0][0][2], serde_json::json!([105.3, 28.9]));
    assert_eq!(outline["features"][1]["geometry"]["coordinates"][0][1], serde_json::json!([105.0, 28.5]));
}
