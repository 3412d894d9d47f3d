//! Drinking-water sources: class III of GB 3838-2002 table 1, and the limits of tables 2 and 3, item by item.
//!
//! Water temperature, total nitrogen and faecal coliforms are reported apart, as monthly reports do. Groundwater sources
//! are judged by class III of GB/T 14848-2017.

use std::cmp::Ordering;

use limpid_model::station::Body;
use limpid_model::{Compared, Compliance, ParameterId, Unit};
use serde::Deserialize;

use crate::assess::gb3838::{GOOD, numeral};
use crate::assess::gbt14848;
use crate::assess::graded::{Graded, Values};
use crate::assess::limit::{Limit, Rule, multiple};
use crate::fixed::Mean;
use crate::standards::{self, Rules, TableError};

/// Id of the edition in `schemes_water.toml`.
pub const ID: &str = "gb3838-2002-source";

/// Level of a source that meets everything.
pub const MET: u8 = 1;
/// Level of a source that does not.
pub const EXCEEDED: u8 = 2;

const TABLE: &str = "gb3838_source.csv";

/// The limits of tables 2 and 3.
#[derive(Debug, Clone)]
pub struct Limits(Vec<(ParameterId, Limit)>);

#[derive(Deserialize)]
struct Row {
    parameter: String,
    unit: String,
    limit: String,
}

impl Limits {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown parameter or unit, and a cell that is no number.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut limits = Vec::new();
        for row in standards::rows::<Row>(TABLE, text)? {
            let parameter = standards::parameter(TABLE, &row.parameter)?;
            let unit = Unit::parse(&row.unit)
                .ok_or_else(|| TableError::content(TABLE, parameter, format!("{} is no unit", row.unit)))?;
            limits.push((parameter, Limit::parse(TABLE, parameter, unit, Rule::Max, &row.limit)?));
        }
        Ok(Self(limits))
    }
}

/// What a source of this body of water is judged by.
pub fn items(rules: &Rules, body: Body) -> Box<dyn Iterator<Item = ParameterId> + '_> {
    match body {
        Body::Groundwater => Box::new(rules.gbt14848.items()),
        _ => Box::new(rules.gb3838.items(body).chain(rules.sources.0.iter().map(|item| item.0))),
    }
}

/// Whether a source's raw water is as it must be, from values in canonical units. Every item that exceeds its limit is
/// named with its multiple, the largest first. Without an item of the plan there is no verdict, unless another one
/// exceeds its limit: that is enough.
pub fn judge(rules: &Rules, body: Body, plan: &[ParameterId], values: &Values) -> Graded {
    if body == Body::Groundwater {
        let by_class = gbt14848::judge(rules, plan, Some(GOOD), values);
        let items = by_class
            .items
            .into_iter()
            .map(|(parameter, class)| (parameter, class.map(|class| if class <= GOOD { MET } else { EXCEEDED })));
        return verdict(items.collect(), by_class.compliance.compared, Vec::new());
    }
    let mut items = Vec::new();
    let mut apart = Vec::new();
    let mut compared = Vec::new();
    let mut look = |parameter: ParameterId, limit: Option<(bool, Option<Compared>)>| match limit {
        Some((met, above)) => {
            items.push((parameter, Some(if met { MET } else { EXCEEDED })));
            compared.extend(above);
        }
        None if plan.contains(&parameter) => items.push((parameter, None)),
        None => {}
    };
    for item in rules.gb3838.of(body) {
        let value = values.get(&item.parameter).map(|value| item.rounded(*value));
        if !item.counts {
            apart.extend(value.map(|value| (item.parameter, Some(item.class(value)))));
            continue;
        }
        let judged = value.map(|value| {
            let met = item.meets(GOOD, value);
            let above = item.bound(GOOD, value).filter(|_| !met).map(|limit| Compared {
                parameter: item.parameter,
                value: value.to_f64(),
                limit: Mean::from(limit).to_f64(),
                multiple: item.multiple.then(|| multiple(value, limit)).flatten(),
            });
            (met, above)
        });
        look(item.parameter, judged);
    }
    let temperature = ParameterId::known("water_temperature");
    if values.contains_key(&temperature) {
        apart.push((temperature, None));
    }
    for (parameter, limit) in &rules.sources.0 {
        let judged = values.get(parameter).map(|value| {
            let above = limit.bound(*value).filter(|_| !limit.met(*value)).map(|bound| Compared {
                parameter: *parameter,
                value: value.to_f64(),
                limit: Mean::from(bound).to_f64(),
                multiple: multiple(*value, bound),
            });
            (limit.met(*value), above)
        });
        look(*parameter, judged);
    }
    verdict(items, compared, apart)
}

fn verdict(
    items: Vec<(ParameterId, Option<u8>)>,
    mut compared: Vec<Compared>,
    apart: Vec<(ParameterId, Option<u8>)>,
) -> Graded {
    let times = |compared: &Compared| compared.multiple.unwrap_or(0.0);
    compared.sort_by(|a, b| times(b).partial_cmp(&times(a)).unwrap_or(Ordering::Equal));
    let exceeded = items.iter().any(|item| item.1 == Some(EXCEEDED));
    let complete = !items.is_empty() && items.iter().all(|item| item.1.is_some());
    let level = if exceeded { Some(EXCEEDED) } else { complete.then_some(MET) };
    let compliance = Compliance {
        target: Some(numeral(GOOD).to_owned()),
        reached: level.map(|level| level == MET),
        compared,
        apart,
        ..Compliance::default()
    };
    let primary = compliance.compared.iter().map(|compared| compared.parameter).collect();
    Graded { level, reason: level.is_none().then_some("missing"), primary, items, compliance }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::testing::values;

    fn judged(body: Body, text: &str) -> (Option<u8>, String) {
        let graded = judge(Rules::built_in(), body, &[], &values(text));
        let names: Vec<_> = graded.primary.iter().map(|parameter| parameter.as_str()).collect();
        (graded.level, names.join(" "))
    }

    #[test]
    fn tables_2_and_3_are_whole() {
        assert_eq!(Rules::built_in().sources.0.len(), 5 + 80);
    }

    #[test]
    fn class_iii_and_the_further_limits_hold() {
        assert_eq!(judged(Body::River, "ph=7 do=5 codmn=6 sulfate=250 fe=0.3"), (Some(MET), String::new()));
        assert_eq!(judged(Body::River, "ph=7 codmn=6.1 fe=0.9").1, "fe codmn");
        // Benzo(a)pyrene 0.0000028 mg/L, kept in ug/L.
        assert_eq!(judged(Body::River, "benzo_a_pyrene=0.0028").0, Some(MET));
        assert_eq!(judged(Body::River, "benzo_a_pyrene=0.0029").0, Some(EXCEEDED));
        // A river's phosphorus is good up to 0.2 mg/L, a lake's up to 0.05.
        assert_eq!(judged(Body::River, "tp=0.15").0, Some(MET));
        assert_eq!(judged(Body::Lake, "tp=0.15 tn=9 fc=99999"), (Some(EXCEEDED), "tp".into()));
        assert_eq!(judged(Body::Lake, "tp=0.05 tn=9 fc=99999").0, Some(MET), "nitrogen and coliforms stand apart");
        assert_eq!(judged(Body::Groundwater, "nh3n=0.5 mn=0.11"), (Some(EXCEEDED), "mn".into()));
    }

    #[test]
    fn what_is_missing_could_be_the_one_that_exceeds() {
        let plan = ["ph", "fe"].map(ParameterId::known);
        let of = |text: &str| judge(Rules::built_in(), Body::River, &plan, &values(text)).level;
        assert_eq!([of("ph=7"), of("ph=7 fe=0.1"), of("fe=0.4"), of("")], [None, Some(MET), Some(EXCEEDED), None]);
    }
}
