//! Values that dischargers of the United States reported, against the violations that EPA's ECHO names for them.

use std::path::Path;

use limpid_transform::compliance::reported::{Outcome, Qualifier, Reported, judge};

/// The charts, or nothing where the shared folder is absent.
fn charts() -> Vec<Vec<csv::StringRecord>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/permits-us-echo");
    if !folder.is_dir() {
        println!("skipped: ../shared/data/permits-us-echo is absent");
        return Vec::new();
    }
    let names = ["effluent_chart_79e012.csv", "effluent_chart_81e3b7.csv", "effluent_chart_TX0119407_flow.csv"];
    let read = |name: &&str| {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(folder.join(name)).unwrap();
        reader.records().collect::<Result<Vec<_>, _>>().unwrap()
    };
    names.iter().map(read).collect()
}

/// Of 1190 values our exceedances are the eight that ECHO calls E90, "limited, numeric violation", each with its percentage. No other
/// code of a violation of a limit stands in the charts.
#[test]
fn exceedances_are_the_violations_that_echo_names() {
    let (mut rows, mut exceeded, mut no_value) = (0, 0, 0);
    for chart in charts() {
        let (headers, values) = chart.split_first().unwrap();
        let place = |name: &str| headers.iter().position(|header| header == name).unwrap();
        for row in values {
            let cell = |name: &str| row.get(place(name)).unwrap_or_default();
            let number = |name: &str| cell(name).parse::<f64>().ok();
            // Value and limit are compared in the units that ECHO carries both into.
            let outcome = judge(&Reported {
                value: number("dmr_value_standard_units"),
                value_as: Qualifier::parse(cell("dmr_value_qualifier_code")).unwrap(),
                limit: number("limit_value_standard_units"),
                limit_as: Qualifier::parse(cell("limit_value_qualifier_code")).unwrap(),
            });
            let percent = match outcome {
                Outcome::Exceeded { percent } => percent.map(|percent| percent.to_string()),
                Outcome::Open => panic!("{row:?}"),
                _ => None,
            };
            let id = cell("dmr_form_value_id");
            assert_eq!(matches!(outcome, Outcome::Exceeded { .. }), cell("violation_code") == "E90", "{id}");
            assert_eq!(percent.unwrap_or_default(), cell("exceedence_pct"), "{id}");
            assert_eq!(
                outcome == Outcome::NoValue || outcome == Outcome::NoLimit && cell("dmr_value_nmbr").is_empty(),
                !cell("nodi_code").is_empty(),
                "{id}"
            );
            rows += 1;
            exceeded += usize::from(cell("violation_code") == "E90");
            no_value += usize::from(!cell("nodi_code").is_empty());
        }
    }
    // Nothing was read where the folder is absent.
    let counted = (rows, exceeded, no_value);
    assert!(rows == 0 || counted == (1190, 8, 234), "{counted:?}");
}
