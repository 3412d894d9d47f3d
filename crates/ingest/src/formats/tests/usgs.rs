//! Answers of waterservices.usgs.gov: those of ../shared, and made-up ones with everything wrong.

use limpid_model::Counts;

use super::file;
use crate::formats::{Format, Progress, import};
use crate::testing::{intake, kept, pipeline, shared};

const CREEKS: &str = "01491000,water,河,Choptank,39,-75.8,,\nUSGS-02177000,water,溪,Chattooga,34.8,-83.3,,\n";

async fn imported(bytes: &[u8], name: &str) -> (Counts, Vec<String>, Vec<String>) {
    let (_folder, door) = intake(pipeline("America/New_York", CREEKS));
    let (_file, path) = file(name, bytes);
    let summary = import(&door, Format::UsgsNwis, &[path], &Progress::none()).await.unwrap();
    (summary.counts, kept(&door, "01491000").await, kept(&door, "USGS-02177000").await)
}

fn real(name: &str) -> Option<Vec<u8>> {
    Some(std::fs::read(shared("water-usgs-wqp")?.join(name)).unwrap())
}

#[tokio::test]
async fn daily_discharges_of_an_rdb_file_are_days_in_cubic_metres() {
    let Some(bytes) = real("RDB1Example.txt") else { return };
    let (counts, _, days) = imported(&bytes, "rdb.txt").await;
    // 31 lines behind the names and types, by grep.
    assert_eq!(counts, Counts { stored: 31, ..Counts::default() });
    // 191 ft3/s x 0.028316846592, by hand; the first of September begins at 04:00 UTC in New York.
    assert_eq!(days[0], "flow P1D 2012-09-01T04:00:00Z 5.408517699072");
    assert_eq!(days.len(), 31);
}

#[tokio::test]
async fn daily_means_in_json_are_taken_and_maxima_are_not() {
    let Some(bytes) = real("waterservices_dv.txt") else { return };
    let (counts, days, _) = imported(&bytes, "dv.json").await;
    // Discharge of two sites on two days; the other series have no values. One site is not in the registry.
    assert_eq!(counts, Counts { stored: 2, quarantined: 2, ..Counts::default() });
    // 466 and 362 ft3/s.
    assert_eq!(
        days,
        ["flow P1D 2020-02-14T05:00:00Z 13.195650511872", "flow P1D 2020-02-15T05:00:00Z 10.250698466304"]
    );
}

#[tokio::test]
async fn moments_in_json_have_their_offset_and_the_gauge_is_kept_aside() {
    let Some(bytes) = real("waterservices_iv.txt") else { return };
    let (counts, moments, _) = imported(&bytes, "iv.json").await;
    // Five discharges of Choptank; its five gauge heights, which limpid has no parameter for, and all ten of the other site.
    assert_eq!(counts, Counts { stored: 5, quarantined: 15, ..Counts::default() });
    assert_eq!(moments[0], "flow PT0S 2019-02-14T05:00:00Z 27.580608580608");
    assert_eq!(moments[4], "flow PT0S 2019-02-14T06:00:00Z 27.04258849536");
}

#[tokio::test]
async fn words_gaps_products_and_broken_lines_of_rdb_cost_themselves_only() {
    let text = "# a comment\n\
        agency_cd\tsite_no\tdatetime\ttz_cd\t7_00010\t7_00010_cd\t8_00060\t8_00060_cd\t9_00010_00001\n\
        5s\t15s\t20d\t6s\t14n\t10s\t14n\t10s\t14n\n\
        USGS\t01491000\t2026-03-08 01:30\tEST\t4.5\tP\tIce\tP\t9\n\
        USGS\t01491000\t2026-03-08 03:30\tEDT\t4.6\tP\t\t\t9\n\
        USGS\t01491000\t2026-03-08 03:45\tXYZ\t4.7\tP\t\t\t9\n\
        USGS\t01491000\t2026-03-08 04:00\tEDT\tmany\tP\t\t\t9\n\
        USGS\t01491000\t2026-03-08 04:15\tEDT\t4.8\n\
        # another site\n\
        agency_cd\tsite_no\tdatetime\t3_00060_00003\t3_00060_00003_cd\n\
        5s\t15s\t20d\t14n\t10s\n\
        USGS\t02177000\t2026-03-07\t100\tA\n\
        USGS\t02177000\t2026-03-08 00:00\t100\tA\n";
    let (counts, moments, days) = imported(text.as_bytes(), "rdb.txt").await;
    assert_eq!(counts, Counts { stored: 4, rejected: 4, ..Counts::default() });
    let expected = [
        "flow PT0S 2026-03-08T06:30:00Z null",
        "water_temperature PT0S 2026-03-08T06:30:00Z 4.5",
        "water_temperature PT0S 2026-03-08T07:30:00Z 4.6",
    ];
    assert_eq!(moments, expected);
    assert_eq!(days, ["flow P1D 2026-03-07T05:00:00Z 2.8316846592"]);
}

#[tokio::test]
async fn other_files_are_told_what_they_are_not() {
    let (_folder, door) = intake(pipeline("America/New_York", CREEKS));
    for (text, words) in [
        ("a\tb\n1\t2\n", "no line with agency_cd"),
        ("# only comments\n", "has no table"),
        ("agency_cd\tsite_no\n", "there is no column datetime"),
        ("{\"value\":{}}", "not an answer of waterservices.usgs.gov"),
    ] {
        let (_file, path) = file("x.txt", text.as_bytes());
        let error = import(&door, Format::UsgsNwis, &[path], &Progress::none()).await.unwrap_err();
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
}
