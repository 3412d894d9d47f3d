//! Trophic level index of lakes and reservoirs (CNEMC, 2004).

use limpid_model::{Compliance, ParameterId, Unit};
use serde::Deserialize;

use crate::assess::graded::{Graded, Values};
use crate::fixed::Fixed;
use crate::standards::{self, Rules, TableError};

/// Id of the edition in `schemes_water.toml`.
pub const ID: &str = "tli-2004";

const TABLE: &str = "tli.csv";

/// Upper bounds of the first four states; the bound itself belongs to the state, but 30 is mesotrophic already.
const BOUNDS: [f64; 4] = [30.0, 50.0, 60.0, 70.0];

/// Coefficients of the five items.
#[derive(Debug, Clone)]
pub struct Coefficients(Vec<Item>);

#[derive(Debug, Clone)]
struct Item {
    parameter: ParameterId,
    /// The unit of x.
    unit: Unit,
    a: f64,
    b: f64,
    /// Correlation with chlorophyll a.
    r: f64,
}

#[derive(Deserialize)]
struct Row {
    parameter: String,
    unit: Unit,
    a: f64,
    b: f64,
    r: f64,
}

impl Coefficients {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown parameter, and a unit that it cannot be carried into.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut items = Vec::new();
        for Row { parameter, unit, a, b, r } in standards::rows::<Row>(TABLE, text)? {
            let parameter = standards::parameter(TABLE, &parameter)?;
            if parameter.unit().convert(1.0, unit, parameter).is_none() {
                return Err(TableError::content(TABLE, parameter, format!("cannot be carried into {unit}")));
            }
            items.push(Item { parameter, unit, a, b, r });
        }
        Ok(Self(items))
    }

    /// The five items.
    pub fn items(&self) -> impl Iterator<Item = ParameterId> {
        self.0.iter().map(|item| item.parameter)
    }
}

/// The index, to the millionth, from values in canonical units; `None` unless all five items are above zero: no rule
/// was found for a missing one, and weights are not spread over the rest silently.
pub fn index(rules: &Rules, values: &Values) -> Option<Fixed> {
    let items = &rules.tli.0;
    let weights: f64 = items.iter().map(|item| item.r * item.r).sum();
    let mut index = 0.0;
    for item in items {
        index += item.r * item.r / weights * part(item, values)?;
    }
    Fixed::from_f64(index)
}

/// The index of one item.
fn part(item: &Item, values: &Values) -> Option<f64> {
    let value = values.get(&item.parameter)?.to_f64();
    let x = item.parameter.unit().convert(value, item.unit, item.parameter)?.value;
    (x > 0.0).then(|| 10.0 * (item.a + item.b * x.ln()))
}

/// The state of an index: oligotrophic, mesotrophic, lightly, moderately or highly eutrophic.
pub fn judge(rules: &Rules, values: &Values) -> Graded {
    let level = index(rules, values).map(|index| {
        let index = index.millionths() as f64 / 1e6;
        let above = |bound: &f64| if *bound == BOUNDS[0] { index >= *bound } else { index > *bound };
        1 + BOUNDS.iter().filter(|bound| above(bound)).count() as u8
    });
    let items = rules.tli.0.iter().filter(|item| !values.contains_key(&item.parameter));
    Graded {
        level,
        reason: level.is_none().then_some("missing"),
        primary: Vec::new(),
        items: items.map(|item| (item.parameter, None)).collect(),
        compliance: Compliance::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::testing::values;
    use crate::fixed::Mean;

    /// From `water_rules.toml`: chlorophyll in mg/m3, here in mg/L.
    #[test]
    fn worked_vectors() {
        for (text, tli, state) in [
            ("chla=0.01 tp=0.05 tn=1 transparency=1 codmn=4", 48.0181, 2),
            ("chla=0.002 tp=0.01 tn=0.2 transparency=4 codmn=1.5", 23.8526, 1),
            ("chla=0.06 tp=0.2 tn=3 transparency=0.3 codmn=9", 69.0027, 4),
        ] {
            let values = values(text);
            let index = Mean::from(index(Rules::built_in(), &values).unwrap()).to_f64();
            assert!((index - tli).abs() < 5e-5, "{text}: {index}");
            assert_eq!(judge(Rules::built_in(), &values).level, Some(state), "{text}");
        }
        let parts = values("chla=0.01 tp=0.05 tn=1 transparency=1 codmn=4");
        for (item, expected) in Rules::built_in().tli.0.iter().zip([50.0061, 45.7093, 54.53, 51.18, 37.9793]) {
            assert!((part(item, &parts).unwrap() - expected).abs() < 5e-5, "{}", item.parameter);
        }
    }

    #[test]
    fn four_items_are_not_enough() {
        let four = judge(Rules::built_in(), &values("chla=0.01 tp=0.05 tn=1 codmn=4"));
        assert_eq!((four.level, four.reason), (None, Some("missing")));
        assert_eq!(four.items, [(ParameterId::known("transparency"), None)]);
        assert_eq!(judge(Rules::built_in(), &values("chla=0 tp=1 tn=1 transparency=1 codmn=4")).level, None);
    }
}
