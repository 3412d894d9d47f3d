//! How the methods would have done: fitted on the past, asked again and again over a span after it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::choice::Recent;
use super::fitted::{Fitted, Plan, Said};
use super::levels::Levels;
use super::methods::Method;
use super::panel::Panel;
use super::scene::{At, Scene};
use super::score::{DayFigures, DayScore, Figures, Score};
use super::target::{Block, HOURLY, Target, lead_day};
use super::weather::Ahead;

/// The word for what would have been issued: of each lead day the method chosen then, by what was known then.
pub const ISSUED: &str = "issued";

/// What to try.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'p> {
    /// All hours, those of the training and those that are forecast.
    pub panel: &'p Panel,
    /// Of what.
    pub parameter: limpid_model::ParameterId,
    /// Hours of the panel before this one are trained on.
    pub train_until: usize,
    /// The first origin.
    pub from: usize,
    /// Origins lie before this hour; what came true may lie after it.
    pub to: usize,
    /// Hours from one origin to the next.
    pub every: usize,
    /// Hours ahead, at most [`HOURLY`].
    pub hours: usize,
    /// The weather to come.
    pub ahead: Ahead,
    /// The scheme by which days are judged.
    pub scheme: &'static limpid_model::Scheme,
    /// See [`Plan::least_step`].
    pub least_step: usize,
}

/// The figures of one model and lead day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// A method, or [`ISSUED`].
    pub model: &'static str,
    /// Of what.
    pub parameter: limpid_model::ParameterId,
    /// Days ahead.
    pub lead_day: LeadDay,
    /// Hours.
    #[serde(flatten)]
    pub figures: Figures,
    /// 1 less the RMSE as a part of that of persistence: that of the same hour of the day before where that is better.
    pub skill_persistence: Option<f64>,
    /// 1 less the RMSE as a part of that of climatology.
    pub skill_climatology: Option<f64>,
    /// Whole days, of origins at midnight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<DayFigures>,
    /// Whether it is what would have been issued.
    pub chosen: bool,
}

/// Days ahead, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum LeadDay {
    /// This many.
    Day(usize),
    /// The whole.
    All(All),
}

/// The word `all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum All {
    /// `all`.
    All,
}

/// One forecast that was tried.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'s> {
    /// A method, or [`ISSUED`].
    pub model: &'static str,
    /// Where and when.
    pub at: At,
    /// What was said.
    pub said: &'s Said,
    /// What came true.
    pub truth: f32,
}

/// What was said, by the hour that will show it true, with what will be true.
type Waiting = BTreeMap<usize, Vec<(At, Vec<Said>, f32)>>;

#[derive(Default)]
struct Tally {
    hours: BTreeMap<(&'static str, usize), Score>,
    days: BTreeMap<(&'static str, usize), DayScore>,
}

/// Fits and tries. `seen` is given every hourly forecast with what came true, `progress` how many of how many steps are
/// done.
///
/// `None` where the panel does not have the parameter.
pub fn backtest(
    trial: &Trial<'_>,
    seen: &mut dyn FnMut(&Pair<'_>),
    progress: &mut dyn FnMut(u64, u64),
) -> Option<Vec<Line>> {
    let hours = trial.hours.min(HOURLY);
    let blocks: Vec<Block> = Block::hourly().into_iter().filter(|block| block.first <= hours).collect();
    let days = hours / 24;
    let leads: Vec<usize> = (1..=days).map(|day| day * 24).collect();
    let day_blocks = Block::single(&leads);
    let origins: Vec<usize> = (trial.from..trial.to).step_by(trial.every.max(1)).collect();
    let fits = if trial.ahead == Ahead::None { 1 } else { 2 };
    let total = (fits * (blocks.len() + day_blocks.len()) + origins.len()) as u64;
    let mut done = 0;
    let mut step = || {
        done += 1;
        progress(done, total);
    };
    let mut fit = |target: Target, blocks: &[Block]| {
        let scene = Scene::until(trial.panel, target, trial.train_until, trial.ahead)?;
        let plan = Plan { blocks, end: trial.train_until, least_step: trial.least_step };
        let fitted = Fitted::fit(&scene, plan, &mut step);
        Some((scene, fitted))
    };
    let (scene, fitted) = fit(Target::hourly(trial.parameter), &blocks)?;
    let (day_scene, day_fitted) = fit(Target::daily(trial.parameter), &day_blocks)?;
    let levels = Levels::new(trial.scheme, trial.parameter);

    let mut tally = Tally::default();
    let mut recent = fitted.recent(&scene, &blocks, trial.train_until);
    let mut day_recent = day_fitted.recent(&day_scene, &day_blocks, trial.train_until);
    // What was said and cannot be known yet whether it came true.
    let (mut waiting, mut day_waiting) = (Waiting::new(), Waiting::new());
    for origin in origins {
        settle(&mut waiting, &blocks, &mut recent, origin);
        settle(&mut day_waiting, &day_blocks, &mut day_recent, origin);
        for place in (0..scene.spots.len()).filter(|place| scene.known(*place, origin)) {
            for lead in (1..=hours).filter(|lead| origin + lead < trial.panel.hours()) {
                let at = At { place, origin, lead };
                let truth = scene.truth(at);
                if truth.is_nan() {
                    continue;
                }
                let all = fitted.say_all(&scene, at);
                for (model, said) in with_issued(&all, recent.method(lead_day(lead), origin)) {
                    tally.hours.entry((model, lead_day(lead))).or_default().add(&said, truth);
                    seen(&Pair { model, at, said: &said, truth });
                }
                if blocks.iter().any(|block| block.last == lead || block.sample().contains(&lead)) {
                    waiting.entry(at.hour()).or_default().push((at, all, truth));
                }
            }
            let Some(levels) = levels.as_ref().filter(|_| trial.panel.clock[origin].hour == 0) else { continue };
            for lead in leads.iter().copied().filter(|lead| origin + lead < trial.panel.hours()) {
                let at = At { place, origin, lead };
                let truth = day_scene.truth(at);
                if truth.is_nan() {
                    continue;
                }
                let all = day_fitted.say_all(&day_scene, at);
                for (model, said) in with_issued(&all, day_recent.method(lead_day(lead), origin)) {
                    tally.days.entry((model, lead_day(lead))).or_default().add(levels, &said.spread, truth);
                }
                day_waiting.entry(at.hour()).or_default().push((at, all, truth));
            }
        }
        step();
    }
    Some(tally.lines(trial))
}

/// What each method says, and what would have been issued of it.
fn with_issued(all: &[Said], (chosen, stretch): (Method, f32)) -> impl Iterator<Item = (&'static str, Said)> {
    let issued = all.iter().find(|said| said.method == chosen);
    let issued = issued.map(|said| (ISSUED, Said { spread: said.spread.stretched(stretch), ..*said }));
    all.iter().map(|said| (said.method.as_str(), *said)).chain(issued)
}

/// Counts what has come true by hour `now`.
fn settle(waiting: &mut Waiting, blocks: &[Block], recent: &mut Recent, now: usize) {
    let later = waiting.split_off(&(now + 1));
    for (at, all, truth) in std::mem::replace(waiting, later).into_values().flatten() {
        let Some(block) = blocks.iter().find(|block| block.has(at.lead)) else { continue };
        for said in &all {
            if at.lead == block.last {
                recent.add(at, said, truth);
            }
            if block.sample().contains(&at.lead) {
                recent.reach(at, said, truth);
            }
        }
    }
    recent.forget(now);
}

impl Tally {
    fn lines(&self, trial: &Trial<'_>) -> Vec<Line> {
        let mut days: Vec<usize> = self.hours.keys().map(|(_, day)| *day).collect();
        days.sort_unstable();
        days.dedup();
        let models = Method::ALL.map(Method::as_str).into_iter().chain([ISSUED]);
        let mut lines = Vec::new();
        for model in models {
            let each = days.iter().map(|day| (LeadDay::Day(*day), vec![*day]));
            for (lead_day, days) in each.chain([(LeadDay::All(All::All), days.clone())]) {
                let Some(figures) = self.hour(model, &days).figures() else { continue };
                let rmse = |model: Method| self.hour(model.as_str(), &days).figures().map(|figures| figures.rmse);
                let skill = |reference: Option<f64>| reference.map(|rmse| 1.0 - figures.rmse / rmse);
                let persistence = [Method::Persistence, Method::SameHour].into_iter().filter_map(rmse);
                lines.push(Line {
                    model,
                    parameter: trial.parameter,
                    lead_day,
                    figures,
                    skill_persistence: skill(persistence.min_by(f64::total_cmp)),
                    skill_climatology: skill(rmse(Method::Climatology)),
                    day: self.day(model, &days).figures(),
                    chosen: model == ISSUED,
                });
            }
        }
        lines
    }

    fn hour(&self, model: &'static str, days: &[usize]) -> Score {
        let mut sum = Score::default();
        days.iter().filter_map(|day| self.hours.get(&(model, *day))).for_each(|score| sum.merge(score));
        sum
    }

    fn day(&self, model: &'static str, days: &[usize]) -> DayScore {
        let mut sum = DayScore::default();
        days.iter().filter_map(|day| self.days.get(&(model, *day))).for_each(|score| sum.merge(score));
        sum
    }
}
