//! What an instrument's own mark means, from `data/validation/marks.csv`.

use std::collections::HashMap;

use limpid_model::{Flag, Mark, StationKind};
use serde::Deserialize;

use crate::standards::{self, TableError};

const TABLE: &str = "marks.csv";

/// Flags by station kind (`None` for every kind) and mark.
#[derive(Debug, Clone)]
pub struct Marks(HashMap<(Option<StationKind>, Mark), Flag>);

#[derive(Deserialize)]
struct Row {
    edition: String,
    kind: String,
    mark: String,
    flag: u8,
}

impl Marks {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown kind, mark or flag, and for a mark to which two editions give different flags.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut marks = HashMap::new();
        for row in standards::rows::<Row>(TABLE, text)? {
            let wrong = |detail: &str| TableError::content(TABLE, format!("{} {}", row.edition, row.mark), detail);
            let kind = match row.kind.as_str() {
                "*" => None,
                kind => Some(kind.parse().map_err(|()| wrong("kind is neither * nor a kind of station"))?),
            };
            let mark = Mark::parse(&row.mark).ok_or_else(|| wrong("a mark is 1 to 4 printable characters"))?;
            let flag = Flag::from_code(row.flag).ok_or_else(|| wrong("flag is none of 1, 2, 3, 4, 9"))?;
            if marks.insert((kind, mark), flag).is_some_and(|other| other != flag) {
                return Err(wrong("another edition gives it another flag, and readings do not carry their edition"));
            }
        }
        Ok(Self(marks))
    }

    /// The flag that a mark gives at a station of this kind, and the id of the rule. A mark that the table does not
    /// have is suspect: what it means must be found out before the value is used.
    pub fn judge(&self, kind: StationKind, mark: Mark) -> (Flag, &'static str) {
        match self.0.get(&(Some(kind), mark)).or_else(|| self.0.get(&(None, mark))) {
            Some(flag @ (Flag::Pass | Flag::NotEvaluated)) => (*flag, "mark"),
            Some(flag @ Flag::Suspect) => (*flag, "mark-suspect"),
            Some(flag @ (Flag::Fail | Flag::Missing)) => (*flag, "mark-fail"),
            None => (Flag::Suspect, "mark-unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::Rules;

    #[test]
    fn marks_of_both_editions() {
        let flag = |kind, mark| Rules::built_in().marks.judge(kind, Mark::parse(mark).unwrap()).0.code();
        let air = |mark| flag(StationKind::Air, mark);
        // HJ 212-2017: N normal; F M D C B are no measurements; S set by hand, T over range.
        assert_eq!(["N", "F", "M", "S", "D", "C", "T", "B"].map(air), [1, 4, 4, 3, 4, 4, 3, 4]);
        // HJ/T 212-2005, air stations: 0 calibration, 1 meteorology, 2 abnormal, 3 normal; P power failure.
        assert_eq!(["0", "1", "2", "3", "P"].map(air), [4, 1, 4, 1, 4]);
        // The digits are the air stations' own.
        assert_eq!(flag(StationKind::Water, "3"), 3);
        assert_eq!([flag(StationKind::Noise, "Q3"), air("Q4")], [3, 4]);
        assert_eq!([air("n"), air("NN")], [3, 3]);
    }

    #[test]
    fn editions_may_not_contradict_each_other() {
        let text = "edition,kind,mark,flag,meaning\na,*,N,1,x\nb,*,N,4,x\n";
        assert!(Marks::parse(text).unwrap_err().to_string().starts_with("table marks.csv, b N: another edition"));
    }
}
