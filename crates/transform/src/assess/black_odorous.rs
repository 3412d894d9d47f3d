//! Black and odorous water, graded by profile: each campaign has items and bounds of its own.

use std::collections::BTreeMap;

use limpid_model::pipeline::BlackOdorous;
use limpid_model::{Compliance, ParameterId, Unit};
use serde::Deserialize;

use crate::assess::graded::{Graded, Values};
use crate::assess::limit::canonical;
use crate::fixed::{Fixed, Mean};
use crate::standards::{self, Rules, TableError};

const TABLE: &str = "black_odorous.csv";

/// Neither black nor odorous.
pub const CLEAR: u8 = 1;
/// Lightly black and odorous; under the rural profile simply black and odorous.
pub const LIGHT: u8 = 2;
/// Heavily black and odorous.
pub const HEAVY: u8 = 3;

/// Water shallower than 25 cm is graded by how much of its depth can be seen through, in m.
const SHALLOW: Fixed = Fixed::hundredths(25);
/// Part of the depth of shallow water below which it is heavy: 40 %.
const SHALLOW_HEAVY: (i128, i128) = (4, 10);
/// More than this percentage of heavy points makes the whole body heavy.
const BODY_HEAVY_PERCENT: usize = 60;

/// Bounds by profile.
#[derive(Debug, Clone)]
pub struct Profiles(BTreeMap<String, Vec<Item>>);

#[derive(Debug, Clone)]
struct Item {
    parameter: ParameterId,
    /// Worse the larger.
    high: bool,
    light: Fixed,
    /// The light bound itself is light.
    at_light: bool,
    heavy: Option<Fixed>,
}

#[derive(Deserialize)]
struct Row {
    profile: String,
    parameter: String,
    unit: Unit,
    worse: Worse,
    light: String,
    at_light: u8,
    heavy: String,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Worse {
    Low,
    High,
}

impl Profiles {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown parameter, a cell that is no number, and a profile that has no rows.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut profiles: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        for row in standards::rows::<Row>(TABLE, text)? {
            let parameter = standards::parameter(TABLE, &row.parameter)?;
            let fixed = |text: &str| canonical(TABLE, parameter, row.unit, text);
            profiles.entry(row.profile).or_default().push(Item {
                parameter,
                high: row.worse == Worse::High,
                light: fixed(&row.light)?,
                at_light: row.at_light == 1,
                heavy: if row.heavy.is_empty() { None } else { Some(fixed(&row.heavy)?) },
            });
        }
        match BlackOdorous::ALL.into_iter().find(|profile| !profiles.contains_key(profile.as_str())) {
            Some(missing) => Err(TableError::content(TABLE, missing.as_str(), "has no row")),
            None => Ok(Self(profiles)),
        }
    }

    /// The items of a profile.
    pub fn items(&self, profile: BlackOdorous) -> impl Iterator<Item = ParameterId> {
        self.0.get(profile.as_str()).into_iter().flatten().map(|item| item.parameter)
    }
}

impl Item {
    fn grade(&self, value: Mean) -> u8 {
        let beyond = |bound: Fixed| if self.high { value > bound.into() } else { value < bound.into() };
        if self.heavy.is_some_and(beyond) {
            HEAVY
        } else if beyond(self.light) || (self.at_light && value == self.light.into()) {
            LIGHT
        } else {
            CLEAR
        }
    }
}

/// The grade of one point, that of its worst item, from values in canonical units. All items of the profile are needed.
pub fn judge(rules: &Rules, profile: BlackOdorous, values: &Values) -> Graded {
    let mut items = Vec::new();
    for item in rules.black_odorous.0.get(profile.as_str()).into_iter().flatten() {
        let grade = values.get(&item.parameter).map(|value| {
            let shallow = (item.parameter.as_str() == "transparency" && profile != BlackOdorous::Rural2019)
                .then(|| shallow(*value, values))
                .flatten();
            shallow.unwrap_or_else(|| item.grade(*value))
        });
        items.push((item.parameter, grade));
    }
    let worst = items.iter().filter_map(|item| item.1).max();
    let level = worst.filter(|_| items.iter().all(|item| item.1.is_some()));
    let to_blame = items.iter().filter(|item| item.1 == level && level > Some(CLEAR)).map(|item| item.0);
    Graded {
        level,
        reason: level.is_none().then_some("missing"),
        primary: to_blame.collect(),
        compliance: Compliance { reached: level.map(|level| level == CLEAR), ..Compliance::default() },
        items,
    }
}

/// The grade of the transparency of shallow water; `None` where it is not shallow, or its depth is not known.
fn shallow(transparency: Mean, values: &Values) -> Option<u8> {
    let depth = *values.get(&ParameterId::known("depth"))?;
    let (numerator, denominator) = SHALLOW_HEAVY;
    let (seen, whole) = (transparency.fraction(), depth.fraction());
    let heavy = seen.0 * whole.1 * denominator < whole.0 * seen.1 * numerator;
    (depth < SHALLOW.into()).then_some(if transparency >= depth {
        CLEAR
    } else if heavy {
        HEAVY
    } else {
        LIGHT
    })
}

/// The grade of a body of water from its points in their order along it: heavy with more than 60 % of heavy points or two
/// neighbours that are, else the worst of the rest that is light, else clear (guide of 2015, recalled, unverified).
pub fn body(points: &[u8]) -> Option<u8> {
    let heavy = points.iter().filter(|point| **point == HEAVY).count();
    let neighbours = points.windows(2).any(|pair| pair == [HEAVY, HEAVY]);
    if neighbours || 100 * heavy > BODY_HEAVY_PERCENT * points.len() {
        return Some(HEAVY);
    }
    points.iter().map(|point| (*point).min(LIGHT)).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::testing::values;

    fn of(profile: BlackOdorous, text: &str) -> Option<u8> {
        judge(Rules::built_in(), profile, &values(text)).level
    }

    #[test]
    fn bounds_of_the_guide_belong_to_light() {
        let guide = |text: &str| of(BlackOdorous::Guide2015, &format!("do=5 orp=200 nh3n=1 transparency=1 {text}"));
        for (item, bounds) in [
            ("transparency", ["0.26", "0.25", "0.1", "0.09"]),
            ("do", ["2.1", "2.0", "0.2", "0.19"]),
            ("orp", ["51", "50", "-200", "-201"]),
            ("nh3n", ["7.9", "8", "15", "15.1"]),
        ] {
            assert_eq!(bounds.map(|value| guide(&format!("{item}={value}"))), [1, 2, 2, 3].map(Some), "{item}");
        }
        assert_eq!(of(BlackOdorous::Guide2015, "do=5 nh3n=1 transparency=1"), None, "redox potential is missing");
    }

    #[test]
    fn profiles_differ_at_their_bounds() {
        let three = |text: &str| of(BlackOdorous::ThreeItem, text);
        assert_eq!(three("transparency=0.25 do=2 nh3n=8"), Some(CLEAR));
        assert_eq!(three("transparency=0.24 do=2 nh3n=8"), Some(LIGHT));
        assert_eq!(three("transparency=0.25 do=0.1 nh3n=8"), Some(HEAVY));
        let rural = |text: &str| of(BlackOdorous::Rural2019, text);
        assert_eq!(
            [rural("transparency=0.25 do=2 nh3n=15"), rural("transparency=0.01 do=0 nh3n=90")],
            [Some(CLEAR), Some(LIGHT)]
        );
    }

    #[test]
    fn shallow_water_is_graded_by_its_depth() {
        let at = |transparency: f64| {
            of(BlackOdorous::ThreeItem, &format!("depth=0.2 do=5 nh3n=1 transparency={transparency}"))
        };
        assert_eq!([at(0.2), at(0.19), at(0.08), at(0.07)], [Some(CLEAR), Some(LIGHT), Some(LIGHT), Some(HEAVY)]);
    }

    #[test]
    fn a_body_is_heavy_by_share_or_neighbours() {
        assert_eq!(body(&[3, 1, 3, 1, 3]), Some(LIGHT), "exactly 60 % and no neighbours");
        assert_eq!(body(&[3, 2, 3, 2, 3, 1, 3, 3]), Some(HEAVY));
        assert_eq!(body(&[3, 3, 1, 1, 1, 1]), Some(HEAVY));
        assert_eq!([body(&[1, 2, 1]), body(&[1, 1]), body(&[])], [Some(LIGHT), Some(CLEAR), None]);
    }
}
