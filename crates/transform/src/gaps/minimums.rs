//! Of what completeness is counted, and what the law asks (`data/standards/minimums.csv`).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Months, NaiveDate};
use limpid_model::{ParameterId, StationKind, Statistic};
use serde::Deserialize;

use crate::aggregate::Validity;
use crate::standards::{self, TableError};

const TABLE: &str = "minimums.csv";

/// Of which parameters completeness is counted, by kind of station.
#[derive(Debug, Clone)]
pub struct Minimums {
    named: BTreeMap<(StationKind, ParameterId), Minimum>,
    /// Of every other parameter of a kind of station.
    others: BTreeMap<StationKind, Minimum>,
}

/// What is counted of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minimum {
    /// The figure of the day that must be valid.
    pub statistic: Statistic,
    /// How many the year needs; `None` where no law says.
    pub law: Option<Law>,
}

/// What a valid year needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Law {
    /// Days in the year and in each month, of monitors that run by themselves.
    Automatic,
    /// The same of particles that are weighed.
    Weighed,
    /// Months with a sample.
    Samples,
}

impl Law {
    /// Valid days that a month needs.
    pub fn month_days(self, validity: &Validity, month: u32) -> u32 {
        match self {
            Self::Automatic if month == 2 => validity.month_days_february,
            Self::Automatic => validity.month_days,
            Self::Weighed => validity.month_days_tsp,
            Self::Samples => 1,
        }
    }

    /// Valid days that the year needs.
    pub fn year_days(self, validity: &Validity) -> Option<u32> {
        match self {
            Self::Automatic => Some(validity.year_days),
            Self::Weighed => Some(validity.year_days_tsp),
            Self::Samples => None,
        }
    }

    /// Months with their days that the year needs: all, or as many as winter and drought leave.
    pub fn year_months(self, validity: &Validity) -> u32 {
        match self {
            Self::Automatic | Self::Weighed => 12,
            Self::Samples => validity.water_year_months,
        }
    }

    /// Whether the month that begins on `first` has its days among the valid ones: as many as it needs and, of what is weighed,
    /// one in each of its parts.
    pub fn month_met(self, validity: &Validity, first: NaiveDate, valid: &BTreeSet<NaiveDate>) -> bool {
        let of_month = || valid.range(first..first + Months::new(1)).map(NaiveDate::day0);
        let length = (first + Months::new(1) - first).num_days() as u32;
        let parts = if self == Self::Weighed { validity.month_parts_tsp } else { 1 };
        let has = |part| of_month().any(|day| day * parts / length == part);
        of_month().count() as u32 >= self.month_days(validity, first.month()) && (0..parts).all(has)
    }

    /// Whether the year that begins on `first` has its days among the valid ones.
    pub fn year_met(self, validity: &Validity, first: NaiveDate, valid: &BTreeSet<NaiveDate>) -> bool {
        let days = valid.range(first..first + Months::new(12)).count() as u32;
        let met = |later: &u32| self.month_met(validity, first + Months::new(*later), valid);
        let months = (0..12).filter(met).count() as u32;
        months >= self.year_months(validity) && days >= self.year_days(validity).unwrap_or(0)
    }
}

impl Minimums {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown kind, parameter, statistic or law.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        #[derive(Deserialize)]
        struct Row {
            kind: String,
            parameter: String,
            statistic: String,
            law: Option<Law>,
        }
        let (mut named, mut others) = (BTreeMap::new(), BTreeMap::new());
        for Row { kind, parameter, statistic, law } in standards::rows::<Row>(TABLE, text)? {
            let wrong = |detail: &str| TableError::content(TABLE, &parameter, detail);
            let kind: StationKind = kind.parse().map_err(|_| wrong("kind is one of stations.csv"))?;
            let statistic = Statistic::parse(&statistic).ok_or_else(|| wrong("statistic is mean or max8h"))?;
            let minimum = Minimum { statistic, law };
            if parameter == "*" {
                others.insert(kind, minimum);
            } else {
                named.insert((kind, standards::parameter(TABLE, &parameter)?), minimum);
            }
        }
        Ok(Self { named, others })
    }

    /// What is counted of a parameter at stations of a kind; `None` where nothing is.
    pub fn of(&self, kind: StationKind, parameter: ParameterId) -> Option<Minimum> {
        self.named.get(&(kind, parameter)).or_else(|| self.others.get(&kind)).copied()
    }

    /// What the law asks of a parameter of ambient air; `None` where it asks for no number of days.
    pub fn of_air(&self, parameter: ParameterId) -> Option<Law> {
        self.of(StationKind::Air, parameter)?.law
    }
}
