//! What is published of a station's readings.

use chrono::{Duration, NaiveDate};
use limpid_model::{
    Assessment, Flag, Instant, Observation, ParameterId, Period, Record, Scheme, Station, StationKind, Statistic,
    Status, Zone,
};
use limpid_store::Accepted;

use crate::aggregate::counter::counted;
use crate::aggregate::energy::energy_mean;
use crate::aggregate::flow::flow_weighted;
use crate::aggregate::hour::Minutes;
use crate::aggregate::max8h::max8h;
use crate::aggregate::mean::mean;
use crate::aggregate::quarter::largest_quarter;
use crate::aggregate::sum::sum;
use crate::aggregate::vector::{Wind, vector_mean};
use crate::aggregate::{Aggregate, How, Made};
use crate::assess::gb3095::Class;
use crate::assess::{self, Daily, Realtime, Six, Verdict, in_naqi, six, uk_daqi};
use crate::engine::hours::{Hours, as_sent, counter_turn, of_counter, used};
use crate::engine::wanted::Wanted;
use crate::fixed::{Fixed, Mean};
use crate::review::Decided;
use crate::standards::Rules;
use crate::validate::{self, InTime};

/// Derives what is `wanted` from a station's readings, which must be all that start within [`Wanted::span`].
///
/// - readings of moments and minutes, as sent, each with its flag
/// - hours, as sent or made of minutes
/// - moving means and the real-time index, for every hour of which the station has any value
/// - day means, the largest 8-hour mean, and the daily index, for days that have ended by `now`
///
/// The index is given at air stations, under every scheme that is built in. A record is provisional until reviewers `decided`
/// about all of its period, which must be all that they decided about this station within the span. A value that
/// is missing, or an aggregate of too few values, is published as such (`None`, flag 9), so that a gap can be told from
/// silence. A day that the station sent is published where limpid makes none itself: for parameters without a day mean,
/// and for days without a single hour. What is published does not depend on the order of the readings.
pub fn derive(
    rules: &Rules,
    station: &Station,
    zone: Zone,
    readings: &[Accepted],
    decided: Decided<'_>,
    wanted: &Wanted,
    now: Instant,
) -> Vec<Record> {
    let Some(span) = wanted.span(zone) else { return Vec::new() };
    let mut hours = Hours::of(rules, station, zone, readings, decided, span, now).in_time(rules, station);
    hours.count(rules, station, decided);
    let judged = Judging { rules, station, zone, decided };
    derive_of(&judged, &hours, readings, wanted, now)
}

/// The same from hours that are known and judged over the whole span; of the readings, those from [`Wanted::touched_from`] on.
pub(super) fn derive_of(
    judging: &Judging<'_>,
    hours: &Hours,
    readings: &[Accepted],
    wanted: &Wanted,
    now: Instant,
) -> Vec<Record> {
    let Judging { rules, station, zone, decided } = *judging;
    let exempt = six().map(|one| station.exempt.contains(&one));
    let sulphur = if wanted.days.is_empty() { Vec::new() } else { sulphur(judging, hours, readings) };
    let job = Job { rules, station, zone, decided, hours, exempt, sulphur };
    let mut records = Vec::new();
    job.sent(readings, wanted, &mut records);
    for hour in &wanted.hours {
        let observations = hours.parameters().filter_map(|parameter| hours.get(parameter, *hour));
        records.extend(observations.cloned().map(Record::from));
    }
    for hour in &wanted.windows {
        job.moving(*hour, &mut records);
    }
    for date in &wanted.days {
        if now >= zone.day(*date).1 {
            job.day(*date, readings, &mut records);
        }
    }
    decided.settle(&mut records);
    records
}

/// By what a station is judged.
pub(super) struct Judging<'a> {
    pub(super) rules: &'a Rules,
    pub(super) station: &'a Station,
    pub(super) zone: Zone,
    pub(super) decided: Decided<'a>,
}

struct Job<'a> {
    rules: &'a Rules,
    station: &'a Station,
    zone: Zone,
    decided: Decided<'a>,
    hours: &'a Hours,
    exempt: Six<bool>,
    /// Minutes of sulphur dioxide in usable hours, in order.
    sulphur: Vec<Minutes>,
}

/// Minutes of sulphur dioxide in usable hours, in order: one index is made of quarters of an hour.
fn sulphur(judging: &Judging<'_>, hours: &Hours, readings: &[Accepted]) -> Vec<Minutes> {
    let Judging { rules, station, zone, .. } = *judging;
    let so2 = six()[assess::SO2];
    let minutes = |accepted: &Accepted| {
        let reading = &accepted.reading;
        let Period::Minutes(length) = reading.period else { return None };
        hours.usable(so2, zone.floor_hour(reading.start)).filter(|_| reading.parameter == so2)?;
        let value = validate::reading(rules, station.kind, &station.limits, reading).usable()?;
        Some(Minutes { start: reading.start, length, value })
    };
    if station.kind != StationKind::Air {
        return Vec::new();
    }
    let mut all: Vec<Minutes> = readings.iter().filter_map(minutes).collect();
    all.sort_by_key(|one| one.start);
    all
}

impl Job<'_> {
    /// Readings of moments and minutes: the new ones, and of minutes those of hours that are derived anew, since what
    /// stands before them may have changed.
    fn sent(&self, readings: &[Accepted], wanted: &Wanted, records: &mut Vec<Record>) {
        for accepted in readings {
            let reading = &accepted.reading;
            let hour = self.zone.floor_hour(reading.start);
            let fresh = accepted.seq > wanted.fresh_after && wanted.readings.contains(&hour);
            let publish = match reading.period {
                Period::Moment => fresh,
                Period::Minutes(_) => fresh || wanted.hours.contains(&hour),
                _ => false,
            };
            if publish {
                let mut judged = validate::reading(self.rules, self.station.kind, &self.station.limits, reading);
                if matches!(reading.period, Period::Minutes(_)) {
                    self.beside_hours(reading.parameter, hour, &mut judged);
                }
                let end = reading.period.end(reading.start, self.zone);
                let mut observation = as_sent(accepted, judged, end);
                self.decided.apply(&mut observation);
                records.push(observation.into());
            }
        }
    }

    /// Doubts a value of minutes that is a slip of the unit beside the hours before its own.
    fn beside_hours(&self, parameter: ParameterId, hour: Instant, judged: &mut validate::Judged) {
        let Some(checks) = InTime::of(self.rules, self.station.kind, &self.station.limits, parameter) else { return };
        let Some(value) = judged.usable() else { return };
        let Some(before) = self.hours.sound_before(parameter, hour) else { return };
        let beside: Vec<Option<Fixed>> = before.iter().copied().chain([Some(value)]).collect();
        if let Some((flag, rule)) = checks.slipped(&beside) {
            judged.flag = validate::worst(judged.flag, flag);
            validate::note(&mut judged.rules, rule);
        }
    }

    /// Moving means that end with an hour, and the index of that hour.
    fn moving(&self, hour: Instant, records: &mut Vec<Record>) {
        if !self.hours.parameters().any(|parameter| self.hours.has(parameter, hour)) {
            return;
        }
        let end = hour + Duration::hours(1);
        let validity = &self.rules.validity;
        for parameter in self.hours.parameters() {
            let made = self.rules.aggregates.at(self.station.kind, parameter);
            for (wanted, period, length, minimum, rule) in [
                (made.moving8, Period::Hours8, 8, validity.moving_8h_hours, "moving-8h"),
                (made.moving24, Period::Hours24, 24, validity.moving_24h_hours, "moving-24h"),
            ] {
                let start = end - Duration::hours(length);
                if let Some(window) = self.hours.window(parameter, start, end).filter(|_| wanted) {
                    let aggregate = mean(window, minimum);
                    let subject = (parameter, period, Statistic::Mean);
                    let made = aggregate.observation(&self.station.id, subject, (start, end), rule);
                    records.push(self.traced(made, None).into());
                }
            }
        }
        if six().iter().any(|parameter| self.hours.has(*parameter, hour)) {
            let moving = |parameter, length, minimum| {
                let window = self.hours.window(parameter, end - Duration::hours(length), end)?;
                mean(window, minimum).mean
            };
            let input = Realtime {
                hour: six().map(|parameter| self.hours.usable(parameter, hour).map(Mean::from)),
                moving24: six().map(|parameter| moving(parameter, 24, validity.moving_24h_hours)),
                last12: [assess::PM25, assess::PM10].map(|place| self.last(six()[place], end)),
                last3: [assess::O3, assess::NO2, assess::PM25].map(|place| self.last(six()[place], end)),
                o3_moving8: moving(six()[assess::O3], 8, validity.moving_8h_hours),
                exempt: self.exempt,
            };
            let judge = |edition: &assess::Edition| Some((edition.realtime?)(self.rules, &input));
            self.assess(Period::Hour, hour, end, judge, records);
        }
    }

    /// The usable values of the last hours up to `end`, the oldest first.
    fn last<const N: usize>(&self, parameter: ParameterId, end: Instant) -> [Option<Fixed>; N] {
        let hour = |back: usize| self.hours.usable(parameter, end - Duration::hours((N - back) as i64));
        std::array::from_fn(hour)
    }

    /// A calendar day that has ended.
    fn day(&self, date: NaiveDate, readings: &[Accepted], records: &mut Vec<Record>) {
        let (start, end) = self.zone.day(date);
        let sent = self.sent_days(start, end, readings);
        let mut input = Daily { exempt: self.exempt, ..Daily::default() };
        let mut any = false;
        let mut parameters: Vec<ParameterId> = self.hours.parameters().collect();
        parameters.extend(sent.iter().map(|(observation, _)| observation.parameter));
        parameters.sort_unstable();
        parameters.dedup();
        for parameter in parameters {
            let made_of = self.rules.aggregates.at(self.station.kind, parameter);
            let Made { day, max8h: largest, .. } = made_of;
            let position = six().iter().position(|one| *one == parameter);
            let hours = self.hours.window(parameter, start, end);
            let made = if let Some(counted) = self.counted_day(parameter, (start, end)) {
                records.push(counted.into());
                None
            } else if let Some(hours) = hours.filter(|_| day) {
                let (aggregate, rule) = self.day_of(parameter, made_of, hours, (start, end));
                let subject = (parameter, Period::Day, Statistic::Mean);
                let made = aggregate.observation(&self.station.id, subject, (start, end), rule);
                records.push(self.traced(made, made_of.how.beside()).into());
                Some(aggregate.mean)
            } else if let Some((observation, usable)) = sent.iter().find(|(sent, _)| sent.parameter == parameter) {
                records.push(observation.clone().into());
                Some(usable.map(Mean::from))
            } else {
                None
            };
            if let (Some(position), Some(mean)) = (position, made) {
                any = true;
                input.mean[position] = mean;
            }
            if parameter == ParameterId::known("nh3") {
                // It is looked at by India's index alone.
                let of_hours = hours.filter(|_| day).map(|hours| mean(hours, in_naqi::HOURS).mean);
                input.nh3 = of_hours.unwrap_or(made.flatten());
            }
            let Some(hours) = hours else { continue };
            let largest8h = max8h(hours, &self.rules.validity, Class::parse(&self.station.class));
            if largest {
                let subject = (parameter, Period::Day, Statistic::Max8h);
                let made = largest8h.observation(&self.station.id, subject, (start, end), "day-max8h");
                records.push(self.traced(made, None).into());
            }
            if let (Some(position), Some(valid)) = (position, made) {
                input.hours(position, hours, mean(hours, 1), valid, largest8h.mean);
            }
        }
        if any {
            input.so2_quarter = largest_quarter(&self.sulphur, (start, end), uk_daqi::CAPTURE);
            self.assess(Period::Day, start, end, |edition| Some((edition.daily?)(self.rules, &input)), records);
        }
    }

    /// An aggregate of hours, with what is to be said of those behind it.
    fn traced(&self, made: Observation, beside: Option<&str>) -> Observation {
        let Observation { parameter, start, end, .. } = made;
        let mut revised = self.hours.revised(parameter, start, end);
        revised
            .extend(beside.into_iter().flat_map(|beside| self.hours.revised(ParameterId::known(beside), start, end)));
        let mut made = made.made_with(revised);
        if made.value.is_some() && self.hours.limited(parameter, start, end) {
            validate::note(&mut made.rules, validate::detection::RULE);
        }
        made
    }

    /// What a counter counted in a day, where `parameter` is what one counts and the station has its readings.
    fn counted_day(&self, parameter: ParameterId, (start, end): (Instant, Instant)) -> Option<Observation> {
        let counter = self.rules.counters.iter().find(|one| one.amount == parameter)?.counter;
        let readings = self.hours.window(counter, start, end)?;
        let before = self.hours.usable(counter, self.zone.floor_hour(start) - Duration::hours(1));
        let found = counted(before, readings, counter_turn(self.station, counter));
        let mut made = of_counter(self.station, (parameter, Period::Day), (start, end), found);
        if made.value.is_some() {
            made = made.made_with(self.hours.revised(counter, start - Duration::hours(1), end));
        }
        Some(made)
    }

    /// The value of a day of one parameter, and the id of the rule.
    fn day_of(
        &self,
        parameter: ParameterId,
        made: Made,
        hours: &[Option<Fixed>],
        (start, end): (Instant, Instant),
    ) -> (Aggregate, &'static str) {
        let minimum = self.rules.validity.day_hours_of(parameter, hours.len());
        let beside = |name| self.hours.window(ParameterId::known(name), start, end);
        let missing = || vec![None; hours.len()];
        match made.how {
            How::Mean if made.energy => (energy_mean(hours, minimum), "day-energy-mean"),
            How::Mean if made.samples => (mean(hours, 1), "day-sample-mean"),
            How::Mean => (mean(hours, minimum), "day-mean"),
            How::Sum | How::Counter => (sum(hours, minimum), "day-sum"),
            How::Flow => {
                let flows = beside("flow").map_or_else(missing, <[_]>::to_vec);
                (flow_weighted(hours, &flows, minimum), "day-flow-weighted")
            }
            How::Vector => {
                let speeds = beside("wind_speed").map_or_else(missing, <[_]>::to_vec);
                let wind = |(direction, speed): (&Option<Fixed>, Option<Fixed>)| {
                    Some(Wind { direction: (*direction)?, speed, weight: 1 })
                };
                let winds: Vec<Wind> = hours.iter().zip(speeds).filter_map(wind).collect();
                (vector_mean(&winds, hours.len() as u32, minimum), "day-vector")
            }
        }
    }

    /// Days as the station sent them, checked as hours are.
    fn sent_days(&self, start: Instant, end: Instant, readings: &[Accepted]) -> Vec<(Observation, Option<Fixed>)> {
        let mut days = Vec::new();
        for accepted in readings {
            if accepted.reading.period == Period::Day && accepted.reading.start == start {
                let judged = validate::reading(self.rules, self.station.kind, &self.station.limits, &accepted.reading);
                let usable = judged.usable();
                let mut observation = as_sent(accepted, judged, end);
                let ruling = self.decided.apply(&mut observation);
                let usable = ruling.map_or(usable, |ruled| used((self.rules, self.station), &observation, ruled));
                days.push((observation, usable));
            }
        }
        for pair in self.rules.consistency.pairs(&self.station.limits) {
            let usable =
                |parameter| days.iter().find(|(day, _)| day.parameter == parameter).and_then(|(_, usable)| *usable);
            let (Some(part), Some(whole)) = (usable(pair.part), usable(pair.whole)) else { continue };
            if pair.contradicts(part, whole) {
                for (day, usable) in days.iter_mut().filter(|(day, _)| [pair.part, pair.whole].contains(&day.parameter))
                {
                    *usable = None;
                    day.flag = validate::worst(day.flag, Flag::Suspect);
                    validate::note(&mut day.rules, &pair.rule);
                }
            }
        }
        days
    }

    /// The verdict of every scheme that has one of this period.
    fn assess(
        &self,
        period: Period,
        start: Instant,
        end: Instant,
        judge: impl Fn(&assess::Edition) -> Option<Verdict>,
        records: &mut Vec<Record>,
    ) {
        if self.station.kind != StationKind::Air {
            // A stack's gases have the names of ambient ones; the index is not about them.
            return;
        }
        for scheme in Scheme::all() {
            let Some(verdict) = assess::edition(scheme).and_then(&judge) else { continue };
            let sub = six().into_iter().zip(verdict.sub).zip(verdict.of);
            let assessment = Assessment {
                station: self.station.id.clone(),
                scheme,
                period,
                start,
                end,
                index: verdict.index,
                level: verdict.level.or_else(|| Some(scheme.level_of(verdict.index?)?.level)),
                primary: verdict.primary,
                sub: sub.filter(|(_, of)| *of).map(|(sub, _)| sub).chain(verdict.beside).collect(),
                reason: verdict.reason.map(str::to_owned),
                status: Status::Provisional,
                event: false,
                compliance: None,
            };
            records.push(assessment.into());
        }
    }
}
