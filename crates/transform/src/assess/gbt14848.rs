//! Groundwater by GB/T 14848-2017: the worst of the items gives the class, 1 to 5.

use limpid_model::{Compared, Compliance, ParameterId, Unit};
use serde::Deserialize;

use crate::assess::gb3838::numeral;
use crate::assess::graded::{Graded, Values};
use crate::assess::limit::{Limit, Rule, multiple};
use crate::fixed::Mean;
use crate::standards::{self, Rules, TableError};

/// Id of the edition in `schemes_water.toml`.
pub const ID: &str = "gbt14848-2017";

const TABLE: &str = "gbt14848.csv";

/// Class III: the limits that lead pollutants are put against.
const GOOD: u8 = 3;

/// Worse than the limits of class IV.
const WORST: u8 = 5;

/// The limits, in the standard's order.
#[derive(Debug, Clone)]
pub struct Classes(Vec<(ParameterId, [Limit; 4])>);

#[derive(Deserialize)]
struct Row {
    parameter: String,
    unit: String,
    rule: Rule,
    class_1: String,
    class_2: String,
    class_3: String,
    class_4: String,
}

impl Classes {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown parameter or unit, a cell that is no limit, and a parameter that stands twice.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut items: Vec<(ParameterId, [Limit; 4])> = Vec::new();
        for row in standards::rows::<Row>(TABLE, text)? {
            let parameter = standards::parameter(TABLE, &row.parameter)?;
            let unit = Unit::parse(&row.unit)
                .ok_or_else(|| TableError::content(TABLE, parameter, format!("{} is no unit", row.unit)))?;
            if items.iter().any(|item| item.0 == parameter) {
                return Err(TableError::content(TABLE, parameter, "stands twice"));
            }
            let mut limits = [Limit::None; 4];
            for (limit, cell) in limits.iter_mut().zip([&row.class_1, &row.class_2, &row.class_3, &row.class_4]) {
                *limit = Limit::parse(TABLE, parameter, unit, row.rule, cell)?;
            }
            items.push((parameter, limits));
        }
        Ok(Self(items))
    }

    /// What is judged.
    pub fn items(&self) -> impl Iterator<Item = ParameterId> {
        self.0.iter().map(|item| item.0)
    }
}

/// The class of a well from values in canonical units. Values are not rounded: the standard says nothing of it here.
///
/// Without an item of `plan` (of those that the table has) there is no class. Items worse than class III are named, the
/// worst class first.
pub fn judge(rules: &Rules, plan: &[ParameterId], target: Option<u8>, values: &Values) -> Graded {
    let mut items = Vec::new();
    let mut worse: Vec<(u8, Compared)> = Vec::new();
    for (parameter, limits) in &rules.gbt14848.0 {
        let Some(value) = values.get(parameter).copied() else {
            if plan.contains(parameter) {
                items.push((*parameter, None));
            }
            continue;
        };
        let class = (1..).zip(limits).find(|(_, limit)| limit.met(value)).map_or(WORST, |(class, _)| class);
        items.push((*parameter, Some(class)));
        let good = limits[usize::from(GOOD) - 1];
        if let Some(bound) = good.bound(value).filter(|_| class > GOOD) {
            let multiple = matches!(good, Limit::Max(_)).then(|| multiple(value, bound)).flatten();
            let limit = Mean::from(bound).to_f64();
            worse.push((class, Compared { parameter: *parameter, value: value.to_f64(), limit, multiple }));
        }
    }
    worse.sort_by_key(|(class, _)| std::cmp::Reverse(*class));
    let complete = items.iter().all(|item| item.1.is_some());
    let level = items.iter().filter_map(|item| item.1).max().filter(|_| complete);
    let compared: Vec<Compared> = worse.into_iter().map(|(_, compared)| compared).collect();
    let compliance = Compliance {
        target: target.map(|class| numeral(class).to_owned()),
        reached: level.zip(target).map(|(class, target)| class <= target),
        compared,
        ..Compliance::default()
    };
    let primary = compliance.compared.iter().map(|compared| compared.parameter).collect();
    Graded { level, reason: level.is_none().then_some("missing"), primary, items, compliance }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::testing::values;

    fn class(text: &str) -> Option<u8> {
        judge(Rules::built_in(), &[], Some(3), &values(text)).level
    }

    #[test]
    fn the_table_is_whole() {
        assert_eq!(Rules::built_in().gbt14848.0.len(), 93, "39 routine items and 54 others");
    }

    #[test]
    fn the_worst_item_gives_the_class() {
        assert_eq!(
            [class("hardness=150"), class("hardness=151"), class("hardness=650"), class("hardness=651")],
            [Some(1), Some(2), Some(4), Some(5)]
        );
        // Arsenic is kept in ug/L: classes I and II 1, III 10, IV 50.
        assert_eq!(["as=1", "as=1.1", "as=10.1", "as=50.1"].map(class), [1, 3, 4, 5].map(Some));
        assert_eq!(["ph=6.5", "ph=6.4", "ph=8.9", "ph=9.1", "ph=5.4"].map(class), [1, 4, 4, 5, 5].map(Some));
        assert_eq!(["odour=0", "odour=1", "las=0.05", "alpha=0.6"].map(class), [1, 5, 2, 4].map(Some));
        let two = judge(Rules::built_in(), &[], Some(3), &values("fe=0.9 mn=1.6 ph=7"));
        assert_eq!((two.level, two.compliance.reached), (Some(5), Some(false)));
        let named: Vec<_> = two.compliance.compared.iter().map(|one| (one.parameter.as_str(), one.multiple)).collect();
        assert_eq!(named, [("mn", Some(15.0)), ("fe", Some(2.0))]);
    }

    #[test]
    fn what_the_plan_has_must_be_there() {
        let plan = ["fe", "mn", "water_temperature"].map(ParameterId::known);
        let part = judge(Rules::built_in(), &plan, None, &values("fe=0.1"));
        assert_eq!((part.level, part.reason), (None, Some("missing")));
        assert_eq!(judge(Rules::built_in(), &[], None, &values("")).level, None);
    }
}
