//! Cards as pictures: what stands on them, that it fits, and that an old one is never painted as a fresh one.

use super::scene::{HEIGHT, WIDTH};
use super::{font, png};
use crate::testing::{PIPELINE, Service, county, index};

/// Width and height as a PNG's first chunk has them (PNG specification, 11.2.2), and the pixels.
fn decoded(bytes: &[u8]) -> tiny_skia::Pixmap {
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    tiny_skia::Pixmap::decode_png(bytes).unwrap()
}

fn has(pixels: &tiny_skia::Pixmap, colour: [u8; 3]) -> usize {
    let is = |pixel: &&tiny_skia::PremultipliedColorU8| [pixel.red(), pixel.green(), pixel.blue()] == colour;
    pixels.pixels().iter().filter(is).count()
}

#[tokio::test]
async fn a_card_has_its_level_words_and_date() {
    let service = Service::with(county()).await;
    let answer = service.get("/embed/station/S1/card.svg?lang=en").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "image/svg+xml"));
    let text = answer.text();
    for part in ["Station One", "AQI 89", "2026-11-25 08:00-09:00", "Example County Environment Bureau", "role=\"img\""]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(service.get("/embed/station/S2/card.svg?lang=en").await.text().contains("Station Two [simulated]"));
    let answer = service.get("/embed/station/S2/card.png?lang=zh").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "image/png"));
    assert!(answer.body.len() < 100_000, "{} bytes", answer.body.len());
    let pixels = decoded(&answer.body);
    assert_eq!((pixels.width(), pixels.height()), (WIDTH as u32 * 2, HEIGHT as u32 * 2));
    let again =
        service.get_with("/embed/station/S2/card.png?lang=zh", &[("if-none-match", answer.header("etag"))]).await;
    assert_eq!(again.status, 304);
    assert_eq!(answer.header("vary"), "accept-language");
    // While sixteen long answers hold every turn of the API, a card is served.
    let _turns = service.app.series.acquire_many(crate::app::SERIES as u32).await.unwrap();
    let kept = service.get("/embed/station/S2/card.png?lang=zh").await;
    assert_eq!((&kept.body, kept.header("etag")), (&answer.body, answer.header("etag")));
    assert_eq!(service.get("/embed/station/S2/card.png?lang=en").await.status, 200);
}

#[tokio::test]
async fn the_colour_of_a_level_is_painted_only_while_it_is_of_the_present() {
    let stations = "id,kind,name_zh,name_en,lat,lon\nA,air,甲,A,1,1\nB,air,乙,B,1,1\n";
    let records = vec![
        index("A", "2026-11-25T01:00:00Z", Some(34), &[]).into(),
        index("B", "2026-11-24T20:00:00Z", Some(34), &[]).into(),
    ];
    let service = Service::of(PIPELINE, stations, records).await;
    // Level I of HJ 633 is 0,228,0.
    let green = |bytes: &[u8]| has(&decoded(bytes), [0, 228, 0]);
    assert!(green(&service.get("/embed/station/A/card.png").await.body) > 10_000);
    assert_eq!(green(&service.get("/embed/station/B/card.png").await.body), 0);
    let old = service.get("/embed/station/B/card.svg?lang=en").await.text().to_owned();
    assert!(!old.contains("34") && !old.contains("#00e400") && old.contains("No fresh data"), "{old}");
    assert!(old.contains("2026-11-25"), "whenever it is looked at: {old}");
}

#[tokio::test]
async fn names_are_escaped_and_cut_to_the_card() {
    let long = "很长的名字".repeat(30);
    let stations = format!("id,kind,name_zh,name_en,lat,lon\nA,air,{long},<b>&,1,1\n");
    let service = Service::of(PIPELINE, &stations, Vec::new()).await;
    let text = service.get("/embed/station/A/card.svg?lang=en").await.text().to_owned();
    assert!(text.contains("&lt;b&gt;&amp;") && !text.contains("<b>"), "{text}");
    let text = service.get("/embed/station/A/card.svg?lang=zh").await.text().to_owned();
    assert!(text.contains("很长的名字") && text.contains('…') && !text.contains(&long), "{text}");
    assert_eq!(service.get("/embed/station/A/card.png?lang=zh").await.status, 200);
}

#[test]
fn the_font_has_what_cards_are_made_of() {
    let catalogues = [include_str!("../../../i18n/zh.toml"), include_str!("../../../i18n/en.toml")];
    let levels = limpid_model::Scheme::all().iter().flat_map(limpid_model::Scheme::levels);
    let levels = levels
        .flat_map(|level| ["zh", "en"].map(|lang| format!("{}{}", level.category().get(lang), level.advice.get(lang))));
    let text: String = levels.chain(catalogues.iter().map(ToString::to_string)).collect();
    let missing: std::collections::BTreeSet<char> =
        text.chars().filter(|sign| !sign.is_control() && font::face().glyph_index(*sign).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
    // GB 2312 has a square for each of its first-level signs: a text is as wide as it has signs.
    assert!((font::width("环境保护", 10.0) - 40.0).abs() < 0.5);
    assert_eq!(font::cut("环境保护", 10.0, 45.0), "环境保护");
    assert_eq!(font::cut("环境保护", 10.0, 35.0).chars().last(), Some('…'));
}

#[test]
fn a_sign_that_the_font_does_not_have_is_a_box_and_no_panic() {
    let lines = vec![super::scene::Line {
        x: 0.0,
        y: 20.0,
        size: 20.0,
        bold: true,
        colour: "#000000",
        text: "𠀀😀堃".to_owned(),
    }];
    let scene = super::Scene {
        lang: crate::pages::words::Lang::Zh,
        sign: (crate::pages::level::blank(), [0.0, 0.0, 64.0]),
        lines,
    };
    assert!(has(&decoded(&png::paint(&scene).unwrap()), [0, 0, 0]) > 20);
}
