//! All methods of one target, fitted, with what may come around what each of them says.

use serde::{Deserialize, Serialize};

use super::bands::{Bands, Spread};
use super::choice::{Choice, Recent};
use super::methods::damped::Damped;
use super::methods::external::External;
use super::methods::ridge::{FOLDS, Ridge};
use super::methods::simple::{Persistence, SameHour, Usually};
use super::methods::{Forecaster, Method};
use super::sample::Sample;
use super::scene::{At, Scene};
use super::target::{Block, Target, lead_day};

/// Hours of history from which on departures from the usual are worth fitting: a year and a month, so that every time of
/// the year is usual by more than what it is to explain.
const LEAST: usize = 395 * 24;
/// Days of held-out forecasts that the first choice is made by.
pub const CHOSEN_BY: usize = 60;
/// Hours from one of those forecasts to the next.
const CHOSEN_EVERY: usize = 6;
/// Days by which it is known how far intervals must reach: all times of the year.
pub const STRETCHED_BY: usize = 365;
/// Hours from one forecast of these to the next; every hour of the day that is a multiple of 6 has its turn.
const STRETCHED_EVERY: usize = 30;

/// How far a forecast of what is new lies on the way from that of the whole fit, which has seen the hour, to that of the
/// fit without the hour's part. With r columns for each row, squares of errors are as 1 - r where the hour was seen, 1 + r
/// where it is new, and 1 + r K / (K - 1) for a fit on all but one of K parts, which has fewer rows: in between,
/// 2 (K - 1) / (2 K - 1) of the way.
const NEW: f32 = 2.0 * (FOLDS - 1) as f32 / (2 * FOLDS - 1) as f32;

/// What a method would have said of an hour of its training, had the hour been new to it.
fn as_new(one: &dyn Forecaster, scene: &Scene<'_>, at: At) -> f32 {
    let (held, whole) = (one.held_out(scene, at), one.expect(scene, at));
    whole + NEW * (held - whole)
}

/// The methods of one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// Of what.
    pub target: Target,
    damped: Option<Damped>,
    ridge: Option<Ridge>,
    weather: Option<Ridge>,
    bands: Vec<Banded>,
    /// The method for each lead day that was fitted, by the last [`CHOSEN_BY`] days of the training.
    pub choices: Vec<Choice>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Banded {
    method: Method,
    block: Block,
    bands: Bands,
}

/// What a method says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Said {
    /// Which it was.
    pub method: Method,
    /// What is expected, in the target's unit.
    pub mean: f32,
    /// What may come.
    pub spread: Spread,
}

/// How a target is fitted.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'p> {
    /// The lead blocks, rising.
    pub blocks: &'p [Block],
    /// The hour at which the training ends: no later hour is looked at.
    pub end: usize,
    /// Hours from one origin to the next, at least; 1 in earnest, more for a quick trial.
    pub least_step: usize,
}

impl Fitted {
    /// Fits all methods that the scene has what it takes for. `progress` hears of every block of a regression.
    pub fn fit(scene: &Scene<'_>, plan: Plan<'_>, progress: &mut dyn FnMut()) -> Self {
        let Plan { blocks, end, least_step } = plan;
        let mut fitted = Self {
            target: scene.target,
            damped: None,
            ridge: None,
            weather: None,
            bands: Vec::new(),
            choices: Vec::new(),
        };
        let samples: Vec<(Block, Sample)> =
            blocks.iter().map(|block| (*block, Sample::new(scene, *block, end, least_step))).collect();
        if let (Some(first), Some(last), true) = (blocks.first(), blocks.last(), end >= LEAST) {
            let damped = Damped::fit(scene, *first.fitted_on().start(), *last.fitted_on().end(), end);
            fitted.ridge = Some(Ridge::fit(scene, &damped, false, &samples, end, progress));
            if scene.foresees() {
                fitted.weather = Some(Ridge::fit(scene, &damped, true, &samples, end, progress));
            }
            fitted.damped = Some(damped);
        }
        fitted.bands = fitted.residuals(scene, &samples);
        fitted.choices = fitted.choose(scene, blocks, end);
        fitted
    }

    /// The methods, the plainest first.
    pub fn methods(&self) -> Vec<&dyn Forecaster> {
        let mut methods: Vec<&dyn Forecaster> = vec![&Persistence, &SameHour, &Usually];
        methods.extend(self.damped.iter().map(|one| one as &dyn Forecaster));
        methods.extend(self.ridge.iter().map(|one| one as &dyn Forecaster));
        methods.extend(self.weather.iter().map(|one| one as &dyn Forecaster));
        methods.push(&External);
        methods
    }

    /// What each method says, of those that have something to go on.
    pub fn say_all(&self, scene: &Scene<'_>, at: At) -> Vec<Said> {
        self.methods().into_iter().filter_map(|one| self.around(one.method(), one.expect(scene, at), at.lead)).collect()
    }

    /// What a method says.
    pub fn say(&self, scene: &Scene<'_>, at: At, method: Method) -> Option<Said> {
        let one = self.methods().into_iter().find(|one| one.method() == method)?;
        self.around(method, one.expect(scene, at), at.lead)
    }

    /// What is usual, with what may come around it, however far ahead: that does not depend on the lead.
    pub fn usually(&self, scene: &Scene<'_>, at: At) -> Option<Said> {
        let (method, mean) = (Method::Climatology, Usually.expect(scene, at));
        let bands = &self.bands.iter().rfind(|one| one.method == method)?.bands;
        (!mean.is_nan()).then(|| Said { method, mean, spread: bands.around(mean) })
    }

    /// What the method that is chosen for the lead says, as far around as its intervals must reach, and whether another fell
    /// back to it.
    pub fn chosen(&self, scene: &Scene<'_>, at: At) -> Option<(Said, bool)> {
        let choice = self.choice(at.lead)?;
        let said = self.say(scene, at, choice.method)?;
        Some((Said { spread: said.spread.stretched(choice.stretch), ..said }, choice.fell_back))
    }

    /// The choice for a lead in hours.
    pub fn choice(&self, lead: usize) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.lead_day == lead_day(lead))
    }

    fn around(&self, method: Method, mean: f32, lead: usize) -> Option<Said> {
        if mean.is_nan() {
            return None;
        }
        let of = |one: &&Banded| one.method == method && one.block.has(lead);
        let bands = &self.bands.iter().find(of)?.bands;
        Some(Said { method, mean, spread: bands.around(mean) })
    }

    fn residuals(&self, scene: &Scene<'_>, samples: &[(Block, Sample)]) -> Vec<Banded> {
        let mut all = Vec::new();
        for one in self.methods() {
            for (block, sample) in samples {
                let pairs = sample.0.iter().filter(|at| block.has(at.lead));
                let pairs = pairs.map(|at| (as_new(one, scene, *at), scene.truth(*at)));
                let pairs = pairs.filter(|(forecast, truth)| !forecast.is_nan() && !truth.is_nan()).collect();
                if let Some(bands) = Bands::new(pairs) {
                    all.push(Banded { method: one.method(), block: *block, bands });
                }
            }
        }
        all
    }

    fn choose(&self, scene: &Scene<'_>, blocks: &[Block], end: usize) -> Vec<Choice> {
        let recent = self.recent(scene, blocks, end);
        let mut days: Vec<usize> = blocks.iter().map(|block| lead_day(block.last)).collect();
        days.dedup();
        days.into_iter().map(|day| recent.choose(day, end)).collect()
    }

    /// The scores of held-out forecasts before `end`: of the last days for the choice of a method, and fewer of a year for
    /// how far its intervals reach.
    pub fn recent(&self, scene: &Scene<'_>, blocks: &[Block], end: usize) -> Recent {
        let mut recent = Recent::default();
        let ends: Vec<usize> = blocks.iter().map(|block| block.last).collect();
        for origin in (end.saturating_sub(CHOSEN_BY * 24)..end).step_by(CHOSEN_EVERY) {
            self.each_before(scene, &ends, (origin, end), &mut |at, said, truth| recent.add(at, said, truth));
        }
        let sample: Vec<usize> = blocks.iter().flat_map(|block| block.sample()).collect();
        for origin in (end.saturating_sub(STRETCHED_BY * 24)..end).step_by(STRETCHED_EVERY) {
            self.each_before(scene, &sample, (origin, end), &mut |at, said, truth| recent.reach(at, said, truth));
        }
        recent
    }

    /// What each method would have said at `origin` of hours before `end`, with what came true.
    fn each_before(
        &self,
        scene: &Scene<'_>,
        leads: &[usize],
        (origin, end): (usize, usize),
        see: &mut dyn FnMut(At, &Said, f32),
    ) {
        let methods = self.methods();
        for place in (0..scene.spots.len()).filter(|place| scene.known(*place, origin)) {
            for lead in leads.iter().copied().filter(|lead| origin + lead < end) {
                let at = At { place, origin, lead };
                let truth = scene.truth(at);
                if truth.is_nan() {
                    continue;
                }
                for one in &methods {
                    if let Some(said) = self.around(one.method(), as_new(*one, scene, at), lead) {
                        see(at, &said, truth);
                    }
                }
            }
        }
    }
}
