//! Grades of a city's noise, HJ 640-2012: the mean of its grid points, and of its roads weighted by their length.

use limpid_model::Part;
use serde::Deserialize;

use crate::fixed::{Fixed, Mean};
use crate::standards::{self, Rules, TableError};

/// Id of the edition.
pub const ID: &str = "hj640-2012";

const TABLE: &str = "hj640.csv";

/// What is graded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The points of a grid over the built-up area.
    Area,
    /// Sections of roads.
    Traffic,
}

/// Upper bounds of grades 1 to 4.
#[derive(Debug, Clone)]
pub struct Grades(Vec<(Kind, Part, [Fixed; 4])>);

#[derive(Deserialize)]
struct Row {
    kind: Kind,
    part: Part,
    grade_1: f64,
    grade_2: f64,
    grade_3: f64,
    grade_4: f64,
}

impl Grades {
    /// Reads the table.
    ///
    /// # Errors
    /// For bounds that do not rise.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut grades = Vec::new();
        for row in standards::rows::<Row>(TABLE, text)? {
            let place = format!("{:?} {}", row.kind, row.part.as_str());
            let mut bounds = [Fixed::whole(0); 4];
            for (bound, cell) in bounds.iter_mut().zip([row.grade_1, row.grade_2, row.grade_3, row.grade_4]) {
                *bound = standards::fixed(TABLE, &place, cell)?;
            }
            if !bounds.is_sorted_by(|a, b| a < b) {
                return Err(TableError::content(TABLE, place, "bounds must rise from left to right"));
            }
            grades.push((row.kind, row.part, bounds));
        }
        Ok(Self(grades))
    }
}

/// The grade, 1 (good) to 5 (poor), of a mean level rounded to 0.1 dB; `None` where the table has no such row.
pub fn grade(rules: &Rules, kind: Kind, part: Part, mean: Mean) -> Option<u8> {
    let (_, _, bounds) = rules.hj640.0.iter().find(|row| (row.0, row.1) == (kind, part))?;
    let mean = mean.round(1);
    Some(1 + bounds.iter().filter(|bound| mean > Mean::from(**bound)).count() as u8)
}

/// The mean of an area's points: arithmetic, of levels in dB (recalled, unverified).
pub fn area_mean(levels: &[Fixed]) -> Option<Mean> {
    Mean::new(levels.iter().map(|level| level.millionths()).sum(), u32::try_from(levels.len()).ok()?)
}

/// The mean of road sections, each weighted by its length in whole metres (recalled, unverified); `None` without length,
/// and beyond what can be added up: some thousand kilometres of roads.
pub fn traffic_mean(sections: &[(Fixed, u32)]) -> Option<Mean> {
    let mut sum = 0_i64;
    let mut metres = 0_u32;
    for (level, length) in sections {
        sum = sum.checked_add(level.millionths().checked_mul(i64::from(*length))?)?;
        metres = metres.checked_add(*length)?;
    }
    Mean::new(sum, metres)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Kind, part: Part, value: f64) -> Option<u8> {
        grade(Rules::built_in(), kind, part, Fixed::from_f64(value).unwrap().into())
    }

    #[test]
    fn bounds_belong_to_the_better_grade() {
        // HJ 640-2012 tables: area by day up to 50, 55, 60, 65; roads by night up to 58, 60, 62, 64.
        let area = [50.0, 50.1, 55.0, 60.04, 65.0, 65.1].map(|level| of(Kind::Area, Part::Day, level));
        assert_eq!(area, [1, 2, 2, 3, 4, 5].map(Some));
        let traffic = [58.0, 60.1, 64.0, 64.06].map(|level| of(Kind::Traffic, Part::Night, level));
        assert_eq!(traffic, [1, 3, 4, 5].map(Some));
        assert_eq!([of(Kind::Area, Part::Night, 40.1), of(Kind::Traffic, Part::Day, 68.0)], [Some(2), Some(1)]);
    }

    #[test]
    fn roads_weigh_by_their_length() {
        let level = |value| Fixed::from_f64(value).unwrap();
        assert_eq!(area_mean(&[level(50.0), level(61.0)]).unwrap().to_f64(), 55.5);
        assert_eq!(traffic_mean(&[(level(60.0), 3000), (level(70.0), 1000)]).unwrap().to_f64(), 62.5);
        assert!(traffic_mean(&[(level(60.0), 0)]).is_none() && area_mean(&[]).is_none());
    }
}
