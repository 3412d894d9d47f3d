//! Frames: what they list, what they leave out, and that they hold nothing back.

use limpid_model::Record;

use super::lists::MOST;
use crate::testing::{PIPELINE, STATIONS, Service, county, hour, index};

#[tokio::test]
async fn each_kind_and_area_has_its_frame_and_nothing_around_it() {
    let service = Service::with(county()).await;
    for (uri, words) in [
        ("/embed/air", "Station One"),
        ("/embed/water", "River Mouth"),
        ("/embed/area/%E6%B1%9F%E5%8F%A3", "Station Two"),
        ("/embed/forecast", "No forecast has been issued"),
    ] {
        let answer = service.get(&format!("{uri}?lang=en")).await;
        let page = answer.text();
        assert_eq!(answer.status, 200, "{uri}");
        assert!(page.to_lowercase().contains(&words.to_lowercase()), "{uri}: {page}");
        assert!(page.contains("<base target=\"_blank\">") && page.contains("CC-BY-4.0"), "{uri}");
        assert!(!page.contains("<nav") && !page.contains("<footer"), "{uri}");
        assert!(!answer.headers.contains_key("set-cookie") && !answer.headers.contains_key("x-frame-options"), "{uri}");
    }
    assert!(!service.get("/embed/air?lang=en").await.text().contains("River Mouth"));
    for uri in ["/embed/soup", "/embed/area/x", "/embed/station/nobody", "/embed/station/nobody/card.png"] {
        assert_eq!(service.get(uri).await.status, 404, "{uri}");
    }
}

#[tokio::test]
async fn a_frame_lists_what_it_has_room_for_and_says_how_many_there_are() {
    let mut stations = "id,kind,name_zh,name_en,lat,lon\n".to_owned();
    let mut records: Vec<Record> = Vec::new();
    for n in 0..9_u16 {
        stations.push_str(&format!("S{n},air,站{n},Place {n},28.5,104.9\n"));
        // The first of the registry are silent.
        if n >= 4 {
            records.push(index(&format!("S{n}"), "2026-11-25T01:00:00Z", Some(30 + n), &[]).into());
        }
    }
    let service = Service::of(PIPELINE, &stations, records).await;
    let page = service.get("/embed/air?lang=en").await.text().to_owned();
    let names: Vec<&str> = page.split(">Place ").skip(1).map(|rest| &rest[..1]).collect();
    assert_eq!(names, ["4", "5", "6", "7", "8", "0"], "the present first");
    assert_eq!(names.len(), MOST);
    assert!(page.contains("All 9 stations"), "{page}");
    assert_eq!(page.matches("AQI 3").count(), 5);
}

#[tokio::test]
async fn a_list_never_shows_what_is_old_as_the_present() {
    let records = vec![
        index("S1", "2026-11-24T20:00:00Z", Some(477), &["pm25"]).into(),
        hour("W1", "nh3n", "2026-11-24T20:00:00Z", 3.777).into(),
    ];
    let service = Service::of(PIPELINE, STATIONS, records).await;
    for uri in ["/embed/air?lang=en", "/embed/water?lang=en", "/map?lang=en", "/search?q=s&lang=en"] {
        let page = service.get(uri).await.text().to_owned();
        let main = page.split("<main").nth(1).unwrap();
        assert!(!main.contains("477") && !main.contains("3.78") && !main.contains("#7e0023"), "{uri}: {main}");
    }
    assert!(service.get("/embed/air?lang=en").await.text().contains("No fresh data, last 04:00"));
}
