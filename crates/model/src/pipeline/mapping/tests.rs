//! What a mapping may say, and what is said to it.

use super::*;

const GOOD: &str = r#"
period = "PT1H"
zone = "UTC"
label = "end"
missing = ["*"]
[station]
columns = ["省份", "断面名称"]
[time]
column = "监测时间"
formats = ["%m-%d %H:%M"]
[[value]]
columns = ["原始_pH", "pH"]
parameter = "ph"
unit = "1"
[[value]]
column = "总磷"
parameter = "tp"
unit = "ug/L"
flag = "总磷标识"
"#;

fn mistakes(text: &str) -> Vec<String> {
    Mapping::parse("m.toml", text).unwrap_err().0.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_written_is_what_is_meant() {
    let mapping = Mapping::parse("m.toml", GOOD).unwrap();
    assert_eq!(mapping.station, StationFrom::Columns(vec!["省份".into(), "断面名称".into()]));
    assert_eq!((mapping.delimiter, mapping.skip_rows, mapping.label), (b',', 0, Some(HourLabel::End)));
    assert!(mapping.needs_year() && mapping.is_missing("*") && !mapping.is_missing("--"));
    let Values::Wide(values) = &mapping.values else { panic!("wide") };
    assert_eq!(values[0].columns, ["原始_pH", "pH"]);
    assert_eq!((values[1].unit.map(Unit::as_str), values[1].flag.as_deref()), (Some("ug/L"), Some("总磷标识")));

    let long = GOOD.split("[[value]]").next().unwrap().to_owned()
        + "[long]\nparameter = \"p\"\nvalue = \"v\"\nparameters = { Ozon = \"o3\" }\nunits = { o3 = \"ug/m3\" }\n";
    let Values::Long(long) = Mapping::parse("m.toml", &long).unwrap().values else { panic!("long") };
    assert_eq!(long.parameter("Ozon"), Some(ParameterId::known("o3")));
    assert_eq!(long.parameter("PM2.5"), Some(ParameterId::known("pm25")));
    assert_eq!(long.parameter("XY"), None);
}

#[test]
fn every_mistake_is_told_at_once_with_line_and_remedy() {
    let found = mistakes(
        "perod = \"PT1H\"\nzone = \"Asia/Shangai\"\nlabel = \"middle\"\ndelimiter = \"::\"\n\
         [station]\nfile_name = \"a*b*c\"\n[time]\nformats = [\"%Q\", \"%H:%M\"]\n\
         [[value]]\ncolumn = \"a\"\nparameter = \"pm2\"\n[[value]]\ncolumn = \"b\"\nparameter = \"pm25\"\nunit = \"ppb\"\n",
    );
    for (place, words) in [
        ("m.toml:1: `period` is missing", "write period = \"PT1H\""),
        ("m.toml:1: unknown key `perod`", "did you mean `period`?"),
        ("m.toml:2:", "\"Asia/Shanghai\""),
        ("m.toml:3:", "start, end"),
        ("m.toml:4:", "write one of: ,, ;"),
        ("m.toml:6:", "one * where"),
        ("m.toml:5:", "does not say where the station stands"),
        ("m.toml:7:", "write column = \"…\" under [time]"),
        ("m.toml:8: `time.formats` has \"%Q\"", "month and day"),
        ("m.toml:8: `time.formats` has \"%H:%M\"", "month and day"),
        ("m.toml:11: unknown parameter \"pm2\"", "did you mean"),
        ("m.toml:15: \"ppb\" cannot be carried into ug/m3 for pm25", "ug/m3"),
    ] {
        assert!(found.iter().any(|m| m.starts_with(place) && m.contains(words)), "{place} {words} in {found:#?}");
    }
    assert_eq!(found.len(), 12, "{found:#?}");
}

#[test]
fn a_mapping_without_values_or_with_two_kinds_of_them_is_refused() {
    let head = GOOD.split("[[value]]").next().unwrap();
    assert!(mistakes(head)[0].contains("no column has values"));
    let both = format!("{GOOD}[long]\nparameter = \"p\"\nvalue = \"v\"\n");
    assert!(mistakes(&both)[0].contains("both [[value]] and [long]"));
    let none = GOOD.replace("column = \"总磷\"\n", "");
    assert!(mistakes(&none)[0].contains("names no column"), "{:?}", mistakes(&none));
    assert!(mistakes("period = \"PT1H")[0].starts_with("m.toml:1:"));
}

fn read(format: &str, text: &str, collected: &str) -> Option<String> {
    let read = TimeFormat::parse(format).unwrap().read(text, collected.parse().ok());
    read.map(|time| match time {
        Clockless::At(at) => at.to_rfc3339(),
        Clockless::Local(local) => local.to_string(),
        Clockless::Date(date) => date.to_string(),
    })
}

#[test]
fn times_are_read_as_tables_write_them() {
    for (format, text, expected) in [
        ("%Y-%m-%d %H:%M:%S", "2018-01-01 07:00:00", "2018-01-01 07:00:00"),
        ("%Y%m%d %H", "20150301 7", "2015-03-01 07:00:00"),
        ("%Y%m%d %H", "20150301 24", "2015-03-02 00:00:00"),
        ("%Y-%m-%d %H:%M", "2024-02-29 24:00", "2024-03-01 00:00:00"),
        ("%Y%m%d", "20150301", "2015-03-01"),
        ("%d.%m.%Y", "01.03.2015", "2015-03-01"),
        ("%Y-%m-%dT%H:%M:%S%z", "2018-01-01T08:00:00+0800", "2018-01-01T00:00:00+00:00"),
    ] {
        assert_eq!(read(format, text, "").as_deref(), Some(expected), "{format} {text}");
    }
    for (format, text) in [
        ("%Y-%m-%d %H:%M", "2024-02-30 00:00"),
        ("%Y-%m-%d %H:%M", "2024-02-28 24:30"),
        ("%Y-%m-%d %H:%M", "2024-02-28"),
        ("%Y-%m-%d", "2024-02-28 10:00"),
    ] {
        assert_eq!(read(format, text, ""), None, "{format} {text}");
    }
}

#[test]
fn a_time_without_a_year_is_the_one_nearest_to_the_day_of_collection() {
    let at = |text, collected| read("%m-%d %H:%M", text, collected);
    assert_eq!(at("11-07 16:00", "2025-11-07").as_deref(), Some("2025-11-07 16:00:00"));
    // Read in the first minutes of a year: the last hours of the year before. And the other way round.
    assert_eq!(at("12-31 20:00", "2026-01-01").as_deref(), Some("2025-12-31 20:00:00"));
    assert_eq!(at("01-01 00:00", "2025-12-31").as_deref(), Some("2026-01-01 00:00:00"));
    assert_eq!(at("02-29 08:00", "2024-03-01").as_deref(), Some("2024-02-29 08:00:00"));
    assert_eq!(at("02-29 08:00", "2026-03-01"), None, "no such day near");
    assert_eq!(at("11-07 16:00", ""), None, "nobody knows the year");
    assert_eq!(read("%m-%d", "11-07", "2025-11-08").as_deref(), Some("2025-11-07"));
}
