//! Pages in a browser: axe-core finds nothing, nothing scrolls sideways at 320 pixels, no script is needed; Lighthouse; and the
//! paths that a resident, a researcher and an operator take. Screenshots of every view are kept under the folder of build
//! artefacts.

use serde_json::{Value, json};

use crate::browser::{CHROMIUM, county, modules, walk};

pub const WALKING: [&str; 2] = ["playwright-core@1.65.1", "axe-core@4.14.1"];
const LIGHTHOUSE: [&str; 1] = ["lighthouse@12.2.3"];
/// Every page, one that does not exist, and the frames for other sites.
const PAGES: [&str; 25] = [
    "/",
    "/search?q=yihao",
    "/map",
    "/forecast",
    "/water",
    "/noise",
    "/stations/A1",
    "/stations/W1",
    "/stations/N1",
    "/alerts",
    "/registers",
    "/permits",
    "/registers/permits/91511523MA6DEM010Q001P",
    "/data",
    "/api",
    "/datasets/stations",
    "/status",
    "/about",
    "/nothing",
    "/embed/station/A1",
    "/embed/air",
    "/embed/water",
    "/embed/noise",
    "/embed/area/江口",
    "/embed/forecast",
];

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_any_page_in_any_view() {
    let (_folder, limpid, _) = county().await;
    let pages = PAGES.map(str::to_owned).to_vec();
    let walked = walk("pages.mjs", modules("browser", &WALKING), limpid.url("/"), pages).await;
    let found = walked["found"].as_array().unwrap();
    assert_eq!(found.len(), PAGES.len() * 4);
    for view in found {
        let page = view["page"].as_str().unwrap();
        assert_eq!(view["violations"], json!([]), "{page}");
        assert_eq!(view["wide"], 0, "{page} scrolls sideways");
        assert_eq!(view["status"], if page.contains("/nothing") { 404 } else { 200 }, "{page}");
        assert_eq!(view["lang"], if page.contains("lang=zh") { "zh-CN" } else { "en" }, "{page}");
    }
    // Ages move on from one reading to the next; a minute is not what this is about.
    let words = |script: &str| walked["words"][script].as_str().unwrap().len();
    assert!(words("true") > 500 && words("true").abs_diff(words("false")) < 20, "{}", walked["words"]);
    // What the embedding site was told of how high a frame must be.
    for (frame, spare) in walked["frames"].as_object().unwrap() {
        assert!(
            spare.as_i64().unwrap() >= 0,
            "{frame} needs {} pixels more than docs/embed.md says",
            -spare.as_i64().unwrap()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lighthouse_gives_full_marks_for_access_and_the_front_page_is_small_and_quick() {
    let (_folder, limpid, _) = county().await;
    let modules = modules("lighthouse", &LIGHTHOUSE);
    for page in ["/?lang=zh", "/?lang=en&view=elder", "/stations/A1?lang=en"] {
        let seen = walk("lighthouse.mjs", modules.clone(), limpid.url(page), Vec::new()).await;
        assert_eq!(seen["accessibility"], 100, "{page}: {seen} with {CHROMIUM}");
        assert!(seen["performance"].as_f64().unwrap() >= 95.0, "{page}: {seen}");
        assert!(seen["bytes"].as_u64().unwrap() <= 60_000, "{page}: {seen}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_a_researcher_and_an_operator_find_what_they_came_for() {
    let (_folder, limpid, secret) = county().await;
    let walked = walk("people.mjs", modules("browser", &WALKING), limpid.url("/"), vec![secret]).await;
    let steps = walked["steps"].as_array().unwrap();
    let failed: Vec<&Value> = steps.iter().filter(|step| step["ok"] != true).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    // Two languages on a phone and on a desk, and each person's steps in each.
    assert!(steps.len() >= 4 * 15, "{} steps", steps.len());
    assert_eq!(walked["errors"], json!([]), "errors in the console");
}
