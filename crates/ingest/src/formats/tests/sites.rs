//! Lists of sites, made-up ones and those of ../shared.

use limpid_model::pipeline::{Files, Pipeline};

use crate::formats::sites::{Site, SiteError, SiteList, Sites};
use crate::testing::shared;

const PIPELINE: &str = "[publisher]\nid = \"t\"\nname = \"T\"\nzone = \"Asia/Shanghai\"\n";

/// The rows, as `limpid check` would read them.
fn registry(sites: &Sites) -> Pipeline {
    let mut csv = Vec::new();
    sites.write(&mut csv).unwrap();
    let files = Files { pipeline: PIPELINE.into(), stations: String::from_utf8(csv).unwrap() };
    Pipeline::parse(&files).unwrap_or_else(|mistakes| panic!("{:?}", mistakes.0))
}

fn real(list: SiteList, folder: &str, name: &str) -> Option<Sites> {
    let bytes = std::fs::read(shared(folder)?.join(name)).unwrap();
    Some(list.read(&bytes).unwrap())
}

#[test]
fn the_national_points_in_gbk_become_stations_but_for_those_without_coordinates() {
    let Some(sites) = real(SiteList::CnemcSite, "air-cnemc-site", "NewSiteList.csv") else { return };
    // Counted with iconv and awk: 2,026 sites, of which ten have empty coordinates.
    assert_eq!((sites.rows.len(), sites.left_out.len()), (2016, 10));
    assert_eq!(sites.left_out[0], (46, "1045A (市政府) has no coordinates".into()));
    assert_eq!(sites.left_out[9], (1560, "3019A (西沙) has no coordinates".into()));
    let registry = registry(&sites);
    let first = registry.stations.get_str("1001A").unwrap();
    assert_eq!((first.name.get("zh"), first.area.as_str()), ("万寿西宫", "北京"));
    assert_eq!((first.lat, first.lon), (39.8784, 116.3621));
    // A name with brackets of ASCII within Chinese.
    assert_eq!(registry.stations.get_str("1002A").unwrap().name.get("zh"), "定陵(对照点)");
}

#[test]
fn monitors_that_were_taken_down_are_closed_stations() {
    let Some(sites) = real(SiteList::BcnNoise, "noise-barcelona", "XarxaSoroll_EquipsMonitor_Instal.csv") else {
        return;
    };
    assert_eq!((sites.rows.len(), sites.left_out.len()), (737, 0), "{:?}", sites.left_out);
    let date = |text: &str| Some(text.parse().unwrap());
    let first = Site {
        id: limpid_model::StationId::parse("186").unwrap(),
        kind: limpid_model::StationKind::Noise,
        name: "C Tuset 8".into(),
        area: "Sarrià-Sant Gervasi".into(),
        lat: 41.39545,
        lon: 2.152753,
        from: date("2014-01-29"),
        to: date("2015-01-16"),
    };
    assert_eq!(sites.rows[0], first);
    assert_eq!(registry(&sites).stations.len(), 737);
}

#[test]
fn german_stations_have_their_first_day() {
    let Some(sites) = real(SiteList::Uba, "air-germany-uba", "stations_active.csv") else { return };
    assert_eq!((sites.rows.len(), sites.left_out.len()), (893, 0), "{:?}", sites.left_out);
    let first = &sites.rows[0];
    assert_eq!(
        (first.id.as_str(), first.name.as_str(), first.lat, first.lon),
        ("DEBB007", "Elsterwerda", 51.462734, 13.526796)
    );
    assert_eq!((first.from, first.to), (Some("1992-09-01".parse().unwrap()), None));
    assert_eq!(registry(&sites).stations.len(), 893);
}

#[test]
fn what_cannot_stand_in_a_registry_is_left_out_with_the_reason() {
    let list = "监测点编码,监测点名称,城市,经度,纬度\n\
                1A,甲,京,116.1,39.1\n\
                1A,乙,京,116.2,39.2\n\
                2A,丙,京,--,—\n\
                3A,丁,京,39.3,116.3\n\
                4A,,京,116.4,39.4\n\
                一,戊,京,116.5,39.5\n\
                5A,己,京,0,0\n\
                6A\n";
    let sites = SiteList::CnemcSite.read(list.as_bytes()).unwrap();
    assert_eq!(sites.rows.iter().map(|site| site.name.as_str()).collect::<Vec<_>>(), ["甲"]);
    let told: Vec<(u64, &str)> = sites.left_out.iter().map(|(line, why)| (*line, why.as_str())).collect();
    let expected = [
        (3, "1A stands there twice; the first is taken"),
        (4, "2A (丙) has no coordinates"),
        (5, "3A (丁) has no coordinates"),
        (6, "4A has no name"),
        (7, "\"一\" cannot be a station's id"),
        (8, "5A (己) has no coordinates"),
        (9, "6A has no name"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn another_file_is_told_by_its_columns_and_its_bytes() {
    let read = |bytes: &[u8]| SiteList::Uba.read(bytes).unwrap_err().to_string();
    assert_eq!(read(b"a,b\n1,2\n"), "there is no column \"station_code\" in the first line; is it another list?");
    let broken = b"station_code,station_name,station_latitude_d,station_longitude_d,station_start_date,station_end_date\n\xff\xff\n";
    assert!(matches!(SiteList::Uba.read(broken), Err(SiteError::Encoding { line: 2, .. })));
    let unknown = "cnemc".parse::<SiteList>().unwrap_err().to_string();
    assert_eq!(unknown, "unknown list \"cnemc\"; known are cnemc-site, uba, bcn-noise");
}
