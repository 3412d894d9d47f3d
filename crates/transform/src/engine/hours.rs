//! A station's hours over a stretch of time: as sent, or made of minutes, each with its flag.
//!
//! What an hour is by itself depends only on readings that start within it. That is what lets the live engine keep what it
//! knows of the hours before those that a reading touches ([`Hours::after`]), and not read a day of minutes again for
//! every hour. What it is beside the hours around it is judged anew each time, once all of them are there
//! ([`Hours::in_time`]).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Duration};
use limpid_model::{
    Flag, Instant, Limit, Mark, Observation, ParameterId, Period, Revised, Station, Statistic, Status, Zone,
};
use limpid_store::Accepted;

use crate::aggregate::counter::{self, Counted, counted};
use crate::aggregate::hour::{Minutes, hour_level, hour_mean, hour_sum, hour_vector};
use crate::aggregate::mean::mean;
use crate::aggregate::{Aggregate, Counter, How, Made};
use crate::engine::beside::Neighbour;
use crate::fixed::{Fixed, Mean};
use crate::review::Decided;
use crate::standards::Rules;
use crate::validate::series::BEFORE;
use crate::validate::{self, InTime, Judged, climatology, detection, note, sums, weather, worst};

/// Id of the rule that makes an hour of samples.
const HOUR_SAMPLES: &str = "hour-sample-mean";

/// Id of the rule that makes an hour of a counter.
const HOUR_LAST: &str = "hour-last";

/// The last reading of a counter in an hour, and how many there are.
#[derive(Default)]
struct Last {
    at: Option<Instant>,
    value: Option<Fixed>,
    n: u32,
    revised: Vec<Revised>,
}

/// The hours of one parameter, one cell an hour.
#[derive(Debug, Clone)]
struct Series {
    /// Empty cells where the hour is absent, and where only what aggregates need of it is kept.
    observations: Vec<Option<Observation>>,
    present: Vec<bool>,
    /// Values that are sound by themselves and beside other parameters of their hour.
    sound: Vec<Option<Fixed>>,
    /// Those that are also sound beside the hours around them: these enter aggregates and indices.
    usable: Vec<Option<Fixed>>,
    /// What a reviewer decided about: rules have no say any more.
    held: Vec<bool>,
    /// Of the few hours whose readings are not all as first received, which are not.
    revised: BTreeMap<usize, Vec<Revised>>,
    /// Hours in which something stands for values below a limit.
    limited: BTreeSet<usize>,
    /// Hours that are differences of a counter's: they are made anew with it.
    counted: BTreeSet<usize>,
}

impl Series {
    fn of(length: usize) -> Self {
        Self {
            observations: vec![None; length],
            present: vec![false; length],
            sound: vec![None; length],
            usable: vec![None; length],
            held: vec![false; length],
            revised: BTreeMap::new(),
            limited: BTreeSet::new(),
            counted: BTreeSet::new(),
        }
    }
}

/// The hours of every parameter of a station that start within a stretch of time.
#[derive(Debug, Clone)]
pub struct Hours {
    zone: Zone,
    first: Instant,
    length: usize,
    series: BTreeMap<ParameterId, Series>,
}

impl Hours {
    /// Hours from readings, and from what reviewers `decided` about them. An hour that the station sent stands; else it
    /// is made of its minutes once it has ended by `now`, for parameters of which that is meant (`aggregates.csv`). Moments make an hour of water where nothing longer does; else
    /// never: how many of them an hour should have is nowhere said.
    pub fn of(
        rules: &Rules,
        station: &Station,
        zone: Zone,
        readings: &[Accepted],
        decided: Decided<'_>,
        span: (Instant, Instant),
        now: Instant,
    ) -> Self {
        let first = zone.floor_hour(span.0);
        let length = usize::try_from((span.1 - first).num_hours()).unwrap_or(0);
        let mut hours = Self { zone, first, length, series: BTreeMap::new() };
        let made = |parameter| rules.aggregates.at(station.kind, parameter);
        let mut minutes: BTreeMap<(ParameterId, usize), Vec<Minutes>> = BTreeMap::new();
        let mut samples: BTreeMap<(ParameterId, usize), Vec<Option<Fixed>>> = BTreeMap::new();
        let mut revised: BTreeMap<(ParameterId, usize), Vec<Revised>> = BTreeMap::new();
        let mut limited: BTreeSet<(ParameterId, usize)> = BTreeSet::new();
        let mut lasts: BTreeMap<(ParameterId, usize), Last> = BTreeMap::new();
        for accepted in readings {
            let reading = &accepted.reading;
            let Some(place) = hours.place(zone.floor_hour(reading.start)) else { continue };
            match reading.period {
                Period::Hour => {
                    let judged = validate::reading(rules, station.kind, &station.limits, reading);
                    let judged = hours.usual(&station.limits, place, reading.parameter, judged);
                    let usable = judged.usable();
                    let observation = as_sent(accepted, judged, reading.start + Duration::hours(1));
                    hours.set((rules, station), place, usable, observation, decided);
                }
                Period::Minutes(_) | Period::Moment if made(reading.parameter).how == How::Counter => {
                    let judged = validate::reading(rules, station.kind, &station.limits, reading);
                    let Some(value) = judged.usable() else { continue };
                    let last = lasts.entry((reading.parameter, place)).or_default();
                    last.n += 1;
                    if last.at.is_none_or(|at| at <= reading.start) {
                        last.at = Some(reading.start);
                        last.value = Some(value);
                        last.revised = not_as_first_received(accepted, zone).into_iter().collect();
                    }
                }
                Period::Minutes(length) if made(reading.parameter).hour => {
                    let judged = validate::reading(rules, station.kind, &station.limits, reading);
                    if let Some(one) = not_as_first_received(accepted, zone).filter(|_| judged.usable().is_some()) {
                        Revised::join(revised.entry((reading.parameter, place)).or_default(), one);
                    }
                    if judged.usable().is_some() && reading.mark.is_some_and(Mark::is_below) {
                        limited.insert((reading.parameter, place));
                    }
                    let values = minutes.entry((reading.parameter, place)).or_default();
                    values.extend(judged.usable().map(|value| Minutes { start: reading.start, length, value }));
                }
                Period::Moment if made(reading.parameter).samples => {
                    let judged = validate::reading(rules, station.kind, &station.limits, reading);
                    if let Some(one) = not_as_first_received(accepted, zone).filter(|_| judged.usable().is_some()) {
                        Revised::join(revised.entry((reading.parameter, place)).or_default(), one);
                    }
                    if judged.usable().is_some() && reading.mark.is_some_and(Mark::is_below) {
                        limited.insert((reading.parameter, place));
                    }
                    samples.entry((reading.parameter, place)).or_default().extend(judged.usable().map(Some));
                }
                _ => {}
            }
        }
        for ((parameter, place), values) in &minutes {
            let (parameter, place) = (*parameter, *place);
            let start = hours.start(place);
            let ended = now >= start + Duration::hours(1);
            if ended && !hours.has(parameter, start) {
                let speeds = minutes.get(&(ParameterId::known("wind_speed"), place)).map_or(&[][..], Vec::as_slice);
                let set = |limit| if let Limit::Minutes(minutes) = limit { Some(minutes) } else { None };
                let minimum = Limit::set(&station.limits, parameter, set).unwrap_or(rules.validity.hour_minutes);
                let (mut judged, aggregate) = from_minutes(minimum, made(parameter), start, values, speeds);
                if limited.contains(&(parameter, place)) && judged.value.is_some() {
                    note(&mut judged.rules, detection::RULE);
                }
                let judged = hours.usual(&station.limits, place, parameter, judged);
                let usable = judged.usable();
                let mut behind = revised.get(&(parameter, place)).cloned().unwrap_or_default();
                if made(parameter).how == How::Vector {
                    behind
                        .extend(revised.get(&(ParameterId::known("wind_speed"), place)).into_iter().flatten().cloned());
                }
                let made = as_made(station, parameter, start, judged, aggregate);
                hours.set((rules, station), place, usable, made.made_with(behind), decided);
            }
        }
        for ((parameter, place), last) in lasts {
            let start = hours.start(place);
            if now >= start + Duration::hours(1) && !hours.has(parameter, start) {
                let aggregate = Aggregate { mean: last.value.map(Mean::from), n: last.n, expected: 0 };
                let judged = hours.usual(&station.limits, place, parameter, made_by(aggregate, HOUR_LAST));
                let usable = judged.usable();
                let made = as_made(station, parameter, start, judged, aggregate);
                let made = Observation { expected: None, ..made }.made_with(last.revised);
                hours.set((rules, station), place, usable, made, decided);
            }
        }
        for ((parameter, place), values) in samples {
            let start = hours.start(place);
            let ended = now >= start + Duration::hours(1);
            if ended && !hours.has(parameter, start) {
                let aggregate = mean(&values, 1);
                let mut judged = made_by(aggregate, HOUR_SAMPLES);
                if limited.contains(&(parameter, place)) && judged.value.is_some() {
                    note(&mut judged.rules, detection::RULE);
                }
                let judged = hours.usual(&station.limits, place, parameter, judged);
                let usable = judged.usable();
                // How many samples there should be is not known.
                let made = as_made(station, parameter, start, judged, aggregate);
                let revised = revised.remove(&(parameter, place)).unwrap_or_default();
                hours.set(
                    (rules, station),
                    place,
                    usable,
                    Observation { expected: None, ..made }.made_with(revised),
                    decided,
                );
            }
        }
        hours.contradictions(rules, station);
        hours
    }

    /// These hours, each judged beside the hours around it. It must be called once, when every hour that is needed is there:
    /// the last hours before the end lack those after them, and the first those before them.
    pub fn in_time(mut self, rules: &Rules, station: &Station) -> Self {
        self.weather(station);
        for (parameter, series) in &mut self.series {
            let Some(checks) = InTime::of(rules, station.kind, &station.limits, *parameter) else { continue };
            for place in (0..self.length).filter(|place| !series.held[*place]).collect::<Vec<_>>() {
                let found: Vec<_> = checks.judge(&series.sound, place).collect();
                for (flag, rule) in found {
                    series.usable[place] = None;
                    series.doubt(place, flag, rule);
                }
            }
        }
        self
    }

    /// Doubts hours of what the station's weather spoils.
    fn weather(&mut self, station: &Station) {
        if !self.series.keys().any(|parameter| weather::set(&station.limits, *parameter).is_some()) {
            return;
        }
        let sound = |name| self.series.get(&ParameterId::known(name)).map(|series: &Series| series.sound.clone());
        let (wind, rain) = (sound("wind_speed"), sound("rain"));
        if wind.is_none() && rain.is_none() {
            return;
        }
        let at = |series: &Option<Vec<Option<Fixed>>>, place: usize| series.as_ref().and_then(|series| series[place]);
        for (parameter, series) in &mut self.series {
            let Some(weather) = weather::set(&station.limits, *parameter) else { continue };
            for place in 0..self.length {
                let judged = series.present[place] && !series.held[place];
                let found = weather::judge(weather, at(&wind, place), at(&rain, place)).filter(|_| judged);
                if let Some((flag, rule)) = found {
                    series.usable[place] = None;
                    series.doubt(place, flag, rule);
                }
            }
        }
    }

    /// Judges hours beside those of the stations around. It must be called after [`Hours::in_time`]; what these find wrong still
    /// counts here, as what a neighbour's own neighbours find wrong of it does.
    pub(super) fn beside(&mut self, rules: &Rules, station: &Station, neighbours: &[Neighbour]) {
        for (parameter, series) in &mut self.series {
            let Some(near) = rules.neighbours.flagged(station, *parameter) else { continue };
            for place in 0..self.length {
                let Some(value) = series.sound[place].filter(|_| !series.held[place]) else { continue };
                let start = self.first + Duration::hours(place as i64);
                let around = neighbours.iter().filter(|neighbour| neighbour.km <= near.within_km);
                let mut around: Vec<Fixed> =
                    around.filter_map(|neighbour| neighbour.hours.usable(*parameter, start)).collect();
                if let Some((flag, rule)) = near.judge(value, &mut around) {
                    series.usable[place] = None;
                    series.doubt(place, flag, rule);
                }
            }
        }
    }

    /// Adds what counters counted in each of these hours, where the station does not send it. It must be called after
    /// [`Hours::in_time`] and [`Hours::beside`].
    pub(super) fn count(&mut self, rules: &Rules, station: &Station, decided: Decided<'_>) {
        for Counter { counter, amount } in &rules.counters {
            let Some(series) = self.series.get(counter).cloned() else { continue };
            for place in (1..self.length).filter(|place| series.present[*place]) {
                let start = self.start(place);
                if self.has(*amount, start) {
                    continue;
                }
                let turn = counter_turn(station, *counter);
                let found = counted(series.usable[place - 1], &series.usable[place..=place], turn);
                let behind = [place - 1, place].into_iter().filter_map(|place| series.revised.get(&place)).flatten();
                let mut revised = Vec::new();
                behind.for_each(|one| Revised::join(&mut revised, one.clone()));
                let made = of_counter(station, (*amount, Period::Hour), (start, self.start(place + 1)), found);
                let usable = made.value.filter(|_| made.flag.usable()).and_then(Fixed::from_f64);
                self.set((rules, station), place, usable, made.made_with(revised), decided);
                if let Some(series) = self.series.get_mut(amount) {
                    series.counted.insert(place);
                }
            }
        }
    }

    /// A value judged by what is usual in its month at the station.
    fn usual(
        &self,
        limits: &[(ParameterId, Limit)],
        place: usize,
        parameter: ParameterId,
        mut judged: Judged,
    ) -> Judged {
        let month = self.zone.date_of(self.start(place)).month();
        let verdict = judged.value.and_then(|value| climatology::judge(limits, parameter, month, value));
        if let Some((flag, rule)) = verdict {
            judged.flag = worst(judged.flag, flag);
            note(&mut judged.rules, rule);
        }
        judged
    }

    /// What aggregates need of these hours: kept between two rounds of the live engine, some 40 bytes an hour.
    pub fn kept(mut self) -> Self {
        for series in self.series.values_mut() {
            series.observations.clear();
            series.observations.shrink_to_fit();
            for place in std::mem::take(&mut series.counted) {
                series.present[place] = false;
            }
        }
        self
    }

    /// The end of the last hour.
    pub fn end(&self) -> Instant {
        self.start(self.length)
    }

    /// Whether every hour from `from` on, up to the end, is known here.
    pub fn reaches_back_to(&self, from: Instant) -> bool {
        self.first <= from
    }

    /// These hours behind those of `earlier`, from `from` on: where both have an hour, this one's stands.
    pub fn after(mut self, earlier: &Self, from: Instant) -> Self {
        let first = self.zone.floor_hour(from);
        let Ok(more) = usize::try_from((self.first - first).num_hours()) else { return self };
        for series in self.series.values_mut() {
            series.observations.splice(0..0, std::iter::repeat_n(None, more));
            series.present.splice(0..0, std::iter::repeat_n(false, more));
            series.sound.splice(0..0, std::iter::repeat_n(None, more));
            series.usable.splice(0..0, std::iter::repeat_n(None, more));
            series.held.splice(0..0, std::iter::repeat_n(false, more));
            series.revised =
                std::mem::take(&mut series.revised).into_iter().map(|(at, one)| (at + more, one)).collect();
            series.limited = series.limited.iter().map(|place| place + more).collect();
        }
        self.first = first;
        self.length += more;
        for (parameter, known) in &earlier.series {
            for place in 0..more {
                let Some(there) = earlier.place(self.start(place)).filter(|there| known.present[*there]) else {
                    continue;
                };
                let length = self.length;
                let series = self.series.entry(*parameter).or_insert_with(|| Series::of(length));
                series.present[place] = true;
                series.sound[place] = known.sound[there];
                series.usable[place] = known.sound[there];
                series.held[place] = known.held[there];
                if known.limited.contains(&there) {
                    series.limited.insert(place);
                }
                if let Some(revised) = known.revised.get(&there) {
                    series.revised.insert(place, revised.clone());
                }
            }
        }
        self
    }

    /// The parameters that have any hour.
    pub fn parameters(&self) -> impl Iterator<Item = ParameterId> {
        self.series.keys().copied()
    }

    /// The hour that starts at `hour`, unless only what aggregates need of it is kept.
    pub fn get(&self, parameter: ParameterId, hour: Instant) -> Option<&Observation> {
        self.series.get(&parameter)?.observations.get(self.place(hour)?)?.as_ref()
    }

    /// Whether there is that hour, usable or not.
    pub fn has(&self, parameter: ParameterId, hour: Instant) -> bool {
        let Some(place) = self.place(hour) else { return false };
        self.series.get(&parameter).is_some_and(|series| series.present[place])
    }

    /// The value of that hour, where it may enter aggregates and indices.
    pub fn usable(&self, parameter: ParameterId, hour: Instant) -> Option<Fixed> {
        self.series.get(&parameter)?.usable[self.place(hour)?]
    }

    /// The values of the hours before one, sound by themselves, as many as an hour is judged beside.
    pub fn sound_before(&self, parameter: ParameterId, hour: Instant) -> Option<&[Option<Fixed>]> {
        let place = self.place(hour)?;
        Some(&self.series.get(&parameter)?.sound[place.saturating_sub(BEFORE)..place])
    }

    /// The usable values of the hours that start within `from..to`, one cell an hour; `None` when the parameter has no
    /// hour at all within it, usable or not, or the stretch is not wholly known here.
    pub fn window(&self, parameter: ParameterId, from: Instant, to: Instant) -> Option<&[Option<Fixed>]> {
        // A bound within an hour (days where summer time is half an hour) means the next full hour.
        let ceil = |at: Instant| usize::try_from(((at - self.first).num_seconds() + 3599).div_euclid(3600)).ok();
        let range = ceil(from)?..ceil(to)?;
        let series = self.series.get(&parameter)?;
        let any = series.present.get(range.clone())?.contains(&true);
        any.then(|| &series.usable[range])
    }

    /// Which of the readings behind the usable hours that start within `from..to` are not as first received.
    pub fn revised(&self, parameter: ParameterId, from: Instant, to: Instant) -> Vec<Revised> {
        let mut all = Vec::new();
        let Some(series) = self.series.get(&parameter) else { return all };
        for (place, revised) in &series.revised {
            if (from..to).contains(&self.start(*place)) && series.usable[*place].is_some() {
                revised.iter().for_each(|one| Revised::join(&mut all, one.clone()));
            }
        }
        all
    }

    /// Whether something stands for a value below a limit in a usable hour that starts within `from..to`.
    pub fn limited(&self, parameter: ParameterId, from: Instant, to: Instant) -> bool {
        let usable =
            |series: &Series, place: usize| (from..to).contains(&self.start(place)) && series.usable[place].is_some();
        let series = self.series.get(&parameter);
        series.is_some_and(|series| series.limited.iter().any(|place| usable(series, *place)))
    }

    fn place(&self, hour: Instant) -> Option<usize> {
        usize::try_from((hour - self.first).num_hours()).ok().filter(|place| hour >= self.first && *place < self.length)
    }

    fn start(&self, place: usize) -> Instant {
        self.first + Duration::hours(place as i64)
    }

    fn set(
        &mut self,
        by: (&Rules, &Station),
        place: usize,
        usable: Option<Fixed>,
        mut observation: Observation,
        decided: Decided<'_>,
    ) {
        let length = self.length;
        let ruling = decided.apply(&mut observation);
        let usable = ruling.map_or(usable, |ruled| used(by, &observation, ruled));
        let series = self.series.entry(observation.parameter).or_insert_with(|| Series::of(length));
        if observation.rules.split(' ').any(|rule| rule == detection::RULE) {
            series.limited.insert(place);
        }
        if !observation.revised.is_empty() {
            series.revised.insert(place, observation.revised.clone());
        }
        series.observations[place] = Some(observation);
        series.present[place] = true;
        series.held[place] = ruling.is_some();
        series.sound[place] = usable;
        series.usable[place] = usable;
    }

    /// Marks hours suspect in which a part exceeds its whole, or a sum is none. Only values that are otherwise usable are
    /// compared.
    fn contradictions(&mut self, rules: &Rules, station: &Station) {
        let here = |parameter: &ParameterId| self.series.contains_key(parameter);
        let mut pairs = rules.consistency.pairs(&station.limits);
        pairs.retain(|pair| here(&pair.part) && here(&pair.whole));
        let mut sums = sums::at(&rules.sums, &station.limits);
        sums.retain(|sum| here(&sum.whole) && sum.terms.iter().all(|(term, _)| here(term)));
        for place in 0..self.length {
            for pair in &pairs {
                let (Some(part), Some(whole)) = (self.sound(pair.part, place), self.sound(pair.whole, place)) else {
                    continue;
                };
                if pair.contradicts(part, whole) {
                    self.suspect(pair.part, place, &pair.rule);
                    self.suspect(pair.whole, place, &pair.rule);
                }
            }
            for sum in &sums {
                let Some(whole) = self.sound(sum.whole, place) else { continue };
                let terms = sum.terms.iter().map(|(term, _)| self.sound(*term, place)).collect::<Option<Vec<_>>>();
                if terms.is_some_and(|terms| sum.contradicts(whole, &terms)) {
                    self.suspect(sum.whole, place, &sum.rule);
                    sum.terms.iter().for_each(|(term, _)| self.suspect(*term, place, &sum.rule));
                }
            }
        }
    }

    fn sound(&self, parameter: ParameterId, place: usize) -> Option<Fixed> {
        self.series.get(&parameter)?.sound[place]
    }

    fn suspect(&mut self, parameter: ParameterId, place: usize, rule: &str) {
        let Some(series) = self.series.get_mut(&parameter).filter(|series| !series.held[place]) else { return };
        series.sound[place] = None;
        series.usable[place] = None;
        series.doubt(place, Flag::Suspect, rule);
    }
}

impl Series {
    /// Gives the hour a worse flag, where it is known in full.
    fn doubt(&mut self, place: usize, flag: Flag, rule: &str) {
        if let Some(Some(observation)) = self.observations.get_mut(place) {
            observation.flag = worst(observation.flag, flag);
            note(&mut observation.rules, rule);
        }
    }
}

/// The number at which a counter of a station is zero again, where that is set.
pub(super) fn counter_turn(station: &Station, counter: ParameterId) -> Option<Fixed> {
    let turn = |limit| if let Limit::Counter(turn) = limit { Some(turn) } else { None };
    Limit::set(&station.limits, counter, turn).and_then(Fixed::from_f64)
}

/// What a counter counted in an hour or a day, as it is published.
pub(super) fn of_counter(
    station: &Station,
    (amount, period): (ParameterId, Period),
    span: (Instant, Instant),
    found: Counted,
) -> Observation {
    let rule = if period == Period::Hour { "hour-counter" } else { "day-counter" };
    let mut made = found.amount.observation(&station.id, (amount, period, Statistic::Mean), span, rule);
    if found.turned {
        note(&mut made.rules, counter::TURNED);
    }
    if found.reset && made.value.is_some() {
        note(&mut made.rules, counter::RESET);
        made.flag = Flag::Suspect;
    }
    made
}

/// What a reviewer let stand, as it enters aggregates: of a limit below which the value lies, a part.
pub(super) fn used((rules, station): (&Rules, &Station), one: &Observation, ruled: Option<Fixed>) -> Option<Fixed> {
    ruled.map(|value| rules.detection.used(station.kind, &station.limits, one.parameter, value, one.mark))
}

/// A reading that was corrected, as a stretch of one.
fn not_as_first_received(accepted: &Accepted, zone: Zone) -> Option<Revised> {
    let Accepted { revision, reading, .. } = accepted;
    let (parameter, from) = (reading.parameter, reading.start);
    let to = reading.period.end(from, zone);
    (*revision > 1).then_some(Revised { parameter, from, to, revision: *revision, review: None })
}

/// A reading as it is published.
pub(super) fn as_sent(accepted: &Accepted, judged: validate::Judged, end: Instant) -> Observation {
    let reading = &accepted.reading;
    let (parameter, from, to, revision) = (reading.parameter, reading.start, end, accepted.revision);
    let revised = (revision > 1).then_some(Revised { parameter, from, to, revision, review: None });
    Observation {
        station: reading.station.clone(),
        parameter: reading.parameter,
        period: reading.period,
        statistic: Statistic::Mean,
        start: reading.start,
        end,
        value: reading.value,
        flag: judged.flag,
        mark: reading.mark,
        status: Status::Provisional,
        n: None,
        expected: None,
        revised: revised.into_iter().collect(),
        rules: judged.rules,
        from: Some(accepted.receipt),
    }
}

/// An hour made of minutes, of which it needs `minimum`. `speeds` are the wind's in the same hour.
fn from_minutes(
    minimum: u32,
    made: Made,
    start: Instant,
    values: &[Minutes],
    speeds: &[Minutes],
) -> (Judged, Aggregate) {
    let (aggregate, rule) = match made.how {
        How::Mean if made.energy => (hour_level(values, start, minimum), "hour-energy-mean"),
        How::Mean | How::Flow | How::Counter => (hour_mean(values, start, minimum), "hour-mean"),
        How::Sum => (hour_sum(values, start, minimum), "hour-sum"),
        How::Vector => (hour_vector(values, speeds, start, minimum), "hour-vector"),
    };
    (made_by(aggregate, rule), aggregate)
}

/// An aggregate as a value with its flag.
fn made_by(aggregate: Aggregate, rule: &str) -> Judged {
    let value = aggregate.mean.map(Mean::to_f64).and_then(Fixed::from_f64);
    let flag = if aggregate.mean.is_some() { Flag::Pass } else { Flag::Missing };
    Judged { value, flag, rules: rule.to_owned() }
}

/// The same as it is published.
fn as_made(
    station: &Station,
    parameter: ParameterId,
    start: Instant,
    judged: Judged,
    aggregate: Aggregate,
) -> Observation {
    let subject = (parameter, Period::Hour, Statistic::Mean);
    let span = (start, start + Duration::hours(1));
    Observation { flag: judged.flag, ..aggregate.observation(&station.id, subject, span, &judged.rules) }
}
