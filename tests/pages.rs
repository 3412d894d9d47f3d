//! Pages in a browser: axe-core finds nothing, nothing scrolls sideways at 320 pixels, no script is needed. Screenshots of every view
//! are kept under the folder of build artefacts.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::python::{peer, run};
use crate::support::{Folder, hour};

const PACKAGES: [&str; 2] = ["playwright-core@1.65.1", "axe-core@4.14.1"];
const STATIONS: &str = "\
id,kind,name_zh,name_en,lat,lon,area,class,parameters,simulated
A1,air,一号站,Station One,28.5,104.9,江口,,pm25 pm10 so2 no2 co o3,
A2,air,二号站,Station Two,28.6,104.8,江口,,pm25,true
W1,water,河口断面,River Mouth,28.4,104.8,清江,III,ph do nh3n,
N1,noise,广场,Square,28.4,104.8,江口,2,leq,
";
/// Every page, one that does not exist, and the card for other sites.
const PAGES: [&str; 12] = [
    "/",
    "/forecast",
    "/water",
    "/noise",
    "/stations/A1",
    "/data",
    "/api",
    "/datasets/stations",
    "/status",
    "/about",
    "/nothing",
    "/embed/station/A1",
];

/// The modules from npm, installed once.
fn modules() -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    let done = folder.join("installed");
    let wanted = PACKAGES.join("\n");
    if std::fs::read_to_string(&done).ok().as_ref() != Some(&wanted) {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("package.json"), "{\"private\":true}").unwrap();
        let mut npm = Command::new("npm");
        run(npm.current_dir(&folder).args(["install", "--no-audit", "--no-fund", "--silent"]).args(PACKAGES));
        std::fs::write(done, wanted).unwrap();
    }
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_any_page_in_any_view() {
    let folder = Folder::new(STATIONS);
    let secret = folder.token("*");
    let limpid = folder.run();
    let now = chrono::Utc::now();
    for back in 1..=30 {
        let start = (now - chrono::Duration::hours(back)).format("%Y-%m-%dT%H:00:00Z").to_string();
        let air = ["pm25", "pm10", "so2", "no2", "co", "o3"].map(|parameter| ("A1", parameter));
        let others = [("A2", "pm25"), ("W1", "ph"), ("W1", "do"), ("W1", "nh3n"), ("N1", "leq")];
        for (place, (station, parameter)) in air.into_iter().chain(others).enumerate() {
            let value = 5.0 + (back as f64 * 7.0 + place as f64) % 40.0;
            assert_eq!(limpid.post(&secret, &hour(station, parameter, &start, value)).await.0, 201);
        }
    }
    let made = reqwest::Client::new().post(limpid.url("/datasets/stations/releases")).bearer_auth(&secret).send().await;
    assert!(made.unwrap().status().is_success());
    let shown = |text: &str| text.contains("AQI") && text.contains("Square");
    limpid.until("/?lang=en", Duration::from_secs(30), shown).await;

    let front = reqwest::get(limpid.url("/")).await.unwrap().bytes().await.unwrap();
    // Styles and script stand in it, nothing else is loaded: this is the whole page, and not even compressed.
    assert!(front.len() < 60_000, "the front page has {} bytes", front.len());

    let url = limpid.url("/");
    let screenshots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
    let walked = tokio::task::spawn_blocking(move || {
        let mut node = Command::new("node");
        node.env("PAGES_MODULES", modules()).arg(peer("pages.mjs")).args([&url, "/usr/bin/chromium"]);
        run(node.arg(screenshots).args(PAGES))
    });
    let walked: Value = serde_json::from_str(&walked.await.unwrap()).unwrap();
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
}
