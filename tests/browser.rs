//! Chromium, packages from npm that drive it, and a county to look at.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{TimeDelta, Utc};

use crate::python::{peer, run};
use crate::registers::{register, with_permits};
use crate::support::{BIN, Folder, Limpid, hour, summary};

/// Where Debian has it.
pub const CHROMIUM: &str = "/usr/bin/chromium";

/// Debian's font of Chinese signs: without one screenshots show boxes, and nobody sees what is cut.
const CJK: &str = "fonts-wqy-microhei";

/// One installation at a time.
static INSTALLING: Mutex<()> = Mutex::new(());

/// Air in full and in part, water and noise.
const STATIONS: &str = "\
id,kind,name_zh,name_en,lat,lon,area,class,parameters,simulated
A1,air,一号站,Station One,28.5,104.9,江口,,pm25 pm10 so2 no2 co o3,
A2,air,二号站,Station Two,28.6,104.8,江口,,pm25,true
W1,water,河口断面,River Mouth,28.4,104.8,清江,III,ph do nh3n,
N1,noise,广场,Square,28.4,104.8,江口,2,leq,
";

/// Sees to it that the browser can show Chinese; whoever may not install packages is told which one is missing.
fn chinese() {
    let listed = Command::new("fc-list").args([":lang=zh", "family"]).output();
    if listed.is_ok_and(|listed| !listed.stdout.is_empty()) {
        return;
    }
    let installed = Command::new("apt-get").args(["install", "--yes", "--quiet", CJK]).output();
    assert!(
        installed.as_ref().is_ok_and(|installed| installed.status.success()),
        "no font has Chinese signs: install {CJK}: {installed:?}"
    );
}

/// The modules from npm, installed once.
pub fn modules(name: &str, packages: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let done = folder.join("installed");
    let wanted = packages.join("\n");
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    chinese();
    if std::fs::read_to_string(&done).ok().as_ref() != Some(&wanted) {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("package.json"), "{\"private\":true}").unwrap();
        let mut npm = Command::new("npm");
        run(npm.current_dir(&folder).args(["install", "--no-audit", "--no-fund", "--silent"]).args(packages));
        std::fs::write(done, wanted).unwrap();
    }
    folder
}

/// What a script of `tests/peers` prints, as JSON. It is given the address, the browser and a folder for pictures first.
pub async fn walk(script: &'static str, modules: PathBuf, url: String, arguments: Vec<String>) -> serde_json::Value {
    let screenshots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
    let walked = tokio::task::spawn_blocking(move || {
        let mut node = Command::new("node");
        node.env("PAGES_MODULES", modules).arg(peer(script)).args([&url, CHROMIUM]).arg(screenshots).args(arguments);
        run(&mut node)
    });
    let text = walked.await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{script}: {error}: {text}"))
}

/// A map of the county: an area and a river.
const MAP: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[104.7,28.3],[105.0,28.3],[105.0,28.7],[104.7,28.7],[104.7,28.3]]]}},
{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[104.7,28.4],[104.8,28.4],[105.0,28.6]]}}]}"#;

/// A county with a map, permits, an alert that is over, 50 hours of everything and a release; and the token of its stations.
pub async fn county() -> (Folder, Limpid, String) {
    let folder = Folder::new(STATIONS);
    std::fs::write(folder.pipeline().join("map.geojson"), MAP).unwrap();
    folder.configure(
        "[pages.map]\nfile = \"map.geojson\"\nattribution = { zh = \"测试局\", en = \"Test Office\" }\nreview_number = \"试S(2026)001号\"",
    );
    let samples = with_permits(&folder);
    for (command, rest) in [
        ("import", ["--who", "Li", samples.to_str().unwrap()]),
        ("check", ["--all", "--who", "Wang"]),
        ("release", ["--all", "--who", "Zhao"]),
    ] {
        summary(&register(&folder, command, &rest));
    }
    let mut relay = Command::new(BIN);
    relay
        .args(["alert", "relay", "--who", "Li", "--pipeline"])
        .arg(folder.pipeline())
        .arg("--state")
        .arg(folder.state());
    run(relay.arg(peer("alert.cap.xml")));
    let secret = folder.token("*");
    let limpid = folder.run();
    let now = Utc::now();
    for back in 1..=50 {
        let start = (now - TimeDelta::hours(back)).format("%Y-%m-%dT%H:00:00Z").to_string();
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
    limpid.until("/?lang=en", Duration::from_secs(60), shown).await;
    (folder, limpid, secret)
}
