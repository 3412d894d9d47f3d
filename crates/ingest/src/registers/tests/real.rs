//! The real files. What is expected was counted with jq, awk and Python, not with this code.

use std::path::PathBuf;

use serde_json::json;

use super::{Desk, counts};

fn shared(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if !path.exists() {
        println!("skipped: {} is absent", path.display());
        return None;
    }
    Some(path)
}

const PERMITS: &str = include_str!("../../../../../pipelines/demo/registers/permits.toml");

#[tokio::test]
async fn ningxias_enterprises_and_their_limits_are_permits() {
    let (Some(list), Some(trend)) =
        (shared("permits-cn-ningxia/DataAll.json"), shared("permits-cn-ningxia/Enterprise_All_trend.json"))
    else {
        return;
    };
    let desk = Desk::new(PERMITS);
    let mapping = r#"
[fields]
number = "许可证"
holder = "企业名称"
credit_code = "代码"
area = "市"
industry = "行业"
lat = "lat"
lon = "lng"
"#;
    let (summary, _) = desk.import(&list, mapping, false).await;
    // 147 enterprises, 51 of them without a number.
    assert_eq!((summary.records, summary.added, summary.refused), (147, 96, 51));
    let limits = r#"
match = "holder"
[fields]
holder = "enterpriseName"
[[table]]
name = "outlets"
rows = "outlets"
fields = { code = "outlets.outletName" }
[[table]]
name = "limits"
rows = "outlets.pollutants"
fields = { outlet = "outlets.outletName", pollutant = "outlets.pollutants.pollutantName", value = "outlets.pollutants.standard", unit = "outlets.pollutants.unit" }
constant = { kind = "concentration" }
"#;
    let (summary, _) = desk.import(&trend, limits, false).await;
    assert_eq!((counts(summary), summary.records), ([0, 96, 0, 51, 51], 147));
    // 上实环境（银川）污水处理有限公司, read in the file itself.
    let values = desk.values("91640000321673484F001W").await;
    assert_eq!(values["lat"], json!(38.46666667));
    let expected = json!({"outlet": "废水排放口", "pollutant": "化学需氧量", "kind": "concentration", "value": 50, "unit": "mg/L"});
    assert_eq!((values["limits"].as_array().unwrap().len(), &values["limits"][0]), (4, &expected));
}

const SOURCES: &str = r#"
title = { zh = "排放源", en = "Emission sources" }
key = "id"
name = "name"
[[field]]
name = "id"
type = "text"
label = "id"
scan = false
[[field]]
name = "name"
type = "text"
label = "name"
required = true
[[field]]
name = "region"
type = "text"
label = "region"
filter = true
[[field]]
name = "heat"
type = "number"
label = "heat input"
unit = "MW"
[[field]]
name = "operator"
type = "text"
label = "operator"
disclosure = "withheld"
reason = "privacy"
[[field]]
name = "emissions"
type = "table"
label = "emissions"
[[field.column]]
name = "substance"
type = "text"
label = "substance"
filter = true
[[field.column]]
name = "quantity"
type = "number"
label = "quantity"
unit = "t/a"
"#;

#[tokio::test]
async fn the_czech_source_register_and_its_emissions_are_joined() {
    let (Some(sources), Some(emissions)) =
        (shared("permits-cz-emis/2019_zdroje.csv"), shared("permits-cz-emis/2019_emise.csv"))
    else {
        return;
    };
    let desk = Desk::new(SOURCES);
    let fields = "[fields]\nid = \"id\"\nname = \"nazev\"\nregion = \"nuts3\"\nheat = \"prikon\"\noperator = \"adm\"\n";
    let (summary, lines) = desk.import(&sources, fields, false).await;
    assert_eq!(counts(summary), [9454, 0, 0, 0, 0], "{:?}", lines.iter().find(|line| line.key.is_none()));
    let rows = r#"
[fields]
id = "zdroj_id"
[[table]]
name = "emissions"
fields = { substance = "nazev", quantity = "mnozstvi" }
"#;
    let (summary, lines) = desk.import(&emissions, rows, false).await;
    assert_eq!(counts(summary), [0, 8031, 0, 0, 0], "{:?}", lines.first());
    let newest =
        desk.journal.registers().newest_revisions("permits", vec!["730590013".into()]).await.unwrap().remove(0);
    let newest = newest.unwrap();
    assert_eq!((newest.revision, newest.values.text("name")), (2, Some("AAA AUTO International Praha - lakovna")));
    // The three rows of the file with zdroj_id 730590013 begin with these two.
    assert_eq!(newest.values.get("emissions").unwrap()[0], json!({"substance": "oxidy dusíku", "quantity": 0.062}));
    let written = serde_json::to_string(&desk.register.disclose(&newest.values)).unwrap();
    assert!(!written.contains("22341609"), "the operator's number is withheld: {written}");
}

#[tokio::test]
async fn echo_charts_become_limits_each_once() {
    let Some(chart) = shared("permits-us-echo/effluent_chart_TX0119407_flow.csv") else { return };
    let desk = Desk::new(PERMITS);
    let mapping = r#"
date_format = "%m/%d/%Y"
[fields]
number = "npdes_id"
[constant]
holder = "TX0119407"
[[table]]
name = "limits"
unique = true
fields = { outlet = "perm_feature_nmbr", pollutant = "parameter_desc", value = "limit_value_nmbr", unit = "limit_unit_desc", standard = "statistical_base_short_desc" }
"#;
    let (summary, lines) = desk.import(&chart, mapping, false).await;
    assert_eq!(counts(summary), [1, 0, 0, 0, 0], "{lines:?}");
    let values = desk.values("TX0119407").await;
    // Daily maximum to be reported only, daily average 0.131 MGD (SOURCE.md and the file).
    assert_eq!(
        values["limits"],
        json!([
            {"outlet": "001", "pollutant": "Flow, in conduit or thru treatment plant", "unit": "MGD", "standard": "DAILY MX"},
            {"outlet": "001", "pollutant": "Flow, in conduit or thru treatment plant", "value": 0.131, "unit": "MGD", "standard": "DAILY AV"},
        ])
    );
}

#[tokio::test]
async fn charts_of_echo_are_permits_with_what_was_reported_against_them() {
    const REGISTER: &str = include_str!("../../../../../data/permits/us-echo/effluent-charts.toml");
    const MAPPING: &str = include_str!("../../../../../data/permits/us-echo/mapping.toml");
    let charts = ["effluent_chart_79e012.csv", "effluent_chart_81e3b7.csv"];
    let [Some(first), Some(second)] = charts.map(|name| shared(&format!("permits-us-echo/{name}"))) else { return };
    let desk = Desk::new(REGISTER);
    for chart in [first, second] {
        let (summary, lines) = desk.import(&chart, MAPPING, false).await;
        assert_eq!(counts(summary), [1, 0, 0, 0, 0], "{lines:?}");
    }
    let values = desk.values("TX0119407").await;
    let reports = values["reports"].as_array().unwrap();
    let violations: Vec<_> = reports.iter().filter(|row| row["violation"] == "E90").collect();
    assert_eq!((reports.len(), violations.len()), (720, 8));
    // Ammonia of March 2022: 3.12 mg/L of 3 permitted as a daily average, which ECHO calls 4 percent.
    let ammonia = json!({
        "month": "2022-03-31", "outlet": "001", "pollutant": "Nitrogen, ammonia total [as N]", "average": "DAILY AV",
        "qualifier": "=", "value": 3.12, "permitted": 3, "unit": "mg/L", "violation": "E90", "percent": 4
    });
    assert!(violations.contains(&&ammonia), "{violations:?}");
    let oxygen = json!({
        "outlet": "001", "pollutant": "Oxygen, dissolved [DO]", "average": "MO MIN", "sense": ">=", "value": 4,
        "unit": "mg/L", "from": "2020-01-01", "to": "2024-12-06"
    });
    assert!(values["limits"].as_array().unwrap().contains(&oxygen), "{}", values["limits"]);
    let other = desk.values("TX0124362").await;
    assert_eq!(other["reports"].as_array().unwrap().len(), 390);
    assert!(other["reports"].as_array().unwrap().iter().all(|row| row.get("violation").is_none()));
}
