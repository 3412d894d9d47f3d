use super::*;
use crate::pipeline::{Files, Mistakes, Pipeline};

const SMALLEST: &str = "[publisher]\nid = \"t\"\nname = \"T\"\nzone = \"UTC\"\n";
const STATIONS: &str = "id,kind,name_zh,name_en,lat,lon\nS1,air,一,One,28.5,104.9\nW1,water,河,River,28.5,104.9\n";

fn parse(source: &str) -> Result<Pipeline, Mistakes> {
    Pipeline::parse(&Files { pipeline: format!("{source}{SMALLEST}"), stations: STATIONS.into() })
}

fn sources(source: &str) -> Vec<PullSource> {
    parse(source).unwrap().sources
}

#[test]
fn every_kind_has_readable_defaults() {
    for kind in SourceKind::all() {
        let written = format!(
            "[[source]]\nkind = \"{}\"\nstations = [\"S1\"]\n{}",
            kind.name,
            if kind.needs_key() { "key_env = \"K\"\n" } else { "" }
        );
        let source = &sources(&written)[0];
        assert_eq!((&source.id, &source.url), (&kind.name, &kind.url));
        assert!(source.every >= Duration::minutes(20) && source.look_back <= Duration::days(90), "{source:?}");
        assert!(["any", "named"].contains(&kind.stations.as_str()) && !kind.licence.is_empty());
        assert!(source.url.starts_with("https://"), "{source:?}");
    }
    assert_eq!(SourceKind::named("openaq").unwrap().key(), Some(KeyPlace::Header("X-API-Key")));
    assert_eq!(SourceKind::named("open-meteo-air").unwrap().key(), Some(KeyPlace::Query("apikey")));
    assert_eq!(SourceKind::named("hubeau").unwrap().key(), None);
}

#[test]
fn everything_can_be_said() {
    let written = "[[source]]\nkind = \"openaq\"\nid = \"oaq\"\nurl = \"http://127.0.0.1:9/mirror/\"\nevery = \"20m\"\n\
                   look_back = \"5d\"\nkey_file = \"k\"\nuser_agent = \"us\"\nmax_body_bytes = 4096\ntimeout_seconds = 5\n\
                   parameters = [\"pm25\", \"ozone\"]\nstations = { \"2178\" = \"S1\", \"99\" = \"S1\" }\n";
    let source = &sources(written)[0];
    assert_eq!((source.id.as_str(), source.url.as_str()), ("oaq", "http://127.0.0.1:9/mirror"));
    assert_eq!((source.every, source.look_back), (Duration::minutes(20), Duration::days(5)));
    assert_eq!(source.key, Some(PasswordFrom::File("k".into())));
    assert_eq!(source.parameters.iter().map(|parameter| parameter.as_str()).collect::<Vec<_>>(), ["pm25", "o3"]);
    let pairs: Vec<_> = source.stations.iter().map(|(name, id)| (name.as_str(), id.as_str())).collect();
    assert_eq!(pairs, [("2178", "S1"), ("99", "S1")]);
    let list = &sources("[[source]]\nkind = \"hubeau\"\nstations = [\"W1\"]\n")[0];
    assert_eq!(list.stations, [("W1".to_owned(), StationId::parse("W1").unwrap())]);
    assert!(parse("").unwrap().sources.is_empty());
}

#[test]
fn mistakes_have_line_and_remedy_and_repeat_no_secret() {
    for (lines, place, remedy) in [
        ("kind = \"opensq\"", 2, "did you mean \"openaq\"?"),
        ("kind = \"ftp\"", 2, "write one of: openaq, airnow-hourly, eea, "),
        ("id = \"x\"", 1, "write kind = "),
        ("kind = \"hubeau\"", 1, "write stations = "),
        ("kind = \"openaq\"\nstations = [\"S1\"]", 1, "write key_env"),
        ("kind = \"airnow-hourly\"\nkey_env = \"K\"", 3, "remove the line"),
        ("kind = \"airnow-hourly\"\nkey = \"hunter2\"", 3, "known here are: every, id, key_env, key_file"),
        ("kind = \"airnow-hourly\"\nurl = \"https://u:hunter2@host\"", 3, "leave name and password out"),
        ("kind = \"airnow-hourly\"\nurl = \"ftp://host\"", 3, "write https://"),
        ("kind = \"airnow-hourly\"\nurl = \"https://\"", 3, "write https://"),
        ("kind = \"airnow-hourly\"\nurl = \"https://host/?key=hunter2\"", 3, "write https://"),
        ("kind = \"airnow-hourly\"\nevery = \"10s\"", 3, "from 1m to 366d"),
        ("kind = \"airnow-hourly\"\nevery = \"1 hour\"", 3, "\"6h\""),
        ("kind = \"airnow-hourly\"\nlook_back = \"-1d\"", 3, "from 0m to 366d"),
        ("kind = \"airnow-hourly\"\nstations = [\"S9\"]", 3, "write a station of stations.csv"),
        ("kind = \"airnow-hourly\"\nstations = { a = \"S 1\" }", 3, "write a station of stations.csv"),
        ("kind = \"airnow-hourly\"\nstations = 7", 3, "write stations = { \"upstream name\""),
        ("kind = \"airnow-hourly\"\nparameters = [\"pm26\"]", 3, "did you mean \"pm25\"?"),
        ("kind = \"airnow-hourly\"\nid = \"a b\"", 3, "letters, digits"),
        ("kind = \"airnow-hourly\"\n[[source]]\nkind = \"airnow-hourly\"", 3, "a name of its own"),
    ] {
        let found: Vec<String> =
            parse(&format!("[[source]]\n{lines}\n")).unwrap_err().0.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 1, "{lines}: {found:#?}");
        let line = format!("pipeline.toml:{place}:");
        assert!(found[0].starts_with(&line) && found[0].contains(remedy), "{lines}: {found:?}");
        assert!(!found[0].contains("hunter2"), "{found:?}");
    }
}

#[test]
fn times_have_one_unit() {
    for (text, seconds) in [("90s", 90), ("20m", 1200), ("6h", 21_600), ("3d", 259_200), ("0s", 0)] {
        assert_eq!(span(text), Some(Duration::seconds(seconds)), "{text}");
    }
    for text in ["", "h", "1", "1w", "1.5h", "-1h", "+1h", "1h30m", "１h", "99999999999s"] {
        assert_eq!(span(text), None, "{text:?}");
    }
}
