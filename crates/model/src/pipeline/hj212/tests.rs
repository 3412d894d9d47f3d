use crate::pipeline::{Files, Hj212, Mistakes, PerAddress, Pipeline};
use crate::station::StationId;

const PUBLISHER: &str = "[publisher]\nid = \"t\"\nname = \"t\"\nzone = \"Asia/Shanghai\"\n";
const STATIONS: &str = "id,kind,name_zh,name_en,lat,lon\nS1,air,一号站,Station One,28.5,104.9\n";

fn read(more: &str) -> Result<Hj212, Mistakes> {
    let files = Files { pipeline: format!("{PUBLISHER}{more}"), stations: STATIONS.into() };
    Pipeline::parse(&files).map(|pipeline| pipeline.ingest.hj212)
}

fn id(text: &str) -> StationId {
    StationId::parse(text).unwrap()
}

#[test]
fn stations_are_asked_unless_they_or_the_gateway_say_no() {
    assert!(read("").unwrap().asks(&id("S1")));
    assert!(!read("[ingest.hj212]\ndown_link = false\n").unwrap().asks(&id("S1")));
    let own = "[[ingest.hj212.station]]\nstation = \"S1\"\ndown_link = ";
    let off = read(&format!("{own}false\n")).unwrap();
    assert!(!off.asks(&id("S1")) && off.asks(&id("S2")));
    assert!(read(&format!("[ingest.hj212]\ndown_link = false\n{own}true\n")).unwrap().asks(&id("S1")));
}

#[test]
fn connections_of_one_address_are_as_many_as_in_all_unless_said() {
    let hj212 = read("[ingest.hj212]\nconnections = 7\n").unwrap();
    assert_eq!((hj212.connections, hj212.connections_per_address), (7, PerAddress::Default(7)));
    let hj212 = read("[ingest.hj212]\nconnections_per_address = 3\n").unwrap();
    assert_eq!((hj212.connections, hj212.connections_per_address), (16_384, PerAddress::Written(3)));
    assert_eq!(read("").unwrap().connections_per_address, PerAddress::Default(512));
    // The machine's own addresses, behind which a relay may stand, are bound only where it is written.
    assert_eq!((PerAddress::Default(512).of(true), PerAddress::Default(512).of(false)), (None, Some(512)));
    assert_eq!((PerAddress::Written(3).of(true), PerAddress::Written(3).of(false)), (Some(3), Some(3)));
}

#[test]
fn allowed_networks_and_certificates_are_read() {
    let hj212 = read(
        "[ingest.hj212]\nallow = [\"10.0.0.0/8\"]\n[ingest.hj212.tls]\ncert = \"c.pem\"\nkey = \"/k.pem\"\n\
         [[ingest.hj212.station]]\nstation = \"S1\"\nallow = [\"10.1.2.3\"]\n",
    )
    .unwrap();
    assert!(hj212.allow[0].holds("10.9.9.9".parse().unwrap()));
    assert!(!hj212.stations.get(&id("S1")).allow[0].holds("10.1.2.4".parse().unwrap()));
    let tls = hj212.tls.unwrap();
    assert_eq!((tls.cert.to_str(), tls.key.to_str()), (Some("c.pem"), Some("/k.pem")));
}

#[test]
fn mistakes_have_line_and_remedy() {
    for (text, line, words) in [
        ("[ingest.hj212]\nallow = [\"10.0.0.0/40\"]\n", 6, "10.1.0.0/16"),
        ("[ingest.hj212]\nclock_drift_seconds = -1\n", 6, "from 0 to 86400"),
        ("[ingest.hj212.tls]\ncert = \"c.pem\"\n", 5, "write key = "),
        ("[[ingest.hj212.station]]\nallow = []\n", 5, "write station = "),
        ("[[ingest.hj212.station]]\nstation = \"S9\"\n", 6, "write the id of a station"),
        ("[[ingest.hj212.station]]\nstation = \"S1\"\ndown_lin = true\n", 7, "did you mean `down_link`?"),
        (
            "[[ingest.hj212.station]]\nstation = \"S1\"\n[[ingest.hj212.station]]\nstation = \"S1\"\n",
            8,
            "one section for each station",
        ),
    ] {
        let mistakes = read(text).unwrap_err().to_string();
        assert!(mistakes.starts_with(&format!("pipeline.toml:{line}:")) && mistakes.contains(words), "{mistakes}");
    }
}
