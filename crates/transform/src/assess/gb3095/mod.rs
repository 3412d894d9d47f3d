//! GB 3095: which limit holds for an average at a date and class of area, and by how much a value exceeds it.
//!
//! - [`judge`]: the hours and days of a station against their limits
//!
//! Limits of a year are put against years by [`hj663`](crate::assess::hj663).

mod judge;

use chrono::NaiveDate;
use limpid_model::ParameterId;
use serde::Deserialize;

use crate::fixed::{Fixed, Mean};
use crate::standards::{self, TableError};

pub use judge::{EXCEEDED, Judged, MET, judge};

const TABLE: &str = "gb3095.csv";

/// The average that a limit is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Average {
    /// 1-hour mean.
    Hour,
    /// Mean of a calendar day.
    Day,
    /// The largest 8-hour mean of a day.
    Max8h,
    /// Mean of a calendar quarter.
    Quarter,
    /// Mean of a calendar year.
    Year,
}

/// Class of area (clause 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Class {
    /// National parks, nature reserves and the like.
    One,
    /// Where people live and work: what holds when nothing is said.
    #[default]
    Two,
}

impl Class {
    /// From the column `class` of `stations.csv`: `1`, `I` or 一类 is class 1, everything else class 2.
    pub fn parse(text: &str) -> Self {
        if ["1", "i", "class 1", "class1", "一类", "一类区"].contains(&text.trim().to_lowercase().as_str()) {
            Self::One
        } else {
            Self::Two
        }
    }

    /// Its number.
    pub fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

/// A limit in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit<'a> {
    /// `gb3095-2026`
    pub standard: &'a str,
    /// In the parameter's canonical unit.
    pub value: Fixed,
}

impl Limit<'_> {
    /// Whether a value that is rounded to reporting precision keeps it: the limit itself does.
    pub fn kept(&self, value: Mean) -> bool {
        value <= Mean::from(self.value)
    }

    /// By how many times the limit a value lies above it (0.25: a quarter above); `None` where it is kept.
    pub fn multiple(&self, value: Mean) -> Option<f64> {
        let limit = Mean::from(self.value).to_f64();
        (!self.kept(value)).then(|| value.to_f64() / limit - 1.0)
    }
}

/// All limits, by date.
#[derive(Debug, Clone)]
pub struct Limits(Vec<Row>);

#[derive(Debug, Clone)]
struct Row {
    standard: String,
    from: NaiveDate,
    to: Option<NaiveDate>,
    parameter: ParameterId,
    average: Average,
    classes: [Fixed; 2],
}

#[derive(Deserialize)]
struct Text {
    standard: String,
    from: NaiveDate,
    to: Option<NaiveDate>,
    parameter: String,
    average: Average,
    class1: f64,
    class2: f64,
}

impl Limits {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown parameter, and for two limits of the same average on the same day.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut limits: Vec<Row> = Vec::new();
        for row in standards::rows::<Text>(TABLE, text)? {
            let place = format!("{} {} {}", row.standard, row.parameter, row.from);
            let row = Row {
                parameter: standards::parameter(TABLE, &row.parameter)?,
                classes: [standards::fixed(TABLE, &place, row.class1)?, standards::fixed(TABLE, &place, row.class2)?],
                standard: row.standard,
                from: row.from,
                to: row.to,
                average: row.average,
            };
            let same = |other: &&Row| (other.parameter, other.average) == (row.parameter, row.average);
            if limits.iter().filter(same).any(|other| other.holds(row.from) || row.holds(other.from)) {
                return Err(TableError::content(TABLE, place, "two limits hold on the same day"));
            }
            limits.push(row);
        }
        Ok(Self(limits))
    }

    /// The limit of an average at a date; `None` where the standard has none, or none is in force yet.
    pub fn at(&self, parameter: ParameterId, average: Average, class: Class, date: NaiveDate) -> Option<Limit<'_>> {
        let row = self.0.iter().find(|row| (row.parameter, row.average) == (parameter, average) && row.holds(date))?;
        let value = row.classes[usize::from(class.number() - 1)];
        Some(Limit { standard: &row.standard, value })
    }

    /// The edition in force at a date; `None` before the first.
    pub fn standard(&self, date: NaiveDate) -> Option<&str> {
        self.0.iter().find(|row| row.holds(date)).map(|row| row.standard.as_str())
    }
}

impl Row {
    fn holds(&self, date: NaiveDate) -> bool {
        self.from <= date && self.to.is_none_or(|to| date <= to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::Rules;

    fn limit(parameter: &str, average: Average, class: Class, date: &str) -> Option<(String, f64)> {
        let limit = Rules::built_in().gb3095.at(ParameterId::known(parameter), average, class, date.parse().unwrap());
        limit.map(|limit| (limit.standard.to_owned(), Mean::from(limit.value).to_f64()))
    }

    #[test]
    fn limits_change_on_their_dates() {
        let pm25 = |date| limit("pm25", Average::Day, Class::Two, date).unwrap().1;
        assert_eq!(
            [pm25("2026-02-28"), pm25("2026-03-01"), pm25("2030-12-31"), pm25("2031-01-01")],
            [75.0, 60.0, 60.0, 50.0]
        );
        let (standard, year) = limit("pm25", Average::Year, Class::One, "2031-06-01").unwrap();
        assert_eq!((standard.as_str(), year), ("gb3095-2026", 10.0));
        assert_eq!(limit("o3", Average::Max8h, Class::One, "2015-06-01").unwrap().1, 100.0);
        assert_eq!(limit("pm25", Average::Day, Class::Two, "2011-06-01"), None);
        assert_eq!(limit("pm25", Average::Hour, Class::Two, "2026-06-01"), None, "particles have no limit of hours");
        assert_eq!(limit("nox", Average::Hour, Class::Two, "2040-01-01").unwrap().1, 250.0);
    }

    #[test]
    fn the_limit_itself_is_kept() {
        let limit = Limit { standard: "x", value: Fixed::whole(60) };
        assert!(limit.kept(Fixed::whole(60).into()) && !limit.kept(Mean::new(60_000_001, 1).unwrap()));
        assert_eq!(
            (limit.multiple(Fixed::whole(60).into()), limit.multiple(Fixed::whole(75).into())),
            (None, Some(0.25))
        );
    }

    #[test]
    fn classes_are_read_from_the_registry() {
        assert_eq!(["1", "一类区", "I"].map(Class::parse), [Class::One; 3]);
        assert_eq!(["", "2", "二类", "III"].map(Class::parse), [Class::Two; 4]);
    }

    #[test]
    fn two_limits_of_one_day_are_refused() {
        let text = "standard,from,to,parameter,average,class1,class2,verified\n\
                    a,2026-01-01,2026-12-31,pm25,day,1,2,no\nb,2026-06-01,,pm25,day,1,2,no\n";
        assert!(Limits::parse(text).unwrap_err().to_string().contains("same day"));
    }

    #[test]
    fn limits_are_those_published() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference/air/gb3095.csv");
        let Ok(published) = std::fs::read_to_string(path) else {
            eprintln!("skipped: no reference table");
            return;
        };
        let published =
            published.replace("day_max_8h", "max8h").replace(",pb,", ",pb_tsp,").replace(",bap,", ",bap_pm10,");
        let figures = |text: &str| -> Vec<String> {
            let rows = text.lines().filter(|line| line.starts_with("gb3095-"));
            rows.map(|line| line.rsplit_once(',').unwrap().0.to_owned()).collect()
        };
        let own = figures(include_str!("../../../../../data/standards/gb3095.csv"));
        assert_eq!(own.len(), 53);
        assert_eq!(own, figures(&published));
    }
}
