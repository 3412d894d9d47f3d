//! Classes of water, of what is published of a station: its hours, days, months, quarters, twelve months and years.

use std::collections::{BTreeMap, BTreeSet};

use limpid_model::pipeline::Water;
use limpid_model::station::Body;
use limpid_model::{
    Assessment, Flag, Instant, Observation, ParameterId, Period, Record, Scheme, Station, StationKind, Statistic,
    Status,
};

use crate::assess::gb3838::{self, Section};
use crate::assess::graded::{Graded, Values};
use crate::assess::{black_odorous, drinking, gbt14848, tli};
use crate::engine::periods::months_of;
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;

/// Judges the observations among `records`, which must have every parameter of each period that they have any of: under
/// every scheme that fits the station's body of water, and as a drinking-water source where it is one.
///
/// Of lakes the trophic level index is published as a value too. Nothing is said of a period without a record of any item
/// of a scheme: a river's thermometer has no class. Where there is a record, and no usable value in it, the class is
/// missing: it may have been given before a value was corrected. Stations of other kinds have no class.
pub fn classes(rules: &Rules, water: &Water, station: &Station, records: &[Record]) -> Vec<Record> {
    if station.kind != StationKind::Water {
        return Vec::new();
    }
    let mut periods: BTreeMap<(Period, Instant, Instant), (Values, BTreeSet<ParameterId>)> = BTreeMap::new();
    for record in records {
        let Record::Observation(observation) = record else { continue };
        if let Some(span) = judged(observation) {
            let (values, present) = periods.entry(span).or_default();
            present.insert(observation.parameter);
            let usable = observation.value.filter(|_| observation.flag.usable()).and_then(Fixed::from_f64);
            let (parameter, mark) = (observation.parameter, observation.mark);
            let usable =
                usable.map(|value| rules.detection.used(station.kind, &station.limits, parameter, value, mark));
            values.extend(usable.map(|value| (observation.parameter, Mean::from(value))));
        }
    }
    let job = Job { rules, water, station };
    let judged = periods
        .into_iter()
        .map(|((period, start, end), (values, present))| job.judge(period, (start, end), &values, &present));
    judged.flatten().collect()
}

fn judged(observation: &Observation) -> Option<(Period, Instant, Instant)> {
    let judged = |period| matches!(period, Period::Hour | Period::Day) || months_of(period) > 0;
    let fits = judged(observation.period) && observation.statistic == Statistic::Mean;
    fits.then_some((observation.period, observation.start, observation.end))
}

struct Job<'a> {
    rules: &'a Rules,
    water: &'a Water,
    station: &'a Station,
}

impl Job<'_> {
    fn judge(
        &self,
        period: Period,
        span: (Instant, Instant),
        values: &Values,
        present: &BTreeSet<ParameterId>,
    ) -> Vec<Record> {
        let mut records = Vec::new();
        let mut add = |id: &str, graded: Graded| {
            if let Some(scheme) = Scheme::parse(id) {
                let assessment: Assessment = graded.assessment(&self.station.id, scheme, period, span);
                records.push(Record::from(assessment));
            }
        };
        let Station { body, parameters: plan, .. } = self.station;
        let any = |mut items: Box<dyn Iterator<Item = ParameterId> + '_>| items.any(|item| present.contains(&item));
        let target = gb3838::class(&self.station.class);
        if *body == Body::Groundwater {
            if any(Box::new(self.rules.gbt14848.items())) {
                add(gbt14848::ID, gbt14848::judge(self.rules, plan, target, values));
            }
        } else if any(Box::new(self.rules.gb3838.items(*body))) {
            let saturation = self.water.saturation.then(|| self.station.altitude.unwrap_or(0.0));
            add(gb3838::ID, gb3838::section(self.rules, Section { body: *body, target, plan, saturation }, values));
            if let Some(profile) = self.water.black_odorous {
                // A point that does not measure all of the profile's items is no point of that campaign.
                if self.rules.black_odorous.items(profile).all(|item| present.contains(&item)) {
                    add(profile.scheme(), black_odorous::judge(self.rules, profile, values));
                }
            }
        }
        if self.station.drinking && any(drinking::items(self.rules, *body)) {
            add(drinking::ID, drinking::judge(self.rules, *body, plan, values));
        }
        if *body == Body::Lake && self.rules.tli.items().all(|item| present.contains(&item)) {
            add(tli::ID, tli::judge(self.rules, values));
            let n = self.rules.tli.items().filter(|item| values.contains_key(item)).count();
            let index = self.index(period, span, tli::index(self.rules, values));
            let expected = self.rules.tli.items().count();
            records.push(Observation { n: Some(n as u32), expected: Some(expected as u32), ..index }.into());
        }
        records
    }

    /// The trophic level index as a value.
    fn index(&self, period: Period, (start, end): (Instant, Instant), index: Option<Fixed>) -> Observation {
        Observation {
            station: self.station.id.clone(),
            parameter: ParameterId::known("tli"),
            period,
            statistic: Statistic::Mean,
            start,
            end,
            value: index.map(|index| Mean::from(index).to_f64()),
            flag: if index.is_some() { Flag::Pass } else { Flag::Missing },
            mark: None,
            status: Status::Provisional,
            n: None,
            expected: None,
            revised: Vec::new(),
            rules: tli::ID.to_owned(),
            from: None,
        }
    }
}
