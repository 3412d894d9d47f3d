//! How complete a year is, of its published days, against the legal minimum (GB 3095-2026 table 4).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, Months, NaiveDate};
use limpid_model::{
    Completeness, Instant, MonthDays, Observation, ParameterId, Period, Prospect, Station, StationKind, Statistic, Zone,
};
use serde::Deserialize;

use crate::aggregate::Validity;
use crate::standards::{self, Rules, TableError};

const TABLE: &str = "minimums.csv";

/// Of which parameters completeness is counted (`data/standards/minimums.csv`).
#[derive(Debug, Clone)]
pub struct Minimums(BTreeMap<ParameterId, Minimum>);

#[derive(Debug, Clone, Copy)]
struct Minimum {
    statistic: Statistic,
    legal: bool,
}

impl Minimums {
    /// Reads the table.
    ///
    /// # Errors
    /// For an unknown parameter or statistic, and for a minimum that is neither 0 nor 1.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        #[derive(Deserialize)]
        struct Row {
            parameter: String,
            statistic: String,
            minimum: u8,
        }
        let mut minimums = BTreeMap::new();
        for row in standards::rows::<Row>(TABLE, text)? {
            let parameter = standards::parameter(TABLE, &row.parameter)?;
            let wrong = |detail: &str| TableError::content(TABLE, &row.parameter, detail);
            let statistic = Statistic::parse(&row.statistic).ok_or_else(|| wrong("statistic is mean or max8h"))?;
            if row.minimum > 1 {
                return Err(wrong("minimum is neither 0 nor 1"));
            }
            minimums.insert(parameter, Minimum { statistic, legal: row.minimum == 1 });
        }
        Ok(Self(minimums))
    }

    /// Whether the law has a minimum of valid days for a parameter.
    pub fn is_legal(&self, parameter: ParameterId) -> bool {
        self.0.get(&parameter).is_some_and(|minimum| minimum.legal)
    }
}

/// How complete the year of `until` is at an air station, for each parameter that its registry names or of which it has
/// a day in that year. Days up to `until`, the end of a day, are counted, from the year's begin or `begin`.
///
/// `days` are the station's published days of the year, of every statistic. Nothing for other kinds of station: the
/// minimum is one of ambient air.
pub fn completeness(
    rules: &Rules,
    zone: Zone,
    station: &Station,
    days: &[Observation],
    begin: Instant,
    until: Instant,
) -> Vec<Completeness> {
    if station.kind != StationKind::Air {
        return Vec::new();
    }
    // The first day that is not counted.
    let end = zone.date_of(until);
    let last = end - Days::new(1);
    let of_day = days.iter().filter(|day| day.period == Period::Day && day.start < until);
    let mut valid: BTreeMap<ParameterId, BTreeSet<NaiveDate>> = BTreeMap::new();
    let mut owed: BTreeSet<ParameterId> = station.parameters.iter().copied().collect();
    for day in of_day {
        let date = zone.date_of(day.start);
        let counts = rules.minimums.0.get(&day.parameter).is_some_and(|minimum| minimum.statistic == day.statistic);
        if date.year() != last.year() || !counts {
            continue;
        }
        if station.parameters.is_empty() {
            owed.insert(day.parameter);
        }
        if day.value.is_some() && day.flag.usable() {
            valid.entry(day.parameter).or_default().insert(date);
        }
    }
    let count = Count { validity: &rules.validity, begin: zone.date_of(begin), end, year: last.year() };
    let of = |(parameter, minimum): (&ParameterId, &Minimum)| {
        let none = BTreeSet::new();
        let (months, prospect) = count.months(valid.get(parameter).unwrap_or(&none), minimum.legal);
        Completeness {
            station: station.id.clone(),
            parameter: *parameter,
            year: count.year,
            until,
            valid: months.iter().map(|month| month.valid).sum(),
            passed: months.iter().map(|month| month.passed).sum(),
            needed: minimum.legal.then_some(rules.validity.year_days),
            months,
            prospect,
        }
    };
    rules.minimums.0.iter().filter(|(parameter, _)| owed.contains(parameter)).map(of).collect()
}

/// Which days are counted.
struct Count<'a> {
    validity: &'a Validity,
    begin: NaiveDate,
    /// Exclusive.
    end: NaiveDate,
    year: i32,
}

impl Count<'_> {
    /// The months that have begun, and whether the year can be valid.
    fn months(&self, valid: &BTreeSet<NaiveDate>, legal: bool) -> (Vec<MonthDays>, Prospect) {
        let firsts = (1..=12).filter_map(|month| NaiveDate::from_ymd_opt(self.year, month, 1));
        let (mut months, mut met, mut lost) = (Vec::new(), true, false);
        let mut possible_in_year = 0;
        for first in firsts {
            let next = first + Months::new(1);
            let days = |from: NaiveDate, to: NaiveDate| u32::try_from((to - from).num_days()).unwrap_or(0);
            let passed = days(first.max(self.begin), next.min(self.end));
            let to_come = days(first.max(self.end), next);
            let valid = valid.range(first..next).count() as u32;
            let february = first.month() == 2;
            let needed = if february { self.validity.month_days_february } else { self.validity.month_days };
            met &= valid >= needed;
            lost |= valid + to_come < needed;
            possible_in_year += valid + to_come;
            if first < self.end {
                months.push(MonthDays { valid, passed, needed: legal.then_some(needed) });
            }
        }
        let sum: u32 = months.iter().map(|month| month.valid).sum();
        let prospect = if !legal {
            Prospect::NoMinimum
        } else if lost || possible_in_year < self.validity.year_days {
            Prospect::Lost
        } else if met && sum >= self.validity.year_days {
            Prospect::Met
        } else {
            Prospect::Possible
        };
        (months, prospect)
    }
}
