//! How complete a year is, of its published days, against the legal minimum (GB 3095-2026 table 4, and of water a sample in
//! so many months).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, Months, NaiveDate};
use limpid_model::{
    Completeness, Instant, MonthDays, Observation, ParameterId, Period, Prospect, Station, StationKind, Zone,
};

use super::minimums::Law;
use crate::aggregate::Validity;
use crate::standards::Rules;

/// How complete the year of `until` is at a station, for each parameter that its registry names or of which it has a day in
/// that year, as far as `minimums.csv` has it. Days up to `until`, the end of a day, are counted, from the year's begin or
/// `begin`.
///
/// `days` are the station's published days of the year, of every statistic.
pub fn completeness(
    rules: &Rules,
    zone: Zone,
    station: &Station,
    days: &[Observation],
    begin: Instant,
    until: Instant,
) -> Vec<Completeness> {
    // The first day that is not counted.
    let end = zone.date_of(until);
    let last = end - Days::new(1);
    let of_day = days.iter().filter(|day| day.period == Period::Day && day.start < until);
    let mut valid: BTreeMap<ParameterId, BTreeSet<NaiveDate>> = BTreeMap::new();
    let of = |parameter| rules.minimums.of(station.kind, parameter);
    let mut owed: BTreeSet<ParameterId> = station.parameters.iter().copied().collect();
    for day in of_day {
        let date = zone.date_of(day.start);
        let counts = of(day.parameter).is_some_and(|minimum| minimum.statistic == day.statistic);
        if date.year() != last.year() || !counts {
            continue;
        }
        // Days and nights of noise are made of hours of another parameter, which is what a registry names.
        if station.parameters.is_empty() || station.kind == StationKind::Noise {
            owed.insert(day.parameter);
        }
        if day.value.is_some() && day.flag.usable() {
            valid.entry(day.parameter).or_default().insert(date);
        }
    }
    let count = Count { validity: &rules.validity, begin: zone.date_of(begin), end, year: last.year() };
    let none = BTreeSet::new();
    let of_parameter = |parameter: &ParameterId| {
        let law = of(*parameter)?.law;
        let (months, valid_months, prospect) = count.months(valid.get(parameter).unwrap_or(&none), law);
        Some(Completeness {
            station: station.id.clone(),
            parameter: *parameter,
            year: count.year,
            until,
            valid: months.iter().map(|month| month.valid).sum(),
            passed: months.iter().map(|month| month.passed).sum(),
            needed: law.and_then(|law| law.year_days(&rules.validity)),
            valid_months,
            needed_months: law.map(|law| law.year_months(&rules.validity)),
            months,
            prospect,
            today: None,
        })
    };
    owed.iter().filter_map(of_parameter).collect()
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
    /// The months that have begun, how many of them have their days, and whether the year can be valid.
    fn months(&self, valid: &BTreeSet<NaiveDate>, law: Option<Law>) -> (Vec<MonthDays>, Option<u32>, Prospect) {
        let firsts = || (1..=12).filter_map(|month| NaiveDate::from_ymd_opt(self.year, month, 1));
        let days = |from: NaiveDate, to: NaiveDate| u32::try_from((to - from).num_days()).unwrap_or(0);
        let month = |first: NaiveDate| {
            let next = first + Months::new(1);
            MonthDays {
                valid: valid.range(first..next).count() as u32,
                passed: days(first.max(self.begin), next.min(self.end)),
                needed: law.map(|law| law.month_days(self.validity, first.month())),
            }
        };
        let months: Vec<MonthDays> = firsts().filter(|first| *first < self.end).map(month).collect();
        let (Some(law), Some(year)) = (law, firsts().next()) else { return (months, None, Prospect::NoMinimum) };
        let met = firsts().filter(|first| law.month_met(self.validity, *first, valid)).count() as u32;
        // As if every day to come were valid.
        let to_come = year.iter_days().take_while(|date| date.year() == self.year).filter(|date| *date >= self.end);
        let possible: BTreeSet<NaiveDate> = valid.iter().copied().chain(to_come).collect();
        let prospect = if law.year_met(self.validity, year, valid) {
            Prospect::Met
        } else if law.year_met(self.validity, year, &possible) {
            Prospect::Possible
        } else {
            Prospect::Lost
        };
        (months, Some(met), prospect)
    }
}
