//! Rivers and lakes of several sections or points (measures of 2011, 3.3 and 3.4).

use std::collections::BTreeMap;

use limpid_model::station::Body;

use super::{GOOD, INFERIOR, Section, section};
use crate::assess::graded::{Graded, Values};
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;

/// From so many sections on a river is graded by shares of classes. The measures leave exactly five open ("under 5",
/// "over 5"): taken with the larger ones.
pub const SHARES_FROM: usize = 5;

/// Grades of water quality: 优, 良好, 轻度, 中度 and 重度污染.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Grade {
    /// 优
    Excellent = 1,
    /// 良好
    Good = 2,
    /// 轻度污染
    Light = 3,
    /// 中度污染
    Moderate = 4,
    /// 重度污染
    Heavy = 5,
}

impl Grade {
    /// The grade of one section by its class.
    pub fn of_class(class: u8) -> Self {
        match class {
            0..=2 => Self::Excellent,
            3 => Self::Good,
            4 => Self::Light,
            5 => Self::Moderate,
            _ => Self::Heavy,
        }
    }

    /// The grade of a river by the classes of its sections: by the share of classes I to III, and below 75 % of them by the
    /// share worse than class V. `None` of fewer than [`SHARES_FROM`] sections, which [`mean`] is for.
    pub fn of_river(classes: &[u8]) -> Option<Self> {
        if classes.len() < SHARES_FROM {
            return None;
        }
        let percent = |good: fn(u8) -> bool| 100 * classes.iter().filter(|class| good(**class)).count();
        let (good, inferior, all) = (percent(|class| class <= GOOD), percent(|class| class >= INFERIOR), classes.len());
        Some(if good >= 90 * all {
            Self::Excellent
        } else if good >= 75 * all {
            Self::Good
        } else if inferior < 20 * all {
            Self::Light
        } else if inferior < 40 * all {
            Self::Moderate
        } else {
            Self::Heavy
        })
    }
}

/// The class of a lake by its points, or of a river of fewer than [`SHARES_FROM`] sections: each item is averaged over them,
/// then judged as a section. A reservoir of a river's kind is judged as a river: say so by `body`.
pub fn mean(rules: &Rules, body: Body, points: &[Values]) -> Graded {
    let mut sums: BTreeMap<_, Vec<Mean>> = BTreeMap::new();
    for point in points {
        point.iter().for_each(|(parameter, value)| sums.entry(*parameter).or_default().push(*value));
    }
    let values: Values = sums
        .into_iter()
        .filter_map(|(parameter, values)| {
            let exact: Vec<Fixed> = values.iter().filter_map(|value| Fixed::from_f64(value.to_f64())).collect();
            let sum = exact.iter().map(|value| value.millionths()).sum();
            Some((parameter, Mean::new(sum, exact.len() as u32)?))
        })
        .collect();
    section(rules, Section { body, target: None, plan: &[], saturation: None }, &values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::testing::values;

    #[test]
    fn rivers_are_graded_by_shares() {
        let of = |good: usize, middle: usize, inferior: usize| {
            let classes = [vec![2; good], vec![4; middle], vec![6; inferior]].concat();
            Grade::of_river(&classes).map(|grade| grade as u8)
        };
        assert_eq!([of(9, 1, 0), of(89, 11, 0)], [Some(1), Some(2)], "90 % and 89 %");
        assert_eq!([of(75, 25, 0), of(75, 0, 25), of(74, 26, 0)], [Some(2), Some(2), Some(3)]);
        assert_eq!(
            [of(60, 21, 19), of(60, 20, 20), of(60, 1, 39), of(60, 0, 40)],
            [Some(3), Some(4), Some(4), Some(5)]
        );
        assert_eq!([of(4, 0, 0), of(5, 0, 0)], [None, Some(1)]);
        assert_eq!([1, 2, 3, 4, 5, 6].map(|class| Grade::of_class(class) as u8), [1, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_lake_is_the_mean_of_its_points() {
        // Phosphorus 0.02 and 0.09: 0.055 is class IV of a lake, though one point is class II and the other IV.
        let points = [0.02, 0.09].map(|tp| values(&format!("ph=8 do=8.0 codmn=3.0 nh3n=0.10 tp={tp}")));
        let lake = mean(Rules::built_in(), Body::Lake, &points);
        assert_eq!((lake.level, lake.primary[0].as_str()), (Some(4), "tp"));
        assert_eq!(mean(Rules::built_in(), Body::River, &points).level, Some(2));
        assert_eq!(mean(Rules::built_in(), Body::Lake, &[]).level, None);
    }
}
