//! `wqx` against lines; against real files in `real`.

mod real;

use super::{header_fault, read};
use crate::formats::Format;
use crate::testing::pipeline;

pub(super) const HEADER: &str = "Location_Identifier,Activity_TypeCode,Activity_Media,Activity_StartDate,\
     Activity_StartTime,Activity_StartTimeZone,Activity_DepthHeightMeasure,Activity_DepthHeightMeasureUnit,\
     Result_ResultDetectionCondition,Result_Characteristic,Result_SampleFraction,Result_MethodSpeciation,\
     Result_Measure,Result_MeasureUnit,Result_MeasureQualifierCode,Result_MeasureStatusIdentifier,\
     Result_StatisticalBase,ResultAnalyticalMethod_Identifier,DetectionLimit_TypeA,DetectionLimit_MeasureA,\
     DetectionLimit_MeasureUnitA";

const CREEK: &str = "USGS-05406500,water,溪,BLACK EARTH CREEK,43.1,-89.7,,\n";

/// A line of total phosphorus, 0.05 mg/L as P, with other cells by the names of their columns.
fn line(other: &[(&str, &str)]) -> String {
    let usual = [
        ("Location_Identifier", "USGS-05406500"),
        ("Activity_TypeCode", "\"Sample - Routine, regular\""),
        ("Activity_Media", "Water"),
        ("Activity_StartDate", "2023-07-25"),
        ("Activity_StartTime", "09:00:00"),
        ("Activity_StartTimeZone", "CDT"),
        ("Result_Characteristic", "Phosphorus"),
        ("Result_SampleFraction", "Unfiltered"),
        ("Result_MethodSpeciation", "as P"),
        ("Result_Measure", "0.05"),
        ("Result_MeasureUnit", "mg/L"),
    ];
    for (name, _) in other {
        assert!(HEADER.split(',').any(|column| column == *name), "{name}");
    }
    let cell = |column: &str| {
        let of =
            |cells: &[(&str, &str)]| cells.iter().find(|(name, _)| *name == column).map(|(_, cell)| cell.to_string());
        of(other).or_else(|| of(&usual)).unwrap_or_default()
    };
    HEADER.split(',').map(cell).collect::<Vec<_>>().join(",") + "\n"
}

fn outcome(other: &[(&str, &str)]) -> String {
    let pipeline = pipeline("Asia/Shanghai", CREEK);
    let items = read(Format::Wqx, &pipeline, &format!("{HEADER}\n{}", line(other)));
    assert_eq!(items.len(), 1, "a line is one entry");
    items[0].clone()
}

#[test]
fn the_time_is_in_the_zone_of_the_line() {
    for (time, zone, expected) in [
        ("09:00:00", "CDT", "07-25T14:00Z"),
        ("09:00", "CST", "07-25T15:00Z"),
        ("20:30:00", "EST", "07-26T01:30Z"),
        ("20:30:00", "EDT", "07-26T00:30Z"),
        ("09:00:00", "UTC", "07-25T09:00Z"),
        ("09:00:00", "GMT", "07-25T09:00Z"),
        ("23:59:00", "NST", "07-26T03:29Z"),
    ] {
        let other = [("Activity_StartTime", time), ("Activity_StartTimeZone", zone)];
        assert_eq!(outcome(&other), format!("USGS-05406500 tp {expected} 0.05 mg/L"), "{time} {zone}");
    }
    for other in [
        ("Activity_StartTime", ""),
        ("Activity_StartTime", "24:00:00"),
        ("Activity_StartTime", "09:00:60"),
        ("Activity_StartTime", "9:00:00 AM"),
        ("Activity_StartTimeZone", ""),
        ("Activity_StartTimeZone", "Central"),
        ("Activity_StartDate", "07/25/2023"),
        ("Activity_StartDate", "2023-02-29"),
        ("Activity_StartDate", "+262142-01-01"),
    ] {
        assert_eq!(outcome(&[other]), "rejected bad_time", "{other:?}");
    }
}

#[test]
fn only_what_is_the_parameter_is_taken_as_it() {
    let unknown = "quarantined unknown_parameter";
    let other_unit = "rejected unit_not_convertible";
    let tp = |value: &str, unit: &str| format!("USGS-05406500 tp 07-25T14:00Z {value} {unit}");
    for (characteristic, fraction, basis, unit, expected) in [
        ("Phosphorus", "Total", "", "ug/l", tp("0.05", "ug/L").as_str()),
        ("PHOSPHORUS", "Total", "", "mg/l as P", &tp("0.05", "mg/L")),
        ("Phosphorus", "Total", "as P", "mg/l as P", &tp("0.05", "mg/L")),
        ("Phosphorus", "Dissolved", "as P", "mg/L", unknown),
        ("Phosphorus", "Filtered field and/or lab", "as P", "mg/L", unknown),
        ("Phosphorus", "Bed Sediment", "", "mg/kg as P", unknown),
        ("Phosphorus", "", "as P", "mg/L", unknown),
        ("Orthophosphate", "Unfiltered", "as P", "mg/L", unknown),
        ("Phosphorus", "Total", "as PO4", "mg/L", other_unit),
        ("Phosphorus", "Total", "", "mg/l PO4", other_unit),
        ("Phosphorus", "Total", "as P", "mg/l PO4", other_unit),
        ("Phosphorus", "Total", "as P", "mg/kg", other_unit),
        ("Phosphorus", "Total", "as P", "", other_unit),
        (
            "Ammonia and ammonium",
            "Filtered field and/or lab",
            "as N",
            "mg/L",
            "USGS-05406500 nh3n 07-25T14:00Z 0.05 mg/L",
        ),
        ("Ammonia and ammonium", "Dissolved", "as NH4", "mg/L", other_unit),
        ("Ammonia and ammonium", "Dissolved", "", "mg/L", other_unit),
        ("\"Stream flow, instantaneous\"", "", "", "ft3/sec", "USGS-05406500 flow 07-25T14:00Z 0.05 ft3/s"),
        ("pH", "Unfiltered", "", "standard units", "USGS-05406500 ph 07-25T14:00Z 0.05 1"),
        ("Dissolved oxygen (DO)", "Unfiltered", "", "%", other_unit),
        ("Suspended Sediment Concentration (SSC)", "Unfiltered", "", "mg/L", unknown),
    ] {
        let other = [
            ("Result_Characteristic", characteristic),
            ("Result_SampleFraction", fraction),
            ("Result_MethodSpeciation", basis),
            ("Result_MeasureUnit", unit),
        ];
        assert_eq!(outcome(&other), expected, "{characteristic} {fraction} {basis} {unit}");
    }
    assert_eq!(outcome(&[("Activity_Media", "Sediment")]), unknown);
    assert_eq!(outcome(&[("Location_Identifier", "USGS-1")]), "quarantined unknown_station");
}

#[test]
fn words_are_no_numbers_and_limits_are_no_results() {
    for (other, expected) in [
        (vec![("Result_Measure", "INVALID 26.8039")], "rejected not_a_number"),
        (vec![("Result_Measure", "\"0,05\"")], "rejected not_a_number"),
        (vec![("Result_Measure", "")], "quarantined not_a_reading"),
        (vec![("Result_Measure", "<0.02")], "USGS-05406500 tp 07-25T14:00Z 0.02 mg/L <"),
        (vec![("Result_Measure", "< 0.02")], "USGS-05406500 tp 07-25T14:00Z 0.02 mg/L <"),
        (
            vec![("Result_Measure", "0.02"), ("Result_MeasureQualifierCode", "U")],
            "USGS-05406500 tp 07-25T14:00Z 0.02 mg/L <",
        ),
        (
            vec![("Result_Measure", "0.02"), ("Result_MeasureQualifierCode", "H; U")],
            "USGS-05406500 tp 07-25T14:00Z 0.02 mg/L <",
        ),
        (
            vec![
                ("Result_Measure", ""),
                ("Result_MeasureUnit", ""),
                ("Result_ResultDetectionCondition", "Not Detected"),
                ("DetectionLimit_TypeA", "Method Detection Limit"),
                ("DetectionLimit_MeasureA", "4"),
                ("DetectionLimit_MeasureUnitA", "ug/L"),
            ],
            "USGS-05406500 tp 07-25T14:00Z 4 ug/L <",
        ),
        (
            vec![
                ("Result_ResultDetectionCondition", "Not Detected"),
                ("DetectionLimit_TypeA", "Upper Quantitation Limit"),
                ("DetectionLimit_MeasureA", "4"),
                ("DetectionLimit_MeasureUnitA", "mg/L"),
            ],
            "quarantined below_detection",
        ),
        (vec![("Result_Measure", "<LOQ")], "rejected not_a_number"),
        (vec![("Result_MeasureQualifierCode", "H;J")], "USGS-05406500 tp 07-25T14:00Z 0.05 mg/L"),
        (
            vec![("Result_Measure", ""), ("Result_ResultDetectionCondition", "Not Detected")],
            "quarantined below_detection",
        ),
        (vec![("Result_ResultDetectionCondition", "below method detection limit")], "quarantined below_detection"),
        (
            vec![("Result_Measure", ""), ("Result_ResultDetectionCondition", "Not Reported")],
            "quarantined not_a_reading",
        ),
        (vec![("Result_ResultDetectionCondition", "Present Above Quantification Limit")], "quarantined not_a_reading"),
        (vec![("Result_ResultDetectionCondition", "a word of tomorrow")], "quarantined not_a_reading"),
    ] {
        assert_eq!(outcome(&other), expected, "{other:?}");
    }
}

#[test]
fn what_is_no_sample_of_the_surface_stands_aside() {
    let reading = "USGS-05406500 tp 07-25T14:00Z 0.05 mg/L";
    let depth =
        |depth, unit| outcome(&[("Activity_DepthHeightMeasure", depth), ("Activity_DepthHeightMeasureUnit", unit)]);
    for (text, unit) in [("0.5", "m"), ("1", "meters"), ("3", "feet"), ("100", "cm"), ("0", "ft")] {
        assert_eq!(depth(text, unit), reading, "{text} {unit}");
    }
    for (text, unit) in [("1.01", "m"), ("4", "feet"), ("157.0", "feet"), ("1", "fathom"), ("False", "m"), ("NaN", "m")]
    {
        assert_eq!(depth(text, unit), "quarantined not_a_reading", "{text} {unit}");
    }
    for other in [
        ("Activity_TypeCode", "Quality Control Sample-Field Replicate"),
        ("Activity_TypeCode", "Quality Control Sample-Reagent Blank"),
        ("Activity_TypeCode", "Sample-Composite Without Parents"),
        ("Result_StatisticalBase", "Mean"),
        ("Result_MeasureStatusIdentifier", "Rejected"),
        ("ResultAnalyticalMethod_Identifier", "ALGOR"),
    ] {
        assert_eq!(outcome(&[other]), "quarantined not_a_reading", "{other:?}");
    }
    for status in ["Preliminary", "Historical", "Accepted", "Final", "Provisional"] {
        assert_eq!(outcome(&[("Result_MeasureStatusIdentifier", status)]), reading);
    }
}

#[test]
fn a_second_result_of_one_moment_is_a_conflict_and_no_correction() {
    let pipeline = pipeline("Asia/Shanghai", CREEK);
    let text = format!("{HEADER}\n")
        + &line(&[])
        + &line(&[("Result_Measure", "50"), ("Result_MeasureUnit", "ug/L")])
        + &line(&[("Result_Measure", "0.06")])
        + &line(&[("Activity_StartTime", "10:00:00"), ("Result_Measure", "0.06")])
        + &line(&[("Activity_StartTime", "15:00:00"), ("Activity_StartTimeZone", "UTC"), ("Result_Measure", "0.07")]);
    assert_eq!(
        read(Format::Wqx, &pipeline, &text),
        [
            "USGS-05406500 tp 07-25T14:00Z 0.05 mg/L",
            "USGS-05406500 tp 07-25T14:00Z 50 ug/L",
            "rejected conflict",
            "USGS-05406500 tp 07-25T15:00Z 0.06 mg/L",
            "rejected conflict",
        ]
    );
}

#[test]
fn half_lines_and_foreign_headers_are_refused() {
    let pipeline = pipeline("Asia/Shanghai", CREEK);
    let whole = line(&[]);
    let text = format!(
        "{HEADER}\n{}\n{}{}",
        &whole[..60],
        whole.replace(",Water", ",\"Water"),
        whole.trim_end().to_owned() + ","
    );
    assert_eq!(read(Format::Wqx, &pipeline, &text), ["! damaged", "! damaged", "! damaged"]);
    let without = HEADER.replace("Result_Measure,", "Result_Sum,");
    let twice = format!("{HEADER},MonitoringLocationIdentifier");
    for (header, words) in [
        (without.as_str(), "`Result_Measure` or `ResultMeasureValue` is missing"),
        (twice.as_str(), "`MonitoringLocationIdentifier` stands twice"),
        ("station,parameter", "`Location_Identifier` or `MonitoringLocationIdentifier` is missing"),
    ] {
        let detail = header_fault(Format::Wqx, header);
        assert!(detail.contains(words), "{detail}");
    }
}
