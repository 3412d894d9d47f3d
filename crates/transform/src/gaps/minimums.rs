//! Of what completeness is counted, and what the law asks (`data/standards/minimums.csv`).

use std::collections::BTreeMap;

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
    pub(super) fn month_days(self, validity: &Validity, month: u32) -> u32 {
        match self {
            Self::Automatic if month == 2 => validity.month_days_february,
            Self::Automatic => validity.month_days,
            Self::Weighed => validity.month_days_tsp,
            Self::Samples => 1,
        }
    }

    /// Valid days that the year needs.
    pub(super) fn year_days(self, validity: &Validity) -> Option<u32> {
        match self {
            Self::Automatic => Some(validity.year_days),
            Self::Weighed => Some(validity.year_days_tsp),
            Self::Samples => None,
        }
    }

    /// Months with their days that the year needs: all, or as many as winter and drought leave.
    pub(super) fn year_months(self, validity: &Validity) -> u32 {
        match self {
            Self::Automatic | Self::Weighed => 12,
            Self::Samples => validity.water_year_months,
        }
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

    /// Whether the law has a minimum of valid days of a parameter of ambient air.
    pub fn is_legal(&self, parameter: ParameterId) -> bool {
        self.of(StationKind::Air, parameter).is_some_and(|minimum| minimum.law == Some(Law::Automatic))
    }
}
