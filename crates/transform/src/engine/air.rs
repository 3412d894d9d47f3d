//! Whether the hours and days of an air station keep the limits of GB 3095, of what is published of it.

use std::collections::BTreeMap;

use limpid_model::{Instant, Observation, Period, Record, Scheme, Station, StationKind, Statistic, Zone};

use crate::assess::gb3095::{Average, Class, Judged, judge};
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;

/// Judges the observations among `records`, which must have every parameter of each hour and day that they have any of, by the
/// edition in force on their date and the station's class of area.
///
/// Nothing is said of an hour or day without a record of any parameter that there is a limit of. Where there is a record and no
/// usable value, the verdict is missing. Stations of other kinds are not judged.
pub fn limits(rules: &Rules, station: &Station, zone: Zone, records: &[Record]) -> Vec<Record> {
    if station.kind != StationKind::Air {
        return Vec::new();
    }
    let mut periods: BTreeMap<(Period, Instant, Instant), Vec<Judged>> = BTreeMap::new();
    for record in records {
        let Record::Observation(one) = record else { continue };
        let Some(average) = average(one) else { continue };
        let usable = one.value.filter(|_| one.flag.usable()).and_then(Fixed::from_f64);
        let used =
            usable.map(|value| rules.detection.used(station.kind, &station.limits, one.parameter, value, one.mark));
        let values = periods.entry((one.period, one.start, one.end)).or_default();
        values.push((one.parameter, average, used.map(Mean::from)));
    }
    let class = Class::parse(&station.class);
    let verdict = |((period, start, end), mut values): ((Period, Instant, Instant), Vec<Judged>)| {
        // What is published does not depend on the order of records.
        values.sort_by_key(|(parameter, ..)| *parameter);
        let (standard, graded) = judge(rules, class, zone.date_of(start), &values)?;
        Some(graded.assessment(&station.id, Scheme::parse(standard)?, period, (start, end)).into())
    };
    periods.into_iter().filter_map(verdict).collect()
}

/// What a limit would be of.
fn average(one: &Observation) -> Option<Average> {
    match (one.period, one.statistic) {
        (Period::Hour, Statistic::Mean) => Some(Average::Hour),
        (Period::Day, Statistic::Mean) => Some(Average::Day),
        (Period::Day, Statistic::Max8h) => Some(Average::Max8h),
        _ => None,
    }
}
