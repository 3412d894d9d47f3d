//! The packets of a real receiver, and the standard's tables of codes.

use limpid_model::pipeline::{Edition, Files};
use limpid_model::{Pipeline, StationKind};

use super::conformance::works;
use super::*;
use crate::testing::shared;

#[test]
fn nothing_of_a_real_log_that_a_table_knows_is_set_aside() {
    let Some(folder) = shared("hj212-log") else { return };
    let log = std::fs::read(folder.join("rx_debug.log")).unwrap();
    let stations = "id,kind,name_zh,name_en,lat,lon,mn\nO1,outlet,一,O1,28,104,88888880000001 4201003\n\
                    A1,air,二,A1,28,104,Z13401000010301 41050022000017\n";
    let swapped =
        ["O1", "A1"].map(|id| format!("[[ingest.hj212.station]]\nstation = \"{id}\"\ncrc = \"modbus-swapped\"\n"));
    let pipeline = format!(
        "[publisher]\nid = \"t\"\nname = {{ zh = \"试\", en = \"T\" }}\nzone = \"Asia/Shanghai\"\n{}",
        swapped.concat()
    );
    let pipeline = Arc::new(Pipeline::parse(&Files { pipeline, stations: stations.into() }).unwrap());
    let session = Session::new(Arc::new(Spy::default()).intake(pipeline), "192.0.2.7".parse().unwrap());
    let entries = works(&session, &log).into_iter().flat_map(|work| work.upload.entries);
    let (mut taken, mut aside) = (0, std::collections::BTreeSet::new());
    for entry in entries {
        match entry {
            Entry::Reading(_) => taken += 1,
            Entry::Refused(refusal) if refusal.reason == Reason::UnknownParameter => {
                let code = refusal.detail.split('"').nth(1).unwrap().to_owned();
                for edition in [Edition::E2005, Edition::E2017] {
                    assert_eq!(codes::printed(&code, edition), None, "{}", refusal.detail);
                }
                aside.insert(code);
            }
            Entry::Refused(refusal) => assert_eq!(refusal.reason, Reason::Damaged, "{}", refusal.detail),
        }
    }
    assert!(taken > 0 && aside.contains("ua19004") && aside.contains("801"), "{taken} {aside:?}");
}

#[test]
fn every_code_of_the_standards_tables_is_a_parameter_of_its_medium() {
    for (edition, text) in [
        (Edition::E2005, include_str!("../../../../../../../data/hj212/codes_2005.csv")),
        (Edition::E2017, include_str!("../../../../../../../data/hj212/codes_2017.csv")),
    ] {
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.starts_with("code,")) {
            let mut cells = line.split(',');
            let (code, medium) = (cells.next().unwrap(), cells.next().unwrap());
            let kinds = match medium {
                // What only a flue has is not asked of ambient air.
                "air" => vec![StationKind::Outlet],
                "water" => vec![StationKind::Water, StationKind::Outlet],
                _ => vec![StationKind::Noise],
            };
            for kind in kinds {
                let factor = codes::factor(code, kind, edition);
                assert!(factor.is_some_and(|factor| factor.is_of(edition)), "{code} of {edition:?} at {kind:?}");
            }
        }
    }
}

#[test]
fn flue_gas_is_kept_in_the_unit_of_its_table() {
    let flue = |area: &str, flag| {
        let data = format!(
            "QN=20261125093000000;ST=31;CN=2011;PW=123456;MN=LD130133000015;Flag={flag};CP=&&DataTime=20261125080000;{area}&&"
        );
        entries(&data).iter().map(|entry| entry.replace(" PT0S 11-25T00:00:00 ", " ")).collect::<Vec<_>>()
    };
    assert_eq!(
        flue("a34013-Rtd=12.5;a19001-Rtd=9.1;a01011-Rtd=8.2;a01012-Rtd=110;a01013-Rtd=-0.35;a01014-Rtd=11.2", 5),
        [
            "dust 12.5 unmarked",
            "oxygen 9.1 unmarked",
            "flue_velocity 8.2 unmarked",
            "flue_temperature 110 unmarked",
            "flue_pressure -0.35 unmarked",
            "flue_humidity 11.2 unmarked"
        ]
    );
    assert_eq!(
        flue("a21024-Rtd=3;a21018-Rtd=0.2;a24088-Rtd=14;a25002-Rtd=0.1;a20058-Rtd=50;w01020-Rtd=8", 5),
        [
            "hcl 3 unmarked",
            "fluoride_air 0.2 unmarked",
            "nmhc 14 unmarked",
            "benzene_air 0.1 unmarked",
            "hg_air 0.00005 unmarked",
            "toc 8 unmarked"
        ]
    );
    // 2005: pressure in MPa; 023 is chromium of water in mg/L, and 11 chlorine.
    assert_eq!(
        flue("01-Rtd=20;S01-Rtd=9;S08-Rtd=-0.0005;023-Rtd=0.01;11-Rtd=2", 1),
        [
            "dust 20 unmarked",
            "oxygen 9 unmarked",
            "flue_pressure -0.5 unmarked",
            "cr 10 unmarked",
            "chlorine 2 unmarked"
        ]
    );
}
