//! Days and nights of noise: their levels, whether these meet the limits of the zone, and how often in a month.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Months, NaiveDate};
use limpid_model::{
    Assessment, Compliance, Instant, Met, Observation, ParameterId, Part, Period, Pipeline, Record, Scheme, Station,
    StationKind, Statistic, Status, Zone,
};

use crate::aggregate::Aggregate;
use crate::aggregate::energy::energy_mean;
use crate::aggregate::noise::{self, Span};
use crate::assess::gb3096;
use crate::engine::hours::Hours;
use crate::engine::periods::months_of;
use crate::engine::wanted::Wanted;
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;

/// Levels of the day and night of each date of `wanted.nights`, each once it has ended by `now`, and whether they meet the
/// limits of the station's zone.
///
/// A night belongs to the date on which it starts; its `start` and `end` say from when to when it was. Ld and Ln are
/// energetic means of the hours that start within them; Ldn and Lden are published when the last of their parts has
/// ended. Nothing is published of a part without a single hour. Other percentiles than these energies, L10 to L90, are
/// never made of hours: they have no mean.
pub fn nights(
    rules: &Rules,
    pipeline: &Pipeline,
    station: &Station,
    hours: &Hours,
    wanted: &Wanted,
    now: Instant,
) -> Vec<Record> {
    if station.kind != StationKind::Noise {
        return Vec::new();
    }
    let mut job = Job { rules, pipeline, station, hours, now, records: Vec::new() };
    wanted.nights.iter().for_each(|date| job.date(*date));
    job.records
}

struct Job<'a> {
    rules: &'a Rules,
    pipeline: &'a Pipeline,
    station: &'a Station,
    hours: &'a Hours,
    now: Instant,
    records: Vec<Record>,
}

impl Job<'_> {
    fn date(&mut self, date: NaiveDate) {
        let (noise, zone) = (&self.pipeline.noise, self.pipeline.publisher.zone);
        let [day, night] = [Part::Day, Part::Night].map(|part| noise::span(noise, part, date, zone));
        let minimum = [noise.day_hours, noise.night_hours];
        let levels = [(day, minimum[0]), (night, minimum[1])].map(|(span, minimum)| self.level(span, minimum));
        for (part, name, rule, span, level) in
            [(Part::Day, "ld", "noise-day", day, levels[0]), (Part::Night, "ln", "noise-night", night, levels[1])]
        {
            if let Some(level) = level.filter(|_| self.now >= span.1) {
                self.publish(name, rule, span, level);
                self.judge(part, span, level);
            }
        }
        if let [Some(day_level), Some(night_level)] = levels
            && self.now >= night.1
        {
            self.publish("ldn", "noise-ldn", (day.0, night.1), noise::ldn(&day_level, &night_level));
        }
        let spans = noise::end_spans(noise, date, zone);
        // By day the same hours in part are needed as by the day of 16, by night as by that of 8.
        let needs = [minimum[0] * 12 / 16, minimum[0] * 4 / 16, minimum[1]];
        let parts = [0, 1, 2].map(|part| self.level(spans[part], needs[part].max(1)));
        if let [Some(day), Some(evening), Some(night)] = parts
            && self.now >= spans[2].1
        {
            self.publish("lden", "noise-lden", (spans[0].0, spans[2].1), noise::lden(&[day, evening, night]));
        }
    }

    /// The level of the hours that start within a span; `None` where there is none of them.
    fn level(&self, (start, end): Span, minimum: u32) -> Option<Aggregate> {
        self.hours.window(ParameterId::known("leq"), start, end).map(|hours| energy_mean(hours, minimum))
    }

    fn publish(&mut self, name: &str, rule: &str, span: Span, level: Aggregate) {
        let subject = (ParameterId::known(name), Period::Day, Statistic::Mean);
        let revised = self.hours.revised(ParameterId::known("leq"), span.0, span.1);
        let made = level.observation(&self.station.id, subject, span, rule);
        self.records.push(made.made_with(revised).into());
    }

    fn judge(&mut self, part: Part, span: Span, level: Aggregate) {
        let Some(zone) = self.rules.gb3096.named(&self.station.class) else { return };
        let Some(scheme) = Scheme::parse(gb3096::ID) else { return };
        let loudest = self.hours.window(ParameterId::known("lmax"), span.0, span.1);
        let loudest = loudest.and_then(|hours| hours.iter().flatten().max().copied());
        if let Some(graded) = gb3096::judge(self.rules, zone, part, level.mean, loudest.map(Mean::from)) {
            self.records.push(graded.assessment(&self.station.id, scheme, Period::Day, span).into());
        }
    }
}

/// How many days and nights of each period of `wanted`, given by its first day, met the limit of the station's zone, from its
/// published levels. Days and nights without a valid level are not counted. The level is 1 when all were met, and missing when
/// none was judged. Of twelve months there is one where the last of them has a level.
pub fn rates(
    rules: &Rules,
    station: &Station,
    zone: Zone,
    days: &[Observation],
    wanted: &BTreeSet<(Period, NaiveDate)>,
) -> Vec<Record> {
    let (Some(of), Some(scheme)) = (rules.gb3096.named(&station.class), Scheme::parse(gb3096::ID)) else {
        return Vec::new();
    };
    if station.kind != StationKind::Noise {
        return Vec::new();
    }
    let mut levels: BTreeMap<(NaiveDate, Part), Option<Fixed>> = BTreeMap::new();
    for day in days {
        let part = match day.parameter.as_str() {
            "ld" => Part::Day,
            "ln" => Part::Night,
            _ => continue,
        };
        // A day as the station sent it starts at midnight; one that limpid made starts later, and stands.
        let level = day.value.filter(|_| day.flag.usable()).and_then(Fixed::from_f64);
        let known = levels.entry((zone.date_of(day.start), part)).or_default();
        *known = level.or(*known);
    }
    let count = |(period, first): &(Period, NaiveDate)| {
        let end = *first + Months::new(months_of(*period));
        let last = end - Months::new(1);
        let newest = levels.range((*first, Part::Day)..(end, Part::Day)).next_back()?;
        let present = *period != Period::Months12 || newest.0.0 >= last;
        let mut met = [Part::Day, Part::Night].map(|part| Met { part, judged: 0, met: 0 });
        for ((_, part), level) in levels.range((*first, Part::Day)..(end, Part::Day)) {
            let judged = level.and_then(|level| gb3096::judge(rules, of, *part, Some(level.into()), None));
            let met = &mut met[*part as usize];
            met.judged += u32::from(judged.is_some());
            met.met += u32::from(judged.is_some_and(|judged| judged.level == Some(gb3096::MET)));
        }
        present.then_some(((*period, *first), met))
    };
    let rate = |((period, first), met): ((Period, NaiveDate), [Met; 2])| {
        let start = zone.start_of(first);
        let end = period.end(start, zone);
        let any = met.iter().any(|met| met.judged > 0);
        let all = any.then(|| met.iter().all(|met| met.met == met.judged));
        let compliance =
            Compliance { target: Some(of.to_owned()), reached: all, met: met.to_vec(), ..Compliance::default() };
        Record::from(Assessment {
            station: station.id.clone(),
            scheme,
            period,
            start,
            end,
            index: None,
            level: all.map(|all| if all { gb3096::MET } else { gb3096::EXCEEDED }),
            primary: Vec::new(),
            sub: Vec::new(),
            reason: all.is_none().then(|| "missing".to_owned()),
            status: Status::Provisional,
            event: false,
            compliance: Some(Box::new(compliance)),
        })
    };
    wanted.iter().filter_map(count).map(rate).collect()
}
