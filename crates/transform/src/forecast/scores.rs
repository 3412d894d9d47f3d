//! How good what was issued has been: worked out anew from the issues that are kept and the truth as it stands now.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Duration;
use limpid_model::forecast::{DayScores, Expected, QUANTILES};
use limpid_model::{
    Forecast, ForecastScore, Instant, ParameterId, Period, Pipeline, Scheme, StationId, Statistic, Subject,
};
use limpid_store::{ForecastQuery, Journal, ObservationQuery, Result};

use super::judge::quantile;
use super::levels::{Chances, Levels};
use super::load;
use super::score::{ANNOUNCED_FROM, HEAVY, POLLUTED};
use super::target::{Target, lead_day};
use crate::assess::six;

/// The spans that scores are about, in days.
pub const WINDOWS: [u16; 3] = [30, 90, 365];
/// What was issued by the program.
pub const ISSUED: &str = "issued";
/// What stood in the end, amendments included.
pub const AMENDED: &str = "amended";
/// Issues of one station read in one go: some megabytes.
const ISSUES: usize = 100;
/// Days ahead that are scored.
const LEADS: u8 = 3;

/// Works the scores out as of `now`, for each station and all together, and keeps them.
///
/// # Errors
/// Those of the journal.
pub async fn work_out(pipeline: &Pipeline, journal: &Arc<dyn Journal>, now: Instant) -> Result<usize> {
    let mut tallies = Tallies::new();
    for id in load::stations(pipeline) {
        station(pipeline, journal, id, now, &mut tallies).await?;
    }
    let scores: Vec<ForecastScore> = tallies.into_iter().filter_map(|(key, tally)| tally.score(key, now)).collect();
    let count = scores.len();
    journal.set_forecast_scores(scores).await?;
    Ok(count)
}

/// Subject, model, parameter, days ahead, window.
type Key = (Option<StationId>, &'static str, &'static str, u8, u16);
type Tallies = BTreeMap<Key, Tally>;

#[derive(Debug, Default)]
struct Tally {
    n: u64,
    absolute: f64,
    squares: f64,
    errors: f64,
    pinball: f64,
    within: u64,
    persistence: (f64, u64),
    usual: f64,
    days: DayScores,
}

/// The truth of one station.
struct Truth {
    hours: BTreeMap<(ParameterId, Instant), f32>,
    days: BTreeMap<(ParameterId, Instant), f32>,
}

async fn station(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    id: &StationId,
    now: Instant,
    tallies: &mut Tallies,
) -> Result<()> {
    let longest = Duration::days(WINDOWS[2].into());
    let subject = Subject::Station(id.clone());
    let mut query =
        ForecastQuery { subjects: vec![subject], from: now - longest, to: now, newest: false, after: 0, limit: ISSUES };
    let mut truth = None;
    loop {
        let page = journal.forecasts(query.clone()).await?;
        let Some(last) = page.last() else { return Ok(()) };
        query.after = last.id;
        let truth = match &truth {
            Some(truth) => truth,
            None => truth.insert(Truth::read(journal, id, page[0].issued - Duration::days(2), now).await?),
        };
        for forecast in &page {
            let models: &[&'static str] = if forecast.amends.is_some() { &[AMENDED] } else { &[ISSUED, AMENDED] };
            // What an amendment stands in the place of is scored as issued; as amended only where none came after it.
            for model in models {
                if *model == AMENDED && superseded(&page, forecast) {
                    continue;
                }
                count(pipeline, forecast, model, truth, now, id, tallies);
            }
        }
    }
}

/// Whether another issue of the page amends this one.
fn superseded(page: &[Forecast], forecast: &Forecast) -> bool {
    page.iter().any(|other| other.amends.as_ref().is_some_and(|amends| amends.of == forecast.id))
}

fn count(
    pipeline: &Pipeline,
    forecast: &Forecast,
    model: &'static str,
    truth: &Truth,
    now: Instant,
    id: &StationId,
    tallies: &mut Tallies,
) {
    let age = now.signed_duration_since(forecast.issued);
    let windows: Vec<u16> = WINDOWS.into_iter().filter(|days| age <= Duration::days((*days).into())).collect();
    let mut each = |parameter: ParameterId, lead: u8, change: &dyn Fn(&mut Tally)| {
        for window in &windows {
            for subject in [Some(id.clone()), None] {
                change(tallies.entry((subject, model, parameter.as_str(), lead, *window)).or_default());
            }
        }
    };
    for series in &forecast.hours {
        let known = truth.hours.get(&(series.parameter, series.start - Duration::hours(1))).copied();
        for (hour, expected) in (0..).zip(&series.hours) {
            let came = truth.hours.get(&(series.parameter, series.start + Duration::hours(hour)));
            let (Some(expected), Some(came)) = (expected, came) else { continue };
            let lead = lead_day(hour as usize + 1) as u8;
            each(series.parameter, lead, &|tally| tally.hour(expected, *came, known));
        }
    }
    for day in forecast.days.iter().filter(|day| day.lead_day <= LEADS) {
        let Some(scheme) = Scheme::parse(&day.scheme) else { continue };
        let before = pipeline.publisher.zone.date_of(forecast.issued) - chrono::Days::new(1);
        let before = pipeline.publisher.zone.start_of(before);
        for figure in &day.figures {
            let Some(levels) = Levels::new(scheme, figure.parameter) else { continue };
            let Some(came) = truth.days.get(&(figure.parameter, day.start)) else { continue };
            let stood = truth.days.get(&(figure.parameter, before)).map(|value| levels.of(*value));
            each(figure.parameter, day.lead_day, &|tally| {
                day_score(&mut tally.days, &levels, &figure.expected, *came, stood);
            });
        }
    }
}

fn day_score(days: &mut DayScores, levels: &Levels, expected: &Expected, came: f32, stood: Option<u8>) {
    let draws = (0..100_u8).map(|at| quantile(expected, (f32::from(at) + 0.5) / 100.0));
    let mut counts = Vec::new();
    for level in draws.map(|draw| usize::from(levels.of(draw).max(1))) {
        counts.resize(counts.len().max(level), 0);
        counts[level - 1] += 1;
    }
    let chances = Chances::new(counts);
    let (said, level) = (chances.announced(), levels.of(came).max(1));
    days.n += 1;
    days.hits += u64::from(said == level);
    days.near += u64::from(said.abs_diff(level) <= 1);
    days.persistence_hits += u64::from(stood == Some(level));
    let range = levels.index(quantile(expected, 0.25)).zip(levels.index(quantile(expected, 0.75)));
    let in_range = range.zip(levels.index(came)).is_some_and(|((low, high), index)| (low..=high).contains(&index));
    days.in_range += u64::from(in_range);
    days.by_level.resize(days.by_level.len().max(usize::from(level)), [0, 0]);
    let of_level = &mut days.by_level[usize::from(level) - 1];
    *of_level = [of_level[0] + 1, of_level[1] + u64::from(said == level)];
    for (counts, first) in [(&mut days.polluted, POLLUTED), (&mut days.heavy, HEAVY)] {
        match (chances.from(first) >= ANNOUNCED_FROM, level >= first) {
            (true, true) => counts[0] += 1,
            (false, true) => counts[1] += 1,
            (true, false) => counts[2] += 1,
            (false, false) => {}
        }
    }
}

impl Tally {
    fn hour(&mut self, expected: &Expected, came: f32, known: Option<f32>) {
        let error = f64::from(expected.mean - came);
        self.n += 1;
        self.absolute += error.abs();
        self.squares += error * error;
        self.errors += error;
        let loss = |(value, share): (&f32, u16)| {
            let (over, share) = (f64::from(came - value), f64::from(share) / 1000.0);
            if over >= 0.0 { share * over } else { (share - 1.0) * over }
        };
        self.pinball += expected.quantiles.iter().zip(QUANTILES).map(loss).sum::<f64>() / QUANTILES.len() as f64;
        self.within += u64::from(expected.p10() <= came && came <= expected.p90());
        self.usual += f64::from(expected.usual - came).powi(2);
        if let Some(known) = known {
            self.persistence = (self.persistence.0 + f64::from(known - came).powi(2), self.persistence.1 + 1);
        }
    }

    fn score(self, (subject, model, parameter, lead_day, window): Key, now: Instant) -> Option<ForecastScore> {
        if self.n == 0 && self.days.n == 0 {
            return None;
        }
        let n = self.n.max(1) as f64;
        let rmse = (self.squares / n).sqrt();
        let skill = |squares: f64, count: f64| {
            let reference = (squares / count).sqrt();
            (reference > 0.0).then(|| 1.0 - rmse / reference)
        };
        let (persistence, known) = self.persistence;
        Some(ForecastScore {
            subject: subject.map(Subject::Station),
            model: model.to_owned(),
            parameter: ParameterId::parse(parameter)?,
            lead_day,
            window,
            from: now - Duration::days(window.into()),
            to: now,
            n: self.n,
            mae: self.absolute / n,
            rmse,
            bias: self.errors / n,
            pinball: self.pinball / n,
            cover80: self.within as f64 / n,
            // Of the hours that have both; they are nearly the same ones.
            skill_persistence: (known > 0).then(|| skill(persistence, known as f64)).flatten(),
            skill_climatology: (self.n > 0).then(|| skill(self.usual, n)).flatten(),
            days: self.days,
        })
    }
}

impl Truth {
    async fn read(journal: &Arc<dyn Journal>, id: &StationId, from: Instant, to: Instant) -> Result<Self> {
        let mut truth = Self { hours: BTreeMap::new(), days: BTreeMap::new() };
        for (period, statistic) in
            [(Period::Hour, Statistic::Mean), (Period::Day, Statistic::Mean), (Period::Day, Statistic::Max8h)]
        {
            let query = ObservationQuery {
                stations: vec![id.clone()],
                parameters: six().to_vec(),
                period,
                statistic,
                from,
                to,
                as_of: None,
                after: None,
                limit: load::PAGE,
            };
            load::each(journal, query, |record| {
                let Some(value) = record.value.filter(|_| record.flag.usable()) else { return };
                let key = (record.parameter, record.start);
                if period == Period::Hour {
                    truth.hours.insert(key, value as f32);
                } else if Target::daily(record.parameter).statistic() == statistic {
                    truth.days.insert(key, value as f32);
                }
            })
            .await?;
        }
        Ok(truth)
    }
}
